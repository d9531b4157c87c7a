"""What the program copies itself: told apart from what others copied, kept from histories, gone after 30 seconds."""

from collections.abc import Callable
from typing import cast

from PySide6.QtCore import QMimeData, QObject, Qt, QTimer
from PySide6.QtGui import QClipboard, QGuiApplication

_KEPT = 30_000  # milliseconds
_OURS = "application/x-yince"
_SECRETS = (
    ("x-kde-passwordManagerHint", b"secret"),
    ('application/x-qt-windows-mime;value="ExcludeClipboardContentFromMonitorProcessing"', b"1"),
)


class OwnClipboard(QObject):
    """Puts texts on the clipboard and takes them away again, unless somebody copied something else since."""

    def __init__(
        self, parent: QObject | None = None, *, kept: int = _KEPT, owns: Callable[[], bool] | None = None
    ) -> None:
        """`owns` says whether what is on the clipboard came from this program; the desktop knows if it is not given."""
        super().__init__(parent)
        self._owns = owns or _clipboard().ownsClipboard
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(kept)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)  # a coarse one may be 5 % late
        self._timer.timeout.connect(self.clear)
        _clipboard().dataChanged.connect(self._on_changed)

    def copy(self, text: str) -> None:
        """Copy `text` for half a minute."""
        data = QMimeData()
        data.setText(text)
        data.setData(_OURS, b"1")
        for kind, value in _SECRETS:
            data.setData(kind, value)
        _clipboard().setMimeData(data)
        self._timer.start()

    def stop(self) -> None:
        """Take our texts off the clipboard and listen no more: it outlives us."""
        self.clear()
        _clipboard().dataChanged.disconnect(self._on_changed)

    def _on_changed(self) -> None:
        """Take over what an edit field or a table of ours put there: for half a minute, and marked as secret."""
        board = _clipboard()
        data = cast(QMimeData | None, board.mimeData())
        if self._owns() and data is not None and data.hasText() and not data.hasFormat(_OURS):
            self.copy(data.text())

    def clear(self) -> None:
        """Empty the clipboard if what is on it came from here: by our mark, or because Qt still owns it."""
        self._timer.stop()
        board = _clipboard()
        data = cast(QMimeData | None, board.mimeData())  # nothing at all on an empty clipboard
        if board.ownsClipboard() or (data is not None and data.hasFormat(_OURS)):
            board.clear()
        if board.supportsSelection() and board.ownsSelection():
            board.clear(QClipboard.Mode.Selection)


def _clipboard() -> QClipboard:
    return QGuiApplication.clipboard()
