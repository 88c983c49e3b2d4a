"""What a laptop is given to see for itself who signed what: for what its worker may read, and nothing besides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from models.audience import ONLY_AUTHOR, PROTECTED
from models.version import Version, envelope_hash
from sync.codec import unpack
from sync.server import proving
from sync.server.administration import Administration
from sync.server.auth import is_signed
from sync.server.hub import Hub
from sync.server.refusal import Refusal
from sync.wire import MAX_PROOF_VERSIONS, ProofReply, ProofRequest

Enrol = Callable[..., Any]


def ask(laptop: Any, *versions: Version | str) -> ProofReply:
    ids = tuple(one if isinstance(one, str) else one.version_id for one in versions)
    return unpack(ProofReply, laptop.hub.proof(laptop.token or laptop.sign_in(), ProofRequest(version_ids=ids)))


def test_the_batch_a_version_came_in_is_given_with_the_key_that_signed_it(amy: Any, ben: Any, sarah: str) -> None:
    note, other = amy.version(sarah), amy.version(sarah)
    amy.push(note, other)
    amy.push(amy.version(sarah))
    (batch,) = ask(ben, note).batches
    assert (batch.device_id, batch.worker_id) == (amy.joined.device_id, amy.worker_id)
    assert batch.public_key == amy.key.public_key().public_bytes_raw()
    assert batch.envelope_hashes == (envelope_hash(note), envelope_hash(other))
    assert batch.version_ids == (note.version_id,)
    assert is_signed(batch.public_key, batch.signature, proving_digest(batch))


def proving_digest(batch: Any) -> bytes:
    from models.version import digest_of_hashes

    return digest_of_hashes(batch.envelope_hashes)


def test_nothing_is_said_of_what_a_worker_may_not_read(
    office: Administration, amy: Any, ben: Any, sarah: str, enrol: Enrol
) -> None:
    own = amy.version(sarah, audience=ONLY_AUTHOR)
    home = amy.shared(sarah, {"address": "kept safe"}, audience=PROTECTED, type="home")
    office.open_scope("child", "1002")
    office.assign("amy", "1002", "social_worker")
    elsewhere = amy.version(office.open_scope("child", "1002"))
    amy.push(own, home, elsewhere)
    assert ask(ben, own, home, elsewhere, amy.ids.new(), "no id at all").batches == ()
    assert len(ask(amy, own, home, elsewhere).batches) == 1
    office.unassign("amy", "1002")
    assert ask(amy, elsewhere).batches == ()


def test_an_older_version_that_was_wider_than_the_record_is_now_is_left_out(amy: Any, ben: Any, sarah: str) -> None:
    first = amy.version(sarah)
    amy.push(first)
    assert ask(ben, first).batches
    amy.push(amy.version(sarah, after=first, audience=ONLY_AUTHOR))
    assert ask(ben, first).batches == ()


def test_a_reply_keeps_to_its_size_and_says_what_is_to_be_asked_again(
    amy: Any, ben: Any, sarah: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proving, "MAX_HASHES", 3)
    versions = [amy.version(sarah) for _ in range(6)]
    for pair in (versions[:2], versions[2:4], versions[4:]):
        amy.push(*pair)
    reply = ask(ben, *versions)
    assert [len(batch.version_ids) for batch in reply.batches] == [2]
    assert reply.later == tuple(one.version_id for one in versions[2:])
    monkeypatch.setattr(proving, "MAX_HASHES", 1)
    assert len(ask(ben, *reply.later).batches) == 1, "one batch always comes, however long"


def test_too_many_at_once_are_turned_away(amy: Any, hub: Hub) -> None:
    request = ProofRequest(version_ids=tuple(str(number) for number in range(MAX_PROOF_VERSIONS + 1)))
    with pytest.raises(Refusal, match="bad_message"):
        hub.proof(amy.sign_in(), request)


def test_a_closed_laptop_and_a_copied_one_are_given_no_proofs(office: Administration, amy: Any, sarah: str) -> None:
    note = amy.version(sarah, op_no=1)
    amy.push(note, amy.version(sarah, op_no=1))
    with pytest.raises(Refusal, match="device_forked"):
        ask(amy, note)
    office.revoke(amy.joined.device_id)
    with pytest.raises(Refusal, match="device_revoked"):
        ask(amy, note)


def test_what_a_retired_key_signed_is_still_proved_with_it(
    hub: Hub, office: Administration, amy: Any, ben: Any, sarah: str
) -> None:
    from tests.unit.server.test_enrolment import ADDRESS
    from tests.unit.server.test_enrolment import ask as ask_to_join

    note = amy.version(sarah)
    amy.push(note)
    hub.enrol(ask_to_join(office.give_code("amy").code, replaces=amy.joined.device_id), ADDRESS)
    assert ask(ben, note).batches[0].public_key == amy.key.public_key().public_bytes_raw()
