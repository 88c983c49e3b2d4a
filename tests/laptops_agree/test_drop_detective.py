"""A detective is given everything: can any answer be joined to a person, a laptop, or put in order? Leaks are caught.

Three workers answer in a known order among ordinary syncs. The detective then reads every table of the server in every
order there is, the raw bytes of its files, its log, what changed at each arrival, each request as it came, and every
laptop's vault, decrypted. A leak planted in any of these must be found by the same eyes.
"""

from __future__ import annotations

import itertools
import json
import logging
import math
import random
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient
from sqlalchemy import insert

from models.store import answers, versions
from sync.client.drop import DropSender
from sync.codec import CONTENT_TYPE, pack, unpack
from sync.server import dropping
from sync.server.app import build_app_on
from sync.server.audit import Entry
from sync.server.dropping import Campaigns, DropBox
from sync.server.logs import LOGGER, PlainLines, note
from sync.server.tables import drop_answer
from sync.wire import DROP_BYTES, DROP_TYPE, ROUTES, ChallengeReply, SegmentsReply, TokenReply
from tests.laptops import Laptop, World

QUESTION = "What should we do better?"
EACH = 8
"""Answers of each laptop in one trial."""
FAR = 5.0
"""A rank correlation this many standard deviations from nothing is an order: one chance in two million."""
TIME = re.compile(r"\d{1,2}:\d\d|T\d\d")


# ---- what happens ----------------------------------------------------------------------------------------------------


@dataclass
class Request:
    """A drop request as it reached the server."""

    headers: dict[str, str]
    data: bytes


@dataclass
class Evidence:
    """Everything anybody could ever get hold of, and the truth it must not tell."""

    answered: list[str] = field(default_factory=list)
    arrived: list[str] = field(default_factory=list)
    by: dict[str, str] = field(default_factory=dict)
    orders: dict[str, list[str]] = field(default_factory=dict)
    elsewhere: dict[str, str] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


class OverHttp:
    """The hub as laptops reach it: through the application, with its log."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def _ask(self, route: str, content: bytes, token: str = "") -> bytes:
        headers = {"content-type": CONTENT_TYPE} | ({"authorization": f"Bearer {token}"} if token else {})
        reply = self._client.post(ROUTES[route], content=content, headers=headers)
        assert reply.status_code == 200, reply.content
        return bytes(reply.content)

    def challenge(self) -> ChallengeReply:
        return unpack(ChallengeReply, self._ask("challenge", b""))

    def token(self, request: Any, _address: str) -> TokenReply:
        return unpack(TokenReply, self._ask("token", pack(request)))

    def pull(self, token: str, request: Any) -> bytes:
        return self._ask("pull", pack(request), token)

    def push(self, token: str, request: Any, _size: int) -> bytes:
        return self._ask("push", pack(request), token)

    def segments(self, token: str, request: Any) -> SegmentsReply:
        return unpack(SegmentsReply, self._ask("segments", pack(request), token))

    def segment(self, token: str, segment_ids: Sequence[str], start: int) -> bytes:
        path = f"{ROUTES['segment']}/{','.join(segment_ids)}?start={start}"
        reply = self._client.get(path, headers={"authorization": f"Bearer {token}"})
        assert reply.status_code == 200, reply.content
        return bytes(reply.content)


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """Every line of the server's log."""
    kept: list[str] = []

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            kept.append(self.format(record))

    handler = Keeping()
    handler.setFormatter(PlainLines())
    LOGGER.addHandler(handler)
    before = LOGGER.level
    LOGGER.setLevel(logging.INFO)
    yield kept
    LOGGER.removeHandler(handler)
    LOGGER.setLevel(before)


