"""The server as a laptop meets it over HTTP, without a network: every answer a message, never a stack trace."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar.testing import TestClient
from sqlalchemy.exc import OperationalError

from models.version import batch_digest
from sync.codec import CONTENT_TYPE, pack, unpack
from sync.server import pulling
from sync.server.administration import Administration
from sync.server.app import MAX_REQUEST_BYTES, build_app_on
from sync.server.centre import Centre
from sync.server.logs import LOGGER, PlainLines
from sync.server.migrations import LATEST
from sync.wire import (
    ROUTES,
    WIRE_HEADER,
    ChallengeReply,
    EnrolReply,
    EnrolRequest,
    ErrorReply,
    HistoryReply,
    PullPage,
    PullRequest,
    PushReply,
    PushRequest,
    Spoken,
    TokenReply,
    TokenRequest,
)
from tests.unit.server.kinds import on_disk

Enrol = Callable[..., Any]
HEADERS = {"content-type": CONTENT_TYPE}
PASSWORD = "a long enough password"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What the server logs, as it would reach stderr."""
    out = io.StringIO()
    outlet = logging.StreamHandler(out)
    outlet.setFormatter(PlainLines())
    LOGGER.addHandler(outlet)
    LOGGER.setLevel(logging.INFO)
    yield out
    LOGGER.removeHandler(outlet)


@pytest.fixture
def client(centre: Centre, lines: io.StringIO) -> Iterator[TestClient[Any]]:
    with TestClient(build_app_on(centre)) as opened:
        yield opened


def error_in(response: httpx.Response) -> tuple[int, str]:
    assert response.headers["content-type"] == CONTENT_TYPE
    reply = unpack(ErrorReply, response.content)
    assert reply.message
    assert "Traceback" not in reply.message
    return response.status_code, reply.code


def post(client: Any, route: str, content: bytes, **headers: str) -> httpx.Response:
    response: httpx.Response = client.post(ROUTES[route], content=content, headers=HEADERS | headers)
    return response


def test_a_laptop_joins_signs_in_pushes_pulls_and_reads_history(
    client: Any, office: Administration, amy: Any, sarah: str
) -> None:
    request = EnrolRequest(
        code=office.give_code("amy").code,
        sign_in_name="amy",
        password=PASSWORD,
        device_name="second",
        public_key=amy.key.public_key().public_bytes_raw(),
    )
    amy.joined = unpack(EnrolReply, post(client, "enrol", pack(request)).content)
    challenge = unpack(ChallengeReply, post(client, "challenge", b"").content).challenge
    signature = amy.key.sign(b"heard-token-1" + challenge + amy.joined.device_id.encode())
    proof = TokenRequest(device_id=amy.joined.device_id, challenge=challenge, signature=signature)
    token = unpack(TokenReply, post(client, "token", pack(proof)).content).token
    bearer = {"authorization": f"Bearer {token}"}

    note = amy.version(sarah, {"what_happened": "We walked."})
    push = PushRequest(versions=(note,), signature=amy.key.sign(batch_digest((note,))))
    reply = unpack(PushReply, post(client, "push", pack(push), **bearer).content)
    assert [result.outcome for result in reply.results] == ["head"]
    ask = PullRequest(cursor=0, grant_counter=0, timeline="")
    first = unpack(PullPage, post(client, "pull", pack(ask), **bearer).content)
    ask = PullRequest(cursor=first.cursor, grant_counter=first.grant_counter, timeline="", filling=first.filling)
    page = post(client, "pull", pack(ask), **bearer)
    assert [row.version.version_id for row in unpack(PullPage, page.content).rows] == [note.version_id]
    path = f"{ROUTES['history']}/{note.record_id}"
    history = client.get(path, headers=bearer)
    assert len(unpack(HistoryReply, history.content).versions) == 1
    assert unpack(HistoryReply, client.get(f"{path}?after=1", headers=bearer).content).versions == ()
    assert error_in(client.get(f"{path}?after=x", headers=bearer)) == (400, "bad_message")
    assert (page.status_code, page.headers["content-type"], page.headers["cache-control"]) == (
        200,
        CONTENT_TYPE,
        "no-store",
    )


def test_health_is_plain_and_names_the_wire_versions(client: Any) -> None:
    told = client.get(ROUTES["health"]).json()
    assert told == {"status": "ok", "wire_version": 1, "wire_versions": [1], "schema": LATEST}


@pytest.mark.parametrize("route", ["enrol", "token", "pull", "push"])
@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"\0" * 40, pack(ErrorReply(code="x", message="y")), b"\x28\xb5\x2f\xfd" + b"\xff" * 20],
    ids=["nothing", "not packed", "junk", "another message", "half a frame"],
)
def test_what_is_no_message_is_refused_in_a_message(client: Any, route: str, content: bytes) -> None:
    assert error_in(post(client, route, content)) == (400, "bad_message")


