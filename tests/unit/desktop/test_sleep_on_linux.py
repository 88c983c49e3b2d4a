"""Sleep and screen lock on Linux, against a stand-in for systemd-logind on a real D-Bus of the test's own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtDBus import QDBusConnection

from desktop.platform.power_linux import LogindPowerWatch

pytestmark = pytest.mark.skipif(shutil.which("dbus-daemon") is None, reason="not run: this machine has no dbus-daemon")

# Answers as logind does; does what its input says; tells whether the delay lock it gave out is still held.
LOGIND = """
import os, select, sys
from jeepney import DBusAddress, HeaderFields, MessageType, new_error, new_method_return, new_signal
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection
bus = open_dbus_connection(sys.argv[1], enable_fds=True)
bus.send_and_get_reply(message_bus.RequestName("org.freedesktop.login1"))
MANAGER = DBusAddress("/org/freedesktop/login1", interface="org.freedesktop.login1.Manager")
def session(name):
    return DBusAddress("/org/freedesktop/login1/session/" + name, interface="org.freedesktop.login1.Session")
pipes = []
def answer(message):
    asked = message.header.fields[HeaderFields.member]
    if asked == "Inhibit":
        ours, theirs = os.pipe()
        pipes.append(ours)
        bus.send(new_method_return(message, "h", (theirs,)))
        os.close(theirs)
    elif message.body[0] == "31":
        bus.send(new_method_return(message, "o", ("/org/freedesktop/login1/session/_31",)))
    else:
        bus.send(new_error(message, "org.freedesktop.login1.NoSuchSession"))
    say(asked)
def say(text): print(text, flush=True)
orders = open(0, "rb", buffering=0)  # so that no order waits unseen behind another
say("ready")
while True:
    ready, _, _ = select.select([bus.sock, orders], [], [])
    while bus.sock in ready:
        try: message = bus.receive(timeout=0)
        except TimeoutError: break
        if message.header.message_type is MessageType.method_call: answer(message)
    if orders in ready:
        order = orders.readline().decode().split()
        if not order: break
        if order[0] == "sleep": bus.send(new_signal(MANAGER, "PrepareForSleep", "b", (order[1] == "begins",)))
        if order[0] == "lock": bus.send(new_signal(session(order[1]), "Lock"))
        if order[0] == "held?":
            os.set_blocking(pipes[-1], False)
            try: say("free" if os.read(pipes[-1], 1) == b"" else "?")
            except BlockingIOError: say("held")
"""


class Logind:
    """The stand-in: orders in, lines out."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def order(self, text: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(text + "\n")
        self._process.stdin.flush()

    def line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


def listen(watch: Any) -> None:
    """Start it, and wait until the bus has noted what it listens for: it takes what one program asks in order."""
    assert watch.start() is True
    watch._bus.interface().isServiceRegistered("org.freedesktop.login1")


@pytest.fixture
def bus_address() -> Iterator[str]:
    command = ["dbus-daemon", "--session", "--nofork", "--print-address"]
    daemon = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert daemon.stdout is not None
    yield daemon.stdout.readline().strip()
    daemon.kill()
    daemon.communicate()


@pytest.fixture
def logind(bus_address: str) -> Iterator[Logind]:
    command = [sys.executable, "-c", LOGIND, bus_address]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    found = Logind(process)
    assert found.line() == "ready"
    yield found
    process.kill()
    process.communicate()


@pytest.fixture
def watch(bus_address: str, qapp: Any) -> Iterator[Any]:
    told: list[str] = []
    bus = QDBusConnection.connectToBus(bus_address, "test")
    found = LogindPowerWatch(lambda: told.append("sleep"), lambda: told.append("lock"), bus)
    found.told = told  # type: ignore[attr-defined]
    yield found
    found.stop()
    QDBusConnection.disconnectFromBus("test")


def test_sleep_waits_until_heard_has_ended_what_it_does(
    logind: Logind, watch: Any, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_SESSION_ID", "31")
    listen(watch)
    assert [logind.line(), logind.line()] == ["Inhibit", "GetSession"]
    logind.order("held?")
    assert logind.line() == "held"
    logind.order("sleep begins")
    qtbot.waitUntil(lambda: watch.told == ["sleep"], timeout=5000)
    logind.order("held?")
    assert logind.line() == "free", "the delay ends as soon as the work is done"
    logind.order("sleep ends")
    qtbot.waitUntil(lambda: watch._delay is not None, timeout=5000)
    assert logind.line() == "Inhibit"
    logind.order("held?")
    assert logind.line() == "held"
    watch.stop()
    logind.order("held?")
    assert logind.line() == "free"


def test_the_workers_own_locked_screen_is_told_and_another_workers_is_not(
    logind: Logind, watch: Any, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_SESSION_ID", "31")
    listen(watch)
    logind.order("lock _32")
    logind.order("lock _31")
    qtbot.waitUntil(lambda: watch.told == ["lock"], timeout=5000)
    logind.order("sleep begins")
    qtbot.waitUntil(lambda: watch.told == ["lock", "sleep"], timeout=5000)


def test_where_logind_does_not_know_the_session_any_locked_screen_counts(
    logind: Logind, watch: Any, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_SESSION_ID", raising=False)
    listen(watch)
    logind.order("lock _32")
    qtbot.waitUntil(lambda: watch.told == ["lock"], timeout=5000)


def test_without_logind_nothing_is_listened_to_and_heard_starts(watch: Any, qapp: Any) -> None:
    assert watch.start() is False
    nowhere = QDBusConnection.connectToBus("unix:path=/nowhere", "nowhere")
    assert LogindPowerWatch(lambda: None, lambda: None, nowhere).start() is False
    QDBusConnection.disconnectFromBus("nowhere")
