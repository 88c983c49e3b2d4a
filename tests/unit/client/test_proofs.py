"""Looking at what came: a signature that holds, a key that stays, a list that covers; anything less is told."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from models.exchange import KnownKey, Unproved
from models.identity import Identity, Worker
from models.version import Version, digest_of_hashes, encode_body, envelope_hash, hash_body
from sync.client.proofs import CHANGED, GIVEN_BACK, Proofs, look
from sync.wire import BatchProof, ProofReply, ProofRequest

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
BODY = encode_body({"what_happened": "We walked."})


def version(number: int = 1, **other: Any) -> Version:
    return Version(
        **{
            "version_id": f"v{number}", "record_id": f"r{number}", "scope_id": "s", "type": "visit_note",
            "policy_class": "authored", "schema": 1, "audience": "everyone_on_record", "device_id": "d",
            "device_epoch": 1, "op_no": number, "author_id": "ben", "written_at": "2026-11-23T10:30:00.000Z",
            "salt": b"salt", "body_hash": hash_body(b"salt", BODY), "body": msgspec.Raw(BODY),
        }
        | other
    )  # fmt: skip


def waiting(*versions: Version) -> list[Unproved]:
    return [Unproved(at, one.record_id, one.version_id, one) for at, one in enumerate(versions, 1)]


def batch(*versions: Version, key: Ed25519PrivateKey = KEY, **other: Any) -> BatchProof:
    hashes = tuple(envelope_hash(one) for one in versions)
    fields = {
        "device_id": "d", "worker_id": "ben", "public_key": key.public_key().public_bytes_raw(),
        "signature": key.sign(digest_of_hashes(hashes)), "envelope_hashes": hashes,
        "version_ids": tuple(one.version_id for one in versions),
    }  # fmt: skip
    return BatchProof(**(fields | other))


def words(found: Any) -> list[str]:
    return [one.words for one in found.verdicts]


def test_what_its_authors_laptop_signed_stands_and_the_key_is_kept() -> None:
    one, other = version(1), version(2)
    found = look(waiting(one, other), [batch(one, other)], {})
    assert words(found) == ["", ""]
    assert list(found.fresh) == ["d"]
    known = dict(found.fresh)
    again = look(waiting(one), [batch(one)], known)
    assert (words(again), again.fresh, again.changed) == ([""], {}, set())


@pytest.mark.parametrize(
    "other",
    [
        {"signature": bytes(64)},
        {"public_key": b"no key"},
        {"envelope_hashes": ("0" * 64,)},
        {"worker_id": "cat"},
        {"public_key": Ed25519PrivateKey.generate().public_key().public_bytes_raw()},
    ],
    ids=["a signature", "a key that is none", "a list", "a worker", "a key"],
)
def test_a_proof_with_one_thing_wrong_proves_nothing(other: dict[str, Any]) -> None:
    one = version()
    assert words(look(waiting(one), [batch(one, **other)], {})) == [CHANGED]


def test_what_another_laptop_signed_for_is_in_doubt_and_said_to_have_been_given_back() -> None:
    one = version()
    assert words(look(waiting(one), [batch(one, device_id="another", worker_id="cat")], {})) == [GIVEN_BACK]
    other = batch(one, device_id="another", worker_id="cat", envelope_hashes=("0" * 64,))
    assert words(look(waiting(one), [other], {})) == [CHANGED]


def test_a_signature_over_other_versions_proves_nothing() -> None:
    one, other = version(1), version(2)
    assert words(look(waiting(one), [batch(other, version_ids=("v1",))], {})) == [CHANGED]


def test_another_key_for_a_known_laptop_is_told_and_what_it_signed_is_in_doubt() -> None:
    one = version()
    known = {"d": KnownKey("d", "ben", KEY.public_key().public_bytes_raw())}
    found = look(waiting(one), [batch(one, key=Ed25519PrivateKey.generate())], known)
    assert (words(found), found.changed, found.fresh) == ([CHANGED], {"ben"}, {})
    within = look(waiting(one, version(2)), [batch(one), batch(version(2), key=Ed25519PrivateKey.generate())], {})
    assert (words(within), within.changed) == (["", CHANGED], {"ben"}), "also within one step"


def test_a_text_that_is_not_what_was_hashed_needs_no_proof_to_be_in_doubt() -> None:
    one = version(body=msgspec.Raw(b'{"what_happened":"We sat."}'))
    assert words(look(waiting(one), [batch(one)], {})) == [CHANGED]


def test_an_erased_text_is_still_proved_by_what_was_signed() -> None:
    one = version()
    assert words(look(waiting(one.without_text()), [batch(one)], {})) == [""]


class Shelf:
    """An exchange with one thing to look at."""

    identity = Identity(
        device_id="me", device_epoch=1, council_id="c", council_name="T", timeline="t", signing_key=bytes(32),
        worker=Worker(worker_id="amy", display_name="Amy"),
    )  # fmt: skip

    def __init__(self, *versions: Version) -> None:
        self.versions = versions
        self.settled: list[Any] = []

    def unproved(self, after: int, limit: int) -> list[Unproved]:
        return waiting(*self.versions)[after : after + limit]

    def known_keys(self) -> dict[str, KnownKey]:
        return {}

    def identities(self) -> tuple[Identity, ...]:
        return (self.identity,)

    def settle_proofs(self, verdicts: Any, fresh: Any, changed: Any) -> Any:
        self.settled.append((verdicts, fresh, changed))
        return type("Done", (), {"result": lambda _self: None})()


class Line:
    """A server that answers from a list."""

    def __init__(self, *replies: ProofReply) -> None:
        self.replies = list(replies)
        self.asked: list[tuple[str, ...]] = []

    def proof(self, _identity: Identity, request: ProofRequest) -> ProofReply:
        self.asked.append(request.version_ids)
        return self.replies.pop(0)


def test_what_a_server_puts_off_is_asked_for_again_but_not_for_ever() -> None:
    one, other = version(1), version(2)
    shelf = Shelf(one, other)
    line = Line(
        ProofReply(batches=(batch(one),), later=("v2",)),
        ProofReply(batches=(), later=("v2",)),
    )
    Proofs(shelf, line).step()  # type: ignore[arg-type]
    assert line.asked == [("v1", "v2"), ("v2",)]
    assert [[one.seen.version_id for one in verdicts] for verdicts, _, _ in shelf.settled] == [["v1"]]
