"""Keeps what is half typed in the encrypted store, so that a crash or a power cut loses seconds at most."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, QTimer

from desktop.domain.fields import Value
from desktop.services import drafts
from desktop.views.context import AppContext

_EVERY_MS = 2000


class DraftKeeper(QObject):
    """Writes a form's values some seconds after they change; drops them once saved or thrown away."""

    def __init__(
        self, context: AppContext, *, key: str, title: Callable[[], str], values: Callable[[], Mapping[str, Value]],
        parent: QObject,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._context = context
        self.key = key
        self._title, self._values = title, values
        self._kept = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self.write)

    def touch(self) -> None:
        """Something was typed: write it soon."""
        if not self._timer.isActive():
            self._timer.start()

    def write(self) -> None:
        """Write what the form holds now."""
        self._timer.stop()
        payload = {key: value for key, value in self._values().items() if value is not None or "edit/" in self.key}
        key, title, station = self.key, self._title(), self._context.station
        if not payload or not key:
            return
        self._kept = True
        self._context.runner.run(
            lambda _report: drafts.keep_draft(station, key=key, title=title, payload=payload),
            context=self,
            failed=self._context.messages.show_error,
        )

    def take_up(self, key: str) -> None:
        """Go on with a draft that was offered."""
        self.key, self._kept = key, True

    def move_to(self, key: str) -> None:
        """Turn to another form; what was typed in the last one stays kept."""
        if self._timer.isActive():
            self.write()
        self.key, self._kept = key, False

    def hold(self) -> None:
        """Keep what is typed now, whatever closes the form after this: the register is being locked."""
        if self._timer.isActive():
            self.write()
        self._kept = False  # closing the form throws nothing away

    def discard(self) -> None:
        """Throw the draft away: it was saved, or is not wanted."""
        self._timer.stop()
        if not self._kept:
            return
        self._kept = False
        key, station = self.key, self._context.station
        # the context, not this keeper, waits for it: the dialog may be gone before
        self._context.runner.run(
            lambda _report: drafts.drop_draft(station, key=key),
            context=self._context,
            failed=self._context.messages.show_error,
        )
