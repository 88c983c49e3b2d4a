"""A council with a fast password setting, and laptops that speak to its hub without a network."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from psycopg import sql

from models.audience import AUTHORED, EVERYONE_ON_RECORD, SHARED
from models.clock import Clock
from models.ids import Ids
from models.version import Version, batch_digest, encode_body, hash_body, hash_choices, new_salt
from sync.codec import pack, unpack
from sync.server.__main__ import main
from sync.server.administration import Administration
from sync.server.auth import TOKEN_WORDS
from sync.server.centre import Centre
from sync.server.founding import found_council
from sync.server.hub import Hub
from sync.server.migrations import LATEST
from sync.server.settings import IN_MEMORY, PasswordCost, Settings
from sync.server.tables import metadata
from sync.wire import (
    EnrolReply,
    EnrolRequest,
    HistoryReply,
    PulledRow,
    PullPage,
    PullRequest,
    PushReply,
    PushRequest,
    PushResult,
    ReceiptReply,
    ReceiptRequest,
    TokenRequest,
    Withdrawal,
)
from tests.postgres import Cluster, NotInstalled, find_programs, running_cluster

FAST = PasswordCost(memory_kib=8, passes=1)
PASSWORD = "a long enough password"
ADDRESS = "127.0.0.1"
Run = Callable[..., tuple[int, str, str]]


@dataclass
class Laptop:
    """One enrolled laptop: makes versions, signs, pushes and pulls."""

    hub: Hub
    ids: Ids
    key: Ed25519PrivateKey
    joined: EnrolReply
    ops: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    cursor: int = 0
    grants: int = 0
    filling: dict[str, int] = field(default_factory=dict)
    scopes: dict[str, str] = field(default_factory=dict)
    rows: list[PulledRow] = field(default_factory=list)
    token: str = ""
    page_bytes: list[int] = field(default_factory=list)

    @property
    def worker_id(self) -> str:
        return self.joined.worker.worker_id

    def sign_in(self) -> str:
        challenge = self.hub.challenge().challenge
        signature = self.key.sign(TOKEN_WORDS + challenge + self.joined.device_id.encode())
        request = TokenRequest(device_id=self.joined.device_id, challenge=challenge, signature=signature)
        self.token = self.hub.token(request, ADDRESS).token
        return self.token

    def version(
        self, scope_id: str, body: dict[str, Any] | None = None, after: Version | None = None, **other: Any
    ) -> Version:
        """Cut a version: of a new record, or after another version of the same one."""
        content = encode_body({"what_happened": "We walked."} if body is None else body)
        salt = new_salt()
        kept = {} if after is None else {name: getattr(after, name) for name in ("type", "policy_class", "audience")}
        fields: dict[str, Any] = {
            "version_id": self.ids.new(),
            "record_id": after.record_id if after else self.ids.new(),
            "scope_id": scope_id,
            "type": "visit_note",
            "policy_class": AUTHORED,
            "schema": 1,
            "audience": EVERYONE_ON_RECORD,
            "parents": (after.version_id,) if after else (),
            "device_id": self.joined.device_id,
            "device_epoch": 1,
            "op_no": next(self.ops),
            "author_id": self.worker_id,
            "written_at": "2026-11-23T10:30:00.000Z",
            "salt": salt,
            "body_hash": hash_body(salt, content),
            "choices_hash": hash_choices(salt, other.get("open_choices", ())),
            "body": msgspec.Raw(content),
        }
        fields |= kept | other
        return Version(**fields)

    def shared(
        self, scope_id: str, body: dict[str, Any] | None = None, after: Version | None = None, **other: Any
    ) -> Version:
        """Cut a version of a record that anyone assigned may change."""
        return self.version(
            scope_id, body, after, **({} if after else {"type": "this_is_me", "policy_class": SHARED}) | other
        )

    def push(self, *versions: Version) -> tuple[PushResult, ...]:
        signature = self.key.sign(batch_digest(versions))
        request = PushRequest(versions=versions, signature=signature)
        # Through the codec, so that bodies are the bytes of a message and not Python's own.
        sent = unpack(PushRequest, pack(request))
        return unpack(PushReply, self.hub.push(self.token or self.sign_in(), sent)).results

    def push_one(self, version: Version) -> PushResult:
        return self.push(version)[0]

    def page(self) -> PullPage:
        """Pull one page and take it in, as a laptop does."""
        request = PullRequest(
            cursor=self.cursor, grant_counter=self.grants, timeline=self.joined.timeline, filling=self.filling
        )
        packed = self.hub.pull(self.token or self.sign_in(), request)
        self.page_bytes.append(len(packed))
        page = unpack(PullPage, packed)
        before = self.cursor
        self.cursor, self.grants, self.filling = page.cursor, page.grant_counter, dict(page.filling)
        if page.scopes is not None:
            if before:
                self.filling |= {scope_id: 0 for scope_id in page.scopes if scope_id not in self.scopes}
            self.scopes = page.scopes
        self.rows += page.rows
        return page

    def pull(self) -> list[PulledRow]:
        """Pull until nothing is left, and return the rows that came."""
        before = len(self.rows)
        while self.page().more or self.filling:
            assert len(self.rows) < 100_000
        return self.rows[before:]

    def history(self, record_id: str, after: int = 0) -> tuple[PulledRow, ...]:
        return unpack(HistoryReply, self.hub.history(self.token or self.sign_in(), record_id, after)).versions

    def told(self) -> tuple[Withdrawal, ...]:
        """What this laptop is told to give up, asking as one that knows of no grants."""
        self.grants = 0
        return tuple(self.page().withdrawals)

    def answer(self, *order_ids: str, key: Ed25519PrivateKey | None = None) -> ReceiptReply:
        """Send a receipt, signed by this laptop or with another key."""
        lines = "\n".join((self.joined.device_id, *order_ids))
        signature = (key or self.key).sign(b"heard-receipt-1\n" + lines.encode())
        request = ReceiptRequest(order_ids=order_ids, signature=signature)
        return self.hub.receipt(self.token or self.sign_in(), request)

    def holds(self) -> dict[str, str]:
        """The text of every head this laptop has been given, by record."""
        return {row.version.record_id: row.version.body_bytes().decode() for row in self.rows}


@pytest.fixture
def run(centre: Centre, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run one command against the council's folder while its hub is open; returns exit code, stdout and stderr."""

    def call(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main([*arguments, "--data", str(centre.settings.data)])
        written = capsys.readouterr()
        return code, written.out, written.err

    return call


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """One PostgreSQL for the whole run, started by the first test that needs it."""
    try:
        find_programs()
    except NotInstalled as reason:
        pytest.skip(f"not run: {reason}")
    with running_cluster() as made:
        yield made


@pytest.fixture(scope="session")
def _common_database(cluster: Cluster) -> str:
    return cluster.url(cluster.create_database())


@pytest.fixture
def empty_database(_common_database: str) -> Iterator[str]:
    """The address of a PostgreSQL database without a council: the same for every test, and emptied after each."""
    yield _common_database
    with psycopg.connect(_common_database) as connection:
        # What a test left open would hold its locks.
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        names = {row[0] for row in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
        if names != {*metadata.tables, "heard_schema"}:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")
            return
        connection.execute("SET session_replication_role = replica")
        for name in metadata.tables:
            connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))
        connection.execute("UPDATE heard_schema SET number = %s", [LATEST])


