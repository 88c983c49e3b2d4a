"""Brings a council's files in: good rows land, bad ones are told, no worker is overwritten."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, and_, bindparam, insert, select, update

import models.records  # noqa: F401 - declares every record type
from models.errors import Trouble
from models.record import declaration_of
from models.version import Body, Version, encode_body
from sync.server.audit import Entry
from sync.server.caseload import Caseload, Said, read_caseload
from sync.server.cells import KNOWN
from sync.server.centre import Centre
from sync.server.council_pen import CouncilPen, own_key
from sync.server.database import tried_again
from sync.server.founding import insert_worker
from sync.server.grants import CHILD, assign, find_scope, open_scope, raise_grant_counters
from sync.server.outgoing import join_version
from sync.server.sheets import ROW_LEFT_OUT, Problem, read_sheet
from sync.server.tables import assignment, erasure, imported, version, worker
from sync.server.tables import record as record_table
from sync.server.turns import lock_scopes
from sync.server.wanted import Wanted, wanted_records

MAX_FILE_BYTES = 50 * 1024 * 1024
KEPT = "What the worker wrote was kept."


@dataclass
class Report:
    """What an import did. ``counts`` by what (child, worker, assignment, involvement, home) and new, changed, same."""

    counts: dict[str, Counter[str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def count(self, what: str, outcome: str) -> None:
        self.counts.setdefault(what, Counter())[outcome] += 1

    @property
    def has_losses(self) -> bool:
        """Whether any row or value was left out."""
        return any(problem.is_loss for problem in self.problems)


@dataclass(frozen=True)
class _Held:
    """A record as the council holds it: its head, and what the last import said of it."""

    head: Version
    imported: Body | None


def import_files(centre: Centre, paths: Iterable[Path]) -> Report:
    """Import files; each is known by its headings. Raises Trouble if one cannot be opened, and imports none then."""
    return import_data(centre, [(path.name, _read_file(path)) for path in paths])


def _read_file(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise Trouble(f"{path.name} is larger than 50 MB.", "Nothing was imported.", "Is it the right file?")
        return path.read_bytes()
    except OSError as error:
        raise Trouble(f"{path.name} cannot be opened.", "Nothing was imported.", error.strerror or "") from error


@tried_again
def import_data(centre: Centre, files: Sequence[tuple[str, bytes]]) -> Report:
    """Import files by name and content, in one transaction."""
    caseload = read_caseload([read_sheet(name, data, KNOWN) for name, data in files], centre.clock.today())
    key = own_key(centre)
    with centre.database.write() as connection:
        return _Import(centre, connection, key, caseload).run(len(files))


class _Import:
    """One import, inside its transaction."""

    def __init__(self, centre: Centre, connection: Connection, key: Ed25519PrivateKey, caseload: Caseload) -> None:
        self._centre = centre
        self._connection = connection
        self._caseload = caseload
        self._report = Report(problems=list(caseload.problems))
        self._pen = CouncilPen(centre, connection, key)
        self._entries: list[Entry] = []
        self._scopes: dict[str, str] = {}
        self._versions: list[Version] = []
        self._said_new: dict[str, Body] = {}
        self._said_again: dict[str, Body] = {}

    def run(self, files: int) -> Report:
        for code in self._caseload.children:
            scope_id, entry = open_scope(self._centre, self._connection, CHILD, code)
            self._scopes[code] = scope_id
            self._entries += [entry] if entry else []
        lock_scopes(self._connection, self._centre.council_id, self._scopes.values())
        self._take_colleagues()
        self._take_records()
        self._take_postings()
        self._pen.append(self._versions)
        self._remember_what_was_said()
        detail = {"files": files, "versions": len(self._versions), "problems": len(self._report.problems)}
        self._entries.append(Entry("import", self._pen.sender.worker_id, self._pen.sender.device_id, detail))
        self._centre.ledger.close(self._connection, self._centre.clock.stamp(), self._entries)
        self._report.problems.sort(key=lambda problem: (problem.file, problem.line))
        return self._report

    def _problem(self, said: Said, reason: str, done: str, *, is_loss: bool = True) -> None:
        self._report.problems.append(said.row.problem(said.column, reason, done, is_loss=is_loss))

    # -- records

    def _take_records(self) -> None:
        wanted = wanted_records(self._caseload)
        places = [(one, scope_id) for one in wanted if (scope_id := self._place(one)) is not None]
        held = self._find_held({record_id_of(scope_id, one.key) for one, scope_id in places})
        erased = self._find_erased()
        for one, scope_id in places:
            if record_id_of(scope_id, one.key) in erased:
                self._report.problems.append(one.row.problem("", "This was erased by law.", "It was not brought back."))
                continue
            before = held.get(record_id_of(scope_id, one.key))
            made = self._new(one, scope_id) if before is None else self._changed(one, before)
            outcome = "same" if made is None else "new" if before is None else "changed"
            self._report.count(one.type, outcome)
            if made is not None:
                self._versions.append(made)

    def _find_erased(self) -> set[str]:
        rows = select(erasure.c.record_id).where(
            erasure.c.council_id == self._centre.council_id, erasure.c.agreed_at.is_not(None)
        )
        return set(self._connection.execute(rows).scalars())

    def _place(self, one: Wanted) -> str | None:
        """Return the scope of a wanted record's child; tell of one that no file and no earlier import describes."""
        if one.code not in self._scopes:
            found = find_scope(self._centre, self._connection, one.code)
            if found is None:
                if one.type == "involvement":
                    reason = "No child with this number is in the header or at the council."
                    self._report.problems.append(one.row.problem("child", reason, ROW_LEFT_OUT))
                return None
            lock_scopes(self._connection, self._centre.council_id, [found])
            self._scopes[one.code] = found
        return self._scopes[one.code]

    def _find_held(self, record_ids: set[str]) -> dict[str, _Held]:
        """Read the heads of these records, and what earlier imports put into each."""
        of_head = and_(
            version.c.council_id == record_table.c.council_id, version.c.version_id == record_table.c.head_version_id
        )
        of_import = and_(
            imported.c.council_id == record_table.c.council_id, imported.c.record_id == record_table.c.record_id
        )
        query = (
            select(record_table.c.record_id, version.c.envelope, version.c.body, imported.c.fields)
            .join_from(record_table, version, of_head)
            .outerjoin(imported, of_import)
            .where(record_table.c.council_id == self._centre.council_id)
        )
        held: dict[str, _Held] = {}
        ordered = sorted(record_ids)
        for start in range(0, len(ordered), 500):
            some = ordered[start : start + 500]
            for row in self._connection.execute(query.where(record_table.c.record_id.in_(some))):
                head = msgspec.json.decode(join_version(row.envelope, row.body), type=Version)
                said = msgspec.json.decode(row.fields, type=dict[str, Any]) if row.fields is not None else None
                held[row.record_id] = _Held(head, said)
        return held

    def _new(self, one: Wanted, scope_id: str) -> Version:
        declaration = declaration_of(one.type)
        assert declaration is not None
        body = {name: said.value for name, said in one.fields.items()}
        record_id = record_id_of(scope_id, one.key)
        self._said_new[record_id] = body
        return self._pen.begin(declaration, body, record_id=record_id, scope_id=scope_id)

    def _changed(self, one: Wanted, before: _Held) -> Version | None:
        """Return a version with what changed in the files since the last import, where nobody wrote since."""
        head = before.head
        now, had = head.read_body(), before.imported or {}
        changes: dict[str, Any] = {}
        agreed: dict[str, Any] = {}
        open_fields = {choice.field for choice in head.open_choices}
        for name, said in one.fields.items():
            if said.value == had.get(name):
                continue
            if said.value == now.get(name):
                agreed[name] = said.value
                continue
            if head.is_deleted or head.is_erased:
                self._problem(said, "A worker has taken this out of Heard since.", "It was not brought back.")
                return None
            if head.is_finished:
                self._problem(said, "This was finished in Heard and can no longer change.", KEPT)
                return None
            if now.get(name) != had.get(name) or name in open_fields:
                self._problem(said, "A worker has written something else here since the last import.", KEPT)
                continue
            changes[name] = said.value
        if changes or agreed:
            put = self._said_new if before.imported is None else self._said_again
            put[head.record_id] = {**had, **agreed, **changes}
        if not changes:
            return None
        kept = ("record_id", "scope_id", "type", "policy_class", "schema", "audience", "keep_from", "about")
        fields = {name: getattr(head, name) for name in (*kept, "open_choices")}
        return self._pen.cut({**now, **changes}, parents=(head.version_id,), **fields)

    def _remember_what_was_said(self) -> None:
        council_id = self._centre.council_id
        new = [
            {"council_id": council_id, "record_id": record_id, "fields": _as_text(said)}
            for record_id, said in self._said_new.items()
        ]
        again = [{"this": record_id, "said": _as_text(said)} for record_id, said in self._said_again.items()]
        if new:
            self._connection.execute(insert(imported), new)
        if again:
            mine = (imported.c.council_id == council_id, imported.c.record_id == bindparam("this"))
            self._connection.execute(update(imported).where(*mine).values(fields=bindparam("said")), again)

    # -- workers and assignments

    def _take_colleagues(self) -> None:
        columns = (worker.c.worker_id, worker.c.display_name, worker.c.job_title, worker.c.team, worker.c.is_server)
        for one in self._caseload.colleagues.values():
            mine = (worker.c.council_id == self._centre.council_id, worker.c.sign_in_name == one.sign_in_name)
            found = self._connection.execute(select(*columns).where(*mine)).one_or_none()
            if found is None:
                names = (one.sign_in_name, one.name, one.job_title, one.team)
                worker_id, now = self._centre.ids.new(), self._centre.clock.stamp()
                insert_worker(self._connection, self._centre.council_id, worker_id, names, now)
                self._entries.append(Entry("worker_add", detail={"worker": worker_id}))
                self._report.count("worker", "new")
                continue
            if found.is_server:
                reason = "This sign-in name is the server's own."
                self._report.problems.append(one.row.problem("sign_in_name", reason, ROW_LEFT_OUT))
                continue
            said = {"display_name": one.name, "job_title": one.job_title, "team": one.team}
            changes = {name: text for name, text in said.items() if text and text != getattr(found, name)}
            self._report.count("worker", "changed" if changes else "same")
            if changes:
                self._change_colleague(found.worker_id, changes)

    def _change_colleague(self, worker_id: str, changes: Mapping[str, str]) -> None:
        mine = worker.c.council_id == self._centre.council_id
        self._connection.execute(update(worker).where(mine, worker.c.worker_id == worker_id).values(dict(changes)))
        held = select(assignment.c.scope_id).where(
            assignment.c.council_id == self._centre.council_id,
            assignment.c.worker_id == worker_id,
            assignment.c.to_at.is_(None),
        )
        for scope_id in self._connection.execute(held).scalars().all():
            raise_grant_counters(self._centre, self._connection, scope_id, [worker_id])
        self._entries.append(Entry("worker_change", detail={"worker": worker_id, "fields": sorted(changes)}))

    def _take_postings(self) -> None:
        query = select(worker.c.worker_id).where(
            worker.c.council_id == self._centre.council_id, worker.c.is_server.is_(False), worker.c.left_at.is_(None)
        )
        for one in self._caseload.postings.values():
            named = query.where(worker.c.sign_in_name == one.sign_in_name)
            worker_id = self._connection.execute(named).scalar_one_or_none()
            scope_id = self._scopes.get(one.code) or find_scope(self._centre, self._connection, one.code)
            if worker_id is None or scope_id is None:
                column, who = ("sign_in_name", "worker") if worker_id is None else ("child_code", "child")
                reason = f"No {who} of this name is in the files or at the council."
                self._report.problems.append(one.row.problem(column, reason, ROW_LEFT_OUT))
                continue
            entry = assign(self._centre, self._connection, worker_id, scope_id, one.role, is_lead=one.is_lead)
            self._report.count("assignment", "same" if entry is None else "new")
            self._entries += [entry] if entry else []


def _as_text(said: Body) -> str:
    return encode_body(said).decode()


def record_id_of(scope_id: str, key: str) -> str:
    """Return the id of an imported record: the same scope and key give the same id on every import."""
    return str(uuid5(UUID(scope_id), key))
