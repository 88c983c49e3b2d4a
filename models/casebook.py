"""The one door to local data: plain values in and out, one writer, and one broadcast of what changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec

import models.records  # noqa: F401 - every type must be known before a record is read
from models.attachments.box import Attachments
from models.attachments.carriage import Carriage
from models.attachments.sealed import SealedFiles
from models.campaign import Campaign
from models.changes import Changes
from models.clock import Clock, to_stamp
from models.entry import SAVED, Draft, Edit, Entry, Hit, Kept, LeavingChild, Notice, Saved, Waiting
from models.errors import NotAllowed, NotJoined, StoreDamaged, Trouble
from models.exchange import Exchange
from models.held import HeldItem
from models.identity import Directory, Identity, Worker
from models.ids import Ids
from models.language import Suggestion, suggestions
from models.law.response_policy import ResponsePolicy
from models.leasing import Leasing
from models.query import CHANGED, TITLE, Query
from models.record import declaration_of
from models.status import Round
from models.store import (
    acts,
    agreement,
    answers,
    backup,
    looking,
    meta,
    migrate,
    records,
    refresh,
    salvage,
    search,
    versions,
)
from models.store.desk import Act, Desk
from models.store.engine import DAMAGE_MET, Cipher, SqlCipher, Store, as_trouble
from models.store.handing_over import left_behind_in
from models.store.withdrawn import leaving_children
from models.version import OpenChoice, Version

REST = timedelta(seconds=120)
"""A record at rest this long has its version cut."""


class Casebook:
    """Everything a worker holds on this laptop.

    Reads are quick and may be made from any thread, the main one too. Writes return at once with a future that is
    done when the commit stands, and fails with Trouble when it cannot; listeners hear of each commit just after.
    """

    def __init__(self, desk: Desk, backups: Path, files: SealedFiles) -> None:
        self._desk, self._backups = desk, backups
        self.lease = Leasing(desk)
        self.exchange = Exchange(desk, self.lease)
        self.attachments, self.carriage = Attachments(desk, files), Carriage(desk, files)
        self._known: tuple[Directory, Mapping[str, str]] | None = None
        self._grants_told = 0
        desk.listen(self._forget_directory)

    # ---- opening and closing ----

    @classmethod
    def open(
        cls,
        folder: Path,
        key: bytes,
        *,
        identity: Identity | None = None,
        clock: Clock | None = None,
        ids: Ids | None = None,
        cipher: Cipher | None = None,
    ) -> Casebook:
        """Open the casebook of a vault's folder. ``identity`` is written on first opening and read ever after.

        Raises NewerVault, StoreDamaged, or NotJoined when there is no identity yet; the file is then unchanged.
        """
        cipher = cipher or SqlCipher(key)
        path, backups = folder / "vault.db", folder / "backups"
        try:
            migrate.prepare(cipher, path, backups, may_create=identity is not None)
            store = Store(cipher, path)
        except Exception as error:
            trouble = as_trouble(error)
            if trouble is None or trouble is error:
                raise
            raise trouble from error
        try:
            known = _identity(store, identity)
            refresh.bring_up(store)
        except BaseException:
            store.close()
            raise
        files = SealedFiles(folder / "blobs", key)
        return cls(Desk(store, known, clock or Clock(), ids or Ids()), backups, files)

    @staticmethod
    def repair(folder: Path, key: bytes, cipher: Cipher | None = None, *, above_epoch: int = 0) -> Path:
        """Put the newest sound backup in place of a damaged vault, in a new device epoch. Returns the copy used.

        The new epoch is above the copy's and above ``above_epoch``, the highest known outside the vault, so that
        a second repair from the same copy never gives out an op number twice. The damaged file is kept aside, and
        unsent work that still reads in it is brought over.
        Raises Trouble, with nothing changed, when there is no sound copy.
        """
        cipher = cipher or SqlCipher(key)
        before = set(folder.glob("damaged-*.db"))
        copy = backup.restore_newest(cipher, folder / "vault.db", folder / "backups")
        store = Store(cipher, folder / "vault.db")
        try:
            known = _identity(store, None)
            epoch = max(known.device_epoch, above_epoch) + 1
            newer = msgspec.json.encode(msgspec.structs.replace(known, device_epoch=epoch))
            store.write(lambda connection: meta.put(connection, "identity", newer)).result()
            for aside in set(folder.glob("damaged-*.db")) - before:
                # Work newer than the copy. What cannot be brought over stays in the file kept aside.
                with suppress(Exception):
                    store.write(lambda connection, aside=aside: salvage.bring_over(cipher, aside, connection)).result()  # type: ignore[misc]
        finally:
            store.close()
        with suppress(Trouble):
            backup.back_up(cipher, folder / "vault.db", folder / "backups", "repaired")
        return copy

    @staticmethod
    def was_damage_met(folder: Path) -> bool:
        """Say whether damage was met while the vault was open last: opening alone need not come by the same page."""
        return (folder / DAMAGE_MET).exists()

    @staticmethod
    def forget_damage(folder: Path) -> None:
        """The vault has been looked at whole, or repaired."""
        with suppress(OSError):
            (folder / DAMAGE_MET).unlink(missing_ok=True)

    @staticmethod
    def is_sound(folder: Path, key: bytes) -> bool:
        """Read every page of the vault without changing a byte. Ask before `repair`: a file that only could not be

        opened for a moment (read-only, no memory) holds newer work than any copy.
        """
        path = folder / "vault.db"
        try:
            with closing(SqlCipher(key).open(path, is_read_only=True)) as connection:
                return path.stat().st_size > 0 and backup.is_sound(connection)
        except Exception:  # noqa: BLE001 - damage shows as DatabaseError, OperationalError or MemoryError, by build
            return False

    def begin_epoch_above(self, epoch: int, op_no: int) -> bool:
        """Begin a new device epoch when this file has not yet come as far as ``op_no`` of ``epoch``, kept outside it.

        It is then an older copy, and would give some numbers out twice. Returns whether it was so. Raises Trouble.
        """

        def act(it: Act) -> bool:
            known = self._desk.identity
            if (epoch, op_no) <= (known.device_epoch, versions.last_op_no(it.connection)):
                return False
            newer = msgspec.structs.replace(known, device_epoch=epoch + 1)
            meta.put(it.connection, "identity", msgspec.json.encode(newer))
            agreement.note_put_back(it.connection, is_so=True)
            self._desk.identity = newer
            return True

        return self._desk.write(act).result()

    def close(self) -> None:
        """Cut what is being written, then close the file."""
        try:
            with suppress(Trouble):
                self.cut_all().result()
        finally:
            self._desk.store.close()

    def close_and_look(self) -> int:
        """Close the file, and only then, when nothing can be written any more, count what the council does not have.

        Raises Trouble where the file cannot be read again.
        """
        store = self._desk.store
        self.close()
        try:
            with closing(store.cipher.open(store.path, is_read_only=True)) as bare:
                return left_behind_in(bare)
        except Exception as error:
            raise as_trouble(error) or error from error

    # ---- telling ----

    def listen(self, listener: Callable[[Changes], None]) -> Callable[[], None]:
        """Hear of every commit, on the writing thread. Returns a function that stops it."""
        return self._desk.listen(listener)

    def on_cut(self, tell: Callable[[int], None]) -> None:
        """Have ``tell`` called with the highest op number used, after each cut; to be kept outside the vault."""
        self._desk.on_cut = tell

    # ---- who ----

    @property
    def me(self) -> Identity:
        """The worker and the laptop."""
        return self._desk.identity

    @property
    def clock(self) -> Clock:
        """The one clock."""
        return self._desk.clock

    @property
    def directory(self) -> Directory:
        """Colleagues and assignments, as the server last told them."""
        return self._who()[0]

    def _who(self) -> tuple[Directory, Mapping[str, str]]:
        known, asked_at = self._known, self._grants_told
        if known is None:
            known = self._desk.read(lambda connection: (meta.directory(connection), meta.scopes(connection)))
            if asked_at == self._grants_told:  # or it is already old news
                self._known = known
        return known

    @property
    def scopes(self) -> Mapping[str, str]:
        """Granted scopes and this worker's role in each."""
        return self._who()[1]

    def worker(self, worker_id: str) -> Worker | None:
        """A colleague, or this worker; None for one the server never named."""
        if worker_id == self.me.worker.worker_id:
            return self.me.worker
        return next((worker for worker in self.directory.workers if worker.worker_id == worker_id), None)

    def worker_name(self, worker_id: str) -> str:
        """A colleague's name for the screen."""
        worker = self.worker(worker_id)
        return worker.display_name if worker else "A colleague"

    # ---- reading ----

    def entry(self, record_id: str) -> Entry | None:
        """One record, deleted or not; None when this laptop does not hold it."""
        return self._desk.read(lambda one: records.entry(one, record_id, is_closed=self.lease.is_closed))

    def select(self, query: Query) -> list[Entry]:
        """The records a query asks for."""
        return self._desk.read(records.select, query, self.lease.is_closed)

    def count(self, query: Query) -> int:
        """How many records a query asks for, whatever its limit."""
        return self._desk.read(records.count, query, self.lease.is_closed)

    def scopes_with(self, query: Query, scope_ids: Sequence[str]) -> frozenset[str]:
        """Those of some children of whom there is any record a query asks for."""
        return self._desk.read(records.scopes_with, query, scope_ids, self.lease.is_closed)

    def children(self) -> list[Entry]:
        """The children assigned to this worker, by the name they chose."""
        return self.select(Query(types=("child",), order=TITLE, limit=2000))

    def names(self) -> list[str]:
        """What the children assigned to this worker are called, in no order: to tell initials apart."""
        return self._desk.read(records.titles, Query(types=("child",), limit=2000), self.lease.is_closed)

    def leaving_children(self) -> list[LeavingChild]:
        """Children no longer assigned to this worker, until what was kept of them here has gone."""
        return self._desk.read(leaving_children)

    def child(self, scope_id: str) -> Entry | None:
        """The child of a scope."""
        return self.one("child", scope_id)

    def one(self, type_name: str, scope_id: str) -> Entry | None:
        """The current record of a type of which a child has one; the newest where two laptops began one each."""
        found = self.select(Query(types=(type_name,), scope_id=scope_id, order=CHANGED, limit=1))
        return found[0] if found else None

    def find(self, typed: str, limit: int = 30) -> list[Hit]:
        """Search everything on this laptop. Only this worker's records are here, so nothing else can be found."""
        found = self._desk.read(looking.find, typed, limit)
        entries = [(self.entry(record_id), snippet) for record_id, snippet in found]
        is_closed = self.lease.is_closed
        return [
            Hit(entry, *looking.spans_of("" if is_closed and entry.state != SAVED else snippet))
            for entry, snippet in entries
            if entry is not None
        ]

    def history(self, record_id: str) -> list[Version]:
        """The versions of a record kept on this laptop, oldest first; what must be hidden has none."""
        return [one.version for one in self.kept(record_id)]

    def kept(self, record_id: str) -> list[Kept]:
        """The same, with how each version stands with the server; what must be hidden has none."""
        return self._desk.read(versions.kept, record_id) if self.entry(record_id) is not None else []

    def waiting(self) -> list[Waiting]:
        """What is saved here and not yet sent, newest first."""
        return self._desk.read(records.waiting)

    def waiting_count(self) -> int:
        """How many records are saved here and not yet sent."""
        return self._desk.read(records.waiting_count)

    def held(self) -> list[HeldItem]:
        """What the server keeps apart of this worker's writing, newest first."""
        return self._desk.read(records.held)

    def held_count(self) -> int:
        """How many records the server keeps something of apart."""
        return self._desk.read(records.held_count)

    def notices(self) -> list[Notice]:
        """What a person should look at, newest first."""
        return self._desk.read(acts.notices)

    def rounds(self) -> list[Round]:
        """The last sync rounds that moved something, newest first."""
        return self._desk.read(meta.rounds)

    def remembered(self, name: str) -> str:
        """A small value kept in the vault, such as the page to come back to; "" when there is none."""
        return (self._desk.read(meta.get, f"kept:{name}") or b"").decode()

    def why_not_editable(self, entry: Entry) -> str:
        """Why this worker cannot change a record now, in a sentence; "" when they can."""
        standing = self._desk.read(versions.standing, entry.record_id)
        try:
            if standing is not None:
                records.check_editable(self._desk.pen, standing)
        except NotAllowed as error:
            return error.title
        return ""

    # ---- writing ----

    def new_draft(self, type_name: str, scope_id: str, **more: Any) -> Draft:
        """A record to be. It exists from its first save on."""
        declaration = declaration_of(type_name)
        if declaration is None:
            raise ValueError(f"no record type {type_name}")
        return Draft(self._desk.ids.new(), type_name, scope_id, **{"audience": declaration.audience, **more})

    def save(self, draft: Draft, edits: Mapping[str, Edit], asked_by: str = "") -> Future[Saved]:
        """Save what a form changed: working body, columns and search words in one commit.

        The future raises NotAllowed, or Trouble for text too long or a full disk; nothing saved before is lost.
        """
        return self._desk.write(lambda act: acts.save(act, draft, edits), asked_by)

    def cut(self, record_id: str, asked_by: str = "") -> Future[Version | None]:
        """Cut a record's version, as on leaving its page."""
        return self._desk.write(lambda act: acts.cut(act, record_id), asked_by)

    def cut_all(self) -> Future[list[Version]]:
        """Cut everything being written, as at lock and close."""
        return self._desk.write(acts.cut_rested)

    def cut_rested(self) -> Future[list[Version]]:
        """Cut what has rested for two minutes."""
        rested_before = to_stamp(self.clock.now() - REST)
        return self._desk.write(lambda act: acts.cut_rested(act, rested_before))

    def finish(self, record_id: str, asked_by: str = "") -> Future[Entry]:
        """Finish a record: after that only addenda. Trouble when something is missing or two texts stand open."""
        return self._desk.write(lambda act: acts.finish(act, record_id), asked_by)

    def delete(self, record_id: str, asked_by: str = "") -> Future[Entry]:
        """Delete a record; it can be brought back. A concurrent edit elsewhere wins over it."""
        return self._desk.write(lambda act: acts.change(act, record_id, "delete", is_deleted=True), asked_by)

    def bring_back(self, record_id: str, asked_by: str = "") -> Future[Entry]:
        """Undo a delete."""
        return self._desk.write(lambda act: acts.change(act, record_id, "bring_back", is_deleted=False), asked_by)

    def restore(self, record_id: str, version_id: str, asked_by: str = "", *, over: str = "") -> Future[Entry]:
        """Let a record say again what one of its versions said, as a new version; nothing is removed.

        ``over`` is the version it must stand on, so that nobody writes over what they have not seen. The future
        raises NotAllowed where this worker may not change the record, Trouble where that version cannot be used.
        """
        return self._desk.write(lambda act: acts.restore(act, record_id, version_id, over), asked_by)

    def set_audience(
        self, record_id: str, audience: str, keep_from: tuple[str, ...], asked_by: str = ""
    ) -> Future[Entry]:
        """Say who may read a record, and from whom it is kept in documents and disclosure."""
        changes = {"audience": audience, "keep_from": tuple(sorted(keep_from))}
        return self._desk.write(lambda act: acts.change(act, record_id, "audience", **changes), asked_by)

    def choose(self, record_id: str, choice: OpenChoice, text: Any, asked_by: str = "") -> Future[Entry]:
        """Settle an open choice: ``text`` becomes the field's value, and the choosing is itself a version."""
        return self._desk.write(lambda act: acts.choose(act, record_id, choice, text), asked_by)

    def choose_back(
        self, record_id: str, choice: OpenChoice, stood: Any, chosen: Any, asked_by: str = ""
    ) -> Future[Entry]:
        """Undo ``choose``: ``stood`` is the field's value again and the choice is open. Trouble if it changed since."""
        return self._desk.write(lambda act: acts.choose_back(act, record_id, choice, stood, chosen), asked_by)

    def put_away(self, notice_id: int) -> Future[None]:
        """Put a notice away. What it spoke of stays as it is."""
        return self._desk.write(lambda act: acts.put_away(act, notice_id))

    def remember(self, name: str, value: str) -> Future[None]:
        """Keep a small value in the vault."""
        return self._desk.write(lambda act: meta.put(act.connection, f"kept:{name}", value.encode()))

    def advice(self) -> tuple[Suggestion, ...]:
        """What to say instead of some words: the council's list, or Heard's own where it has none."""
        councils = self._desk.read(meta.advice)
        return suggestions() if councils is None else councils

    def response_policy(self) -> ResponsePolicy:
        """By when a child is to have an answer: the council's days, or Heard's own where it has set none."""
        return self._desk.read(meta.policy)

    def open_campaigns(self) -> list[Campaign]:
        """Sets of anonymous questions that may be answered today."""
        today = self.clock.today()
        return [one for one in self._desk.read(answers.campaigns) if one.is_open(today)]

    def drop(self, campaign_id: str, said: Mapping[str, str]) -> Future[None]:
        """Let an anonymous answer go, by question: it leaves by itself in some hours, joined to nobody and nothing.

        No view hears of it and nothing is written down of it but the answer. The future raises Trouble for questions
        that are closed, or for too long an answer.
        """
        return self._desk.write(lambda act: answers.give(act, campaign_id, said))

    def index_some(self, limit: int = search.PORTION) -> Future[int]:
        """Index some of what a pull brought; 0 when none waits. Call it while idle."""
        return self._desk.write(lambda act: search.index_some(act.connection, limit), is_bulk=True)

    def back_up(self, why: str = "daily") -> Path:
        """Write and check an encrypted copy, beside saving and searching. Raises Trouble when it cannot."""
        store = self._desk.store
        try:
            return backup.back_up(store.cipher, store.path, self._backups, why, self.clock.now())
        except StoreDamaged:
            store.note_damage()
            raise

    def _forget_directory(self, changes: Changes) -> None:
        if changes.is_directory:
            self._grants_told += 1
            self._known = None


def _identity(store: Store, first: Identity | None) -> Identity:
    with store.reading() as connection:
        known = meta.identity(connection)
    if known is not None:
        return known
    if first is None:
        raise NotJoined("This laptop has not joined a council yet", "Nothing is lost.", "Join it with your code.")
    data = msgspec.json.encode(first)
    store.write(lambda connection: meta.put(connection, "identity", data)).result()
    return first
