"""The messages: what both ends promise of size and shape, and golden bytes that old laptops must go on reading."""

from __future__ import annotations

import base64
import random
from typing import Any

import msgspec
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from models.version import (
    OpenChoice,
    Version,
    batch_digest,
    encode_body,
    envelope_hash,
    hash_body,
    hash_choices,
)
from sync import wire
from sync.codec import BadMessage, pack, unpack
from sync.wire import Message, PulledRow, PullPage, PullRequest, PushRequest

MESSAGES = [
    one for one in vars(wire).values() if isinstance(one, type) and issubclass(one, Message) and one is not Message
]
BODY = encode_body({"what_happened": "Zoë’s café", "seen": True, "days": 2.5})
SALT = b"0123456789abcdef"
CHOICES = (OpenChoice("place", "v9", "school", "w2", "2026-11-23T10:31:00.000Z"),)
VERSION = Version(
    version_id="v1", record_id="r1", scope_id="s1", type="visit_note", policy_class="authored", schema=1,
    audience="everyone_on_record", keep_from=("parents",), about=("s2",), parents=("v0",), device_id="d1",
    device_epoch=1, op_no=3, author_id="w1", written_at="2026-11-23T10:30:00.000Z", is_finished=False,
    open_choices=CHOICES, salt=SALT, body_hash=hash_body(SALT, BODY), choices_hash=hash_choices(SALT, CHOICES),
    body=msgspec.Raw(BODY),
)  # fmt: skip
GOLDEN = (
    b'{"version_id":"v1","record_id":"r1","scope_id":"s1","type":"visit_note","policy_class":"authored","schema":1,'
    b'"audience":"everyone_on_record","keep_from":["parents"],"about":["s2"],"parents":["v0"],"device_id":"d1",'
    b'"device_epoch":1,"op_no":3,"author_id":"w1","written_at":"2026-11-23T10:30:00.000Z","is_finished":false,'
    b'"is_deleted":false,"is_erased":false,"open_choices":[{"field":"place","losing_version_id":"v9","value":"school",'
    b'"author_id":"w2","written_at":"2026-11-23T10:31:00.000Z"}],"salt":"MDEyMzQ1Njc4OWFiY2RlZg==","body_hash":'
    b'"%s","choices_hash":"%s","body":{"days":2.5,"seen":true,"what_happened":"Zo\xc3\xab\xe2\x80\x99s caf\xc3\xa9"}}'
)


def test_a_version_travels_as_plain_json_that_never_changes_its_shape() -> None:
    golden = GOLDEN % (VERSION.body_hash.encode(), VERSION.choices_hash.encode())
    assert msgspec.json.encode(VERSION) == golden
    assert msgspec.json.decode(golden, type=Version) == VERSION
    assert VERSION.body_hash == "1c347fe04f681662f169e490d517771e82a5c79a7c65c7950b5df7db3c2b83ea"
    assert VERSION.choices_hash == "fb3290278f9a2e6c31741eccfd3b9105b07eaaeee84ddfca6e4cf0d667a6f810"


def test_a_body_keeps_its_exact_bytes_through_pages_and_batches() -> None:
    odd = b'{ "b" : 1,\n "a":1.0, "deep":{"z":[1,2 ,3]} }'
    version = msgspec.structs.replace(VERSION, body=msgspec.Raw(odd), body_hash=hash_body(b"0123456789abcdef", odd))
    page = PullPage(
        rows=(PulledRow(seq=1, version=version),), cursor=1, filling={}, grant_counter=1, timeline="t", more=False
    )
    for message in (page, PushRequest(versions=(version,), signature=b"s" * 64)):
        back = unpack(type(message), pack(message))
        got = back.rows[0].version if isinstance(back, PullPage) else back.versions[0]
        assert got.body_bytes() == odd
        assert got.has_sound_body()
        assert envelope_hash(got) == envelope_hash(version)


