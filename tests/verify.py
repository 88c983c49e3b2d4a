"""The one checker of "nothing lost": what a campaign did is held against every laptop, the server and the ledger."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import msgspec
from sqlalchemy import Connection, select

from models.casebook import Casebook
from models.fields import Field
from models.merge import merge_value
from models.record import declaration_of
from models.store.project import project
from models.store.versions import brought_up, decode_version, decode_working
from models.version import Version, Working
from sync.codec import unpack
from sync.server import policy
from sync.server.callers import granted_scopes
from sync.server.centre import Centre
from sync.server.heads import count_digests, kept_digests
from sync.server.tables import council, held_back, op, segment, version, worker
from sync.server.tables import record as record_table
from sync.wire import Segment

SERVER = "the server"


class Device(Protocol):
    """A laptop: its name, and its casebook, open."""

    name: str
    casebook: Casebook


@dataclass
class Ledger:
    """What the interface has acknowledged, outside the app: a word nobody else typed, and who typed it where.

    With a ``path`` each line is on the disk before ``saved`` returns, so that it outlives a kill of the writer.
    """

    path: Path | None = None
    words: dict[str, tuple[str, str]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    """Words that somebody who saw them took out of a text again; all others must be seen on every laptop."""
    put_back: set[str] = field(default_factory=set)
    """Laptops whose vault was an older copy once; ``SERVER`` among them where the council's database was."""

    def saved(self, token: str, device: str, record_id: str) -> None:
        """Note that a device said "saved" of a text with this token in it."""
        self.words[token] = (device, record_id)
        if self.path is not None:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps([token, device, record_id]) + "\n")
                file.flush()

    def taken_out(self, token: str, *, was_cut: bool) -> None:
        """Note that somebody took a word out of a text by hand. What no version was cut of may then be nowhere."""
        self.gone.add(token)
        if not was_cut:
            self.words.pop(token, None)

    @classmethod
    def read(cls, path: Path) -> Ledger:
        """Read what was noted; a last line cut by a kill is left out."""
        ledger = cls(path)
        for line in path.read_text("utf-8").split("\n")[:-1] if path.exists() else []:
            token, device, record_id = json.loads(line)
            ledger.words[token] = (device, record_id)
        return ledger


@dataclass(frozen=True)
class Held:
    """A device read once: its rows, its versions, and every text of each of its records."""

    name: str
    worker_id: str
    timeline: str
    records: Mapping[str, Any]
    versions: tuple[tuple[Version, int | None, int], ...]
    outbox: tuple[Any, ...]
    cursor: int
    grants: int
    filling: frozenset[str]
    texts: Mapping[str, str]
    faults: tuple[str, ...]
    told_beside: frozenset[str] = frozenset()
    """Records of which its worker was told that words of theirs stand beside what was finished."""
    spent: tuple[Any, ...] = ()
    """Op numbers whose versions were purged here: given out, and known to have been."""


@dataclass(frozen=True)
class Council:
    """The server read once."""

    timeline: str
    heads: Mapping[str, Any]
    versions: Mapping[str, Version]
    ops: frozenset[tuple[str, int, int]]
    texts: Mapping[str, str]
    scopes: Mapping[str, Mapping[str, str]]
    held: frozenset[str]
    """Records of which the held-back box has something."""
    ever_held: frozenset[str]
    counters: Mapping[str, int]
    """The grant counter of each worker."""


def verify(devices: Iterable[Device], server: Centre | None, ledger: Ledger, *, is_quiet: bool = False) -> None:
    """Check R1, R2, R5, R6 and R7; with ``is_quiet`` (queues drained, no edits since) R9 too. AssertionError lists

    every breach, one a line, by its number in the list of invariants.
    """
    found = breaches(devices, server, ledger, is_quiet=is_quiet)
    assert not found, "\n".join(found)


