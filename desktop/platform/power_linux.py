"""systemd-logind's "about to sleep" and "session locked", over D-Bus, with a delay lock that gives time to end."""

from __future__ import annotations

import os
from collections.abc import Callable

from PySide6.QtCore import SLOT, QObject, Slot
from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusUnixFileDescriptor

_SERVICE = "org.freedesktop.login1"
_PATH = "/org/freedesktop/login1"
_LOGIND = "org.freedesktop.login1.Manager"
_SESSION = "org.freedesktop.login1.Session"


class LogindPowerWatch(QObject):
    """Holds logind's delay lock from ``start`` on: sleep waits (5 s as a rule) until this process lets go or ends."""

    def __init__(
        self,
        before_sleep: Callable[[], None],
        session_locked: Callable[[], None],
        bus: QDBusConnection | None = None,
    ) -> None:
        super().__init__()
        self._before_sleep = before_sleep
        self._session_locked = session_locked
        self._bus = bus if bus is not None else QDBusConnection.systemBus()
        self._delay: QDBusUnixFileDescriptor | None = None

    def start(self) -> bool:
        if not self._bus.isConnected() or not self._delay_sleep():
            return False
        self._listen(_PATH, _LOGIND, "PrepareForSleep", "sleep_prepared(bool)")
        self._listen(self._session_path(), _SESSION, "Lock", "session_was_locked()")
        return True

    def stop(self) -> None:
        self._delay = None  # closing the descriptor lets the laptop sleep

    @Slot(bool)
    def sleep_prepared(self, is_starting: bool) -> None:
        """logind says that sleep begins (True) or is over (False)."""
        if is_starting:
            self._before_sleep()
            self.stop()
        else:
            self._delay_sleep()

    @Slot()
    def session_was_locked(self) -> None:
        """The worker, or the laptop, locked the screen."""
        self._session_locked()

    def _delay_sleep(self) -> bool:
        answer = self._call("Inhibit", ["sleep", "Heard", "Saves what is open and locks the vault", "delay"])
        if answer and isinstance(answer[0], QDBusUnixFileDescriptor):
            self._delay = answer[0]
            return True
        return False

    def _session_path(self) -> str:
        """The worker's own session, or any where logind does not know it: one lock too many does no harm."""
        answer = self._call("GetSession", [os.environ.get("XDG_SESSION_ID", "")])
        return answer[0].path() if answer and hasattr(answer[0], "path") else ""

    def _listen(self, path: str, interface: str, signal: str, slot: str) -> None:
        # PySide6 declares the slot as bytes here and takes text only.
        self._bus.connect(_SERVICE, path, interface, signal, self, SLOT(slot))  # type: ignore[call-overload]

    def _call(self, method: str, arguments: list[object]) -> list[object]:
        message = QDBusMessage.createMethodCall(_SERVICE, _PATH, _LOGIND, method)
        message.setArguments(arguments)
        answer = self._bus.call(message, timeout=2000)
        is_error = answer.type() is QDBusMessage.MessageType.ErrorMessage
        return [] if is_error else list(answer.arguments())
