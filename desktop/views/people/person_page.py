"""One person whole: every field by group, what hangs on it, and the history of every change."""

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QScrollArea, QTabWidget, QWidget

from desktop.domain.dictionary import PERSON, PERSON_RECORDS, grouped, masked
from desktop.domain.errors import InvalidValueError
from desktop.domain.fields import Value
from desktop.domain.sight import MASKED
from desktop.services import register, reveal
from desktop.services.catalogue import seen_fields
from desktop.services.computed import Computed, computed_of
from desktop.services.station import Station
from desktop.store.history import HistoryLine
from desktop.store.people import PersonPage as PersonRecord
from desktop.views.context import AppContext
from desktop.views.page import Page, button, label
from desktop.views.paper.person_papers import PersonPapers
from desktop.views.people.child_dialog import ChildrenTab
from desktop.views.people.draft_keeper import DraftKeeper
from desktop.views.people.history_tab import HistoryTab
from desktop.views.people.offer_dialog import OfferDialog
from desktop.views.people.past_dialog import PastPersonDialog
from desktop.views.people.person_form import FieldsForm, is_typed
from desktop.views.people.photo_box import PhotoBox
from desktop.views.people.state_dialog import StateDialog
from desktop.views.people.values_dialog import ValuesDialog


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page read."""

    record: PersonRecord
    history: list[HistoryLine]
    computed: Computed


class PersonPage(Page):
    """Reads, edits and explains one person."""

    topics = (
        "person",
        "org",
        "age_band",
        "field_switch",
        "sight_level",
        "code",
        *(kind.key for kind in PERSON_RECORDS),
    )

    def __init__(self, context: AppContext) -> None:
        super().__init__(context, title="")
        self.person = ""
        self._record: PersonRecord | None = None
        self.save = button(self.tr("保存修改（Ctrl+S）"), primary=True)
        self.save.setEnabled(False)
        self.save.clicked.connect(self.save_edits)
        self.visit = button(self.tr("记走访"))
        self.visit.clicked.connect(self.record_visit)
        self.reveal = self._reveal_button()
        self.state = button(self.tr("变更状态…"))
        self.state.clicked.connect(lambda _checked=False: self.change_state())
        self.head.addWidget(self._offer_button())
        self.papers = PersonPapers(context, person=lambda: self.person, number=self._number, parent=self)
        self.head.addWidget(self.papers.button)
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
            form.edited.connect(self._on_edited)
            if "manage_state" in form.editors:
                form.editors["manage_state"].setEnabled(False)  # changed by the dialog, with a reason
            self.forms[group] = form
            self.tabs.addTab(_scrolled(form), group)
        self.keeper = DraftKeeper(context, key="", title=self._draft_title, values=self.edits, parent=self)
        self._restored: tuple[str, Mapping[str, Value]] = ("", {})
        self.children_tab = ChildrenTab(context)
        self.history_tab = HistoryTab(context)
        self.history_model, self.history_view = self.history_tab.model, self.history_tab.view
        self.undo = self.history_tab.undo
        self.tabs.addTab(self.children_tab, self.tr("联系·标签·走访"))
        self.tabs.addTab(self.history_tab, self.tr("变更历史"))
        self._veil(shown=False)
        self.notice = label(name="quiet")
        self.computed = label(name="quiet")
        self.photo = PhotoBox(context)
        line = QHBoxLayout()
        line.addWidget(self.photo)
        line.addWidget(self.notice, 1)
        for one in self._past_buttons():
            line.addWidget(one)
        self.body.addLayout(line)
        self.body.addWidget(self.computed)
        self.body.addWidget(self.tabs, 1)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Save), self, self.save_edits)

    @property
    def _veiled(self) -> bool:
        """True if anything is masked from this user: the button shows more than the id then."""
        return MASKED in self.context.station.vault.sight.levels.values()

    def _reveal_words(self, *, shown: bool = False) -> str:
        if shown:
            return self.tr("重新遮住")
        return self.tr("显示遮挡的内容") if self._veiled else self.tr("显示证号")

    def _reveal_button(self) -> QPushButton:
        made = button(self._reveal_words())
        made.setCheckable(True)
        made.toggled.connect(lambda on: made.setText(self._reveal_words(shown=on)))
        made.toggled.connect(self._on_reveal)
        return made

    def show_person(self, person: str) -> None:
        """Show another person."""
        self.keeper.move_to(f"edit/{person}")
        self.person = self.children_tab.person = person
        self.save.setEnabled(False)
        self.reveal.setChecked(False)
        self.refresh()

    def _number(self) -> str:
        return str(self._record.values.get("person_no") or "") if self._record else ""

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
        if self._veiled and self.reveal.isChecked() and not self.save.isEnabled():
            self.reveal.setChecked(False)  # what was read anew is masked again
        self._show_head(record, shown)
        if not (self._veiled and self.reveal.isChecked()):
            self._show_record(record)
        self._show_restored(record)
        self.photo.show_person(record.id)
        history = [line for line in shown.history if _is_collected(line, self.context.station)]
        self.history_tab.show_lines(record.id, history)

    def _show_record(self, record: PersonRecord) -> None:
        """Put a record into the forms, unless something is being typed there, and what hangs on it beside them."""
        self._record = record
        if not self.save.isEnabled():
            for form in self.forms.values():
                form.show_values(record.values)
            self.save.setEnabled(False)
        self.children_tab.model.show_rows([row for rows in record.children.values() for row in rows])

    def _show_head(self, record: PersonRecord, shown: Shown) -> None:
        self.reveal.setText(self._reveal_words(shown=self.reveal.isChecked()))
        self.title.setText(str(record.values.get("name") or ""))
        number = str(record.values.get("person_no") or "")
        shown_id = masked(PERSON.field("id_no"), str(record.values.get("id_no") or "")) or self.tr("未填")
        self.notice.setText(self.tr("人员编号 {0}　证号 {1}").format(number, shown_id))
        self.computed.setText("　".join(f"{key} {text}" for key, text in shown.computed.lines()))
        self._show_collected()

    def _show_collected(self) -> None:
        """Show the fields collected here, and the groups that have any."""
        collected = seen_fields(self.context.station)
        for place, form in enumerate(self.forms.values()):
            self.tabs.setTabVisible(place, form.show_only(collected))

    def edits(self) -> dict[str, Value]:
        """Return the fields that differ from the register."""
        stored = self._record.values if self._record else {}
        typed = {key: value for form in self.forms.values() for key, value in form.values().items()}
        return {key: value for key, value in typed.items() if stored.get(key) != value}

    def _past_buttons(self) -> list[QPushButton]:
        values, past = button(self.tr("历次值（F2）")), button(self.tr("查看某日的登记…"))
        values.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the cursor stays in the field asked about
        values.clicked.connect(self.show_values_over_time)
        past.clicked.connect(self.show_past)
        QShortcut(QKeySequence("F2"), self, self.show_values_over_time)
        return [values, past]

    def show_values_over_time(self) -> ValuesDialog | None:
        """Open the values of the field the cursor is in."""
        for form in self.forms.values():
            for key, editor in form.editors.items():
                if editor.hasFocus():
                    dialog = ValuesDialog(self.context, person=self.person, key=key, parent=self)
                    dialog.open()
                    return dialog
        self.context.messages.said.emit(self.tr("请先把光标放到要看的项目里"), True)
        return None

    def show_past(self) -> None:
        """Open the person as kept on a day."""
        PastPersonDialog(self.context, person=self.person, parent=self).open()

    def _on_edited(self) -> None:
        self.save.setEnabled(True)
        self.keeper.touch()

    def _draft_title(self) -> str:
        return self.tr("修改 {0}").format(self.title.text())

    def restore(self, person: str, payload: Mapping[str, Value]) -> None:
        """Fill in what was typed before a crash, once that person is shown."""
        self._restored = (person, payload)

    def _show_restored(self, record: PersonRecord) -> None:
        person, payload = self._restored
        if person != record.id:
            return
        self._restored = ("", {})
        for form in self.forms.values():
            form.show_values({**record.values, **payload})
        self.keeper.take_up(f"edit/{person}")
        self.save.setEnabled(True)

    def _on_reveal(self, wanted: bool) -> None:
        """Show the masked numbers once it is noted who looked; hide them at once."""
        person = self.person
        if not wanted or not person:
            self._veil(shown=False)
            if self._veiled and person:
                self.refresh()
            return

        def failed(error: BaseException) -> None:
            self.reveal.setChecked(False)
            self.context.messages.show_error(error)

        self.context.runner.run(
            lambda _report: reveal.reveal_page(self.context.station, person=person),
            context=self,
            done=self._show_revealed,
            failed=failed,
        )

    def _show_revealed(self, record: PersonRecord) -> None:
        """Show what was masked, if it is still wanted."""
        wanted = self.reveal.isChecked() and self.person == record.id
        if wanted and self._veiled:
            self._show_record(record)
            if record.values.get("photo"):
                self.photo.show_person(record.id, revealed=True)
        self._veil(shown=wanted)

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
            self.keeper.discard()
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

    def _offer_button(self) -> QPushButton:
        self.offer = button(self.tr("转出…"))
        self.offer.clicked.connect(lambda _checked=False: self.offer_transfer())
        return self.offer

    def offer_transfer(self) -> OfferDialog | None:
        """Open the dialog that offers the person to another unit."""
        if self._record is None:
            return None
        dialog = OfferDialog(self.context, person=self.person, name=self.title.text(), parent=self)
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
    return line.kind != PERSON.key or not line.field or line.field in seen_fields(station)
