"""Messages to bytes and back: exact bodies, and a limit that no bomb and no broken frame gets past."""

from __future__ import annotations

import msgspec
import pytest
import zstandard

from sync.codec import BadMessage, pack, unpack
from sync.wire import MAX_MESSAGE_BYTES, ErrorReply, TokenReply

REPLY = TokenReply(token="a quiet word", seconds=900)
PLAIN = msgspec.json.encode(REPLY)


def squeeze(plain: bytes, *, declared: bool = True) -> bytes:
    if declared:
        return zstandard.ZstdCompressor().compress(plain)
    stream = zstandard.ZstdCompressor().compressobj()
    return stream.compress(plain) + stream.flush()


def test_a_message_comes_back_as_it_went() -> None:
    assert unpack(TokenReply, pack(REPLY)) == REPLY


def test_small_and_large_messages_come_back_whatever_came_before_them() -> None:
    large = TokenReply(token="word " * 40_000, seconds=1)
    packed = [pack(one, level) for level in (1, 3) for one in (REPLY, large, REPLY)]
    assert [unpack(TokenReply, one) for one in packed] == [REPLY, large, REPLY] * 2
    assert pack(REPLY) == pack(REPLY) == squeeze(PLAIN)
    for broken in (packed[0][:-2], packed[1][:-2]):
        with pytest.raises(BadMessage):
            unpack(TokenReply, broken)
    assert unpack(TokenReply, packed[0]) == REPLY


def test_exactly_the_limit_passes_and_one_byte_more_does_not() -> None:
    assert unpack(TokenReply, pack(REPLY), limit=len(PLAIN)) == REPLY
    with pytest.raises(BadMessage, match="too large"):
        unpack(TokenReply, pack(REPLY), limit=len(PLAIN) - 1)


@pytest.mark.parametrize("declared", [True, False], ids=["declared", "undeclared"])
def test_a_bomb_is_refused_without_being_expanded(declared: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = squeeze(bytes(MAX_MESSAGE_BYTES + 1), declared=declared)
    assert len(bomb) < 4096
    monkeypatch.setattr("sync.codec.zstandard.ZstdDecompressor", lambda **_: pytest.fail("the bomb was opened"))
    with pytest.raises(BadMessage):
        unpack(TokenReply, bomb)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"junk that is no frame",
        pack(REPLY)[:-1],
        pack(REPLY) + b"x",
        pack(REPLY) + pack(REPLY),
        b"\x50\x2a\x4d\x18\x04\x00\x00\x00abcd" + pack(REPLY),
        squeeze(PLAIN, declared=False),
        squeeze(b"not json"),
        squeeze(b'{"token":"\xff","seconds":1}'),
        squeeze(b'{"token":"t","seconds":"soon"}'),
    ],
    ids=["empty", "junk", "truncated", "a byte behind", "a frame behind", "skippable frame", "undeclared size",
         "no json", "no text", "wrong type"],
)  # fmt: skip
def test_bytes_that_are_no_whole_message_are_refused(data: bytes) -> None:
    with pytest.raises(BadMessage):
        unpack(TokenReply, data)


def test_a_message_of_another_kind_is_refused() -> None:
    with pytest.raises(BadMessage):
        unpack(TokenReply, pack(ErrorReply(code="gone", message="It is not there.")))
