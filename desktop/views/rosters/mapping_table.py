"""Where each column of a file goes: its first cells in view, corrected by keyboard, by list or by dragging."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QMimeData, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from desktop.roster.grid import plain
from desktop.roster.mapping import LIKELY, keys_of
from desktop.services.rosters import RosterTable
from desktop.views.page import label
from desktop.views.table import Column, SnapshotTable, table_view

_SAMPLES = 3
_SAMPLE_CHARACTERS = 18
_LIST_WIDTH = 230
_MIME = "application/x-yince-target"
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """One column of a file as it is shown: key, header, first cells, target and how sure it is."""

    key: str
    header: str
    samples: tuple[str, ...]
    target: str
    words: str
    confidence: int

    @property
    def certainty(self) -> str:
        """How sure the proposal is, in words and percent."""
        if not self.target:
            return "不导入"
        return f"{'有把握' if self.confidence >= LIKELY else '请看一看'} {self.confidence}%"


class _MappingModel(SnapshotTable[MappedColumn]):
    """Rows that take a field dropped on them."""

    dropped = Signal(int, str)

    def flags(self, index: Index) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsDropEnabled

    def mimeTypes(self) -> list[str]:
        return [_MIME]

    def dropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index) -> bool:
        del action, row, column
        if not data.hasFormat(_MIME) or not parent.isValid():
            return False
        self.dropped.emit(parent.row(), bytes(data.data(_MIME).data()).decode())
        return True


class _Targets(QListWidget):
    """The fields a column may go to; each can be dragged onto a column."""

    def mimeTypes(self) -> list[str]:
        return [_MIME]

    def mimeData(self, items: Sequence[QListWidgetItem]) -> QMimeData:
        data = QMimeData()
        if items:
            data.setData(_MIME, str(items[0].data(Qt.ItemDataRole.UserRole)).encode())
        return data


class MappingTable(QWidget):
    """Up and down choose a column, typing narrows the fields, Enter takes the field; or a field is dragged over.

    `chosen` says which column (by its key) goes to which target.
    """

    chosen = Signal(str, str)

    def __init__(self, targets: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._words = dict(targets)
        self.model = _MappingModel(
            [
                Column(self.tr("文件里的列"), lambda one: one.header, 16),
                *[
                    Column(self.tr("第 {0} 行").format(place + 1), lambda one, place=place: one.samples[place], 13)  # type: ignore[misc]
                    for place in range(_SAMPLES)
                ],
                Column(self.tr("对应到"), lambda one: one.words, 14),
                Column(self.tr("把握"), lambda one: one.certainty, 10),
            ]
        )
        self.view = table_view(self.model)
        self.view.setAcceptDrops(True)
        self.view.setDragDropMode(QAbstractItemView.DragDropMode.DropOnly)
        self.model.dropped.connect(self._drop)
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("打字找项目，回车对应"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._narrow)
        self.search.returnPressed.connect(self.take)
        self.targets = _Targets()
        self.targets.setDragEnabled(True)
        self.targets.itemActivated.connect(lambda _item: self.take())
        for target, text in targets:
            item = QListWidgetItem(text)
            item.setData(Qt.ItemDataRole.UserRole, target)
            self.targets.addItem(item)
        self.view.activated.connect(lambda _index: self.search.setFocus())
        QShortcut(QKeySequence("Down"), self.search, lambda: self._step(1), context=Qt.ShortcutContext.WidgetShortcut)
        QShortcut(QKeySequence("Up"), self.search, lambda: self._step(-1), context=Qt.ShortcutContext.WidgetShortcut)
        side = QVBoxLayout()
        side.addWidget(label(self.tr("选中的列对应到："), name="quiet"))
        side.addWidget(self.search)
        side.addWidget(self.targets, 1)
        held = QWidget()
        held.setLayout(side)
        held.setFixedWidth(_LIST_WIDTH)
        side.setContentsMargins(0, 0, 0, 0)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.view, 1)
        row.addWidget(held)

    def show_table(self, table: RosterTable) -> None:
        """Show the columns of a table; the row that was chosen stays so."""
        at = self.view.currentIndex().row()
        cells = [row for _, row in table.table.rows[:_SAMPLES]]
        columns = table.mapping[: table.source.width]
        self.model.show_rows(
            [
                MappedColumn(
                    key, column.header, _samples(cells, place), column.target,
                    self._words.get(column.target, column.target), column.confidence,
                )
                for place, (key, column) in enumerate(zip(keys_of(table.table.headers), columns, strict=False))
            ]
        )  # fmt: skip
        doubtful = next((n for n, one in enumerate(self.model.rows) if one.target and one.confidence < LIKELY), 0)
        self.view.selectRow(at if 0 <= at < len(self.model.rows) else doubtful)

    def take(self) -> None:
        """Let the chosen column go to the chosen field."""
        at = self.targets.currentRow()
        if at >= 0 and not self.targets.item(at).isHidden():
            target = str(self.targets.item(at).data(Qt.ItemDataRole.UserRole))
            self._choose(self.view.currentIndex().row(), target)

    def _drop(self, row: int, target: str) -> None:
        self.view.selectRow(row)
        self._choose(row, target)

    def _choose(self, row: int, target: str) -> None:
        if 0 <= row < len(self.model.rows):
            self.search.clear()
            self.chosen.emit(self.model.rows[row].key, target)

    def _narrow(self, text: str) -> None:
        shown = []
        for place in range(self.targets.count()):
            item = self.targets.item(place)
            item.setHidden(text.strip() not in item.text())
            shown += [] if item.isHidden() else [place]
        if shown:
            self.targets.setCurrentRow(shown[0])

    def _step(self, by: int) -> None:
        place = self.targets.currentRow() + by
        while 0 <= place < self.targets.count() and self.targets.item(place).isHidden():
            place += by
        if 0 <= place < self.targets.count():
            self.targets.setCurrentRow(place)


def _samples(rows: Sequence[Sequence[str]], place: int) -> tuple[str, ...]:
    """Return the first cells of a column, shortened, one for each sample column shown."""
    found = [plain(cells[place])[:_SAMPLE_CHARACTERS] if place < len(cells) else "" for cells in rows]
    return tuple([*found, *[""] * _SAMPLES][:_SAMPLES])


def corrected(table: RosterTable, chosen: Mapping[str, str]) -> dict[str, str]:
    """Return the whole mapping of a table with what was chosen on top, so that it can be remembered."""
    keys = keys_of(table.table.headers)
    return {**{key: one.target for key, one in zip(keys, table.mapping, strict=True)}, **chosen}
