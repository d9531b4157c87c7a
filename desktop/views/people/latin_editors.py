"""Editors for the keyboard alone: numbers with the input method off, lists searched by pinyin initials."""

import unicodedata

from PySide6.QtCore import QElapsedTimer, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from desktop.services.spelling import initials_of

_NO_IME = Qt.InputMethodHint.ImhPreferLatin | Qt.InputMethodHint.ImhNoPredictiveText
_PAUSE_MS = 1200  # a longer pause begins a new word


def without_ime(editor: QWidget) -> None:
    """Switch the Chinese input method off for an editor: a hint alone leaves it on."""
    editor.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)


class LatinLine(QLineEdit):
    """A line for numbers, ids, dates and phones; full-width digits become plain ones as they come."""

    def __init__(self) -> None:
        super().__init__()
        self.setInputMethodHints(_NO_IME)
        without_ime(self)
        self.textChanged.connect(self._narrow)

    def setReadOnly(self, read_only: bool) -> None:
        super().setReadOnly(read_only)  # Qt turns the input method on again here
        without_ime(self)

    def setEchoMode(self, mode: QLineEdit.EchoMode) -> None:
        super().setEchoMode(mode)
        without_ime(self)

    def _narrow(self, text: str) -> None:
        plain = unicodedata.normalize("NFKC", text)
        if plain != text:
            place = self.cursorPosition()
            self.setText(plain)
            self.setCursorPosition(min(place, len(plain)))


class SearchCombo(QComboBox):
    """A list one chooses from by typing a label's pinyin initials, its beginning or its code."""

    def __init__(self) -> None:
        super().__init__()
        self._typed = ""
        self._since = QElapsedTimer()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        text = event.text().lower()
        plain = event.modifiers() in {Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier}
        if plain and text.strip() and text.isascii() and text.isprintable():
            self._look_for(text)
            event.accept()
            return
        super().keyPressEvent(event)

    def _look_for(self, text: str) -> None:
        recent = self._since.isValid() and self._since.elapsed() < _PAUSE_MS
        self._typed = self._typed + text if recent else text
        self._since.restart()
        for place in range(self.count()):
            label, code = self.itemText(place).lower(), str(self.itemData(place) or "").lower()
            if label and (label.startswith(self._typed) or initials_of(label).startswith(self._typed)
                          or code == self._typed):  # fmt: skip
                self.setCurrentIndex(place)
                return
