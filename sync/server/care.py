"""Looking after what the server keeps: a backup that starts a new timeline, and a check of everything."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, and_, func, select

from models.errors import Trouble
from models.version import Version, digest_of_hashes, envelope_hash
from sync.server.audit import ChainHead, Entry, read_kept_head, verify_chain
from sync.server.auth import is_signed
from sync.server.blob_care import blob_faults, copy_out, folder_beside
from sync.server.blob_places import BlobPlace
from sync.server.centre import Centre, start_timeline
from sync.server.database.sqlite import SQLiteFile
from sync.server.evidence import Evidence
from sync.server.heads import count_digests, kept_digests
from sync.server.outgoing import join_version
from sync.server.tables import assignment, audit, batch, blob, council, device, held_back, scope, version, worker
from sync.server.tables import record as record_table

_COUNTED: tuple[Table, ...] = (worker, device, scope, assignment, record_table, version, held_back, blob, audit)

_TOLD_BY_VERSION = ("version_id", "record_id", "author_id", "audience")
_TOLD_BY_HEAD = ("scope_id", "type", "policy_class", "audience", "is_finished", "is_deleted", "is_erased")


def back_up(centre: Centre, target: Path) -> None:
    """Write a checked copy to ``target`` while the server runs. Raises Trouble, and leaves nothing half-written.

    The copy carries a timeline of its own: should it ever be put back, laptops notice and send again what it
    lacks.
    """
    if target.exists() or folder_beside(target).exists():
        raise Trouble("There is already a file with that name.", f"{target} was left alone.", "Give another name.")
    draft, files = target.with_name(f".{target.name}.part"), folder_beside(target)
    try:
        draft.unlink(missing_ok=True)
        draft.touch(mode=0o600)
        centre.database.backup(draft)
        _stamp(centre, draft)
        copy_out(centre, files)
        draft.replace(target)
    except OSError as error:
        raise Trouble(
            "The backup could not be written.", error.strerror or "", "Check the folder and its room."
        ) from error
    finally:
        for leftover in target.parent.glob(f"{draft.name}*"):
            leftover.unlink(missing_ok=True)
        if not target.exists():
            shutil.rmtree(files, ignore_errors=True)
    with centre.database.write() as connection:
        centre.ledger.close(connection, centre.clock.stamp(), [Entry("backup")])
    centre.keep_head()


def _stamp(centre: Centre, copy: Path) -> None:
    database = SQLiteFile(copy)
    with database.write() as connection:
        start_timeline(connection, centre.council_id, centre.ids.new())
    database.fold()
    database.close()


def check_everything(centre: Centre, files: BlobPlace | None = None) -> dict[str, Any]:
    """Check the file, the audit chain, the line, every body and every signature. ``faults`` is empty when all stand.

    ``files`` says where the files of its records lie, if not in their own place. ``weaknesses`` are settings of the
    database's server that could lose what was acknowledged.
    """
    faults = [f"database: {fault}" for fault in centre.database.faults()]
    counts: dict[str, int] = {}
    if not faults:
        chain = [f"audit: {fault}" for fault in verify_audit(centre)]
        faults += chain
        with centre.database.read() as connection:
            faults += _line_faults(centre, connection) + _body_faults(centre, connection)
            faults += _signature_faults(centre, connection) + blob_faults(centre, connection, files)
            if not chain:
                faults += Evidence(connection, centre.council_id).faults()
            faults += _digest_faults(centre, connection)
            for table in _COUNTED:
                rows = select(func.count()).select_from(table).where(table.c.council_id == centre.council_id)
                counts[table.name] = connection.execute(rows).scalar_one()
    return {"ok": not faults, "faults": faults, "counts": counts, "weaknesses": centre.database.weaknesses()}


def verify_audit(centre: Centre) -> list[str]:
    """List what is wrong with the audit chain; an empty list means it stands."""
    kept = read_kept_head(centre.settings.ledger_head_path)
    head = None
    with centre.database.read() as connection:
        if kept is not None and kept.council_id == centre.council_id:
            head = ChainHead(kept.audit_no, kept.audit_hash)
        return verify_chain(connection, centre.council_id, head)


def _line_faults(centre: Centre, connection: Connection) -> list[str]:
    """Every head is a version of its record with the same seq, and no number lies above the line's end."""
    faults = []
    heads = select(record_table.c.record_id, record_table.c.head_seq, version.c.seq, version.c.record_id.label("of"))
    joined = heads.join_from(
        record_table,
        version,
        and_(version.c.council_id == record_table.c.council_id, version.c.version_id == record_table.c.head_version_id),
        isouter=True,
    )
    for row in connection.execute(joined.where(record_table.c.council_id == centre.council_id)):
        if row.seq != row.head_seq or row.of != row.record_id:
            faults.append(f"record {row.record_id}: its head is not one of its versions")
    numbers = select(func.max(version.c.seq), func.count()).where(version.c.council_id == centre.council_id)
    last, count = connection.execute(numbers).one()
    end = connection.execute(select(council.c.seq).where(council.c.council_id == centre.council_id)).scalar_one()
    if (last or 0) > end or count != end:
        faults.append(f"the line ends at {end} and holds {count} versions up to {last or 0}")
    return faults


