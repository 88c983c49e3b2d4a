"""What stands in the way of finishing, at the top of a page: "There is a problem", each line leading to its field."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui import access
from ui.parts.buttons import Button
from ui.parts.labels import PlainLabel
from ui.parts.surface import Surface


class ErrorSummary(Surface):
    """Hidden until `show_problems`; then it takes the focus and is said aloud, as GOV.UK and the NHS do."""

    def __init__(self, title: str = "There is a problem", parent: QWidget | None = None) -> None:
        super().__init__("problems", parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._title = title
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(16, 12, 16, 14)
        self._column.setSpacing(2)
        self._links: list[Button] = []
        self._note: PlainLabel | None = None
        self.hide()

    def show_problems(self, problems: Sequence[tuple[str, QWidget]], note: str = "") -> None:
        """Show one link for each (words, the field it leads to); ``note`` says what is safe. None hides the summary."""
        self.clear()
        if not problems:
            return
        note_line = self._build()
        for words, field in problems:
            jump = Button(words, kind="problem", parent=self)
            jump.setAccessibleDescription("Go to this question")
            jump.setCursor(Qt.CursorShape.PointingHandCursor)
            jump.clicked.connect(lambda _=False, field=field: field.setFocus(Qt.FocusReason.ShortcutFocusReason))
            self._column.insertWidget(1 + len(self._links), jump, 0, Qt.AlignmentFlag.AlignLeft)
            # Made after the fields, they would come after them: Tab is to go from the summary to its links.
            QWidget.setTabOrder(self._links[-1] if self._links else self, jump)
            self._links.append(jump)
        note_line.setText(note)
        note_line.setVisible(bool(note))
        said = ". ".join([self._title, *(words for words, _ in problems), *([note] if note else [])])
        self.setAccessibleName(said)
        self.show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        access.announce(self, said, at_once=True)

    def _build(self) -> PlainLabel:
        """Make what stands in it, the first time there is a problem: mostly there is none. Returns the last line."""
        if self._note is None:
            self._column.addWidget(PlainLabel(self._title, "h2", self))
            self._note = PlainLabel("", "small", self)
            self._column.addWidget(self._note)
        return self._note

    def clear(self) -> None:
        """Take the summary away."""
        for link in self._links:
            self._column.removeWidget(link)
            link.hide()
            link.deleteLater()
        self._links = []
        self.hide()

    def links(self) -> tuple[Button, ...]:
        """Return the links shown, in order."""
        return tuple(self._links)
