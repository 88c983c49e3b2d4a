"""Fuzz of both ends (C13, T16): spoilt requests at the server, spoilt replies at the laptop, and a rogue laptop.

No crash, no 5xx, no more memory than a few large messages take; and whatever a laptop with a good key of its own
sends, it gets no word of another child, and changes nothing of theirs.
"""

from __future__ import annotations

import random
import resource
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from litestar.testing import TestClient

from models.errors import Trouble
from models.ids import Ids
from models.version import Version, batch_digest, encode_body, hash_body, new_salt
from sync.client.engine import Engine
from sync.client.http import Centre, Offline, _Answered, _error_in
from sync.codec import CONTENT_TYPE, BadMessage, pack, unpack
from sync.server.app import build_app_on
from sync.wire import (
    DECLARED,
    WIRE_HEADER,
    AgreeRequest,
    AgreeScopeRequest,
    EnrolRequest,
    ErrorReply,
    ProofRequest,
    PullRequest,
    PushRequest,
    ReceiptRequest,
    RemainsRequest,
    Route,
    SegmentsReply,
    TokenReply,
    TokenRequest,
)
from tests.conftest import StillClock
from tests.faults.mutation import Maker, read_any, spoil, to_frame, to_json
from tests.faults.result import Result
from tests.laptops import Laptop, World

MOST_MEMORY = 150 * 1024 * 1024
"""By which a process may grow in all of this: several messages of the largest size at once."""


@contextmanager
def council() -> Iterator[tuple[World, Any, Laptop, Laptop]]:
    """Two children with a worker each, who may not see the other's; their council as a laptop meets it over HTTP."""
    with tempfile.TemporaryDirectory(prefix="heard-fuzz-") as folder:
        world = World(Path(folder), StillClock(datetime(2026, 11, 23, 10, 30, tzinfo=UTC)), Ids())
        scopes = [world.child("1001"), world.child("1002")]
        amy = world.laptop("amy", c1001="social_worker")
        eve = world.laptop("eve", c1002="social_worker")
        for laptop, scope in zip((amy, eve), scopes, strict=True):
            for number in range(5):
                laptop.begin("visit_note", scope, what_happened=f"{laptop.name}~canary{number} We baked.")
            laptop.begin("this_is_me", scope, helps_me=f"{laptop.name}~canary9")
            laptop.sync()
        with TestClient(build_app_on(world.centre), raise_server_exceptions=False) as client:
            yield world, client, amy, eve
        for laptop in world.laptops:
            laptop.casebook.close()


def token_of(laptop: Laptop) -> str:
    """The token a laptop has been using."""
    return laptop.wire.tokens[laptop.casebook.me.device_id]


