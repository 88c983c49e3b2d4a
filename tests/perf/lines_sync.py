"""The sync lines: a real server process, the laptop's own client, and beside each the least any program could do."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import psycopg
import zstandard

from models.casebook import Casebook
from models.entry import Edit
from models.identity import Identity
from models.merge import Side, merge
from models.store import arrivals
from models.store.engine import SqlCipher, connect, make_engine
from models.store.migrate import create
from models.store.project import project, search_words
from models.store.records import rules_of
from models.store.tables import SEARCH
from models.store.versions import body_now, encode, row_values
from models.version import Version, encode_body, hash_body
from sync.client.http import Centre as LaptopLine
from sync.client.http import Offline
from sync.codec import CONTENT_TYPE, pack
from sync.wire import ROUTES, PulledRow, PullRequest, Segment
from tests.faults.proxy import Line as ProxyLine
from tests.faults.proxy import Proxy
from tests.perf.town import WORKERS, Town, WithoutSegments, a_database, a_town, one_round, signed

Held = Callable[..., Any]
CUT_EVERY = 256 * 1024
"""Bytes between two cuts of the line: one in each piece that a laptop fetches."""
PUSHERS = len(WORKERS)
PUSH_SECONDS = 3.0
_COUNT = iter(range(1_000_000))


def sync_lines(folder: Path, held: Held, counters: dict[str, Any]) -> list[Any]:
    """Measure every sync line. ``held`` measures a line and its limit side by side."""
    lines: list[Any] = []
    with a_database() as (database, bare), a_database() as (other, _):
        with a_town(folder / "fifty", other, children=50) as town:
            lines += [first_children(town, folder, held)]
        with a_town(folder / "town", database) as town:
            lines += pull_lines(town, folder, held)
            lines += [index_line(town, folder, held)]
            counters |= wire_counters(town, folder)
            casebook, line = _filled(town, folder), town.line()
            try:
                lines += idle_lines(town, casebook, line, bare, held, counters)
                lines += push_lines(town, casebook, line, bare, held)
            finally:
                line.close()
                casebook.close()
            lines += [burst_line(town, held, counters), merge_line(held)]
            counters["server_mb"] = round(town.memory_mb(), 1)
            counters["server_mb_hold"] = 120
    return lines


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def _filled(town: Town, folder: Path) -> Casebook:
    casebook, line = town.laptop(folder / f"laptop {next(_COUNT)}"), town.line()
    one_round(casebook, line)
    line.close()
    return casebook


# -- the first pull


def pull_lines(town: Town, folder: Path, held: Held) -> list[Any]:
    """A first pull against PULL FLOOR; the bare floor beside it, without a gate."""

    def pull(kind: type[LaptopLine]) -> float:
        casebook, line = town.laptop(folder / f"laptop {next(_COUNT)}"), kind(town.url)
        line._token_of(town.identity)
        try:
            took = _timed(lambda: one_round(casebook, line))
            assert casebook._desk.read(_rows_held) == len(town.data.all)
            return took
        finally:
            line.close()
            casebook.close()

    with _files(folder / "floor") as (root, url):
        floor, bare = _floors(town, folder, root, url)
        name = "PULL FLOOR"
        return [
            held("first pull of 10,000 by segments", lambda: pull(LaptopLine), name, floor, 1.25),
            held("first pull of 10,000 by pages", lambda: pull(WithoutSegments), name, floor, 1.6),
            held("first pull of 10,000 by segments, no gate", lambda: pull(LaptopLine), "bare floor", bare, 1e9),
        ]


def _rows_held(connection: Any) -> int:
    return int(connection.exec_driver_sql("SELECT count(*) FROM record").scalar_one())


def _floors(town: Town, folder: Path, root: Path, url: str) -> tuple[Callable[[], float], Callable[[], float]]:
    """PULL FLOOR and the bare floor: GET, decompress, decode, one executemany, one commit (SQLCipher, FULL)."""
    rows = [_row(version, seq) for seq, version in enumerate(town.data.all, 1)]
    (root / "rows").write_bytes(zstandard.ZstdCompressor(level=3).compress(msgspec.json.encode(rows)))
    where = urlsplit(url)

    def fetch() -> list[Any]:
        line = http.client.HTTPConnection(where.netloc)
        line.request("GET", "/rows")
        data = line.getresponse().read()
        line.close()
        found: list[Any] = msgspec.json.decode(zstandard.ZstdDecompressor().decompress(data))
        return found

    def floor() -> float:
        path = folder / f"floor {next(_COUNT)}.db"
        engine = make_engine(SqlCipher(bytes(32)), path, is_writer=True)
        with engine.begin() as connection:
            create(connection)
        engine.dispose()
        return insert(path, arrivals._INSERT)

    def bare() -> float:
        path = folder / f"floor {next(_COUNT)}.db"
        made = connect(SqlCipher(bytes(32)), path, is_writer=True)
        made.execute(f"CREATE TABLE heads ({', '.join(f'c{number}' for number in range(len(rows[0])))})")
        made.close()
        return insert(path, f"INSERT INTO heads VALUES ({', '.join('?' * len(rows[0]))})")

    def insert(path: Path, statement: str) -> float:
        raw = connect(SqlCipher(bytes(32)), path, is_writer=True)

        def all_of_it() -> None:
            found = fetch()
            raw.execute("BEGIN IMMEDIATE")
            raw.executemany(statement, found)
            raw.execute("COMMIT")

        took = _timed(all_of_it)
        raw.close()
        path.unlink()
        return took

    return floor, bare


def _row(version: Version, seq: int) -> tuple[Any, ...]:
    columns = project(version.type, body_now(version))
    return (*row_values(version, columns), seq, encode(version).decode())


@contextlib.contextmanager
def _files(root: Path) -> Iterator[tuple[Path, str]]:
    """A plain file server in a process of its own."""
    root.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as ear:
        port = ear.getsockname()[1]
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", str(root)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.01)
        yield root, f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def first_children(town: Town, folder: Path, held: Held) -> Any:
    """From the start of the pull until all fifty children can be listed, against the whole of that same pull."""
    whole: list[float] = []

    def until_all() -> float:
        casebook, line = town.laptop(folder / f"laptop {next(_COUNT)}"), town.line()
        shown: list[float] = []
        start = time.perf_counter()

        def look(_changes: object) -> None:
            if not shown and len(casebook.children()) == len(town.data.scopes):
                shown.append((time.perf_counter() - start) * 1000)

        casebook.listen(look)
        try:
            one_round(casebook, line)
            whole.append((time.perf_counter() - start) * 1000)
        finally:
            line.close()
            casebook.close()
        return shown[0]

    def full() -> float:
        until_all()
        return whole[-1]

    return held("first pull: 50 children can be listed", until_all, "that whole pull", full, 0.15)


def index_line(town: Town, folder: Path, held: Held) -> Any:
    """Indexing 10,000 pulled records in idle time, against FTS5 alone with its own settings in one transaction."""
    texts = [
        (number, search_words(one.type, body_now(one)), "", "Child 1") for number, one in enumerate(town.data.all, 1)
    ]

    def index() -> float:
        casebook = _filled(town, folder)

        def all_of_it() -> None:
            while casebook.index_some().result():
                pass

        try:
            return _timed(all_of_it)
        finally:
            casebook.close()

    def alone() -> float:
        path = folder / f"words {next(_COUNT)}.db"
        raw = connect(SqlCipher(bytes(32)), path, is_writer=True)
        raw.execute(SEARCH)

        def all_of_it() -> None:
            raw.execute("BEGIN IMMEDIATE")
            raw.executemany("INSERT INTO search (rowid, words, title, who) VALUES (?, ?, ?, ?)", texts)
            raw.execute("COMMIT")

        took = _timed(all_of_it)
        raw.close()
        return took

    return held("search index of 10,000, in the background", index, "FTS5 alone", alone, 1.3)


def wire_counters(town: Town, folder: Path) -> dict[str, Any]:
    """Bytes of a first pull, of one cut in every 256 KB, and of an idle round with its headers: runs of their own."""
    rows = tuple(PulledRow(seq=seq, version=version) for seq, version in enumerate(town.data.all, 1))
    whole = len(zstandard.ZstdCompressor(level=3).compress(msgspec.json.encode(Segment(rows=rows))))
    target = urlsplit(town.url).port or 0
    clean, _ = _through(town, folder, target, ProxyLine())
    cut, times = _through(town, folder, target, ProxyLine(cut_every=CUT_EVERY))
    return {
        "first_pull_bytes": clean,
        "first_pull_to_whole_file": round(clean / whole, 3),
        "first_pull_to_whole_file_hold": 1.15,
        "cuts": times,
        "cuts_least": max(2, clean // CUT_EVERY - 1),
        "cut_to_clean_bytes": round(cut / clean, 3),
        "cut_to_clean_bytes_hold": 1.5,
    }


def _through(town: Town, folder: Path, target: int, how: ProxyLine) -> tuple[int, int]:
    """Pull everything over such a line. Returns its bytes, and how often it was cut: the line's own count.

    A laptop goes on by itself after most cuts, and a round of it hears of few.
    """
    casebook = town.laptop(folder / f"laptop {next(_COUNT)}")
    with Proxy(target, how) as proxy:
        line, rounds = LaptopLine(proxy.url), 0
        while True:
            try:
                one_round(casebook, line)
                break
            except Offline:
                rounds += 1
                assert rounds < 200
        line.close()
    assert casebook._desk.read(_rows_held) == len(town.data.all)
    casebook.close()
    return proxy.bytes_both_ways, proxy.fired["line cut"]


# -- small rounds


def idle_lines(
    town: Town, casebook: Casebook, line: LaptopLine, bare: str, held: Held, counters: dict[str, Any]
) -> list[Any]:
    """A round in which nothing changed; against a bare GET and SELECT 1, and against both as our libraries do them."""
    one_round(casebook, line)
    before = town.cpu_ms()

    def idle() -> float:
        return _timed(lambda: [one_round(casebook, line) for _ in range(50)]) / 50

    lines = []
    with _echo() as url, _asking(bare) as ask:
        plain = http.client.HTTPConnection(urlsplit(url).netloc)

        def limit() -> float:
            return (
                _timed(lambda: [_get(plain) for _ in range(50)]) / 50 + _timed(lambda: [ask() for _ in range(50)]) / 50
            )

        lines.append(held("nothing changed", idle, "bare GET + SELECT 1", limit, 3.0))
        plain.close()
    counters["server_cpu_ms_per_idle_sync"] = round((town.cpu_ms() - before) / (2 * 7 * 50), 2)
    counters |= _many_idle(town, casebook)
    return lines


def _get(line: http.client.HTTPConnection) -> None:
    line.request("GET", "/")
    line.getresponse().read()


@contextlib.contextmanager
def _asking(url: str) -> Iterator[Callable[[], object]]:
    if not url:
        yield lambda: None
        return
    with psycopg.connect(url) as connection:

        def ask() -> None:
            connection.execute("SELECT 1").fetchone()
            connection.commit()

        yield ask


@contextlib.contextmanager
def _echo() -> Iterator[str]:
    """The least an HTTP server in Python can be, in a process of its own: the same few bytes for every request."""
    code = (
        "import asyncio,sys\n"
        "async def one(r,w):\n"
        "  try:\n"
        "    while await r.readuntil(b'\\r\\n\\r\\n'):\n"
        "      w.write(b'HTTP/1.1 200 OK\\r\\ncontent-length: 2\\r\\n\\r\\nok')\n"
        "  except asyncio.IncompleteReadError: w.close()\n"
        "async def main():\n"
        "  s=await asyncio.start_server(one,'127.0.0.1',0); print(s.sockets[0].getsockname()[1],flush=True)\n"
        "  await s.serve_forever()\n"
        "asyncio.run(main())\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.terminate()
        process.wait(10)


def _many_idle(town: Town, casebook: Casebook) -> dict[str, Any]:
    """Idle syncs a second of one server process, asked by raw connections."""
    cursor, grants, _ = casebook.exchange.cursors()
    message = pack(PullRequest(cursor=cursor, grant_counter=grants, timeline=town.identity.timeline), level=1)
    rate, cpu = _hammer(town, "pull", lambda _number: message, town.tokens()[:1] * PUSHERS)
    return {"idle_syncs_a_second": round(rate), "server_cpu_ms_per_idle_sync_hammered": round(cpu, 2)}


def _hammer(town: Town, route: str, message_of: Callable[[int], bytes], tokens: list[str]) -> tuple[float, float]:
    """Send messages over a few connections for a while. Returns how many a second, and server CPU ms for each."""
    done = [0] * PUSHERS
    start, before = time.perf_counter(), town.cpu_ms()
    end = start + PUSH_SECONDS

    def send(one: int) -> None:
        raw = http.client.HTTPConnection(urlsplit(town.url).netloc)
        headers = {"content-type": CONTENT_TYPE, "authorization": f"Bearer {tokens[one]}"}
        while time.perf_counter() < end:
            raw.request("POST", ROUTES[route], message_of(one), headers)
            reply = raw.getresponse()
            assert (reply.status, bool(reply.read())) == (200, True)
            done[one] += 1
        raw.close()

    threads = [threading.Thread(target=send, args=(one,)) for one in range(PUSHERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    count = sum(done)
    return count / (time.perf_counter() - start), (town.cpu_ms() - before) / count


# -- pushes


def push_lines(town: Town, casebook: Casebook, line: LaptopLine, bare: str, held: Held) -> list[Any]:
    """A round that sends 1,000 new records, and one that sends ten edits, against bare inserts with fsync."""
    scope = town.data.scopes[0]

    def write(count: int) -> None:
        for number in range(count):
            draft = casebook.new_draft("visit_note", scope)
            last = casebook.save(draft, {"what_happened": Edit("", f"{number} " + "Grandad met me. " * 55)})
        last.result()
        casebook.cut_all().result()

    def push(count: int) -> float:
        write(count)
        took = _timed(lambda: one_round(casebook, line))
        assert casebook.waiting_count() == 0
        one_round(casebook, line)  # what it sent comes back once, outside the figure
        return took

    with _inserting(bare) as insert:
        return [
            held("push 1,000", lambda: push(1000), "insert of 1,000, fsync", lambda: insert(1000), 6.0),
            held("push 10, no gate", lambda: push(10), "insert of 10, fsync", lambda: insert(10), 1e9),
        ]


@contextlib.contextmanager
def _inserting(url: str) -> Iterator[Callable[[int], float]]:
    body = os.urandom(462).hex()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE bare (id text PRIMARY KEY, seq bigint, body text)")

        def insert(count: int) -> float:
            ids, bodies = [f"{next(_COUNT):032}" for _ in range(count)], [body] * count
            words = "INSERT INTO bare SELECT * FROM unnest(%s::text[], %s::bigint[], %s::text[])"
            return _timed(lambda: connection.execute(words, (ids, list(range(count)), bodies)))

        yield insert


def burst_line(town: Town, held: Held, counters: dict[str, Any]) -> Any:
    """Pushes of ten records a second in one council, against the 5 ms that 200 a second allow.

    Sixteen laptops send at once, each of a worker with a child or two of their own: pushes about one child take turns.
    """
    numbers = iter(range(10_000_000, 20_000_000))
    ready: list[list[bytes]] = [[] for _ in range(PUSHERS)]

    def message_of(one: int) -> bytes:
        return ready[one].pop()

    def per_push() -> float:
        for identity, waiting in zip(town.identities, ready, strict=True):
            while len(waiting) < 1000:
                waiting.append(pack(signed(identity, tuple(_note(town, next(numbers), identity) for _ in range(10)))))
        rate, cpu = _hammer(town, "push", message_of, town.tokens())
        counters["server_cpu_ms_per_push_of_ten"] = round(cpu, 2)
        counters["pushes_of_ten_a_second"] = round(rate)
        return 1000 / rate

    return held("a push of ten among many", per_push, "200 a second", lambda: 5.0, 1.0)


def _note(town: Town, number: int, by: Identity) -> Version:
    """A new note about one of the children that this worker visits."""
    notes = [one for one in town.data.notes[:200] if one.scope_id in _visited(town, by)]
    like = notes[number % len(notes)]
    body, salt = encode_body({"what_happened": f"{number} " + "Grandad met me. " * 55}), os.urandom(16)
    ids = town.fresh_ids
    return msgspec.structs.replace(
        like, version_id=ids.new(), record_id=ids.new(), op_no=number, salt=salt,
        body=msgspec.Raw(body), body_hash=hash_body(salt, body), device_id=by.device_id, author_id=by.worker.worker_id,
    )  # fmt: skip


def _visited(town: Town, by: Identity) -> list[str]:
    return town.data.scopes[town.identities.index(by) :: len(town.identities)]


def merge_line(held: Held) -> Any:
    """One field of fifty words, changed on both sides in different paragraphs."""
    words = [f"word{number}" for number in range(50)]
    base = " ".join(words[:25]) + "\n" + " ".join(words[25:])
    rules = {"what_happened": rules_of("visit_note")["what_happened"]}

    def side(text: str, version_id: str) -> Side:
        return Side(version_id=version_id, body={"what_happened": text}, author_id="a", written_at="")

    before, mine, theirs = side(base, "1"), side(base.replace("word3 ", "three "), "2"), side(base + " more", "3")

    def one() -> float:
        return _timed(lambda: [merge(rules, before, mine, theirs) for _ in range(100)]) / 100

    return held("merge of one 50-word field", one, "0.1 ms", lambda: 0.1, 1.0)
