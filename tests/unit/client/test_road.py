"""One line to the council: kept and opened anew, through a proxy and past it, cut, and answered before it was asked."""

from __future__ import annotations

import contextlib
import itertools
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from models.errors import Trouble
from sync.client import road
from sync.client.answer import Answer, BadAnswer, request
from sync.client.http import Centre, Offline
from sync.client.pace import Pace, Paced, TooSlow
from sync.codec import pack
from tests.answers import ME, PAGE, REQUEST, Listen, council, http
from tests.certificates import GOOD


@contextmanager
def serving(*answers: bytes, hangs_up_after: int = 99) -> Iterator[tuple[str, list[int]]]:
    """A server that keeps its lines, and counts the requests of each; hangs up once it has answered so many."""
    ear = socket.create_server(("127.0.0.1", 0))
    counts: list[int] = []
    left = list(answers)

    def listen() -> None:
        with contextlib.suppress(OSError):
            while True:
                line, _ = ear.accept()
                counts.append(0)
                with line, contextlib.suppress(OSError):
                    line.settimeout(10)
                    while b"\r\n\r\n" in line.recv(65536):
                        counts[-1] += 1
                        line.sendall(left.pop(0) if len(left) > 1 else left[0])
                        if counts[-1] == hangs_up_after:
                            break

    thread = threading.Thread(target=listen)
    thread.start()
    try:
        yield f"http://127.0.0.1:{ear.getsockname()[1]}", counts
    finally:
        ear.shutdown(socket.SHUT_RDWR)
        ear.close()
        thread.join()


@contextmanager
def line_to(url: str) -> Iterator[road.Road]:
    line = road.Road(road.address_of(url), "", Pace())
    try:
        yield line
    finally:
        line.close()


def asked(line: road.Road) -> bytes:
    return b"".join(line.ask("GET", "/", None, {}).pieces())


def test_a_line_is_kept_from_one_exchange_to_the_next() -> None:
    with serving(http(200, b"yes")) as (url, counts), line_to(url) as line:
        assert [asked(line) for _ in range(3)] == [b"yes"] * 3
    assert counts == [3]


def test_a_line_the_server_has_given_up_meanwhile_is_opened_anew() -> None:
    with serving(http(200, b"yes"), hangs_up_after=1) as (url, counts), line_to(url) as line:
        for _ in range(2):
            assert asked(line) == b"yes"
            assert line._line is not None
            until = time.monotonic() + 10
            while not road._has_something(line._line.line) and time.monotonic() < until:
                time.sleep(0.01)
    assert counts == [1, 1]


def test_a_line_kept_for_too_long_is_opened_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(http(200, b"yes")) as (url, counts), line_to(url) as line:
        assert asked(line) == b"yes"
        monkeypatch.setattr(road, "IDLE_SECONDS", -1.0)
        # This server takes one line at a time: the first must be closed before the second is answered.
        assert asked(line) == b"yes"
    assert counts == [1, 1]


def test_what_came_unasked_is_never_taken_for_an_answer() -> None:
    with serving(http(200, b"yes") + http(200, b"no!"), http(200, b"yes")) as (url, _), line_to(url) as line:
        assert [asked(line) for _ in range(2)] == [b"yes"] * 2


def test_an_answer_left_half_read_closes_the_line(listen: Listen) -> None:
    ear = listen(council(http(200, bytes(200_000), content_type="application/octet-stream")))
    centre = Centre(ear.url)
    pieces = centre.segment(ME, ["s"], 0)
    assert len(next(pieces)) <= 200_000
    pieces.close()
    assert centre._road is None


def test_a_line_cut_in_the_middle_of_a_piece_hands_out_what_came_and_then_says_so(listen: Listen) -> None:
    ear = listen(council(http(200, bytes(1000), length=5000, content_type="application/octet-stream")))
    centre = Centre(ear.url)
    came: list[bytes] = []
    with pytest.raises(Offline) as told:
        came.extend(centre.segment(ME, ["s"], 0))
    assert (b"".join(came), told.value.why) == (bytes(1000), "BadAnswer")


def coming(*pieces: bytes) -> Answer:
    """An answer that comes in these pieces; then the line ends."""
    left = list(pieces)
    return Answer(lambda: left.pop(0) if left else b"")


CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nyes\r\n4\r\n, no\r\n0\r\n\r\n"
WHOLE = {
    "with its length": (http(200, b"yes, no"), True),
    "in chunks": (CHUNKED, True),
    "until the line ends": (b"HTTP/1.1 200 OK\r\n\r\nyes, no", False),
    "the last of its line": (http(200, b"yes, no", connection="close"), False),
    "of an older HTTP": (http(200, b"yes, no").replace(b"HTTP/1.1", b"HTTP/1.0"), False),
    "after interim ones": (
        b"HTTP/1.1 100 Go on\r\n\r\nHTTP/1.1 103 Early\r\nx: 1\r\n\r\n" + http(200, b"yes, no"),
        True,
    ),
    "and something after it": (http(200, b"yes, no") + http(200, b"other"), False),
    "and rubbish after it": (http(200, b"yes, no") + b"\0\1\2 rubbish", False),
}


@pytest.mark.parametrize("kind", WHOLE)
@pytest.mark.parametrize("size", [1, 7, 65536])
def test_an_answer_is_the_same_in_whatever_pieces_it_comes(kind: str, size: int) -> None:
    raw, keeps_line = WHOLE[kind]
    answer = coming(*(raw[at : at + size] for at in range(0, len(raw), size)))
    assert (answer.status, b"".join(answer.pieces())) == (200, b"yes, no")
    assert "x" not in answer.headers
    # What comes after it in one piece is seen; what comes later is seen by the line, before it is used again.
    assert answer.keeps_line == (keeps_line or ("after it" in kind and size == 1))


@pytest.mark.parametrize("kind", ["with its length", "in chunks"])
def test_an_answer_cut_anywhere_is_never_taken_for_a_whole_one(kind: str) -> None:
    raw, _ = WHOLE[kind]
    for end in range(len(raw)):
        with pytest.raises(BadAnswer):
            b"".join(coming(*([raw[:end]] if end else [])).pieces())


