"""A keyboard-wedge scanner anywhere in the window: a burst of keys that begins as a card's code is not typing.

A scanner types `EC1:...` and Enter in a few milliseconds a key. Keys that may be its beginning are held back until
the next one shows what they are: either the whole code is taken from under whatever field has the keyboard, or the
keys go on to it as if nothing had been. No person types the four of them so fast.
"""

import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QWindow

_PREFIX = "EC1:"
_GAP_MS = 45  # between two keys of a burst; the quickest typist needs 60
_END_MS = 150  # silence that ends a code whose scanner sends no Enter
_ENDS = {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab}
_MODIFIERS = {Qt.Key.Key_Shift, Qt.Key.Key_CapsLock}
_PLAIN = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.KeypadModifier


class Scanner(QObject):
    """Watches every window of the program; `scanned` carries the text of a code."""

    scanned = Signal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.gap_ms, self.end_ms = _GAP_MS, _END_MS
        self._held: list[QKeyEvent] = []
        self._text = ""
        self._taking = False
        self._watched: list[QWindow] = []
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.timeout.connect(self._on_pause)
        app = QGuiApplication.instance()
        if isinstance(app, QGuiApplication):
            app.focusWindowChanged.connect(self.watch)

    def watch(self, window: QWindow | None) -> None:
        """Watch one more window; the main one and every dialog come here as they get the keyboard."""
        if window is not None and window not in self._watched:
            self._watched = [one for one in self._watched if _lives(one)]
            self._watched.append(window)
            window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: ARG002 - Qt's signature
        if event.type() is not QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return event.type() is QEvent.Type.KeyRelease and self._taking
        return self._key(event)

    def _key(self, event: QKeyEvent) -> bool:
        """Return True for a key that goes no further now."""
        if event.key() in _MODIFIERS:
            return self._taking
        if self._taking:
            self._take(event)
            return True
        text = event.text().upper()
        place = len(self._held)
        if event.modifiers() in _PLAIN and place < len(_PREFIX) and text == _PREFIX[place]:
            self._held.append(QKeyEvent(event))
            if len(self._held) == len(_PREFIX):
                self._text, self._held, self._taking = _PREFIX, [], True
            self._pause.start(self.end_ms if self._taking else self.gap_ms)
            return True
        self._let_go()
        return False

    def _take(self, event: QKeyEvent) -> None:
        if event.key() in _ENDS:
            self._finish()
            return
        self._text += event.text()
        self._pause.start(self.end_ms)

    def _on_pause(self) -> None:
        if self._taking:
            self._finish()
        else:
            self._let_go()

    def _finish(self) -> None:
        self._pause.stop()
        text, self._text, self._taking = self._text, "", False
        self.scanned.emit(text)

    def _let_go(self) -> None:
        """Send the keys held back on to whoever has the keyboard: they were typed by a person."""
        self._pause.stop()
        held, self._held = self._held, []
        focus = QGuiApplication.focusObject()
        for event in held:
            if focus is not None:
                QCoreApplication.sendEvent(focus, event)


def _lives(window: QWindow) -> bool:
    return shiboken6.isValid(window)