def breaches(devices: Iterable[Device], server: Centre | None, ledger: Ledger, *, is_quiet: bool = False) -> list[str]:
    """Say what is broken, one line each; empty when all holds."""
    held = [read_device(device) for device in devices]
    there = read_council(server, [one.worker_id for one in held]) if server is not None else None
    found = [fault for one in held for fault in one.faults]
    found += _uncounted(server) if server is not None else []
    found += _lost(held, there, ledger, is_quiet=is_quiet)
    # What the server holds back is in its box, and no part of the record.
    closed = {row.record_id for one in held for row in one.outbox if row.held_reason}
    closed |= there.held if there is not None else set()
    found += _bad_merges(there) if there is not None else []
    for one in held:
        found += _broken_line(one)
        # One that has not noticed yet that the server came back from an older copy counts along the old line.
        if there is not None and one.timeline == there.timeline:
            found += _not_once(one, there)
            found += _skipped(one, there)
            if is_quiet:
                found += _apart(one, there)
                found += _overwritten(one, there, ledger, closed)
                found += _beyond(one, there)
    return found


# ---- reading ----


def _texts_of(body: Mapping[str, Any], choices: Iterable[Any]) -> str:
    return json.dumps([body, [choice.value for choice in choices]], ensure_ascii=False)


def read_device(device: Device) -> Held:
    """Read a laptop's vault in one view."""
    return device.casebook._desk.read(_read_device, device)


def _read_device(connection: Connection, device: Device) -> Held:
    def rows(sql: str) -> list[Any]:
        return list(connection.exec_driver_sql(sql))

    records = {row.record_id: row for row in rows("SELECT * FROM record")}
    versions = tuple(
        (decode_version(row.envelope), row.op_no, row.seq) for row in rows("SELECT * FROM version ORDER BY op_no")
    )
    texts: dict[str, list[str]] = {record_id: [] for record_id in records}
    for row in records.values():
        if row.working is not None:
            state = decode_working(row.working)
            texts[row.record_id].append(_texts_of(state.body, state.open_choices))
        if row.tip is not None:
            tip = decode_version(row.tip)
            texts[row.record_id].append(_texts_of(tip.read_body(), tip.open_choices))
    for one, _op, _seq in versions:
        texts.setdefault(one.record_id, []).append(_texts_of(one.read_body(), one.open_choices))
    cursors = {row.name: row.value for row in rows("SELECT * FROM cursor")}
    return Held(
        name=device.name,
        worker_id=device.casebook.me.worker.worker_id,
        timeline=device.casebook.me.timeline,
        records=records,
        versions=versions,
        outbox=tuple(rows("SELECT * FROM outbox ORDER BY op_no")),
        cursor=cursors.get("main", 0),
        grants=cursors.get("grants", 0),
        filling=frozenset(name[5:] for name in cursors if name.startswith("fill:")),
        texts={record_id: "\n".join(some) for record_id, some in texts.items()},
        faults=tuple(f"R2 {device.name}: {fault}" for fault in _half_done(connection, records)),
        told_beside=frozenset(row.record_id for row in rows("SELECT * FROM issue WHERE kind = 'left_beside'")),
        spent=tuple(rows("SELECT * FROM spent")),
    )


def _half_done(connection: Connection, records: Mapping[str, Any]) -> list[str]:
    """What did not commit together: a cut's rows with one another, a body with its columns and its search words."""
    found = []
    joined = connection.exec_driver_sql(
        "SELECT v.version_id, o.op_no AS queued, o.version_id AS queued_as, a.audit_id, v.op_no, v.seq FROM version v "
        "LEFT JOIN outbox o ON o.version_id = v.version_id LEFT JOIN audit a ON a.version_id = v.version_id "
        "WHERE v.op_no IS NOT NULL"
    )
    for row in joined:
        if row.audit_id is None:
            found.append(f"version {row.version_id} has no audit row")
        if row.queued is None and not row.seq:
            found.append(f"version {row.version_id} is neither queued nor acknowledged")
        if row.queued is not None and row.queued != row.op_no:
            found.append(f"version {row.version_id} is queued under another op number")
    orphans = connection.exec_driver_sql(
        "SELECT count(*) FROM outbox WHERE version_id NOT IN (SELECT version_id FROM version)"
    ).scalar_one()
    if orphans:
        found.append(f"{orphans} queued without a version")
    indexed = {row.rowid for row in connection.exec_driver_sql("SELECT rowid FROM search")}
    for row in records.values():
        state = _state_of(row)
        columns = (row.title, row.when_key, row.k1, row.k2, row.k3)
        if columns != tuple(project(row.type, state.body)):
            found.append(f"record {row.record_id} has the columns of another body")
        flags = (bool(row.is_finished), bool(row.is_deleted), bool(row.has_choices))
        if flags != (state.is_finished, state.is_deleted, bool(state.open_choices)):
            found.append(f"record {row.record_id} has the flags of another state")
        is_due = row.working is None and not row.needs_index and not row.is_hidden
        if is_due and (row.row in indexed) == state.is_deleted:
            found.append(f"record {row.record_id} is not indexed as it stands")
    return found


