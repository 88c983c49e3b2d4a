"""The child's own picture at the head of This is Me: a photo, a drawing, or its place and its question."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from models.attachments.kinds import PICTURE, by_media_type
from models.entry import Entry
from models.wording import Spoken
from ui import access
from ui.attachments import load_small, make_tile, name_of
from ui.link import Link, Navigator
from ui.parts.canvas import picture_of
from ui.parts.labels import PlainLabel
from ui.parts.picture_tile import PictureTile

QUESTION = "Ask: is there a picture of you, or by you, that belongs here?"


def pictures_of(link: Link, entry: Entry | None) -> list[Entry]:
    """What is kept with this page, the newest first; a picture always before a sound or a film."""
    if entry is None:
        return []
    found = link.casebook.attachments.belonging_to(entry.record_id, entry.scope_id)
    found.reverse()
    return sorted(found, key=lambda one: not _is_picture(one))


def _is_picture(entry: Entry) -> bool:
    kind = by_media_type(str(entry.body.get("media_type") or ""))
    return kind is not None and kind.what == PICTURE


class Portrait(QWidget):
    """`asked` when the worker presses the empty place. What there is opens as every photo does."""

    asked = Signal()

    def __init__(
        self,
        link: Link,
        navigator: Navigator,
        pictures: list[Entry],
        child: Spoken,
        parent: QWidget,
        drawing: Any = None,
    ) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        first = pictures[0] if pictures else None
        drawn = picture_of(drawing)
        if not drawn.isNull() and first is None:
            self.tile = PictureTile("palette", "My drawing", f"My drawing: change {child.name}’s own drawing", self)
            self.tile.setObjectName("this_is_me.drawing")
            self.tile.show_picture(drawn)
            self.tile.clicked.connect(self.asked)
        elif first is None:
            self.tile = PictureTile("camera", "My picture", f"My picture: add {child.name}’s own picture", self)
            self.tile.setObjectName("this_is_me.add_picture")
            access.tip(self.tile, QUESTION)
            self.tile.clicked.connect(self.asked)
        else:
            where = link.casebook.attachments.whereabouts([first])[first.record_id]
            self.tile = make_tile(link, navigator, first, where, self)
            self.tile.setObjectName("this_is_me.picture")
            load_small(link, {first.record_id: (first, self.tile)})
        column.addWidget(self.tile, 0, Qt.AlignmentFlag.AlignHCenter)
        if first is not None and first.title:
            caption = PlainLabel(name_of(first), "small", self, elided=True)
            caption.setFixedWidth(self.tile.sizeHint().width())
            column.addWidget(caption)
