"""The screen PIN: six digits or more, five tries, and it opens no vault."""

from __future__ import annotations

import pytest

from desktop.kdf import KdfCost
from desktop.screen_pin import PIN_COST, PinAnswer, PinGate, WeakPin, check_pin, find_pin_weakness, hash_pin

CHEAP = KdfCost(1024, 1, 1)


def test_a_pin_is_known_by_its_hash_and_no_other_pin_is() -> None:
    kept = hash_pin("480192", CHEAP)
    assert "480192" not in kept
    assert check_pin("480192", kept)
    assert check_pin(" 480192 ", kept)
    assert not check_pin("480193", kept)
    assert not check_pin("", kept)
    assert hash_pin("480192", CHEAP) != kept, "two workers with one PIN keep two hashes"


def test_what_ships_costs_more_than_the_tests() -> None:
    assert PIN_COST.memory_kib >= 19 * 1024
    assert PIN_COST.passes >= 2
    assert hash_pin("480192").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.parametrize("pin", ["", "12345", "48019", "48o192", "four80", "48 0192", "٤٨٠١٩٢", "1" * 65])
def test_a_pin_has_six_digits_or_more(pin: str) -> None:
    with pytest.raises(WeakPin, match="Choose another PIN") as told:
        hash_pin(pin, CHEAP)
    assert "6 digits or more" in told.value.message


@pytest.mark.parametrize("pin", ["111111", "121212", "123456", "654321", "890123", "987654", "123123", "48014801"])
def test_what_anyone_would_try_first_is_no_pin(pin: str) -> None:
    assert find_pin_weakness(pin) is not None


def test_the_fifth_wrong_pin_locks_fully_and_so_does_every_try_after_it() -> None:
    gate = PinGate(hash_pin("480192", CHEAP))
    assert [gate.answer("480193") for _ in range(4)] == [PinAnswer.WRONG] * 4
    assert gate.tries_left == 1
    assert gate.answer("480193") is PinAnswer.LOCK
    assert gate.answer("480192") is PinAnswer.LOCK
    assert gate.tries_left == 0


def test_the_right_pin_gives_five_new_tries() -> None:
    gate = PinGate(hash_pin("480192", CHEAP))
    for _ in range(3):
        assert [gate.answer("480193") for _ in range(4)] == [PinAnswer.WRONG] * 4
        assert gate.answer("480192") is PinAnswer.RIGHT
    gate.change(hash_pin("730458", CHEAP))
    assert gate.answer("480192") is PinAnswer.WRONG
    assert gate.answer("730458") is PinAnswer.RIGHT


def test_a_damaged_hash_is_a_bug_and_opens_nothing() -> None:
    with pytest.raises(ValueError, match="not a PIN's hash"):
        check_pin("480192", "nonsense")
