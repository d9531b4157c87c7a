"""One person whole: every field by group, what hangs on it, and the history of every change."""

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QScrollArea, QTabWidget, QVBoxLayout, QWidget

from desktop.domain.clock import local_text
from desktop.domain.dictionary import KINDS, PERSON, PERSON_RECORDS, Kind, grouped, masked
from desktop.domain.errors import InvalidValueError
from desktop.domain.fields import Value
from desktop.services import batches, register
from desktop.services.batches import Undone
from desktop.services.catalogue import collected_fields
from desktop.services.computed import Computed, computed_of
from desktop.services.station import Station
from desktop.store.history import HistoryLine
from desktop.store.people import PersonPage as PersonRecord
from desktop.views.context import AppContext
from desktop.views.field_text import field_text
from desktop.views.page import Page, button, label
from desktop.views.people.child_dialog import ChildrenTab
from desktop.views.people.person_form import FieldsForm, is_typed
from desktop.views.people.state_dialog import StateDialog
from desktop.views.table import Column, SnapshotTable, table_view


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page read."""

    record: PersonRecord
    history: list[HistoryLine]
    computed: Computed


def line_label(line: HistoryLine) -> str:
    """Return which field a line of history is about."""
    kind = KINDS[line.kind]
    if not line.field:
        return f"{kind.label}：删除"
    prefix = "" if line.kind == "person" else f"{kind.label}·"
    return prefix + kind.field(line.field).label


class PersonPage(Page):
    """Reads, edits and explains one person."""

    topics = ("person", "org", "age_band", "field_switch", "code", *(kind.key for kind in PERSON_RECORDS))

    def __init__(self, context: AppContext) -> None:
        super().__init__(context, title="")
        self.person = ""
        self._record: PersonRecord | None = None
        self.save = button(self.tr("保存修改（Ctrl+S）"), primary=True)
        self.save.setEnabled(False)
        self.save.clicked.connect(self.save_edits)
        self.visit = button(self.tr("记走访"))
        self.visit.clicked.connect(self.record_visit)
        self.reveal = button(self.tr("显示证号"))
        self.reveal.setCheckable(True)
        self.reveal.toggled.connect(self._veil)
        self.state = button(self.tr("变更状态…"))
        self.state.clicked.connect(lambda _checked=False: self.change_state())
        self.head.addWidget(self.state)
        self.head.addWidget(self.reveal)
        self.head.addWidget(self.visit)
        self.head.addWidget(self.save)
        self.tabs = QTabWidget()
        self.forms: dict[str, FieldsForm] = {}
        for group, fields in grouped(PERSON.fields).items():
            form = FieldsForm([one for one in fields if is_typed(one, even_off=True)], station=context.station)
            if not form.fields:
                continue
            form.edited.connect(lambda: self.save.setEnabled(True))
            if "manage_state" in form.editors:
                form.editors["manage_state"].setEnabled(False)  # changed by the dialog, with a reason
            self.forms[group] = form
            self.tabs.addTab(_scrolled(form), group)
        self.children_tab = ChildrenTab(context)
        self.history_model: SnapshotTable[HistoryLine] = SnapshotTable(
            [
                Column(self.tr("时间"), lambda line: local_text(line.at), 13),
                Column(self.tr("项目"), line_label, 22),
                Column(self.tr("原来"), lambda line: _side(line, line.old), 16),
                Column(
                    self.tr("改为"), lambda line: _side(line, line.new) + ("（未采用）" if line.set_aside else ""), 18
                ),
                Column(self.tr("谁"), lambda line: line.user, 8),
                Column(self.tr("原因"), lambda line: line.why, 20),
            ]
        )
        self.tabs.addTab(self.children_tab, self.tr("联系·标签·走访"))
        self.tabs.addTab(self._history_tab(), self.tr("变更历史"))
        self._veil(shown=False)
        self.notice = label(name="quiet")
        self.computed = label(name="quiet")
        self.body.addWidget(self.notice)
        self.body.addWidget(self.computed)
        self.body.addWidget(self.tabs, 1)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Save), self, self.save_edits)

    def _history_tab(self) -> QWidget:
        self.history_view = table_view(self.history_model)
        self.undo = button(self.tr("撤销所选的这批改动…"))
        self.undo.clicked.connect(self._ask_to_undo)
        tab = QWidget()
        box = QVBoxLayout(tab)
        box.addWidget(self.undo, 0, Qt.AlignmentFlag.AlignRight)
        box.addWidget(self.history_view, 1)
        return tab

    def _ask_to_undo(self) -> None:
        index = self.history_view.currentIndex()
        if not index.isValid():
            self.context.messages.said.emit(self.tr("请先在下面选一行改动"), True)
            return
        line = self.history_model.rows[index.row()]
        question = self.tr("撤销 {0} 由{1}做的这批改动？同一批里其他人的改动也会一起撤销。").format(
            local_text(line.at), line.user
        )
        if self.context.messages.ask(self, question, yes=self.tr("撤销"), no=self.tr("不撤销")):
            self.undo_batch(line.batch)

    def undo_batch(self, batch: str) -> None:
        """Take a batch back; what was changed since stays and is counted."""

        def done(undone: Undone) -> None:
            kept = self.tr("，{0} 条之后又改过，保持不变").format(len(undone.kept)) if undone.kept else ""
            self.context.messages.inform(self.tr("已撤销 {0} 条{1}").format(undone.restored, kept))

        self.context.write(lambda station, _report: batches.undo_batch(station, batch=batch), context=self, done=done)

    def show_person(self, person: str) -> None:
        """Show another person."""
        self.person = self.children_tab.person = person
        self.save.setEnabled(False)
        self.reveal.setChecked(False)
        self.refresh()

    def refresh(self) -> None:
        """Read the person again; what is being typed stays."""
        person = self.person
        if not person:
            return

        def read(station: Station) -> Shown:
            record = register.person_details(station, person=person)
            history = [line for line in register.history_of(station, person=person) if _is_collected(line, station)]
            return Shown(record, history, computed_of(station, record.values, station.today()))

        self.context.read(read, context=self, done=self._show)

    def _show(self, shown: Shown) -> None:
        record = shown.record
        if record.id != self.person:
            return
        self._record = record
        self.title.setText(str(record.values.get("name") or ""))
        number = str(record.values.get("person_no") or "")
        shown_id = masked(PERSON.field("id_no"), str(record.values.get("id_no") or self.tr("未填")))
        self.notice.setText(self.tr("人员编号 {0}　证号 {1}").format(number, shown_id))
        self.computed.setText("　".join(f"{key} {text}" for key, text in shown.computed.lines()))
        self._show_collected()
        if not self.save.isEnabled():
            for form in self.forms.values():
                form.show_values(record.values)
            self.save.setEnabled(False)
        self.children_tab.model.show_rows([row for rows in record.children.values() for row in rows])
        self.history_model.show_rows([line for line in shown.history if _is_readable(line)])

    def _show_collected(self) -> None:
        """Show the fields collected here, and the groups that have any."""
        collected = collected_fields(self.context.station)
        for place, form in enumerate(self.forms.values()):
            self.tabs.setTabVisible(place, form.show_only(collected))

    def edits(self) -> dict[str, Value]:
        """Return the fields that differ from the register."""
        stored = self._record.values if self._record else {}
        typed = {key: value for form in self.forms.values() for key, value in form.values().items()}
        return {key: value for key, value in typed.items() if stored.get(key) != value}

    def _veil(self, shown: bool) -> None:
        for form in self.forms.values():
            form.veil_ids(not shown)

    def save_edits(self) -> None:
        """Write what was changed; on an error everything typed stays where it is."""
        person, edits = self.person, self.edits()
        if not edits:
            self.save.setEnabled(False)
            return

        def done(_changes: object) -> None:
            self.save.setEnabled(False)
            self.context.messages.inform(self.tr("已保存"))

        self.context.write(
            lambda station, _report: register.amend_person(station, person=person, values=edits),
            context=self,
            done=done,
            failed=self._failed,
        )

    def _failed(self, error: BaseException) -> None:
        self.context.messages.show_error(error)
        if isinstance(error, InvalidValueError):
            for place, form in enumerate(self.forms.values()):
                if error.field in form.editors:
                    self.tabs.setCurrentIndex(place)
                    form.point_at(error)

    def change_state(self) -> StateDialog | None:
        """Open the dialog that changes the person's state."""
        if self._record is None:
            return None
        state = str(self._record.values.get("manage_state") or "")
        dialog = StateDialog(self.context, person=self.person, name=self.title.text(), state=state, parent=self)
        dialog.open()
        return dialog

    def record_visit(self) -> None:
        """Ask the window for the form of a visit to this person."""
        if self.person:
            self.context.visit_wanted.emit(self.person, self.title.text())


def _scrolled(form: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidget(form)
    area.setWidgetResizable(True)
    return area


def _is_collected(line: HistoryLine, station: Station) -> bool:
    """Return False for a person's field that is not collected here."""
    return line.kind != PERSON.key or not line.field or line.field in collected_fields(station)


def _is_readable(line: HistoryLine) -> bool:
    """Return False for the links between records, which say nothing to people."""
    return not line.field or KINDS[line.kind].field(line.field).kind is not Kind.RECORD


def _side(line: HistoryLine, value: Value) -> str:
    return field_text(KINDS[line.kind].field(line.field), value) if line.field else ""
