"""Laptops and a council's server in one process: the shipped casebook, engine, codec and hub over a line that fails."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from models.attachments.carriage import BlobRow
from models.casebook import Casebook
from models.clock import Clock
from models.entry import Draft, Edit, Entry, Saved
from models.identity import Identity
from models.ids import Ids
from models.status import Progress
from models.version import OpenChoice
from sync.client.blobs import Carried, Carrier
from sync.client.engine import Engine, Outcome
from sync.client.http import Offline, Refused
from sync.codec import BadMessage, pack, unpack
from sync.server.administration import Administration
from sync.server.auth import TOKEN_WORDS
from sync.server.centre import Centre
from sync.server.founding import found_council
from sync.server.hub import Hub
from sync.server.refusal import Refusal
from sync.server.settings import PasswordCost, Settings
from sync.wire import (
    AgreeReply,
    AgreeRequest,
    AgreeScopeReply,
    AgreeScopeRequest,
    BlobOffer,
    BlobState,
    ClosingReply,
    EnrolRequest,
    HistoryReply,
    Message,
    ProofReply,
    ProofRequest,
    PulledRow,
    PullPage,
    PullRequest,
    PushReply,
    PushRequest,
    ReceiptReply,
    ReceiptRequest,
    RemainsReply,
    RemainsRequest,
    SegmentsReply,
    SegmentsRequest,
    TokenRequest,
)
from tests.verify import Ledger, verify

FAST = PasswordCost(memory_kib=8, passes=1)
PASSWORD = "a long enough password"
ADDRESS = "127.0.0.1"
M = TypeVar("M", bound=Message)


def tokens_of(value: Any) -> set[str]:
    """The words of a text that only one person ever typed: they hold a tilde."""
    return {word for word in value.split() if "~" in word} if isinstance(value, str) else set()


class Killed(BaseException):
    """The laptop's process is gone at this line."""


DELIVER, LOSE_REQUEST, LOSE_REPLY, TWICE, CUT_REPLY, KILL_BEFORE, KILL_AFTER, SERVER_DIES = (
    "deliver", "lose request", "lose reply", "twice", "cut reply", "kill before", "kill after", "server dies",
)  # fmt: skip
FAULTS = (LOSE_REQUEST, LOSE_REPLY, TWICE, CUT_REPLY, KILL_BEFORE, KILL_AFTER, SERVER_DIES)


@dataclass
class Network:
    """What becomes of each message. ``choose`` is asked for every one; bytes are what really travels."""

    choose: Callable[[str], str] = lambda _route: DELIVER
    chance: random.Random = field(default_factory=lambda: random.Random(0))
    fired: dict[str, int] = field(default_factory=dict)
    asked: list[tuple[str, int]] = field(default_factory=list)
    """Every request that left: its route and how many bytes it had."""
    came: list[tuple[str, int]] = field(default_factory=list)
    """Every part of a file that came, whole or cut, and how many bytes of it."""
    answered: list[tuple[str, int]] = field(default_factory=list)
    """Every answer that came, as far as it came."""
    was_cut: bool = False
    """Whether the last answer came only in part."""


