"""How a letter to a child looks on the screen: the very blocks that are printed, large, for a laptop turned round."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from models.documents.document import CHILD, QUIET, STRONG, Block, Document, Heading, IconRow, Quote, Text
from ui.parts.divider import Divider
from ui.parts.icon_label import IconLabel
from ui.parts.labels import PlainLabel
from ui.parts.voice_quote import VoiceQuote

PICTURE = 76
_ROLES = {QUIET: ("reading", "quiet"), STRONG: ("knock_head", "")}


def drawn(document: Document, parent: QWidget) -> list[QWidget]:
    """The document as widgets, in reading order. A block that no letter is made of is a bug and raises TypeError."""
    made: list[QWidget] = []
    for block in document.blocks:
        if isinstance(block, Heading) and block.is_on_new_page:
            made.append(Divider(parent))
        made.append(_block(block, parent))
    return made


def _block(block: Block, parent: QWidget) -> QWidget:
    match block:
        case Heading():
            head = PlainLabel(
                block.words, f"h{max(1, block.level - 1)}", parent, tone="voice" if block.is_voice else ""
            )
            # What it heads belongs to it: more room above than below.
            head.setContentsMargins(0, 10, 0, 0)
            return head
        case Text():
            role, tone = _ROLES.get(block.tone, ("knock_line", ""))
            return PlainLabel(block.words, role, parent, tone=tone, leading=1.4)
        case Quote():
            return _quote(block, parent)
        case IconRow():
            return _pictured(block, parent)
        case _:
            raise TypeError(f"no letter is made of {type(block).__name__}")


def _quote(block: Quote, parent: QWidget) -> QWidget:
    part = QWidget(parent)
    column = QVBoxLayout(part)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(4)
    column.addWidget(VoiceQuote(block.words, part, role="knock_line"))
    if block.by:
        column.addWidget(PlainLabel(block.by, "reading", part, tone="quiet"))
    return part


def _pictured(row: IconRow, parent: QWidget) -> QWidget:
    part = QWidget(parent)
    part.setObjectName("letter.row")
    part.setAccessibleName(". ".join(filter(None, (row.label, row.words))))
    across = QHBoxLayout(part)
    across.setContentsMargins(0, 6, 0, 6)
    across.setSpacing(24)
    across.addWidget(IconLabel(row.icon, "primary", PICTURE, part), 0, Qt.AlignmentFlag.AlignVCenter)
    column = QVBoxLayout()
    column.setSpacing(4)
    column.addStretch(1)
    if row.label:
        column.addWidget(PlainLabel(row.label, "lead", part, tone="quiet"))
    if row.whose == CHILD:
        column.addWidget(VoiceQuote(row.words, part, role="knock"))
    else:
        column.addWidget(PlainLabel(row.words, "knock_words", part, leading=1.36))
    column.addStretch(1)
    across.addLayout(column, 1)
    return part
