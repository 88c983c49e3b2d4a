"""Laptops that push and pull without a pause through real servers on PostgreSQL, and a ledger of every answer."""

from __future__ import annotations

import contextlib
import itertools
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from models.audience import EVERYONE_ON_RECORD, SHARED
from models.errors import Trouble
from models.identity import Identity
from models.ids import Ids
from models.version import Version, batch_digest, encode_body, hash_body, new_salt
from sync.client.http import Centre as Line
from sync.client.joining import join
from sync.server.administration import Administration
from sync.server.care import check_everything
from sync.server.centre import open_centre
from sync.server.founding import found_council
from sync.server.settings import Settings
from sync.server.tables import council, version
from sync.wire import PullRequest, PushRequest
from tests.faults.result import Result

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "an invented server password"
NAMES = ("aisha", "martin", "joan", "imran")
SERVERS = 2
RECOVERY_SECONDS = 60.0
_PAUSE_SECONDS = 0.02


@dataclass
class Told:
    """A version the server said it has."""

    seq: int
    text: str


@dataclass
class Laptop:
    """One worker's laptop. It sends every batch again, the same bytes, until it is answered."""

    identity: Identity
    lines: list[Line]
    scope_id: str
    told: dict[str, Told] = field(default_factory=dict)
    pulled: set[int] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)
    answered_at: float = 0.0
    sent_again: int = 0
    _ops: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _ids: Ids = field(default_factory=Ids)
    _cursor: int = 0
    _grants: int = 0
    _filling: dict[str, int] = field(default_factory=dict)

    def push_and_pull(self, stop: threading.Event) -> None:
        """Write, send, fetch, until told to stop; the last batch is still carried to its answer."""
        try:
            for number in itertools.count():
                if stop.is_set():
                    return
                self._push(self._batch(number), number)
                self.pull(number)
        except Exception as error:  # a bug of the campaign or of Heard: it must fail the campaign
            self.wrong.append(f"{type(error).__name__}: {error}")

    def _batch(self, number: int) -> list[tuple[Version, str]]:
        """A new record, and a second version of it."""
        record_id, first = self._ids.new(), None
        batch = []
        for place in range(2):
            text = f"{self.identity.worker.display_name} {number}.{place} {self._ids.new()}"
            content, salt = encode_body({"what_happened": text}), new_salt()
            first = Version(
                version_id=self._ids.new(),
                record_id=record_id,
                scope_id=self.scope_id,
                type="this_is_me",
                policy_class=SHARED,
                schema=1,
                audience=EVERYONE_ON_RECORD,
                parents=(first.version_id,) if first else (),
                device_id=self.identity.device_id,
                device_epoch=1,
                op_no=next(self._ops),
                author_id=self.identity.worker.worker_id,
                written_at="2026-11-23T10:30:00.000Z",
                salt=salt,
                body_hash=hash_body(salt, content),
                body=msgspec.Raw(content),
            )
            batch.append((first, text))
        return batch

    def _push(self, batch: list[tuple[Version, str]], number: int) -> None:
        versions = tuple(one for one, _ in batch)
        key = Ed25519PrivateKey.from_private_bytes(self.identity.signing_key)
        request = PushRequest(versions=versions, signature=key.sign(batch_digest(versions)))
        # Every time by another server process: none of them knows what the other was doing.
        for line in itertools.islice(itertools.cycle(self.lines), number % len(self.lines), None):
            try:
                reply = line.push(self.identity, request)
                break
            except Trouble:
                self.sent_again += 1
                time.sleep(_PAUSE_SECONDS)
        self.answered_at = time.monotonic()
        for (_, text), result in zip(batch, reply.results, strict=True):
            if result.outcome != "head":
                self.wrong.append(f"{text}: {result.outcome} {result.reason}")
            self.told[result.version_id] = Told(result.seq, text)

    def pull(self, number: int = 0) -> None:
        """Fetch all there is; a page that does not come is asked for again."""
        line = self.lines[number % len(self.lines)]
        while True:
            request = PullRequest(
                cursor=self._cursor,
                grant_counter=self._grants,
                timeline=self.identity.timeline,
                filling=self._filling,
            )
            try:
                page = line.pull(self.identity, request)
            except Trouble:
                time.sleep(_PAUSE_SECONDS)
                continue
            if page.timeline != self.identity.timeline:
                self.wrong.append("the timeline changed")
            self._cursor, self._grants, self._filling = page.cursor, page.grant_counter, dict(page.filling)
            self.pulled.update(row.seq for row in page.rows)
            if not page.more:
                return


