"""Erasure by law: one person asks, another agrees, and no copy here keeps a word; it outlives an older backup."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, insert, or_, select, update

from models.errors import Trouble
from models.version import NO_BODY, Version
from sync.server import blobs
from sync.server.audit import Entry
from sync.server.belonging import attachments_of
from sync.server.books import Books
from sync.server.centre import Centre
from sync.server.council_pen import CouncilPen, own_key
from sync.server.database import tried_again, write_durably
from sync.server.incoming import prepare
from sync.server.judging import state_after
from sync.server.outgoing import join_version, split_version
from sync.server.tables import erasure, held_back, imported, version, worker
from sync.server.tables import record as record_table
from sync.server.turns import lock_scopes
from sync.server.withdrawing import follow_heads

LONGEST_REASON = 1000


class Kept(msgspec.Struct, frozen=True):
    """One erasure as it is remembered outside the database: ids and a time, never a word."""

    record_id: str
    asked_by: str
    asked_at: str
    agreed_by: str
    agreed_at: str


FORGETTERS: tuple[Callable[[Centre, list[str]], None], ...] = (blobs.forget,)
"""What every other room that keeps something of a record does to let go of it; each may be done again."""


def after_erasure(centre: Centre, record_ids: list[str]) -> None:
    """Let every other room let go of these records, once the transaction that erased them has ended."""
    for forget in FORGETTERS if record_ids else ():
        forget(centre, record_ids)


# -- asking and agreeing


@tried_again
def ask_for_erasure(centre: Centre, record_id: str, name: str, reason: str) -> None:
    """Note that somebody asks for a record to be erased, and on what ground. Nothing is erased yet."""
    reason = " ".join(reason.split())
    if not reason or len(reason) > LONGEST_REASON or not reason.isprintable():
        raise Trouble(f"The ground is needed, in up to {LONGEST_REASON} letters.", "Nothing was changed.")
    with centre.database.write() as connection:
        worker_id = _find_person(centre, connection, name)
        state = _find_record(centre, connection, record_id)
        before = _find_asked(centre, connection, record_id)
        if state.is_erased or before is not None:
            raise Trouble("This was asked for before.", "Nothing was changed.", "Another person agrees with --agree.")
        now = centre.clock.stamp()
        row = {"record_id": record_id, "asked_by": worker_id, "asked_at": now, "reason": reason}
        connection.execute(insert(erasure).values(council_id=centre.council_id, **row))
        centre.ledger.close(connection, now, [Entry("erasure_asked", worker_id, detail={"record": record_id})])


def agree_to_erasure(centre: Centre, record_id: str, name: str) -> None:
    """Erase a record that another person asked to have erased (ASVS 2.3.5), and leave no byte of it in a file here.

    Its photos, drawings, sounds and pages are erased with it, each with a tombstone of its own.
    Raises Trouble, and changes nothing, if nobody asked or it was this same person.
    """
    after_erasure(centre, _agree(centre, record_id, name))
    scrub(centre)


@tried_again
def _agree(centre: Centre, record_id: str, name: str) -> list[str]:
    key = own_key(centre)
    with centre.database.write() as connection:
        worker_id = _find_person(centre, connection, name)
        asked = _find_asked(centre, connection, record_id)
        if asked is None or asked.agreed_at is not None:
            raise Trouble("Nobody has asked for this, or it has been erased.", "Nothing was changed.")
        if asked.asked_by == worker_id:
            raise Trouble("Another person than the one who asked must agree.", "Nothing was changed.")
        kept = Kept(record_id, asked.asked_by, asked.asked_at, worker_id, centre.clock.stamp())
        pen = CouncilPen(centre, connection, key)
        erased = _erase_whole(centre, connection, pen, kept)
        _remember(centre, connection)
    return erased


def list_erasures(centre: Centre) -> list[dict[str, Any]]:
    """List what was asked to be erased and what has been, oldest first."""
    names = ("record_id", "asked_by", "asked_at", "reason", "agreed_by", "agreed_at")
    query = select(*(erasure.c[name] for name in names)).where(erasure.c.council_id == centre.council_id)
    with centre.database.read() as connection:
        rows = connection.execute(query.order_by(erasure.c.asked_at, erasure.c.record_id)).mappings()
        return [dict(row) for row in rows]


def _find_person(centre: Centre, connection: Connection, name: str) -> str:
    found = connection.execute(
        select(worker.c.worker_id).where(
            worker.c.council_id == centre.council_id,
            worker.c.is_server.is_(False),
            worker.c.left_at.is_(None),
            or_(worker.c.sign_in_name == " ".join(name.split()).casefold(), worker.c.worker_id == name),
        )
    ).scalar_one_or_none()
    if found is None:
        raise Trouble("There is no worker with that sign-in name.", "Nothing was changed.", "See: worker list.")
    return str(found)


def _find_record(centre: Centre, connection: Connection, record_id: str) -> Row[*tuple[Any, ...]]:
    mine = (record_table.c.council_id == centre.council_id, record_table.c.record_id == record_id)
    found = connection.execute(select(record_table).where(*mine)).one_or_none()
    if found is None:
        raise Trouble("There is no record with that id.", "Nothing was changed.")
    return found


def _find_asked(centre: Centre, connection: Connection, record_id: str) -> Row[*tuple[Any, ...]] | None:
    mine = (erasure.c.council_id == centre.council_id, erasure.c.record_id == record_id)
    return connection.execute(select(erasure).where(*mine)).one_or_none()


# -- erasing, inside one transaction


def _erase_whole(centre: Centre, connection: Connection, pen: CouncilPen, kept: Kept) -> list[str]:
    """Erase a record and what belongs to it. Returns all their ids."""
    belonging = attachments_of(centre, connection, kept.record_id)
    for record_id in (kept.record_id, *belonging):
        _erase(centre, connection, pen, msgspec.structs.replace(kept, record_id=record_id))
    return [kept.record_id, *belonging]


def _erase(centre: Centre, connection: Connection, pen: CouncilPen, kept: Kept) -> None:
    """Take every word of a record out, and make a tombstone its head. A record that is not here stays erased."""
    mine = (record_table.c.council_id == centre.council_id, record_table.c.record_id == kept.record_id)
    found = connection.execute(select(record_table.c.scope_id).where(*mine)).one_or_none()
    tombstone_id = None
    if found is not None:
        lock_scopes(connection, centre.council_id, [found.scope_id])
        tombstone_id = _bury(centre, connection, pen, kept.record_id)
    _blank_versions(centre, connection, kept.record_id)
    _blank_held(centre, connection, kept.record_id)
    said = (imported.c.council_id == centre.council_id, imported.c.record_id == kept.record_id)
    connection.execute(delete(imported).where(*said))
    agreed = {"agreed_by": kept.agreed_by, "agreed_at": kept.agreed_at, "tombstone_id": tombstone_id}
    this = (erasure.c.council_id == centre.council_id, erasure.c.record_id == kept.record_id)
    if connection.execute(update(erasure).where(*this).values(agreed)).rowcount == 0:
        row = {"record_id": kept.record_id, "asked_by": kept.asked_by, "asked_at": kept.asked_at, "reason": ""}
        connection.execute(insert(erasure).values(council_id=centre.council_id, **row, **agreed))
    detail = {"record": kept.record_id, "asked_by": kept.asked_by}
    centre.ledger.close(connection, centre.clock.stamp(), [Entry("erased", kept.agreed_by, detail=detail)])


def _bury(centre: Centre, connection: Connection, pen: CouncilPen, record_id: str) -> str:
    """Append the tombstone, under the council's own signature, as the head of the record; return its id."""
    row = connection.execute(
        select(version.c.envelope, version.c.body)
        .join(
            record_table,
            (record_table.c.council_id == version.c.council_id)
            & (record_table.c.head_version_id == version.c.version_id),
        )
        .where(record_table.c.council_id == centre.council_id, record_table.c.record_id == record_id)
    ).one()
    head = msgspec.json.decode(join_version(row.envelope, row.body), type=Version)
    same = ("record_id", "scope_id", "type", "policy_class", "schema", "audience")
    tombstone = Version(
        **pen.stamp(),
        **{name: getattr(head, name) for name in same},
        parents=(head.version_id,),
        is_deleted=True,
        is_erased=True,
        body_hash="",
        body=NO_BODY,
    )
    sent = prepare(tombstone)
    books = Books.load(centre, connection, pen.sender, [sent])
    before = books.records[record_id]
    if before.is_erased:
        return before.head_version_id
    books.append(sent, "head", state_after(tombstone, before))
    pen.write(books, [sent])
    follow_heads(centre, connection, books.changes())
    return tombstone.version_id


