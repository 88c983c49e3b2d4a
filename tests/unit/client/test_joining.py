"""Joining again: the same vault under a new device id, and nobody else's code taken by mistake."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from models.casebook import Casebook
from models.errors import Trouble
from models.identity import Identity, Worker
from sync.client.http import Refused
from sync.client.joining import join_again
from sync.codec import pack, unpack
from sync.wire import EnrolReply, EnrolRequest, ErrorReply

AMY = Worker(worker_id="amy", display_name="Amy")
ME = Identity(
    device_id="d", device_epoch=3, council_id="c", council_name="T", timeline="t", signing_key=bytes(32), worker=AMY
)
REPLY = EnrolReply(
    device_id="e", device_epoch=1, council_id="c", council_name="T", worker=AMY, timeline="t", sealing_key=b"s" * 32
)


def http(body: bytes, status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body


@pytest.fixture
def casebook(tmp_path: Path, clock: Any, ids: Any) -> Iterator[Casebook]:
    opened = Casebook.open(tmp_path, bytes(32), identity=ME, clock=clock, ids=ids)
    yield opened
    opened.close()


def at(casebook: Casebook, url: str) -> Casebook:
    casebook._desk.identity = msgspec.structs.replace(ME, server_url=url)
    return casebook


def test_a_laptop_joins_again_under_a_new_name_key_and_epoch(casebook: Casebook, listen: Callable[..., Any]) -> None:
    ear = listen(http(pack(REPLY)))
    fresh = join_again(at(casebook, ear.url).exchange, " abcde-fghjk ", "amy", "a password", "laptop")
    asked = unpack(EnrolRequest, ear.asked[0].body)
    assert (asked.code, asked.replaces, asked.sign_in_name) == ("abcde-fghjk", "d", "amy")
    assert (fresh.device_id, fresh.device_epoch, fresh.worker, fresh.server_url) == ("e", 4, AMY, ear.url)
    assert fresh.signing_key != ME.signing_key
    assert casebook.me == fresh
    assert fresh.sealing_key == b"s" * 32


@pytest.mark.parametrize(
    "other",
    [{"worker": Worker(worker_id="ben", display_name="Ben")}, {"council_id": "another"}],
    ids=["another worker", "another council"],
)
def test_a_code_of_somebody_else_changes_nothing(
    casebook: Casebook, listen: Callable[..., Any], other: dict[str, Any]
) -> None:
    ear = listen(http(pack(msgspec.structs.replace(REPLY, **other))))
    with pytest.raises(Trouble, match="somebody else"):
        join_again(at(casebook, ear.url).exchange, "abcde", "ben", "a password", "laptop")
    assert casebook.me.device_id == "d"


def test_a_wrong_code_changes_nothing(casebook: Casebook, listen: Callable[..., Any]) -> None:
    ear = listen(http(pack(ErrorReply(code="code_wrong", message="Check both.")), "401 Unauthorized"))
    with pytest.raises(Refused, match="Check both"):
        join_again(at(casebook, ear.url).exchange, "abcde", "amy", "a password", "laptop")
    assert casebook.me.device_id == "d"