def fuzz(size: int, seed: int) -> Result:
    """Half of the messages go to the server, half to a laptop; then a rogue laptop makes as many calls again."""
    result = Result("fuzz", size)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    chance = random.Random(seed)
    with council() as (world, client, amy, eve):
        _fuzz_server(size // 2, chance, world, client, eve, result)
        _fuzz_laptop(size - size // 2, chance, amy, world, result)
    with council() as (world, client, amy, eve):
        Rogue(chance, world, client, amy, eve, result).run(size)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    result.figures["MB grown"] = round(grown / 1e6)
    if grown > MOST_MEMORY:
        result.what.append(f"memory grew by {grown // 1_000_000} MB")
    return result.settle(size, size // 20)


# ---- the server's end ----


def _fuzz_server(size: int, chance: random.Random, world: World, client: Any, eve: Laptop, result: Result) -> None:
    """Requests made from every declared route's own type, and spoilt."""
    eve.sync()
    with world.centre.database.read() as connection:
        ids = [row[0] for row in connection.exec_driver_sql("SELECT version_id FROM version")]
        ids += [row[0] for row in connection.exec_driver_sql("SELECT record_id FROM record")]
    me = eve.casebook.me
    pool = [*ids, *eve.casebook.scopes, me.device_id, me.worker.worker_id, me.timeline, "visit_note", "authored"]
    maker, statuses = Maker(chance, [*pool, "everyone_on_record", "eve", "2026-11-23T10:30:00.000Z"]), Counter[int]()
    for _ in range(size):
        route = chance.choice(list(DECLARED.values()))
        # Too many wrong guesses from one address would have everything after them turned away at the door.
        if route.name in ("enrol", "token", "drop", "cover") and chance.random() < 0.7:
            continue
        response = _send(route, chance, maker, client, token_of(eve))
        statuses[response.status_code] += 1
        result.faults_fired += 1
        _judge(route, response, result)
    result.acknowledged += statuses[200]
    for status, count in sorted(statuses.items()):
        result.figures[f"HTTP {status}"] = count


def _send(route: Route, chance: random.Random, maker: Maker, client: Any, token: str) -> Any:
    thing = maker.make(route.takes) if route.takes else {}
    for _ in range(chance.randrange(3)):
        thing = spoil(thing, chance)
    content = to_frame(to_json(thing, chance), chance)
    headers = {
        "content-type": chance.choice((CONTENT_TYPE,) * 12 + ("application/json", "", "text/html; x=" + "y" * 2000)),
        WIRE_HEADER: chance.choice(("1",) * 12 + ("0", "2", "x", "99999999999999999999")),
    }
    if route.name == "drop" and chance.random() < 0.8:
        # The drop has plain JSON of one length, and nobody's name on it.
        content = to_json(thing, chance).ljust(route.most_in if chance.random() < 0.9 else 5)
        headers["content-type"] = "application/json"
    else:
        headers["authorization"] = chance.choice(
            (f"Bearer {token}",) * 12 + ("", "Bearer", "Basic x", f"Bearer {token[:-1]}x")
        )
    path = route.path
    for name in ("record_id", "segment_id", "blob_id", "number"):
        path = path.replace("{" + name + "}", chance.choice((*maker.pool[:5], "..%2f..%2fetc", "%00", "x" * 3000)))
    path = path.replace("{", "").replace("}", "")
    if chance.random() < 0.2:
        path += chance.choice(("?after=-1", "?after=1e9", "?after=" + "9" * 400, "?after=%ff", "?x[]=1&&;", "/", "//"))
    method = route.method if chance.random() < 0.9 else chance.choice(("GET", "POST", "PUT", "DELETE", "PATCH"))
    return client.request(method, path, content=content if method != "GET" else None, headers=headers)


def _judge(route: Route, response: Any, result: Result) -> None:
    """0 5xx, and every answer is one that a laptop can read."""
    said = f"{route.name}: {response.status_code}"
    if response.status_code >= 500:
        result.undetected += 1
        result.what.append(f"{said} {response.content[:200]!r}")
    if response.headers.get("content-type", "").startswith(CONTENT_TYPE):
        try:
            unpack(route.gives or ErrorReply if response.status_code == 200 else ErrorReply, response.content)
        except BadMessage as error:
            result.what.append(f"{said} is no message: {error}")
    elif response.status_code != 200 and _error_in(response.content) is None:
        result.what.append(f"{said} is no refusal of Heard's: {response.content[:100]!r}")


# ---- the laptop's end ----


class _Spoilt(Centre):
    """A line whose server answers with what ``answer`` makes of the true answer."""

    def __init__(self, world: World, laptop: Laptop, answer: Callable[[str, bytes], _Answered]) -> None:
        super().__init__("http://127.0.0.1:9")
        self._world, self._laptop, self._spoil = world, laptop, answer

    def _exchange(self, route: str, body: bytes | None, tail: str, token: str, version: int) -> _Answered:
        hub, packed = self._world.hub, b""
        match route:
            case "challenge":
                packed = pack(hub.challenge())
            case "token":
                packed = pack(hub.token(unpack(TokenRequest, body or b""), "127.0.0.1"))
            case "pull":
                packed = hub.pull(token, unpack(PullRequest, body or b""))
            case "push":
                packed = hub.push(token, unpack(PushRequest, body or b""))
            case "history":
                record_id, _, after = tail[1:].partition("?after=")
                packed = hub.history(token, record_id, int(after))
            case "segments":
                # None lie ready, so that everything comes in pages.
                packed = pack(SegmentsReply(segments=(), covered={}))
            case "agree":
                packed = pack(hub.agree(token, unpack(AgreeRequest, body or b"")))
            case "remains":
                packed = pack(hub.remains(token, unpack(RemainsRequest, body or b"")))
            case "agree_scope":
                packed = pack(hub.agree_scope(token, unpack(AgreeScopeRequest, body or b"")))
            case _:
                # A part of a segment or a file is bytes, not a message: the line is down for those.
                raise Offline(f"no {route} here")
        return self._spoil(route, packed)


def _fuzz_laptop(size: int, chance: random.Random, amy: Laptop, world: World, result: Result) -> None:
    """True replies with something changed: the laptop takes them, or says in plain words that it cannot."""
    troubles = Counter[str]()

    def answer(route: str, packed: bytes) -> _Answered:
        if route in ("challenge", "token") or chance.random() < 0.3:
            return _Answered(200, {}, packed)
        thing = read_any(packed)
        for _ in range(chance.randrange(1, 3)):
            thing = spoil(thing, chance)
        result.faults_fired += 1
        status = chance.choice((200,) * 10 + (201, 204, 301, 400, 404, 409, 413, 426, 429, 500))
        return _Answered(status, {}, to_frame(to_json(thing, chance), chance))

    line = _Spoilt(world, amy, answer)
    amy.wire = line  # type: ignore[assignment]
    scope = next(iter(amy.casebook.scopes))
    done = result.faults_fired + size
    while result.faults_fired < done:
        # Read anew each time, as a laptop does whose cursors were never moved.
        amy.casebook._desk.write(lambda it: it.connection.exec_driver_sql("DELETE FROM cursor")).result()
        if chance.random() < 0.2:
            amy.begin("visit_note", scope, what_happened=f"amy~f{result.faults_fired}")
        try:
            Engine(amy.casebook.exchange, line).round()
            troubles["none"] += 1
        except Offline:
            troubles["offline"] += 1
        except Trouble as trouble:
            troubles[trouble.title] += 1
        except Exception as error:
            result.undetected += 1
            result.what.append(f"laptop: {type(error).__name__} {str(error)[:300]}")
    for title, count in troubles.most_common(4):
        result.figures[f"laptop: {title}"] = count


# ---- a rogue laptop ----


@dataclass
class Rogue:
    """Eve has a key, a token and a child of her own, and tries for Amy's."""

    chance: random.Random
    world: World
    client: Any
    amy: Laptop
    eve: Laptop
    result: Result

    def run(self, calls: int) -> None:
        """Make so many calls; look at what came back each time, and at the council now and then."""
        self.amy.sync()
        self.eve.sync()
        self.tokens = [token_of(self.eve)]
        with self.world.centre.database.read() as connection:
            rows = connection.exec_driver_sql("SELECT head_version_id, record_id, scope_id FROM record").all()
        self.mine, self.theirs = set(self.eve.casebook.scopes), set(self.amy.casebook.scopes)
        self.versions = [row for row in rows if row.scope_id in self.theirs]
        before, self.op = self._standing(), 1000
        moves = (
            self._pull,
            self._push,
            self._push,
            self._history,
            self._receipt,
            self._proof,
            self._token,
            self._enrol,
        )
        told = Counter[str]()
        for number in range(calls):
            response = self.chance.choice(moves)()
            self.result.faults_fired += 1
            told[str(response.status_code)] += 1
            self._look_at(response)
            if response.status_code == 403:
                self._come_back()
            if (number % 500 == 499 or number == calls - 1) and self._standing() != before:
                self.result.corrupt += 1
                self.result.what.append(f"after {number + 1} calls another child's records had changed")
                before = self._standing()
        for status, count in told.items():
            self.result.figures[f"rogue {status}"] = count
        self.result.acknowledged += told["200"]

    def _come_back(self) -> None:
        """A number used twice had her laptop closed, as a copy's would be: she comes with another one."""
        self.eve.casebook.close()
        # Her guesses at other people's codes have closed the door for five minutes, to herself as well.
        self.world.clock.advance(minutes=6)  # type: ignore[attr-defined]
        self.eve = self.world.laptop(f"eve {self.op} {len(self.world.laptops)}", worker="eve")
        self.eve.sync()
        self.tokens = [token_of(self.eve)]

    def _standing(self) -> list[Any]:
        """Everything the council holds of the other child, and what its worker's laptop would be given."""
        with self.world.centre.database.read() as connection:
            kept = [
                tuple(row)
                for table in ("record", "version")
                for row in connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY 1, 2")
                if self._theirs(table, row)
            ]
            grants = connection.exec_driver_sql("SELECT scope_id, worker_id, role, to_at FROM assignment ORDER BY 1, 2")
            kept += [tuple(row) for row in grants]
        return kept

    def _theirs(self, table: str, row: Any) -> bool:
        records = {one.record_id for one in self.versions}
        return row.record_id in records or (table == "record" and row.scope_id in self.theirs)

    def _look_at(self, response: Any) -> None:
        plain = response.content
        if response.headers.get("content-type", "").startswith(CONTENT_TYPE):
            plain = msgspec.json.encode(read_any(response.content))
        if response.status_code >= 500:
            self.result.undetected += 1
            self.result.what.append(f"rogue: {response.status_code}")
        if b"amy~" in plain:
            self.result.lost += 1
            self.result.what.append(f"rogue: words of another child in {response.request.url.path}")

    def _post(self, route: str, content: bytes, tail: str = "") -> Any:
        token = self.chance.choice([*[self.tokens[-1]] * 8, *self.tokens[-3:], self.tokens[0], "x" * 32])
        headers = {"content-type": CONTENT_TYPE, "authorization": f"Bearer {token}", WIRE_HEADER: "1"}
        declared = DECLARED[route]
        path = declared.path.partition("/{")[0] + tail
        return self.client.request(declared.method, path, content=content or None, headers=headers)

    def _pull(self) -> Any:
        scopes = [*self.theirs, *self.mine, "x"]
        request = PullRequest(
            cursor=self.chance.choice((0, 1, 5, 2**40)),
            grant_counter=self.chance.randrange(3),
            timeline=self.eve.casebook.me.timeline,
            filling={scope: self.chance.randrange(3) for scope in scopes if self.chance.random() < 0.7},
            covered={scope: {"everyone_on_record": 0} for scope in scopes if self.chance.random() < 0.3},
        )
        return self._post("pull", pack(request))

    def _push(self) -> Any:
        batch = [self._forged() for _ in range(self.chance.randrange(1, 4))]
        key = self.eve.casebook.me.signing_key if self.chance.random() < 0.9 else bytes(32)
        signature = Ed25519PrivateKey.from_private_bytes(key).sign(batch_digest(batch))
        return self._post("push", pack(PushRequest(versions=tuple(batch), signature=signature)))

    def _forged(self) -> Version:
        """A version of her own, in which one or more ids are somebody else's."""
        chance, me, other = self.chance, self.eve.casebook.me, self.amy.casebook.me
        target = chance.choice(self.versions)
        self.op += chance.choice((1,) * 20 + (0, -1, -500))
        body, salt = encode_body({"what_happened": f"eve~{self.op}"}), new_salt()
        return Version(
            version_id=chance.choice((Ids().new(), Ids().new(), target.head_version_id)),
            record_id=chance.choice((Ids().new(), target.record_id)),
            scope_id=chance.choice((*self.mine, *self.theirs, target.scope_id)),
            type=chance.choice(("visit_note", "this_is_me")),
            policy_class=chance.choice(("authored", "shared")),
            schema=1,
            audience=chance.choice(("everyone_on_record", "only_author", "protected", "worker_and_iro")),
            about=chance.choice(((), tuple(self.theirs))),
            parents=chance.choice(((), (target.head_version_id,))),
            device_id=chance.choice((me.device_id, me.device_id, other.device_id)),
            device_epoch=chance.choice((1, 1, 0, 2)),
            op_no=max(0, self.op),
            author_id=chance.choice((me.worker.worker_id, me.worker.worker_id, other.worker.worker_id)),
            written_at="2026-11-23T10:30:00.000Z",
            is_finished=chance.random() < 0.2,
            is_deleted=chance.random() < 0.2,
            is_erased=chance.random() < 0.05,
            salt=salt,
            body_hash=hash_body(salt, body),
            body=msgspec.Raw(body),
        )

    def _history(self) -> Any:
        record_id = self.chance.choice([row.record_id for row in self.versions])
        return self._post("history", b"", f"/{record_id}?after={self.chance.randrange(3)}")

    def _receipt(self) -> Any:
        ids = tuple(self.chance.choice([row.head_version_id for row in self.versions]) for _ in range(2))
        return self._post("receipt", pack(ReceiptRequest(order_ids=ids, signature=bytes(64))))

    def _proof(self) -> Any:
        ids = tuple(row.head_version_id for row in self.versions[:5])
        return self._post("proof", pack(ProofRequest(version_ids=ids)))

    def _token(self) -> Any:
        """A new token, or the same signed challenge sent twice: the second is worth nothing."""
        me = self.eve.casebook.me
        challenge = self.world.hub.challenge().challenge
        signature = Ed25519PrivateKey.from_private_bytes(me.signing_key).sign(
            b"heard-token-1" + challenge + me.device_id.encode()
        )
        request = pack(TokenRequest(device_id=me.device_id, challenge=challenge, signature=signature))
        first, second = self._post("token", request), self._post("token", request)
        if first.status_code == 200:
            self.tokens.append(unpack(TokenReply, first.content).token)
        if second.status_code == 200:
            self.result.what.append("rogue: a signed challenge was good twice")
        return second

    def _enrol(self) -> Any:
        request = EnrolRequest(
            code="AAAAA-AAAAA",
            sign_in_name="amy",
            password="a long enough password",
            device_name="x",
            public_key=bytes(31) + b"\1",
            replaces=self.amy.casebook.me.device_id,
        )
        return self._post("enrol", pack(request))
