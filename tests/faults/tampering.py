"""Somebody with the server's database changes, moves, removes or adds rows behind its back: the check tells of each.

Every mutation is made in a copy of one busy council, in which something of every kind has happened, an erasure by law
among it. One that leaves the database as it was is none and is made again.
"""

from __future__ import annotations

import contextlib
import random
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec

from models.clock import Clock
from models.ids import Ids
from models.version import Version
from sync.client.http import Refused
from sync.server.care import check_everything
from sync.server.centre import open_centre
from sync.server.outgoing import join_version, split_version
from sync.server.settings import Settings
from tests.faults.result import Result
from tests.laptops import World

EVIDENCE: dict[str, tuple[str, ...]] = {
    "version": (
        "version_id", "record_id", "seq", "author_id", "audience", "outcome", "envelope_hash", "batch_id",
        "received_at", "envelope", "body",
    ),
    "record": (
        "record_id", "scope_id", "type", "policy_class", "author_id", "head_version_id", "head_seq", "audience",
        "is_finished", "is_deleted", "is_erased",
    ),
    "batch": ("batch_id", "device_id", "signature", "envelope_hashes", "received_at"),
    "op": ("device_id", "device_epoch", "op_no", "version_id"),
    "held_back": (
        "content_hash", "version_id", "record_id", "scope_id", "worker_id", "device_id", "batch_id", "reason_code",
        "reason", "received_at", "content",
    ),
    "device": ("device_id", "worker_id", "public_key", "revoked_at", "forked_at", "retired_at"),
    "audit": ("no", "at", "worker_id", "device_id", "action", "detail", "previous_hash", "hash"),
    "council": ("seq", "audit_no", "audit_hash"),
}  # fmt: skip
"""What the check stands for, table by table."""
UNIQUE = {"seq", "head_seq", "no", "version_id", "record_id", "batch_id", "device_id", "content_hash", "op_no"}

Mutation = Callable[[sqlite3.Connection, random.Random], str]
"""Does one thing to a database, and returns to what."""


def busy_council(folder: Path) -> Settings:
    """Make a council in which something of every kind has happened, and leave its files."""
    world = World(folder, Clock(), Ids())
    sarah = world.child("1001")
    amy = world.laptop("amy", c1001="social_worker")
    ben = world.laptop("ben", c1001="family_support")
    card = amy.begin("this_is_me", sarah, helps_me="Biscuit").record_id
    for number in range(4):
        amy.begin("visit_note", sarah, what_happened=f"Note {number}")
        amy.sync()
    ben.sync()
    for number in range(3):
        amy.edit(card, helps_me=f"Biscuit {number}")
        ben.edit(card, helps_me=f"Drawing {number}")
        amy.sync()
        ben.sync()
    world.office.unassign("ben", "1001")
    for number in range(3):
        ben.begin("visit_note", sarah, what_happened=f"Held {number}")
        ben.sync()
    copy = world.copy(amy, "copy")
    for laptop in (amy, copy):
        laptop.begin("visit_note", sarah, what_happened=f"By {laptop.name}")
        laptop.casebook.cut_all().result()
        with contextlib.suppress(Refused):  # the copy is given nothing: what it wrote is there all the same
            laptop.sync()
    world.join_again(amy)
    world.office.revoke(ben.casebook.me.device_id)
    _erase_one(world)
    world.centre.keep_head()
    settings = world.centre.settings
    for laptop in world.laptops:
        laptop.casebook.close()
    world.centre.database.fold()  # type: ignore[attr-defined]
    world.centre.close()
    return settings


def _erase_one(world: World) -> None:
    """Take the text out of one version, as an erasure by law leaves it: its signature must go on holding."""
    with closing(sqlite3.connect(world.centre.database.path)) as database, database:  # type: ignore[attr-defined]
        version_id, envelope, body = database.execute(
            "SELECT version_id, envelope, body FROM version WHERE outcome = 'branch' ORDER BY seq LIMIT 1"
        ).fetchone()
        whole = msgspec.json.decode(join_version(envelope, body), type=Version)
        after = split_version(whole.without_text())
        database.execute("UPDATE version SET envelope = ?, body = ? WHERE version_id = ?", (*after, version_id))


