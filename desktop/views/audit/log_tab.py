"""操作记录: the log of any length, narrowed by who, what, whom and when; what one entry touched is said under it."""

from array import array
from datetime import timedelta

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.domain.clock import local_text
from desktop.domain.dictionary import KINDS
from desktop.domain.errors import KnownError
from desktop.domain.permissions import READ_PEOPLE, ROLES
from desktop.services import audit, audit_log
from desktop.services.audit_log import Choices, Entry, LogQuery, OpenedLog
from desktop.store.privacy import Deed
from desktop.views.audit.entry_dialog import EntryDialog
from desktop.views.context import AppContext
from desktop.views.page import button, label
from desktop.views.people.past_dialog import day_editor, day_of
from desktop.views.table import Column, table_view
from desktop.views.window_table import WindowTable

_WEEK = timedelta(days=7)
_TYPING_MS = 400
_NAMED = 120  # characters of what an entry changed that are said under the log


def _chosen(box: QComboBox) -> str:
    return str(box.currentData() or "")


class LogTab(QWidget):
    """The filters, the log, and what the chosen entry touched."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self._opened: OpenedLog | None = None
        self._choices = Choices((), {}, ())
        self._asked = 0
        today = context.station.today()
        self.since, self.until = day_editor(today - _WEEK), day_editor(today)
        self.user, self.role, self.group, self.action, self.kind, self.second = (QComboBox() for _ in range(6))
        self.person, self.batch = QLineEdit(), QLineEdit()
        self.person.setPlaceholderText(self.tr("人员编号或完整证号"))
        self.batch.setPlaceholderText(self.tr("步号"))
        self.clear = button(self.tr("清除条件"))
        self.said = label(name="quiet")
        self.log: WindowTable[Deed] = WindowTable([
            Column(self.tr("步号"), lambda one: str(one.n), 6),
            Column(self.tr("时间"), lambda one: local_text(one.at), 15),
            Column(self.tr("使用人"), lambda one: one.user, 8),
            Column(self.tr("角色"), lambda one: ROLES.get(one.role, ""), 7),
            Column(self.tr("操作"), lambda one: audit.action_name(one.action), 17),
            Column(self.tr("人员编号"), lambda one: one.about, 16),
            Column(self.tr("数量"), lambda one: str(one.count), 6),
            Column(self.tr("第二人"), lambda one: one.second, 8),
            Column(self.tr("说明"), lambda one: one.detail, 20),
        ], window=audit_log.WINDOW)  # fmt: skip
        self.view = table_view(self.log)
        self.entry: Entry | None = None
        self.entry_said = label(name="quiet")
        self.whole = button(self.tr("逐条看…"))
        self.to_person = button(self.tr("看这个人"))
        self.opened: EntryDialog | None = None
        self._fill()
        self._lay_out()
        self._connect()

    def _fill(self) -> None:
        """Put into the boxes what is there whatever was done."""
        for box, text in (
            (self.user, self.tr("所有人")), (self.role, self.tr("所有角色")), (self.group, self.tr("所有类别")),
            (self.action, self.tr("所有操作")), (self.kind, self.tr("所有对象")), (self.second, self.tr("不论第二人")),
        ):  # fmt: skip
            box.addItem(text, "")
        for key, text in ROLES.items():
            self.role.addItem(text, key)
        for key, kind in KINDS.items():
            if key not in {"access_note", "erasure_proof"}:
                self.kind.addItem(kind.label, key)
        self.kind.setMaxVisibleItems(20)

    def _lay_out(self) -> None:
        days = QHBoxLayout()
        for one in (self.since, label(self.tr("至")), self.until):
            days.addWidget(one)
        days.addStretch(1)
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.addLayout(days, 0, 0)
        for place, box in enumerate((self.user, self.role, self.second), start=1):
            grid.addWidget(box, 0, place)
        grid.addWidget(self.clear, 0, 4)
        grid.addWidget(self.person, 1, 0)
        for place, box in enumerate((self.group, self.action, self.kind), start=1):
            grid.addWidget(box, 1, place)
        grid.addWidget(self.batch, 1, 4)
        for place in (0, 1, 2, 3):
            grid.setColumnStretch(place, 3 if place == 0 else 2)
        self.batch.setMaximumWidth(120)
        below = QHBoxLayout()
        below.addWidget(self.entry_said, 1)
        below.addWidget(self.whole)
        below.addWidget(self.to_person)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(8)
        column.addLayout(grid)
        column.addWidget(self.said)
        column.addWidget(self.view, 1)
        column.addLayout(below)
        self._show_entry(None)

    def _connect(self) -> None:
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING_MS)
        self._typing.timeout.connect(self.refresh)
        for editor in (self.since, self.until):
            editor.dateChanged.connect(lambda _day: self._typing.start())
        for field in (self.person, self.batch):
            field.textChanged.connect(lambda _text: self._typing.start())
        self.group.activated.connect(lambda _place: self._offer_actions())
        for one in (self.user, self.role, self.group, self.action, self.kind, self.second):
            one.activated.connect(lambda _place: self.refresh())
        self.clear.clicked.connect(self.clear_all)
        self.log.wanted.connect(self._read_window)
        self.view.selectionModel().currentRowChanged.connect(lambda _now, _before: self._open_entry())
        self.view.doubleClicked.connect(lambda _index: self.open_whole())
        self.whole.clicked.connect(lambda _checked: self.open_whole())
        self.to_person.clicked.connect(self._go_to_person)

    def query(self) -> LogQuery:
        """Return what the filters say."""
        number = self.batch.text().strip()
        return LogQuery(
            since=day_of(self.since), until=day_of(self.until), user=_chosen(self.user), role=_chosen(self.role),
            group=_chosen(self.group), action=_chosen(self.action), kind=_chosen(self.kind),
            person=self.person.text().strip(), second=_chosen(self.second),
            batch=int(number) if number.isascii() and number.isdigit() else 0,
        )  # fmt: skip

    def clear_all(self) -> None:
        """Take all filters away but the days."""
        for box in (self.user, self.role, self.group, self.action, self.kind, self.second):
            box.setCurrentIndex(0)
        for field in (self.person, self.batch):
            field.clear()
        self._offer_actions()
        self.refresh()

    def refresh(self) -> None:
        """Read the log again as narrowed; an answer that a newer question overtook is not shown."""
        self._typing.stop()
        self._asked += 1
        asked, query = self._asked, self.query()

        def show(found: tuple[Choices, OpenedLog]) -> None:
            if asked == self._asked:
                self._choices = found[0]
                self._offer(found[0])
                self._show(found[1])

        def failed(error: BaseException) -> None:
            if not isinstance(error, KnownError):
                self._context.messages.show_error(error)
                return
            self._show(OpenedLog(array("q"), ()))
            self.said.setText(str(error))

        station = self._context.station
        self._context.runner.run(
            lambda _report: (audit_log.choices(station), audit_log.open_log(station, query=query)),
            context=self,
            done=show,
            failed=failed,
        )

    def _offer(self, found: Choices) -> None:
        """Add to the boxes what was done since they were filled."""
        for box, keys in ((self.user, found.users), (self.second, found.seconds)):
            for key in keys:
                if box.findData(key) < 0:
                    box.addItem(key, key)
        for name in found.actions:
            if self.group.findData(name) < 0:
                self.group.addItem(name, name)
        if self.action.count() == 1:
            self._offer_actions()

    def _offer_actions(self) -> None:
        """Offer the actions of the group chosen, all of them grouped without one."""
        chosen, group = self.action.currentData(), str(self.group.currentData() or "")
        while self.action.count() > 1:
            self.action.removeItem(1)
        for name, actions in self._choices.actions.items():
            if group in ("", name):
                for one in actions:
                    self.action.addItem(audit.action_name(one), one)
        self.action.setCurrentIndex(max(self.action.findData(chosen), 0))

    def _show(self, opened: OpenedLog) -> None:
        self._opened = opened
        self.log.show_list(len(opened.numbers), opened.first)
        self._show_entry(None)
        if opened.numbers:
            self.said.setText(self.tr("{0} 条，新的在前；点一条看它改了哪些项目。").format(f"{len(opened.numbers):,}"))
        else:
            self.said.setText(self.tr("这段日期里没有符合条件的记录：请放宽日期，或点“清除条件”。"))

    def _read_window(self, window: int) -> None:
        opened = self._opened
        if opened is None:
            return
        start = window * audit_log.WINDOW
        numbers = opened.numbers[start : start + audit_log.WINDOW]

        def done(rows: list[Deed]) -> None:
            if self._opened is opened:
                self.log.put_window(window, rows)

        self._context.read(lambda station: audit_log.window_of(station, numbers=numbers), context=self, done=done)

    def _open_entry(self) -> None:
        """Read what the chosen entry touched."""
        index = self.view.currentIndex()
        deed = self.log.row_at(index.row()) if index.isValid() else None
        if deed is None:
            self._show_entry(None)
            return
        self._context.read(
            lambda station: audit_log.entry_of(station, number=deed.n), context=self, done=self._show_entry
        )

    def _show_entry(self, entry: Entry | None) -> None:
        """Say under the log what the chosen entry touched."""
        self.entry = entry
        lines = entry.lines if entry else ()
        self.whole.setEnabled(bool(lines))
        self.to_person.setVisible(self._context.station.may(READ_PEOPLE))
        self.to_person.setEnabled(bool(lines and lines[0].person))
        if entry is None:
            self.entry_said.setText(self.tr("点一条，这里说明它改了哪些项目。"))
            return
        if not lines:
            self.entry_said.setText(self.tr("第 {0} 步没有改动登记。").format(entry.deed.n))
            return
        first, more = lines[0], self.tr("　等 {0} 条").format(len(lines)) if len(lines) > 1 else ""
        said = f"{first.what} {first.person_no}　{first.fields}"
        cut = said if len(said) <= _NAMED else f"{said[:_NAMED]}…"
        self.entry_said.setText(self.tr("第 {0} 步：{1}{2}").format(entry.deed.n, cut, more))

    def open_whole(self) -> None:
        """Show everything the chosen entry touched."""
        if self.entry is not None and self.entry.lines:
            self.opened = EntryDialog(self._context, entry=self.entry, parent=self)
            self.opened.open()

    def _go_to_person(self) -> None:
        if self.entry is not None and self.entry.lines and self.entry.lines[0].person:
            self._context.person_wanted.emit(self.entry.lines[0].person)
