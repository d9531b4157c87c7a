"""The form as a grid: its own words, and in each place what will be filled in there."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QBrush, QColor, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QTableWidget, QTableWidgetItem

from desktop.services.any_forms import FormMapping, OpenForm
from desktop.services.form_sources import FormSource
from desktop.views.page import plain_tip

_MOST_WIDTH = 150
_LEAST_WIDTH = 46
_FILLED = QColor("#cfe9e6")
_OPEN = QColor("#fff6d8")
_SPOT = Qt.ItemDataRole.UserRole


class FormGrid(QTableWidget):
    """Shows one block of a form; the arrows move, letters go to the search line, Delete empties a place."""

    spot_chosen = Signal(str)  # `1!B3`
    typed = Signal(str)
    emptied = Signal()
    accepted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setWordWrap(True)
        self.currentCellChanged.connect(lambda row, column, *_old: self._chosen(row, column))
        self._block = 1

    def show_block(self, form: OpenForm, block: int) -> None:
        """Lay out a block (from 1) of a form."""
        self.blockSignals(True)
        self._block = block
        shape = form.shape.blocks[block - 1]
        listed = form.shape.rows
        rows = max(len(shape.rows), listed.first if listed is not None and listed.block == block else 0)
        self.clear()
        self.clearSpans()
        self.setRowCount(rows)
        self.setColumnCount(max((len(row) for row in shape.rows), default=1))
        self.setHorizontalHeaderLabels([letters(column) for column in range(self.columnCount())])
        for row in range(rows):
            for column in range(self.columnCount()):
                self.setItem(row, column, QTableWidgetItem(""))
        for top, left, bottom, right in shape.merged:
            self.setSpan(top, left, bottom - top + 1, right - left + 1)
        self.blockSignals(False)

    def show_mapping(self, form: OpenForm, mapping: FormMapping, sources: Mapping[str, FormSource]) -> None:
        """Write the form's words and what goes where; nothing moves."""
        for row, texts in enumerate(form.shape.blocks[self._block - 1].rows):
            for column, text in enumerate(texts):
                self._paint(row, column, text, None)
        offered = {one.id: one for one in form.shape.places}
        for place in {*offered, *mapping.places}:
            if place.startswith(f"{self._block}!"):
                self._show_place(place, mapping.places.get(place, ""), sources)
        listed = form.shape.rows
        if listed is not None and listed.block == self._block:
            for letter, _heading in listed.columns:
                source = mapping.columns.get(letter, "")
                row, column = spot_of(f"{self._block}!{letter}{listed.first}")
                self._paint(row, column, named(source, sources), _FILLED if source else _OPEN)
        self.resizeColumnsToContents()
        self.resizeRowsToContents()
        for column in range(self.columnCount()):
            self.setColumnWidth(column, max(min(self.columnWidth(column), _MOST_WIDTH), _LEAST_WIDTH))

    def _show_place(self, place: str, source: str, sources: Mapping[str, FormSource]) -> None:
        row, column = spot_of(place)
        item = self.item(row, column)
        if item is None:
            return
        color = _FILLED if source else _OPEN
        if "#" in place:
            text = f"{item.text()}\n{named(source, sources)}" if source else item.text()
            keep = item.background().color() == _FILLED
            self._paint(row, column, text, _FILLED if keep else color)
        else:
            self._paint(row, column, named(source, sources), color)

    def _paint(self, row: int, column: int, text: str, color: QColor | None) -> None:
        item = self.item(row, column)
        if item is not None:
            item.setText(text)
            item.setToolTip(plain_tip(text))
            item.setBackground(QBrush(color) if color is not None else QBrush())

    def text_here(self) -> str:
        """Return what stands in the cell the cursor is on."""
        item = self.item(self.currentRow(), self.currentColumn())
        return "" if item is None else item.text().strip()

    def go_to(self, place: str) -> None:
        """Put the cursor on a place."""
        row, column = spot_of(place)
        self.setCurrentCell(row, column)

    def _chosen(self, row: int, column: int) -> None:
        if row >= 0 and column >= 0:
            self.spot_chosen.emit(f"{self._block}!{letters(column)}{row + 1}")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            self.emptied.emit()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.accepted.emit()
        elif event.text().strip():
            self.typed.emit(event.text())
        else:
            super().keyPressEvent(event)


def letters(column: int) -> str:
    """Return a column's letters, from 0."""
    first, last = divmod(column, 26)
    return (letters(first - 1) if first else "") + chr(65 + last)


def spot_of(place: str) -> tuple[int, int]:
    """Return a place's row and column from 0."""
    name = place.partition("!")[2].partition("#")[0]
    digits = name.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    column = 0
    for letter in name.removesuffix(digits):
        column = column * 26 + ord(letter) - 64
    return int(digits) - 1, column - 1


def named(source: str, sources: Mapping[str, FormSource]) -> str:
    """Return what a source is called, with its style; '' for none."""
    key, _, style = source.partition("|")
    label = sources[key].label if key in sources else key
    if style.endswith("位") and style.startswith("第"):
        return f"【{style}】"  # one of the boxes of an id number
    return f"【{label}{'·' + style if style else ''}】" if source else ""
