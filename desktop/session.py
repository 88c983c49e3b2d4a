"""One worker's open vault: casebook, sync, window and locks, built here by hand and taken down together."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication

from desktop import __version__
from desktop.closed_note import write_note
from desktop.emptying import note_of
from desktop.high_water import Mark, write_mark
from desktop.idle_filter import IdleFilter
from desktop.lock import IdleWatch
from desktop.outside import Outside
from desktop.passphrases import find_weakness
from desktop.platform import current
from desktop.platform.power import watch_power
from desktop.screen_pin import PinAnswer as GateAnswer
from desktop.screen_pin import PinGate, find_pin_weakness, hash_pin
from desktop.settings import SettingsFile
from desktop.speaking import SpeakingProcess
from desktop.spelling import SpellingProcess
from desktop.staying import Staying
from desktop.sync_runner import AT_LOCK_SECONDS, SyncRunner
from desktop.vault import Vault
from models.casebook import Casebook
from models.errors import Trouble
from models.status import ATTENTION, OFFLINE, PAUSED, SENDING, SENT, Status, chip_words
from sync.client.closing import Closed
from sync.client.engine import Engine
from sync.client.http import Centre, Refused
from ui.link import Link
from ui.parts.cover_page import PinAnswer
from ui.screens import Choices, register
from ui.speech import ReadAloud, Voice
from ui.spelling import Spelling
from ui.tasks import in_background
from ui.theme import Theme
from ui.window import HeardWindow

USUAL_SIZE = (1366, 768)
PIN = "screen_pin"
PAGE = "page"
VOICE_AFTER_MS = 2_000
"""A voice is looked for once Today stands and nobody waits for anything."""
_LOOKS = {
    OFFLINE: ("cloud-off", "info"),
    SENDING: ("cloud-upload", "info"),
    SENT: ("circle-check", "ok"),
    PAUSED: ("circle-stop", "info"),
    ATTENTION: ("circle-alert", "warn"),
}


@dataclass(slots=True)
class Opened:
    """What unlocking hands over."""

    folder: Path
    vault: Vault
    casebook: Casebook


class Session:
    """Lives from unlock to lock. ``lock`` is called to end the process that holds the key."""

    def __init__(
        self,
        opened: Opened,
        theme: Theme,
        settings: SettingsFile,
        lock: Callable[[], None],
        lock_before_sleep: Callable[[], None],
        empty: Callable[[Closed], None] = lambda _closed: None,
        voice: Voice | None = None,
    ) -> None:
        self.casebook, self._vault, self._folder = opened.casebook, opened.vault, opened.folder
        self._settings, self._lock = settings, lock
        self._gate = PinGate(self.casebook.remembered(PIN))
        self.link = Link(self.casebook)
        self.runner = SyncRunner(
            self.casebook, self.link.show_status, closed=lambda closed: self.link.post(lambda: empty(closed))
        )
        self.link.sync_now, self.link.pause_sync = self.runner.sync_now, self.runner.pause
        self.link.fetch_history = self.runner.fetch_history
        self.link.join_again = self.runner.join_again
        self.link.ask_for_cover = self.runner.ask_for_cover
        self._outside = Outside(self._folder, current(), _open_with_system)
        self.link.open_outside = self._open_outside
        self._dictionary = SpellingProcess()
        self.link.spelling = Spelling(self.link, self._dictionary)
        self._voice = voice or SpeakingProcess()
        chosen = settings.read()
        self._speech = ReadAloud(self._voice, is_on=chosen.reads_aloud, speed=chosen.reading_speed)
        self.link.speech = self._speech
        self._keep_mark()
        self.window = HeardWindow(self._answer)
        self.window.setObjectName("window")
        register(self.window, self.link, theme, self._choices())
        # Steady also while the laptop sleeps, unlike time.monotonic on Linux.
        self._watch = IdleWatch(current().steady_seconds, settings.read().lock_minutes)
        self._idle = IdleFilter(self._watch, _application())
        self._staying = Staying(self.link, self.window, self._watch)
        self._join()
        self._power = watch_power(lock_before_sleep, lock)
        self._power.start()

    def show(self) -> None:
        """Show the page that stood at the last lock, or Today; sync begins once it stands."""
        worker = self.casebook.me.worker
        self.window.show_worker(worker.display_name, worker.job_title)
        self._show_status(Status(OFFLINE, self.casebook.waiting_count()))
        self._come_back()
        room = self.window.screen().availableSize()
        self.window.resize(min(USUAL_SIZE[0], room.width()), min(USUAL_SIZE[1], room.height()))
        self.window.show()
        QTimer.singleShot(0, self.runner.start)
        QTimer.singleShot(300, self.window.pages.build_ahead)
        QTimer.singleShot(VOICE_AFTER_MS, self._speech, self._speech.look)

    def steps_to_lock(self, *, may_send: bool = True) -> list[Callable[[], object]]:
        """What must happen before the process that holds the key ends, in order."""

        def stop() -> None:
            self.runner.stop(AT_LOCK_SECONDS if may_send else 0.0)

        # Each a step of its own: one that fails must not keep what is typed from being saved.
        return [
            self.window.cover, self.window.pages.leave, self._remember_page, stop, self.link.close,
            self._voice.close, self._dictionary.close, self.casebook.close, self._outside.empty,
        ]  # fmt: skip

    def steps_to_empty(self, closed: Closed) -> list[Callable[[], object]]:
        """What must happen before a closed laptop is emptied, in order, by a process that holds no key.

        What was typed until now is saved and handed over like all else. Only if the file, once nothing can be written
        into it any more, holds nothing that the council does not have, the note is left by which it is emptied.
        """

        def leave_note() -> None:
            if self.casebook.close_and_look() == 0:
                write_note(self._folder, note_of(closed, self._vault.facts().vault_id))

        return [
            self.window.cover, self.window.pages.leave, lambda: self.runner.stop(0.0), self._hand_over_the_rest,
            self.link.close, self._voice.close, self._dictionary.close, leave_note, self._outside.empty,
        ]  # fmt: skip

    def _hand_over_the_rest(self) -> None:
        self.casebook.cut_all().result()
        if not self.casebook.exchange.left_behind():
            return
        me = self.casebook.me
        centre = Centre(me.server_url, me.server_certificate)
        try:
            # It ends in being refused, as all rounds of a closed laptop do, once its words have gone.
            with suppress(Refused):
                Engine(self.casebook.exchange, centre).round()
        finally:
            centre.close()

    # ---- joining the parts ----

    def _join(self) -> None:
        window, idle = self.window, self._idle
        self.link.status_changed.connect(self._show_status)
        if self.link.spelling is not None:
            self.link.spelling.failed.connect(lambda trouble: window.toast(f"{trouble.title}. {trouble.message}"))
        window.sync_asked.connect(self._sync_asked)
        window.lock_wanted.connect(self._lock)
        window.stay_asked.connect(self._watch.touch)
        window.lifted.connect(self._watch.uncover)
        idle.warned.connect(window.warn_of_lock)
        idle.resumed.connect(window.clear_lock_warning)
        idle.covered.connect(window.cover)
        idle.locked.connect(self._lock)

    def _open_outside(self, content: bytes, ending: str) -> Future[Path]:
        """Copy beside the screen, then have the system open the copy, on the main thread as Qt wants it."""
        opened: Future[Path] = Future()

        def show(path: Path) -> None:
            try:
                self._outside.show(path)
            except Trouble as trouble:
                opened.set_exception(trouble)
            else:
                opened.set_result(path)

        self.link.wait(in_background(lambda: self._outside.copy(content, ending)), show, opened.set_exception)
        return opened

    def _show_status(self, status: Status) -> None:
        icon, tone = _LOOKS.get(status.state, ("cloud-off", "info"))
        if status.state == SENT and status.waiting:
            icon, tone = "cloud-upload", "info"
        elif status.state == SENT and status.held:
            icon, tone = "shield-check", "info"
        self.window.show_state(chip_words(status), icon, tone, chip_words(status, is_short=True))

    def _sync_asked(self) -> None:
        if not self.casebook.me.server_url:
            self.window.toast("This is an invented caseload without a server. Everything stays on this laptop.")
        self.runner.sync_now()

    def _answer(self, pin: str) -> PinAnswer:
        answer = self._gate.answer(pin)
        return PinAnswer(answer is GateAnswer.RIGHT, self._gate.tries_left)

    def _keep_mark(self) -> None:
        def keep(op_no: int) -> None:
            me = self.casebook.me
            # The save stands whatever happens to the mark; the next cut writes it again.
            with suppress(Trouble):
                write_mark(self._folder, Mark(me.device_id, me.device_epoch, op_no))

        self.casebook.on_cut(keep)

    def _choices(self) -> Choices:
        return Choices(
            settings=self._settings.read,
            change_settings=self._change_settings,
            change_pin=self._change_pin,
            change_passphrase=self._vault.change_passphrase,
            lock=self._lock,
            folder=self._folder,
            version=__version__,
            find_weakness=find_weakness,
            find_pin_weakness=find_pin_weakness,
        )

    def _change_settings(self, **choices: Any) -> None:
        changed = self._settings.change(**choices)
        self._watch.set_minutes(changed.lock_minutes)
        self._speech.choose(is_on=changed.reads_aloud, speed=changed.reading_speed)

    def _change_pin(self, old: str, new: str) -> None:
        """Take a new screen PIN. Wrong tries count here as they do on the hidden screen, and the fifth locks."""
        if self.casebook.remembered(PIN):
            answer = self._gate.answer(old)
            if answer is GateAnswer.LOCK:
                self.link.post(self._lock)
            if answer is not GateAnswer.RIGHT:
                raise Trouble("That is not your PIN now", "Your PIN has not been changed.", "Try again.")
        fresh = hash_pin(new)
        self.casebook.remember(PIN, fresh).result()
        self._gate.change(fresh)

    # ---- coming back ----

    def _page_before(self) -> tuple[str, dict[str, Any]]:
        try:
            kept = json.loads(self.casebook.remembered(PAGE) or "{}")
            return str(kept.get("key", "today")), dict(kept.get("arguments", {}))
        except (ValueError, TypeError, AttributeError):
            return "today", {}

    def _come_back(self) -> None:
        """Open the page that stood. One that cannot be opened must not keep the worker out of all the others."""
        try:
            self.window.come_back_to(*self._page_before())
        except Exception as error:  # noqa: BLE001 - a bug takes the crash path, and the worker comes in all the same
            self.window.come_back_to("today", {})
            sys.excepthook(type(error), error, error.__traceback__)

    def _remember_page(self) -> None:
        here = self.window.here()
        if here is not None:
            page = json.dumps({"key": here.key, "arguments": dict(here.arguments)})
            self.casebook.remember(PAGE, page).result()


def _application() -> QApplication:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    return application


def _open_with_system(path: Path) -> bool:
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
