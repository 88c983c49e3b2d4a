"""The vault's header: not one byte of it can change unnoticed, and a damaged one is answered by its copy."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop import keyslots, vault_errors
from desktop.kdf import KdfCost
from desktop.vault import Created, Vault
from models.errors import NewerVault, Trouble

Open = Callable[..., Vault]
GOLDEN = Path(__file__).parents[2] / "golden" / "vault_format_1"
FLOOR, CEILING = KdfCost(8 * 1024, 1, 1), KdfCost(64 * 1024, 4, 4)
TAIL = len(b',"check":"') + 64 + len(b'"}\n')


def with_check(sealed: bytes) -> bytes:
    """End a header as whoever forges one would: the check needs no secret."""
    return sealed + b',"check":"' + hashlib.sha256(sealed).hexdigest().encode() + b'"}\n'


def forge(raw: bytes, change: Callable[[dict[str, Any]], None]) -> bytes:
    """Change a header's facts and make its form and check right again."""
    facts = json.loads(raw)
    del facts["check"]
    change(facts)
    return with_check(json.dumps(facts, sort_keys=True, separators=(",", ":")).encode()[:-1])


@pytest.fixture
def alone(open_vault: Open, made: Created) -> Path:
    """The header's path, with no copy beside it."""
    folder = open_vault().folder
    (folder / "vault.head.previous").unlink()
    return folder / "vault.head"


def open_both_ways(open_vault: Open, made: Created, phrase: str) -> list[bytes]:
    """The keys that the passphrase and the recovery code lead to; a slot that stays shut leads to none."""
    keys = []
    for way in (lambda vault: vault.unlock(phrase), lambda vault: vault.unlock_with_recovery(made.recovery_code)):
        try:
            keys.append(way(open_vault()).key)
        except Trouble:
            continue
    (open_vault().folder / "vault.tries").unlink(missing_ok=True)
    return keys


def test_a_change_of_any_bit_of_any_byte_is_refused(alone: Path, open_vault: Open, words: SimpleNamespace) -> None:
    raw = alone.read_bytes()
    for place in range(len(raw)):
        for bit in range(8):
            alone.write_bytes(raw[:place] + bytes([raw[place] ^ 1 << bit]) + raw[place + 1 :])
            with pytest.raises(vault_errors.HeaderLost):
                open_vault().unlock(words.first)
    alone.write_bytes(raw)
    assert open_vault().unlock(words.first)


def test_a_forger_who_makes_the_check_right_still_opens_nothing(
    alone: Path, open_vault: Open, made: Created, words: SimpleNamespace
) -> None:
    raw = alone.read_bytes()
    sealed = raw[:-TAIL]
    for place in range(len(sealed)):
        flipped = sealed[:place] + bytes([sealed[place] ^ 1 << place % 8]) + sealed[place + 1 :]
        alone.write_bytes(with_check(flipped))
        assert open_both_ways(open_vault, made, words.first) == [], f"byte {place}"
    alone.write_bytes(with_check(sealed))
    assert open_both_ways(open_vault, made, words.first) == [made.key, made.key], (
        "the control: the same without a change"
    )


def test_a_shortened_or_lengthened_header_is_refused(alone: Path, open_vault: Open, words: SimpleNamespace) -> None:
    raw = alone.read_bytes()
    for torn in [raw[:length] for length in range(0, len(raw), 7)] + [
        raw + b"\n",
        raw * 2,
        b"\0" * len(raw),
        b"{" * 70_000,
    ]:
        alone.write_bytes(torn)
        with pytest.raises(vault_errors.HeaderLost):
            open_vault().unlock(words.first)


