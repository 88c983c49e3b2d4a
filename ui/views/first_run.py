"""The first run: five plain steps from an empty laptop to an open Heard; closing it between two loses nothing."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui import access, theme
from ui.parts.front_page import FrontPage, FrontWindow, heard_mark
from ui.parts.labels import PlainLabel
from ui.parts.step_list import StepList
from ui.parts.surface import Surface
from ui.views.first_run_steps import (
    CodeAgainStep,
    CodeStep,
    CopyStep,
    FindWeakness,
    JoinStep,
    PassphraseStep,
    PinStep,
    Step,
)

STEPS = {
    "passphrase": "Your passphrase",
    "code": "Recovery code",
    "join": "Your council",
    "pin": "Screen PIN",
    "copying": "Copy to this laptop",
}
WIDE = 640
RAIL = 264
ROOM_FOR_RAIL = 940  # pixels at 100 %; narrower than this, or with larger text, one line says the step


class FirstRunWindow(FrontWindow):
    """``start_at`` is a key of `STEPS`; "code" waits for `show_code`.

    ``find_weakness`` and ``find_pin_weakness`` say in words what is wrong with a new secret, or None;
    ``check_code`` says whether the recovery code was typed back right.
    """

    passphrase_chosen = Signal(str)
    code_confirmed = Signal()
    join_asked = Signal(str, str, str, str, str)
    pin_chosen = Signal(str)
    open_asked = Signal()
    copy_stopped = Signal()
    copy_wanted = Signal()
    later_asked = Signal()

    def __init__(
        self,
        start_at: str,
        find_weakness: FindWeakness,
        find_pin_weakness: FindWeakness,
        check_code: Callable[[str], bool],
        *,
        choose_file: Callable[[QWidget], str] | None = None,
    ) -> None:
        super().__init__("first_run_window")
        self._find_weakness, self._find_pin_weakness = find_weakness, find_pin_weakness
        self._check_code, self._choose_file = check_code, choose_file
        self._code, self._has_keyring = "", True
        self._joined = ""
        self._copied: tuple[int, int, str] | None = None
        self._is_copy_stopped = False
        self.key = ""
        self.step: Step | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._make_rail())
        self._page = FrontPage(WIDE, is_centred=False)
        self._page.column.addWidget(self._make_short())
        row.addWidget(self._page, 1)
        for keys in ("Esc", "Alt+Left"):
            QShortcut(QKeySequence(keys), self, self._go_back)
        self._dress()
        self.go_to(start_at)

    def _make_rail(self) -> Surface:
        self._rail = Surface("rail")
        column = QVBoxLayout(self._rail)
        column.setContentsMargins(20, 22, 20, 20)
        column.setSpacing(24)
        column.addLayout(heard_mark())
        self.steps = StepList(list(STEPS.values()))
        column.addWidget(self.steps)
        column.addStretch(1)
        words = "You can close Heard between two steps. It goes on where you were."
        column.addWidget(PlainLabel(words, "small"))
        return self._rail

    def _make_short(self) -> QWidget:
        self._short = QWidget()
        column = QVBoxLayout(self._short)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(heard_mark())
        self._where = PlainLabel("", "strong", tone="quiet")
        self._where.setObjectName("first_run.where")
        column.addWidget(self._where)
        return self._short

    # ---- what the application tells -------------------------------------------------------------------------

    def go_to(self, step: str) -> None:
        """Show a step by its key; the one that is shown already stays as it is."""
        if step != self.key:
            self._turn_to(step)

    def show_code(self, code: str, has_keyring: bool) -> None:
        """Show the new recovery code; without a password store of the laptop's, say what that means."""
        self._code, self._has_keyring = code, has_keyring
        self._turn_to("code")

    def show_busy(self, words: str) -> None:
        """Say what Heard is doing and take nothing twice, until another call here."""
        if self.step is not None:
            self.step.show_busy(words)

    def show_trouble(self, title: str, message: str, help: str) -> None:  # noqa: A002 - as in models.errors.Trouble
        """Tell why the step did not work; all that was typed stays."""
        if self.step is not None:
            self.step.show_trouble(title, message, help)

    def show_joined(self, council_name: str, worker_name: str) -> None:
        """Say whom the laptop has joined, and go on to the screen PIN."""
        self._joined = f"This laptop has joined {council_name} as {worker_name}."
        self.go_to("pin")

    def show_progress(self, done: int, total: int, words: str, *, is_stopped: bool = False) -> None:
        """Say how far the copying is, now or when its page is reached; ``total`` 0 means it is not known.

        ``is_stopped``: it does not go on by itself here.
        """
        self._copied, self._is_copy_stopped = (done, total, words), is_stopped
        if isinstance(self.step, CopyStep):
            self.step.show_progress(done, total, words, is_stopped=is_stopped)
            self._show_place()

    # ---- turning the pages ----------------------------------------------------------------------------------

    def _turn_to(self, key: str) -> None:
        old, self.key = self.step, key
        self.step = self._make(key)
        self.step.left.connect(self._go_back)
        self._page.column.addWidget(self.step)
        self.step.show()
        self._show_place()
        self._page.verticalScrollBar().setValue(0)
        self.step.begin()
        if old is not None:
            # Really gone, and with it what was typed; only now that the focus has left it.
            old.clear()
            old.hide()
            old.setParent(None)
            old.deleteLater()
        access.announce(self, f"{self._where.text()}. {self.step.heading.text()}")

    def _make(self, key: str) -> Step:
        if key == "passphrase":
            first = PassphraseStep(self._find_weakness)
            first.accepted.connect(lambda: self.passphrase_chosen.emit(first.first.text()))
            return first
        if key == "code":
            shown = CodeStep(self._code, has_keyring=self._has_keyring)
            shown.accepted.connect(lambda: self._turn_to("code_again"))
            return shown
        if key == "code_again":
            again = CodeAgainStep(self._check_code)
            again.accepted.connect(self._confirm_code)
            return again
        if key == "join":
            return self._make_join()
        if key == "pin":
            pin = PinStep(self._find_pin_weakness, self._joined)
            pin.accepted.connect(lambda: self.pin_chosen.emit(pin.first.text()))
            return pin
        copying = CopyStep()
        copying.accepted.connect(self.open_asked)
        copying.stopped.connect(self.copy_stopped)
        copying.gone_on.connect(self.copy_wanted)
        if self._copied is not None:
            copying.show_progress(*self._copied, is_stopped=self._is_copy_stopped)
        return copying

    def _make_join(self) -> JoinStep:
        join = JoinStep(self._choose_file)
        join.accepted.connect(lambda: self.join_asked.emit(*join.answers()))
        join.later.connect(self.later_asked)
        return join

    def _confirm_code(self) -> None:
        self._code = ""
        self.code_confirmed.emit()
        self.go_to("join")

    def _go_back(self) -> None:
        if self.key == "code_again":
            self._turn_to("code")

    def _show_place(self) -> None:
        place = list(STEPS).index("code" if self.key == "code_again" else self.key)
        is_done = self._copied is not None and self._copied[0] >= self._copied[1] > 0 and self.key == "copying"
        self.steps.show_step(place, is_done=is_done)
        self._where.setText(f"Step {place + 1} of {len(STEPS)}: {list(STEPS.values())[place]}")

    # ---- the look -------------------------------------------------------------------------------------------

    def _dress(self) -> None:
        look = theme.current()
        self._rail.setFixedWidth(look.px(RAIL))
        roomy = self.width() >= look.px(ROOM_FOR_RAIL)
        self._rail.setVisible(roomy)
        self._short.setVisible(not roomy)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._dress()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and self.step is not None:
            self._dress()