def _state_of(row: Any) -> Working:
    state = decode_working(row.working) if row.working is not None else Working.of(decode_version(row.tip))
    return brought_up(row.type, state)


def read_council(centre: Centre, worker_ids: Iterable[str]) -> Council:
    """Read the council's database in one view."""
    with centre.database.read() as connection:
        heads = {row.record_id: row for row in connection.execute(select(record_table))}
        kept = {}
        texts: dict[str, list[str]] = {}
        for row in connection.execute(select(version).order_by(version.c.seq)):
            envelope = msgspec.json.decode(row.envelope, type=Version)
            one = msgspec.structs.replace(envelope, body=msgspec.Raw(row.body))
            kept[row.version_id] = one
            texts.setdefault(row.record_id, []).append(_texts_of(one.read_body(), one.open_choices))
        in_box, ever = set(), set()
        for row in connection.execute(select(held_back)):
            ever.add(row.record_id)
            if row.state != "admitted":
                in_box.add(row.record_id)
            texts.setdefault(row.record_id, []).append(json.dumps(msgspec.json.decode(row.content), ensure_ascii=False))
        ops = frozenset((row.device_id, row.device_epoch, row.op_no) for row in connection.execute(select(op)))
        scopes = {worker_id: granted_scopes(centre, connection, worker_id) for worker_id in worker_ids}
        timeline = connection.execute(select(council.c.timeline)).scalar_one()
        counters = {row.worker_id: row.grant_counter for row in connection.execute(select(worker))}
    joined = {record_id: "\n".join(some) for record_id, some in texts.items()}
    return Council(timeline, heads, kept, ops, joined, scopes, frozenset(in_box), frozenset(ever), counters)


# ---- the invariants ----


def _lost(held: list[Held], there: Council | None, ledger: Ledger, *, is_quiet: bool) -> list[str]:
    """R1: every acknowledged word is on the server, or on the laptop that acknowledged it.

    Before all is quiet again, a colleague's laptop may be the one that has still to give it back to a restored server.
    """
    found = []
    by_name = {one.name: one for one in held}
    for token, (device, record_id) in ledger.words.items():
        places = [there.texts.get(record_id, "")] if there is not None else []
        if device in by_name:
            places.append(by_name[device].texts.get(record_id, ""))
        if SERVER in ledger.put_back and not is_quiet:
            places += [one.texts.get(record_id, "") for one in held]
        if not any(token in place for place in places):
            found.append(f"R1 {token} of {device} in {record_id} is nowhere")
    return found


def _broken_line(one: Held) -> list[str]:
    """R6, the laptop's half: within each device epoch the op numbers have no gap and none twice."""
    found = []
    lines: dict[int, list[int]] = {}
    for kept, op_no, _seq in one.versions:
        if op_no is not None:
            lines.setdefault(kept.device_epoch, []).append(op_no)
            if kept.op_no != op_no:
                found.append(f"R6 {one.name}: {kept.version_id} is filed under another op number")
    for row in one.spent:
        lines.setdefault(row.device_epoch, []).append(row.op_no)
    for epoch, numbers in lines.items():
        if sorted(numbers) != list(range(min(numbers), min(numbers) + len(numbers))):
            found.append(f"R6 {one.name}: op numbers of epoch {epoch} have a gap: {sorted(numbers)}")
    return found


def _not_once(one: Held, there: Council) -> list[str]:
    """R3 and R5: what counts as sent here is at the council exactly once, and is what was written here."""
    found = []
    queued = {row.version_id for row in one.outbox}
    for kept, op_no, _seq in one.versions:
        if op_no is None:
            continue
        arrived = there.versions.get(kept.version_id)
        if kept.version_id not in queued and arrived is None:
            found.append(f"R3 {one.name}: {kept.version_id} counts as sent and is not at the council")
        if arrived is not None and (arrived.body_bytes(), arrived.parents) != (kept.body_bytes(), kept.parents):
            found.append(f"R5 {one.name}: {kept.version_id} is another version at the council")
        if arrived is not None and (kept.device_id, kept.device_epoch, op_no) not in there.ops:
            found.append(f"R6 {one.name}: op {op_no} is not in the council's line")
    return found


