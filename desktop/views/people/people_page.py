"""The table of people: sorted by a click, narrowed by state, ids masked."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox

from desktop.domain.codes import code_list
from desktop.domain.dictionary import PERSON, Field, Kind, masked
from desktop.services import register
from desktop.services.station import Station
from desktop.store.people import PeopleFilter, PersonRow
from desktop.views.context import AppContext
from desktop.views.page import Page, button, label
from desktop.views.people.person_form import NewPersonDialog
from desktop.views.table import Column, SnapshotTable, table_view

_SHOWN = 5000
Answer = tuple[int, list[PersonRow], dict[str, str]]


def shown_text(field: Field, row: PersonRow, orgs: dict[str, str]) -> str:
    """Return a field as a list shows it: labels for codes, names for organisations, masked."""
    text = row.text(field.key)
    if field.kind is Kind.CODE:
        return code_list(field.codes).label_of(text) if text else ""
    if field.kind is Kind.ORG:
        return orgs.get(text, text)
    return masked(field, text)


class PeoplePage(Page):
    """Everyone in the register."""

    topics = ("person", "phone", "tag")

    def __init__(self, context: AppContext) -> None:
        super().__init__(context, title=self.tr("人员"))
        self._orgs: dict[str, str] = {}
        self._sort, self._descending = "name", False
        self.state = QComboBox()
        self.state.addItem(self.tr("全部状态"), "")
        for code, text in code_list("manage_state").labels.items():
            self.state.addItem(text, code)
        self.state.currentIndexChanged.connect(lambda _place: self.refresh())
        self.new_button = button(self.tr("新增人员"), primary=True)
        self.new_button.clicked.connect(self.add_person)
        self.head.addWidget(self.state)
        self.head.addWidget(self.new_button)
        fields = [field for field in PERSON.fields if field.in_table]
        self.model: SnapshotTable[PersonRow] = SnapshotTable([self._column(field) for field in fields])
        self.view = table_view(self.model)
        self.view.activated.connect(self._open)
        self.view.horizontalHeader().setSectionsClickable(True)
        self.view.horizontalHeader().sectionClicked.connect(self._sort_by)
        self.count = label(name="quiet")
        self.empty = label(self.tr("登记库里还没有人。请到“名册导入”导入企业花名册，或点“新增人员”逐个登记。"))
        self.body.addWidget(self.count)
        self.body.addWidget(self.empty)
        self.body.addWidget(self.view, 1)
        QShortcut(QKeySequence(QKeySequence.StandardKey.New), self, self.add_person)

    def _column(self, field: Field) -> Column[PersonRow]:
        return Column(field.label, lambda row: shown_text(field, row, self._orgs), field.width, field.key)

    def refresh(self) -> None:
        """Read the people again in the chosen order."""
        state, sort, descending = self.state.currentData(), self._sort, self._descending
        wanted = PeopleFilter(equals={"manage_state": [state]} if state else {})

        def read(station: Station) -> Answer:
            ids = register.people_ids(station, wanted=wanted, sort=sort, descending=descending)
            return len(ids), register.people_rows(station, ids=ids[:_SHOWN]), register.org_names(station)

        self.context.read(read, context=self, done=self._show)

    def _show(self, answer: Answer) -> None:
        total, rows, self._orgs = answer
        self.model.show_rows(rows)
        self.empty.setVisible(total == 0)
        self.view.setVisible(total > 0)
        more = self.tr("，先显示前 {0} 人").format(_SHOWN) if total > _SHOWN else ""
        self.count.setText(self.tr("共 {0} 人{1}　按回车打开，点列名排序").format(total, more))
        if rows and not self.view.currentIndex().isValid():
            self.view.selectRow(0)

    def _sort_by(self, place: int) -> None:
        key = self.model.columns[place].key
        self._descending = key == self._sort and not self._descending
        self._sort = key
        self.refresh()

    def _open(self, index: QModelIndex) -> None:
        self.context.person_wanted.emit(self.model.rows[index.row()].id)

    def add_person(self) -> None:
        """Open the form for a new person."""
        dialog = NewPersonDialog(self.context, parent=self)
        dialog.open()

    def names_shown(self) -> Sequence[str]:
        """Return the names in the table, in order."""
        return [row.text("name") for row in self.model.rows]
