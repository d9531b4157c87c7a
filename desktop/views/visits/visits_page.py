"""All visits, newest first, and those that are due."""

from collections.abc import Callable

from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import QComboBox

from desktop.domain.dictionary import VISIT
from desktop.services import visit_papers, visits
from desktop.services.station import Station
from desktop.store.visits import VisitFilter, VisitLine
from desktop.views.context import AppContext
from desktop.views.field_text import field_text
from desktop.views.page import Page, button, label
from desktop.views.paper_printer import PaperPrinter
from desktop.views.table import Column, SnapshotTable, table_view

_ALL, _DUE = "all", "due"
_BLANK = 5


class VisitsPage(Page):
    """The list of visits; Enter opens the person."""

    topics = ("visit", "person")

    def __init__(self, context: AppContext) -> None:
        super().__init__(context, title=self.tr("走访"))
        self.which = QComboBox()
        self.which.addItem(self.tr("全部走访"), _ALL)
        self.which.addItem(self.tr("约定再访、已到期"), _DUE)
        self.which.currentIndexChanged.connect(lambda _place: self.refresh())
        self.blank = button(self.tr("打印空白走访记录表…"))
        self.blank.clicked.connect(lambda _on=False: self.print_blank())
        self.sheets = button(self.tr("打印所列人员的记录表…"))
        self.sheets.clicked.connect(lambda _on=False: self.print_sheets())
        for widget in (self.which, self.blank, self.sheets):
            self.head.addWidget(widget)
        self.printer = PaperPrinter(self)
        columns: list[Column[VisitLine]] = [Column(self.tr("姓名"), lambda line: line.person.text("name"), 9)]
        columns += [self._column(field.key) for field in VISIT.fields if field.in_table]
        self.model: SnapshotTable[VisitLine] = SnapshotTable(columns)
        self.view = table_view(self.model)
        self.view.activated.connect(self._open)
        self.empty = label(self.tr("还没有走访记录。请先用上面的查找框打开一个人，再点“记走访”。"))
        self.body.addWidget(self.empty)
        self.body.addWidget(self.view, 1)

    def _column(self, key: str) -> Column[VisitLine]:
        field = VISIT.field(key)
        return Column(field.label, lambda line: field_text(field, line.visit.values.get(key)), field.width)

    def print_blank(self) -> None:
        """Print a few blank visit sheets to take along."""
        self._print(lambda station: visit_papers.blank_sheets(station, count=_BLANK))

    def print_sheets(self) -> None:
        """Print the visit sheets of the people listed, in walking order."""
        ids = list(dict.fromkeys(line.person.id for line in self.model.rows))
        self._print(lambda station: visit_papers.visit_sheets(station, ids=ids))

    def _print(self, make: Callable[[Station], bytes]) -> None:
        self.context.read(make, context=self, done=self._to_printer)

    def _to_printer(self, pdf: bytes) -> None:
        pages = self.printer.print_pdf(pdf)
        if pages:
            self.context.messages.inform(self.tr("已送到打印机 {0} 页").format(pages))

    def refresh(self) -> None:
        """Read the visits again."""
        due = self.which.currentData() == _DUE
        wanted = VisitFilter(due_by=self.context.station.today().isoformat() if due else "")
        self.context.read(lambda station: visits.visits_listed(station, wanted=wanted), context=self, done=self._show)

    def _show(self, lines: list[VisitLine]) -> None:
        self.model.show_rows(lines)
        self.empty.setVisible(not lines)
        self.view.setVisible(bool(lines))

    def _open(self, index: QModelIndex) -> None:
        self.context.person_wanted.emit(self.model.rows[index.row()].person.id)