def _readable(one: Held, there: Council) -> dict[str, Any]:
    scopes = there.scopes[one.worker_id]
    return {
        record_id: row
        for record_id, row in there.heads.items()
        if row.scope_id in scopes
        and policy.can_read(row.audience, scopes[row.scope_id], is_author=row.author_id == one.worker_id)
    }


def _skipped(one: Held, there: Council) -> list[str]:
    """R6 and R7: a laptop with cursor c has every head it may read up to c; its cursor is never ahead of its rows."""
    found: list[str] = []
    if one.grants != there.counters[one.worker_id]:
        return found  # it has not been told yet what it may read now
    for record_id, head in _readable(one, there).items():
        if head.head_seq > one.cursor or head.scope_id in one.filling:
            continue
        mine = one.records.get(record_id)
        if mine is None or mine.head_seq < head.head_seq:
            found.append(f"R6 {one.name}: cursor {one.cursor} has passed {record_id} at {head.head_seq}")
    return found


def _uncounted(server: Centre) -> list[str]:
    """R9: the digests the council keeps are those of its heads, and no segment holds what is no longer to be read."""
    with server.database.read() as connection:
        counted, kept = count_digests(server, connection), kept_digests(server, connection)
        heads = {
            row.record_id: row.audience
            for row in connection.execute(select(record_table).where(record_table.c.is_erased.is_(False)))
        }
        pieces = connection.execute(select(segment.c.segment_id, segment.c.audience, segment.c.content)).all()
    found = [f"R9 council: the digest of {key} is not that of its heads" for key in counted.items() ^ kept.items()]
    for piece in pieces:
        rows = unpack(Segment, piece.content).rows
        if any(heads.get(row.version.record_id) != piece.audience for row in rows):
            found.append(f"R13 council: segment {piece.segment_id} holds a record that {piece.audience} may not read")
    return found


def _apart(one: Held, there: Council) -> list[str]:
    """R9: with nothing waiting, every record stands here as it stands at the council."""
    found = [f"R9 {one.name}: {row.version_id} still waits" for row in one.outbox if not row.held_reason]
    held = {row.record_id for row in one.outbox if row.held_reason}
    for record_id, head in _readable(one, there).items():
        mine = one.records.get(record_id)
        if record_id in held:
            continue
        if mine is None or mine.working is not None:
            found.append(f"R9 {one.name}: {record_id} is not here as it stands")
        elif mine.tip_version_id != head.head_version_id:
            found.append(f"R9 {one.name}: {record_id} stands on {mine.tip_version_id}, not {head.head_version_id}")
        elif decode_version(mine.tip) != there.versions[head.head_version_id]:
            found.append(f"R9 {one.name}: {record_id} differs in its bytes")
    return found


def _beyond(one: Held, there: Council) -> list[str]:
    """R13: nothing is left here that its worker may not read, but what only the held-back box has besides."""
    waiting = {row.record_id for row in one.outbox} | there.ever_held
    readable = _readable(one, there).keys()
    return [
        f"R13 {one.name}: {record_id} is here and may not be read"
        for record_id, row in one.records.items()
        if record_id in there.heads and record_id not in readable and record_id not in waiting
        if row.working is None
    ]


def _overwritten(one: Held, there: Council, ledger: Ledger, closed: set[str]) -> list[str]:
    """R1: no silent overwrite. What nobody took out by hand is in body or open choice, wherever it may be read."""
    found, readable = [], _readable(one, there).keys()
    for token, (device, record_id) in ledger.words.items():
        row = one.records.get(record_id)
        if row is None or row.is_hidden or record_id not in readable:
            continue
        if token in ledger.gone or record_id in closed:
            continue
        state = _state_of(row)
        if token not in _texts_of(state.body, state.open_choices):
            writers = _beside_what_is_finished(there, record_id, token)
            if not writers:
                found.append(f"R1 {one.name}: {token} of {device} was overwritten in {record_id}")
            # A vault put back has lost what its worker was told, and may know the words as its own.
            elif one.worker_id in writers and record_id not in one.told_beside and one.name not in ledger.put_back:
                found.append(f"R1 {one.name}: {token} of {device} is beside {record_id}, and nobody was told")
    return found