@dataclass
class Town:
    """The council with its laptops, and a way to let an afternoon pass in it."""

    world: World
    laptops: list[Laptop]
    client: Any
    lines: list[str]
    campaign_id: str
    headers: dict[str, str] = field(default_factory=lambda: {"content-type": DROP_TYPE, "user-agent": "Heard"})
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def afternoon(self, seed: int) -> Evidence:
        """Let everybody answer in a known order among ordinary syncs, and every answer go."""
        chance, found = random.Random(seed), Evidence()
        turns = self.laptops * EACH
        chance.shuffle(turns)
        for laptop in turns:
            self._answer(laptop, found)
            if chance.random() < 0.5:
                self._sync(laptop)
        for laptop in self.laptops:
            found.orders[f"vault of {laptop.name}"] = [
                text for row in vault_rows(laptop)["answer"] for text in words_in(row)
            ]
        self._send_all(chance, found)
        self._gather(found)
        return found

    def _answer(self, laptop: Laptop, found: Evidence) -> None:
        said = f"word~{next(self.numbers)}~"
        before, heard = vault_rows(laptop), []
        stop = laptop.casebook.listen(heard.append)
        laptop.casebook.drop(self.campaign_id, {QUESTION: said}).result()
        stop()
        after = vault_rows(laptop)
        found.changed += [f"vault: {name}" for name in after if name != "answer" and after[name] != before.get(name)]
        found.changed += ["a view was told"] * bool(heard)
        found.answered.append(said)
        found.by[said] = laptop.name

    def _sync(self, laptop: Laptop) -> None:
        self.world.clock.advance(minutes=7)  # type: ignore[attr-defined]
        laptop.wire.tokens.clear()  # its token is over by now
        laptop.begin("visit_note", self.world.child("1001"), what_happened=f"{laptop.name}~{next(self.numbers)}")
        laptop.sync()

    def _send_all(self, chance: random.Random, found: Evidence) -> None:
        senders = [
            DropSender(one.casebook.exchange, self._post(found), self.world.clock.today, chance) for one in self.laptops
        ]
        for _ in range(100_000):
            if not any(one.casebook.exchange.answers_waiting() for one in self.laptops):
                return
            for laptop, sender in zip(self.laptops, senders, strict=True):
                if sender.throw() and chance.random() < 0.3:
                    self._sync(laptop)
        raise AssertionError("some answer never left")

    def _post(self, found: Evidence) -> Callable[[bytes], int]:
        def post(data: bytes) -> int:
            before, logged = server_rows(self.world), len(self.lines)
            reply = self.client.post(ROUTES["drop"], content=data, headers=self.headers)
            after = server_rows(self.world)
            found.changed += [name for name in after if name != "drop_answer" and after[name] != before[name]]
            found.changed += ["log"] * (len(self.lines) - logged)
            found.requests.append(Request(dict(self.headers), data))
            if reply.status_code == 200:
                found.arrived += words_in(data)
            return int(reply.status_code)

        return post

    def _gather(self, found: Evidence) -> None:
        path = self.world.centre.database.path
        database = sqlite3.connect(path)
        try:
            natural = list(database.execute("SELECT * FROM drop_answer"))
            found.orders["rows as they come"] = [text for row in natural for text in words_in(row)]
            found.kept = [str(row) for row in natural]
            try:
                numbered = database.execute("SELECT rowid, * FROM drop_answer ORDER BY rowid").fetchall()
                found.orders["row numbers"] = [text for row in numbered for text in words_in(row)]
            except sqlite3.OperationalError:
                pass  # no row numbers: as it should be
        finally:
            database.close()
        for suffix in ("", "-wal"):
            file = Path(f"{path}{suffix}")
            data = file.read_bytes() if file.exists() else b""
            placed = [(data.find(text.encode()), text) for text in found.answered]
            found.orders[f"bytes of the file{suffix}"] = [text for at, text in sorted(placed) if at >= 0]
        for name, rows in server_rows(self.world).items():
            if name not in ("drop_answer", "campaign"):
                found.elsewhere[name] = str(rows)
        found.elsewhere["log"] = "\n".join(self.lines)
        for laptop in self.laptops:
            for name, rows in vault_rows(laptop).items():
                found.elsewhere[f"vault of {laptop.name}: {name}"] = str(rows)


def server_rows(world: World) -> dict[str, list[Any]]:
    """Every table of the server, whole."""
    database = sqlite3.connect(world.centre.database.path)
    try:
        names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: database.execute(f"SELECT * FROM {name}").fetchall() for name in names}
    finally:
        database.close()


def vault_rows(laptop: Laptop) -> dict[str, list[Any]]:
    """Every table of a vault, decrypted."""

    def read(connection: Any) -> dict[str, list[Any]]:
        names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars().all()
        return {name: [tuple(row) for row in connection.exec_driver_sql(f"SELECT * FROM {name}")] for name in names}

    return dict(laptop.casebook._desk.read(read))


def words_in(thing: Any) -> list[str]:
    return re.findall(r"word~\d+~", str(thing))


