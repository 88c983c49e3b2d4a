"""Files over the laptop's line to its council: plain bytes with their hash, asked for by name, nothing half taken."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from models.attachments.carriage import BlobRow
from sync.client.http import Centre, Offline, Refused
from sync.codec import CONTENT_TYPE, pack, unpack
from sync.wire import BLOB_PART_BYTES, PART_HASH_HEADER, BlobOffer, BlobState
from tests.answers import ID, ME, PORTAL, Listen, council, http, refusal

DATA = b"a part of a drawing" * 40
BLOB_ID = hashlib.sha256(DATA).hexdigest()
ROW = BlobRow(BLOB_ID, ID, "name", "image/png", len(DATA), "up", 0, is_whole=True, since="")
STATE = BlobState(blob_id=BLOB_ID, size=len(DATA), media_type="image/png", have=(), is_whole=False)
OCTETS = "application/octet-stream"


def part(data: bytes, sha256: str = "", kind: str = OCTETS, status: int = 200) -> bytes:
    return http(status, data, content_type=kind, **{PART_HASH_HEADER: sha256 or hashlib.sha256(data).hexdigest()})


def asked(listen: Listen, ask: Any, *replies: bytes) -> tuple[Any, Any]:
    ear = listen(council(*replies))
    centre = Centre(ear.url)
    try:
        return ask(centre), ear.asked[-1]
    finally:
        centre.close()


def test_an_offer_is_a_message_and_a_part_is_plain_bytes_with_its_hash(listen: Listen) -> None:
    offer = BlobOffer(blob_id=BLOB_ID, record_id=ID, size=len(DATA), media_type="image/png")
    told, last = asked(listen, lambda line: line.offer_blob(ME, offer), http(200, pack(STATE)))
    assert told == STATE
    assert (last.method, last.path, unpack(BlobOffer, last.body)) == ("POST", "/v1/blobs", offer)
    told, last = asked(listen, lambda line: line.send_part(ME, ROW, 3, DATA), http(200, pack(STATE)))
    assert told == STATE
    assert (last.method, last.path, last.body) == ("PUT", f"/v1/blobs/{ID}/{BLOB_ID}/3", DATA)
    assert (last.headers["content-type"], last.headers[PART_HASH_HEADER]) == (OCTETS, BLOB_ID)
    assert last.headers["accept"] == CONTENT_TYPE


def test_what_is_there_and_each_part_of_it_is_asked_for_by_name(listen: Listen) -> None:
    told, last = asked(listen, lambda line: line.blob_state(ME, ROW), http(200, pack(STATE)))
    assert told == STATE
    assert (last.method, last.path) == ("GET", f"/v1/blobs/{ID}/{BLOB_ID}")
    told, last = asked(listen, lambda line: line.fetch_part(ME, ROW, 0), part(DATA))
    assert told == DATA
    assert (last.method, last.path) == ("GET", f"/v1/blobs/{ID}/{BLOB_ID}/0")
    assert OCTETS in last.headers["accept"]


@pytest.mark.parametrize(
    "reply",
    [
        part(DATA, "0" * 64),
        http(200, DATA, content_type=OCTETS),
        part(DATA, kind="text/html"),
        part(PORTAL, kind="text/html; charset=utf-8"),
        part(bytes(BLOB_PART_BYTES + 1)),
        http(200, DATA[:50], length=len(DATA), content_type=OCTETS),
        http(503, PORTAL),
    ],
    ids=["another hash", "no hash", "another kind", "a hotel", "too much", "half of it", "a proxy"],
)
def test_whatever_is_no_part_of_ours_is_taken_for_a_bad_line(listen: Listen, reply: bytes) -> None:
    with pytest.raises(Offline):
        asked(listen, lambda line: line.fetch_part(ME, ROW, 0), reply)


def test_a_token_whose_time_is_over_is_renewed_for_a_part_too(listen: Listen) -> None:
    told, _last = asked(listen, lambda line: line.fetch_part(ME, ROW, 0), refusal(401, "token_expired"), part(DATA))
    assert told == DATA
    with pytest.raises(Refused) as refused:
        asked(listen, lambda line: line.fetch_part(ME, ROW, 0), refusal(404, "not_found", "There is none."))
    assert (refused.value.status, refused.value.code) == (404, "not_found")