def _beside_what_is_finished(there: Council, record_id: str, token: str) -> set[str]:
    """Who wrote a word that came to the council before its record was finished without it; nobody where none did."""
    head = there.heads[record_id].head_version_id
    if not there.versions[head].is_finished:
        return set()
    line = _ancestors(there.versions, head)
    beside = (one for one in there.versions.values() if one.record_id == record_id and one.version_id not in line)
    return {one.author_id for one in beside if token in _texts_of(one.read_body(), one.open_choices)}


def _bad_merges(there: Council) -> list[str]:
    """R10, worked out anew for every merge there is: one-sided changes stand, exact words are never mixed.

    The common parent is found here by its own way, so that a merge over an older one is noticed; where there are two
    nearest ones, neither tells what the outcome must be. What follows a merge that was held back has its two parents,
    too, and is none; a restored server may have forgotten that it held it back.
    """
    found, versions = [], there.versions
    made: set[tuple[str, tuple[str, ...]]] = set()
    for merged in sorted(versions.values(), key=lambda one: (one.device_epoch, one.op_no)):
        sides = [versions.get(parent) for parent in merged.parents]
        by = (merged.device_id, merged.parents)
        if len(sides) != 2 or None in sides or merged.is_erased or merged.record_id in there.ever_held or by in made:
            continue
        made.add(by)
        head, mine = sides
        assert head is not None
        assert mine is not None
        bases = _nearest(versions, head, mine)
        declaration = declaration_of(merged.type)
        if len(bases) == 1 and declaration is not None and _is_open_book(versions, merged):
            base = versions[bases.pop()]
            for field in declaration.fields.values():
                found += _bad_field(field, base, head, mine, merged)
    return found


def _ancestors(versions: Mapping[str, Version], start: str) -> set[str]:
    seen, todo = {start}, [start]
    while todo:
        one = versions.get(todo.pop())
        fresh = set(one.parents) - seen if one is not None else set()
        seen |= fresh
        todo += fresh
    return seen


def _is_open_book(versions: Mapping[str, Version], merged: Version) -> bool:
    """Whoever merged could read all that led there; where they could not, no common parent was known to them."""
    line = _ancestors(versions, merged.version_id)
    return line <= versions.keys() and len({versions[one].audience for one in line}) == 1


def _nearest(versions: Mapping[str, Version], one: Version, other: Version) -> set[str]:
    shared = _ancestors(versions, one.version_id) & _ancestors(versions, other.version_id) & versions.keys()
    return {each for each in shared if not any(each in _ancestors(versions, found) - {found} for found in shared)}


def _bad_field(field: Field, base: Version, head: Version, mine: Version, merged: Version) -> list[str]:
    was, there, here, now = (one.read_body().get(field.name) for one in (base, head, mine, merged))
    where = f"R10 merge {merged.version_id}: {field.name}"
    if field.is_verbatim and now not in (was, there, here):
        return [f"{where} holds exact words that nobody said: {now!r}"]
    before, after = (
        {choice.losing_version_id for one in some for choice in one.open_choices if choice.field == field.name}
        for some in ((base, head, mine), (merged,))
    )
    if before:
        return []
    value, is_clean = merge_value(field.merge, was, here, there)
    if after:
        return []  # both are there; where a laptop did not hold their common parent, that is the safe outcome
    if is_clean and (now or None) != (value or None):
        return [f"{where} is {now!r}, and over its nearest common parent it is {value!r}"]
    return [] if is_clean else [f"{where} is {now!r}, and nothing is left of {here!r} or {there!r}"]


def digest_of(casebook: Casebook) -> dict[str, tuple[Any, ...]]:
    """What a laptop shows: body, open choices and standing of every record that is not hidden, by id."""
    rows = casebook._desk.read(
        lambda connection: list(connection.exec_driver_sql("SELECT * FROM record WHERE is_hidden = 0"))
    )
    found = {}
    for row in rows:
        state = _state_of(row)
        found[row.record_id] = (
            json.dumps(state.body, sort_keys=True),
            tuple((one.field, one.losing_version_id, one.value) for one in state.open_choices),
            (state.is_finished, state.is_deleted, state.audience, state.keep_from, state.about),
        )
    return found
