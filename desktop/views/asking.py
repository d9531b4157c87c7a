"""One thing asked in a small dialog whose words are never taken as markup: they may hold what somebody is called."""

from collections.abc import Sequence
from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QInputDialog, QLabel, QWidget


def _dialog(parent: QWidget, title: str, said: str) -> QInputDialog:
    asked = QInputDialog(parent)
    asked.setWindowTitle(title)
    asked.setLabelText(said)
    for caption in cast(list[QLabel], asked.findChildren(QLabel)):
        caption.setTextFormat(Qt.TextFormat.PlainText)
    return asked


def _answered(asked: QInputDialog) -> bool:
    accepted = asked.exec() == QDialog.DialogCode.Accepted
    asked.deleteLater()  # what was typed does not stay with the page that asked
    return accepted


def ask_text(parent: QWidget, title: str, said: str, *, text: str = "", lines: bool = False) -> str | None:
    """Return what was typed, in one line or in several; None if the user went away."""
    asked = _dialog(parent, title, said)
    asked.setOption(QInputDialog.InputDialogOption.UsePlainTextEditForTextInput, on=lines)
    asked.setTextValue(text)
    return asked.textValue() if _answered(asked) else None


def ask_item(parent: QWidget, title: str, said: str, items: Sequence[str], *, at: int = 0) -> str | None:
    """Return which of the items was chosen; None if the user went away."""
    asked = _dialog(parent, title, said)
    asked.setComboBoxItems(list(items))
    asked.setTextValue(items[at])
    return asked.textValue() if _answered(asked) else None


def ask_number(
    parent: QWidget, title: str, said: str, *, number: int = 0, low: int = 0, high: int = 2**31 - 1
) -> int | None:
    """Return the number typed; None if the user went away."""
    asked = _dialog(parent, title, said)
    asked.setInputMode(QInputDialog.InputMode.IntInput)
    asked.setIntRange(low, high)
    asked.setIntValue(number)
    return asked.intValue() if _answered(asked) else None
