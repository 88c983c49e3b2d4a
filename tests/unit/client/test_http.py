"""The laptop's line to its council: hotels, proxies, half answers, wrong certificates, and nothing sent astray."""

from __future__ import annotations

import dataclasses
import gzip
import socket
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from models.errors import Trouble
from models.identity import Worker
from models.version import Version, encode_body, hash_body
from sync.client import http as client
from sync.client import road
from sync.client.http import Centre, Offline, Refused
from sync.client.joining import join
from sync.client.road import checked_url
from sync.codec import CONTENT_TYPE, pack, unpack
from sync.wire import (
    DECLARED,
    EnrolReply,
    EnrolRequest,
    ErrorReply,
    HistoryReply,
    PulledRow,
    PullPage,
    PullRequest,
    PushReply,
    PushRequest,
    PushResult,
    TokenReply,
)
from tests.answers import ID, ME, PAGE, PORTAL, REQUEST, Listen, council, http, refusal


def pull(listen: Listen, *replies: bytes) -> tuple[PullPage, Any]:
    ear = listen(council(*replies))
    centre = Centre(ear.url)
    try:
        return centre.pull(ME, REQUEST), ear
    finally:
        centre.close()


# --- the straight way ---------------------------------------------------------------------------------------------


def test_a_laptop_proves_its_key_once_and_asks_with_its_token_after_that(listen: Listen) -> None:
    ear = listen(council(http(200, pack(PAGE))))
    centre = Centre(ear.url + "/")
    for _ in range(3):
        assert centre.pull(ME, REQUEST) == PAGE
        centre.close()
    assert [asked.path for asked in ear.asked] == ["/v1/challenge", "/v1/token", *["/v1/pull"] * 3]
    last = ear.asked[-1]
    assert (last.method, last.headers["content-type"]) == ("POST", CONTENT_TYPE)
    assert last.headers["authorization"] == "Bearer " + "t" * 43
    assert unpack(PullRequest, last.body) == REQUEST


def test_a_round_with_nothing_new_sends_at_most_600_bytes_with_its_token(listen: Listen) -> None:
    _page, ear = pull(listen, http(200, pack(PAGE)))
    assert len(ear.asked[-1].raw) <= 600


def test_a_token_whose_time_is_over_is_renewed_and_the_request_made_again(listen: Listen) -> None:
    page, ear = pull(listen, refusal(401, "token_expired"), http(200, pack(PAGE)))
    assert page == PAGE
    assert [asked.path[4:] for asked in ear.asked] == ["challenge", "token", "pull", "challenge", "token", "pull"]


def test_a_server_whose_clock_jumps_takes_no_token_and_is_tried_later_without_a_word_to_the_worker(
    listen: Listen,
) -> None:
    ear = listen(council(refusal(401, "token_expired")))
    centre = Centre(ear.url)
    with pytest.raises(Offline) as told:
        centre.pull(ME, REQUEST)
    assert told.value.why == "no token holds"
    assert [asked.path[4:] for asked in ear.asked] == ["challenge", "token", "pull", "challenge", "token", "pull"]
    with pytest.raises(Offline):
        centre.pull(ME, REQUEST)
    assert len(ear.asked) == 12
    centre.close()


def test_any_other_no_to_a_fresh_token_is_told(listen: Listen) -> None:
    with pytest.raises(Refused) as told:
        pull(listen, refusal(401, "unknown_device"))
    assert (told.value.status, told.value.code) == (401, "unknown_device")


def test_a_closed_laptop_is_told_so_at_once(listen: Listen) -> None:
    with pytest.raises(Refused) as told:
        pull(listen, refusal(401, "device_revoked", "The council has closed Heard on this laptop."))
    assert told.value.code == "device_revoked"
    assert told.value.message == "The council has closed Heard on this laptop."


