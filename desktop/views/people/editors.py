"""One editor for each kind of value, so that every form is made from the dictionary."""

import re
import unicodedata

from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit, QWidget

from desktop.domain import dates, id_numbers
from desktop.domain.codes import code_list
from desktop.domain.fields import Field, Kind, Value
from desktop.views.page import plain_tip
from desktop.views.people.latin_editors import LatinLine, SearchCombo

_NOTE_HEIGHT = 76
_SOME = 4  # of the codes of a field that may hold several, as an example
_LATIN = frozenset({Kind.ID_NUMBER, Kind.PHONE, Kind.DATE, Kind.INT, Kind.MONEY})


def editor_for(field: Field) -> QWidget:
    """Return an empty editor for a field."""
    if field.kind in {Kind.CODE, Kind.BOOL}:
        box = SearchCombo()
        _offer(box, field)
        return box
    if field.kind is Kind.NOTE:
        note = QPlainTextEdit()
        note.setFixedHeight(_NOTE_HEIGHT)
        note.setTabChangesFocus(True)
        return note
    line = LatinLine() if field.kind in _LATIN else QLineEdit()
    line.setMaxLength(field.max_length)
    if field.kind is Kind.DATE:
        line.setPlaceholderText("1953-07-06")
    if field.kind is Kind.CODES:
        line.setPlaceholderText("、".join(list(code_list(field.codes).offered.values())[:_SOME]) + "…")
        line.setToolTip(plain_tip("可写几项，用顿号隔开：" + "、".join(code_list(field.codes).offered.values())))
    return line


def _offer(box: QComboBox, field: Field) -> None:
    """Offer the codes as they stand now: a list may be edited while a form is open."""
    items = {"": "", **({"1": "是", "0": "否"} if field.kind is Kind.BOOL else code_list(field.codes).offered)}
    if {box.itemData(place): box.itemText(place) for place in range(box.count())} != items:
        box.clear()
        for code, text in items.items():
            box.addItem(text, code)


def show_value(editor: QWidget, field: Field, value: Value) -> None:
    """Put a stored value into an editor."""
    text = "" if value is None else str(value)
    if field.kind is Kind.MONEY and isinstance(value, int):
        text = f"{value / 100:.2f}"
    if field.kind is Kind.CODES:
        text = "、".join(code_list(field.codes).label_of(code) or code for code in text.split())
    if isinstance(editor, QComboBox):
        _offer(editor, field)
        place = editor.findData(text)
        if place < 0:  # a stopped code, or one of a newer version: shown, and kept
            editor.addItem(code_list(field.codes).label_of(text) if field.codes else text, text)
            place = editor.count() - 1
        editor.setCurrentIndex(place)
    elif isinstance(editor, QPlainTextEdit):
        editor.setPlainText(text)
    elif isinstance(editor, QLineEdit):
        editor.setText(text)


def typed_value(editor: QWidget, field: Field) -> Value:
    """Return what an editor holds, as the register stores it; None if it is empty.

    A date in any notation becomes ISO text where it can be read; what cannot be read is returned
    as typed, so that the rules name it and nothing typed is lost.
    """
    text = _text_of(editor)
    if not text:
        return None
    if field.kind in _LATIN:
        text = unicodedata.normalize("NFKC", text)
    if field.kind is Kind.CODES:
        words = [word for word in re.split(r"[、,，;；/|\s]+", text) if word]
        return " ".join(dict.fromkeys(code_list(field.codes).code_of(word) or word for word in words))
    if field.kind is Kind.DATE:
        return dates.read_date(text, recent=field.group != "身份").value or text
    if field.kind is Kind.ID_NUMBER:
        return id_numbers.clean_id(text)
    if field.is_number:
        return _number(text, field)
    return text


def _text_of(editor: QWidget) -> str:
    if isinstance(editor, QComboBox):
        return str(editor.currentData() or "")
    if isinstance(editor, QPlainTextEdit):
        return editor.toPlainText().strip()
    return editor.text().strip() if isinstance(editor, QLineEdit) else ""


def _number(text: str, field: Field) -> Value:
    try:
        number = float(text)
    except ValueError:
        return text
    return round(number * 100) if field.kind is Kind.MONEY else int(number)
