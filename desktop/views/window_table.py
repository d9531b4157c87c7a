"""A table of very many rows: only those in sight and around are read, whichever way it is scrolled."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal

from desktop.views.table import Column, Index, Row, SnapshotTable

_KEPT = 30  # windows kept at hand
_PAUSE_MS = 15  # a scroll bar that is dragged passes by many windows nobody looks at


class WindowTable(SnapshotTable[Row]):
    """A model of `total` rows that asks for windows of them by `wanted` and is given them by `put_window`.

    `rows` holds the first window, which is always there.
    """

    wanted = Signal(int)  # the number of a window

    def __init__(self, columns: Sequence[Column[Row]], *, window: int) -> None:
        super().__init__(columns)
        self._window = window
        self._total = 0
        self._windows: OrderedDict[int, list[Row]] = OrderedDict()
        self._asked: OrderedDict[int, None] = OrderedDict()
        self._coming: set[int] = set()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._ask)

    def show_list(self, total: int, first: Sequence[Row]) -> None:
        """Show a list anew: how many rows it has, and its first window."""
        self.beginResetModel()
        self.rows = list(first)
        self._total = total if len(first) == min(total, self._window) else len(first)
        self._windows.clear()
        self._asked.clear()
        self._coming.clear()
        self.endResetModel()

    def put_window(self, number: int, rows: Sequence[Row]) -> None:
        """Take a window that was wanted."""
        self._coming.discard(number)
        self._windows[number] = list(rows)
        while len(self._windows) > _KEPT:
            self._windows.popitem(last=False)
        top = number * self._window
        bottom = min(top + self._window, self._total) - 1
        if bottom >= top:
            self.dataChanged.emit(self.index(top, 0), self.index(bottom, len(self.columns) - 1))

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else self._total

    def row_at(self, place: int) -> Row | None:
        """Return a row; None while it is being read, which this asks for."""
        number, offset = divmod(place, self._window)
        rows = self.rows if number == 0 else self._windows.get(number)
        if rows is not None:
            if number:
                self._windows.move_to_end(number)
            return rows[offset] if offset < len(rows) else None
        if number not in self._asked and number not in self._coming:
            self._asked[number] = None
            self._pause.start()
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or role != Qt.ItemDataRole.DisplayRole:
            return None
        row = self.row_at(index.row())
        return "…" if row is None else self.columns[index.column()].text(row)

    def _ask(self) -> None:
        """Ask for the windows wanted last: those before them were only passed by."""
        latest = list(self._asked)[-2:]
        self._asked.clear()
        for number in latest:
            self._coming.add(number)
            self.wanted.emit(number)
