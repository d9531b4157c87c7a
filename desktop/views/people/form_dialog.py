"""One record in a dialog of its own: the form, the reason nothing was saved, and the one thing to do."""

from collections.abc import Callable, Sequence

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.changes import Changes
from desktop.domain.clock import stamp
from desktop.domain.errors import InvalidValueError
from desktop.domain.fields import Field, RecordKind
from desktop.services.station import Station
from desktop.store.drafts import Draft
from desktop.views.context import AppContext
from desktop.views.page import button, label, scrolled
from desktop.views.people.draft_keeper import DraftKeeper
from desktop.views.people.person_form import FieldsForm

_BESIDE = 180  # pixels of title bar, error and button
Write = Callable[[Station], Changes]


class FormDialog(QDialog):
    """Saves off the GUI thread and closes; on an error everything typed stays, with the reason beside it."""

    def __init__(
        self, context: AppContext, *, kind: RecordKind, fields: Sequence[Field], title: str, parent: QWidget,
        draft: str = "",
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.context = context
        self.setWindowTitle(title)
        self.setMinimumWidth(600)
        self.form = FieldsForm(fields, station=context.station, kind=kind)
        self.error = label(name="bad")
        self.save = button(self.tr("保存"), primary=True)
        self.save.setDefault(True)
        self.save.clicked.connect(self._save)
        QShortcut(QKeySequence("Ctrl+Return"), self, self.save.click)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.save)
        box = QVBoxLayout(self)
        box.setContentsMargins(24, 20, 24, 20)
        box.addWidget(scrolled(self.form, beside=_BESIDE), 1)
        box.addWidget(self.error)
        box.addLayout(row)
        if draft:
            self._keep_drafts(draft)

    keeper: DraftKeeper | None = None

    def _keep_drafts(self, prefix: str) -> None:
        """Keep what is typed under `prefix` and the moment this form was opened."""
        key = f"{prefix}/{stamp(self.context.station.clock)}"
        self.keeper = DraftKeeper(self.context, key=key, title=self.windowTitle, values=self.form.values, parent=self)
        self.form.edited.connect(self.keeper.touch)
        self.finished.connect(lambda _how: self._discard())

    def _discard(self) -> None:
        if self.keeper is not None:
            self.keeper.discard()

    def resume(self, draft: Draft) -> None:
        """Go on with what was typed before a crash."""
        self.form.show_values(draft.payload)
        if self.keeper is not None:
            self.keeper.take_up(draft.key)

    def prepared(self) -> Write:
        """Return the write of what is typed now; each dialog has its own."""
        raise NotImplementedError

    def _save(self) -> None:
        write = self.prepared()

        def done(_changes: Changes) -> None:
            self.context.messages.inform(self.tr("已保存"))
            self.accept()

        self.context.write(lambda station, _report: write(station), context=self, done=done, failed=self._failed)

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, InvalidValueError):
            self.error.setText(str(error))
            self.form.point_at(error)
        else:
            self.context.messages.show_error(error)
