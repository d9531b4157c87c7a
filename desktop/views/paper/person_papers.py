"""The button on a person's page that prints his papers: form, card, check form, access sheet, somebody's form."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QMenu, QPushButton, QWidget

from desktop.domain.progress import silent
from desktop.services import access_sheets, books, check_forms, info_forms
from desktop.services.giving import keep_paper
from desktop.services.station import Station
from desktop.store.people import PeopleFilter
from desktop.views.context import AppContext
from desktop.views.forms.fill_dialog import FillFormDialog
from desktop.views.page import button
from desktop.views.paper_printer import PaperPrinter

Make = Callable[[Station, str], bytes]
_PAPERS: tuple[tuple[str, Make], ...] = (
    ("基本信息表", lambda station, person: info_forms.info_forms(station, ids=[person])),
    ("登记卡", lambda station, person: books.EXPORTS["cards"].make(station, PeopleFilter(people=[person]), silent)),
    ("信息核对表", lambda station, person: check_forms.check_forms(station, ids=[person])),
    ("本人信息查询单", lambda station, person: access_sheets.access_sheet_pdf_of(station, person=person)),
)


class PersonPapers(QWidget):
    """Holds the button; `person` says whose papers, `number` what their files are called: names show in many lists."""

    def __init__(
        self, context: AppContext, *, person: Callable[[], str], number: Callable[[], str], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.hide()
        self._context, self._person, self._number = context, person, number
        self.printer = PaperPrinter(self)
        self.button: QPushButton = button(self.tr("打印材料"))
        self.menu = QMenu(self.button)
        self.button.setMenu(self.menu)
        for title, make in _PAPERS:
            self.menu.addAction(self.tr("打印{0}…").format(title)).triggered.connect(
                lambda _on=False, make=make: self.print_paper(make)
            )
        self.menu.addSeparator()
        for title, make in _PAPERS:
            self.menu.addAction(self.tr("{0}存成 PDF…").format(title)).triggered.connect(
                lambda _on=False, title=title, make=make: self._ask_where(title, make)
            )
        self.menu.addSeparator()
        self.menu.addAction(self.tr("填别人的表格（xlsx、docx）…")).triggered.connect(
            lambda _on=False: self.fill_form()
        )

    def _run(self, make: Make, done: Callable[[bytes], None]) -> None:
        person = self._person()
        if person:
            self._context.read(lambda station: make(station, person), context=self, done=done)

    def print_paper(self, make: Make) -> None:
        """Make a paper and print it."""
        self._run(make, self._print)

    def _print(self, pdf: bytes) -> None:
        if self.printer.print_pdf(pdf):
            self._context.messages.inform(self.tr("已送去打印"))

    def _ask_where(self, title: str, make: Make) -> None:
        name, _ = QFileDialog.getSaveFileName(self, title, f"{title}-{self._number()}.pdf", "*.pdf")
        if name:
            self.write_to(Path(name), make, title=title)

    def write_to(self, path: Path, make: Make, *, title: str) -> None:
        """Make a paper and write it to a file."""

        def done(_pdf: bytes) -> None:
            self._context.messages.inform(self.tr("已存成 {0}").format(path.name))

        def kept(station: Station, person: str) -> bytes:
            pdf = make(station, person)
            keep_paper(station, what=title, people=1, content=pdf, path=path)
            return pdf

        self._run(kept, done)

    def fill_form(self) -> FillFormDialog:
        """Open the dialog that fills somebody else's form for this person."""
        person = self._person()
        dialog = FillFormDialog(self._context, people=lambda _station: [person], parent=self.window())
        dialog.open()
        return dialog
