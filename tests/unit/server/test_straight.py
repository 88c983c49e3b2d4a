"""The way straight through: the same answers as by way of Litestar, the same limits, nobody answered who is gone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from sync.codec import CONTENT_TYPE, pack, unpack
from sync.server.answering import Answer, Answering
from sync.server.app import build_app_on
from sync.server.centre import Centre
from sync.server.hub import Hub
from sync.server.straight import Straight
from sync.wire import DECLARED, ROUTES, WIRE_HEADER, ErrorReply, PullPage, PullRequest
from tests.unit.server.kinds import on_file

pytestmark = on_file


@pytest.fixture
def app(centre: Centre) -> Iterator[Any]:
    made = build_app_on(centre)
    yield made
    # What a server does when it ends, on a loop of its own.
    asyncio.run(made.on_shutdown[0](made))


def ask(app: Any, path: str, *bodies: bytes, client: Any = ("127.0.0.1", 1), **headers: str) -> list[dict[str, Any]]:
    """Send one request in pieces, as uvicorn hands it on; the last piece missing stands for a laptop that hung up."""
    arriving: list[dict[str, Any]] = [
        {"type": "http.request", "body": body, "more_body": number < len(bodies)}
        for number, body in enumerate(bodies, 1)
    ] + [{"type": "http.disconnect"}]
    if headers.pop("hangs_up", ""):
        del arriving[-2]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return arriving.pop(0)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    given = {"content_type": CONTENT_TYPE, **headers}
    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "http_version": "1.1",
        "scheme": "http",
        "server": ("127.0.0.1", 1),
        "client": client,
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in given.items()],
    }
    asyncio.run(app(scope, receive, send))
    return sent


def head_of(sent: Sequence[dict[str, Any]]) -> tuple[int, dict[str, str]]:
    return sent[0]["status"], {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}


def refusal_in(sent: Sequence[dict[str, Any]]) -> tuple[int, str]:
    return sent[0]["status"], unpack(ErrorReply, sent[1]["body"]).code


def test_both_ways_give_the_same_answer(app: Any, amy: Any) -> None:
    amy.pull()
    request = pack(PullRequest(cursor=0, grant_counter=amy.grants, timeline=""))
    token = f"Bearer {amy.token}"
    # Litestar takes a slash behind a path, too; the straight way knows exactly what is declared.
    straight = ask(app, ROUTES["pull"], request[:20], request[20:], authorization=token)
    framed = ask(app, ROUTES["pull"] + "/", request, authorization=token)
    assert head_of(straight) == head_of(framed)
    status, headers = head_of(straight)
    assert (status, headers["content-type"], headers["cache-control"]) == (200, CONTENT_TYPE, "no-store")
    assert headers[WIRE_HEADER] == "1"
    assert headers["content-length"] == str(len(straight[1]["body"]))
    assert unpack(PullPage, straight[1]["body"]) == unpack(PullPage, framed[1]["body"])


def test_only_paths_without_a_parameter_go_straight(app: Any) -> None:
    assert isinstance(app, Straight)
    assert set(app._direct) == {
        (route.method, route.path) for name, route in DECLARED.items() if "{" not in route.path and name != "drop"
    }


def test_nothing_changed_needs_no_thread(app: Any, amy: Any, sarah: str, monkeypatch: pytest.MonkeyPatch) -> None:
    amy.push(amy.version(sarah))
    amy.pull()
    monkeypatch.setattr(Hub, "pull", lambda *_: pytest.fail("a thread was asked"))
    request = pack(PullRequest(cursor=amy.cursor, grant_counter=amy.grants, timeline=amy.joined.timeline))
    sent = ask(app, ROUTES["pull"], request, authorization=f"Bearer {amy.token}", client=None)
    assert head_of(sent)[0] == 200
    assert unpack(PullPage, sent[1]["body"]).rows == ()


@pytest.mark.parametrize("said", ["", "70000"], ids=["as it comes", "as it says"])
def test_more_than_a_path_takes_is_refused(app: Any, said: str) -> None:
    headers = {"content_length": said} if said else {}
    too_much = [b"x" * 40_000] * (1 if said else 2)
    assert refusal_in(ask(app, ROUTES["token"], *too_much, **headers)) == (413, "message_too_large")


def test_a_length_that_is_none_is_not_believed(app: Any) -> None:
    assert refusal_in(ask(app, ROUTES["token"], b"junk", content_length="many")) == (400, "bad_message")


def test_whoever_hung_up_is_not_answered(app: Any) -> None:
    assert ask(app, ROUTES["token"], b"half", b"of it", hangs_up="yes") == []


def test_a_line_is_logged_once_the_answer_has_gone(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    happened: list[str] = []

    async def answer(self: Answering, call: Any, read_body: Any) -> Any:
        return Answer(200, b"", {}), lambda: happened.append("logged")

    monkeypatch.setattr(Answering, "answer", answer)
    sent = ask(build_app_on(centre), ROUTES["challenge"], b"")
    assert [one["type"] for one in sent] == ["http.response.start", "http.response.body"]
    assert happened == ["logged"]