# ---- the detective ---------------------------------------------------------------------------------------------------


def correlation(order: Sequence[str], truth: Sequence[str]) -> float:
    """Kendall's rank correlation of two orders, in standard deviations from what chance gives."""
    place = {text: at for at, text in enumerate(truth)}
    ranks = [place[text] for text in order if text in place]
    n = len(ranks)
    if n < 8:
        return 0.0
    score = sum((b > a) - (b < a) for a, b in itertools.combinations(ranks, 2))
    return score / math.sqrt(n * (n - 1) * (2 * n + 5) / 18)


def investigate(found: Evidence) -> list[str]:
    """Say all that gives an answer away, one line each; empty when nothing does."""
    told = [f"{name} changed with an answer" for name in sorted(set(found.changed))]
    for name, order in found.orders.items():
        for what, truth in (("answering", found.answered), ("arrival", found.arrived)):
            if abs(correlation(order, truth)) > FAR:
                told.append(f"{name} stand in the order of {what}")
        owners = [found.by[text] for text in order]
        if not name.startswith("vault") and len(order) > 8 and runs_z(owners) < -FAR:
            told.append(f"{name} stand together by laptop")
    for place, text in found.elsewhere.items():
        hits = [word for word in found.answered if word in text]
        ids = [one for one in ids_of(found.kept) if one in text]
        if hits or ids:
            told.append(f"{place} speaks of an answer")
        if place == "log" and any(json.loads(line).get("route") == "drop" for line in text.splitlines()):
            told.append("the log has a line for an answer")
    told += ["an answer is kept with a time"] * any(TIME.search(row) for row in found.kept)
    shapes = {(len(one.data), tuple(sorted(one.headers.items()))) for one in found.requests}
    told += ["requests differ from one another"] * (len(shapes) != 1)
    names = {name for one in found.requests for name in one.headers}
    told += ["a request says who sends it"] * bool(names & {"authorization", "cookie"})
    return told


def ids_of(rows: Sequence[str]) -> list[str]:
    return re.findall(r"\b[0-9a-f]{32}\b", " ".join(rows))


def runs_z(owners: Sequence[str]) -> float:
    """How far the changes of owner along an order are from chance: far below means that they stand together."""
    n = len(owners)
    counts = [owners.count(one) for one in set(owners)]
    changes = sum(a != b for a, b in itertools.pairwise(owners))
    share = 1 - sum(count * (count - 1) for count in counts) / (n * (n - 1))
    expected = (n - 1) * share
    return (changes - expected) / math.sqrt(max(expected * (1 - share), 1e-9))


# ---- the tests -------------------------------------------------------------------------------------------------------


@pytest.fixture
def town(world: World, amy: Laptop, ben: Laptop, cat: Laptop, lines: list[str]) -> Iterator[Town]:
    clock_day = world.clock.today()
    campaign_id = Campaigns(world.centre).add("How are we doing?", [QUESTION], clock_day, date(2027, 1, 31))
    app = build_app_on(world.centre)
    app.on_shutdown.clear()  # the world closes its own centre
    with TestClient(app) as client:
        hub: Any = OverHttp(client)
        laptops = [amy, ben, cat]
        for laptop in laptops:
            laptop.wire.hub = hub
            laptop.sync()
        made = Town(world, laptops, client, lines, campaign_id)
        yield made


def test_nothing_joins_an_answer_to_a_person_a_laptop_or_a_place_in_any_order(town: Town) -> None:
    found = town.afternoon(1)
    assert len(found.arrived) == len(found.answered) == 3 * EACH
    assert len(found.kept) == 3 * EACH
    assert {len(one.data) for one in found.requests} == {DROP_BYTES}
    assert investigate(found) == []
    assert correlation(found.answered, found.answered) > FAR, "the detective can see"


def test_the_answers_arrive_in_another_order_than_they_were_given(town: Town) -> None:
    found = town.afternoon(3)
    assert abs(correlation(found.arrived, found.answered)) < FAR
    assert found.arrived != found.answered


def keep_in_order(self: DropBox, request: Any, day: str) -> bool:
    """What a server would do that thought nothing of it."""
    content = json.dumps(request.answers).encode()
    with self._centre.database.write() as connection:
        connection.execute(
            insert(drop_answer).values(
                council_id=self._centre.council_id,
                campaign_id=request.campaign_id,
                answer_id=request.answer_id,
                day=day,
                content=content,
            )
        )
    return True


