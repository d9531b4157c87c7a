"""有人来了: one key covers every window of the program at once, before anything is asked of anybody."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from desktop.views.page import button, label

TITLE = "银册"


def is_veil_key(event: QKeyEvent) -> bool:
    """Return True for F12 and for Ctrl+Shift+Space."""
    if event.key() == Qt.Key.Key_F12:
        return True
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    return event.key() == Qt.Key.Key_Space and event.modifiers() & both == both


class _Cover(QWidget):
    """An opaque sheet over one window; it takes every key and click meant for what is beneath."""

    lifted = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAutoFillBackground(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.title = window.windowTitle()
        window.setWindowTitle(TITLE)
        box = QVBoxLayout(self)
        box.addStretch(2)
        said = label(self.tr("屏幕已遮住"), name="title")
        said.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.lift = button(self.tr("继续（F12）"))
        self.lift.clicked.connect(self.lifted)
        box.addWidget(said)
        box.addWidget(self.lift, 0, Qt.AlignmentFlag.AlignHCenter)
        box.addStretch(3)
        window.installEventFilter(self)
        self.fit()
        self.show()
        self.raise_()
        self.setFocus()

    def fit(self) -> None:
        """Cover the whole window, whatever size it has now."""
        self.setGeometry(self._window.rect())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.fit()
        return super().eventFilter(watched, event)

    def take_off(self) -> None:
        """Uncover the window."""
        self._window.setWindowTitle(self.title)
        self.hide()
        self.setParent(None)
        self.deleteLater()


class Veil(QObject):
    """Covers and uncovers all windows. `covered` says so."""

    covered = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.covers: list[_Cover] = []

    @property
    def is_down(self) -> bool:
        """True while the screen is covered."""
        return bool(self.covers)

    def toggle(self) -> None:
        """Cover the screen, or uncover it."""
        if self.is_down:
            self.lift()
        else:
            self.drop()

    def drop(self) -> None:
        """Cover every visible window now, menus and lists that hang open above all."""
        while (popup := QApplication.activePopupWidget()) is not None:
            popup.close()
        for window in QApplication.topLevelWidgets():
            if window.isVisible():
                self.cover(window)
        self.covered.emit(True)

    def cover(self, window: QWidget) -> None:
        """Cover one window; what hangs over windows (search hits, tips) is put away."""
        if window.windowType() in {Qt.WindowType.ToolTip, Qt.WindowType.Popup, Qt.WindowType.Tool}:
            window.hide()
        elif all(one.parentWidget() is not window for one in self.covers):
            cover = _Cover(window)
            cover.lifted.connect(self.lift)
            self.covers.append(cover)

    def lift(self) -> None:
        """Uncover every window."""
        covers, self.covers = self.covers, []
        for cover in covers:
            cover.take_off()
        self.covered.emit(False)
