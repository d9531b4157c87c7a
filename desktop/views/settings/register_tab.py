"""One register as a tab: its lines, or what to do first where there are none, and its buttons."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QTableView, QVBoxLayout, QWidget

from desktop.views.page import button, label
from desktop.views.table import Column, SnapshotTable, table_view

Row = TypeVar("Row")


class Register(QWidget, Generic[Row]):
    """One register: its lines, or what to do first where there are none, and its buttons."""

    def __init__(self, columns: Sequence[Column[Row]], *, empty: str) -> None:
        super().__init__()
        self.model: SnapshotTable[Row] = SnapshotTable(columns)
        self.view: QTableView = table_view(self.model)
        self.empty = label(empty, name="quiet")
        self.error = label(name="bad")
        self.line = QHBoxLayout()
        self.line.addStretch(1)
        self.box = box = QVBoxLayout(self)
        box.addWidget(self.empty)
        box.addWidget(self.view, 1)
        box.addWidget(self.error)
        box.addLayout(self.line)

    def add(self, text: str, act: Callable[[], object], *, may: bool) -> QPushButton:
        """Add a button under the lines."""
        made = button(text)
        made.setAutoDefault(False)
        made.setEnabled(may)
        made.clicked.connect(lambda _checked=False: act())
        self.line.addWidget(made)
        return made

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show lines that were read; the line chosen stays chosen."""
        place = max(self.view.currentIndex().row(), 0)
        self.model.show_rows(rows)
        self.view.setVisible(bool(rows))
        self.empty.setVisible(not rows)
        self.error.clear()
        if rows:
            self.view.selectRow(min(place, len(rows) - 1))

    def chosen(self) -> Row | None:
        """Return the line chosen; says so if there is none."""
        index = self.view.currentIndex()
        self.error.setText("" if index.isValid() else self.tr("请先在上面选一行。"))
        return self.model.rows[index.row()] if index.isValid() else None
