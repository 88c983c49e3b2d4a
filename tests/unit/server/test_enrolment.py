"""Letting laptops in: a code once, a password of the worker's own, guesses counted, tokens short and bound."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from argon2 import extract_parameters
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select

from sync.server import auth
from sync.server.administration import Administration
from sync.server.care import check_everything
from sync.server.centre import Centre
from sync.server.hub import Hub
from sync.server.refusal import Refusal
from sync.server.settings import PasswordCost, Settings
from sync.server.tables import attempt, audit, device, enrolment_code, token, withdrawal, worker
from sync.wire import EnrolRequest, PullRequest, TokenRequest

Enrol = Callable[..., Any]
ADDRESS = "127.0.0.1"
PASSWORD = "a long enough password"


@pytest.fixture
def code(office: Administration) -> str:
    office.add_worker("amy", "Amy")
    return office.give_code("amy").code


def ask(code: str, **other: Any) -> EnrolRequest:
    fields: dict[str, Any] = {
        "code": code,
        "sign_in_name": "amy",
        "password": PASSWORD,
        "device_name": "laptop",
        "public_key": Ed25519PrivateKey.generate().public_key().public_bytes_raw(),
    }
    return EnrolRequest(**(fields | other))


def refused(call: Callable[[], object]) -> tuple[int, str]:
    with pytest.raises(Refusal) as caught:
        call()
    assert caught.value.message
    return caught.value.status, caught.value.code


def test_a_code_lets_one_laptop_in_and_then_no_other(hub: Hub, code: str) -> None:
    reply = hub.enrol(ask(code), ADDRESS)
    assert (reply.worker.display_name, reply.council_name, reply.device_epoch) == ("Amy", "Testshire", 1)
    assert refused(lambda: hub.enrol(ask(code), ADDRESS)) == (401, "code_spent")


def test_a_code_may_be_typed_in_any_case_with_or_without_its_hyphen(hub: Hub, office: Administration) -> None:
    office.add_worker("amy", "Amy")
    for typed in (str.lower, lambda text: text.replace("-", " "), lambda text: f" {text.replace('-', '')} "):
        assert hub.enrol(ask(typed(office.give_code("amy").code), sign_in_name=" AMY "), ADDRESS).device_id


def test_a_code_ends_after_seven_days(hub: Hub, code: str, clock: Any) -> None:
    clock.advance(days=6, hours=23)
    other = ask(code, password="short")
    assert refused(lambda: hub.enrol(other, ADDRESS)) == (400, "password_too_short")
    clock.advance(hours=1)
    assert refused(lambda: hub.enrol(ask(code), ADDRESS)) == (401, "code_spent")


def test_a_code_of_one_worker_is_no_code_of_another(hub: Hub, office: Administration, code: str) -> None:
    office.add_worker("ben", "Ben")
    assert refused(lambda: hub.enrol(ask(code, sign_in_name="ben"), ADDRESS)) == (401, "code_wrong")
    assert refused(lambda: hub.enrol(ask(code, sign_in_name="nobody"), ADDRESS)) == (401, "code_wrong")
    assert refused(lambda: hub.enrol(ask(code, sign_in_name="council-import"), ADDRESS)) == (401, "code_wrong")


def test_the_password_chosen_first_is_asked_for_ever_after(hub: Hub, office: Administration, code: str) -> None:
    hub.enrol(ask(code), ADDRESS)
    second = office.give_code("amy").code
    assert refused(lambda: hub.enrol(ask(second, password="another long password"), ADDRESS)) == (401, "password_wrong")
    assert hub.enrol(ask(second), ADDRESS).device_id
    office.forget_password("amy")
    third = office.give_code("amy").code
    assert hub.enrol(ask(third, password="another long password"), ADDRESS).device_id


def test_a_password_needs_twelve_letters_and_what_is_no_request_is_refused(hub: Hub, code: str) -> None:
    assert refused(lambda: hub.enrol(ask(code, password="x" * 11), ADDRESS)) == (400, "password_too_short")
    assert refused(lambda: hub.enrol(ask(code, password="x" * 1025), ADDRESS))[0] == 400
    assert refused(lambda: hub.enrol(ask(code, public_key=b"short"), ADDRESS))[0] == 400
    assert refused(lambda: hub.enrol(ask(code, device_name="x" * 201), ADDRESS))[0] == 400
    assert hub.enrol(ask(code, password="x" * 12), ADDRESS).device_id


def wrong(hub: Hub, name: str, address: str) -> tuple[int, str]:
    return refused(lambda: hub.enrol(ask("WRONG-WRONG", sign_in_name=name), address))


def test_ten_wrong_guesses_from_one_place_for_one_name_are_the_most_in_five_minutes(
    hub: Hub, office: Administration, code: str, clock: Any
) -> None:
    assert {wrong(hub, "amy", ADDRESS) for _ in range(10)} == {(401, "code_wrong")}
    with pytest.raises(Refusal) as caught:
        hub.enrol(ask(code), ADDRESS)
    assert (caught.value.status, caught.value.code, caught.value.retry_after) == (429, "too_many_guesses", 300)
    assert wrong(hub, " AMY ", ADDRESS) == (429, "too_many_guesses"), "however it is typed"
    clock.advance(minutes=5, seconds=1)
    assert hub.enrol(ask(code), ADDRESS).device_id


def test_one_guesser_shuts_the_door_on_themselves_and_on_nobody_else(
    hub: Hub, office: Administration, code: str
) -> None:
    for name in ("amy", *(f"w{number}" for number in range(5))):
        assert {wrong(hub, name, "10.0.0.66") for _ in range(10)} == {(401, "code_wrong")}
    assert wrong(hub, "another", "10.0.0.66") == (429, "too_many_guesses"), "60 from one address"
    assert hub.enrol(ask(code), ADDRESS).device_id, "from elsewhere the worker joins"


def test_many_guessers_shut_the_door_on_the_one_worker_they_guess_at(
    hub: Hub, office: Administration, code: str
) -> None:
    office.add_worker("ben", "Ben")
    other = office.give_code("ben").code
    for place in range(5):
        assert {wrong(hub, "amy", f"10.0.0.{place}") for _ in range(10)} == {(401, "code_wrong")}
    assert refused(lambda: hub.enrol(ask(code), ADDRESS)) == (429, "too_many_guesses"), "50 for one name"
    assert hub.enrol(ask(other, sign_in_name="ben"), ADDRESS).device_id


def test_guesses_from_everywhere_at_everybody_are_bounded_for_the_whole_council(centre: Centre, code: str) -> None:
    hub = Hub(replace(centre, settings=replace(centre.settings, guesses_of_council=12)))
    for number in range(12):
        assert wrong(hub, f"w{number}", f"10.0.0.{number}") == (401, "code_wrong")
    assert refused(lambda: hub.enrol(ask(code), ADDRESS)) == (429, "too_many_guesses")


def test_what_was_typed_as_a_name_is_nowhere_in_the_count(centre: Centre, hub: Hub) -> None:
    wrong(hub, "my secret password", ADDRESS)
    with centre.database.read() as connection:
        kept = str(connection.execute(select(attempt)).all())
    assert ADDRESS in kept
    assert "secret" not in kept


def test_guesses_made_side_by_side_are_counted_too(centre: Centre, hub: Hub, code: str) -> None:
    codes: list[str] = []

    def guess() -> None:
        try:
            hub.enrol(ask("WRONG-WRONG"), ADDRESS)
        except Refusal as refusal:
            codes.append(refusal.code)

    threads = [threading.Thread(target=guess) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (codes.count("code_wrong"), codes.count("too_many_guesses")) == (10, 6)
    with centre.database.read() as connection:
        assert len(connection.execute(select(attempt).where(attempt.c.kind == "enrol")).all()) == 10


def test_many_laptops_may_join_at_once(hub: Hub, office: Administration) -> None:
    """A training room: right codes are no guesses, however many come together."""
    codes = []
    for number in range(12):
        office.add_worker(f"w{number}", f"Worker {number}")
        codes.append(office.give_code(f"w{number}").code)
    joined: list[str] = []

    def join(number: int) -> None:
        joined.append(hub.enrol(ask(codes[number], sign_in_name=f"w{number}"), ADDRESS).device_id)

    threads = [threading.Thread(target=join, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(joined)) == 12


def test_one_code_given_twice_at_once_lets_one_laptop_in(hub: Hub, code: str) -> None:
    outcomes: list[str] = []

    def join() -> None:
        try:
            hub.enrol(ask(code), ADDRESS)
            outcomes.append("in")
        except Refusal as refusal:
            outcomes.append(refusal.code)

    threads = [threading.Thread(target=join) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("in") == 1


def test_nothing_secret_is_stored_readable(centre: Centre, office: Administration, amy: Any) -> None:
    code = office.give_code("amy").code
    amy.sign_in()
    with centre.database.read() as connection:
        codes = connection.execute(select(enrolment_code.c.code_hash)).scalars().all()
        passwords = connection.execute(select(worker.c.password_hash)).scalars().all()
        tokens = connection.execute(select(token.c.token_hash)).scalars().all()
        keys = connection.execute(select(device.c.public_key)).scalars().all()
    assert all(one.startswith("$argon2id$") for one in [*codes, *filter(None, passwords)])
    assert amy.token not in tokens
    assert amy.key.public_key().public_bytes_raw() in keys
    everything = b"".join(path.read_bytes() for path in centre.settings.data.iterdir())
    for secret in (code, code.replace("-", ""), PASSWORD, amy.token):
        assert secret.encode() not in everything


# --- Tokens --------------------------------------------------------------------------------------------------------


def sign(laptop: Any, challenge: bytes, device_id: str | None = None, key: Any = None) -> TokenRequest:
    device_id = laptop.joined.device_id if device_id is None else device_id
    signature = (key or laptop.key).sign(b"heard-token-1" + challenge + device_id.encode())
    return TokenRequest(device_id=device_id, challenge=challenge, signature=signature)


def test_a_token_holds_fifteen_minutes(hub: Hub, amy: Any, clock: Any) -> None:
    reply = hub.token(sign(amy, hub.challenge().challenge), ADDRESS)
    assert reply.seconds == 15 * 60
    pull = PullRequest(cursor=0, grant_counter=0, timeline="")
    clock.advance(minutes=14, seconds=59)
    assert hub.pull(reply.token, pull)
    clock.advance(seconds=1)
    assert refused(lambda: hub.pull(reply.token, pull)) == (401, "token_expired")


def test_a_challenge_is_good_once_and_for_two_minutes(hub: Hub, amy: Any, clock: Any) -> None:
    challenge = hub.challenge().challenge
    assert hub.token(sign(amy, challenge), ADDRESS).token
    assert refused(lambda: hub.token(sign(amy, challenge), ADDRESS)) == (401, "challenge_over")
    late = hub.challenge().challenge
    clock.advance(minutes=2, seconds=1)
    assert refused(lambda: hub.token(sign(amy, late), ADDRESS)) == (401, "challenge_over")
    clock.advance(minutes=10)
    assert refused(lambda: hub.token(sign(amy, challenge), ADDRESS)) == (401, "challenge_over")


@pytest.mark.parametrize(
    "spoil", [lambda c: b"", lambda c: c[:-1], lambda c: b"\0" * len(c), lambda c: c[:-1] + b"\0\0"]
)
def test_a_challenge_we_did_not_make_is_no_challenge(hub: Hub, amy: Any, spoil: Callable[[bytes], bytes]) -> None:
    challenge = spoil(hub.challenge().challenge)
    assert refused(lambda: hub.token(sign(amy, challenge), ADDRESS)) == (401, "challenge_over")


def test_a_token_needs_the_devices_own_key(centre: Centre, hub: Hub, amy: Any, ben: Any) -> None:
    challenge = hub.challenge().challenge
    stolen = sign(amy, challenge, key=ben.key)
    assert refused(lambda: hub.token(stolen, ADDRESS)) == (401, "unknown_device")
    assert refused(lambda: hub.token(sign(amy, challenge, device_id="nothing"), ADDRESS)) == (401, "unknown_device")
    with centre.database.read() as connection:
        rows = connection.execute(select(audit.c.device_id).where(audit.c.action == "token_failed")).scalars().all()
    assert rows == [amy.joined.device_id, ""]


def test_token_failures_are_limited_for_that_laptop_at_their_address_alone(hub: Hub, amy: Any, ben: Any) -> None:
    for _ in range(10):
        wrong = sign(amy, hub.challenge().challenge, key=ben.key)
        assert refused(lambda: hub.token(wrong, "10.0.0.7"))[1] == "unknown_device"  # noqa: B023
    assert refused(lambda: hub.token(sign(amy, hub.challenge().challenge), "10.0.0.7")) == (429, "too_many_guesses")
    assert hub.token(sign(amy, hub.challenge().challenge), "10.0.0.8").token
    assert hub.token(sign(ben, hub.challenge().challenge), "10.0.0.7").token, "nor is another laptop there"


def test_another_councils_token_is_no_token_here(hub: Hub, centre: Centre, amy: Any) -> None:
    import dataclasses

    elsewhere = Hub(dataclasses.replace(centre, council_id="another"))
    pull = PullRequest(cursor=0, grant_counter=0, timeline="")
    assert refused(lambda: elsewhere.pull(amy.sign_in(), pull)) == (401, "token_expired")


def test_old_tokens_and_spent_challenges_are_cleared_away(centre: Centre, amy: Any, clock: Any) -> None:
    for _ in range(3):
        amy.sign_in()
        clock.advance(hours=1)
    amy.sign_in()
    with centre.database.read() as connection:
        assert len(connection.execute(select(token)).all()) == 1


# --- The small parts -----------------------------------------------------------------------------------------------


def test_the_shipped_password_cost_is_not_the_tests() -> None:
    shipped = Settings.__dataclass_fields__["password_cost"].default
    assert shipped == PasswordCost()
    assert (shipped.memory_kib, shipped.passes) >= (64 * 1024, 3)


def test_a_password_is_the_same_however_its_accents_are_typed() -> None:
    secrets = auth.Secrets(PasswordCost(8 * 1024, 1))
    stored = secrets.hash("caf\u00e9 in the rain")
    assert secrets.matches(stored, "cafe\u0301 in the rain")
    assert not secrets.matches(stored, "cafe in the rain")
    assert not secrets.matches(None, "anything")
    nothing = extract_parameters(secrets._nobody)
    assert nothing == extract_parameters(stored), "whoever is not known must take as long"
    assert not secrets.matches("not a hash", "anything")


def test_codes_are_readable_and_none_is_like_another() -> None:
    codes = {auth.new_code() for _ in range(1000)}
    assert len(codes) == 1000
    assert all(len(code) == 10 and set(code) <= set(auth.CODE_ALPHABET) for code in codes)
    assert not set("ILO01") & set(auth.CODE_ALPHABET)
    assert all(auth.read_code(auth.show_code(code).lower()) == code for code in codes)


@given(st.binary(max_size=80))
def test_no_bytes_but_ours_are_a_challenge(data: bytes) -> None:
    assert auth.challenge_expiry(b"k" * 32, data) is None


@given(st.binary(max_size=80), st.binary(max_size=80))
def test_no_bytes_are_a_signature(key: bytes, signature: bytes) -> None:
    assert not auth.is_signed(key, signature, b"message")
    assert auth.is_public_key(key) is (len(key) == 32)


# --- Joining again -------------------------------------------------------------------------------------------------


def test_a_laptop_that_joins_again_retires_what_it_was_and_its_key_stays_for_what_it_signed(
    centre: Centre, hub: Hub, office: Administration, amy: Any, sarah: str
) -> None:
    note = amy.version(sarah)
    amy.push(note)
    hub.enrol(ask(office.give_code("amy").code, replaces=amy.joined.device_id), ADDRESS)
    mine = [one for one in office.devices() if one["worker_id"] == amy.worker_id]
    assert [bool(one["retired_at"]) for one in mine] == [True, False]
    assert len({one["public_key"] for one in mine}) == 2
    assert refused(amy.pull) == (403, "device_forked")
    assert amy.push_one(amy.version(sarah, after=note)).outcome == "head", "what it still holds is taken"
    assert check_everything(centre)["faults"] == []
    with centre.database.read() as connection:
        rows = connection.execute(select(audit.c.detail).where(audit.c.action == "enrol").order_by(audit.c.no))
        assert f'"replaces":"{amy.joined.device_id}"' in rows.scalars().all()[-1]


def test_nobody_retires_a_colleagues_laptop(hub: Hub, office: Administration, amy: Any, ben: Any) -> None:
    hub.enrol(ask(office.give_code("ben").code, sign_in_name="ben", replaces=amy.joined.device_id), ADDRESS)
    assert not any(one["retired_at"] for one in office.devices())
    amy.pull()


def test_what_must_still_be_given_up_goes_on_with_every_copy_that_joins_again(
    centre: Centre, hub: Hub, office: Administration, amy: Any, sarah: str, ids: Any
) -> None:
    order = {
        "council_id": centre.council_id, "device_id": amy.joined.device_id, "worker_id": amy.worker_id, "seq": 1,
        "record_id": "", "why": "unassigned", "ordered_at": "2026-11-23T10:30:00.000Z",
    }  # fmt: skip
    with centre.database.write() as connection:
        done = {"scope_id": sarah, "receipt_at": "2026-11-23T10:31:00.000Z"}
        for more in ({"scope_id": sarah}, {"scope_id": ""}, done):
            connection.execute(insert(withdrawal).values(**order, **more, order_id=ids.new()))
    for _ in range(2):
        hub.enrol(ask(office.give_code("amy").code, replaces=amy.joined.device_id), ADDRESS)
    with centre.database.read() as connection:
        rows = connection.execute(select(withdrawal).where(withdrawal.c.device_id != amy.joined.device_id)).all()
    assert [(row.scope_id, row.receipt_at) for row in rows] == [(sarah, None)] * 2
    assert len({row.device_id for row in rows}) == 2