def test_versions_are_pushed_and_come_back_in_pages_with_their_exact_bytes(listen: Listen) -> None:
    content = encode_body({"what_happened": "Zoë’s café\n\n"})
    version = Version(
        version_id=ID, record_id=ID, scope_id=ID, type="visit_note", policy_class="authored", schema=1, audience="",
        device_id=ID, device_epoch=1, op_no=1, author_id=ID, written_at="", salt=b"s" * 16,
        body_hash=hash_body(b"s" * 16, content), body=msgspec.Raw(content),
    )  # fmt: skip
    pages = [
        HistoryReply(versions=tuple(PulledRow(seq=at, version=version) for at in some)) for some in ((1, 2), (3,), ())
    ]
    reply = PushReply(results=(PushResult(version_id=ID, outcome="head", seq=9),))
    ear = listen(council(http(200, pack(reply)), *(http(200, pack(page)) for page in pages)))
    centre = Centre(ear.url)
    assert centre.push(ME, PushRequest(versions=(version,), signature=b"s")) == reply
    rows = centre.history(ME, ID).versions
    centre.close()
    assert [row.seq for row in rows] == [1, 2, 3]
    assert rows[0].version == version
    assert rows[0].version.has_sound_body()
    assert [asked.path for asked in ear.asked[-3:]] == [f"/v1/history/{ID}?after={after}" for after in (0, 2, 3)]
    assert unpack(PushRequest, ear.asked[2].body).versions == (version,)


def test_a_server_that_knows_no_pages_of_history_is_asked_twice_and_not_for_ever(listen: Listen) -> None:
    content = encode_body({})
    version = Version(
        version_id=ID, record_id=ID, scope_id=ID, type="t", policy_class="shared", schema=1, audience="", device_id=ID,
        device_epoch=1, op_no=1, author_id=ID, written_at="", body_hash="", body=msgspec.Raw(content),
    )  # fmt: skip
    ear = listen(council(http(200, pack(HistoryReply(versions=(PulledRow(seq=1, version=version),))))))
    centre = Centre(ear.url)
    assert len(centre.history(ME, ID).versions) == 1
    centre.close()


def test_joining_makes_a_key_that_never_leaves_the_laptop(listen: Listen) -> None:
    worker = Worker(worker_id=ID, display_name="Amy")
    reply = EnrolReply(
        device_id=ID, device_epoch=1, council_id=ID, council_name="Testshire", worker=worker, timeline=ID,
        sealing_key=b"k" * 32,
    )  # fmt: skip
    ear = listen(http(201, pack(reply)))
    me = join(ear.url, " CODE-1 ", " amy ", "a long password", "laptop")
    asked = unpack(EnrolRequest, ear.asked[0].body)
    assert (asked.code, asked.sign_in_name, asked.password) == ("CODE-1", "amy", "a long password")
    key = Ed25519PrivateKey.from_private_bytes(me.signing_key)
    assert key.public_key().public_bytes_raw() == asked.public_key
    assert me.signing_key not in ear.came
    assert (me.device_id, me.server_url, me.sealing_key, me.worker) == (ID, ear.url, b"k" * 32, worker)
    assert ear.asked[0].headers.get("authorization") is None


# --- what is no Heard server --------------------------------------------------------------------------------------

NOT_OURS = {
    "captive portal": http(200, PORTAL, content_type="text/html"),
    "an empty answer": http(200, b""),
    "plain JSON": http(200, msgspec.json.encode(PAGE), content_type="application/json"),
    "another message": http(200, pack(TokenReply(token="t", seconds=1)), content_type=CONTENT_TYPE),
    "half a body": http(200, pack(PAGE)[:20], length=len(pack(PAGE))),
    "a cut message": http(200, pack(PAGE)[:-3]),
    "packed again by a proxy": http(200, gzip.compress(pack(PAGE)), content_encoding="gzip"),
    "the right bytes as another type": http(200, pack(PAGE), content_type="text/plain"),
    "a wire version that is no number": http(200, pack(PAGE), heard_wire="one"),
    "a redirect": http(302, PORTAL, location="http://127.0.0.1:9/signin"),
    "a permanent redirect": http(308, b"", location="http://127.0.0.1:9/v1/pull"),
    "not found by a proxy": http(404, PORTAL, content_type="text/html"),
    "forbidden by a proxy": http(403, b"{}", content_type="application/json"),
    "a proxy that wants to know who": http(407, PORTAL),
    "no HTTP at all": b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
    "nested out of all reason": http(418, b"[" * 100_000),
    "bytes that are no text": http(400, b'{"code":"\xff","message":""}'),
}


