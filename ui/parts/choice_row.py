"""A question answered by chips: one of them or several; arrow keys move, and nothing shifts when one is chosen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QElapsedTimer, QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QGroupBox, QVBoxLayout, QWidget

from ui import style
from ui.parts.chips import FlagChip, OneChip
from ui.parts.flow import FlowLayout

_STEPS = {Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1}


class ChoiceRow(QGroupBox):
    """``answers`` are (code, words). `chosen` is emitted when the worker changes the answer, never by `set_value`.

    With ``several`` any number of codes may stand, in the order of the answers; without it at most one. Pressing the
    chosen chip again, Delete or Backspace takes the answer back: "not recorded" is always a possible answer.
    """

    chosen = Signal(object)  # tuple of codes

    def __init__(
        self,
        answers: Sequence[tuple[str, str]] = (),
        *,
        name: str = "",
        several: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        style.mark(self, kind="choices")
        self._several = several
        self._codes: list[str] = []
        self._chips: list[OneChip | FlagChip] = []
        self._before: tuple[str, ...] = ()
        self._since = QElapsedTimer()
        self.setFlat(True)
        # The group is there for its role; a group box would keep room for a frame and a title it has not got.
        self.setAttribute(Qt.WidgetAttribute.WA_LayoutOnEntireRect)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self._flow = FlowLayout(across=7, down=0)
        outer.addLayout(self._flow)
        policy = self.sizePolicy()
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(name)
        self.set_answers(answers)

    def set_answers(self, answers: Sequence[tuple[str, str]]) -> None:
        """Offer other answers; a chosen code that is not among them is dropped from the screen, not from the record."""
        kept = self.value()
        for chip in self._chips:
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self._codes = [code for code, _ in answers]
        self._chips = []
        for code, words in answers:
            chip = FlagChip(words, self) if self._several else OneChip(words, self)
            chip.setObjectName(f"{self.objectName()}.{code}" if self.objectName() else code)
            chip.clicked.connect(self._pressed)
            self._flow.addWidget(chip)
            self._chips.append(chip)
        self.set_value(kept)

    def value(self) -> tuple[str, ...]:
        """Return the codes that stand, in the order of the answers; empty when nothing is recorded."""
        return tuple(code for code, chip in zip(self._codes, self._chips, strict=True) if chip.isChecked())

    def set_value(self, codes: Iterable[str]) -> None:
        """Show an answer, without `chosen`."""
        wanted = set(codes)
        for code, chip in zip(self._codes, self._chips, strict=True):
            _set(chip, code in wanted)
        self._before = self.value()
        self._since.invalidate()
        self._rove()

    def chips(self) -> tuple[OneChip | FlagChip, ...]:
        """Return the chips, for tests and for focus."""
        return tuple(self._chips)

    def sizeHint(self) -> QSize:
        """As large as the chips: a group box adds room for a title."""
        return self._flow.sizeHint()

    def minimumSizeHint(self) -> QSize:
        return self._flow.minimumSize()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setContentsMargins(0, 0, 0, 0)  # Qt has just made room for the title again

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        self.setContentsMargins(0, 0, 0, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw no frame: the chips are the group."""

    # ---- what the worker does ----------------------------------------------------------------------------------

    def _pressed(self) -> None:
        chip = self.sender()
        again = not self._several and isinstance(chip, OneChip) and self._before == (self._code_of(chip),)
        if again and isinstance(chip, OneChip):
            # The second half of a double press must not take back what the first half chose.
            if self._since.isValid() and self._since.elapsed() < QApplication.doubleClickInterval():
                return
            chip.clear()
        self._tell()

    def _code_of(self, chip: OneChip | FlagChip) -> str:
        return self._codes[self._chips.index(chip)]

    def _tell(self) -> None:
        now = self.value()
        if now != self._before:
            self._before = now
            self._since.restart()
            self._rove()
            self.chosen.emit(now)

    def _rove(self) -> None:
        """Keep one chip in the tab order: the chosen one, or the first."""
        standing = next((chip for chip in self._chips if chip.isChecked()), self._chips[0] if self._chips else None)
        for chip in self._chips:
            chip.setFocusPolicy(Qt.FocusPolicy.StrongFocus if chip is standing else Qt.FocusPolicy.ClickFocus)
        if standing is not None:
            self.setFocusProxy(standing)

    def take_key(self, chip: QWidget, event: QKeyEvent) -> bool:
        """Answer a key pressed on a chip; False where it is the chip's own."""
        if event.modifiers() & _CHORDS or not isinstance(chip, OneChip | FlagChip) or chip not in self._chips:
            return False
        if event.key() in _STEPS:
            self._step(chip, _STEPS[Qt.Key(event.key())])
            return True
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._take_back(chip)
            return True
        return False

    def _step(self, chip: OneChip | FlagChip, step: int) -> None:
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            step = -step
        other = self._chips[(self._chips.index(chip) + step) % len(self._chips)]
        other.setFocus(Qt.FocusReason.TabFocusReason)
        if not self._several:
            _set(other, True)
            self._tell()

    def _take_back(self, chip: OneChip | FlagChip) -> None:
        _set(chip, False)
        self._tell()


_CHORDS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier


def _set(chip: OneChip | FlagChip, on: bool) -> None:
    if isinstance(chip, OneChip) and not on:
        if chip.isChecked():
            chip.clear()
        return
    chip.setChecked(on)
