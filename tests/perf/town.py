"""The bench's council: a real server process over loopback, on PostgreSQL with fsync, with 10,000 notes in it."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from models.casebook import Casebook
from models.identity import Identity
from models.ids import Ids
from models.version import Version, batch_digest
from sync.client.engine import Engine, Outcome
from sync.client.http import Centre as LaptopLine
from sync.client.http import Refused
from sync.codec import pack, unpack
from sync.server.administration import Administration
from sync.server.auth import TOKEN_WORDS
from sync.server.founding import found_council
from sync.server.hub import Hub
from sync.server.settings import PasswordCost, Settings
from sync.wire import EnrolRequest, PushReply, PushRequest, TokenRequest
from tests.perf.data import Data, make_data
from tests.postgres import NotInstalled, running_cluster

ROOT = Path(__file__).resolve().parents[2]
WORKERS = tuple(f"worker{number:02}" for number in range(16))
"""Whoever sends at once in one council is another worker, on another laptop."""
BATCH = 150
"""Records in one push while the town is filled; the line "push 1,000" does as laptops do."""


@dataclass
class Town:
    """A served council. ``database`` is the URL of its cluster's own database, "" where it is a SQLite file."""

    url: str
    process: subprocess.Popen[bytes]
    database: str
    identities: tuple[Identity, ...]
    """Workers and their laptops: the first is whose notes there are and sees every child, the others a few each."""
    data: Data
    fresh_ids: Ids
    epochs: int = 1

    @property
    def identity(self) -> Identity:
        """The worker whose 10,000 notes there are."""
        return self.identities[0]

    def line(self) -> LaptopLine:
        """The laptop's own client, signed in: that is part of no figure."""
        line = LaptopLine(self.url)
        line._token_of(self.identity)
        return line

    def tokens(self) -> list[str]:
        """A token of each laptop."""
        line = LaptopLine(self.url)
        found = [line._token_of(one) for one in self.identities]
        line.close()
        return found

    def laptop(self, folder: Path) -> Casebook:
        """An empty vault of the worker, in a device epoch of its own so that no op number is used twice."""
        folder.mkdir(parents=True)
        self.epochs += 1
        identity = msgspec.structs.replace(self.identity, device_epoch=self.epochs)
        return Casebook.open(folder, os.urandom(32), identity=identity)

    def cpu_ms(self) -> float:
        """Processor time the server has used, in ms."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")

    def memory_mb(self) -> float:
        """The most memory the server has had, in MB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) / 1000


@contextlib.contextmanager
def a_database() -> Iterator[tuple[str, str]]:
    """A PostgreSQL cluster with fsync: the URL of an empty database for the council, and of one for limit lines."""
    with contextlib.ExitStack() as stack:
        try:
            cluster = stack.enter_context(running_cluster(fsync=True))
        except NotInstalled as why:
            print(f"not run on PostgreSQL: {why}")
            yield "", ""
            return
        yield cluster.url(cluster.create_database()), cluster.url(cluster.create_database())


@contextlib.contextmanager
def a_town(folder: Path, database: str, children: int = 20) -> Iterator[Town]:
    """Found a council, fill it, and serve it."""
    folder.mkdir(parents=True)
    settings = Settings(folder / "centre", database=database, password_cost=PasswordCost(8 * 1024, 1))
    centre = found_council(settings, "Benchshire")
    try:
        identities, data = _fill(centre, children)
    finally:
        centre.close()
    ready = folder / "ready.json"
    command = [sys.executable, "-m", "sync.server", "serve", "--data", str(settings.data), "--port", "0"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([*command, "--ready-file", str(ready)], stderr=log, stdout=log, cwd=ROOT)
    try:
        while not ready.exists():
            assert process.poll() is None, (folder / "log").read_text()
            time.sleep(0.02)
        yield Town(json.loads(ready.read_text())["url"], process, database, identities, data, Ids())
    finally:
        process.terminate()
        process.wait(20)


def _join(office: Administration, hub: Hub, name: str) -> Identity:
    """Take a worker on, with a laptop."""
    office.add_worker(name, name.title())
    key = Ed25519PrivateKey.generate()
    joined = hub.enrol(
        EnrolRequest(
            code=office.give_code(name).code,
            sign_in_name=name,
            password="a long enough password",
            device_name="bench",
            public_key=key.public_key().public_bytes_raw(),
        ),
        "127.0.0.1",
    )
    return Identity(
        device_id=joined.device_id,
        device_epoch=joined.device_epoch,
        council_id=joined.council_id,
        council_name=joined.council_name,
        worker=joined.worker,
        timeline=joined.timeline,
        signing_key=key.private_bytes_raw(),
    )


def _fill(centre: Any, children: int) -> tuple[tuple[Identity, ...], Data]:
    office, hub = Administration(centre), Hub(centre)
    identities = tuple(_join(office, hub, name) for name in WORKERS)
    identity = identities[0]
    scopes = [office.open_scope("child", str(1000 + number)) for number in range(children)]
    for number in range(children):
        for name in {WORKERS[0], WORKERS[number % len(WORKERS)]}:
            office.assign(name, str(1000 + number), "social_worker")
    data = make_data(identity, scopes)
    challenge = hub.challenge().challenge
    key = Ed25519PrivateKey.from_private_bytes(identity.signing_key)
    proof = key.sign(TOKEN_WORDS + challenge + identity.device_id.encode())
    request = TokenRequest(device_id=identity.device_id, challenge=challenge, signature=proof)
    token = hub.token(request, "127.0.0.1").token
    for start in range(0, len(data.all), BATCH):
        sent = unpack(PushRequest, pack(signed(identity, data.all[start : start + BATCH])))
        results = unpack(PushReply, hub.push(token, sent)).results
        assert all(one.outcome == "head" for one in results)
    with centre.database.write() as connection:
        # A council's database has had its statistics for long; in one filled a moment ago, keys are guessed at.
        centre.database.learn(connection)
    return identities, data


def signed(identity: Identity, versions: tuple[Version, ...]) -> PushRequest:
    """A push as the laptop signs it."""
    key = Ed25519PrivateKey.from_private_bytes(identity.signing_key)
    return PushRequest(versions=versions, signature=key.sign(batch_digest(versions)))


class WithoutSegments(LaptopLine):
    """The line of a server that has none."""

    def segments(self, identity: Identity, request: Any) -> Any:
        raise Refused(404, "not_found", "")


def one_round(casebook: Casebook, line: LaptopLine) -> Outcome:
    """A round, as the app does it."""
    return Engine(casebook.exchange, line).round()
