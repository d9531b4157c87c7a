"""Backups that make themselves while the window is open, and the bar that says when one is overdue."""

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.domain.errors import KnownError
from desktop.services import backup_watch
from desktop.services.backup_watch import Safety
from desktop.store.backup import BackupInfo
from desktop.views.context import AppContext
from desktop.views.page import button, label

_EVERY_MS = 30 * 60 * 1000  # `security.md` section 5.1: every half hour of changes


class SafetyBar(QWidget):
    """Hidden while the register is safe. Practice registers are left alone."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self.context = context
        self.said = label(name="bad")
        self.go = button(self.tr("去备份"))
        self.go.clicked.connect(lambda: context.page_wanted.emit("settings"))
        self.later = button(self.tr("今天先不"))
        self.later.clicked.connect(self._put_off)
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 6, 24, 0)
        row.addWidget(self.said, 1)
        row.addWidget(self.go)
        row.addWidget(self.later)
        self._is_put_off = False
        self.hide()
        self.timer = QTimer(self)
        self.timer.setInterval(_EVERY_MS)
        self.timer.timeout.connect(self.back_up)
        if not context.station.is_practice:
            self.timer.start()

    def refresh(self) -> None:
        """Ask how safe the register is, and show the bar if it is not."""
        if self.context.station.is_practice:
            return
        self.context.read(backup_watch.safety_of, context=self, done=self._show)

    def back_up(self, before: str = "定时") -> None:
        """Back up what changed; a failure is said in the bar, never in the way of work."""
        station = self.context.station
        self.context.runner.run(
            lambda _report: backup_watch.back_up_if_changed(station, before=before),
            context=self, done=self._backed_up, failed=self._failed,
        )  # fmt: skip

    def _backed_up(self, info: BackupInfo | None) -> None:
        if info is not None:
            self.refresh()

    def _failed(self, error: BaseException) -> None:
        if not isinstance(error, KnownError):
            self.context.messages.show_error(error)
            return
        self.said.setText(str(error))
        self.show()

    def _show(self, safety: Safety) -> None:
        is_shown = safety.level == backup_watch.RED or (safety.level == backup_watch.YELLOW and not self._is_put_off)
        can = self.context.station.may("backup")
        self.go.setVisible(can)
        self.said.setText(safety.said if can else self.tr("{0}（请告诉主管或技术员）").format(safety.said))
        self.setVisible(is_shown)

    def _put_off(self) -> None:
        self._is_put_off = True
        self.hide()
