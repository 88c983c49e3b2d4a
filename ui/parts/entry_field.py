"""A question answered by one line of text, with its hint, its problem and, for a secret, a button that shows it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from ui import access, style
from ui.parts.buttons import Button
from ui.parts.labels import PlainLabel
from ui.parts.surface import Surface

CAPS_LOCK = "Caps Lock looks to be on."
_SECRET = (
    Qt.InputMethodHint.ImhSensitiveData
    | Qt.InputMethodHint.ImhNoPredictiveText
    | Qt.InputMethodHint.ImhNoAutoUppercase
    | Qt.InputMethodHint.ImhHiddenText
)
_EXACT = Qt.InputMethodHint.ImhNoPredictiveText | Qt.InputMethodHint.ImhNoAutoUppercase


class EntryField(Surface):
    """``label`` may mark its Alt letter with ``&``; ``key`` is the objectName of the line itself.

    A ``secret`` is hidden until the worker asks to see it; paste works. `entered` is Enter in the line, `edited` is
    any change by hand.
    """

    entered = Signal()
    edited = Signal(str)
    caps_lock_seen = Signal(bool)

    def __init__(
        self, label: str, key: str, parent: QWidget | None = None, *, hint: str = "", secret: bool = False
    ) -> None:
        super().__init__("field", parent)
        self.name = label.replace("&", "")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.label = PlainLabel(label, "h3")
        column.addWidget(self.label)
        self.hint = PlainLabel(hint, "small")
        # Only once it has a parent: shown before, it would be a window for a moment, and take the activation.
        column.addWidget(self.hint)
        self.hint.setVisible(bool(hint))
        self.problem = PlainLabel("", "problem")
        self.problem.hide()
        column.addWidget(self.problem)
        self.line = QLineEdit(self)
        self.line.setInputMethodHints(_SECRET if secret else _EXACT)
        self.label.setBuddy(self.line)
        access.describe(self.line, self.name, hint, key=key)
        self.line.returnPressed.connect(self.entered)
        self.line.textEdited.connect(self._note_edit)
        self._row = QHBoxLayout()
        self._row.setSpacing(8)
        self._row.addWidget(self.line, 1)
        self.eye: Button | None = None
        if secret:
            self._add_eye(key)
        column.addLayout(self._row)
        self.setFocusProxy(self.line)

    def _add_eye(self, key: str) -> None:
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
        self.line.installEventFilter(self)
        self.eye = Button("Show", parent=self)
        # A click leaves the cursor where it is; Tab still reaches the button.
        self.eye.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.eye.setObjectName(f"{key}.show")
        self.eye.clicked.connect(lambda: self.show_secret(shown=self.line.echoMode() == QLineEdit.EchoMode.Password))
        self._row.addWidget(self.eye)
        self.show_secret(shown=False)

    def add_beside(self, widget: QWidget) -> None:
        """Put a button at the right of the line."""
        self._row.addWidget(widget)

    def text(self) -> str:
        """Return what stands in the line."""
        return self.line.text()

    def clear(self) -> None:
        """Empty the line, hide what was shown, and take its problem away."""
        self.line.clear()
        self.clear_problem()
        if self.eye is not None:
            self.show_secret(shown=False)

    def show_secret(self, *, shown: bool) -> None:
        """Show the letters of a secret, or dots."""
        if self.eye is None:
            return
        self.line.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)
        words = "Hide" if shown else "Show"
        self.eye.set_words(words, name=f"{words} what is typed: {self.name}")

    def set_hint(self, words: str) -> None:
        """Say something else under the label."""
        self.hint.setText(words)
        self.hint.setVisible(bool(words))
        self._describe()

    def show_problem(self, words: str) -> None:
        """Say at the field what is wrong with it, in the words of the summary."""
        self.problem.setText(words)
        self.problem.setVisible(bool(words))
        state = "problem" if words else ""
        style.mark(self, state=state)
        style.mark(self.line, state=state)
        # A frame takes its padding from the style sheet at this event alone.
        QApplication.sendEvent(self, QEvent(QEvent.Type.StyleChange))
        self._describe()

    def clear_problem(self) -> None:
        """Take the problem away."""
        self.show_problem("")

    def set_busy(self, busy: bool) -> None:
        """Keep the cursor where it is, but let nothing be changed."""
        self.line.setReadOnly(busy)

    def _describe(self) -> None:
        parts = (f"Problem: {self.problem.text()}" if self.problem.text() else "", self.hint.text())
        self.line.setAccessibleDescription(" ".join(part for part in parts if part))

    def _note_edit(self, text: str) -> None:
        if self.problem.text():
            self.clear_problem()
        self.edited.emit(text)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and watched is self.line:
            self._look_for_caps_lock(event)
        return super().eventFilter(watched, event)

    def _look_for_caps_lock(self, event: QKeyEvent) -> None:
        """Qt does not know the state of Caps Lock; a letter in the other size than Shift asks for gives it away."""
        text = event.text()
        if len(text) == 1 and text.lower() != text.upper():
            with_shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.caps_lock_seen.emit(text.isupper() != with_shift)
        elif event.key() == Qt.Key.Key_CapsLock:
            # On or off now, nobody knows which: the next letter tells.
            self.caps_lock_seen.emit(False)
