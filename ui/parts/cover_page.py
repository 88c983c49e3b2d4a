"""What F9 shows: a plain clock that says nothing about anyone, and the PIN that lifts it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QMouseEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from ui import access, style, theme
from ui.parts.buttons import Button
from ui.parts.labels import PlainLabel

MOST_TRIES = 5
BACK_TO_CLOCK_MS = 30_000


@dataclass(frozen=True, slots=True)
class PinAnswer:
    """What whoever holds the PIN says: was it right, and how many tries are left before Heard locks."""

    is_right: bool
    tries_left: int = MOST_TRIES


class CoverPage(QFrame):
    """Any key or click asks for the PIN. `lifted` when it was right, `lock_wanted` after five wrong ones.

    ``check_pin`` is asked once for each Enter; ``now`` gives the time where the laptop is.
    """

    lifted = Signal()
    lock_wanted = Signal()

    def __init__(
        self, check_pin: Callable[[str], PinAnswer], now: Callable[[], datetime], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        style.mark(self, kind="cover")
        access.describe(self, "Screen hidden. Press any key to come back.", key="cover")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._check_pin, self._now = check_pin, now
        self._wrong = 0
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.addStretch(5)
        self._clock = PlainLabel("", "clock", wrap=False)
        self._clock.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._day = PlainLabel("", "h2", tone="quiet", wrap=False)
        self._day.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(self._clock)
        column.addWidget(self._day)
        column.addSpacing(28)
        self._entry = self._make_entry()
        column.addWidget(self._entry, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(6)
        self._tick = QTimer(self)
        self._tick.setInterval(1000)
        self._tick.timeout.connect(self._show_time)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(BACK_TO_CLOCK_MS)
        self._rest.timeout.connect(self.show_clock)

    def _make_entry(self) -> QWidget:
        entry = QWidget()
        # The room is kept while the PIN is not asked for, so that the clock does not jump.
        policy = entry.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        entry.setSizePolicy(policy)
        column = QVBoxLayout(entry)
        column.setSpacing(8)
        self._words = PlainLabel("", "body", tone="quiet")
        self._words.setObjectName("cover.words")
        column.addWidget(self._words)
        label = PlainLabel("Your screen PIN", "h3", wrap=False)
        column.addWidget(label)
        row = QHBoxLayout()
        row.setSpacing(10)
        self.pin = QLineEdit(entry)
        self.pin.setEchoMode(QLineEdit.EchoMode.Password)
        self.pin.setMaxLength(64)
        self.pin.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly | Qt.InputMethodHint.ImhSensitiveData)
        access.describe(self.pin, "Your screen PIN", key="cover.pin")
        label.setBuddy(self.pin)
        self.pin.returnPressed.connect(self._try)
        self.pin.textEdited.connect(lambda: self._rest.start())
        row.addWidget(self.pin, 1)
        self.come_back = Button("Come back", "", "primary", entry)
        self.come_back.clicked.connect(self._try)
        row.addWidget(self.come_back)
        column.addLayout(row)
        self.message = PlainLabel("", "problem", wrap=False)
        keep = self.message.sizePolicy()
        keep.setRetainSizeWhenHidden(True)
        self.message.setSizePolicy(keep)
        column.addWidget(self.message)
        entry.hide()
        return entry

    def show_clock(self) -> None:
        """Show the clock alone and forget what was typed."""
        self.pin.clear()
        self.message.setText("")
        self._entry.hide()
        self._rest.stop()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def ask(self, first: str = "", words: str = "") -> None:
        """Ask for the PIN; ``first`` is a digit that was already typed, ``words`` are for whoever sits before it."""
        self._words.setText(words)
        self._words.setVisible(bool(words))
        self._entry.show()
        if words:
            access.announce(self, words)
        self.pin.setFocus(Qt.FocusReason.OtherFocusReason)
        if first:
            self.pin.insert(first)
        self._rest.start()

    def is_asking(self) -> bool:
        """Whether the PIN is being asked for."""
        return not self._entry.isHidden()

    def _try(self) -> None:
        text = self.pin.text()
        self.pin.clear()
        self.pin.setFocus(Qt.FocusReason.OtherFocusReason)
        if not text:
            self._say("Type your PIN, then press Enter.")
            return
        answer = self._check_pin(text)
        if answer.is_right:
            self._wrong = 0
            self.show_clock()
            self.lifted.emit()
            return
        self._wrong += 1
        left = min(answer.tries_left, MOST_TRIES - self._wrong)
        if left <= 0:
            self._say("Heard is locking. Nothing is lost.")
            self.lock_wanted.emit()
            return
        tries = "one more try" if left == 1 else f"{left} more tries"
        self._say(f"That is not the PIN. You have {tries}.")

    def _say(self, words: str) -> None:
        self.message.setText(words)
        access.announce(self, words, at_once=True)
        self._rest.start()

    def _show_time(self) -> None:
        moment = self._now()
        self._clock.setText(f"{moment:%H:%M}")
        self._day.setText(f"{moment:%A} {moment.day} {moment:%B}")

    def _dress(self) -> None:
        self._entry.setFixedWidth(theme.current().px(400))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.isVisible():
            return  # the Enter that lifted the cover comes here last
        if event.key() == Qt.Key.Key_Escape:
            self.show_clock()
        elif not self.is_asking():
            self.ask(event.text() if event.text().isdigit() else "")
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.ask()

    def showEvent(self, event: QShowEvent) -> None:
        self._dress()
        self._show_time()
        self._tick.start()
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self._tick.stop()
        super().hideEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and self.isVisible():
            self._dress()
