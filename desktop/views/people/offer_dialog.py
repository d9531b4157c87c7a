"""转出: to which unit and why; the person stays ours until the street confirms."""

from PySide6.QtWidgets import QComboBox, QDialog, QFormLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.services import transfers
from desktop.services.station import Station
from desktop.services.transfers import Transfer
from desktop.views.context import AppContext
from desktop.views.page import button, label


class OfferDialog(QDialog):
    """Asks where to and why, and offers the person."""

    def __init__(self, context: AppContext, *, person: str, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.context = context
        self.person = person
        self.setWindowTitle(self.tr("转出 {0}").format(name))
        self.resize(520, 0)
        self.target = QComboBox()
        self.target.addItem(self.tr("不清楚，由街道确定"), "")
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(self.tr("例如 搬到沣东社区常住"))
        self.problem = label()
        form = QFormLayout()
        form.addRow(self.tr("转到哪个单位"), self.target)
        form.addRow(self.tr("转移原因"), self.reason)
        cancel, self.go = button(self.tr("先不转")), button(self.tr("提出转移"), primary=True)
        cancel.clicked.connect(self.reject)
        self.go.clicked.connect(self.offer)
        self.reason.returnPressed.connect(self.offer)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(cancel)
        row.addWidget(self.go)
        box = QVBoxLayout(self)
        box.setSpacing(12)
        box.addWidget(label(self.tr("街道办结之前，{0} 仍归本单位管理，照常登记和走访。").format(name), name="quiet"))
        box.addLayout(form)
        box.addWidget(self.problem)
        box.addLayout(row)
        context.read(transfers.targets_of, context=self, done=self._show_units)

    def _show_units(self, units: list[tuple[str, str]]) -> None:
        for code, name in units:
            self.target.addItem(name, code)

    def offer(self) -> None:
        """Offer the person; an error is said here and what was typed stays."""
        wanted, reason = str(self.target.currentData() or ""), self.reason.text()

        def job(station: Station, _report: object) -> tuple[Transfer, object]:
            return transfers.offer_transfer(station, person=self.person, wanted=wanted, reason=reason)

        def done(answer: tuple[Transfer, object]) -> None:
            number = answer[0].text("number")
            self.context.messages.inform(
                self.tr("转移单 {0} 已开，随下一个数据包交给街道；在“数据交换—转移”可打印").format(number)
            )
            self.accept()

        self.context.write(job, context=self, done=done, failed=lambda error: self.problem.setText(str(error)))
