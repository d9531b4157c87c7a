"""The composition root: the only module that knows everyone."""

import logging
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import cast

from PySide6.QtCore import QLibraryInfo, QLocale, QSettings, Qt, QTimer, QTranslator
from PySide6.QtGui import QPixmapCache
from PySide6.QtWidgets import QApplication, QDialog

from desktop.config import paths
from desktop.config.own_process import wipe_as_freed, wipe_freed
from desktop.domain.clock import SystemClock
from desktop.services.station import Station
from desktop.views.context import AppContext
from desktop.views.guard.sentry import Sentry
from desktop.views.main_window import MainWindow
from desktop.views.messages import Messages
from desktop.views.runner import Runner
from desktop.views.theme import dress
from desktop.views.unlock_dialog import UnlockDialog

_REPORT = "crash.txt"
_SETTLED = 300  # ms after which the window that was locked is really gone


class Application:
    """Holds what lives as long as the program: application, runner, messages, window."""

    def __init__(self, app: QApplication) -> None:
        self.app = app
        self.messages = Messages()
        self.messages.report_bug = report_bug
        self.runner = Runner(on_bug=self.messages.show_error)
        self.window: MainWindow | None = None
        self.unlock: UnlockDialog | None = None
        self.sentry: Sentry | None = None
        self.files: Sequence[Path] = ()  # packages to open once the register is
        state = paths.read_state()
        dress(app, contrast=state.get("contrast") == "1", large=state.get("large") == "1")

    def away(self, folder: str) -> None:
        """Lock; while a job still runs cover the screen at once and lock when it is done."""
        if self.runner.is_idle:
            self.lock(folder)
            return
        if self.sentry is not None:
            self.sentry.veil.drop()
        self.runner.busy_changed.connect(lambda busy: None if busy else self._lock_later(folder))

    def _lock_later(self, folder: str) -> None:
        QTimer.singleShot(0, self.app, lambda: self._lock_if_open(folder))

    def _lock_if_open(self, folder: str) -> None:
        if self.window is not None:
            self.lock(folder)

    def lock(self, folder: str) -> None:
        """Close the register, its window and everything they hold, and ask for the password again."""
        self._dismiss_sentry()
        window, self.window = self.window, None
        self.app.setQuitOnLastWindowClosed(False)
        if window is not None:
            window.close()
            for dialog in cast(list[QDialog], window.findChildren(QDialog)):
                dialog.close()
            window.deleteLater()
            # What is connected to their signals holds the pages and all their rows, and Python sees no cycle there.
            window.context.deleteLater()
            self.runner.deleteLater()
        QPixmapCache.clear()
        self.runner = Runner(on_bug=self.messages.show_error)
        self.begin(folder)
        self.app.setQuitOnLastWindowClosed(True)
        QTimer.singleShot(_SETTLED, self.app, wipe_freed)

    def switch(self, folder: str) -> None:
        """Lock, and ask who comes next."""
        self.lock(folder)
        if self.unlock is not None:
            self.unlock.choose_user()

    def begin(self, folder: str = "") -> None:
        """Show the unlock dialog for a store, or for the one last opened."""
        folder = folder or paths.read_state().get("store", "")
        self.unlock = UnlockDialog(runner=self.runner, messages=self.messages, clock=SystemClock(), folder=folder)
        self.unlock.opened.connect(self.show_station)
        self.unlock.rejected.connect(self.runner.close)
        self.unlock.show()

    def show_station(self, station: Station) -> None:
        """Open the main window on a station, and remember its folder."""
        if not station.is_practice:
            paths.write_state({**paths.read_state(), "store": str(Path(station.vault.folder).resolve())})
        context = AppContext(station, runner=self.runner, messages=self.messages)
        context.lock_wanted.connect(lambda: self.lock(str(station.vault.folder)))
        context.switch_wanted.connect(lambda: self.switch(str(station.vault.folder)))
        self.window = MainWindow(context)
        self.window.show()
        self.sentry = Sentry(lock=lambda: self.away(str(station.vault.folder)), window=int(self.window.winId()))
        self.window.closed.connect(self._dismiss_sentry)
        files, self.files = self.files, ()
        self.window.open_packages(files)

    def _dismiss_sentry(self) -> None:
        if self.sentry is not None:
            self.sentry.stop()
            self.sentry.deleteLater()
            self.sentry = None


def report_bug(error: BaseException) -> None:
    """Write where our own error happened, without values: frames only, no locals, no message."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    try:
        paths.home().mkdir(mode=0o700, parents=True, exist_ok=True)
        (paths.home() / _REPORT).write_text("\n".join([type(error).__name__, *lines]), encoding="utf-8")
    except OSError:
        logging.getLogger(__name__).debug("no place for a report")


def _on_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    del kind
    report_bug(error.with_traceback(trace))


def started(name: str) -> QApplication:
    """Return the application: in Chinese, its files private, with no memory of folders and files outside the register.

    Qt's file dialog would write the folders it was in to QtProject.conf, and a desktop's own dialog the files chosen
    to the list of recent files; where a person's name is in one, it would stay there in the clear.
    """
    os.umask(0o077)
    wipe_as_freed()
    sys.excepthook = _on_uncaught
    QSettings.setPath(QSettings.Format.NativeFormat, QSettings.Scope.UserScope, os.devnull)
    if sys.platform == "linux":
        QApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
    app = QApplication([name])
    app.setApplicationName("银册")
    QLocale.setDefault(QLocale(QLocale.Language.Chinese, QLocale.Country.China))
    translator = QTranslator(app)
    if translator.load("qtbase_zh_CN", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        app.installTranslator(translator)
    return app


def main(files: Sequence[Path] = ()) -> int:
    """Open the window, on the merge preview of `files` if any, and return the exit code."""
    app = started(sys.argv[0])
    application = Application(app)
    application.files = [one.absolute() for one in files]
    application.begin()
    return app.exec()
