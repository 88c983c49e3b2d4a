"""A worker's own text in which words are marked: wrong ones, and those that might be said otherwise."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QTextBlock, QTextCharFormat, QTextCursor, QTextLayout
from PySide6.QtWidgets import QMenu, QWidget

from models.language import Prompt
from models.spelling import parts, plain, tokens
from ui import theme
from ui.parts.word_menu import fill
from ui.spelling import Checker
from ui.text_boxes import LineBox, TextBox

SLICE_SECONDS = 0.004
"""A long text is gone through in pieces, so that no frame is late."""
LONGEST_AT_ONCE = 3_000
LONGEST_MARKED = 10_000
"""A paragraph longer than this is as long as a chapter: F7 goes through it, but nothing in it is underlined."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A word that is marked; ``start`` and ``end`` count as Qt does, in UTF-16, from the beginning of the text.

    ``prompt`` is another way to say it; None for one that is not in the dictionary.
    """

    word: str
    start: int
    end: int
    prompt: Prompt | None = None

    @property
    def about(self) -> str:
        """What the mark says, in words."""
        what = "is not in the dictionary" if self.prompt is None else "could be said another way"
        return f"“{self.word}” {what}"


class CheckedText(Protocol):
    """What the walk from one marked word to the next needs."""

    checker: Checker

    @property
    def box(self) -> QWidget:
        """The widget that is written in."""
        ...

    def marks(self) -> list[Mark]:
        """Every marked word, in order; none of those the dictionary has not answered for."""
        ...

    def position(self) -> int:
        """Where the cursor stands: the end of what is chosen."""
        ...

    def choose(self, mark: Mark) -> QPoint:
        """Choose a word and bring it into sight; returns the place below it on the screen."""
        ...

    def replace(self, mark: Mark, word: str) -> None:
        """Put another word in its place, as one step that Undo takes back."""
        ...


def found_in(text: str, checker: Checker) -> Iterator[tuple[Mark, bool]]:
    """The words of a text that are to be marked (True), or that the dictionary has not answered for (False)."""
    # Qt counts in UTF-16: a face outside the first plane is two of its characters and one of Python's.
    is_plain = not text or max(text) <= "\uffff"

    def place(at: int) -> int:
        return at if is_plain else at + sum(1 for letter in text[:at] if letter > "\uffff")

    prompts = checker.prompts(text)
    for prompt in prompts:
        yield Mark(prompt.word, place(prompt.start), place(prompt.end), prompt), True
    for token in tokens(text):
        right = checker.is_right(token.word)
        if right or any(each.start < token.end and token.start < each.end for each in prompts):
            continue
        yield Mark(token.word, place(token.start), place(token.end)), right is False


def marks_in(text: str, checker: Checker, at: int = 0) -> list[Mark]:
    """Every mark of a text that begins at ``at``, in order."""
    found = [mark for mark, is_sure in found_in(text, checker) if is_sure]
    return [
        replace(mark, start=at + mark.start, end=at + mark.end) for mark in sorted(found, key=lambda one: one.start)
    ]


class CheckedProse(QObject):
    """Underlines the wrong words of a box with a wave, and those that might be said otherwise with dots.

    The text, its undo steps and what it tells stay untouched.
    Qt's own highlighter says that the text has changed each time it marks a word; the marks here are laid on the
    layout alone. The word that is being typed is not marked before the cursor has left it.
    """

    def __init__(self, box: TextBox, checker: Checker) -> None:
        super().__init__(box)
        self._box, self.checker = box, checker
        self._document = box.document()
        self._typing_at = -1
        self._waiting: set[str] = set()
        self._sweep_from = -1
        self._sweeping = QTimer(self)
        self._sweeping.setSingleShot(True)
        self._sweeping.timeout.connect(self._sweep)
        self._document.contentsChange.connect(self._on_text)
        box.cursorPositionChanged.connect(self._on_cursor)
        box.before_menu = self._on_menu
        box.installEventFilter(self)
        checker.spelling.learned.connect(self._on_learned)
        theme.current().changed.connect(self._sweep_all)

    @property
    def box(self) -> TextBox:
        """The box that is written in."""
        return self._box

    # ---- when to look --------------------------------------------------------------------------------------------

    def _on_text(self, at: int, removed: int, added: int) -> None:
        is_typed = self._box.hasFocus() and added == 1 and removed <= 1
        self._typing_at = at + added if is_typed else -1
        block, end = self._document.findBlock(at), at + added
        if added > LONGEST_AT_ONCE or block.length() > LONGEST_AT_ONCE:
            self._sweep_all()
            return
        while block.isValid() and block.position() <= end:
            self._mark(block)
            block = block.next()

    def _on_cursor(self) -> None:
        if self._typing_at >= 0 and self._box.textCursor().position() != self._typing_at:
            self._typed()

    def _typed(self) -> None:
        """The word that was being typed is done."""
        at, self._typing_at = self._typing_at, -1
        self._mark(self._document.findBlock(at))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut and self._typing_at >= 0:
            self._typed()
        return super().eventFilter(watched, event)

    def _on_learned(self, words: frozenset[str]) -> None:
        if not words or words & self._waiting:
            self._waiting -= words
            self._sweep_all()

    def _sweep_all(self) -> None:
        self._sweep_from = 0
        self._sweeping.start(0)

    def _sweep(self) -> None:
        block = self._document.findBlockByNumber(self._sweep_from)
        until = time.perf_counter() + SLICE_SECONDS
        while block.isValid():
            self._mark(block)
            self._sweep_from += 1
            block = block.next()
            if time.perf_counter() >= until:
                break
        if block.isValid():
            self._sweeping.start(0)

    def _mark(self, block: QTextBlock) -> None:
        layout = block.layout()
        # While a word is composed or dictated, the marks of its paragraph are the input method's own.
        if not block.isValid() or layout.preeditAreaText():
            return
        spans = []
        text = block.text() if block.length() <= LONGEST_MARKED else ""
        for mark, is_sure in found_in(text, self.checker):
            if not is_sure:
                self._waiting |= {plain(part) for part in (mark.word, *parts(mark.word))}
            elif not mark.start < self._typing_at - block.position() <= mark.end:
                spans.append(_span(mark))
        if spans or layout.formats():
            layout.setFormats(spans)
            self._document.markContentsDirty(block.position(), block.length())

    # ---- what is asked of it -------------------------------------------------------------------------------------

    def marks(self) -> list[Mark]:
        found: list[Mark] = []
        block = self._document.firstBlock()
        while block.isValid():
            found += marks_in(block.text(), self.checker, block.position())
            block = block.next()
        return found

    def position(self) -> int:
        return self._box.textCursor().selectionEnd()

    def choose(self, mark: Mark) -> QPoint:
        self._box.setFocus(Qt.FocusReason.OtherFocusReason)
        self._box.setTextCursor(self._cursor(mark))
        self._box.show_cursor()
        below = self._box.cursorRect(self._box.textCursor()).bottomLeft()
        return self._box.viewport().mapToGlobal(below + QPoint(0, 6))

    def replace(self, mark: Mark, word: str) -> None:
        cursor = self._cursor(mark)
        # By now something else may stand there.
        if cursor.selectedText() == mark.word:
            cursor.insertText(word)
            self._box.setTextCursor(cursor)

    def _cursor(self, mark: Mark) -> QTextCursor:
        cursor = QTextCursor(self._document)
        cursor.setPosition(mark.start)
        cursor.setPosition(mark.end, QTextCursor.MoveMode.KeepAnchor)
        return cursor

    def _on_menu(self, menu: QMenu, at: int) -> None:
        mark = next((each for each in self.marks() if each.start <= at <= each.end), None)
        if mark is not None:
            fill(menu, self, mark)


class CheckedLine(QObject):
    """One line of text. Its words bear no mark, as a line of Qt's can show none; F7 and the menu find them."""

    def __init__(self, box: LineBox, checker: Checker) -> None:
        super().__init__(box)
        self._box, self.checker = box, checker
        box.before_menu = self._on_menu

    @property
    def box(self) -> LineBox:
        """The box that is written in."""
        return self._box

    def marks(self) -> list[Mark]:
        return marks_in(self._box.text(), self.checker)

    def position(self) -> int:
        return self._box.selectionEnd() if self._box.hasSelectedText() else self._box.cursorPosition()

    def choose(self, mark: Mark) -> QPoint:
        self._box.setFocus(Qt.FocusReason.OtherFocusReason)
        self._box.setSelection(mark.start, mark.end - mark.start)
        return self._box.mapToGlobal(QPoint(12, self._box.height()))

    def replace(self, mark: Mark, word: str) -> None:
        self._box.setSelection(mark.start, mark.end - mark.start)
        if self._box.selectedText() == mark.word:
            self._box.insert(word)
            self._box.textEdited.emit(self._box.text())

    def _on_menu(self, menu: QMenu, at: int) -> None:
        mark = next((each for each in self.marks() if each.start <= at <= each.end), None)
        if mark is not None:
            fill(menu, self, mark)


def _span(mark: Mark) -> QTextLayout.FormatRange:
    span, look = QTextLayout.FormatRange(), QTextCharFormat()
    style = QTextCharFormat.UnderlineStyle
    look.setUnderlineStyle(style.SpellCheckUnderline if mark.prompt is None else style.DotLine)
    look.setUnderlineColor(theme.current().colour("danger" if mark.prompt is None else "info"))
    span.start, span.length, span.format = mark.start, mark.end - mark.start, look
    return span
