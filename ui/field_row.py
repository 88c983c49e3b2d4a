"""One question of a form: its label, help, problem and what came from elsewhere, around its editor."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QMouseEvent, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QTextEdit, QVBoxLayout, QWidget

from models.fields import Field
from models.wording import Spoken, say
from ui import style, theme
from ui.editor import Around
from ui.editors import LineEditor, PickEditor, ProseEditor, make_editor
from ui.parts.labels import PlainLabel
from ui.parts.two_versions_strip import TwoVersionsStrip

BAR, BAR_ROOM = 4, 16
LONGEST_ON_ONE_LINE = 36  # letters of a label; a longer one is broken
WAITING = "This was changed elsewhere while you wrote. You will see it when you leave this box. Both are kept."


def pick_letters(words: Sequence[str], taken: Iterable[str] = ()) -> list[str]:
    """Choose a letter of each label for Alt, each once: the first of a word where it can be; "" where none is left."""
    used = {letter.upper() for letter in taken}
    found = []
    for label in words:
        starts = [word[0] for word in label.split() if word[0].isascii() and word[0].isalpha()]
        letters = [letter for letter in label if letter.isascii() and letter.isalpha()]
        letter = next((each for each in [*starts, *letters] if each.upper() not in used), "")
        used.add(letter.upper())
        found.append(letter)
    return found


class FieldLabel(PlainLabel):
    """A label whose Alt letter is underlined only while Alt is held: lines under letters make words hard to read."""

    pressed = Signal()

    def __init__(self, words: str, kind: str = "h3", parent: QWidget | None = None) -> None:
        super().__init__(words, kind, parent)
        self.letter = ""
        self.shows_letter = False

    def set_letter(self, letter: str) -> None:
        """Mark the letter that Alt presses."""
        self.letter = letter
        self.setAccessibleDescription(f"Alt+{letter.upper()}" if letter else "")

    def show_letter(self, shown: bool) -> None:
        """Underline the letter, or stop."""
        if shown != self.shows_letter and self.letter:
            self.shows_letter = shown
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self.pressed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not (self.shows_letter and self.letter):
            super().paintEvent(event)
            return
        words = self.text().replace("&", "&&").replace(self.letter, f"&{self.letter}", 1)
        flags = Qt.TextFlag.TextShowMnemonic | Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft
        painter = QPainter(self)
        self.style().drawItemText(
            painter, self.contentsRect(), int(flags), self.palette(), self.isEnabled(), words, self.foregroundRole()
        )


class FieldRow(QFrame):
    """`edited` by hand; `versions_asked` when the worker wants to see both texts."""

    edited = Signal()
    versions_asked = Signal()

    def __init__(
        self,
        field: Field,
        around: Around,
        parent: QWidget | None = None,
        *,
        beside: bool = False,
        bare: bool = False,
        lines: int = 3,
        chips: bool = False,
    ) -> None:
        # Everything is born in its place: what is put there later is dressed by the style sheet twice.
        super().__init__(parent)
        style.mark(self, kind="field")
        self.field, self.name = field, around.name
        self._help = say(field.help, around.child)
        self._problem = ""
        self._problem_label: PlainLabel | None = None
        self._strip: TwoVersionsStrip | None = None
        self._waiting: PlainLabel | None = None
        self._sealed: PlainLabel | None = None
        self._shortcut: QShortcut | None = None
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(5)
        self.label = FieldLabel(f"{self.name}:" if beside else self.name, "small" if beside else "h3", self)
        if bare:
            self.label.hide()
        self.label.pressed.connect(self.focus)
        self.editor = make_editor(field, around, self, lines=lines, chips=chips)
        self._lay(beside=beside)
        self._problem_at = 0 if beside else 2 if self._help else 1
        self.editor.describe(self._help)
        self.editor.edited.connect(self.edited)
        policy = self.sizePolicy()
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def _lay(self, *, beside: bool) -> None:
        if beside:
            across = QHBoxLayout()
            across.setSpacing(10)
            self.label.setWordWrap(False)
            self.label.setContentsMargins(0, 11, 0, 0)
            across.addWidget(self.label, 0, Qt.AlignmentFlag.AlignTop)
            across.addWidget(self.editor, 1)
            self.column.addLayout(across)
        else:
            self.label.setWordWrap(len(self.name) > LONGEST_ON_ONE_LINE)
            self.column.addWidget(self.label)
            if self._help:
                self.column.addWidget(PlainLabel(self._help, "small", self))
            self.column.addWidget(self.editor)
        self.column.addStretch(1)

    # ---- focus ---------------------------------------------------------------------------------------------------

    def holds(self, widget: QWidget | None) -> bool:
        """Whether a widget lies in this row."""
        return widget is not None and (widget is self or self.isAncestorOf(widget))

    def has_cursor(self) -> bool:
        """Whether the worker is in this field, also while another window is in front."""
        return self.holds(self.window().focusWidget())

    def focus(self) -> None:
        """Put the cursor into the field."""
        self.editor.target().setFocus(Qt.FocusReason.OtherFocusReason)

    def set_letter(self, letter: str, owner: QWidget) -> None:
        """Let Alt and a letter of the label lead here."""
        self.label.set_letter(letter)
        if letter and self._shortcut is None:
            self._shortcut = QShortcut(QKeySequence(f"Alt+{letter.upper()}"), owner)
            self._shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
            self._shortcut.activated.connect(self.focus)

    # ---- what is said around the editor --------------------------------------------------------------------------

    def show_problem(self, words: str) -> None:
        """Say at the field what is wrong, in the words of the summary; "" takes it away."""
        if words == self._problem:
            return
        self._problem = words
        if self._problem_label is None:
            self._problem_label = PlainLabel("", "problem", self)
            self.column.insertWidget(self._problem_at, self._problem_label)
        self._problem_label.setText(words)
        self._problem_label.setVisible(bool(words))
        style.mark(self, state="problem" if words else "")
        # Beside the bar, which is drawn here: a style sheet's border would leave its room behind when it is gone.
        self.column.setContentsMargins(BAR_ROOM if words else 0, 0, 0, 0)
        self.editor.mark_problem(is_wrong=bool(words))
        self.editor.describe(" ".join(part for part in (f"Problem: {words}" if words else "", self._help) if part))
        self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._problem:
            QPainter(self).fillRect(0, 0, BAR, self.height(), theme.current().colour("danger"))

    def shown_problem(self) -> str:
        """What is said to be wrong."""
        return self._problem

    def show_voice(self, *, is_childs: bool) -> None:
        """Give the words the child's own colour, or take it back, as whoever speaks changes."""
        if isinstance(self.editor, LineEditor | ProseEditor):
            self.editor.show_voice(is_childs=is_childs)
            self.label.set_tone("voice" if is_childs else "")

    def show_versions(self, *, are_two: bool) -> None:
        """Show the strip of two versions, or take it away."""
        if are_two and self._strip is None:
            self._strip = TwoVersionsStrip(self)
            self._strip.show_field(self.name)
            self._strip.asked.connect(self.versions_asked)
            self._add_below(self._strip)
        if self._strip is not None:
            self._strip.setVisible(are_two)

    def show_sealed(self, child: Spoken | None) -> None:
        """Let what stands here be read and no longer written, since this child has checked it; None lets it be."""
        box = self.editor.target()
        if (child is not None) == (self._sealed is not None) or not isinstance(box, QTextEdit | QLineEdit):
            return
        box.setReadOnly(child is not None)
        if child is not None:
            self._sealed = PlainLabel(f"{child.name} has checked these words. They stay as they are.", "small", self)
            self._add_below(self._sealed)
        elif self._sealed is not None:
            self._sealed.hide()
            self._sealed.deleteLater()
            self._sealed = None

    def show_waiting(self, *, is_waiting: bool) -> None:
        """Say that a change from elsewhere waits until the cursor has left."""
        if is_waiting and self._waiting is None:
            self._waiting = PlainLabel(WAITING, "small", tone="info")
            self._add_below(self._waiting)
        if self._waiting is not None:
            self._waiting.setVisible(is_waiting)

    def _add_below(self, widget: QWidget) -> None:
        """Below the editor: what appears while somebody writes must not push the line they are on."""
        self.column.insertWidget(self.column.count() - 1, widget)

    def refresh(self) -> None:
        """Offer the records there are now."""
        if isinstance(self.editor, PickEditor):
            self.editor.refresh()
