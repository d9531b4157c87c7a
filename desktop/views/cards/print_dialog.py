"""Printing what was issued: the real PDF, page by page; what is out is said, and the rest goes on from there."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from desktop.services import peers, unfinished_prints
from desktop.services.station import Station
from desktop.services.unfinished_prints import UnfinishedPrint
from desktop.views.cards.pdf_view import PdfView
from desktop.views.cards.sheet_job import SheetJob
from desktop.views.context import AppContext
from desktop.views.page import button, label, resize_within_screen
from desktop.views.paper_printer import ONE_SIDED, PaperPrinter, PrintJob, Sides

_NAMED = 3  # people named on a line of the list of pages
_LIST_WIDTH = 300


class PrintDialog(QDialog):
    """Shows a PDF, prints it, and keeps count of the pages that are out."""

    def __init__(
        self, context: AppContext, *, pdf: bytes, pages: Sequence[Sequence[str]], parent: QWidget, printer: str = "",
        dpi: int = 300, sides: Sides = ONE_SIDED, kept: UnfinishedPrint | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.setWindowTitle(self.tr("打印"))
        resize_within_screen(self, 1000, 640)
        self.context = context
        self.pdf, self._names = pdf, [list(page) for page in pages]
        self._printer_name, self._dpi, self._sides = printer, dpi, sides
        self.printer = PaperPrinter(self)
        self.printer.choose = lambda _printer: True
        self._kept = kept  # None for what need not be taken up again
        self.out: set[int] = set(kept.out) if kept else set()  # numbers of the pages that went to the printer
        self._job: PrintJob | SheetJob | None = None
        self._stuck: int | None = None  # the page a printer stopped at
        self.view = PdfView(self)
        self.view.show_pdf(pdf)
        self.list = QListWidget()
        self.list.setFixedWidth(_LIST_WIDTH)
        self.list.currentRowChanged.connect(self._look)
        self.told = label()
        self.by_sheet = QCheckBox(self.tr("一张一张送，卡住了\n知道打到谁"))
        self.by_sheet.setChecked(True)
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
        side.addWidget(self.by_sheet)
        for one in (self.go, self.stop, self.rest, self.save):
            side.addWidget(one)
        row = QHBoxLayout(self)
        row.addWidget(self.view, 1)
        row.addLayout(side)
        first = self.rest if self.out else self.go
        first.setDefault(True)
        first.setFocus()
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
        self.rest.setVisible(bool(self.out) or self._stuck is not None)
        self.told.setText(self._words(left))

    def _words(self, left: list[int]) -> str:
        if self._stuck is not None:
            return self._stuck_words(self._stuck)
        if not self.out:
            return self.tr("共 {0} 页。").format(len(self._names))
        if not left:
            return self.tr("{0} 页都已送到打印机。卡纸了就选没出来的第一页，接着打。").format(len(self.out))
        return self.tr("已送出 {0} 页，到“{1}”为止；第 {2} 页起没有打印，修好后点“从所选页接着打”。").format(
            len(self.out), self._last_out(), left[0] + 1
        )

    def _stuck_words(self, page: int) -> str:
        names = self._names[page]
        said = (
            self.tr("已出来 {0} 页，到“{1}”为止。").format(len(self.out), self._last_out())
            if self.out
            else self.tr("一页也没有出来。")
        )
        return said + self.tr(
            "打印机停在第 {0} 页（{1}）：修好后这一页自己出来了，就选下一页接着打；没出来就从这一页接着打。"
        ).format(page + 1, "、".join(dict.fromkeys(names[:_NAMED])))

    def _last_out(self) -> str:
        names = self._names[max(self.out)] if self.out else []
        return names[-1] if names else ""

    def _look(self, row: int) -> None:
        if 0 <= row < self.view.document_shown.pageCount():
            self.view.pageNavigator().jump(row, self.view.pageNavigator().currentLocation())

    def print_from(self, first: int) -> None:
        """Print from a page to the end, without asking again where."""
        document = self.printer.load(self.pdf)
        printer = self.printer.prepared(name=self._printer_name, dpi=self._dpi, sides=self._sides)
        if not self.printer.choose(printer):
            return
        pages = range(first, document.pageCount())
        if self.by_sheet.isChecked() and printer.outputFormat() is QPrinter.OutputFormat.NativeFormat:
            self.run(self._sheet_job(pages), printer)
        else:
            self.run(PrintJob(document, printer, pages=pages, parent=self), printer)

    def _sheet_job(self, pages: range) -> SheetJob:
        """Return a job that watches the printer sheet by sheet."""
        document = self.printer.load(self.pdf)

        def prepare() -> QPrinter:
            return self.printer.prepared(name=self._printer_name, dpi=self._dpi, sides=self._sides)

        job = SheetJob(document, prepare, pages=pages, sides=2 if self._sides.duplex else 1, parent=self)
        job.waits.connect(self._sent)
        return job

    def _sent(self, page: int) -> None:
        self._stuck = page
        self.told.setText(self.tr("第 {0} 页正在打印机上，请等它出来…").format(page + 1))
        self.list.setCurrentRow(page)

    def run(self, job: PrintJob | SheetJob, printer: QPrinter) -> None:
        """Run a job on this dialog's document and keep count of what comes out."""
        self._job, self._paper, self._stuck = job, printer, None
        self.out -= set(range(self.list.count()))
        self.out |= set(range(job.first))
        self.go.setEnabled(False)
        self.rest.setEnabled(False)
        self.stop.show()
        self.stop.clicked.connect(job.stop)
        job.printed.connect(self._came_out)
        job.ended.connect(self._ended)
        self._keep()
        job.start()

    def _came_out(self, page: int) -> None:
        self.out.add(page)
        self._stuck = None
        self._keep()

    def _keep(self) -> None:
        """Keep in the register how far it is, so that it can be taken up after the program was closed."""
        if self._kept is None:
            return
        left = len(self._names) - len(self.out)
        title = self.tr("联系卡已打到“{0}”，还有 {1} 页").format(self._last_out(), left)
        job = replace(self._kept, out=frozenset(self.out))

        def keep(station: Station) -> None:
            if left:
                unfinished_prints.keep_print(station, job=job, title=title)
            else:
                unfinished_prints.drop_print(station)

        self.context.read(keep, context=self.context, done=lambda _none: None)

    def _ended(self, pages: int, whole: bool) -> None:
        self.stop.hide()
        self.go.setEnabled(True)
        self.rest.setEnabled(True)
        self._tell()
        text = self.tr("已送到打印机 {0} 页").format(pages) if whole else self.tr("打印机停下了：") + self.told.text()
        self.context.messages.said.emit(text, not whole)
        if self.out:  # what is out is not printed twice by the same Enter
            self.go.setObjectName("")
            self.rest.setObjectName("primary")
            for one in (self.go, self.rest):
                one.style().unpolish(one)
                one.style().polish(one)
            self.rest.setDefault(True)
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
