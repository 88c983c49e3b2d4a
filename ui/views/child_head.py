"""The head of a child's page: the way back, whose page it is, and what a worker does most for this child."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from ui import access, actions
from ui.parts.avatar import Avatar
from ui.parts.buttons import Button, give_words
from ui.parts.fitted import Fitted
from ui.parts.labels import PlainLabel

GAP = 10


class ChildHead(Fitted, QWidget):
    """The name is never cut while there is another way, and no button is left with half a word.

    Where all of it does not fit beside each other, whose page it is takes a row of its own, if the page is tall; if it
    is low, buttons give up their words instead, one after another, and stand with their icon alone.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_tall, self._is_stacked = True, False
        self._make_buttons()
        self._tools = QWidget(self)
        tools = QHBoxLayout(self._tools)
        tools.setContentsMargins(0, 0, 0, 0)
        tools.setSpacing(GAP)
        for button in (self.not_now, self.note, self.print_button, self.more):
            tools.addWidget(button)
        self._whose = QWidget(self)
        row = QHBoxLayout(self._whose)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        self.avatar = Avatar("", 56, self._whose)
        row.addWidget(self.avatar, 0, Qt.AlignmentFlag.AlignTop)
        names = QVBoxLayout()
        names.setSpacing(0)
        self.name = PlainLabel("", "h1", self._whose, elided=True)
        self.name.setObjectName("child.known_as")
        names.addWidget(self.name)
        self.about = PlainLabel("", "small", self._whose)
        self.about.setObjectName("child.about")
        names.addWidget(self.about)
        row.addLayout(names, 1)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(GAP)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        self._place()

    def _make_buttons(self) -> None:
        self.back = Button("All children", "chevron-left", "quiet", self)
        access.describe(self.back, "Back to all children", key="child.back")
        self.not_now = Button("Not taking part", "hand", "secondary", self)
        self.not_now.setObjectName("child.not_taking_part")
        self.note = Button("New visit note", "file-pen-line", "primary", self)
        self.note.setObjectName("child.note")
        self.print_button = Button("", "printer", "quiet", self)
        access.describe(self.print_button, "Print for this child", actions.keys("print"), key="child.print")
        self.print_button.set_tip("Print This is Me, the card or a letter, or save them as files")
        self.more = Button("", "ellipsis", "secondary", self)
        access.describe(self.more, "More for this child", key="child.more")
        self.more.set_tip("Plan a visit, show what was said, the life story, or bring something back")
        for button in (self.back, self.not_now, self.note):
            # They keep the width they ask for: what they can do without is decided in `_fit`.
            button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_child(self, name: str, title: str, about: str, shown: str = "") -> None:
        """Say whose page it is; ``shown`` are initials no other child has."""
        self.avatar.set_name(name, shown)
        self.name.setText(title)
        self.about.setText(about)
        self.not_now.set_words("Not taking part", name=f"Not taking part: {name} chose not to")
        self.note.set_words("New visit note", name=f"New visit note about {name}")
        self._fit()

    def set_room(self, *, is_tall: bool, one_line: bool) -> None:
        """Say whether there is height for a second row, and whether what is below the name is to keep to one line."""
        self._is_tall = is_tall
        self.about.keep_to_one_line(one_line)
        self._fit()

    # ---- beside each other, or below ---------------------------------------------------------------------------------

    def minimumSizeHint(self) -> QSize:
        """As narrow as it is with icons alone: its buttons hold on to their words only while there is room."""
        buttons = (self.back, self.not_now, self.note, self.print_button, self.more)
        wide = sum(button.width_for(brief=True) + GAP for button in buttons)
        return QSize(wide + self._whose.minimumSizeHint().width(), super().minimumSizeHint().height())

    def _fit(self) -> None:
        words = [self.back, self.not_now, self.note]
        bare = [self.print_button, self.more]
        least = sum(button.sizeHint().width() for button in bare) + GAP * len(bare)
        name = self.name.fontMetrics().horizontalAdvance(self.name.text()) + 4
        whose = self.avatar.sizeHint().width() + name + 2 * GAP
        shown = [button.width_for(brief=False) for button in words if not button.isHidden()]
        wanted = sum(shown) + GAP * (len(shown) - 1) + least + whose
        is_stacked = self._is_tall and wanted > self.width()
        give_words(words, self.width() - least - (0 if is_stacked else whose), GAP)
        if is_stacked != self._is_stacked:
            self._is_stacked = is_stacked
            self._place()

    def _place(self) -> None:
        top, right = Qt.AlignmentFlag.AlignTop, Qt.AlignmentFlag.AlignRight
        for widget in (self.back, self._whose, self._tools):
            self._grid.removeWidget(widget)
        self._grid.addWidget(self.back, 0, 0, top)
        if self._is_stacked:
            self._grid.addWidget(self._tools, 0, 1, 1, 2, top | right)
            self._grid.addWidget(self._whose, 1, 0, 1, 3)
        else:
            self._grid.addWidget(self._whose, 0, 1)
            self._grid.addWidget(self._tools, 0, 2, top)
