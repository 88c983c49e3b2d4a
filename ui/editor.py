"""What every editor of a field has in common: its value, its problem, and taking a change back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QVBoxLayout, QWidget

from models.dates_typed import Lean
from models.fields import Field
from models.wording import Spoken
from ui import style
from ui.autosave import same
from ui.spelling import Checker


@dataclass(frozen=True, slots=True)
class Around:
    """What an editor must know beside its field. ``options`` are the records a link may point at: (id, words).

    ``spelling`` checks the worker's own text, where there is a dictionary; nobody else's words are ever checked.
    """

    key: str
    name: str
    today: Callable[[], date]
    child: Spoken | None = None
    lean: Lean = Lean.NEAR
    options: Callable[[], Sequence[tuple[str, str]]] = tuple
    spelling: Checker | None = None


class Editor(QWidget):
    """`edited` comes when the worker changes the value, never by `show_value`.

    ``least`` and ``most`` are how narrow and how wide it may stand, in pixels at 100 % (0: no limit); an editor that
    ``stretches`` takes what is left of a row, one that is ``whole`` a row of its own.
    """

    edited = Signal()
    least = 220
    most = 0
    stretches = True
    whole = False

    def __init__(self, field: Field, around: Around, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field, self.around = field, around
        self._past: list[Any] = []
        self._undone: list[Any] = []
        self._standing: Any = None
        self._has_problem = False
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)

    def value(self) -> Any:
        """What stands there, as the field's JSON value."""
        raise NotImplementedError

    def show_value(self, value: Any) -> None:
        """Show a value that comes from the record."""
        self._standing = value
        self._past, self._undone = [], []
        self._show(value)

    def _show(self, value: Any) -> None:
        raise NotImplementedError

    def settled(self) -> Any:
        """The value that stood when the worker came into the field, or was last written out."""
        return self._standing

    def unreadable(self) -> str:
        """What is wrong with what is typed, where it is no value at all; "" when it can be read."""
        return ""

    def settle(self) -> None:
        """The focus has left: write out what was typed in short."""

    def target(self) -> QWidget:
        """The widget that takes the focus and carries the name."""
        raise NotImplementedError

    def boxes(self) -> tuple[QWidget, ...]:
        """Every widget that shows a problem's edge."""
        return (self.target(),)

    def mark_problem(self, *, is_wrong: bool) -> None:
        """Show the edge of a field in error, or take it away."""
        if is_wrong != self._has_problem:
            self._has_problem = is_wrong
            for box in self.boxes():
                style.mark(box, state="problem" if is_wrong else "")

    def describe(self, words: str) -> None:
        """Set what a screen reader says after the name: the help, or the problem."""
        for box in self.boxes():
            box.setAccessibleDescription(words)

    def _fit(self) -> None:
        """Take the widths of the letters that stand now."""

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._fit()

    # ---- taking back ---------------------------------------------------------------------------------------------

    def _tell(self) -> None:
        """Say that the worker changed the value, and remember what stood before."""
        self._keep_step()
        self.edited.emit()

    def _keep_step(self) -> None:
        now = self.value()
        if not same(now, self._standing):
            self._past.append(self._standing)
            self._standing, self._undone = now, []

    def undo(self) -> bool:
        """Go back to the value before; False when there is none."""
        return self._step(self._past, self._undone)

    def redo(self) -> bool:
        """Take an undo back; False when there is none."""
        return self._step(self._undone, self._past)

    def _step(self, out: list[Any], back: list[Any]) -> bool:
        if not out:
            return False
        back.append(self._standing)
        self._standing = out.pop()
        self._show(self._standing)
        self.edited.emit()
        return True

    def event(self, event: QEvent) -> bool:
        # A key that a child left alone: Ctrl+Z over chips or a drop-down. Without this the window would take it.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._is_step(event):
            event.accept()
            return True
        return super().event(event)

    def _is_step(self, event: QKeyEvent) -> bool:
        can_undo = event.matches(QKeySequence.StandardKey.Undo) and self._past
        return bool(can_undo or (event.matches(QKeySequence.StandardKey.Redo) and self._undone))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Undo) and self.undo():
            return
        if event.matches(QKeySequence.StandardKey.Redo) and self.redo():
            return
        super().keyPressEvent(event)