@dataclass
class Wire:
    """One laptop's line to the hub: an engine's Line that carries packed bytes and loses some of them."""

    hub: Hub
    network: Network
    tokens: dict[str, str] = field(default_factory=dict)

    def pull(self, identity: Identity, request: PullRequest) -> PullPage:
        message = pack(request, level=1)
        return self._signed_in(identity, "pull", message, PullPage, lambda token: self._pull(token, message))

    def push(self, identity: Identity, request: PushRequest) -> PushReply:
        message = pack(request)
        return self._signed_in(identity, "push", message, PushReply, lambda token: self._push(token, message))

    def history(self, identity: Identity, record_id: str) -> HistoryReply:
        rows: list[PulledRow] = []
        while True:
            after = max((row.seq for row in rows), default=0)
            more = self._signed_in(
                identity, "history", b"", HistoryReply,
                lambda token, after=after: self.hub.history(token, record_id, after),  # type: ignore[misc]
            )  # fmt: skip
            if not more.versions:
                return HistoryReply(versions=tuple(rows))
            rows += more.versions

    def proof(self, identity: Identity, request: ProofRequest) -> ProofReply:
        message = pack(request)
        return self._signed_in(
            identity, "proof", message, ProofReply, lambda token: self.hub.proof(token, unpack(ProofRequest, message))
        )

    def receipt(self, identity: Identity, request: ReceiptRequest) -> ReceiptReply:
        message = pack(request)
        return self._signed_in(
            identity, "receipt", message, ReceiptReply,
            lambda token: pack(self.hub.receipt(token, unpack(ReceiptRequest, message))),
        )  # fmt: skip

    def remains(self, identity: Identity, request: RemainsRequest) -> RemainsReply:
        message = pack(request)
        return self._signed_in(
            identity, "remains", message, RemainsReply,
            lambda token: pack(self.hub.remains(token, unpack(RemainsRequest, message))),
        )  # fmt: skip

    def closing(self, identity: Identity) -> ClosingReply:
        return self._signed_in(identity, "closing", b"", ClosingReply, lambda token: pack(self.hub.closing(token)))

    def offer_blob(self, identity: Identity, offer: BlobOffer) -> BlobState:
        message = pack(offer)
        return self._signed_in(
            identity, "blob_offer", message, BlobState,
            lambda token: pack(self.hub.offer_blob(token, unpack(BlobOffer, message))),
        )  # fmt: skip

    def send_part(self, identity: Identity, row: BlobRow, number: int, data: bytes) -> BlobState:
        about = (row.record_id, row.blob_id, number, data, sha256(data).hexdigest())
        return self._signed_in(
            identity, "blob_put", data, BlobState, lambda token: pack(self.hub.take_part(token, *about))
        )

    def blob_state(self, identity: Identity, row: BlobRow) -> BlobState:
        about = (row.record_id, row.blob_id)
        return self._signed_in(
            identity, "blob_state", b"", BlobState, lambda token: pack(self.hub.blob_state(token, *about))
        )

    def fetch_part(self, identity: Identity, row: BlobRow, number: int) -> bytes:
        told: list[str] = []

        def ask(token: str) -> bytes:
            part = self.hub.blob_part(token, row.record_id, row.blob_id, number)
            told.append(part.sha256)
            return part.data

        data = self._asked(identity, "blob_get", 0, ask)
        self.network.came.append(("blob_get", len(data)))
        if sha256(data).hexdigest() != told[-1]:
            raise Offline("half a part")
        return data

    def segments(self, identity: Identity, request: SegmentsRequest) -> SegmentsReply:
        message = pack(request)
        return self._signed_in(
            identity, "segments", message, SegmentsReply,
            lambda token: pack(self.hub.segments(token, unpack(SegmentsRequest, message))),
        )  # fmt: skip

    def segment(self, identity: Identity, segment_ids: Sequence[str], start: int) -> Iterator[bytes]:
        """As over HTTP, what came before the line was cut has come."""
        whole = self._asked(identity, "segment", 0, lambda token: self.hub.segment(token, segment_ids, start))
        if self.network.was_cut:
            yield whole
            raise Offline(CUT_REPLY)
        yield whole

    def agree(self, identity: Identity, request: AgreeRequest) -> AgreeReply:
        message = pack(request, level=1)
        return self._signed_in(
            identity, "agree", message, AgreeReply,
            lambda token: pack(self.hub.agree(token, unpack(AgreeRequest, message))),
        )  # fmt: skip

    def agree_scope(self, identity: Identity, request: AgreeScopeRequest) -> AgreeScopeReply:
        message = pack(request, level=1)
        return self._signed_in(
            identity, "agree_scope", message, AgreeScopeReply,
            lambda token: pack(self.hub.agree_scope(token, unpack(AgreeScopeRequest, message))),
        )  # fmt: skip

    def _pull(self, token: str, message: bytes) -> bytes:
        return self.hub.pull(token, unpack(PullRequest, message))

    def _push(self, token: str, message: bytes) -> bytes:
        return self.hub.push(token, unpack(PushRequest, message), len(message))

    def _signed_in(
        self, identity: Identity, route: str, message: bytes, kind: type[M], ask: Callable[[str], bytes]
    ) -> M:
        try:
            return unpack(kind, self._asked(identity, route, len(message), ask))
        except BadMessage as error:
            raise Offline("half an answer") from error

    def _asked(self, identity: Identity, route: str, size: int, ask: Callable[[str], bytes]) -> bytes:
        if identity.device_id not in self.tokens:
            self.tokens[identity.device_id] = self._sign_in(identity)
        token = self.tokens[identity.device_id]
        self.network.asked.append((route, size))
        try:
            reply = self._carry(route, lambda: ask(token))
        except Refusal as refusal:
            if refusal.status >= 500 or refusal.status == 429:
                raise Offline(refusal.code) from refusal
            raise Refused(refusal.status, refusal.code, refusal.message) from refusal
        self.network.answered.append((route, len(reply)))
        return reply

    def _carry(self, route: str, ask: Callable[[], bytes]) -> bytes:
        fate = self.network.choose(route)
        self.network.was_cut = fate == CUT_REPLY
        if fate != DELIVER:
            self.network.fired[fate] = self.network.fired.get(fate, 0) + 1
        if fate == LOSE_REQUEST:
            raise Offline(fate)
        if fate == KILL_BEFORE:
            raise Killed
        if fate == SERVER_DIES:
            with _dying_at_commit(self.hub.centre):
                try:
                    ask()
                except _Died as error:
                    raise Offline(fate) from error
        if fate == TWICE:
            ask()
        reply = ask()
        if fate == LOSE_REPLY:
            raise Offline(fate)
        if fate == KILL_AFTER:
            raise Killed
        return reply[: self.network.chance.randrange(len(reply))] if fate == CUT_REPLY else reply

    def _sign_in(self, identity: Identity) -> str:
        key = Ed25519PrivateKey.from_private_bytes(identity.signing_key)
        challenge = self.hub.challenge().challenge
        signature = key.sign(TOKEN_WORDS + challenge + identity.device_id.encode())
        request = TokenRequest(device_id=identity.device_id, challenge=challenge, signature=signature)
        return self.hub.token(request, ADDRESS).token


