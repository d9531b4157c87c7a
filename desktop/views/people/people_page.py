"""The table of people: sorted by a click, narrowed by state, ids masked."""

from array import array
from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QMenu

from desktop.config import paths
from desktop.domain.dictionary import PERSON, Field, Kind
from desktop.services import books, listing, register
from desktop.services.catalogue import seen_fields
from desktop.services.filters import filter_words, parse_filter
from desktop.services.listing import WINDOW, ListQuery, OpenedList
from desktop.services.lists import NamedList
from desktop.services.station import Station
from desktop.store.people import PeopleFilter, PersonRow
from desktop.views.context import AppContext
from desktop.views.forms.fill_dialog import FillFormDialog
from desktop.views.page import Page, button, label
from desktop.views.paper.paper_dialog import ListAsShown, PaperDialog
from desktop.views.people.bulk_dialog import BulkDialog
from desktop.views.people.filter_dialog import FilterDialog
from desktop.views.people.filters_row import FiltersRow
from desktop.views.people.lists_menu import ListsMenu
from desktop.views.people.only_these import OnlyThese
from desktop.views.people.past_dialog import PastRegisterDialog
from desktop.views.people.people_columns import listed_text
from desktop.views.people.person_form import NewPersonDialog, is_typed
from desktop.views.table import Column, table_view
from desktop.views.window_table import WindowTable

_COLUMNS_KEY = "people_columns"
Answer = tuple[OpenedList, dict[str, str]]


