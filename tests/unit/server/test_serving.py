"""One real server process over loopback: ready, served, killed in mid-push with nothing acknowledged lost, closed."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme
from sqlalchemy import select

from models.version import batch_digest
from sync.client.http import Centre as LaptopLine
from sync.client.http import Refused
from sync.client.joining import join
from sync.codec import CONTENT_TYPE, pack, unpack
from sync.server.administration import Administration
from sync.server.care import check_everything
from sync.server.centre import Centre, open_centre
from sync.server.serving import Listening, OneWrite, WrongUse, is_loopback
from sync.server.tables import version
from sync.wire import (
    ROUTES,
    ChallengeReply,
    ErrorReply,
    PullPage,
    PullRequest,
    PushReply,
    PushRequest,
    TokenReply,
    TokenRequest,
)
from tests.conftest import StillClock
from tests.unit.server.kinds import on_disk, on_file

Enrol = Callable[..., Any]
HEADERS = {"content-type": CONTENT_TYPE}


@dataclass
class Served:
    """A server process and where it listens."""

    process: subprocess.Popen[bytes]
    url: str


@contextmanager
def serving(data: Path, folder: Path, *more: str) -> Iterator[Served]:
    named = [Path(after) for before, after in pairwise(more) if before == "--ready-file"]
    ready = named[0] if named else folder / f"ready-{random.randrange(1 << 40)}.json"
    log = ready.with_suffix(".log")
    command = [
        sys.executable,
        "-m",
        "sync.server",
        "serve",
        "--data",
        str(data),
        "--port",
        "0",
        "--ready-file",
        str(ready),
    ]
    with log.open("wb") as stderr:
        process = subprocess.Popen([*command, *more], stderr=stderr, cwd=Path(__file__).parents[3])
    try:
        while not ready.exists() or f'"pid":{process.pid}' not in ready.read_text():
            assert process.poll() is None, log.read_text()
            time.sleep(0.02)
        told = json.loads(ready.read_text())
        assert told["pid"] == process.pid
        yield Served(process, told["url"])
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def sign_in(client: httpx.Client, laptop: Any) -> dict[str, str]:
    challenge = unpack(ChallengeReply, client.post(ROUTES["challenge"], headers=HEADERS).content).challenge
    device_id = laptop.joined.device_id
    signature = laptop.key.sign(b"heard-token-1" + challenge + device_id.encode())
    request = TokenRequest(device_id=device_id, challenge=challenge, signature=signature)
    token = unpack(TokenReply, client.post(ROUTES["token"], content=pack(request), headers=HEADERS).content).token
    return HEADERS | {"authorization": f"Bearer {token}"}


def push(client: httpx.Client, headers: dict[str, str], laptop: Any, *sent: Any) -> PushReply:
    request = PushRequest(versions=sent, signature=laptop.key.sign(batch_digest(sent)))
    response = client.post(ROUTES["push"], content=pack(request), headers=headers)
    assert response.status_code == 200, response.content
    return unpack(PushReply, response.content)


@on_disk
def test_a_server_starts_serves_a_laptop_and_ends_when_asked(
    centre: Centre, amy: Any, sarah: str, tmp_path: Path
) -> None:
    with serving(centre.settings.data, tmp_path) as served, httpx.Client(base_url=served.url) as client:
        assert client.get(ROUTES["health"]).json()["status"] == "ok"
        headers = sign_in(client, amy)
        note = amy.version(sarah)
        assert [one.outcome for one in push(client, headers, amy, note).results] == ["head"]
        pull = PullRequest(cursor=0, grant_counter=0, timeline="")
        first = unpack(PullPage, client.post(ROUTES["pull"], content=pack(pull), headers=headers).content)
        pull = PullRequest(cursor=first.cursor, grant_counter=first.grant_counter, timeline="", filling=first.filling)
        page = client.post(ROUTES["pull"], content=pack(pull), headers=headers)
        assert [row.version.version_id for row in unpack(PullPage, page.content).rows] == [note.version_id]
        assert "server" not in page.headers
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(20) == 0
    assert not list(tmp_path.glob("ready-*.json"))
    [log] = tmp_path.glob("ready-*.log")
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert {"ready", "ledger_head", "request"} <= {line["event"] for line in lines}


@on_file
def test_the_laptops_own_client_joins_and_speaks_to_it(
    centre: Centre, office: Administration, sarah: str, tmp_path: Path, clock: StillClock
) -> None:
    clock.moment = datetime.now(UTC)  # as the server's own process has it: a code holds for seven days
    office.add_worker("amy", "Amy")
    office.assign("amy", "1001", "social_worker")
    code = office.give_code("amy").code
    with serving(centre.settings.data, tmp_path) as served:
        # The real password cost: a laptop must wait for it without giving up.
        identity = join(served.url, code.lower(), "Amy", "a long enough password", "laptop")
        line = LaptopLine(served.url)
        page = line.pull(identity, PullRequest(cursor=0, grant_counter=0, timeline=identity.timeline))
        assert page.scopes == {sarah: "social_worker"}
        with pytest.raises(Refused, match="code"):
            join(served.url, "WRONG-WRONG", "Amy", "a long enough password", "laptop")
        line.close()


@on_file
def test_a_ready_file_left_by_a_killed_server_is_not_believed(centre: Centre, tmp_path: Path) -> None:
    stale = tmp_path / "ready.json"
    stale.write_text('{"url": "http://127.0.0.1:1", "pid": 1}')
    with serving(centre.settings.data, tmp_path, "--ready-file", str(stale)) as served:
        assert json.loads(stale.read_text()) == {"url": served.url, "pid": served.process.pid}


@on_file
def test_header_and_body_leave_in_one_piece(centre: Centre, tmp_path: Path) -> None:
    with serving(centre.settings.data, tmp_path) as served:
        host, port = served.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=10) as line:
            line.sendall(b"GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n")
            assert line.recv(65536).endswith(b"}")


@on_file
def test_a_head_without_an_end_is_turned_away_and_a_long_body_is_not(centre: Centre, tmp_path: Path) -> None:
    with serving(centre.settings.data, tmp_path) as served:
        host, port = served.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=10) as line:
            line.sendall(b"GET /v1/health HTTP/1.1\r\nHost: x\r\n")
            try:
                for number in range(200):
                    line.sendall(b"x-%d: %s\r\n" % (number, b"y" * 1000))
                answer = line.recv(65536)
            except (ConnectionResetError, BrokenPipeError):
                answer = b"HTTP/1.1 400 , as somebody who had listened would know"
            assert answer.startswith(b"HTTP/1.1 400 ")
        with httpx.Client(base_url=served.url) as client:
            headers = {"content-type": CONTENT_TYPE, "authorization": "Bearer x"}
            for _ in range(2):
                reply = client.post(ROUTES["push"], content=b"x" * (8 * 1024 * 1024), headers=headers)
                assert reply.status_code == 400
                assert unpack(ErrorReply, reply.content).code == "bad_message"


def test_what_is_written_in_one_turn_leaves_in_one_write() -> None:
    class Line:
        def __init__(self) -> None:
            self.sent: list[bytes] = []
            self.is_shut = False

        def write(self, data: bytes) -> None:
            self.sent.append(data)

        def is_closing(self) -> bool:
            return self.is_shut

        def close(self) -> None:
            self.is_shut = True

    async def turns() -> list[bytes]:
        line = Line()
        one_write = OneWrite(line, asyncio.get_running_loop())  # type: ignore[arg-type]
        for part in (b"header", b"", b"body"):
            one_write.write(part)
        await asyncio.sleep(0)
        one_write.write(b"last")
        one_write.close()
        one_write.write(b"too late")
        await asyncio.sleep(0)
        assert one_write.sent is line.sent
        return line.sent

    assert asyncio.run(turns()) == [b"headerbody", b"last"]


@on_file
def test_with_a_certificate_it_speaks_tls_1_3_and_nothing_less(centre: Centre, tmp_path: Path) -> None:
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost", "127.0.0.1")
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    chain.write_bytes(b"".join(part.bytes() for part in certificate.cert_chain_pems))
    certificate.private_key_pem.write_to_path(str(key))
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    with serving(centre.settings.data, tmp_path, "--certificate", str(chain), "--key", str(key)) as served:
        assert served.url.startswith("https://")
        with httpx.Client(base_url=served.url, verify=trusting) as client:
            assert client.get(ROUTES["health"]).status_code == 200
        old = ssl.create_default_context()
        authority.configure_trust(old)
        old.maximum_version = ssl.TLSVersion.TLSv1_2
        for context in (old, ssl.create_default_context()):
            with httpx.Client(base_url=served.url, verify=context) as client, pytest.raises(httpx.ConnectError):
                client.get(ROUTES["health"])


@on_disk
def test_a_server_killed_in_mid_push_loses_nothing_it_acknowledged(
    centre: Centre, enrol: Enrol, sarah: str, tmp_path: Path
) -> None:
    """Three kills at random moments while four laptops push; each then sends its last batch again."""
    laptops = [enrol(name, c1001="social_worker") for name in ("amy", "ben", "cal", "dee")]
    centre.close()
    acknowledged: dict[str, int] = {}
    sent_all: dict[str, bytes] = {}
    unanswered: dict[int, list[Any]] = {}
    chance = random.Random(20261123)

    def work(number: int, url: str) -> None:
        laptop = laptops[number]
        try:
            with httpx.Client(base_url=url, timeout=20) as client:
                headers = sign_in(client, laptop)
                while True:
                    batch = unanswered.get(number) or [laptop.version(sarah, {"n": chance.random()}) for _ in range(5)]
                    unanswered[number] = batch
                    sent_all.update((one.version_id, one.body_bytes()) for one in batch)
                    reply = push(client, headers, laptop, *batch)
                    assert [result.outcome for result in reply.results] == ["head"] * 5
                    acknowledged.update((result.version_id, result.seq) for result in reply.results)
                    unanswered[number] = []
        except httpx.TransportError:
            return

    for _ in range(3):
        with serving(centre.settings.data, tmp_path) as served:
            before = len(acknowledged)
            threads = [threading.Thread(target=work, args=(number, served.url)) for number in range(4)]
            for thread in threads:
                thread.start()
            deadline = time.monotonic() + 30
            while len(acknowledged) < before + 40 and time.monotonic() < deadline:
                time.sleep(0.005)
            time.sleep(chance.random() * 0.05)
            os.kill(served.process.pid, signal.SIGKILL)
            for thread in threads:
                thread.join()
    assert len(acknowledged) >= 120

    centre = open_centre(centre.settings, centre.clock, centre.ids)
    with centre.database.read() as connection:
        kept = {row.version_id: row for row in connection.execute(select(version)).all()}
    assert {version_id: kept[version_id].seq for version_id in acknowledged} == acknowledged
    assert all(bytes(row.body) == sent_all[version_id] for version_id, row in kept.items())
    assert sorted(row.seq for row in kept.values()) == list(range(1, len(kept) + 1))
    assert check_everything(centre)["faults"] == []
    centre.close()


@pytest.mark.parametrize(
    ("host", "is_it"), [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True)]
)
def test_this_machine_is_known(host: str, is_it: bool) -> None:
    assert is_loopback(host) is is_it


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "example.org", "127.0.0.1.example.org", ""])
def test_without_a_certificate_no_other_machine_is_served(host: str) -> None:
    assert not is_loopback(host)
    with pytest.raises(WrongUse, match="certificate"):
        Listening(host=host).check()


def test_a_certificate_needs_its_key(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="together"):
        Listening(certificate=tmp_path / "c.pem").check()
    Listening(host="0.0.0.0", certificate=tmp_path / "c.pem", key=tmp_path / "k.pem").check()
