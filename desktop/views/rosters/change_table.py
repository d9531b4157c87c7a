"""What an import would change in people who are there: old and new side by side, and whose value stays."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.dictionary import PERSON
from desktop.domain.fields import Value
from desktop.services.rosters import Choice, FieldChange, RosterPreview, RosterTable, field_label
from desktop.services.wording import text_of
from desktop.views.page import button, label
from desktop.views.table import Column, SnapshotTable, table_view


@dataclass(frozen=True, slots=True)
class ShownChange:
    """One changed field with the table it comes from and whether the register's value stays."""

    table: RosterTable
    change: FieldChange
    ours: bool

    @property
    def cell(self) -> tuple[str, str, int, str]:
        """The place of the value in its file."""
        return self.table.sha256, self.table.table.sheet, self.change.row, self.change.field


class ChangeTable(QWidget):
    """Space turns one line over, Ctrl+Space all lines of the same field."""

    def __init__(self) -> None:
        super().__init__()
        self._fields: set[str] = set()
        self._cells: set[tuple[str, str, int, str]] = set()
        self._changes: list[tuple[RosterTable, FieldChange]] = []
        self.model: SnapshotTable[ShownChange] = SnapshotTable(
            [
                Column(self.tr("姓名"), lambda one: one.change.name, 8),
                Column(self.tr("项目"), lambda one: field_label(one.change.field), 12),
                Column(self.tr("登记库现在"), lambda one: _shown(one.change, one.change.old), 26),
                Column(self.tr("名册写的"), lambda one: _shown(one.change, one.change.new), 26),
                Column(self.tr("取哪个"), lambda one: self.tr("留登记库的") if one.ours else self.tr("用名册的"), 10),
                Column(self.tr("行"), lambda one: str(one.change.row), 5),
            ]
        )
        self.view = table_view(self.model)
        self.hint = label(self.tr("登记库里空着的项目总会补上；下面是两边不一样的和新增的。"), name="quiet")
        self.one, self.all = button(self.tr("这一处换过来（空格）")), button("")
        self.one.clicked.connect(self.turn_one)
        self.all.clicked.connect(self.turn_field)
        self.view.selectionModel().currentRowChanged.connect(lambda *_rows: self._name_field())
        for keys, made in (("Space", self.one), ("Ctrl+Space", self.all)):
            QShortcut(QKeySequence(keys), self.view, made.click, context=Qt.ShortcutContext.WidgetShortcut)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.all)
        row.addWidget(self.one)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 8, 0, 0)
        box.addWidget(self.hint)
        box.addWidget(self.view, 1)
        box.addLayout(row)

    @property
    def choice(self) -> Choice:
        """What stays as the register has it."""
        return Choice(frozenset(self._fields), frozenset(self._cells))

    def show_preview(self, preview: RosterPreview, *, keep: bool) -> None:
        """Show the changes of a preview; `keep` what was chosen if it is the same files read again."""
        if not keep:
            self._fields.clear()
            self._cells.clear()
        self._changes = [(table, change) for table in preview.tables for change in table.changes]
        self._show()

    def _show(self) -> None:
        at = max(self.view.currentIndex().row(), 0)
        rows = []
        for table, change in self._changes:
            shown = ShownChange(table, change, False)
            rows.append(ShownChange(table, change, change.field in self._fields or shown.cell in self._cells))
        self.model.show_rows(rows)
        self.view.selectRow(min(at, max(len(rows) - 1, 0)))
        self._name_field()
        for one in (self.one, self.all):
            one.setEnabled(bool(rows))

    def _current(self) -> ShownChange | None:
        at = self.view.currentIndex().row()
        return self.model.rows[at] if 0 <= at < len(self.model.rows) else None

    def _name_field(self) -> None:
        one = self._current()
        name = field_label(one.change.field) if one else ""
        ours = bool(one and one.change.field in self._fields)
        text = self.tr("“{0}”都用名册的") if ours else self.tr("“{0}”都留登记库的")
        self.all.setText(text.format(name))

    def turn_one(self) -> None:
        """Turn one line over; a line of a field that stays as a whole lets the others stay."""
        one = self._current()
        if one is None:
            return
        if one.change.field in self._fields:
            self._fields.discard(one.change.field)
            self._cells |= {other.cell for other in self.model.rows if other.change.field == one.change.field}
        self._cells ^= {one.cell}
        self._show()

    def turn_field(self) -> None:
        """Turn all lines of the field over."""
        one = self._current()
        if one is not None:
            self._fields ^= {one.change.field}
            self._cells = {cell for cell in self._cells if cell[3] != one.change.field}
            self._show()


def _shown(change: FieldChange, value: Value) -> str:
    """Return a stored value in words."""
    fields: Sequence[str] = PERSON.keys
    return text_of(PERSON.field(change.field), value) if change.field in fields else str(value or "")