def _blank_versions(centre: Centre, connection: Connection, record_id: str) -> None:
    mine = (version.c.council_id == centre.council_id, version.c.record_id == record_id)
    rows = connection.execute(select(version.c.version_id, version.c.envelope, version.c.body).where(*mine)).all()
    for row in rows:
        whole = msgspec.json.decode(join_version(row.envelope, row.body), type=Version)
        envelope, body = split_version(whole.without_text())
        this = (version.c.council_id == centre.council_id, version.c.version_id == row.version_id)
        connection.execute(update(version).where(*this).values(envelope=envelope, body=body))


def _blank_held(centre: Centre, connection: Connection, record_id: str) -> None:
    """Of what is held back of the record, leave who sent what and when."""
    mine = (held_back.c.council_id == centre.council_id, held_back.c.record_id == record_id)
    for row in connection.execute(select(held_back.c.held_id, held_back.c.content).where(*mine)).all():
        this = (held_back.c.council_id == centre.council_id, held_back.c.held_id == row.held_id)
        content = prepare(msgspec.json.decode(row.content, type=Version).without_text()).content()
        connection.execute(update(held_back).where(*this).values(content=content, words=None))


def scrub(centre: Centre) -> None:
    """Leave nothing of what was taken out in the database's own files: not in free pages, not in its log."""
    with _temporary_files_in(centre.settings.data):
        centre.database.scrub()


