"""What was kept with a record, on paper: pictures drawn, all else named, and the exact words in them as a quotation."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from models.attachments.kinds import PICTURE, by_media_type
from models.casebook import Casebook
from models.documents.document import Block, Fact, Facts, Picture, Quote
from models.entry import Entry
from models.record import whose_words
from models.records.attachment import Attachment
from models.value_words import value_words
from models.wording import Spoken

_SAID = ("kind", "made_by", "made_on")


def attached_blocks(
    casebook: Casebook, entries: Iterable[Entry], child: Spoken, *, is_small: bool = False
) -> list[Block]:
    """Each of some attachments: its picture where it is one and is here, what it is, and the words in it."""
    made: list[Block] = []
    fields = Attachment.declaration.fields
    for entry in entries:
        words = [value_words(fields[name], entry.body.get(name), child) for name in _SAID]
        about = " · ".join(filter(None, words))
        caption = str(entry.body.get("caption") or "")
        kind = by_media_type(str(entry.body.get("media_type") or ""))
        small = casebook.attachments.small(entry)
        if kind is not None and kind.what == PICTURE and small is not None:
            said = " · ".join(filter(None, (caption, about))) or "A picture"
            made.append(Picture(said, kind.media_type, small, partial(casebook.attachments.content, entry), is_small))
        else:
            made.append(Facts((Fact(caption or "A photo or page", about or "Kept in Heard"),)))
        inside = str(entry.body.get("words_in_it") or "")
        if inside:
            made.append(Quote(inside, whose_words(Attachment.declaration, fields["words_in_it"], entry.body)))
    return made
