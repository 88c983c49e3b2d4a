"""This is Me to read: the teal head with the child's picture, six boxes that grow with their words, and the foot."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from models.entry import Entry
from models.fields import Field
from models.me_page import is_by_another, pen_words
from models.record import declaration_of, whose_words
from models.wording import Spoken, say
from ui import access, theme
from ui.attachments import AttachmentShelf
from ui.link import Link, Navigator
from ui.parts.avatar import Avatar
from ui.parts.bullet_list import BulletList
from ui.parts.buttons import Button
from ui.parts.canvas import picture_of
from ui.parts.card import Card
from ui.parts.icon_label import IconLabel
from ui.parts.labels import PlainLabel
from ui.parts.picture_tile import PictureTile
from ui.parts.surface import Surface
from ui.parts.two_versions_strip import TwoVersionsStrip
from ui.views.me_foot import MeFoot
from ui.views.me_portrait import Portrait, pictures_of
from ui.views.me_tiles import MeTiles

TYPE = "this_is_me"
CARD_LEAST = 310
# What to ask, box by box; the boxes themselves come from the declaration.
QUESTIONS = {
    "important_to_me": "What matters most to you?",
    "how_to_talk_with_me": "How do you like people to talk with you?",
    "before_you_visit": "What should people do before they visit you?",
    "do_not_like": "What do you not like?",
    "helps_me": "What helps you, and what does not?",
    "my_hopes": "What do you hope for?",
}


class MeReading(QWidget):
    """``in_pictures`` shows the same record as six large pictures with few words.

    While ``is_live`` it can be acted on: `form_asked` turns to the other form, `box_asked` wants one question (a
    field's name), `picture_asked` wants to add a picture. Otherwise it is only read.
    """

    versions_asked = Signal()
    form_asked = Signal()
    picture_asked = Signal()
    box_asked = Signal(str)

    def __init__(
        self,
        link: Link,
        navigator: Navigator,
        entry: Entry | None,
        child: Spoken,
        mark: str,
        parent: QWidget,
        *,
        in_pictures: bool = False,
        is_live: bool = True,
    ) -> None:
        super().__init__(parent)
        declaration = declaration_of(TYPE)
        assert declaration is not None
        self._declaration, self._fields = declaration, declaration.fields
        self._link, self._navigator, self._entry, self._child = link, navigator, entry, child
        self._body = entry.body if entry else {}
        self._open = {choice.field for choice in entry.open_choices} if entry else set()
        self._in_pictures, self._is_live = in_pictures, is_live
        self._pictures = pictures_of(link, entry)
        self._cards: list[Card] = []
        self._columns = 0
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(self._head(mark))
        self._grid = QGridLayout()
        self._grid.setSpacing(12)
        column.addLayout(self._grid)
        boxes = [each for each in self._fields.values() if each.part == "Boxes"]
        if in_pictures:
            tiles = MeTiles(boxes, self._body, child, self)
            tiles.asked.connect(self.box_asked)
            self._grid.addWidget(tiles, 0, 0)
        else:
            self._cards = [self._box(each) for each in boxes]
            self._add_below(column)
        if entry is not None:
            self.foot = MeFoot(link, navigator, entry, child, self, is_live=is_live)
            self._add_strip(self.foot.body, {"sharing_wishes"}, say(self._fields["sharing_wishes"].label, child))
            column.addWidget(self.foot)
        self._fit()

    def _add_below(self, column: QVBoxLayout) -> None:
        """What stands below the boxes where there is something: how to start, and more pictures than one."""
        if self._body.get("how_to_start_with_me"):
            column.addWidget(self._box(self._fields["how_to_start_with_me"]))
        drawn = picture_of(self._body.get("my_drawing"), 400)
        if not drawn.isNull() and self._pictures:
            card = Card("My drawing", parent=self)
            card.setObjectName(f"{TYPE}.my_drawing.card")
            tile = PictureTile("palette", "My drawing", f"My drawing: change {self._child.name}’s own drawing", card)
            tile.show_picture(drawn)
            tile.clicked.connect(self.picture_asked)
            card.body.addWidget(tile, 0, Qt.AlignmentFlag.AlignLeft)
            column.addWidget(card)
        if len(self._pictures) > 1:
            card = Card("My pictures", parent=self)
            card.setObjectName(f"{TYPE}.pictures")
            card.add(AttachmentShelf(self._link, self._navigator, self._pictures, card))
            column.addWidget(card)

    def _tone(self, field: Field) -> str:
        return "voice" if whose_words(self._declaration, field, self._body) == "child" else "text"

    # ---- the head ------------------------------------------------------------------------------------------------

    def _head(self, mark: str) -> QWidget:
        surface = Surface("knock", self)
        row = QHBoxLayout(surface)
        row.setContentsMargins(18, 14, 18, 14)
        row.setSpacing(20)
        name = str(self._body.get("my_name") or self._child.name)
        if not self._is_live and not self._pictures and not self._body.get("my_drawing"):
            row.addWidget(Avatar(name, 104, surface, shown=mark), 0, Qt.AlignmentFlag.AlignVCenter)
        else:
            portrait = Portrait(
                self._link, self._navigator, self._pictures, self._child, surface, self._body.get("my_drawing")
            )
            portrait.asked.connect(self.picture_asked)
            portrait.tile.setEnabled(self._is_live or bool(self._pictures))
            row.addWidget(portrait, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(self._head_words(name, surface), 1)
        if self._is_live:
            row.addWidget(self._switch(surface), 0, Qt.AlignmentFlag.AlignTop)
        return surface

    def _head_words(self, name: str, surface: QWidget) -> QVBoxLayout:
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(PlainLabel("This is Me", "overline", surface))
        title = PlainLabel(f"My name is {name}", "display", surface)
        access.describe(title, f"My name is {name}", key=f"{TYPE}.my_name")
        words.addWidget(title)
        about = str(self._body.get("about_me") or "")
        if about:
            field = self._fields["about_me"]
            line = PlainLabel(about, "reading", surface, tone="voice" if self._tone(field) == "voice" else "")
            access.describe(line, about, key=f"{TYPE}.about_me")
            words.addWidget(line)
        elif self._entry is None:
            words.addWidget(PlainLabel("Nothing here yet. Shall we start?", "reading", surface))
        if self._entry is not None:
            words.addLayout(self._pen(surface))
        self._add_strip(words, {"my_name", "about_me"}, say(self._fields["my_name"].label, self._child))
        words.addStretch(1)
        return words

    def _switch(self, surface: QWidget) -> Button:
        words, icon = ("In words", "type") if self._in_pictures else ("In pictures", "image")
        switch = Button(words, icon, "quiet", surface)
        name = "Show This is Me in words" if self._in_pictures else "Show This is Me in pictures with few words"
        access.describe(switch, name, key=f"{TYPE}.form")
        switch.clicked.connect(self.form_asked)
        return switch

    def _pen(self, surface: QWidget) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(7)
        is_another = is_by_another(self._body) or not self._body.get("pen_held_by")
        row.addWidget(IconLabel("pencil", "warn" if is_another else "text2", 16, surface), 0, Qt.AlignmentFlag.AlignTop)
        line = PlainLabel(pen_words(self._body, self._child), "small", surface, tone="warn" if is_another else "")
        line.setObjectName(f"{TYPE}.pen_held_by")
        row.addWidget(line, 1)
        return row

    def _add_strip(self, column: QVBoxLayout, names: set[str], label: str) -> None:
        if names & self._open:
            strip = TwoVersionsStrip(self)
            strip.show_field(label)
            strip.asked.connect(self.versions_asked)
            column.addWidget(strip)

    # ---- the boxes -----------------------------------------------------------------------------------------------

    def _box(self, field: Field) -> Card:
        card = Card(parent=self)
        card.setObjectName(f"{TYPE}.{field.name}.card")
        head = QHBoxLayout()
        head.setSpacing(10)
        # One neutral colour for all six: amber and green on likes and dislikes would look like a verdict.
        head.addWidget(IconLabel(field.icon or "hand-heart", "text2", 24, card))
        label = say(field.label, self._child)
        head.addWidget(PlainLabel(label, "h2", card), 1)
        card.add(head)
        self._add_strip(card.body, {field.name}, label)
        words = str(self._body.get(field.name) or "")
        if words:
            lines = BulletList(words.split("\n"), card, tone=self._tone(field), quoted=True)
            access.describe(lines, words, key=f"{TYPE}.{field.name}")
            card.add(lines)
        else:
            question = QUESTIONS.get(field.name, "")
            card.add(PlainLabel(f"Ask: {question}" if question else "Not asked yet", "body", card, tone="quiet"))
        card.body.addStretch(1)
        return card

    # ---- three columns, two, or one --------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        room = self.width() + self._grid.spacing()
        columns = max(1, min(3, room // (theme.current().px(CARD_LEAST) + self._grid.spacing())))
        if columns == self._columns or not self._cards:
            return
        for card in self._cards:
            self._grid.removeWidget(card)
        for at in range(3):
            self._grid.setColumnStretch(at, 1 if at < columns else 0)
        for at, card in enumerate(self._cards):
            self._grid.addWidget(card, at // columns, at % columns)
        self._columns = columns