@pytest.mark.parametrize("reply", NOT_OURS.values(), ids=NOT_OURS)
def test_an_answer_that_is_not_heards_means_offline_and_nothing_else(listen: Listen, reply: bytes) -> None:
    ear = listen(lambda asked: council(reply)(asked))
    centre = Centre(ear.url)
    with pytest.raises(Offline) as told:
        centre.pull(ME, REQUEST)
    centre.close()
    assert (told.value.title, told.value.retry_after) == ("You are offline", 0.0)
    assert "saved on this laptop" in told.value.message


def test_a_portal_gets_no_token_and_no_word_of_a_record(listen: Listen) -> None:
    ear = listen(http(200, PORTAL, content_type="text/html"))
    centre = Centre(ear.url)
    with pytest.raises(Offline):
        centre.pull(ME, REQUEST)
    centre.close()
    assert [asked.path for asked in ear.asked] == ["/v1/challenge"]
    assert ear.asked[0].body == b""


@pytest.mark.parametrize("status", [500, 502, 503, 504, 429])
@pytest.mark.parametrize("kind", ["packed", "json", "html"])
@pytest.mark.parametrize(
    ("wait", "seconds"),
    [("", 0.0), ("120", 120.0), ("9999999", client.MOST_WAIT_SECONDS), ("Mon, 23 Nov 2026 10:30:00", 0.0),
     ("-5", 0.0), ("9" * 400, 0.0), ("Mon, 23 Nov 2026 10:32:00 GMT", 120.0), ("Mon, 23 Nov 2036 10:30:00 GMT", 3600.0),
     ("Mon, 23 Nov 2026 10:29:00 GMT", 0.0), ("soon", 0.0)],
)  # fmt: skip
def test_a_busy_server_is_waited_for_as_long_as_it_asks_and_no_longer_than_an_hour(
    listen: Listen, status: int, kind: str, wait: str, seconds: float
) -> None:
    busy = ErrorReply(code="busy", message="")
    body = {"packed": pack(busy), "json": msgspec.json.encode(busy), "html": PORTAL}[kind]
    asked: dict[str, Any] = {"retry_after": wait, "date": "Mon, 23 Nov 2026 10:30:00 GMT"} if wait else {}
    ear = listen(http(status, body, **asked))
    centre = Centre(ear.url)
    with pytest.raises(Offline) as told:
        centre.pull(ME, REQUEST)
    centre.close()
    assert told.value.retry_after == seconds


@pytest.mark.parametrize("kind", [pack, msgspec.json.encode], ids=["packed", "json"])
def test_a_no_of_the_council_is_told_in_its_own_words(listen: Listen, kind: Callable[[Any], bytes]) -> None:
    ear = listen(http(403, kind(ErrorReply(code="nope", message="Ask your manager.")), retry_after="7"))
    centre = Centre(ear.url)
    with pytest.raises(Refused) as told:
        centre.pull(ME, REQUEST)
    centre.close()
    assert (told.value.status, told.value.code, told.value.retry_after) == (403, "nope", 7.0)
    assert told.value.message == "Ask your manager."


def test_an_endless_answer_is_cut_off(listen: Listen, monkeypatch: pytest.MonkeyPatch) -> None:
    short = dataclasses.replace(DECLARED["pull"], most_out=1000)
    monkeypatch.setitem(DECLARED, "pull", short)
    ear = listen(council(http(200, bytes(100_000), length=10**12)))
    centre = Centre(ear.url)
    with pytest.raises(Offline) as told:
        centre.pull(ME, REQUEST)
    assert told.value.why == "answer too large"
    assert centre._road is None
    centre.close()


