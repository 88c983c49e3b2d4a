"""The messages: what both ends promise of size and shape, and golden bytes that old laptops must go on reading."""

from __future__ import annotations

import base64
import json
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
from sync.wire import (
    Assignment,
    Directory,
    EnrolReply,
    ErrorReply,
    HistoryReply,
    Message,
    PulledRow,
    PullPage,
    PullRequest,
    PushReply,
    PushRequest,
    PushResult,
    Reply,
    Spoken,
    Worker,
)

MESSAGES = [
    one
    for one in vars(wire).values()
    if isinstance(one, type) and issubclass(one, Message) and one not in (Message, Reply)
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
def test_every_message_is_frozen_and_named(kind: type[Message]) -> None:
    assert kind.__struct_config__.frozen
    with pytest.raises(TypeError, match="positional"):
        kind("a value without its name")
    assert kind.__doc__


@pytest.mark.parametrize("kind", [one for one in MESSAGES if not issubclass(one, Reply)], ids=lambda one: one.__name__)
def test_a_request_with_a_field_the_server_does_not_know_is_refused(kind: type[Message]) -> None:
    assert kind.__struct_config__.forbid_unknown_fields
    with pytest.raises(BadMessage):
        unpack(kind, zstandard.ZstdCompressor().compress(b'{"no_such_field":1}'))


def _with_more(thing: Any) -> Any:
    """The same JSON with a field more in every object that is no record's body and no table of ids."""
    if isinstance(thing, list):
        return [_with_more(one) for one in thing]
    if not isinstance(thing, dict):
        return thing
    return {name: value if name in TABLES else _with_more(value) for name, value in thing.items()} | {"newer": [1]}


TABLES = {"body", "filling", "scopes", "digests", "heads", "covered", "open_choices", "more"}


def test_an_older_laptop_passes_over_whatever_a_newer_server_added_to_its_replies() -> None:
    worker = Worker(worker_id="w1", display_name="Amy")
    directory = Directory(workers=(worker,), assignments=(Assignment(scope_id="s1", worker_id="w1", role="iro"),))
    row = PulledRow(seq=1, version=VERSION)
    replies: tuple[Reply, ...] = (
        PullPage(
            rows=(row,), cursor=1, filling={"s1": 3}, grant_counter=1, timeline="t", more=False,
            scopes={"s1": "iro"}, directory=directory,
        ),
        PushReply(results=(PushResult(version_id="v1", outcome="branch", head=row),)),
        HistoryReply(versions=(row,)),
        EnrolReply(device_id="d", device_epoch=1, council_id="c", council_name="n", worker=worker, timeline="t"),
        ErrorReply(code="gone", message="It is not there."),
    )  # fmt: skip
    for reply in replies:
        newer = json.dumps(
            _with_more(json.loads(msgspec.json.encode(reply))), separators=(",", ":"), ensure_ascii=False
        ).encode()
        assert newer.count(b'"newer"') >= 1
        assert unpack(type(reply), zstandard.ZstdCompressor().compress(newer)) == reply
    assert newer != msgspec.json.encode(replies[-1])


@pytest.mark.parametrize("kind", [one for one in MESSAGES if issubclass(one, Reply)], ids=lambda one: one.__name__)
def test_no_part_of_a_reply_trips_over_a_field_more(kind: type[Reply]) -> None:
    assert not kind.__struct_config__.forbid_unknown_fields


def test_both_ends_settle_on_the_highest_version_they_share() -> None:
    assert Spoken(1, 3).highest_with(Spoken(2, 5)) == 3
    assert Spoken(2, 5).highest_with(Spoken(1, 3)) == 3
    assert Spoken(1, 1).highest_with(Spoken(2, 2)) == 0
    assert Spoken(3, 4).highest_with(Spoken(1, 2)) == 0
    server = Spoken(2, 3)
    for asked, bare, written in ((1, 0, 0), (2, 2, 2), (3, 3, 3), (4, 3, 0)):
        assert server.answer_to(asked, is_written_in=False) == bare
        assert server.answer_to(asked, is_written_in=True) == written
    assert 2 in server
    assert 4 not in server


def test_the_routes_are_of_one_family_of_paths_and_every_limit_leaves_room_for_the_next() -> None:
    assert all(path.startswith("/v1/") for path in wire.ROUTES.values())
    assert all(wire.ROUTES[name] == route.path.partition("/{")[0] for name, route in wire.DECLARED.items())
    assert all(route.most_in <= wire.MAX_REQUEST_BYTES for route in wire.DECLARED.values())
    assert all(route.most_out <= wire.MAX_MESSAGE_BYTES for route in wire.DECLARED.values())
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


@pytest.mark.parametrize("number", [-1, 1 << 53, 1 << 64, 10**400])
def test_a_place_in_the_line_that_no_database_can_hold_is_no_message(number: int) -> None:
    page = PullPage(rows=(), cursor=7, filling={"s": 8}, grant_counter=9, timeline="t", more=False)
    push = PushReply(results=(PushResult(version_id="v", outcome="head", seq=6),))
    for message, places in ((page, ("7", "8", "9")), (push, ("6",))):
        sound = msgspec.json.encode(message).decode()
        for place in places:
            spoilt = sound.replace(f":{place}", f":{number}", 1).encode()
            assert spoilt != sound.encode()
            with pytest.raises(BadMessage):
                unpack(type(message), zstandard.ZstdCompressor().compress(spoilt))
