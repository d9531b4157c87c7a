"""What all pages share: a title, a row of actions, and plain labels."""

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLabel, QLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from desktop.domain.changes import Changes
from desktop.views.context import AppContext


def label(text: str = "", *, name: str = "") -> QLabel:
    """Return a label that never takes text as markup."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(True)
    if name:
        made.setObjectName(name)
    return made


def plain_tip(text: str) -> str:
    """Return what a tooltip must be given to show `text` as it is: Qt takes what looks like markup for markup."""
    return f"<qt>{escape(text).replace(chr(10), '<br>')}</qt>" if text else ""


class PlainForm(QFormLayout):
    """A form whose captions are never taken as markup: a field, a code list and a question may be named by users."""

    def add_row(self, text: str, field: QWidget | QLayout, *, at: int = -1) -> None:
        """Add a row with its caption ('' for none), at a place if one is given."""
        self.insertRow(at, text, field)
        caption = self.labelForField(field)
        if isinstance(caption, QLabel):
            caption.setTextFormat(Qt.TextFormat.PlainText)


def button(text: str, *, primary: bool = False) -> QPushButton:
    """Return a button; `primary` for the one thing to do on a page."""
    made = QPushButton(text)
    if primary:
        made.setObjectName("primary")
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    return made


def scrolled(form: QWidget, *, beside: int) -> QScrollArea:
    """Return a form that scrolls where the screen is too low for it and `beside` pixels of other things.

    At 150 % scaling a screen of 768 lines has 512: the button under a long form must stay in sight.
    """
    area = QScrollArea()
    area.setWidget(form)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    free = QGuiApplication.primaryScreen().availableGeometry().height() - beside
    area.setMinimumHeight(min(form.sizeHint().height() + 4, free))
    return area


def resize_within_screen(dialog: QWidget, width: int, height: int) -> None:
    """Give a dialog its size in pixels, or as much of it as the screen has: at 150 % scaling that is 911 by 485."""
    free = QGuiApplication.primaryScreen().availableGeometry()
    dialog.resize(min(width, free.width() - 24), min(height, free.height() - 48))


class Page(QWidget):
    """A page of the main window. `refresh` is called when it is shown and when what it shows changed."""

    topics: tuple[str, ...] = ()

    def __init__(self, context: AppContext, *, title: str) -> None:
        super().__init__()
        self.context = context
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(24, 20, 24, 20)
        self.body.setSpacing(12)
        self.head = QHBoxLayout()
        self.title = label(title, name="title")
        self.title.setWordWrap(False)
        self.head.addWidget(self.title)
        self.head.addStretch(1)
        self.body.addLayout(self.head)
        context.changed.connect(self._on_changed)

    def refresh(self) -> None:
        """Read again what the page shows."""

    def _on_changed(self, changes: Changes) -> None:
        if self.isVisible() and changes.touches(*self.topics):
            self.refresh()