@pytest.fixture(params=["file", "memory", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    """Which database a test runs on; ``on_file`` and its kin keep a test to some of them."""
    return str(request.param)


@pytest.fixture
def settings(tmp_path: Path, kind: str, request: pytest.FixtureRequest) -> Settings:
    addresses = {"file": lambda: "", "memory": lambda: IN_MEMORY}
    database = addresses.get(kind, lambda: request.getfixturevalue("empty_database"))()
    return Settings(data=tmp_path / "centre", database=database, password_cost=FAST)


@pytest.fixture
def centre(settings: Settings, clock: Clock, ids: Ids) -> Iterator[Centre]:
    opened = found_council(settings, "Testshire", clock, ids)
    yield opened
    opened.close()


@pytest.fixture
def hub(centre: Centre) -> Hub:
    return Hub(centre)


@pytest.fixture
def office(centre: Centre) -> Administration:
    return Administration(centre)


@pytest.fixture
def sarah(office: Administration) -> str:
    """The scope of one child."""
    return office.open_scope("child", "1001")


@pytest.fixture
def enrol(hub: Hub, office: Administration, ids: Ids) -> Callable[..., Laptop]:
    """Enrol a laptop for a worker, adding the worker and their assignments where they are new."""

    def let_in(name: str, **roles: str) -> Laptop:
        if name not in {worker["sign_in_name"] for worker in office.workers()}:
            office.add_worker(name, name.title())
        for code, role in roles.items():
            office.assign(name, code.removeprefix("c"), role)
        key = Ed25519PrivateKey.generate()
        request = EnrolRequest(
            code=office.give_code(name).code,
            sign_in_name=name,
            password=PASSWORD,
            device_name=f"{name}'s laptop",
            public_key=key.public_key().public_bytes_raw(),
        )
        return Laptop(hub, ids, key, hub.enrol(request, ADDRESS))

    return let_in


@pytest.fixture
def amy(sarah: str, enrol: Callable[..., Laptop]) -> Laptop:
    """Sarah's social worker."""
    return enrol("amy", c1001="social_worker")


@pytest.fixture
def ben(sarah: str, enrol: Callable[..., Laptop]) -> Laptop:
    """A family support worker who is also assigned to Sarah."""
    return enrol("ben", c1001="family_support")
