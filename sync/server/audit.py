"""What was done and by whom, as a chain of hashes: a changed, missing or cut-off row is noticed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, insert, select, update

from models.errors import Trouble
from sync.server.database import Ask, Rows, Step, write_durably
from sync.server.tables import audit, council

FIRST_HASH = "0" * 64
SERVER = ""
"""Stands for worker and device where the server's own operator acted."""

_encoder = msgspec.json.Encoder(order="deterministic")
_MINE = council.c.council_id == bindparam("council")
_STANDING = select(council.c.seq, council.c.audit_no, council.c.audit_hash).where(_MINE).with_for_update()
_MOVED = (
    update(council)
    .where(_MINE)
    .values(seq=bindparam("new_seq"), audit_no=bindparam("new_no"), audit_hash=bindparam("new_hash"))
)


@dataclass(frozen=True)
class Entry:
    """One thing done. ``detail`` holds ids, types and counts, never a word of a record."""

    action: str
    worker_id: str = SERVER
    device_id: str = SERVER
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ChainHead:
    """The last row of a chain: its number and its hash."""

    no: int
    hash: str


class Ledger:
    """The council's row under its lock: the one line of seq, and the chain of audit rows.

    Every transaction that makes something visible ends here, so that no reader can pass a number that
    commits later.
    """

    def __init__(self, council_id: str) -> None:
        self.council_id = council_id

    def close(
        self,
        connection: Connection,
        at: str,
        entries: Iterable[Entry] | Callable[[int], Iterable[Entry]],
        seqs: int = 0,
    ) -> int:
        """Take ``seqs`` numbers and append ``entries``; return the first number taken.

        ``entries`` may be made from that number, so that the chain tells in which order things were appended.
        """
        row = connection.execute(_STANDING, self.standing().values).one()
        first, rows, moved = self._chain(row, at, entries, seqs)
        if rows:
            connection.execute(insert(audit), rows)
        connection.execute(_MOVED, moved)
        return first

    def standing(self) -> Ask:
        """Ask, under lock, where line and chain stand: what :meth:`append` goes on from."""
        return Ask(_STANDING, {"council": self.council_id})

    def append(
        self, standing: Sequence[Any], at: str, parts: Iterable[tuple[Callable[[int], Iterable[Entry]], int]]
    ) -> tuple[list[int], list[Step]]:
        """Do what :meth:`close` does, several times, for whoever writes more with it.

        ``parts`` are entries and how many numbers go with them. Returns the first number of each, and what to write.
        """
        firsts, rows, moved = [], list[dict[str, Any]](), dict[str, Any]()
        for entries, seqs in parts:
            first, lines, moved = self._chain(standing, at, entries, seqs)
            standing = (moved["new_seq"], moved["new_no"], moved["new_hash"])
            firsts.append(first)
            rows += lines
        return firsts, [*([Rows(audit, rows)] if rows else []), Ask(_MOVED, moved)]

    def _chain(
        self,
        standing: Sequence[Any],
        at: str,
        entries: Iterable[Entry] | Callable[[int], Iterable[Entry]],
        seqs: int,
    ) -> tuple[int, list[dict[str, Any]], dict[str, Any]]:
        seq, number, last_hash = standing
        rows: list[dict[str, Any]] = []
        for entry in entries(seq + 1) if callable(entries) else entries:
            number += 1
            line = {
                "council_id": self.council_id,
                "no": number,
                "at": at,
                "worker_id": entry.worker_id,
                "device_id": entry.device_id,
                "action": entry.action,
                "detail": _encoder.encode(dict(entry.detail)).decode(),
                "previous_hash": last_hash,
            }
            last_hash = row_hash(line)
            rows.append({**line, "hash": last_hash})
        moved = {"council": self.council_id, "new_seq": seq + seqs, "new_no": number, "new_hash": last_hash}
        return int(seq) + 1, rows, moved

    def hold(self, connection: Connection) -> int:
        """Lock the council's row and return where its line stands: it stands still until this transaction ends."""
        row = select(council.c.seq).where(council.c.council_id == self.council_id).with_for_update()
        return int(connection.execute(row).scalar_one())

    def head(self, connection: Connection) -> ChainHead:
        """Return where the chain stands, by the council's row."""
        row = connection.execute(
            select(council.c.audit_no, council.c.audit_hash).where(council.c.council_id == self.council_id)
        ).one()
        return ChainHead(row.audit_no, row.audit_hash)