def plant_row_numbers(town: Town, patch: pytest.MonkeyPatch) -> None:
    database = sqlite3.connect(town.world.centre.database.path)
    (made,) = database.execute("SELECT sql FROM sqlite_master WHERE name = 'drop_answer'").fetchone()
    database.executescript(f"DROP TABLE drop_answer; {made.replace('WITHOUT ROWID', '')}")
    database.close()
    patch.setattr(DropBox, "_keep", keep_in_order)


def plant_order_of_arrival(town: Town, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(DropBox, "_keep", keep_in_order)


def plant_a_log_line(town: Town, patch: pytest.MonkeyPatch) -> None:
    take = DropBox.take

    def loud(self: DropBox, data: bytes) -> None:
        take(self, data)
        note("request", route="drop", status=200)

    patch.setattr(DropBox, "take", loud)


def plant_an_audit_row(town: Town, patch: pytest.MonkeyPatch) -> None:
    take = DropBox.take

    def loud(self: DropBox, data: bytes) -> None:
        take(self, data)
        with self._centre.database.write() as connection:
            self._centre.ledger.close(connection, self._centre.clock.stamp(), [Entry("drop")])

    patch.setattr(DropBox, "take", loud)


def plant_ids_that_tell_the_time(town: Town, patch: pytest.MonkeyPatch) -> None:
    numbers = itertools.count(1 << 120)
    patch.setattr(answers, "new_answer_id", lambda: f"{next(numbers):032x}")


def plant_a_time(town: Town, patch: pytest.MonkeyPatch) -> None:
    keep = DropBox._keep
    patch.setattr(DropBox, "_keep", lambda self, request, _day: keep(self, request, self._centre.clock.stamp()))


def plant_a_token(town: Town, patch: pytest.MonkeyPatch) -> None:
    from sync.server import drop_route

    patch.setattr(drop_route, "_TELLING", ())
    town.headers["authorization"] = "Bearer of-amy"


def plant_an_audit_row_on_the_laptop(town: Town, patch: pytest.MonkeyPatch) -> None:
    give = answers.give

    def loud(act: Any, campaign_id: str, said: Any) -> None:
        give(act, campaign_id, said)
        versions.audit(act.connection, act.pen, "drop", "", "")

    patch.setattr(answers, "give", loud)


def plant_a_copy_that_stays(town: Town, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(answers, "forget", lambda connection, answer_id: connection.exec_driver_sql(
        "INSERT INTO meta SELECT 'kept:' || answer_id, content FROM answer WHERE answer_id = ?", (answer_id,)
    ) and connection.exec_driver_sql("DELETE FROM answer WHERE answer_id = ?", (answer_id,)))  # fmt: skip


LEAKS: dict[str, tuple[Callable[[Town, pytest.MonkeyPatch], None], str]] = {
    "a table with row numbers": (plant_row_numbers, "row numbers stand in the order of arrival"),
    "the order of arrival kept": (plant_order_of_arrival, "stand in the order of arrival"),
    "a line in the log": (plant_a_log_line, "the log has a line for an answer"),
    "an audit row": (plant_an_audit_row, "audit changed with an answer"),
    "ids that tell the time": (plant_ids_that_tell_the_time, "rows as they come stand in the order of answering"),
    "a time beside the answer": (plant_a_time, "an answer is kept with a time"),
    "a token on the request": (plant_a_token, "a request says who sends it"),
    "an audit row on the laptop": (plant_an_audit_row_on_the_laptop, "vault: audit changed with an answer"),
    "a copy that stays on the laptop": (plant_a_copy_that_stays, "meta speaks of an answer"),
}


@pytest.mark.parametrize("leak", LEAKS)
def test_every_planted_leak_is_found(town: Town, monkeypatch: pytest.MonkeyPatch, leak: str) -> None:
    plant, finding = LEAKS[leak]
    plant(town, monkeypatch)
    told = investigate(town.afternoon(4))
    assert any(finding in one for one in told), told


def test_the_server_turns_a_request_away_that_says_who_sends_it(town: Town) -> None:
    for name in ("authorization", "cookie"):
        reply = town.client.post(ROUTES["drop"], content=b" " * DROP_BYTES, headers=town.headers | {name: "amy"})
        assert reply.status_code == 400
    assert dropping.FEWEST == 5