@pytest.mark.parametrize(
    "raw",
    [b"SSH-2.0-OpenSSH\r\n\r\n", b"HTTP/1.1 101 Other\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n", bytes(100),
     b"HTTP/1.1 200 OK\r\nx: " + b"y" * 100_000, b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 20_000,
     b"HTTP/1.1 200 OK\r\ncontent-length: nine\r\n\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: -9\r\n\r\n",
     b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n"],
)  # fmt: skip
def test_what_is_no_answer_is_said_to_be_none(raw: bytes) -> None:
    with pytest.raises(BadAnswer):
        b"".join(coming(*(raw[at : at + 65536] for at in range(0, len(raw), 65536))).pieces())


def test_an_answer_whose_head_never_ends_is_not_read_on() -> None:
    endless = itertools.chain([b"HTTP/1.1 200 OK\r\n"], itertools.repeat(b"x: y\r\n"))
    with pytest.raises(BadAnswer, match="too long"):
        Answer(endless.__next__)


@pytest.mark.parametrize(
    ("path", "header"), [("/a b", "x"), ("/a\r\nx: y", "x"), ("/", "x\r\ny: z"), ("/", "x\ny"), ("/", "☃")]
)
def test_a_request_carries_no_line_of_its_own_making(path: str, header: str) -> None:
    with pytest.raises(UnicodeError):
        request("GET", path, None, {"x": header})


@contextmanager
def proxying(to_port: int) -> Iterator[tuple[int, list[bytes]]]:
    """A proxy that lets everybody through to one port, and keeps what it was asked."""
    ear = socket.create_server(("127.0.0.1", 0))
    heads: list[bytes] = []
    threads: list[threading.Thread] = []
    lines: list[socket.socket] = [ear]

    def pipe(one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)
            other.shutdown(socket.SHUT_WR)

    def through() -> None:
        with contextlib.suppress(OSError):
            while True:
                line, _ = ear.accept()
                lines.append(line)
                heads.append(line.recv(65536))
                line.sendall(b"HTTP/1.1 200 Go on\r\nproxy-agent: a test\r\n\r\n")
                onward = socket.create_connection(("127.0.0.1", to_port))
                lines.append(onward)
                both = [threading.Thread(target=pipe, args=ends) for ends in ((line, onward), (onward, line))]
                threads.extend(both)
                for thread in both:
                    thread.start()

    listener = threading.Thread(target=through)
    listener.start()
    try:
        yield ear.getsockname()[1], heads
    finally:
        for line in lines:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
        for thread in (listener, *threads):
            thread.join()
        for line in lines:
            line.close()


def test_through_a_proxy_the_council_itself_is_spoken_to_and_the_proxy_reads_nothing(
    listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = next(iter(GOOD.values()))()
    ear = listen(council(http(200, pack(PAGE))), shown.context())
    monkeypatch.setattr(road, "OWN_MACHINE", ())
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.delenv("no_proxy", raising=False)
    with proxying(ear.port) as (port, heads):
        monkeypatch.setenv("HTTPS_PROXY", f"127.0.0.1:{port}")
        centre = Centre(ear.url, shown.trusted)
        assert centre.pull(ME, REQUEST) == PAGE
        centre.close()
    assert heads
    assert all(head.startswith(f"CONNECT 127.0.0.1:{ear.port} HTTP/1.1\r\n".encode()) for head in heads)
    assert [one.path for one in ear.asked][-1] == "/v1/pull"
    assert ear.asked[-1].headers["host"] == f"127.0.0.1:{ear.port}"


@pytest.mark.parametrize(
    ("proxy", "told"),
    [
        ("socks5://127.0.0.1:9", "socks5://"),
        ("https://127.0.0.1:9", "https://"),
        ("http://amy:secret@proxy.example:port", "proxy.example:port"),
        ("http://[::1", "[::1"),
    ],
)
def test_a_proxy_that_heard_cannot_use_is_told_of_and_nothing_is_sent(
    monkeypatch: pytest.MonkeyPatch, proxy: str, told: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    monkeypatch.setenv("NO_PROXY", "")
    with pytest.raises(Trouble, match="proxy of this laptop cannot be used") as trouble:
        Centre("https://heard.example").pull(ME, REQUEST)
    assert told in trouble.value.message
    assert "secret" not in str(trouble.value)


def test_a_proxy_that_drips_its_answer_for_ever_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.client.pace.GRACE_SECONDS", 0.3)
    monkeypatch.setattr("sync.client.pace.SLOWEST_BYTES_A_SECOND", 1e9)
    monkeypatch.setenv("NO_PROXY", "")
    stop = threading.Event()
    ear = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        line, _ = ear.accept()
        with line, contextlib.suppress(OSError):
            line.recv(65536)
            line.sendall(b"HTTP/1.1 200 OK\r\n")
            while not stop.wait(0.02):
                line.sendall(b"x")

    thread = threading.Thread(target=drip)
    thread.start()
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{ear.getsockname()[1]}")
    try:
        with pytest.raises(Offline) as told:
            Centre("https://heard.example").pull(ME, REQUEST)
        assert isinstance(told.value.__cause__, road.NotOpened)
        assert isinstance(told.value.__cause__.__cause__, TooSlow)
    finally:
        stop.set()
        thread.join()
        ear.close()


@pytest.mark.parametrize(
    ("url", "host", "named"),
    [
        ("https://heard.example", "heard.example", "heard.example"),
        ("https://heard.example:8443/x", "heard.example", "heard.example:8443"),
        ("http://[::1]:5", "::1", "[::1]:5"),
        ("https://bücher.example", "xn--bcher-kva.example", "xn--bcher-kva.example"),
    ],
)
def test_an_address_goes_over_the_line_as_its_host_and_port(url: str, host: str, named: str) -> None:
    at = road.address_of(url)
    assert (at.host, at.in_header) == (host, named)


def test_an_answer_given_before_all_was_sent_is_heard() -> None:
    here, there = socket.socketpair()
    there.sendall(http(413, b"too much"))
    there.close()
    line = Paced(here, Pace())
    line.send(bytes(1_000_000))
    answer = Answer(line.receive)
    assert (answer.status, b"".join(answer.pieces())) == (413, b"too much")
    line.close()


def test_who_takes_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.client.pace.GRACE_SECONDS", 0.2)
    monkeypatch.setattr("sync.client.pace.SLOWEST_BYTES_A_SECOND", 1e9)
    here, there = socket.socketpair()
    line = Paced(here, Pace())
    with pytest.raises(TooSlow):
        line.send(bytes(50_000_000))
    line.close()
    there.close()