def row_hash(line: Mapping[str, Any]) -> str:
    """SHA-256 in hex over a row and the hash of the row before it."""
    names = ("council_id", "no", "at", "worker_id", "device_id", "action", "detail", "previous_hash")
    return hashlib.sha256(_encoder.encode([line[name] for name in names])).hexdigest()


def seal_of(lines: Iterable[tuple[str, str, str]]) -> str:
    """SHA-256 in hex over what was appended together: version id, outcome and envelope hash, in the line's order."""
    return hashlib.sha256(_encoder.encode([list(line) for line in lines])).hexdigest()


def verify_chain(connection: Connection, council_id: str, kept: ChainHead | None) -> list[str]:
    """Walk the whole chain and list what is wrong with it; an empty list means it stands.

    ``kept`` is the head remembered outside the database (None: none was kept yet).
    """
    faults: list[str] = []
    expected, before, seen_kept = 1, FIRST_HASH, kept is None or kept.no == 0
    columns = select(audit).where(audit.c.council_id == council_id).order_by(audit.c.no)
    for found in connection.execute(columns).mappings():
        row = dict(found)
        if row["no"] != expected:
            faults.append(f"row {expected} is missing")
            expected = row["no"]
        if row["previous_hash"] != before:
            faults.append(f"row {row['no']} does not follow the row before it")
        if row_hash(row) != row["hash"]:
            faults.append(f"row {row['no']} was changed")
        if kept is not None and row["no"] == kept.no:
            seen_kept = row["hash"] == kept.hash
        expected, before = expected + 1, row["hash"]
    head = Ledger(council_id).head(connection)
    if (head.no, head.hash) != (expected - 1, before):
        faults.append(f"the chain should end at row {head.no} and ends at row {expected - 1}")
    if not seen_kept and kept is not None:
        faults.append(f"row {kept.no} is not the one remembered outside the database")
    return faults


class KeptHead(msgspec.Struct, frozen=True):
    """What is remembered outside the database: where the line of seq and the audit chain had got to."""

    council_id: str
    timeline: str
    seq: int
    audit_no: int
    audit_hash: str


def read_kept_head(path: Path) -> KeptHead | None:
    """Read what was remembered; None if nothing was."""
    if not path.is_file():
        return None
    try:
        return msgspec.json.decode(path.read_bytes(), type=KeptHead)
    except (msgspec.MsgspecError, OSError) as error:
        raise Trouble(
            "The file that remembers the head of the audit chain cannot be read.",
            f"{path.name} is damaged; the database was not touched.",
            "Keep a copy of it, take it out of the folder and run: audit verify.",
        ) from error


def keep_head(path: Path, connection: Connection, council_id: str, *, start_again: bool = False) -> KeptHead:
    """Remember where seq and the chain stand, in a file of its own. Returns where they stand.

    What is remembered is left alone while the chain no longer holds the row it speaks of: that is evidence.
    ``start_again`` is for a database known to have gone back, once its own chain says so.
    """
    row = connection.execute(
        select(council.c.timeline, council.c.seq, council.c.audit_no, council.c.audit_hash).where(
            council.c.council_id == council_id
        )
    ).one()
    kept = KeptHead(council_id, row.timeline, row.seq, row.audit_no, row.audit_hash)
    before = read_kept_head(path)
    if before != kept and (start_again or before is None or _still_holds(connection, council_id, before)):
        write_durably(path, msgspec.json.encode(kept))
    return kept


def _still_holds(connection: Connection, council_id: str, kept: KeptHead) -> bool:
    rows = select(audit.c.hash).where(audit.c.council_id == council_id, audit.c.no == kept.audit_no)
    found = connection.execute(rows).scalar_one_or_none()
    return kept.council_id != council_id or kept.audit_no == 0 or found == kept.audit_hash
