"""Whom is it about? Asked where a page was opened without a child: the last ones looked at, or any of them."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from models.casebook import Casebook
from models.wording import name_and_age
from ui import access
from ui.parts.card import Card
from ui.parts.chips import Chip
from ui.parts.empty_state import EmptyState
from ui.parts.flow import FlowLayout
from ui.parts.labels import PlainLabel
from ui.parts.picker import Picker
from ui.views.child_facts import recent_children


class ChooseChild(QWidget):
    """`chosen` carries the scope of the child."""

    chosen = Signal(str)

    def __init__(self, casebook: Casebook, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self._first: QWidget = self
        children, today = casebook.children(), casebook.clock.today()
        if not children:
            words = "They come with the first sync. Heard says so on the page Children."
            column.addWidget(EmptyState("users", "No children on this laptop yet", words, parent=self))
            return
        card = Card(title, parent=self)
        column.addWidget(card)
        names = {child.scope_id: name_and_age(child.body, today) for child in children}
        recent = [scope for scope in recent_children(casebook) if scope in names]
        chips = FlowLayout(across=8, down=2)
        for scope in recent:
            chip = Chip(names[scope], parent=card)
            chip.setObjectName(f"choose_child.{scope}")
            chip.clicked.connect(lambda _=False, scope=scope: self.chosen.emit(scope))
            chips.addWidget(chip)
        if recent:
            card.add(PlainLabel("Looked at last", "overline", card))
            card.add(chips)
        card.add(PlainLabel("Any child or young person assigned to you", "overline", card))
        self.box = Picker(card)
        access.describe(self.box, "Child or young person", key="choose_child")
        self.box.view().setAccessibleName("Child or young person")
        self.box.addItem("Choose", "")
        for scope, name in names.items():
            self.box.addItem(name, scope)
        self.box.activated.connect(lambda _at: self._pick())
        card.add(self.box)
        card.setMaximumWidth(720)
        self._first = self.box

    def start(self) -> None:
        """Take the focus."""
        self._first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _pick(self) -> None:
        if scope := str(self.box.currentData() or ""):
            self.chosen.emit(scope)
