"""Printing what was issued: the real PDF, page by page; what is out is said, and the rest goes on from there."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from desktop.services import peers
from desktop.views.cards.pdf_view import PdfView
from desktop.views.context import AppContext
from desktop.views.page import button, label
from desktop.views.paper_printer import ONE_SIDED, PaperPrinter, PrintJob, Sides

_NAMED = 3  # people named on a line of the list of pages
_LIST_WIDTH = 300


class PrintDialog(QDialog):
    """Shows a PDF, prints it, and keeps count of the pages that are out."""

    def __init__(
        self, context: AppContext, *, pdf: bytes, pages: Sequence[Sequence[str]], parent: QWidget, printer: str = "",
        dpi: int = 300, sides: Sides = ONE_SIDED,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.setWindowTitle(self.tr("打印"))
        self.resize(1000, 640)
        self.context = context
        self.pdf, self._names = pdf, [list(page) for page in pages]
        self._printer_name, self._dpi, self._sides = printer, dpi, sides
        self.printer = PaperPrinter(self)
        self.printer.choose = lambda _printer: True
        self.out: set[int] = set()  # numbers of the pages that went to the printer
        self._job: PrintJob | None = None
        self.view = PdfView(self)
        self.view.show_pdf(pdf)
        self.list = QListWidget()
        self.list.setFixedWidth(_LIST_WIDTH)
        self.list.currentRowChanged.connect(self._look)
        self.told = label()
        self.go = button(self.tr("打印（回车）"), primary=True)
        self.go.clicked.connect(lambda _on=False: self.print_from(0))
        self.rest = button(self.tr("从所选页接着打"))
        self.rest.clicked.connect(lambda _on=False: self.print_from(max(self.list.currentRow(), 0)))
        self.save = button(self.tr("保存 PDF…"))
        self.save.clicked.connect(lambda _on=False: self._ask_where())
        self.stop = button(self.tr("停下"))
        self.stop.hide()
        for one in (self.rest, self.save, self.stop):
            one.setAutoDefault(False)
        self._lay_out()
        self._tell()

    def _lay_out(self) -> None:
        side = QVBoxLayout()
        side.addWidget(label(self.tr("打印机：{0}").format(self._printer_name or self.tr("系统默认"))))
        side.addWidget(self.list, 1)
        side.addWidget(self.told)
        for one in (self.go, self.stop, self.rest, self.save):
            side.addWidget(one)
        row = QHBoxLayout(self)
        row.addWidget(self.view, 1)
        row.addLayout(side)
        self.go.setDefault(True)
        self.go.setFocus()
        QShortcut(QKeySequence.StandardKey.Print, self, self.go.click)

    def _tell(self) -> None:
        """List the pages, and say which cards are out and where to go on."""
        at = self.list.currentRow()
        self.list.blockSignals(True)
        self.list.clear()
        for number, names in enumerate(self._names):
            said = "、".join(dict.fromkeys(names[:_NAMED]))
            said += self.tr(" 等 {0} 张").format(len(names)) if len(names) > _NAMED else ""
            mark = self.tr("已送出") if number in self.out else self.tr("未打印")
            side = self.tr("（背面）") if self._sides.duplex and number % 2 else ""
            self.list.addItem(QListWidgetItem(self.tr("{0}{1}　{2}　{3}").format(number + 1, side, mark, said)))
        left = [number for number in range(len(self._names)) if number not in self.out]
        self.list.setCurrentRow(left[0] if left else max(at, 0))
        self.list.blockSignals(False)
        self.rest.setVisible(bool(self.out))
        self.told.setText(self._words(left))

    def _words(self, left: list[int]) -> str:
        if not self.out:
            return self.tr("共 {0} 页。").format(len(self._names))
        if not left:
            return self.tr("{0} 页都已送到打印机。卡纸了就选没出来的第一页，接着打。").format(len(self.out))
        last = self._names[max(self.out)]
        return self.tr("已送出 {0} 页，到“{1}”为止；第 {2} 页起没有打印，修好后点“从所选页接着打”。").format(
            len(self.out), last[-1] if last else "", left[0] + 1
        )

    def _look(self, row: int) -> None:
        if 0 <= row < self.view.document_shown.pageCount():
            self.view.pageNavigator().jump(row, self.view.pageNavigator().currentLocation())

    def print_from(self, first: int) -> None:
        """Print from a page to the end, without asking again where."""
        document = self.printer.load(self.pdf)
        printer = self.printer.prepared(name=self._printer_name, dpi=self._dpi, sides=self._sides)
        if not self.printer.choose(printer):
            return
        self.run(PrintJob(document, printer, pages=range(first, document.pageCount()), parent=self), printer)

    def run(self, job: PrintJob, printer: QPrinter) -> None:
        """Run a job on this dialog's document and keep count of what comes out."""
        self._job, self._paper = job, printer
        self.out -= set(range(self.list.count()))
        self.out |= set(range(job.first))
        self.go.setEnabled(False)
        self.rest.setEnabled(False)
        self.stop.show()
        self.stop.clicked.connect(job.stop)
        job.printed.connect(self.out.add)
        job.ended.connect(self._ended)
        job.start()

    def _ended(self, pages: int, whole: bool) -> None:
        self.stop.hide()
        self.go.setEnabled(True)
        self.rest.setEnabled(True)
        self._tell()
        text = self.tr("已送到打印机 {0} 页").format(pages) if whole else self.tr("打印机停下了：") + self.told.text()
        self.context.messages.said.emit(text, not whole)
        if whole:
            self.rest.setFocus()

    def _ask_where(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, self.tr("保存 PDF"), self.tr("联系卡.pdf"), "*.pdf")
        if name:
            self.save_to(Path(name))

    def save_to(self, path: Path) -> None:
        """Write the PDF to a file."""
        pdf = self.pdf
        self.context.runner.run(
            lambda _report: peers.write_safely(path, pdf),
            context=self,
            done=lambda _none: self.context.messages.inform(self.tr("已保存到 {0}").format(path.name)),
            failed=self.context.messages.show_error,
        )