class PeoplePage(Page):
    """Everyone in the register."""

    topics = ("person", "phone", "tag", "sight_level")

    def __init__(self, context: AppContext) -> None:
        super().__init__(context, title=self.tr("人员"))
        self._orgs: dict[str, str] = {}
        self._sort, self._descending = "name", False
        self._asked = 0  # a list asked for before the newest one is not read to its end
        self._order: array[int] | None = None
        self.filters = FiltersRow()
        self.filters.changed.connect(self.refresh)
        self.filters.more.clicked.connect(lambda _on=False: self.build_filter())
        self.new_button = button(self.tr("新增人员"), primary=True)
        self.new_button.clicked.connect(self.add_person)
        self.lists = ListsMenu(context, chosen=self.show_list, expression=lambda: self.filters.expression)
        self.column_button = button(self.tr("选择列"))
        self.export_button = button(self.tr("打印与导出"))
        self.past_button, self.bulk_button = button(self.tr("查看某日的登记")), button(self.tr("批量修改"))
        self.past_button.clicked.connect(lambda: PastRegisterDialog(context, parent=self).open())
        self.bulk_button.clicked.connect(self.edit_many)
        for one in (
            self.lists.button, self.past_button, self.bulk_button, self.column_button, self.export_button,
            self.new_button,
        ):  # fmt: skip
            self.head.addWidget(one)
        fields = [field for field in PERSON.fields if is_typed(field, even_off=True) and field.kind is not Kind.NOTE]
        self.model: WindowTable[PersonRow] = WindowTable([self._column(field) for field in fields], window=WINDOW)
        self.model.wanted.connect(self._read_window)
        self.view = table_view(self.model)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.view.activated.connect(self._open)
        self.view.horizontalHeader().setSectionsClickable(True)
        self.view.horizontalHeader().sectionClicked.connect(self.sort_by)
        self._offer_columns()
        self._offer_exports()
        self.only = OnlyThese()
        self.only.cleared.connect(self.refresh)
        self.count = label(name="quiet")
        self._nobody_yet = self.tr("登记库里还没有人。请到“名册导入”导入企业花名册，或点“新增人员”逐个登记。")
        self._nobody_passes = self.tr("没有符合条件的人。请放宽上面的筛选条件。")
        self.empty = label(self._nobody_yet)
        self.body.addWidget(self.only)
        self.body.addWidget(self.filters)
        line = QHBoxLayout()
        line.addWidget(self.count, 1)
        line.addWidget(self.filters.text, 1)
        self.body.addLayout(line)
        self.body.addWidget(self.empty)
        self.body.addWidget(self.view, 1)
        QShortcut(QKeySequence(QKeySequence.StandardKey.New), self, self.add_person)

    def _column(self, field: Field) -> Column[PersonRow]:
        return Column(field.label, lambda row: listed_text(field, row, self._orgs), field.width, field.key)

    def _offer_columns(self) -> None:
        """Fill the menu of columns; what the workstation remembers is shown, else the usual ones."""
        usual = [field.key for field in PERSON.fields if field.in_table]
        shown = set((paths.read_state().get(_COLUMNS_KEY) or ",".join(usual)).split(","))
        menu = QMenu(self)
        for place, column in enumerate(self.model.columns):
            action = menu.addAction(column.title)
            action.setCheckable(True)
            action.setChecked(column.key in shown)
            action.toggled.connect(lambda on, place=place: self.show_column(place, shown=on))
            self.view.setColumnHidden(place, column.key not in shown)
        self.column_button.setMenu(menu)
        self._offer_collected()

    def _offer_collected(self) -> None:
        """Offer only columns of fields that are collected here; the others stay hidden."""
        collected = seen_fields(self.context.station)
        for place, action in enumerate(self.column_button.menu().actions()):
            offered = self.model.columns[place].key in collected
            action.setVisible(offered)
            self.view.setColumnHidden(place, not (offered and action.isChecked()))

    def show_column(self, place: int, *, shown: bool) -> None:
        """Show or hide a column and remember it on this workstation; only columns shown are read."""
        self.view.setColumnHidden(place, not shown)
        paths.write_state({**paths.read_state(), _COLUMNS_KEY: ",".join(self._shown_keys())})
        if shown:
            self.refresh()

    def _shown_keys(self) -> list[str]:
        return [one.key for place, one in enumerate(self.model.columns) if not self.view.isColumnHidden(place)]

    def _offer_exports(self) -> None:
        menu = QMenu(self)
        for key, one in books.EXPORTS.items():
            action = menu.addAction(self.tr("{0}（{1}）…").format(one.label, one.ending))
            action.triggered.connect(lambda _checked=False, key=key: self.open_paper(key))
        menu.addSeparator()
        menu.addAction(self.tr("填别人的表格（xlsx、docx）…")).triggered.connect(lambda _on=False: self.fill_form())
        self.export_button.setMenu(menu)

    def open_paper(self, key: str) -> PaperDialog:
        """Open the dialog that prints or exports the people shown, as they are narrowed and ordered now."""
        shown = ListAsShown(self._wanted(), self._sort, self._descending, self._shown_keys())
        dialog = PaperDialog(self.context, key=key, shown=shown, parent=self)
        dialog.open()
        return dialog

    def _wanted(self) -> Callable[[Station], PeopleFilter]:
        """Return how to read the filter as it stands now; organisations are looked up off the GUI thread."""
        expression, only = self.filters.expression, self.only.people
        return lambda station: replace(parse_filter(expression, station=station), people=only)

    def fill_form(self) -> FillFormDialog:
        """Open the dialog that fills somebody else's form for the people shown, as they are narrowed now."""
        wanted, sort, descending = self._wanted(), self._sort, self._descending

        def people(station: Station) -> list[str]:
            return register.people_ids(station, wanted=wanted(station), sort=sort, descending=descending)

        dialog = FillFormDialog(self.context, people=people, parent=self)
        dialog.open()
        return dialog

    def refresh(self) -> None:
        """Read the beginning of the list again as narrowed and in the chosen order."""
        self._asked += 1
        ask, stop = self._question(), self._stop()

        def read(station: Station) -> Answer:
            return listing.open_list(station, query=ask(station), stop=stop), register.org_names(station)

        self.context.read(read, context=self, done=self._show)

    def _question(self) -> Callable[[Station], ListQuery]:
        """Return what asks for the list as it stands now: filters, only these, order."""
        wanted, sort, descending = self._wanted(), self._sort, self._descending
        fields = ("name", *self._shown_keys())
        return lambda station: ListQuery(wanted(station), sort, descending, fields)

    def _stop(self) -> Callable[[], bool]:
        asked = self._asked
        return lambda: asked != self._asked

    def _show(self, answer: Answer) -> None:
        opened, self._orgs = answer
        self._order = opened.order
        self._offer_collected()
        self.filters.show_communities(self._orgs)
        self.model.show_list(opened.total, opened.first)
        narrowed = bool(self.filters.expression) or self.only.people is not None
        self.empty.setText(self._nobody_passes if narrowed else self._nobody_yet)
        self.empty.setVisible(opened.total == 0)
        self.view.setVisible(opened.total > 0)
        said = filter_words(self.filters.expression)
        rule = self.tr("　条件：{0}").format(said) if said else ""
        self.count.setText(self.tr("共 {0} 人{1}　按回车打开，点列名排序").format(opened.total, rule))
        if opened.first and not self.view.currentIndex().isValid():
            self.view.selectRow(0)

    def _read_window(self, number: int) -> None:
        """Read the people of a window somebody scrolled to; the whole order first, if it is not known yet."""
        order, ask, stop = self._order, self._question(), self._stop()
        fields = ("name", *self._shown_keys())

        def read(station: Station) -> "tuple[array[int], list[PersonRow]]":
            keys = listing.order_of(station, query=ask(station), stop=stop) if order is None else order
            part = keys[number * WINDOW : (number + 1) * WINDOW]
            return keys, listing.window_of(station, keys=part, fields=fields)

        def done(answer: "tuple[array[int], list[PersonRow]]") -> None:
            if not stop():
                self._order, rows = answer
                self.model.put_window(number, rows)

        self.context.read(read, context=self, done=done)

    def is_all_shown(self) -> bool:
        """True if no row in sight is still being read."""
        top, bottom = self.view.rowAt(0), self.view.rowAt(self.view.viewport().height() - 1)
        last = self.model.rowCount() - 1 if bottom < 0 else bottom
        return all(self.model.row_at(place) is not None for place in range(max(top, 0), last + 1))

    def sort_by(self, place: int) -> None:
        """Sort by a column; once more, the other way round."""
        key = self.model.columns[place].key
        self._descending = key == self._sort and not self._descending
        self._sort = key
        self.view.horizontalHeader().setSortIndicatorShown(True)
        order = Qt.SortOrder.DescendingOrder if self._descending else Qt.SortOrder.AscendingOrder
        self.view.horizontalHeader().setSortIndicator(place, order)
        self.refresh()

    def _open(self, index: QModelIndex) -> None:
        row = self.model.row_at(index.row())
        if row is not None:
            self.context.person_wanted.emit(row.id)

    def show_list(self, one: NamedList) -> None:
        """List the people of a named list; its rule stands in the filter, to be seen and changed."""
        self.only.people = None
        self.only.hide()
        self.show_expression(one.expression)

    def build_filter(self) -> FilterDialog:
        """Open the builder on the filter as it stands."""
        dialog = FilterDialog(
            self.context, expression=self.filters.expression, orgs=self._orgs, chosen=self.show_expression, parent=self
        )
        dialog.open()
        return dialog

    def show_expression(self, expression: str) -> None:
        """List whom a filter says."""
        self.filters.show_expression(expression)
        self.refresh()

    def show_people(self, title: str, people: Sequence[str]) -> None:
        """List these people only, until the clerk goes back to everyone."""
        self.filters.clear()
        self.only.show_people(title, people)
        self.refresh()

    def add_person(self) -> None:
        """Open the form for a new person."""
        dialog = NewPersonDialog(self.context, parent=self)
        dialog.open()

    def edit_many(self) -> None:
        """Open the bulk edit for the rows selected (two or more), else for everyone the filters show."""
        chosen = self.view.selectionModel().selection()
        parts = [chosen.at(number) for number in range(chosen.size())]
        places = sorted({place for part in parts for place in range(part.top(), part.bottom() + 1)})
        ask, order = self._question(), self._order

        def read(station: Station) -> list[str]:
            wanted = ask(station)
            if len(places) < 2:  # noqa: PLR2004 - one row is always selected
                return register.people_ids(station, wanted=wanted.wanted)
            keys = listing.order_of(station, query=wanted) if order is None else order
            return listing.ids_of(station, keys=[keys[place] for place in places])

        self.context.read(read, context=self, done=self.open_bulk)

    def open_bulk(self, ids: list[str]) -> None:
        """Open the bulk edit for some people."""
        BulkDialog(self.context, ids=ids, parent=self).open()

    def names_shown(self) -> Sequence[str]:
        """Return the names at the beginning of the table, in order."""
        return [row.text("name") for row in self.model.rows]
