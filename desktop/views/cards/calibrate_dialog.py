"""Measuring a printer: print the ruler page, lay a ruler on it, type four numbers; remembered for this printer."""

from PySide6.QtWidgets import QDialog, QDoubleSpinBox, QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.errors import KnownError
from desktop.services import printers
from desktop.services.printers import Measured, PrinterSetup
from desktop.views.context import AppContext
from desktop.views.page import PlainForm, button, label
from desktop.views.paper_printer import PaperPrinter

_MM = " 毫米"


class CalibrateDialog(QDialog):
    """One printer's offset and scale."""

    def __init__(self, context: AppContext, *, printer: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._context, self._name = context, printer
        self.setWindowTitle(self.tr("校准打印机"))
        self.setMinimumWidth(560)
        self.printer = PaperPrinter(self)
        self.page = button(self.tr("1. 打印校准页…"), primary=True)
        self.page.clicked.connect(lambda _on=False: self.print_page())
        self.left, self.top, self.across, self.down = (self._number(value) for value in (20.0, 20.0, 150.0, 200.0))
        form = PlainForm()
        for text, box in (
            (self.tr("圆心到纸左边"), self.left), (self.tr("圆心到纸上边"), self.top),
            (self.tr("横尺 0 到 150 实长"), self.across), (self.tr("竖尺 0 到 200 实长"), self.down),
        ):  # fmt: skip
            form.add_row(text, box)
        self.told = label(name="quiet")
        self.error = label(name="bad")
        self.keep = button(self.tr("3. 记住"))
        self.keep.clicked.connect(lambda _on=False: self.remember())
        self.forget = button(self.tr("恢复为不校准"))
        self.forget.clicked.connect(lambda _on=False: self._forget())
        for one in (self.keep, self.forget):
            one.setAutoDefault(False)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.forget)
        row.addWidget(self.keep)
        whole = QVBoxLayout(self)
        whole.addWidget(label(self.tr("打印机：{0}").format(printer or self.tr("系统默认打印机"))))
        whole.addWidget(self.page)
        whole.addWidget(label(self.tr("2. 用尺量印出来的页，把四个数填在下面。印得准的话就是 20、20、150、200。")))
        whole.addLayout(form)
        whole.addWidget(self.told)
        whole.addWidget(self.error)
        whole.addLayout(row)
        self._tell()

    def _number(self, value: float) -> QDoubleSpinBox:
        made = QDoubleSpinBox()
        made.setRange(0, 300)
        made.setDecimals(1)
        made.setSingleStep(0.1)
        made.setSuffix(_MM)
        made.setValue(value)
        return made

    def _tell(self) -> None:
        drift = printers.setup_of(self._name).drift
        points = 72 / 25.4
        self.told.setText(
            self.tr("现在记着：左右 {0:+.1f} 毫米，上下 {1:+.1f} 毫米，横 {2:.2f}%，竖 {3:.2f}%").format(
                drift.left / points, drift.top / points, drift.across * 100, drift.down * 100
            )
        )

    def print_page(self) -> int:
        """Print the ruler page as it is corrected now."""
        return self.printer.print_pdf(printers.ruler_page(self._name))

    def remember(self) -> None:
        """Work out the drift of what was measured and keep it."""
        measured = Measured(self.left.value(), self.top.value(), self.across.value(), self.down.value())
        try:
            drift = printers.calibrated(self._name, measured)
        except KnownError as error:
            self.error.setText(str(error))
            return
        printers.keep_setup(self._name, PrinterSetup(printers.setup_of(self._name).dpi, drift))
        self._context.messages.inform(self.tr("已记住，再打一张校准页看看"))
        self.accept()

    def _forget(self) -> None:
        printers.keep_setup(self._name, PrinterSetup(printers.setup_of(self._name).dpi))
        self._tell()