def test_a_field_the_wire_does_not_know_is_refused(client: Any) -> None:
    text = json.dumps({"cursor": 0, "grant_counter": 0, "timeline": "", "extra": 1}).encode()
    assert error_in(post(client, "pull", zstandard.ZstdCompressor().compress(text))) == (400, "bad_message")


def test_lists_nested_out_of_all_reason_are_refused(client: Any) -> None:
    text = b'{"versions":[{"body":' + b"[" * 200_000 + b"]" * 200_000 + b'}],"signature":""}'
    assert error_in(post(client, "push", zstandard.ZstdCompressor().compress(text))) == (400, "bad_message")


def test_another_content_type_path_or_method_is_refused_in_a_message(client: Any) -> None:
    response = client.post(ROUTES["pull"], content=b"{}", headers={"content-type": "application/json"})
    assert error_in(response) == (415, "content_type")
    assert error_in(client.get("/v1/nothing")) == (404, "not_found")
    assert error_in(client.get(ROUTES["push"])) == (405, "not_found")


def test_a_request_over_the_limit_is_refused(client: Any) -> None:
    assert error_in(post(client, "push", b"\0" * (MAX_REQUEST_BYTES + 1))) == (413, "message_too_large")


@pytest.mark.parametrize(
    "header", [{}, {"authorization": "Bearer"}, {"authorization": "Basic abc"}, {"authorization": "Bearer nonsense"}]
)
def test_without_a_good_token_every_door_is_closed(client: Any, header: dict[str, str]) -> None:
    pull = pack(PullRequest(cursor=0, grant_counter=0, timeline=""))
    push = pack(PushRequest(versions=(), signature=b""))
    assert error_in(post(client, "pull", pull, **header)) == (401, "token_expired")
    assert error_in(post(client, "push", push, **header)) == (401, "token_expired")
    assert error_in(client.get(f"{ROUTES['history']}/x", headers=header)) in (
        (401, "token_expired"),
        (404, "not_found"),
    )


def test_too_many_guesses_say_when_to_try_again(client: Any, office: Administration) -> None:
    request = EnrolRequest(code="X", sign_in_name="amy", password=PASSWORD, device_name="x", public_key=b"\x01" * 32)
    responses = [post(client, "enrol", pack(request)) for _ in range(11)]
    assert [response.status_code for response in responses] == [401] * 10 + [429]
    assert responses[-1].headers["retry-after"] == "300"


def test_a_bug_leaves_as_a_kind_sentence_and_one_log_line(
    client: Any, amy: Any, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> bytes:
        raise ValueError("PLANTED")

    monkeypatch.setattr(pulling, "pull", broken)
    pull = pack(PullRequest(cursor=0, grant_counter=0, timeline=""))
    response = post(client, "pull", pull, authorization=f"Bearer {amy.sign_in()}")
    assert error_in(response) == (500, "server_fault")
    assert b"PLANTED" not in response.content
    [line] = [json.loads(text) for text in lines.getvalue().splitlines()]
    assert (line["level"], line["route"], line["status"], line["error"]) == ("error", "pull", 500, "ValueError")
    assert "PLANTED" not in lines.getvalue()


def test_a_busy_database_asks_to_be_tried_again(client: Any, amy: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(*_: object) -> bytes:
        raise OperationalError("SELECT 1", None, Exception("database is locked"))

    monkeypatch.setattr(pulling, "pull", locked)
    pull = pack(PullRequest(cursor=0, grant_counter=0, timeline=""))
    response = post(client, "pull", pull, authorization=f"Bearer {amy.sign_in()}")
    assert error_in(response) == (503, "busy")
    assert response.headers["retry-after"] == "5"


CANARIES = ("Quillfeather", "Brambledown", "Wolvercote-secret-phrase", "Zephyrine", "Tanglewood")


def test_no_word_of_a_record_a_name_or_a_password_is_logged(
    client: Any, office: Administration, enrol: Enrol, sarah: str, lines: io.StringIO, capfd: Any
) -> None:
    body, name, password, device, path = CANARIES
    office.add_worker(name.casefold(), name)
    office.assign(name.casefold(), "1001", "social_worker")
    amy = enrol(name.casefold())
    bearer = {"authorization": f"Bearer {amy.sign_in()}"}
    for sent in (amy.version(sarah, {"words": body}), amy.version(sarah, {"words": body}, body_hash="x")):
        push = PushRequest(versions=(sent,), signature=amy.key.sign(batch_digest((sent,))))
        assert post(client, "push", pack(push), **bearer).status_code == 200
        wrong = PushRequest(versions=(sent,), signature=b"\0" * 64)
        assert error_in(post(client, "push", pack(wrong), **bearer)) == (400, "bad_signature")
    request = EnrolRequest(code=body, sign_in_name=name, password=password, device_name=device, public_key=b"\x01" * 32)
    post(client, "enrol", pack(request))
    post(client, "enrol", f'{{"password":"{password}"}}'.encode())
    client.get(f"{ROUTES['history']}/{path}", headers=bearer)
    client.get(f"/{path}?{body}={name}")
    client.post(ROUTES["pull"], content=body.encode(), headers={"content-type": path})
    written = lines.getvalue() + "".join(capfd.readouterr())
    assert len(lines.getvalue().splitlines()) >= 8
    for canary in CANARIES:
        assert canary.casefold() not in written.casefold()
    assert amy.token not in written


def test_what_a_library_logs_is_told_by_its_place_alone() -> None:
    record = logging.LogRecord("sqlalchemy.pool", logging.WARNING, "/x/pool.py", 7, "lost %s", ("PLANTED",), None)
    line = json.loads(PlainLines().format(record))
    assert (line["event"], line["source"], line["line"]) == ("other", "sqlalchemy.pool", 7)
    assert "PLANTED" not in json.dumps(line)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    route=st.sampled_from(["enrol", "token", "pull", "push"]),
    fields=st.dictionaries(
        st.sampled_from(
            [
                "cursor",
                "grant_counter",
                "timeline",
                "filling",
                "versions",
                "signature",
                "device_id",
                "challenge",
                "code",
            ]
        ),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
            max_leaves=6,
        ),
    ),
)
def test_no_message_whatever_it_holds_breaks_the_server(
    client: Any, amy: Any, route: str, fields: dict[str, Any]
) -> None:
    content = zstandard.ZstdCompressor().compress(json.dumps(fields).encode())
    response = post(client, route, content, authorization=f"Bearer {amy.token or amy.sign_in()}")
    assert response.status_code < 500


