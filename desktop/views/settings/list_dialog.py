"""A table in a dialog with buttons that act on the line chosen: the shape of every settings list."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop.domain.changes import Changes
from desktop.services.station import Station
from desktop.views.context import AppContext
from desktop.views.page import button, label
from desktop.views.settings.action_dialog import Action, ActionDialog
from desktop.views.table import Column, SnapshotTable, table_view

Row = TypeVar("Row")
_SIZE = (1220, 600)


class ListDialog(QDialog, Generic[Row]):
    """Reads its rows off the GUI thread, again whenever one of `topics` changed."""

    topics: tuple[str, ...] = ()

    def __init__(self, context: AppContext, *, parent: QWidget) -> None:
        super().__init__(parent)
        self.context = context
        self.resize(*_SIZE)
        self.model: SnapshotTable[Row] = SnapshotTable(self.columns())
        self.view = table_view(self.model)
        self.said = label(name="quiet")
        self.error = label(name="bad")
        self.buttons = QHBoxLayout()
        self.buttons.addStretch(1)
        self.body = box = QVBoxLayout(self)
        box.setContentsMargins(20, 16, 20, 16)
        box.addWidget(self.said)
        box.addWidget(self.view, 1)
        box.addWidget(self.error)
        box.addLayout(self.buttons)
        self.action: ActionDialog | None = None
        context.changed.connect(self._on_changed)

    def columns(self) -> list[Column[Row]]:
        """Return the columns of the table."""
        raise NotImplementedError

    def add_button(self, text: str, act: Callable[[], object], *, primary: bool = False) -> QPushButton:
        """Add a button under the table."""
        made = button(text, primary=primary)
        made.setAutoDefault(False)
        made.clicked.connect(lambda _checked=False: act())
        self.buttons.addWidget(made)
        return made

    def rows(self, station: Station) -> Sequence[Row]:
        """Return the rows; runs off the GUI thread."""
        raise NotImplementedError

    def refresh(self) -> None:
        """Read the rows again; the line chosen stays chosen."""
        self.context.read(self.rows, context=self, done=self.show_rows)

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show rows that were read."""
        place = max(self.view.currentIndex().row(), 0)
        self.model.show_rows(rows)
        self.view.selectRow(min(place, len(rows) - 1))

    def chosen(self) -> Row | None:
        """Return the line chosen; says so if there is none."""
        index = self.view.currentIndex()
        self.error.setText("" if index.isValid() else self.tr("请先在表里选一行"))
        return self.model.rows[index.row()] if index.isValid() else None

    def ask(self, action: Action) -> ActionDialog:
        """Open the question of an action."""
        self.action = ActionDialog(self.context, action, parent=self)
        self.action.open()
        return self.action

    def write(self, job: Callable[[Station], Changes]) -> None:
        """Do a write that needs no question; the reason is shown here if it fails."""
        self.context.write(
            lambda station, _report: job(station),
            context=self,
            failed=lambda error: self.error.setText(self.context.messages.words_for(error)),
        )

    def _on_changed(self, changes: Changes) -> None:
        if self.isVisible() and changes.touches(*self.topics):
            self.error.setText("")
            self.refresh()
