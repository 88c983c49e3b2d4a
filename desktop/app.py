"""The application: paints first, opens the vault, builds the session, and ends the process when it locks."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget

from desktop import garbage, opening
from desktop.closed_note import ClosedNote, read_note
from desktop.emptying import speaks_of
from desktop.lock import CLOSING_SECONDS, Ending, restart_fresh
from desktop.opening import Background, Held, JoinForm
from desktop.outside import Outside
from desktop.passphrases import find_weakness
from desktop.paths import Paths
from desktop.platform import current
from desktop.settings import Settings, SettingsFile
from desktop.single import FrontDoor, call_first, door_name
from desktop.vault import Vault
from desktop.vault_lock import VaultLock
from models.errors import Trouble
from ui.theme import Look, Scheme, Theme
from ui.views.unlock import UnlockWindow

if TYPE_CHECKING:
    from desktop.session import Session
    from models.casebook import Casebook
    from models.status import Progress
    from sync.client.closing import Closed
    from ui.views.first_run import FirstRunWindow

LOCK_WAIT_SECONDS = 20.0
"""How long a fresh process waits for the one that is locking to end."""
SLEEP_SECONDS = 3.0
"""The system gives five before it sleeps."""


@dataclass(frozen=True, slots=True)
class Options:
    """How Heard was started. ``drive`` is (port, secret) of a script that drives an invented vault."""

    vault: Path
    settings: Path
    is_invented: bool = False
    drive: tuple[int, str] | None = None
    exit_after_ms: int = 0

    def again(self) -> list[str]:
        """The same, as arguments for a fresh process; never a name, a key or a page."""
        words = ["--vault", str(self.vault), "--settings", str(self.settings)]
        if self.is_invented:
            words.append("--invented")
        if self.drive:
            words += ["--drive", f"{self.drive[0]}:{self.drive[1]}"]
        return words


class App:
    """Everything of one process, built once. ``run`` returns its exit code."""

    def __init__(self, options: Options) -> None:
        _need_a_screen()
        self._options = options
        self._application = QApplication.instance() or QApplication([sys.argv[0]])
        assert isinstance(self._application, QApplication)
        self._application.setApplicationName("Heard")
        self._garbage = garbage.Garbage(self._application)
        self._application.setQuitOnLastWindowClosed(False)
        self._settings = SettingsFile(options.settings)
        self.theme = Theme(self._application, _look(self._settings.read()))
        self._vault = Vault(options.vault)
        self._lock = VaultLock(options.vault)
        self._background = Background()
        self._window: QWidget | None = None
        self._session: Session | None = None
        self._held: Held | None = None
        self._waiting_join: JoinForm | None = None
        self._stop_copying = threading.Event()
        self._application.lastWindowClosed.connect(self._last_window_closed)

    def run(self) -> int:
        """Take the vault's lock, paint, and run until the worker closes Heard or it locks."""
        if not self._take_lock():
            return 0
        self._protect()
        note = read_note(self._options.vault)
        if note is not None and speaks_of(self._vault, note):
            self._show_closed(note)
        elif self._vault.exists():
            # Also without its key file: the copy of that may open it, and nothing may be set up in a vault's place.
            self._show_unlock()
        else:
            self._show_first_run("passphrase")
        self._start_driver()
        # After the first paint: what makes Heard usable is imported while the worker types.
        QTimer.singleShot(30, lambda: threading.Thread(target=_warm, name="warm", daemon=True).start())
        if self._options.exit_after_ms:
            QTimer.singleShot(self._options.exit_after_ms, self._close)
        return int(self._application.exec())

    # ---- starting ----

    def _take_lock(self) -> bool:
        try:
            if self._lock.take():
                return True
            run_folder = Paths().make(Paths().run)
            if call_first(door_name(self._options.vault, run_folder), self._lock.holder(), 1.0):
                return False
            return self._lock.wait(LOCK_WAIT_SECONDS)
        except Trouble as trouble:
            print(trouble, file=sys.stderr)  # noqa: T201 - there is no window yet to say it in
            return False

    def _protect(self) -> None:
        from desktop.crash import CrashReports

        paths = Paths()
        current().harden_process()
        # What a crash left there was readable by whoever has this laptop's disk: before anything else.
        Outside(self._options.vault, current(), lambda _path: False).empty()
        self._crash = CrashReports(paths.logs, self._tell_crash)
        self._crash.catch_everything()
        self._crash.catch_qt()
        self._door = FrontDoor(door_name(self._options.vault, paths.make(paths.run)))
        self._door.called.connect(self._come_forward)
        self._door.open()

    def _start_driver(self) -> None:
        if self._options.drive is None:
            return
        if not self._options.is_invented or (self._vault.exists() and not self._vault.facts().is_invented):
            raise Trouble("Only an invented vault may be driven by a script", "Nothing has been opened.")
        from desktop.driving import Driver

        self._driver = Driver(*self._options.drive, self._close)

    def _come_forward(self) -> None:
        window = self._session.window if self._session else self._window
        if window is not None:
            window.show()
            window.raise_()
            window.activateWindow()

    def _tell_crash(self, trouble: Trouble | None) -> None:
        words = (
            str(trouble)
            if trouble
            else ("Something in Heard went wrong. What you wrote is saved. A report without any names has been kept.")
        )
        self._background.tell(lambda: self._session.window.toast(words) if self._session else None)

    # ---- closed by the council ----

    def _show_closed(self, note: ClosedNote) -> None:
        """The council has closed this laptop, and has everything: empty it, and tell the worker and the council."""
        from desktop.closing import Closing

        self._closing = Closing(self._vault, note, self._background)
        self._closing.set_up_again.connect(lambda: self._show_first_run("passphrase"))
        self._closing.window.close_asked.connect(self._close)
        self._show(self._closing.window)
        self._closing.begin()

    # ---- unlocking ----

    def _show_unlock(self) -> None:
        window = UnlockWindow(find_weakness=find_weakness)
        window.passphrase_given.connect(self._try_passphrase)
        window.recovery_given.connect(self._try_recovery)
        self._show(window)
        QTimer.singleShot(100, lambda: self._say_what_guards(window))

    def _say_what_guards(self, window: UnlockWindow) -> None:
        with suppress(Trouble):
            if window is self._window and not self._vault.facts().has_device_secret:
                window.show_passphrase_only(True)

    def _try_passphrase(self, passphrase: str) -> None:
        self._unlock(lambda: opening.unlock(self._vault, passphrase))

    def _try_recovery(self, code: str, passphrase: str) -> None:
        self._unlock(lambda: opening.recover(self._vault, code, passphrase))

    def _unlock(self, step: Callable[[], Held]) -> None:
        window = self._window
        assert isinstance(window, UnlockWindow)
        window.show_busy("Opening…")

        def failed(trouble: Trouble) -> None:
            window.show_trouble(trouble.title, trouble.message, trouble.help, self._vault.wait_seconds())

        self._background.run(step, self._unlocked, failed)

    def _unlocked(self, held: Held) -> None:
        if held.casebook is None:
            self._held = held
            self._show_first_run("join")
        elif not held.casebook.remembered("screen_pin"):
            self._casebook = held.casebook
            self._show_first_run("pin")
        else:
            self._begin(held.casebook)
            if held.raise_cost is not None:
                threading.Thread(target=held.raise_cost, name="raise-cost", daemon=True).start()
            if held.was_repaired and self._session:
                self._session.window.toast(
                    "Part of this vault was damaged. Heard put its last good copy in place and kept the damaged one."
                )

    # ---- first run ----

    def _show_first_run(self, start_at: str) -> None:
        from desktop.screen_pin import find_pin_weakness
        from ui.views.first_run import FirstRunWindow

        window = FirstRunWindow(start_at, find_weakness, find_pin_weakness, self._is_my_code)
        window.passphrase_chosen.connect(self._show_code)
        window.code_confirmed.connect(self._create)
        window.join_asked.connect(self._join)
        window.pin_chosen.connect(self._keep_pin)
        window.open_asked.connect(self._open_heard)
        window.copy_stopped.connect(lambda: self._stop_copying.set())
        window.copy_wanted.connect(self._copy)
        window.later_asked.connect(self._close)
        self._show(window)

    def _first_run(self) -> FirstRunWindow:
        from ui.views.first_run import FirstRunWindow

        assert isinstance(self._window, FirstRunWindow)
        return self._window

    def _failed(self, trouble: Trouble) -> None:
        self._first_run().show_trouble(trouble.title, trouble.message, trouble.help)

    def _show_code(self, passphrase: str) -> None:
        """Show the code before there is a vault: one that was never typed back opens nothing."""
        from desktop.recovery_code import new_code

        self._passphrase, self._code = passphrase, new_code()
        self._first_run().show_code(self._code, self._vault.has_keyring())

    def _create(self) -> None:
        window = self._first_run()

        def step() -> bytes:
            from desktop import __version__

            made = self._vault.create(
                self._passphrase, created_with=__version__, code=self._code, is_invented=self._options.is_invented
            )
            return made.key

        def done(key: bytes) -> None:
            self._held = Held(key, None)
            self._passphrase = self._code = ""
            if self._waiting_join is not None:
                self._join_with(self._waiting_join)

        def failed(trouble: Trouble) -> None:
            window.go_to("passphrase")
            self._failed(trouble)

        self._background.run(step, done, failed)

    def _is_my_code(self, typed: str) -> bool:
        from desktop.recovery_code import read_code

        try:
            return read_code(typed) == read_code(self._code)
        except Trouble:
            return False

    def _join(self, address: str, code: str, sign_in_name: str, password: str, certificate_path: str) -> None:
        self._first_run().show_busy("Joining your council…")
        form = JoinForm(address, code, sign_in_name, password, certificate_path)
        if self._held is None:
            # The vault is still being made behind this page; it takes two or three seconds.
            self._waiting_join = form
        else:
            self._join_with(form)

    def _join_with(self, form: JoinForm) -> None:
        window, key = self._first_run(), self._held.key if self._held else b""
        self._waiting_join = None

        def done(casebook: Casebook) -> None:
            self._casebook = casebook
            window.show_joined(casebook.me.council_name, casebook.me.worker.display_name)
            window.go_to("pin")

        self._background.run(lambda: opening.join_council(self._options.vault, key, form), done, self._failed)

    def _keep_pin(self, pin: str) -> None:
        window = self._first_run()
        window.show_busy("Keeping your PIN…")

        def step() -> None:
            from desktop.screen_pin import hash_pin

            self._casebook.remember("screen_pin", hash_pin(pin)).result()

        self._background.run(step, lambda _none: self._copy(), self._failed)

    def _copy(self) -> None:
        """Copy the children, or go on where it was stopped; once Heard is open, the rest comes by itself."""
        from models.status import progress_words

        window = self._first_run()
        window.go_to("copying")
        window.show_progress(0, 0, "Copying the children assigned to you")
        self._stop_copying = must_stop = threading.Event()

        def show(done: int, total: int, words: str, *, is_stopped: bool = False) -> None:
            # It may be gone by now: Heard was opened, or closed.
            if self._window is window:
                window.show_progress(done, total, words, is_stopped=is_stopped)

        def tell(children: int, far: Progress | None) -> None:
            words = f"{children} children copied" if far is None else f"{_children(children)}: {progress_words(far)}"
            done, total = (far.done, far.total) if far is not None and far.is_about else (0, 0)
            self._background.tell(lambda: show(done, total, words))

        def ended(copied: opening.Copied) -> None:
            verb = "are" if copied.children != 1 else "is"
            if copied.is_whole:
                count = max(copied.children, 1)
                show(count, count, f"{_children(copied.children)} {verb} on this laptop")
            else:
                words = f"{_children(copied.children)} {verb} here. The rest comes when you go on, or open Heard."
                show(0, 0, words, is_stopped=True)

        def failed(trouble: Trouble) -> None:
            # Usable already: the copy goes on by itself when the laptop is online.
            words = f"{trouble.title}. Copying goes on by itself when you are online."
            show(0, 0, words, is_stopped=True)

        self._background.run(lambda: opening.copy_children(self._casebook, tell, must_stop.is_set), ended, failed)

    def _open_heard(self) -> None:
        self._stop_copying.set()
        self._begin(self._casebook)

    # ---- the session ----

    def _begin(self, casebook: Casebook) -> None:
        from desktop.session import Opened, Session
        from desktop.speaking import SpeakingProcess

        opened = Opened(self._options.vault, self._vault, casebook)
        # A script that drives an invented vault is not to be heard.
        voice = SpeakingProcess("mock") if self._options.drive else None
        self._session = Session(
            opened, self.theme, self._settings, self.lock, self.lock_before_sleep, self._empty, voice
        )
        self._session.window.closing.connect(self._close)
        self._session.show()
        if self._window is not None:
            self._window.hide()
            self._window.deleteLater()
            self._window = None

    def _show(self, window: QWidget) -> None:
        old, self._window = self._window, window
        window.show()
        if old is not None:
            old.hide()
            old.deleteLater()

    def _last_window_closed(self) -> None:
        if self._session is None:
            self._application.quit()

    def lock(self) -> None:
        """Save, end the process that holds the key, and leave a fresh one at the unlock screen."""
        self._end(lambda: restart_fresh(self._options.again()))

    def lock_before_sleep(self) -> None:
        """Lock within the few seconds a system gives before it sleeps: nothing is sent first."""
        self._end(lambda: restart_fresh(self._options.again()), seconds=SLEEP_SECONDS, may_send=False)

    def _empty(self, closed: Closed) -> None:
        """End the process that holds the key; the fresh one empties this laptop by the note it finds."""
        assert self._session is not None
        self._door.close()
        steps = self._session.steps_to_empty(closed)
        Ending(steps, lambda: restart_fresh(self._options.again()), report=self._crash.note).run()

    def _close(self) -> None:
        """Close for good: the same care as a lock, and nothing started after it."""
        self._end(None)

    def _end(
        self, restart: Callable[[], object] | None, *, seconds: float = CLOSING_SECONDS, may_send: bool = True
    ) -> None:
        steps = self._session.steps_to_lock(may_send=may_send) if self._session else []
        self._door.close()
        Ending(steps, restart, report=self._crash.note, seconds=seconds).run()


def _need_a_screen() -> None:
    """Qt would end the whole process with a page of its own words."""
    is_bare = sys.platform == "linux" and not any(
        map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))
    )
    if is_bare:
        raise Trouble("There is no screen to open Heard on", "Nothing has been changed.", "Run `make tour` instead.")


def _look(settings: Settings) -> Look:
    return Look(Scheme(settings.scheme), settings.text_scale, settings.less_movement, settings.typeface)


def _children(count: int) -> str:
    return f"{count} children" if count != 1 else "1 child"


def _warm() -> None:
    """Import what the session needs while the unlock screen waits; the one exemption from the 16 ms rule."""
    import desktop.session  # noqa: F401

    garbage.set_aside_what_stays()