def test_a_signature_covers_everything_but_what_was_erased() -> None:
    erased = VERSION.without_text()
    assert batch_digest([erased]) == batch_digest([VERSION])
    assert erased.has_sound_body()
    assert erased.read_body() == {}
    for change in (
        {"audience": "only_author"}, {"parents": ()}, {"body_hash": "x"}, {"is_deleted": True}, {"op_no": 4},
        {"keep_from": ()}, {"about": ()}, {"author_id": "w2"}, {"choices_hash": "x"}, {"is_finished": True},
    ):  # fmt: skip
        assert batch_digest([msgspec.structs.replace(VERSION, **change)]) != batch_digest([VERSION]), change
    other = msgspec.structs.replace(VERSION, version_id="v2")
    assert batch_digest([VERSION, other]) != batch_digest([other, VERSION])
    assert not msgspec.structs.replace(VERSION, body=msgspec.Raw(b"{}")).has_sound_body()
    assert not msgspec.structs.replace(VERSION, salt=None).has_sound_body()
    assert not msgspec.structs.replace(VERSION, open_choices=()).has_sound_body()
    assert not msgspec.structs.replace(VERSION, choices_hash="").has_sound_body()
    assert not msgspec.structs.replace(erased, open_choices=CHOICES).has_sound_body()
    assert b"school" not in msgspec.json.encode(erased)
    assert not msgspec.structs.replace(erased, body=msgspec.Raw(b"{}")).has_sound_body()


@pytest.mark.parametrize("kind", MESSAGES, ids=lambda one: one.__name__)
def test_every_message_is_frozen_named_and_takes_no_unknown_field(kind: type[Message]) -> None:
    config = kind.__struct_config__
    assert config.frozen
    assert config.forbid_unknown_fields
    with pytest.raises(TypeError, match="positional"):
        kind("a value without its name")
    assert kind.__doc__
    with pytest.raises(BadMessage):
        unpack(kind, zstandard.ZstdCompressor().compress(b'{"no_such_field":1}'))


def test_the_routes_are_of_one_wire_version_and_every_limit_leaves_room_for_the_next() -> None:
    assert all(path.startswith(f"/v{wire.WIRE_VERSION}/") for path in wire.ROUTES.values())
    assert wire.MAX_BODY_BYTES < wire.MAX_MESSAGE_BYTES
    assert wire.MAX_BATCH_BYTES < wire.MAX_PAGE_BYTES < wire.MAX_MESSAGE_BYTES


def test_what_is_nested_out_of_all_reason_is_refused_and_never_ends_the_program() -> None:
    deep = b"[" * 200_000 + b"]" * 200_000
    batch = msgspec.json.encode(PushRequest(versions=(VERSION,), signature=b""))
    for plain in (deep, batch.replace(b'"value":"school"', b'"value":' + deep), batch.replace(BODY, deep)):
        with pytest.raises(BadMessage):
            unpack(PushRequest, zstandard.ZstdCompressor().compress(plain))


def _forged(data: bytes, size: int) -> bytes:
    """The same frame, declaring another size."""
    frame = zstandard.get_frame_parameters(data)
    assert frame.content_size < 256
    return data[:5] + bytes([size]) + data[6:]


def test_a_forged_size_is_noticed_whether_it_is_too_small_or_too_large() -> None:
    data = pack(PullRequest(cursor=1, grant_counter=1, timeline="t"))
    size = zstandard.frame_content_size(data)
    assert unpack(PullRequest, _forged(data, size)) == PullRequest(cursor=1, grant_counter=1, timeline="t")
    for wrong in (0, 1, size - 1, size + 1, 255):
        with pytest.raises(BadMessage):
            unpack(PullRequest, _forged(data, wrong))


@given(st.integers(0, 1 << 32))
def test_no_damage_on_the_way_gets_past_as_anything_but_the_message_or_bad(seed: int) -> None:
    chance = random.Random(seed)
    message = PullRequest(cursor=chance.randrange(1 << 40), grant_counter=1, timeline="t" * chance.randrange(30))
    data = bytearray(pack(message))
    for _ in range(chance.randrange(4)):
        act, at = chance.randrange(3), chance.randrange(len(data))
        if act == 0:
            data[at] ^= 1 << chance.randrange(8)
        elif act == 1:
            del data[at:]
            data = data or bytearray(b"\x00")
        else:
            data[at:at] = chance.randbytes(3)
    try:
        back: Any = unpack(PullRequest, bytes(data))
    except BadMessage:
        return
    assert isinstance(back, PullRequest)


def test_no_bytes_at_all_are_no_message() -> None:
    for data in (b"", b"\x28\xb5\x2f\xfd", base64.b64encode(pack(PullRequest(cursor=1, grant_counter=1, timeline="")))):
        with pytest.raises(BadMessage):
            unpack(PullRequest, data)
