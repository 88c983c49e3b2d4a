"""Holds the council's rows against the audit chain: what was appended, in which order, held back, and by whose key.

The chain itself is verified by :mod:`sync.server.audit`, and its head is kept elsewhere; what is checked here is that
the other tables still say what the chain says of them. A row changed, moved, removed or added behind the server's back
is told. An erasure by law changes none of what is compared. Ask only once the chain has been verified.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, select

from models.ids import is_id
from models.version import Version, envelope_hash
from sync.server.audit import seal_of
from sync.server.books import shown
from sync.server.judging import REASONS
from sync.server.lookups import LARGEST_NUMBER
from sync.server.tables import audit, batch, device, held_back, op, record, version


class Evidence:
    """One look at the council's rows, inside a reading transaction."""

    def __init__(self, connection: Connection, council_id: str) -> None:
        self._connection, self._council_id = connection, council_id
        self._entries = [
            (row.at, row.action, row.worker_id, row.device_id, msgspec.json.decode(row.detail))
            for row in self._rows(audit, audit.c.at, audit.c.action, audit.c.worker_id, audit.c.device_id,
                                  audit.c.detail, order=audit.c.no)
        ]  # fmt: skip

    def faults(self) -> list[str]:
        """List what does not stand, ids only."""
        return [*self._appended(), *self._heads(), *self._held(), *self._devices(), *self._ops()]

    def _rows(self, table: Table, *columns: Any, order: Any = None) -> list[Any]:
        query = select(*(columns or (table,))).where(table.c.council_id == self._council_id)
        return list(self._connection.execute(query if order is None else query.order_by(order)))

    def _said(self, *actions: str) -> Iterator[tuple[str, str, str, Mapping[str, Any]]]:
        """What the chain says was done: at, worker, device, detail."""
        for at, action, worker_id, device_id, detail in self._entries:
            if action in actions:
                yield at, worker_id, device_id, detail

    def _appended(self) -> Iterator[str]:
        """Every version stands where the chain says that it was appended, and no other is there."""
        v = version.c
        kept = {
            row.seq: row
            for row in self._rows(
                version, v.seq, v.version_id, v.outcome, v.envelope_hash, v.batch_id, v.received_at, order=v.seq
            )
        }
        batches = {row.batch_id: row.received_at for row in self._rows(batch, batch.c.batch_id, batch.c.received_at)}
        for at, action, _worker, _device, detail in self._entries:
            if "seal" not in detail:
                continue
            if action != "admitted" and batches.get(detail["batch"]) != at:
                yield f"batch {detail['batch']}: it did not come when the audit says"
            found = [kept.pop(detail["first"] + ahead, None) for ahead in range(detail["versions"])]
            rows = [row for row in found if row is not None]
            lines = [(row.version_id, row.outcome, row.envelope_hash) for row in rows]
            where = {(row.batch_id, row.received_at) for row in rows}
            if len(rows) != len(found) or seal_of(lines) != detail["seal"] or where != {(detail["batch"], at)}:
                yield f"batch {detail['batch']}: its versions are not those that were appended, or not in their order"
        for row in kept.values():
            yield f"version {row.version_id}: the audit does not know of it"

    def _heads(self) -> Iterator[str]:
        """Every record stands on the version that last became its head, and belongs to whoever began it."""
        last: dict[str, str] = {}
        began: dict[str, str] = {}
        v = version.c
        for row in self._rows(version, v.record_id, v.version_id, v.author_id, v.outcome, order=v.seq):
            began.setdefault(row.record_id, row.author_id)
            if row.outcome == "head":
                last[row.record_id] = row.version_id
        r = record.c
        for row in self._rows(record, r.record_id, r.head_version_id, r.author_id):
            if (row.head_version_id, row.author_id) != (last.pop(row.record_id, None), began.get(row.record_id)):
                yield f"record {row.record_id}: it does not stand on its last head, or is not its author's"
        for record_id in last:
            yield f"record {record_id}: it is missing"

    def _held(self) -> Iterator[str]:
        """Everything that was held back is there, whole, as it was signed and for the reason that was given."""
        lists = {
            row.batch_id: (row.device_id, row.received_at, frozenset(row.envelope_hashes.split("\n")))
            for row in self._rows(batch)
        }
        kept = {row.content_hash: row for row in self._rows(held_back)}
        admitted = {detail["content"] for *_, detail in self._said("admitted", "released")}
        for at, worker_id, device_id, detail in self._said("held"):
            row = kept.pop(detail["content"], None)
            if row is None:
                yield f"held back {detail['content']}: it is missing"
                continue
            told = (worker_id, device_id, detail["reason"], REASONS.get(detail["reason"]), at)
            if (row.worker_id, row.device_id, row.reason_code, row.reason, row.received_at) != told:
                yield f"held back {row.held_id}: it does not say what the audit says"
            if (row.state == "admitted") != (row.content_hash in admitted):
                yield f"held back {row.held_id}: what became of it is not what the audit says"
            if not _is_as_held(row, lists.get(row.batch_id)):
                yield f"held back {row.held_id}: it is not as it was signed"
        for row in kept.values():
            yield f"held back {row.held_id}: the audit does not know of it"

    def _devices(self) -> Iterator[str]:
        """Every laptop has the key and the worker it was let in with, and what was said of it since still stands."""
        keys: dict[str, tuple[str, str]] = {}
        for _at, _worker, _device, detail in self._said("init"):
            keys[detail.get("device", "")] = (detail.get("key", ""), "")
        for _at, worker_id, device_id, detail in self._said("enrol"):
            keys[device_id] = (detail["key"], worker_id)
        revoked = {detail["device"]: detail["at"] for *_, detail in self._said("device_revoke")}
        forked = {device_id: at for at, _, device_id, _ in self._said("forked")}
        retired: dict[str, str] = {}
        for at, _worker, _device, detail in self._said("enrol"):
            if "replaces" in detail:
                retired.setdefault(detail["replaces"], at)
        for row in self._rows(device):
            key, worker_id = keys.pop(row.device_id, ("", ""))
            if hashlib.sha256(row.public_key).hexdigest() != key or worker_id not in ("", row.worker_id):
                yield f"laptop {row.device_id}: its key or its worker is not the one it was let in with"
            said = tuple(of.get(row.device_id) for of in (revoked, forked, retired))
            if said != (row.revoked_at, row.forked_at, row.retired_at):
                yield f"laptop {row.device_id}: when it was closed, copied or replaced is not as the audit says"
        for device_id in keys:
            yield f"laptop {device_id}: it is missing"

    def _ops(self) -> Iterator[str]:
        """Every number a laptop gave out points at what first came under it."""
        o = op.c
        first = {
            (row.device_id, row.device_epoch, row.op_no): row.version_id
            for row in self._rows(op, o.device_id, o.device_epoch, o.op_no, o.version_id)
        }
        counted: dict[tuple[str, int, int], set[str]] = {}
        for row in self._rows(version, version.c.envelope):
            one = _decode(row.envelope)
            if one is not None:
                counted.setdefault((one.device_id, one.device_epoch, one.op_no), set()).add(one.version_id)
        for row in self._rows(held_back, held_back.c.device_id, held_back.c.content):
            one = _decode(row.content)
            if one is not None and one.device_id == row.device_id:
                counted.setdefault((one.device_id, one.device_epoch, one.op_no), set()).add(one.version_id)
        for key, version_id in first.items():
            if version_id not in counted.get(key, set()):
                yield f"number {key[2]} of laptop {key[0]}: it points at something else"
        for key, version_ids in counted.items():
            if key not in first and is_counted(key, version_ids):
                yield f"number {key[2]} of laptop {key[0]}: it is missing"


def is_counted(key: tuple[str, int, int], version_ids: Iterable[str]) -> bool:
    """Say whether a number is one that is written down: what is no number, or came under no id, is held back alone."""
    return all(0 <= number <= LARGEST_NUMBER for number in key[1:]) and any(is_id(one) for one in version_ids)


def _decode(data: bytes) -> Version | None:
    try:
        return msgspec.json.decode(data, type=Version)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def _is_as_held(row: Any, signed: tuple[str, str, frozenset[str]] | None) -> bool:
    """Whether a held-back version is byte for byte what came in its batch; or, after an erasure, what was signed."""
    one = _decode(row.content)
    if one is None or signed is None or signed[:2] != (row.device_id, row.received_at):
        return False
    if envelope_hash(one) not in signed[2]:
        return False
    ids = (one.version_id, one.record_id, one.scope_id)
    if (row.version_id, row.record_id, row.scope_id) != tuple(shown(each) for each in ids):
        return False
    return hashlib.sha256(row.content).hexdigest() == row.content_hash or (one.is_erased and one.has_sound_body())
