"""Forms made from the dictionary, with the reason under a field while it is being typed."""

from collections.abc import Collection, Mapping, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from desktop.domain.clock import stamp
from desktop.domain.dictionary import PERSON, PHONE, Field
from desktop.domain.errors import InvalidValueError
from desktop.domain.fields import Kind, RecordKind, Value
from desktop.domain.id_numbers import IdProblem, check_id
from desktop.domain.sight import HIDDEN, MASK
from desktop.domain.validation import check_record, derived_from_id
from desktop.services import register
from desktop.services.register import PersonDraft, Registered
from desktop.services.station import Station
from desktop.store.drafts import Draft
from desktop.store.people import PersonRow
from desktop.views.context import AppContext
from desktop.views.page import PlainForm, button, label, plain_tip, scrolled
from desktop.views.people.draft_keeper import DraftKeeper
from desktop.views.people.editors import editor_for, show_value, typed_value

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_PHONE_KEY = "+phone"  # of a draft: the phone beside the form
_BESIDE = 260  # pixels of title bar, phone, warnings and buttons
_QUICK = ("name", "id_no", "sex", "birth_id", "live_addr", "ent_name", "retire_date", "remark")


def is_typed(field: Field, *, even_off: bool = False) -> bool:
    """Return True for a field a clerk types into a form: not a link, a picture, or one that is off or retired.

    `even_off` takes those too that a lead may switch on: whoever asks hides them until then.
    """
    if field.retired or field.hidden:
        return False
    return (even_off or not field.off) and field.kind not in {Kind.RECORD, Kind.IMAGE}


