"""When the desktop is locked or goes to sleep, so does the register: logind, screen savers, Windows."""

import ctypes
import sys
from typing import Any

from PySide6.QtCore import QAbstractNativeEventFilter, QByteArray, QCoreApplication, QObject, Signal, Slot
from PySide6.QtDBus import QDBusConnection

_LOGIN = "org.freedesktop.login1"
# service, path, interface, signal, slot: the savers of freedesktop, GNOME, UOS and Kylin
_SESSION_SIGNALS = (
    ("org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver", "org.freedesktop.ScreenSaver", "ActiveChanged"),
    ("org.gnome.ScreenSaver", "/org/gnome/ScreenSaver", "org.gnome.ScreenSaver", "ActiveChanged"),
    ("org.ukui.ScreenSaver", "/", "org.ukui.ScreenSaver", "lock"),
    ("com.deepin.dde.lockFront", "/com/deepin/dde/lockFront", "com.deepin.dde.lockFront", "Visible"),
)
# PySide takes the text that SLOT makes, although its types ask for bytes.
_ACTIVE: Any = "1on_active(bool)"
_BARE: Any = "1on_bare()"
_WM_POWER, _WM_SESSION = 0x0218, 0x02B1
_SUSPEND, _SESSION_LOCK, _SESSION_OFF = 0x0004, 0x7, 0x6


class _Message(ctypes.Structure):
    """The head of a Windows MSG."""

    _fields_ = (
        ("window", ctypes.c_void_p), ("message", ctypes.c_uint), ("wparam", ctypes.c_size_t),
        ("lparam", ctypes.c_ssize_t),
    )  # fmt: skip


class _WindowsEvents(QAbstractNativeEventFilter):
    """Hears that the Windows session is locked, left or put to sleep."""

    def __init__(self, watch: "SessionWatch") -> None:
        super().__init__()
        self._watch = watch

    def nativeEventFilter(self, event_type: QByteArray | bytes | bytearray | memoryview, message: int) -> object:
        if QByteArray(event_type) == b"windows_generic_MSG":
            found = _Message.from_address(int(message))
            if windows_says_away(found.message, found.wparam):
                self._watch.away.emit()
        return False, 0


def windows_says_away(message: int, parameter: int) -> bool:
    """Return True for the Windows messages of a locked or left session and of going to sleep."""
    if message == _WM_POWER:
        return parameter == _SUSPEND
    return message == _WM_SESSION and parameter in {_SESSION_LOCK, _SESSION_OFF}


class SessionWatch(QObject):
    """`away` is emitted when the session is locked or the computer goes to sleep, where the desktop tells."""

    away = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._windows: _WindowsEvents | None = None

    def listen(self, window: int = 0) -> int:
        """Begin to listen and return how many signals could be connected; a desktop without a bus tells nothing."""
        if sys.platform == "win32":
            return self._listen_to_windows(window)
        return self.listen_on(QDBusConnection.sessionBus(), QDBusConnection.systemBus())

    def listen_on(self, session: QDBusConnection, system: QDBusConnection) -> int:
        """Connect to the signals of both buses."""
        heard = 0
        if session.isConnected():
            for service, path, interface, name in _SESSION_SIGNALS:
                slot = _BARE if name == "lock" else _ACTIVE
                heard += session.connect(service, path, interface, name, self, slot)
        if system.isConnected():
            manager = f"{_LOGIN}.Manager"
            heard += system.connect(_LOGIN, "/org/freedesktop/login1", manager, "PrepareForSleep", self, _ACTIVE)
            heard += system.connect("", "", f"{_LOGIN}.Session", "Lock", self, _BARE)
        return heard

    def _listen_to_windows(self, window: int) -> int:
        application = QCoreApplication.instance()
        if application is None:
            return 0
        self._windows = _WindowsEvents(self)
        application.installNativeEventFilter(self._windows)
        library = getattr(ctypes, "windll", None)
        if library is not None and window:
            library.wtsapi32.WTSRegisterSessionNotification(ctypes.c_void_p(window), 0)
        return 1

    @Slot(bool)
    def on_active(self, active: bool) -> None:
        """A saver or lock screen came up, or sleep begins; going down again means nothing."""
        if active:
            self.away.emit()

    @Slot()
    def on_bare(self) -> None:
        """The session is being locked."""
        self.away.emit()