@contextlib.contextmanager
def _temporary_files_in(folder: Path) -> Iterator[None]:
    """Writing a database anew takes a file beside it: in the server's own folder, not where others could look."""
    before = os.environ.get("SQLITE_TMPDIR")
    os.environ["SQLITE_TMPDIR"] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ["SQLITE_TMPDIR"]
        else:
            os.environ["SQLITE_TMPDIR"] = before


# -- outliving an older backup


def erase_again(centre: Centre) -> int:
    """Erase anew what had been erased, in a database that came back from an older copy; return how many records.

    What is remembered outside the database counts: an erased record never returns (R12), whatever a laptop sends.
    """
    kept = _read_kept(centre.settings.erased_path)
    with centre.database.read() as connection:
        known = _agreed(centre, connection)
    missing = [one for one in kept if one.record_id not in known]
    found = _erase_missing(centre, missing) if missing else []
    # Also where the server was ended in between: what is left of them elsewhere goes now.
    after_erasure(centre, sorted({*known, *found}))
    if missing:
        scrub(centre)
    elif len(known) > len(kept):
        with centre.database.write() as connection:
            _remember(centre, connection)
    return len(missing)


@tried_again
def _erase_missing(centre: Centre, missing: list[Kept]) -> list[str]:
    key = own_key(centre)
    with centre.database.write() as connection:
        pen = CouncilPen(centre, connection, key)
        return [record_id for one in missing for record_id in _erase_whole(centre, connection, pen, one)]


def _agreed(centre: Centre, connection: Connection) -> dict[str, Kept]:
    rows = connection.execute(
        select(erasure).where(erasure.c.council_id == centre.council_id, erasure.c.agreed_at.is_not(None))
    )
    return {row.record_id: Kept(*(getattr(row, name) for name in Kept.__struct_fields__)) for row in rows}


def _remember(centre: Centre, connection: Connection) -> None:
    """Write down outside the database what is erased, before the transaction that erases it ends.

    Should that transaction fail now, the record is erased when the server is next opened: two people agreed.
    """
    centre.ledger.hold(connection)
    all_of_it = {one.record_id: one for one in _read_kept(centre.settings.erased_path)} | _agreed(centre, connection)
    ordered = sorted(all_of_it.values(), key=lambda one: (one.agreed_at, one.record_id))
    write_durably(centre.settings.erased_path, msgspec.json.encode(ordered))


def _read_kept(path: Path) -> list[Kept]:
    if not path.is_file():
        return []
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[Kept])
    except (msgspec.MsgspecError, OSError) as error:
        raise Trouble(
            "The file that remembers what was erased by law cannot be read.",
            f"{path.name} is damaged; the database was not touched.",
            "Put it back from the backup of the server's folder: without it, what was erased could return.",
        ) from error


__all__ = ["after_erasure", "agree_to_erasure", "ask_for_erasure", "erase_again", "list_erasures", "scrub"]