class FieldsForm(QWidget):
    """Editors for a run of fields, with their findings beneath."""

    edited = Signal()

    def __init__(self, fields: Sequence[Field], *, station: Station, kind: RecordKind = PERSON) -> None:
        super().__init__()
        self._kind = kind
        self._station = station
        self.fields = {field.key: field for field in fields}
        self.editors: dict[str, QWidget] = {}
        self._reasons = {}
        self.veiled: set[str] = set()  # what shows its mask now: not to be typed over
        form = self._rows = PlainForm(self)
        form.setSpacing(8)
        self._held: dict[str, QVBoxLayout] = {}
        for field in fields:
            editor = editor_for(field)
            reason = label(name="bad")
            reason.hide()
            held = QVBoxLayout()
            held.setSpacing(2)
            held.addWidget(editor)
            held.addWidget(reason)
            form.add_row(field.label + ("＊" if field.required else ""), held)
            self.editors[field.key] = editor
            self._held[field.key] = held
            self._reasons[field.key] = reason
            self._watch(editor)
            editor.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let Enter go on to the next field; in notes it begins a line."""
        enter = event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() in _ENTER
        if enter and isinstance(watched, QLineEdit | QComboBox) and isinstance(event, QKeyEvent):
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                return False
            return self.focusNextChild()
        return super().eventFilter(watched, event)

    @property
    def hidden(self) -> set[str]:
        """The fields this user may not see at all."""
        sight = self._station.vault.sight
        return {key for key in self.fields if sight.of_field(self._kind.key, key) == HIDDEN}

    def _watch(self, editor: QWidget) -> None:
        if isinstance(editor, QComboBox):
            editor.currentIndexChanged.connect(lambda _place: self._on_edit())
        elif isinstance(editor, QPlainTextEdit):
            editor.textChanged.connect(self._on_edit)
        elif isinstance(editor, QLineEdit):
            editor.textChanged.connect(lambda _text: self._on_edit())

    def _on_edit(self) -> None:
        self.show_findings()
        self.edited.emit()

    def show_only(self, keys: Collection[str]) -> bool:
        """Show the fields named and hide the rest; return whether any is shown."""
        shown = set(keys) - self.hidden
        for key in self.fields:
            self._rows.setRowVisible(self._held[key], key in shown)
        return not shown.isdisjoint(self.fields)

    def show_values(self, values: Mapping[str, Value]) -> None:
        """Fill the editors; one that gets a mask is shut until the whole value is revealed."""
        before, self.veiled = self.veiled, {key for key in self.fields if MASK in str(values.get(key) or "")}
        for key in before | self.veiled:
            self.editors[key].setEnabled(key not in self.veiled)
            told = self.tr("遮着：点“显示遮挡的内容”以后才能看、能改") if key in self.veiled else ""
            self.editors[key].setToolTip(plain_tip(told))
        for key, field in self.fields.items():
            self.editors[key].blockSignals(True)
            show_value(self.editors[key], field, values.get(key))
            self.editors[key].blockSignals(False)
        self.show_findings()

    def values(self) -> dict[str, Value]:
        """Return what the editors hold, empty ones as None; neither what is hidden nor what shows its mask."""
        left_out = self.hidden | self.veiled
        kept = {key: field for key, field in self.fields.items() if key not in left_out}
        return {key: typed_value(self.editors[key], field) for key, field in kept.items()}

    def show_findings(self) -> None:
        """Show under each field what the rules say of it now."""
        values = self.values()
        found = {one.field: one for one in check_record(self._kind, values, today=self._station.today())}
        for key, reason in self._reasons.items():
            one = found.get(key)
            shown = one is not None and bool(values.get(key))
            reason.setText(
                f"{one.message}，{one.advice}" if one is not None and one.advice else one.message if one else ""
            )
            reason.setVisible(shown)

    def veil_ids(self, veiled: bool) -> None:
        """Hide id numbers from whoever looks over the shoulder; a veiled one cannot be typed over."""
        for key, field in self.fields.items():
            editor = self.editors[key]
            if field.kind is Kind.ID_NUMBER and isinstance(editor, QLineEdit):
                editor.setEchoMode(QLineEdit.EchoMode.Password if veiled else QLineEdit.EchoMode.Normal)
                editor.setReadOnly(veiled)

    def point_at(self, error: InvalidValueError) -> None:
        """Show an error under its field and put the cursor there."""
        if error.field in self.editors:
            self._reasons[error.field].setText(str(error))
            self._reasons[error.field].show()
            self.editors[error.field].setFocus()


class NewPersonDialog(QDialog):
    """A new person by hand, by keyboard alone: sex and birth fill themselves from the id."""

    def __init__(self, context: AppContext, *, parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        self.setWindowTitle(self.tr("新增人员"))
        self.setMinimumWidth(620)
        self.form = FieldsForm([PERSON.field(key) for key in _QUICK], station=context.station)
        self.phone = editor_for(PHONE.field("number"))
        self.alike = label(name="bad")
        self.error = label(name="bad")
        self.save = button(self.tr("保存"), primary=True)
        self.save.setDefault(True)
        self.save.clicked.connect(lambda: self._save(again=False))
        self.more = button(self.tr("保存并继续（Ctrl+回车）"))
        self.more.setAutoDefault(False)
        self.more.clicked.connect(lambda: self._save(again=True))
        QShortcut(QKeySequence("Ctrl+Return"), self, self.more.click)
        phones = PlainForm()
        phones.add_row(PHONE.field("number").label, self.phone)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.more)
        row.addWidget(self.save)
        box = QVBoxLayout(self)
        box.setContentsMargins(24, 20, 24, 20)
        box.addWidget(scrolled(self.form, beside=_BESIDE), 1)
        box.addLayout(phones)
        box.addWidget(self.alike)
        box.addWidget(self.error)
        box.addLayout(row)
        id_editor = self.form.editors["id_no"]
        if isinstance(id_editor, QLineEdit):
            id_editor.textChanged.connect(self._fill_from_id)
        self.form.editors["name"].setFocus()
        self._keep_drafts()

    def _keep_drafts(self) -> None:
        key = f"new/{stamp(self._context.station.clock)}"
        self.keeper = DraftKeeper(self._context, key=key, title=self._draft_title, values=self._typed, parent=self)
        self.form.edited.connect(self.keeper.touch)
        if isinstance(self.phone, QLineEdit):
            self.phone.textChanged.connect(lambda _text: self.keeper.touch())
        self.finished.connect(lambda _how: self.keeper.discard())

    def _typed(self) -> dict[str, Value]:
        return {**self.form.values(), _PHONE_KEY: typed_value(self.phone, PHONE.field("number"))}

    def _draft_title(self) -> str:
        return self.tr("新增人员 {0}").format(self.form.values().get("name") or "")

    def resume(self, draft: Draft) -> None:
        """Go on with what was typed before a crash."""
        self.form.show_values(draft.payload)
        show_value(self.phone, PHONE.field("number"), draft.payload.get(_PHONE_KEY))
        self.keeper.take_up(draft.key)

    def _fill_from_id(self, text: str) -> None:
        """Fill in sex and birth as soon as the id is sound, and look for the same person."""
        check = check_id(text)
        if check.problem is not None and check.problem is not IdProblem.ENDS_000:
            self.alike.setText("")
            return
        for key, value in derived_from_id(check.text).items():
            if key in self.form.editors:
                show_value(self.form.editors[key], PERSON.field(key), value)
        values = self.form.values()
        self._context.read(
            lambda station: register.lookalikes_of(station, values=values), context=self, done=self._show_alike
        )

    def _show_alike(self, rows: list[PersonRow]) -> None:
        names = "、".join(f"{row.text('name')}（{row.text('person_no')}）" for row in rows)
        self.alike.setText(self.tr("登记库里已有相同的人：{0}，请先核对").format(names) if rows else "")

    def _save(self, *, again: bool) -> None:
        number = typed_value(self.phone, PHONE.field("number"))
        draft = PersonDraft(self.form.values(), phones=[{"number": number, "owner": "本人"}] if number else [])
        self.setEnabled(False)

        def done(registered: Registered) -> None:
            self._context.messages.inform(self.tr("已登记，人员编号 {0}").format(registered.person_no))
            self.setEnabled(True)
            if not again:
                self.accept()
                return
            self.keeper.discard()
            self.form.show_values({})
            show_value(self.phone, PHONE.field("number"), None)
            self.form.editors["name"].setFocus()

        self._context.write(
            lambda station, _report: register.register_person(station, draft=draft),
            context=self,
            done=done,
            failed=self._failed,
        )

    def _failed(self, error: BaseException) -> None:
        self.setEnabled(True)
        self.error.setText("")
        if isinstance(error, InvalidValueError) and error.field in self.form.editors:
            self.form.point_at(error)
        elif isinstance(error, InvalidValueError):
            self.error.setText(str(error))
        else:
            self._context.messages.show_error(error)
