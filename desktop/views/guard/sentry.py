"""Locks when nobody is there: after minutes without a key or a movement, when covered too long, when the session is."""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from desktop.config import paths
from desktop.views.guard.clipboard import OwnClipboard
from desktop.views.guard.session import SessionWatch
from desktop.views.guard.veil import Veil, is_veil_key

IDLE_MINUTES, SHORTEST_IDLE, LONGEST_IDLE = 5, 1, 30
_STATE = "idle_minutes"
_COVERED_SECONDS = 60
_SIGNS_OF_LIFE = {
    QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.Wheel,
    QEvent.Type.TouchBegin, QEvent.Type.TabletPress,
}  # fmt: skip


def idle_minutes() -> int:
    """Return after how many minutes this workstation locks: 5 unless set, never less than 1 or more than 30."""
    text = paths.read_state().get(_STATE, "")
    return min(max(int(text), SHORTEST_IDLE), LONGEST_IDLE) if text.isdigit() else IDLE_MINUTES


def keep_idle_minutes(minutes: int) -> None:
    """Remember after how many minutes this workstation locks."""
    paths.write_state({**paths.read_state(), _STATE: str(min(max(minutes, SHORTEST_IDLE), LONGEST_IDLE))})


class Sentry(QObject):
    """Watches one open register; `lock` is called once, when it is time."""

    def __init__(self, *, lock: Callable[[], None], window: int = 0) -> None:
        super().__init__()
        self._lock = lock
        self.clipboard = OwnClipboard(self)
        self.veil = Veil()
        self.veil.covered.connect(self._on_covered)
        self.idle = QTimer(self)
        self.idle.setSingleShot(True)
        self.idle.setTimerType(Qt.TimerType.PreciseTimer)  # a coarse one may be 5 % late: 15 s of five minutes
        self.idle.timeout.connect(self.lock_now)
        self.session = SessionWatch(self)
        self.session.away.connect(self.lock_now)
        self.session.listen(window)
        self._filtered = QCoreApplication.instance()
        if self._filtered is not None:
            self._filtered.installEventFilter(self)
        self.start_again()

    def start_again(self) -> None:
        """Count the idle time from now on."""
        self.idle.start((_COVERED_SECONDS if self.veil.is_down else idle_minutes() * 60) * 1000)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and is_veil_key(event):
            if not event.isAutoRepeat():
                self.veil.toggle()
            return True  # taken here: nobody beneath sees the key
        if kind in _SIGNS_OF_LIFE and not self.veil.is_down:
            self.start_again()
        if kind == QEvent.Type.Show and self.veil.is_down and isinstance(watched, QWidget) and watched.isWindow():
            self.veil.cover(watched)  # a job behind the veil ended and opens its dialog
        return super().eventFilter(watched, event)

    def _on_covered(self, _down: bool) -> None:
        self.start_again()

    def lock_now(self) -> None:
        """Lock, once the event that brought us here is dealt with: locking does away with this object."""
        self.idle.stop()
        QTimer.singleShot(0, self, self._lock)

    def stop(self) -> None:
        """Stop watching, and take our own texts off the clipboard."""
        self.idle.stop()
        self.clipboard.stop()
        self.veil.lift()
        if self._filtered is not None:
            self._filtered.removeEventFilter(self)
            self._filtered = None
