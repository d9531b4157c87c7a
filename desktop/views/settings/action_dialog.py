"""A question with a few answers: what an action needs, what it would do, and the one button that does it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from PySide6.QtWidgets import QComboBox, QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.domain.changes import Changes
from desktop.domain.errors import KnownError
from desktop.services.station import Station
from desktop.views.context import AppContext
from desktop.views.page import PlainForm, button, label
from desktop.views.people.person_box import PersonBox

Answers = dict[str, str]


@dataclass(frozen=True, slots=True)
class Ask:
    """One line of the question: a text to type, one of several choices (value → text), or who is meant.

    `person`: the line finds people; the answer is the id of the one chosen, or what was typed.
    """

    key: str
    label: str
    value: str = ""
    hint: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    person: bool = False
    name: str = ""  # of the person that is meant from the start


@dataclass(frozen=True, slots=True)
class Action:
    """What is asked, what doing it would mean (in Chinese, if it can be told), and the doing."""

    title: str
    yes: str
    asks: Sequence[Ask]
    act: Callable[[Station, Answers], Changes]
    preview: Callable[[Station, Answers], str] | None = None
    note: str = ""


class ActionDialog(QDialog):
    """Does one action off the GUI thread; on an error what was typed stays, with the reason beneath."""

    def __init__(self, context: AppContext, action: Action, *, parent: QWidget) -> None:
        super().__init__(parent)
        self._context, self._action = context, action
        self.setWindowTitle(action.title)
        self.setMinimumWidth(560)
        self.editors: dict[str, QLineEdit | QComboBox] = {}
        form = PlainForm()
        form.setSpacing(10)
        for ask in action.asks:
            self.editors[ask.key] = _editor(ask, context)
            form.add_row(ask.label, self.editors[ask.key])
        self.told = label(action.note, name="quiet")
        self.error = label(name="bad")
        self.look = button(self.tr("先看影响多少人"))
        self.look.setVisible(action.preview is not None)
        self.look.setAutoDefault(False)
        self.look.clicked.connect(self.show_preview)
        self.do = button(action.yes, primary=True)
        self.do.setDefault(True)
        self.do.clicked.connect(self.act)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.look)
        row.addWidget(self.do)
        box = QVBoxLayout(self)
        box.setContentsMargins(24, 20, 24, 20)
        box.addLayout(form)
        box.addWidget(self.told)
        box.addWidget(self.error)
        box.addLayout(row)

    def answers(self) -> Answers:
        """Return what is typed and chosen now."""
        return {key: _answer(one) for key, one in self.editors.items()}

    def show_preview(self) -> None:
        """Say what doing it would mean."""
        preview, answers = self._action.preview, self.answers()
        if preview is None:
            return
        self.error.setText("")
        self._context.runner.run(
            lambda _report: preview(self._context.station, answers),
            context=self,
            done=self.told.setText,
            failed=self._failed,
        )

    def act(self) -> None:
        """Do it."""
        action, answers = self._action, self.answers()

        def done(_changes: Changes) -> None:
            self._context.messages.inform(self.tr("已保存：{0}").format(action.title))
            self.accept()

        self._context.write(
            lambda station, _report: action.act(station, answers), context=self, done=done, failed=self._failed
        )

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, KnownError):
            self.error.setText(str(error))
        else:
            self._context.messages.show_error(error)


def _answer(editor: QLineEdit | QComboBox) -> str:
    if isinstance(editor, QComboBox):
        return str(editor.currentData() or "")
    return editor.meant() if isinstance(editor, PersonBox) else editor.text().strip()


def _editor(ask: Ask, context: AppContext) -> QLineEdit | QComboBox:
    if ask.person:
        return PersonBox(context, person=ask.value, name=ask.name or ask.value)
    if not ask.choices:
        line = QLineEdit(ask.value)
        line.setPlaceholderText(ask.hint)
        return line
    box = QComboBox()
    for value, text in ask.choices.items():
        box.addItem(text, value)
    box.setCurrentIndex(max(box.findData(ask.value), 0))
    return box