@pytest.mark.parametrize("route", ["challenge", "token"])
def test_an_answer_that_should_be_short_is_not_read_to_a_great_length(listen: Listen, route: str) -> None:
    long = http(200, bytes(DECLARED[route].most_out + 1))
    ear = listen(lambda asked: long if asked.path.endswith(route) else council(long)(asked))
    centre = Centre(ear.url)
    with pytest.raises(Offline) as told:
        centre.pull(ME, REQUEST)
    centre.close()
    assert told.value.why == "answer too large"


def test_nobody_there_and_a_line_that_hangs_up_mean_offline(listen: Listen) -> None:
    ear = listen(b"")
    centre = Centre(ear.url)
    with pytest.raises(Offline):
        centre.pull(ME, REQUEST)
    ear.close()
    with pytest.raises(Offline):
        centre.pull(ME, REQUEST)
    centre.close()
    with pytest.raises(Offline):
        Centre(f"http://127.0.0.1:{ear.port}").enrol(
            EnrolRequest(code="", sign_in_name="", password="", device_name="", public_key=b"")
        )


def test_a_line_is_opened_again_after_a_failure(listen: Listen) -> None:
    ear = listen(council(http(200, pack(PAGE)[:10], length=999), http(200, pack(PAGE))))
    centre = Centre(ear.url)
    with pytest.raises(Offline):
        centre.pull(ME, REQUEST)
    assert centre.pull(ME, REQUEST) == PAGE
    centre.close()


def test_what_is_meant_for_this_machine_never_goes_through_a_proxy(
    listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = listen(http(200, PORTAL))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, proxy.url)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    page, _ear = pull(listen, http(200, pack(PAGE)))
    assert page == PAGE
    assert proxy.came == b""


def test_what_goes_far_goes_by_the_proxy_this_laptop_is_told_to_use(
    listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = listen(http(502, PORTAL))
    monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("http://", "http://amy:a%20word@"))
    monkeypatch.setenv("NO_PROXY", "other.example")
    centre = Centre("https://heard.example")
    with pytest.raises(Offline) as told:
        centre.pull(ME, REQUEST)
    centre.close()
    assert told.value.why == "the proxy answered 502"
    assert proxy.came.startswith(b"CONNECT heard.example:443 HTTP/1.1\r\n")
    assert b"proxy-authorization: Basic " + b64encode(b"amy:a word") in proxy.came
    assert b"bearer" not in proxy.came.lower()
    assert road._proxy_for(road.address_of("https://other.example/heard")) is None


def test_head_and_body_of_a_request_leave_as_one_piece(listen: Listen, monkeypatch: pytest.MonkeyPatch) -> None:
    pieces: list[bytes] = []
    connect = socket.create_connection

    class Noted(socket.socket):
        def sendall(self, data: Any, *rest: Any) -> None:
            pieces.append(data)
            super().sendall(data, *rest)

    monkeypatch.setattr(socket, "create_connection", lambda *to: Noted(fileno=connect(*to).detach()))
    pull(listen, http(200, pack(PAGE)))
    assert [piece.partition(b" ")[0] for piece in pieces] == [b"POST"] * 3  # challenge, token, pull


# --- addresses ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    ["http://heard.example", "http://192.0.2.7", "http://127.0.0.1.example", "http://localhost.example", "ftp://heard.example",
     "http://127.0.0.1@heard.example", "http://heard.example:80/", "http://0.0.0.0", "https://", "", "  ", "http://[::1",
     "https://heard.example:port", "file:///etc/passwd", "javascript://x", "http://①②⑦.0.0.1"],
)  # fmt: skip
def test_an_address_that_is_not_secure_is_turned_down_before_a_byte_leaves(url: str) -> None:
    with pytest.raises(Trouble, match="address cannot be used"):
        Centre(url)


@pytest.mark.parametrize(
    ("typed", "used"),
    [
        (" heard.example/ ", "https://heard.example"),
        ("https://heard.example:8443//", "https://heard.example:8443"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://localhost", "http://localhost"),
        ("http://[::1]:5/", "http://[::1]:5"),
        ("127.0.0.1:8000", "https://127.0.0.1:8000"),
    ],
)
def test_an_address_is_taken_as_people_type_it(typed: str, used: str) -> None:
    assert checked_url(typed) == used
