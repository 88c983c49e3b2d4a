"""What belongs to a record and is erased with it: its photos, drawings, sounds and pages, and their files."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, and_, select

from models.records.attachment import Attachment
from models.version import Version
from sync.server.centre import Centre
from sync.server.outgoing import join_version
from sync.server.tables import held_back, version
from sync.server.tables import record as record_table

ATTACHMENT = Attachment.declaration.type


def belongs_to(one: Version) -> str:
    """The record an attachment is shown in; "" for everything else, and for what cannot be read."""
    if one.type != ATTACHMENT or one.is_erased:
        return ""
    try:
        within = one.read_body().get("belongs_to_id", "")
    except (msgspec.MsgspecError, AttributeError, RecursionError, UnicodeDecodeError):
        return ""
    return within if isinstance(within, str) else ""


def attachments_of(centre: Centre, connection: Connection, record_id: str) -> list[str]:
    """The attachments shown in a record, as their heads say, and those that are held back. Erased ones are none."""
    joined = and_(
        record_table.c.council_id == version.c.council_id, record_table.c.head_version_id == version.c.version_id
    )
    heads = select(version.c.record_id, version.c.envelope, version.c.body).join(record_table, joined)
    found = {
        row.record_id
        for row in connection.execute(
            heads.where(
                record_table.c.council_id == centre.council_id,
                record_table.c.type == ATTACHMENT,
                record_table.c.is_erased.is_(False),
            )
        )
        if record_id.encode() in bytes(row.body) and _is_in(_whole(row.envelope, row.body), record_id)
    }
    held = select(held_back.c.record_id, held_back.c.content).where(held_back.c.council_id == centre.council_id)
    found |= {
        row.record_id
        for row in connection.execute(held)
        if record_id.encode() in bytes(row.content)
        and _is_in(msgspec.json.decode(row.content, type=Version), record_id)
    }
    return sorted(found)


def _whole(envelope: bytes, body: bytes) -> Version:
    return msgspec.json.decode(join_version(envelope, body), type=Version)


def _is_in(one: Version, record_id: str) -> bool:
    return belongs_to(one) == record_id