@dataclass
class Round:
    """The council, its server processes and its laptops, at work."""

    settings: Settings
    laptops: list[Laptop]
    worst_recovery: float = 0.0
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def begin(self) -> None:
        """Let every laptop work, each in its thread."""
        for laptop in self.laptops:
            thread = threading.Thread(target=laptop.push_and_pull, args=(self._stop,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def come_to_rest(self) -> None:
        """Let every laptop carry what it has under way to its answer, and stop."""
        self._stop.set()
        for thread in self._threads:
            thread.join(2 * RECOVERY_SECONDS)

    def answered(self) -> int:
        """How many versions the laptops have been told are sent."""
        return sum(len(one.told) for one in self.laptops)

    def wait_for_answers(self, after: float, result: Result) -> None:
        """Wait until every laptop has had an answer to something it sent after this moment."""
        while min(one.answered_at for one in self.laptops) <= after:
            if time.monotonic() - after > RECOVERY_SECONDS or any(one.wrong for one in self.laptops):
                result.what.append(f"no answer for {time.monotonic() - after:.0f} s after a fault")
                return
            time.sleep(0.01)
        self.worst_recovery = max(self.worst_recovery, time.monotonic() - after)

    def judge(self, result: Result) -> None:
        """Come to rest, and hold the database against what the laptops were told."""
        self.come_to_rest()
        centre = open_centre(self.settings, look=True)
        try:
            with centre.database.read() as connection:
                end = connection.execute(select(council.c.seq)).scalar_one()
                query = select(version.c.version_id, version.c.seq, version.c.body)
                kept = {row.version_id: (row.seq, row.body) for row in connection.execute(query)}
            found = check_everything(centre)
        finally:
            centre.close()
        result.what += [*found["faults"], *(one for laptop in self.laptops for one in laptop.wrong)]
        seqs = sorted(seq for seq, _ in kept.values())
        if seqs != list(range(1, end + 1)):
            result.what.append(f"the line has {len(seqs)} versions and ends at {end}")
        texts = [msgspec.json.decode(body)["what_happened"] for _, body in kept.values()]
        if len(texts) != len(set(texts)):
            result.what.append("a text is there twice")
        for laptop in self.laptops:
            for version_id, told in laptop.told.items():
                seq, body = kept.get(version_id, (0, b"{}"))
                result.lost += msgspec.json.decode(body).get("what_happened") != told.text
                if seq and seq != told.seq:
                    result.what.append(f"{told.text}: told seq {told.seq}, kept as {seq}")
        heads = {seq for seq, _ in self._heads(kept)}
        for laptop in self.laptops:
            laptop.pull()
            missing = heads - laptop.pulled
            if missing:
                result.what.append(f"{laptop.identity.worker.display_name} was never given {len(missing)} heads")
        result.acknowledged += self.answered()
        result.figures = {
            "sent again": sum(one.sent_again for one in self.laptops),
            "worst recovery s": round(self.worst_recovery, 2),
        }

    @staticmethod
    def _heads(kept: dict[str, tuple[int, bytes]]) -> list[tuple[int, bytes]]:
        """The second version of each record is its head; its text says so."""
        return [one for one in kept.values() if b".1 " in one[1]]


@contextlib.contextmanager
def laptops_at_work(database: str) -> Iterator[Round]:
    """Found a council in ``database``, start its servers, let laptops join and work until ``come_to_rest``."""
    with tempfile.TemporaryDirectory(prefix="heard-pg-laptops-") as name, contextlib.ExitStack() as ending:
        folder = Path(name)
        settings = Settings(folder / "centre", database=database)
        centre = found_council(settings, "Wintershire")
        office = Administration(centre)
        scopes = [office.open_scope("child", code) for code in ("1001", "1002")]
        codes = {}
        for worker in NAMES:
            office.add_worker(worker, worker.title())
            for code in ("1001", "1002"):
                office.assign(worker, code, "social_worker")
            codes[worker] = office.give_code(worker).code
        centre.close()
        urls = []
        for number in range(SERVERS):
            server, url = _serve(settings.data, folder / f"ready-{number}.json")
            ending.callback(_end, server)
            urls.append(url)
        laptops = []
        for place, worker in enumerate(NAMES):
            identity = join(urls[0], codes[worker], worker, PASSWORD, f"{worker}'s laptop")
            lines = [Line(url) for url in urls]
            for line in lines:
                ending.callback(line.close)
            laptops.append(Laptop(identity, lines, scopes[place % len(scopes)]))
        at_work = Round(settings, laptops)
        at_work.begin()
        try:
            yield at_work
        finally:
            at_work.come_to_rest()


def _serve(data: Path, ready: Path) -> tuple[subprocess.Popen[bytes], str]:
    command = [sys.executable, "-m", "sync.server", "serve", "--data", str(data), "--port", "0", "--ready-file"]
    with ready.with_suffix(".log").open("wb") as log:
        server = subprocess.Popen([*command, str(ready)], stderr=log, stdout=log, cwd=ROOT)
    last = time.monotonic() + 30
    while not ready.exists():
        if server.poll() is not None or time.monotonic() > last:
            raise RuntimeError(ready.with_suffix(".log").read_text())
        time.sleep(0.02)
    return server, str(json.loads(ready.read_text())["url"])


def _end(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(30)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