# ---- what may be done to it ------------------------------------------------------------------------------------------


def _pick(database: sqlite3.Connection, chance: random.Random, table: str) -> int:
    return int(chance.choice(database.execute(f"SELECT rowid FROM {table}").fetchall())[0])


def change_a_cell(database: sqlite3.Connection, chance: random.Random) -> str:
    """UPDATE of one value to another: a bit of bytes, a letter of text, a number, a stamp taken away."""
    table = chance.choice(list(EVIDENCE))
    column = chance.choice(EVIDENCE[table])
    row = _pick(database, chance, table)
    (before,) = database.execute(f"SELECT {column} FROM {table} WHERE rowid = ?", (row,)).fetchone()
    database.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (_another(before, chance), row))
    return f"{table}.{column}"


def _another(value: Any, chance: random.Random) -> Any:
    if value is None:
        return "2026-11-23T10:30:00.000Z"
    if isinstance(value, int):
        return value + chance.choice([1, 2, 1000]) if value > 1 else 1 - value
    if not value:
        return "x"
    at = chance.randrange(len(value))
    if isinstance(value, bytes):
        return value[:at] + bytes([value[at] ^ (1 << chance.randrange(8))]) + value[at + 1 :]
    if value.endswith("Z") and chance.random() < 0.3:
        return None
    return value[:at] + ("0" if value[at] != "0" else "1") + value[at + 1 :]


def remove_a_row(database: sqlite3.Connection, chance: random.Random) -> str:
    """DELETE of one row."""
    table = chance.choice([name for name in EVIDENCE if name != "council"])
    database.execute(f"DELETE FROM {table} WHERE rowid = ?", (_pick(database, chance, table),))
    return table


def swap_two(database: sqlite3.Connection, chance: random.Random) -> str:
    """Let two rows change places in one column: bodies, signatures, numbers, hashes."""
    table = chance.choice([name for name in EVIDENCE if name != "council"])
    column = chance.choice(EVIDENCE[table])
    one, other = _pick(database, chance, table), _pick(database, chance, table)
    ask = f"SELECT {column} FROM {table} WHERE rowid = ?"
    (first,), (second,) = (database.execute(ask, (row,)).fetchone() for row in (one, other))
    put = f"UPDATE {table} SET {column} = ? WHERE rowid = ?"
    if column in UNIQUE:
        database.execute(put, (-1 if isinstance(first, int) else "aside", one))
    database.execute(put, (first, other))
    database.execute(put, (second, one))
    return f"{table}.{column}"


def cut_the_history(database: sqlite3.Connection, chance: random.Random) -> str:
    """Take the newest versions away, with everything that speaks of them but the audit."""
    (last,) = database.execute("SELECT seq FROM council").fetchone()
    keep = last - chance.randint(1, 5)
    database.execute("DELETE FROM version WHERE seq > ?", (keep,))
    database.execute("DELETE FROM record WHERE record_id NOT IN (SELECT record_id FROM version)")
    database.execute(
        "UPDATE record SET (head_version_id, head_seq) = (SELECT version_id, seq FROM version v WHERE v.record_id = "
        "record.record_id AND outcome = 'head' ORDER BY seq DESC LIMIT 1) WHERE head_seq > ?",
        (keep,),
    )
    database.execute("DELETE FROM op WHERE version_id NOT IN (SELECT version_id FROM version)")
    database.execute("UPDATE council SET seq = ?", (keep,))
    return f"above {keep}"