# --- the wire version ---------------------------------------------------------------------------------------------


@pytest.fixture
def newer(centre: Centre, lines: io.StringIO) -> Iterator[TestClient[Any]]:
    """A server that speaks the versions 2 and 3."""
    with TestClient(build_app_on(centre, Spoken(2, 3))) as opened:
        yield opened


@pytest.mark.parametrize(("asked", "bare", "written"), [("1", 426, 426), ("2", 200, 200), ("3", 200, 200)])
def test_each_laptop_is_answered_in_a_version_it_speaks_or_told_which_there_are(
    newer: Any, asked: str, bare: int, written: int
) -> None:
    challenge = newer.post(ROUTES["challenge"], headers={WIRE_HEADER: asked})
    request = pack(TokenRequest(device_id="x", challenge=b"c" * 56, signature=b"s"))
    token = newer.post(ROUTES["token"], content=request, headers=HEADERS | {WIRE_HEADER: asked})
    assert challenge.status_code == bare
    assert (token.status_code == 426) == (written == 426)
    for response in (challenge, token):
        if response.status_code == 426:
            reply = unpack(ErrorReply, response.content)
            assert (reply.code, reply.oldest_wire, reply.newest_wire) == ("wire_version", 2, 3)
            assert "Nothing is lost" in reply.message
        else:
            assert response.headers[WIRE_HEADER] == asked


def test_a_newer_laptop_is_answered_in_the_newest_the_server_speaks_where_it_has_written_nothing_yet(
    newer: Any,
) -> None:
    challenge = newer.post(ROUTES["challenge"], headers={WIRE_HEADER: "9"})
    assert (challenge.status_code, challenge.headers[WIRE_HEADER]) == (200, "3")
    request = pack(TokenRequest(device_id="x", challenge=b"c" * 56, signature=b"s"))
    assert error_in(newer.post(ROUTES["token"], content=request, headers=HEADERS | {WIRE_HEADER: "9"})) == (
        426,
        "wire_version",
    )


def test_health_and_the_description_are_read_whatever_version_is_named(newer: Any) -> None:
    for asked in ("1", "99", "none"):
        told = newer.get(ROUTES["health"], headers={WIRE_HEADER: asked})
        assert told.json()["wire_versions"] == [2, 3]
        assert newer.get(ROUTES["openapi"], headers={WIRE_HEADER: asked}).status_code == 200


@pytest.mark.parametrize("asked", ["", "x", "-1", "1.0", "①", "123456", "0"])
def test_a_version_that_is_no_number_is_refused(client: Any, asked: str) -> None:
    response = client.post(ROUTES["challenge"], headers={WIRE_HEADER: asked.encode()})
    assert error_in(response)[0] in (400, 426)


@on_disk
def test_who_names_no_version_is_taken_to_speak_the_first(client: Any, newer: Any) -> None:
    assert client.post(ROUTES["challenge"]).headers[WIRE_HEADER] == "1"
    assert error_in(newer.post(ROUTES["challenge"])) == (426, "wire_version")
