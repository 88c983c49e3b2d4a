"""The laptop's line to its council: hotels, proxies, half answers, wrong certificates, and nothing sent astray."""

from __future__ import annotations

import gzip
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
import trustme
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from models.errors import Trouble
from models.identity import Identity, Worker
from models.ids import new_uuid7
from models.version import Version, encode_body, hash_body
from sync.client import http as client
from sync.client.http import Centre, Offline, Refused, checked_url
from sync.client.joining import join
from sync.codec import CONTENT_TYPE, pack, unpack
from sync.wire import (
    ChallengeReply,
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
    TokenRequest,
)

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ID = new_uuid7(1_763_890_200_000, bytes(10))
ME = Identity(
    device_id=ID, device_epoch=1, council_id=ID, council_name="Testshire", timeline=ID,
    worker=Worker(worker_id=ID, display_name="Amy"), signing_key=bytes(range(32)),
)  # fmt: skip
REQUEST = PullRequest(cursor=1_234_567_890, grant_counter=12_345, timeline=ID)
PAGE = PullPage(rows=(), cursor=7, filling={}, grant_counter=1, timeline=ID, more=False)
Listen = Callable[..., Any]


def http(status: int, body: bytes = b"", length: int | None = None, **headers: Any) -> bytes:
    lines = [f"HTTP/1.1 {status} Whatever", f"content-length: {len(body) if length is None else length}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def council(*replies: bytes, token: str = "t" * 43) -> Callable[[Any], bytes]:
    """Answer sign-in as a server does, and everything else with these replies in turn (the last one again)."""
    left = list(replies)

    def answer(asked: Any) -> bytes:
        if asked.path == "/v1/challenge":
            return http(200, pack(ChallengeReply(challenge=b"c" * 32)))
        if asked.path == "/v1/token":
            request = unpack(TokenRequest, asked.body)
            KEY.public_key().verify(request.signature, b"heard-token-1" + b"c" * 32 + ID.encode())
            return http(200, pack(TokenReply(token=token, seconds=900)))
        return left.pop(0) if len(left) > 1 else left[0]

    return answer


def refusal(status: int, code: str, message: str = "", **headers: Any) -> bytes:
    return http(status, pack(ErrorReply(code=code, message=message)), **headers)


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


def test_a_server_that_never_takes_the_token_is_not_asked_for_ever(listen: Listen) -> None:
    with pytest.raises(Refused) as told:
        pull(listen, refusal(401, "token_expired"))
    assert (told.value.status, told.value.code) == (401, "token_expired")


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

PORTAL = b"<html><title>Welcome to the hotel</title><a href=/signin>Sign in</a></html>"
NOT_OURS = {
    "captive portal": http(200, PORTAL, content_type="text/html"),
    "an empty answer": http(200, b""),
    "plain JSON": http(200, msgspec.json.encode(PAGE), content_type="application/json"),
    "another message": http(200, pack(TokenReply(token="t", seconds=1)), content_type=CONTENT_TYPE),
    "half a body": http(200, pack(PAGE)[:20], length=len(pack(PAGE))),
    "a cut message": http(200, pack(PAGE)[:-3]),
    "packed again by a proxy": http(200, gzip.compress(pack(PAGE)), content_encoding="gzip"),
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
    [("", 0.0), ("120", 120.0), ("9999999", client.MOST_WAIT_SECONDS), ("Wed, 21 Oct 2026 07:28:00 GMT", 0.0),
     ("-5", 0.0), ("9" * 400, 0.0)],
)  # fmt: skip
def test_a_busy_server_is_waited_for_as_long_as_it_asks_and_no_longer_than_an_hour(
    listen: Listen, status: int, kind: str, wait: str, seconds: float
) -> None:
    busy = ErrorReply(code="busy", message="")
    body = {"packed": pack(busy), "json": msgspec.json.encode(busy), "html": PORTAL}[kind]
    asked: dict[str, Any] = {"retry_after": wait} if wait else {}
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
    monkeypatch.setattr(client, "MAX_MESSAGE_BYTES", 1000)
    with pytest.raises(Offline) as told:
        pull(listen, http(200, bytes(100_000), length=10**12))
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


# --- certificates -------------------------------------------------------------------------------------------------


def _serving(cert: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    cert.configure_cert(context)
    return context


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def _pem(authority: trustme.CA) -> str:
    return authority.cert_pem.bytes().decode()


def test_the_councils_own_authority_is_trusted_for_its_own_machine(listen: Listen, authority: trustme.CA) -> None:
    ear = listen(council(http(200, pack(PAGE))), _serving(authority.issue_cert("127.0.0.1")))
    centre = Centre(ear.url, _pem(authority))
    assert centre.pull(ME, REQUEST) == PAGE
    centre.close()


def _valid(authority: trustme.CA, first: int, last: int) -> trustme.LeafCert:
    """A certificate good from one year to another, counted from now."""
    now, year = datetime.now(UTC), timedelta(days=365)
    return authority.issue_cert("127.0.0.1", not_before=now + first * year, not_after=now + last * year)


BAD: dict[str, Callable[[trustme.CA, trustme.CA], tuple[trustme.LeafCert, trustme.CA | None]]] = {
    "for another host": lambda ours, _other: (ours.issue_cert("heard.example"), ours),
    "of another authority": lambda ours, other: (other.issue_cert("127.0.0.1"), ours),
    "expired": lambda ours, _other: (_valid(ours, -2, -1), ours),
    "of the future": lambda ours, _other: (_valid(ours, 1, 2), ours),
    "for a name that only ends alike": lambda ours, _other: (ours.issue_cert("27.0.0.1.example"), ours),
    "self-signed, and none given to trust": lambda _ours, other: (other.issue_cert("127.0.0.1"), None),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD)
def test_a_wrong_certificate_means_offline_and_not_one_byte_sent(
    listen: Listen, authority: trustme.CA, kind: str
) -> None:
    cert, trusted = BAD[kind](authority, trustme.CA())
    ear = listen(council(http(200, pack(PAGE))), _serving(cert))
    centre = Centre(ear.url, _pem(trusted) if trusted else "")
    with pytest.raises(Offline):
        centre.pull(ME, REQUEST)
    centre.close()
    assert (ear.asked, ear.came) == ([], b"")


def test_a_certificate_that_is_none_means_offline_and_no_connection(listen: Listen) -> None:
    ear = listen(http(200))
    with pytest.raises(Offline):
        Centre(ear.url.replace("http:", "https:"), "-----BEGIN CERTIFICATE-----\nrubbish\n").pull(ME, REQUEST)
    assert ear.came == b""


def test_a_server_that_speaks_no_tls_gets_no_request_in_plain(listen: Listen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "CONNECT_SECONDS", 0.3)
    ear = listen(http(200, PORTAL))
    with pytest.raises(Offline):
        Centre(ear.url.replace("http:", "https:")).pull(ME, REQUEST)
    assert b"POST" not in ear.came


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