def cut_the_audit(database: sqlite3.Connection, chance: random.Random) -> str:
    """Take the end of the audit away, and let the council's row say that it always ended there."""
    (last,) = database.execute("SELECT audit_no FROM council").fetchone()
    keep = last - chance.randint(1, 8)
    database.execute("DELETE FROM audit WHERE no > ?", (keep,))
    database.execute(
        "UPDATE council SET audit_no = ?, audit_hash = (SELECT hash FROM audit WHERE no = ?)", (keep, keep)
    )
    return f"above {keep}"


def put_a_head_back(database: sqlite3.Connection, chance: random.Random) -> str:
    """Let a record stand on an older version of its own, with every column saying so."""
    many = "SELECT record_id FROM version WHERE outcome = 'head' GROUP BY record_id HAVING count(*) > 1"
    (record_id,) = chance.choice(database.execute(many).fetchall())
    older = database.execute(
        "SELECT version_id, seq, audience FROM version WHERE record_id = ? AND outcome = 'head' ORDER BY seq DESC",
        (record_id,),
    ).fetchall()[1:]
    version_id, seq, audience = chance.choice(older)
    database.execute(
        "UPDATE record SET head_version_id = ?, head_seq = ?, audience = ? WHERE record_id = ?",
        (version_id, seq, audience, record_id),
    )
    return str(record_id)


def add_a_row(database: sqlite3.Connection, chance: random.Random) -> str:
    """INSERT of a copy of a row under another id, as if it had always been there."""
    table, key = chance.choice([("version", "version_id"), ("held_back", "content_hash"), ("device", "device_id")])
    columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
    row = _pick(database, chance, table)
    values = dict(zip(columns, database.execute(f"SELECT * FROM {table} WHERE rowid = ?", (row,)).fetchone(),
                      strict=True))  # fmt: skip
    values[key] = f"{chance.getrandbits(128):032x}"
    if table == "version":
        (values["seq"],) = database.execute("SELECT max(seq) + 1 FROM version").fetchone()
        database.execute("UPDATE council SET seq = ?", (values["seq"],))
    if table == "held_back":
        values["held_id"] = values[key]
    database.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})", tuple(values.values())
    )
    return table


MUTATIONS: tuple[tuple[Mutation, int], ...] = (
    (change_a_cell, 8), (swap_two, 4), (remove_a_row, 3), (cut_the_history, 1), (cut_the_audit, 1),
    (put_a_head_back, 1), (add_a_row, 2),
)  # fmt: skip


def mutate(path: Path, chance: random.Random) -> str:
    """Make one mutation and return what it was. One that breaks a rule of the database, or changes nothing, is none."""
    kinds, weights = zip(*MUTATIONS, strict=True)
    while True:
        kind = chance.choices(kinds, weights)[0]
        with closing(sqlite3.connect(path)) as database:
            before = list(database.iterdump())
            try:
                with database:
                    what = kind(database, chance)
            except sqlite3.IntegrityError:
                continue
            if list(database.iterdump()) != before:
                return f"{kind.__name__} {what}"


def tampering(size: int, seed: int) -> Result:
    """Mutate a council's database ``size`` times, each time anew, and let the check find it."""
    result = Result("tampering", size)
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="heard-tampering-") as name:
        folder = Path(name)
        settings = busy_council(folder)
        found = check(settings)
        result.acknowledged = found["counts"]["version"] + found["counts"]["held_back"]
        if not found["ok"]:
            result.what.append(f"told of what nobody did: {found['faults'][:3]}")
        for number in range(size):
            spoiled = folder / "spoiled"
            shutil.copytree(settings.data, spoiled)
            kind = mutate(spoiled / settings.database_path.name, chance)
            result.faults_fired += 1
            if check(Settings(spoiled, password_cost=settings.password_cost))["ok"]:
                result.undetected += 1
                result.what.append(f"mutation {number}, {kind}, was not told")
            shutil.rmtree(spoiled)
    return result.settle(size, 15)


def check(settings: Settings) -> dict[str, Any]:
    """What `heard-server check` finds."""
    centre = open_centre(settings, look=True)
    try:
        return check_everything(centre)
    finally:
        centre.close()
