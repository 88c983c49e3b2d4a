"""The unlock screen: paints and takes keys before anything else of Heard is imported."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from ui import access
from ui.parts.buttons import Button
from ui.parts.card import Card
from ui.parts.entry_field import CAPS_LOCK, EntryField
from ui.parts.front_page import FrontPage, FrontWindow, heard_mark
from ui.parts.labels import PlainLabel
from ui.parts.trouble_box import TroubleBox

if TYPE_CHECKING:
    from ui.parts.banner import Banner
    from ui.views.unlock_recovery import RecoveryPanel

WIDE = 520
SAFE = "Everything you wrote is safe on this laptop, and stays locked until you open it."
NO_STORE = (
    "This laptop has no password store that Heard can use. Your passphrase alone keeps what is here closed, so a long "
    "one matters more than usual. Never keep it in the bag with the laptop."
)


class UnlockWindow(FrontWindow):
    """Asks for the passphrase, or for the recovery code and a new passphrase.

    ``find_weakness`` says what is wrong with a new passphrase; ``now`` gives seconds that never go back.
    """

    passphrase_given = Signal(str)
    recovery_given = Signal(str, str)

    def __init__(
        self,
        *,
        find_weakness: Callable[[str], str | None] | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__("unlock_window")
        self._find_weakness, self._now = find_weakness, now
        self._is_busy = False
        self._wait_until = 0.0
        self._only: Banner | None = None
        self.recovery: RecoveryPanel | None = None
        page = FrontPage(WIDE)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(page)
        self._column = page.column
        self._column.addLayout(heard_mark())
        self.trouble = TroubleBox("unlock.trouble")
        self._column.addWidget(self.trouble)
        self.panel = self._make_panel()
        self._column.addWidget(self.panel)
        self._column.addWidget(PlainLabel(SAFE, "small"))
        self._tick = QTimer(self)
        self._tick.setInterval(250)
        self._tick.timeout.connect(self._count_down)
        self.setFocusProxy(self.passphrase)
        self.passphrase.setFocus(Qt.FocusReason.OtherFocusReason)

    def _make_panel(self) -> Card:
        panel = Card()
        panel.body.setContentsMargins(28, 24, 28, 22)
        panel.body.setSpacing(12)
        self.heading = PlainLabel("Open Heard", "h1")
        panel.add(self.heading)
        self.passphrase = EntryField("&Passphrase", "unlock.passphrase", secret=True)
        self.passphrase.entered.connect(self._submit)
        self.passphrase.edited.connect(self._forget_status)
        self.passphrase.caps_lock_seen.connect(self._show_caps_lock)
        panel.add(self.passphrase)
        self.status = PlainLabel("", "small")
        self.status.setObjectName("unlock.status")
        panel.add(self.status)
        row = QHBoxLayout()
        row.setSpacing(12)
        self.open = Button("Open", "", "primary")
        access.describe(self.open, "Open", key="unlock.open")
        self.open.clicked.connect(self._submit)
        row.addWidget(self.open)
        self.use_recovery = Button("Use my recovery code", "", "quiet")
        access.describe(self.use_recovery, "Use my recovery code", key="unlock.use_recovery")
        self.use_recovery.clicked.connect(self._ask_recovery)
        row.addWidget(self.use_recovery)
        row.addStretch(1)
        panel.add(row)
        return panel

    # ---- what the application tells -------------------------------------------------------------------------

    def show_worker(self, name: str) -> None:
        """Greet the worker by name; "" leaves the name out."""
        self.heading.setText(f"Welcome back, {name}" if name else "Open Heard")

    def show_busy(self, words: str) -> None:
        """Say what Heard is doing and take nothing twice, until `show_trouble` or ``show_busy("")``."""
        self._is_busy = bool(words)
        self.passphrase.set_busy(self._is_busy)
        self._mark_open()
        if form := self._recovering():
            form.show_busy(words)
        else:
            self._say(words)

    def show_trouble(self, title: str, message: str, help: str, wait_seconds: float = 0) -> None:  # noqa: A002
        """Tell why it did not open; with ``wait_seconds`` count down to when the passphrase may be tried again."""
        self.show_busy("")
        self._wait_until = self._now() + wait_seconds
        self._mark_open()
        if wait_seconds > 0:
            self._tick.start()
        if form := self._recovering():
            # A recovery code need not wait: nobody can guess it.
            form.show_trouble(title, message, help)
            return
        self.trouble.show_trouble(title, message, self._wait_words() or help)
        # Not to the trouble, as elsewhere: it has been read aloud, and the next key belongs to the passphrase.
        self.passphrase.setFocus(Qt.FocusReason.OtherFocusReason)
        self.passphrase.line.selectAll()

    def show_passphrase_only(self, is_alone: bool) -> None:
        """Say what it means that the laptop has no password store, or stop saying it."""
        if is_alone and self._only is None:
            from ui.parts.banner import Banner

            self._only = Banner(NO_STORE, "warn")
            self._only.setObjectName("unlock.passphrase_only")
            self._column.insertWidget(self._column.count() - 1, self._only)
        elif not is_alone and self._only is not None:
            self._only.setParent(None)
            self._only.deleteLater()
            self._only = None

    def take_down(self) -> None:
        """Empty every field, stop counting, and go."""
        self._tick.stop()
        self.passphrase.clear()
        if self.recovery is not None:
            self.recovery.clear()
        self.hide()
        self.deleteLater()

    # ---- the passphrase -------------------------------------------------------------------------------------

    def _submit(self) -> None:
        if self._is_busy:
            return
        self.passphrase.setFocus(Qt.FocusReason.OtherFocusReason)
        if waiting := self._wait_words():
            self._say(waiting)
        elif text := self.passphrase.text():
            self._clear_trouble()
            self.passphrase_given.emit(text)
        else:
            self.passphrase.show_problem("Type your passphrase")
            access.announce(self.passphrase.line, "Type your passphrase", at_once=True)

    def _mark_open(self) -> None:
        free = not self._is_busy and not self._wait_words()
        if not free and self.open.hasFocus():
            self.passphrase.setFocus(Qt.FocusReason.OtherFocusReason)
        self.open.setEnabled(free)
        self.use_recovery.setEnabled(not self._is_busy)

    def _clear_trouble(self) -> None:
        self._tick.stop()
        self.trouble.hide()

    def _say(self, words: str) -> None:
        self.status.setText(words)
        if words:
            access.announce(self, words)

    def _forget_status(self, _text: str) -> None:
        if self.status.text() != CAPS_LOCK:
            self.status.setText("")

    def _show_caps_lock(self, is_on: bool) -> None:
        if is_on and self.status.text() != CAPS_LOCK:
            access.announce(self, CAPS_LOCK)
            self.status.setText(CAPS_LOCK)
        elif not is_on and self.status.text() == CAPS_LOCK:
            self.status.setText("")

    # ---- waiting --------------------------------------------------------------------------------------------

    def _wait_words(self) -> str:
        left = self._wait_until - self._now()
        return f"You can try again in {say_seconds(left)}." if left > 0 else ""

    def _count_down(self) -> None:
        words = self._wait_words()
        if words and not self._recovering():
            self.trouble.set_help(words)
        if words:
            return
        self._tick.stop()
        self._mark_open()
        if self._recovering():
            return
        self.trouble.set_help("You can try again now.")
        access.announce(self, "You can try again now.")
        self._say("")

    # ---- the recovery code ----------------------------------------------------------------------------------

    def _ask_recovery(self) -> None:
        if self._is_busy:
            return
        if self.recovery is None:
            from ui.views.unlock_recovery import RecoveryPanel

            self.recovery = RecoveryPanel(self._find_weakness)
            self.recovery.accepted.connect(self._submit_recovery)
            self.recovery.left.connect(self._ask_passphrase)
            self._column.insertWidget(self._column.indexOf(self.panel) + 1, self.recovery)
        self.trouble.hide()
        self.panel.hide()
        self.recovery.show()
        self.recovery.begin()

    def _ask_passphrase(self) -> None:
        if self._is_busy or self.recovery is None:
            return
        self.recovery.clear()
        self.recovery.hide()
        self.trouble.hide()
        if waiting := self._wait_words():
            self.trouble.show_trouble("Please wait a little", SAFE, waiting)
        self.panel.show()
        self.passphrase.setFocus(Qt.FocusReason.OtherFocusReason)

    def _submit_recovery(self) -> None:
        if (form := self._recovering()) and not self._is_busy:
            form.begin()
            self.recovery_given.emit(form.code.text(), form.new.text())

    def _recovering(self) -> RecoveryPanel | None:
        return self.recovery if self.recovery is not None and not self.recovery.isHidden() else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._recovering():
            self._ask_passphrase()
            return
        super().keyPressEvent(event)


def say_seconds(seconds: float) -> str:
    """Return "28 seconds", "1 minute 5 seconds" or "2 minutes", rounded up."""
    minutes, rest = divmod(max(1, math.ceil(seconds)), 60)
    parts = [(minutes, "minute"), (rest, "second")]
    return " ".join(f"{count} {unit}{'' if count == 1 else 's'}" for count, unit in parts if count)
