"""Windows' sleep and screen-lock messages, read from the window's own queue. Unproven on Windows: docs/unproven.md."""

from __future__ import annotations

import ctypes
import importlib
from collections.abc import Callable
from enum import Enum
from typing import Any

from PySide6.QtCore import QAbstractNativeEventFilter, QByteArray, QCoreApplication

_WM_POWERBROADCAST, _PBT_APMSUSPEND = 0x0218, 0x0004
_WM_WTSSESSION_CHANGE, _WTS_SESSION_LOCK = 0x02B1, 0x0007
_WM_ENDSESSION = 0x0016
_THIS_SESSION = 0


class Told(Enum):
    """What a window message means for Heard."""

    SLEEP = "sleep"
    SESSION_LOCK = "session_lock"


class _Message(ctypes.Structure):
    """The start of Windows' MSG: as much of it as is read here."""

    _fields_ = (("window", ctypes.c_void_p), ("message", ctypes.c_uint), ("wparam", ctypes.c_size_t))


def read_message(message: int, wparam: int) -> Told | None:
    """Say what a window message means. The end of the session counts as sleep: both must end the process first."""
    if (message, wparam) == (_WM_POWERBROADCAST, _PBT_APMSUSPEND):
        return Told.SLEEP
    if message == _WM_ENDSESSION and wparam:
        return Told.SLEEP
    if (message, wparam) == (_WM_WTSSESSION_CHANGE, _WTS_SESSION_LOCK):
        return Told.SESSION_LOCK
    return None


class WindowsPowerWatch(QAbstractNativeEventFilter):
    """Listens to the messages of every window of this process. Make it after the first window is shown."""

    def __init__(
        self, before_sleep: Callable[[], None], session_locked: Callable[[], None], library: Any = None
    ) -> None:
        super().__init__()
        self._calls = {Told.SLEEP: before_sleep, Told.SESSION_LOCK: session_locked}
        self._library = library

    def start(self) -> bool:
        application = QCoreApplication.instance()
        if application is None:
            return False
        application.installNativeEventFilter(self)
        return self._register()

    def stop(self) -> None:
        application = QCoreApplication.instance()
        if application is not None:
            application.removeNativeEventFilter(self)

    def nativeEventFilter(self, event_type: QByteArray | bytes | bytearray | memoryview, message: int) -> object:
        if QByteArray(event_type).data() in (b"windows_generic_MSG", b"windows_dispatcher_MSG"):
            found = _Message.from_address(int(message))
            told = read_message(found.message, found.wparam)
            if told is not None:
                self._calls[told]()
        return False, 0

    def _register(self) -> bool:
        """Ask for session-lock messages for each of our windows; sleep is told without asking."""
        from PySide6.QtGui import QGuiApplication

        try:
            library = self._library or getattr(importlib.import_module("ctypes"), "WinDLL")("wtsapi32")  # noqa: B009
            for window in QGuiApplication.topLevelWindows():
                library.WTSRegisterSessionNotification(int(window.winId()), _THIS_SESSION)
        except (OSError, AttributeError):
            return False
        return True
