"""A drawing, worksheet, photo, sound, clip or page that belongs to a record: what it is, whose, and where its file is.

The file itself is no part of the body. It lies encrypted beside the vault under the mark that ``blob_id`` gives, and
travels after all text (docs/architecture.md, Attachments).
"""

from __future__ import annotations

from datetime import date

from models.fields import Choice, choice, day, line, link, number, verbatim
from models.record import Record, record

KINDS = (
    Choice("drawing", "A drawing"),
    Choice("worksheet", "A worksheet"),
    Choice("photo", "A photo"),
    Choice("page", "A page"),
    Choice("sound", "A sound recording"),
    Choice("clip", "A short film"),
    Choice("something_else", "Something else"),
)
MADE_BY = (
    Choice("child", "{child}"),
    Choice("child_with_worker", "{child} and I together"),
    Choice("worker", "I did"),
    Choice("parent", "A parent"),
    Choice("carer", "A carer"),
    Choice("someone_else", "Someone else"),
)
MOST_BYTES = 64 * 1024 * 1024


@record(
    "attachment",
    title="Photo or page",
    plural="Photos and pages",
    edited_by="author",
    timeline="made_on",
    title_field="caption",
    shown_in="belongs_to_id",
    icon="paperclip",
    evidence="",
    is_common=False,
)
class Attachment(Record):
    """Its audience starts as that of the record it belongs to. A child's drawing or voice is the child's own.

    It belongs to any record whose type takes evidence (``evidence`` in its declaration).
    """

    caption: str = line("What it shows")
    kind: str = choice("What it is", KINDS)
    made_by: str = choice("Who made it", MADE_BY)
    words_in_it: str = verbatim("Words in it, exactly", by="made_by")
    made_on: date | None = day("Made on")
    belongs_to_id: str = link("Belongs to", indexed=True, is_in_form=False)
    blob_id: str = line("File mark", indexed=True, searched=False, is_in_form=False)
    media_type: str = line("File type", searched=False, is_in_form=False)
    size: float | None = number("File size in bytes", least=0, most=MOST_BYTES, is_in_form=False)
    width: float | None = number("Width in dots", least=0, most=100_000, is_in_form=False)
    height: float | None = number("Height in dots", least=0, most=100_000, is_in_form=False)