@pytest.mark.parametrize(
    "cost",
    [
        [1024, 1, 1],
        [8 * 1024 - 1, 1, 1],
        [8 * 1024, 0, 1],
        [8 * 1024, 1, 0],
        [1 << 30, 1, 1],
        [8 * 1024, 999, 1],
        [8 * 1024, 1, 99],
        [8192, 1],
        "8192",
        None,
        [8192.0, 1, 1],
        [True, 1, 1],
    ],
    ids=str,
)
def test_a_cost_below_the_floor_or_above_all_reason_is_refused_before_it_is_tried(
    cost: Any, alone: Path, open_vault: Open, words: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change(facts: dict[str, Any]) -> None:
        for slot in facts["slots"]:
            if slot["kind"] != "recovery":
                slot["cost"] = cost

    monkeypatch.setattr("desktop.vault.stretch", lambda *_: pytest.fail("it was tried"))
    alone.write_bytes(forge(alone.read_bytes(), change))
    with pytest.raises(vault_errors.HeaderLost):
        open_vault().unlock(words.first)


def drop_slots(facts: dict[str, Any]) -> None:
    facts["slots"] = []


def double_slot(facts: dict[str, Any]) -> None:
    facts["slots"] = [facts["slots"][0]] * 2


def not_slots(facts: dict[str, Any]) -> None:
    facts["slots"] = "two"


def add_field(facts: dict[str, Any]) -> None:
    facts["more"] = 1


def drop_mac(facts: dict[str, Any]) -> None:
    del facts["mac"]


def drop_field(facts: dict[str, Any]) -> None:
    del facts["created_at"]


def other_kind(facts: dict[str, Any]) -> None:
    facts["slots"][0]["kind"] = "escrow"


def long_text(facts: dict[str, Any]) -> None:
    facts["created_with"] = "x" * 101


def other_format(facts: dict[str, Any]) -> None:
    facts["format"] = 0


def bad_name(facts: dict[str, Any]) -> None:
    facts["vault_id"] = "../../etc"


def short_salt(facts: dict[str, Any]) -> None:
    facts["slots"][0]["salt"] = "AAAA"


def yes_as_one(facts: dict[str, Any]) -> None:
    facts["is_invented"] = 1


def slot_is_text(facts: dict[str, Any]) -> None:
    facts["slots"][0] = "slot"


@pytest.mark.parametrize(
    "change",
    [
        drop_slots,
        double_slot,
        not_slots,
        add_field,
        drop_mac,
        drop_field,
        other_kind,
        long_text,
        other_format,
        bad_name,
        short_salt,
        yes_as_one,
        slot_is_text,
    ],
)
def test_a_header_of_the_wrong_shape_is_refused(
    change: Callable[[dict[str, Any]], None], alone: Path, open_vault: Open, made: Created, words: SimpleNamespace
) -> None:
    forged = forge(alone.read_bytes(), change)
    with pytest.raises(keyslots.HeaderDamagedError):
        keyslots.decode(forged, FLOOR, CEILING)
    alone.write_bytes(forged)
    assert open_both_ways(open_vault, made, words.first) == []
    with pytest.raises(vault_errors.HeaderLost):
        open_vault().unlock(words.first)


@pytest.mark.parametrize(
    "sealed", [b"[1", b'{"a":1', b'{"slots": [' + b"[" * 30_000, b'{"b":1,"a":2', b"\xff{", b'"text']
)
def test_what_is_not_our_json_is_refused(sealed: bytes) -> None:
    with pytest.raises(keyslots.HeaderDamagedError):
        keyslots.decode(with_check(sealed), FLOOR, CEILING)


@given(st.binary(max_size=300))
def test_no_bytes_at_all_do_more_than_be_refused(raw: bytes) -> None:
    for each in (raw, with_check(raw)):
        with pytest.raises(keyslots.HeaderDamagedError):
            keyslots.decode(each, FLOOR, CEILING)


def test_an_altered_mac_shuts_both_ways_in(
    alone: Path, open_vault: Open, made: Created, words: SimpleNamespace
) -> None:
    for mac in ("0" * 64, "", 5, None):
        alone.write_bytes(forge(alone.read_bytes(), lambda facts, mac=mac: facts.update(mac=mac)))
        for way in (
            lambda: open_vault().unlock(words.first),
            lambda: open_vault().unlock_with_recovery(made.recovery_code),
        ):
            with pytest.raises(vault_errors.HeaderLost):
                way()


def test_slots_of_two_vaults_cannot_be_mixed(
    open_vault: Open, made: Created, alone: Path, tmp_path: Path, secrets: Any, cheap: Any, words: SimpleNamespace
) -> None:
    other = Vault(tmp_path / "other", secrets=secrets, policy=cheap)
    other_made = other.create(words.first, created_with="0.1.0")
    theirs = json.loads((tmp_path / "other" / "vault.head").read_bytes())["slots"]
    alone.write_bytes(forge(alone.read_bytes(), lambda facts: facts.update(slots=theirs)))
    assert open_both_ways(open_vault, made, words.first) == []
    assert open_both_ways(open_vault, other_made, words.first) == []


# --- The copy -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", [b"", b"torn", None], ids=["emptied", "torn", "gone"])
def test_a_damaged_header_is_answered_by_its_copy_and_kept_aside(
    damage: bytes | None, open_vault: Open, made: Created, words: SimpleNamespace
) -> None:
    head = open_vault().folder / "vault.head"
    sound = head.read_bytes()
    head.unlink() if damage is None else head.write_bytes(damage)
    assert open_vault().facts() == made.facts
    opened = open_vault().unlock(words.first)
    assert (opened.key, opened.was_repaired) == (made.key, True)
    assert head.read_bytes() == sound
    assert open_vault().unlock(words.first).was_repaired is False
    aside = [path.read_bytes() for path in head.parent.glob("vault.head.damaged-*")]
    assert aside == ([] if damage is None else [damage])


def test_a_second_damaged_header_is_kept_beside_the_first(open_vault: Open, made: Created) -> None:
    head = open_vault().folder / "vault.head"
    for damage in (b"one", b"two"):
        head.write_bytes(damage)
        assert open_vault().unlock_with_recovery(made.recovery_code).was_repaired is True
    assert (head.parent / "vault.head.damaged-1").read_bytes() == b"one"
    assert (head.parent / "vault.head.damaged-2").read_bytes() == b"two"


def test_a_header_with_a_false_seal_is_answered_by_its_copy(
    open_vault: Open, made: Created, words: SimpleNamespace
) -> None:
    head = open_vault().folder / "vault.head"
    head.write_bytes(forge(head.read_bytes(), lambda facts: facts.update(mac="0" * 64)))
    opened = open_vault().unlock(words.first)
    assert (opened.key, opened.was_repaired) == (made.key, True)
    head.write_bytes(forge(head.read_bytes(), lambda facts: facts.update(mac="0" * 64)))
    open_vault().set_passphrase(made.key, words.second)
    assert open_vault().unlock(words.second).key == made.key


def test_a_lost_copy_is_made_again(open_vault: Open, made: Created, words: SimpleNamespace, alone: Path) -> None:
    open_vault().unlock(words.first)
    assert (alone.parent / "vault.head.previous").read_bytes() == alone.read_bytes()


def test_a_repair_that_the_disk_refuses_still_opens_the_vault(
    open_vault: Open, made: Created, words: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = open_vault().folder / "vault.head"
    head.write_bytes(b"torn")

    def fail(*_: object) -> None:
        raise OSError(5, "disk")

    monkeypatch.setattr("os.replace", fail)
    assert open_vault().unlock(words.first).key == made.key
    assert head.read_bytes() == b"torn"


def test_both_files_damaged_is_told_without_touching_them(
    open_vault: Open, made: Created, words: SimpleNamespace
) -> None:
    folder = open_vault().folder
    for name in ("vault.head", "vault.head.previous"):
        (folder / name).write_bytes(b"torn")
    with pytest.raises(vault_errors.HeaderLost) as told:
        open_vault().unlock(words.first)
    assert "not been touched" in told.value.message
    with pytest.raises(vault_errors.HeaderLost):
        open_vault().unlock_with_recovery(made.recovery_code)
    assert (folder / "vault.head").read_bytes() == b"torn"


def test_a_header_the_disk_cannot_read_is_told(open_vault: Open, made: Created, words: SimpleNamespace) -> None:
    head = open_vault().folder / "vault.head"
    head.unlink()
    head.mkdir()
    with pytest.raises(Trouble, match="disk did not answer"):
        open_vault().unlock(words.first)
    head.rmdir()
    open_vault().unlock(words.first)
    (head.parent / "vault.head.previous").unlink()
    (head.parent / "vault.head.previous").mkdir()
    with pytest.raises(Trouble):
        open_vault().set_passphrase(made.key, words.second)


def test_a_newer_vault_is_left_exactly_as_it_is(open_vault: Open, made: Created, words: SimpleNamespace) -> None:
    folder = open_vault().folder
    head = folder / "vault.head"
    head.write_bytes(forge(head.read_bytes(), lambda facts: facts.update(format=2, something="new")))
    before = {path: path.read_bytes() for path in folder.glob("vault.*")}
    for way in (
        lambda: open_vault().unlock(words.first),
        lambda: open_vault().unlock_with_recovery(made.recovery_code),
        open_vault().facts,
    ):
        with pytest.raises(NewerVault):
            way()
    assert {path: path.read_bytes() for path in folder.glob("vault.*")} == before


def test_an_old_copy_put_back_does_not_bring_a_given_up_passphrase_back(
    open_vault: Open, made: Created, words: SimpleNamespace
) -> None:
    folder = open_vault().folder
    shutil.copy(folder / "vault.head", folder.parent / "old head")
    open_vault().change_passphrase(words.first, words.second)
    shutil.copy(folder.parent / "old head", folder / "vault.head")
    shutil.copy(folder.parent / "old head", folder / "vault.head.previous")
    with pytest.raises(vault_errors.KeyringGone):
        open_vault().unlock(words.first)
    assert open_vault().unlock_with_recovery(made.recovery_code).key == made.key


# --- What is sealed with each slot ---------------------------------------------------------------------------------


@pytest.mark.parametrize("fact", ["vault_id", "created_with", "created_at"])
def test_a_slot_opens_under_no_other_header(fact: str) -> None:
    header = keyslots.Header("01890000-0000-7000-8000-000000000000", "0.1.0", "2026", False, 1, 1, ())
    slot = keyslots.wrap(header, keyslots.Slot(keyslots.RECOVERY, b"s" * 16), b"secret", b"k" * 32)
    assert keyslots.unwrap(header, slot, b"secret") == b"k" * 32
    assert keyslots.unwrap(replace(header, revision=9, valid_from=9, slots=(slot,)), slot, b"secret") == b"k" * 32
    for other in (replace(header, **{fact: "another"}), replace(header, is_invented=True)):
        with pytest.raises(keyslots.SlotStaysShutError):
            keyslots.unwrap(other, slot, b"secret")


@pytest.mark.parametrize(
    "changed",
    [
        {"kind": keyslots.PASSPHRASE},
        {"salt": b"t" * 16},
        {"cost": KdfCost(8193, 1, 1)},
        {"cost": None},
        {"secret_name": "f" * 32},
        {"secret_check": b"d" * 16},
        {"nonce": b"n" * 12},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_a_slot_with_one_changed_fact_stays_shut(changed: dict[str, Any]) -> None:
    header = keyslots.Header("01890000-0000-7000-8000-000000000000", "0.1.0", "2026", False, 1, 1, ())
    blank = keyslots.Slot(keyslots.PASSPHRASE_AND_DEVICE, b"s" * 16, KdfCost(8192, 1, 1), "e" * 32, b"c" * 16)
    slot = keyslots.wrap(header, blank, b"secret", b"k" * 32)
    with pytest.raises(keyslots.SlotStaysShutError):
        keyslots.unwrap(header, replace(slot, **changed), b"secret")


def test_a_vault_of_the_first_format_opens_for_ever(
    tmp_path: Path, secrets: Any, cheap: Any, words: SimpleNamespace
) -> None:
    """Made by 0.1.0: whatever the app becomes, these bytes, passphrase, secret and code still lead to this key."""
    folder = tmp_path / "vault"
    shutil.copytree(GOLDEN, folder)
    key = "21bfac959a965c669acae183f736968a25269536bcb1ee7e410c45c507abf048"
    secret = "e03aee9ef285162727f4d011ad4c8141110c9f1143b34baca0f53e449b948382"
    secrets.kept["c344f9139fc574e204632dd1424ddfe1"] = bytes.fromhex(secret)
    opened = Vault(folder, secrets=secrets, policy=cheap).unlock(words.first)
    assert opened.key.hex() == key
    assert opened.facts.is_invented is True
    code = "MSY7-376X-XRS9-WWH6-P9KZ-SNKS-FRPH"
    assert Vault(folder, secrets=secrets, policy=cheap).unlock_with_recovery(code).key.hex() == key
    assert (folder / "vault.head").read_bytes() == (GOLDEN / "vault.head").read_bytes()


def test_keys_for_two_purposes_tell_nothing_of_each_other(made: Created) -> None:
    derived = {purpose: keyslots.subkey(made.key, purpose) for purpose in ("blobs", "header", "backups")}
    assert len(set(derived.values()) | {made.key}) == 4
    assert derived["blobs"] == keyslots.subkey(made.key, "blobs")