class _Died(Exception):
    """The server's process is gone just before its commit."""


class _dying_at_commit:  # noqa: N801 - reads as what it does
    """The server's next commit never happens: what it wrote is rolled back, as when its process is killed."""

    def __init__(self, centre: Centre) -> None:
        self._database = centre.database

    def __enter__(self) -> None:
        from sqlalchemy import event

        event.listen(self._database._engine, "before_cursor_execute", self._note)
        event.listen(self._database._engine, "commit", self._die)

    def __exit__(self, *_about: object) -> None:
        from sqlalchemy import event

        event.remove(self._database._engine, "before_cursor_execute", self._note)
        event.remove(self._database._engine, "commit", self._die)

    def _note(self, connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.split()[0] in ("INSERT", "UPDATE", "DELETE"):
            connection.info["wrote"] = True

    def _die(self, connection: Any) -> None:
        if connection.info.pop("wrote", False):
            raise _Died


@dataclass
class Laptop:
    """One worker's laptop: a real vault, a real engine, and the form's habit of remembering what it last showed."""

    name: str
    folder: Path
    key: bytes
    casebook: Casebook
    wire: Wire
    clock: Clock
    ids: Ids
    ledger: Ledger
    shown: dict[tuple[str, str], Any] = field(default_factory=dict)
    lives: int = 1
    progress: list[Progress] = field(default_factory=list)

    # ---- writing, as a form does ----

    def write(self, draft: Draft, **values: Any) -> Saved:
        """Save fields over what this laptop's form last showed or handed over; the ledger hears of each word."""
        edits = {name: Edit(self.shown.get((draft.record_id, name)), value) for name, value in values.items()}
        saved = self.casebook.save(draft, edits).result()
        for name, edit in edits.items():
            self.shown[(draft.record_id, name)] = edit.value
            before, now = tokens_of(edit.seen), tokens_of(edit.value)
            for word in now - before:
                self.ledger.saved(word, self.name, draft.record_id)
            self.take_out(draft.record_id, before - now)
        return saved

    def take_out(self, record_id: str, words: set[str]) -> None:
        """A person who saw these words wrote the text anew without them: versions keep them, bodies need not."""
        for word in words:
            self.ledger.taken_out(word, was_cut=self._is_cut(record_id, word))

    def choose(self, record_id: str, choice: OpenChoice, text: Any) -> None:
        """Settle an open choice, having seen both texts."""
        stood = self.look(record_id).body.get(choice.field)
        self.casebook.choose(record_id, choice, text).result()
        self.shown[(record_id, choice.field)] = text
        self.take_out(record_id, (tokens_of(stood) | tokens_of(choice.value)) - tokens_of(text))

    def use_again(self, record_id: str, version_id: str) -> None:
        """Use a version again over what stands, having seen both."""
        before = self.look(record_id)
        self.casebook.cut(record_id).result()
        self.casebook.restore(record_id, version_id).result()
        now = self.look(record_id).body
        for name, value in before.body.items():
            self.take_out(record_id, tokens_of(value) - tokens_of(now.get(name)))

    def _is_cut(self, record_id: str, word: str) -> bool:
        return any(
            word in str(version.read_body()) + str(version.open_choices) for version in self.casebook.history(record_id)
        )

    def begin(self, type_name: str, scope_id: str, **values: Any) -> Draft:
        draft = self.casebook.new_draft(type_name, scope_id)
        self.write(draft, **values)
        return draft

    def look(self, record_id: str) -> Entry:
        """Open a record in a form, or look at it again: what it shows is what its next edits grow from."""
        entry = self.casebook.entry(record_id)
        assert entry is not None, f"{record_id} is not on {self.name}'s laptop"
        for key in [key for key in self.shown if key[0] == record_id]:
            del self.shown[key]
        self.shown.update({(record_id, name): value for name, value in entry.body.items()})
        return entry

    def edit(self, record_id: str, **values: Any) -> Saved:
        """Open a record and change fields of it."""
        return self.write(self.look(record_id).draft(), **values)

    def body(self, record_id: str) -> dict[str, Any]:
        return self.look(record_id).body

    def choices(self, record_id: str) -> tuple[OpenChoice, ...]:
        return self.look(record_id).open_choices

    def notices(self) -> set[str]:
        return {notice.kind for notice in self.casebook.notices()}

    # ---- sync, and what may happen to a laptop ----

    def sync(self) -> Outcome:
        """One round. Offline, Refused and Killed come through."""
        return Engine(self.casebook.exchange, self.wire).round()

    def carry(self, must_stop: Callable[[], bool] = lambda: False) -> Carried:
        """Carry photos, sound and films. Offline, Refused, Cancelled and Killed come through."""
        exchange, told = self.casebook.exchange, self.progress.append
        carrier = Carrier(
            self.casebook.carriage, self.wire, lambda: exchange.identity, progress=told, must_stop=must_stop
        )
        return carrier.carry()

    def agree(self) -> int:
        """Compare with the server; how many records differed."""
        return Engine(self.casebook.exchange, self.wire).agree()

    def kill(self) -> None:
        """End the process at this line: what is committed is all that the next one finds."""
        after = self.folder.with_name(f"{self.name} life {self.lives + 1}")
        shutil.copytree(self.folder, after)
        self.casebook._desk.store.close()
        self.folder, self.lives = after, self.lives + 1
        self.wire.tokens.clear()
        self.shown.clear()
        self.casebook = Casebook.open(after, self.key, clock=self.clock, ids=self.ids)


class World:
    """A council with its server, the children it looks after, and its workers' laptops."""

    def __init__(self, folder: Path, clock: Clock, ids: Ids) -> None:
        self.folder, self.clock, self.ids = folder, clock, ids
        self.centre = found_council(Settings(data=folder / "centre", password_cost=FAST), "Testshire", clock, ids)
        self.hub, self.office = Hub(self.centre), Administration(self.centre)
        self.network = Network()
        self.ledger = Ledger()
        self.laptops: list[Laptop] = []

    def child(self, code: str) -> str:
        """A child's scope."""
        return self.office.open_scope("child", code)

    def laptop(self, name: str, worker: str = "", **roles: str) -> Laptop:
        """Enrol a laptop. ``worker`` is who it is for (a worker may have several); roles are by child's code."""
        worker = worker or name
        if worker not in {one["sign_in_name"] for one in self.office.workers()}:
            self.office.add_worker(worker, worker.title())
        for code, role in roles.items():
            self.office.assign(worker, code.removeprefix("c"), role)
        identity = self._enrol(worker, name)
        folder, vault_key = self.folder / f"{name} life 1", random.Random(name).randbytes(32)
        folder.mkdir()
        casebook = Casebook.open(folder, vault_key, identity=identity, clock=self.clock, ids=self.ids)
        made = Laptop(
            name, folder, vault_key, casebook, Wire(self.hub, self.network), self.clock, self.ids, self.ledger
        )
        self.laptops.append(made)
        return made

    def _enrol(self, worker: str, name: str, replaces: str = "") -> Identity:
        key = Ed25519PrivateKey.generate()
        joined = self.hub.enrol(
            EnrolRequest(
                code=self.office.give_code(worker).code,
                sign_in_name=worker,
                password=PASSWORD,
                device_name=name,
                public_key=key.public_key().public_bytes_raw(),
                replaces=replaces,
            ),
            ADDRESS,
        )
        return Identity(
            device_id=joined.device_id,
            device_epoch=joined.device_epoch,
            council_id=joined.council_id,
            council_name=joined.council_name,
            worker=joined.worker,
            timeline=joined.timeline,
            signing_key=key.private_bytes_raw(),
            sealing_key=joined.sealing_key,
            council_key=joined.council_key,
        )

    def copy(self, laptop: Laptop, name: str, folder: Path | None = None) -> Laptop:
        """A laptop made of another's whole profile as it lies on the disk now, or as it lay in ``folder``."""
        made = self.folder / f"{name} life 1"
        shutil.copytree(folder or laptop.folder, made)
        casebook = Casebook.open(made, laptop.key, clock=self.clock, ids=self.ids)
        wire = Wire(self.hub, self.network)
        copied = Laptop(name, made, laptop.key, casebook, wire, self.clock, self.ids, self.ledger)
        self.laptops.append(copied)
        return copied

    def join_again(self, laptop: Laptop) -> None:
        """Let a laptop join again with a fresh one-time code, as its worker does from inside the app."""
        me = laptop.casebook.me
        name = next(row["sign_in_name"] for row in self.office.workers() if row["worker_id"] == me.worker.worker_id)
        laptop.casebook.exchange.become(self._enrol(name, laptop.name, me.device_id)).result()

    def settle(self, rounds: int = 12) -> None:
        """Let every laptop sync over a good line until nothing moves any more."""
        self.network.choose = lambda _route: DELIVER
        for _ in range(rounds):
            moved = [laptop.sync() for laptop in self.laptops]
            if not any(one.sent or one.received for one in moved):
                return
        raise AssertionError(f"still moving after {rounds} rounds: {moved}")

    def verify(self, *, is_quiet: bool = False) -> None:
        """Hold everything against the invariants."""
        verify(self.laptops, self.centre, self.ledger, is_quiet=is_quiet)

    def close(self) -> None:
        for laptop in self.laptops:
            laptop.casebook.close()
        self.centre.close()