def _digest_faults(centre: Centre, connection: Connection) -> list[str]:
    """What laptops compare themselves with is what the heads add up to."""
    differing = count_digests(centre, connection).items() ^ kept_digests(centre, connection).items()
    return [
        f"scope {scope_id}: its digest is not that of its heads"
        for scope_id in sorted({key[0] for key, _ in differing})
    ]


def _body_faults(centre: Centre, connection: Connection) -> list[str]:
    """Every version is byte for byte what was signed, and the columns that decide who may read it say the same."""
    rows = connection.execute(select(version).where(version.c.council_id == centre.council_id))
    faults = [f"version {row.version_id}: it is not as it was signed" for row in rows if not _is_as_signed(row)]
    heads = select(record_table, version.c.envelope).join_from(
        record_table,
        version,
        and_(version.c.council_id == record_table.c.council_id, version.c.version_id == record_table.c.head_version_id),
    )
    for row in connection.execute(heads.where(record_table.c.council_id == centre.council_id)):
        try:
            head = msgspec.json.decode(row.envelope, type=Version)
        except msgspec.MsgspecError:
            continue  # told above
        if any(getattr(row, name) != getattr(head, name) for name in _TOLD_BY_HEAD):
            faults.append(f"record {row.record_id}: it does not say what its head says")
    return faults


def _is_as_signed(row: Any) -> bool:
    try:
        whole = msgspec.json.decode(join_version(row.envelope, row.body), type=Version)
    except (msgspec.MsgspecError, ValueError):
        return False
    columns = all(getattr(row, name) == getattr(whole, name) for name in _TOLD_BY_VERSION)
    return columns and envelope_hash(whole) == row.envelope_hash and whole.has_sound_body()


def _signature_faults(centre: Centre, connection: Connection) -> list[str]:
    """Every batch's signature holds over its list of hashes, and every version is in the list it came with."""
    faults, lists = [], {}
    rows = select(batch.c.batch_id, batch.c.signature, batch.c.envelope_hashes, device.c.public_key).join_from(
        batch, device, and_(device.c.council_id == batch.c.council_id, device.c.device_id == batch.c.device_id)
    )
    for row in connection.execute(rows.where(batch.c.council_id == centre.council_id)):
        digest = digest_of_hashes(row.envelope_hashes.split("\n"))
        if not is_signed(row.public_key, row.signature, digest):
            faults.append(f"batch {row.batch_id}: its signature does not hold")
        lists[row.batch_id] = frozenset(row.envelope_hashes.split("\n"))
    kept = select(version.c.version_id, version.c.batch_id, version.c.envelope_hash)
    for one in connection.execute(kept.where(version.c.council_id == centre.council_id)):
        if one.envelope_hash not in lists.get(one.batch_id, frozenset()):
            faults.append(f"version {one.version_id}: no signature covers it")
    return faults
