"""The vault's door: what opens it, what does not, and that nothing is ever lost at it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from desktop import recovery_code, vault_errors
from desktop.kdf import SHIPPED, KdfCost
from desktop.vault import Created, Vault
from models.errors import Trouble

Open = Callable[..., Vault]


def test_the_passphrase_opens_the_vault_it_was_made_with(
    open_vault: Open, made: Created, words: SimpleNamespace
) -> None:
    opened = open_vault().unlock(words.first)
    assert opened.key == made.key
    assert len(made.key) == 32
    assert opened.facts == made.facts
    assert opened.was_repaired is False
    assert made.facts.has_device_secret is True
    assert made.facts.created_with == "0.1.0"
    assert made.facts.is_invented is False


def test_two_vaults_share_neither_key_nor_code_nor_name(
    open_vault: Open, tmp_path: Path, words: SimpleNamespace, cheap: Any, secrets: Any
) -> None:
    both = [
        Vault(tmp_path / name, secrets=secrets, policy=cheap).create(words.first, created_with="1") for name in "ab"
    ]
    assert both[0].key != both[1].key
    assert both[0].recovery_code != both[1].recovery_code
    assert both[0].facts.vault_id != both[1].facts.vault_id


def test_neither_key_nor_code_is_shown_when_a_result_is_printed(
    made: Created, open_vault: Open, words: SimpleNamespace
) -> None:
    shown = f"{made!r} {open_vault().unlock(words.first)!r}"
    assert made.recovery_code not in shown
    assert repr(made.key) not in shown
    assert made.key.hex() not in shown


def test_only_this_worker_can_look_into_the_folder(made: Created, open_vault: Open, words: SimpleNamespace) -> None:
    vault = open_vault()
    with pytest.raises(vault_errors.WrongPassphrase):
        vault.unlock(words.wrong)
    modes = {
        path.relative_to(vault.folder).as_posix(): path.stat().st_mode & 0o777
        for path in [vault.folder, *vault.folder.rglob("*")]
    }
    assert modes == {
        ".": 0o700, "blobs": 0o700, "backups": 0o700, "sealed": 0o700,
        "vault.head": 0o600, "vault.head.previous": 0o600, "vault.tries": 0o600,
    }  # fmt: skip


def test_an_invented_caseload_says_so_before_it_is_opened(open_vault: Open, words: SimpleNamespace) -> None:
    open_vault().create(words.first, created_with="0.1.0", is_invented=True)
    assert open_vault().facts().is_invented is True


@pytest.mark.parametrize("typed", ["  {}", "{}\n", "{} \t"])
def test_a_stray_blank_at_an_end_does_not_keep_the_worker_out(
    typed: str, open_vault: Open, made: Created, words: SimpleNamespace
) -> None:
    assert open_vault().unlock(typed.format(words.first)).key == made.key


def test_another_keyboards_way_of_composing_a_letter_opens_it_too(open_vault: Open) -> None:
    made = open_vault().create("cafe\u0301 lantern otter bassoon", created_with="1")
    assert open_vault().unlock("caf\u00e9 lantern otter bassoon").key == made.key


def test_a_long_pasted_passphrase_is_taken_whole(open_vault: Open) -> None:
    long = " ".join(f"word{number}{chr(97 + number % 26) * 3}" for number in range(40))
    assert len(long) > 256
    made = open_vault().create(long, created_with="1")
    assert open_vault().unlock(long).key == made.key
    with pytest.raises(vault_errors.WrongPassphrase):
        open_vault().unlock(long[:-1])


def test_a_weak_passphrase_is_not_taken_and_leaves_nothing_behind(open_vault: Open) -> None:
    with pytest.raises(vault_errors.WeakPassphrase) as told:
        open_vault().create("password1234", created_with="1")
    assert "first things someone would try" in told.value.message
    assert not open_vault().folder.exists()


def test_the_workers_own_name_does_not_make_a_passphrase(open_vault: Open) -> None:
    with pytest.raises(vault_errors.WeakPassphrase):
        open_vault().create("Marjoram Fennel 2026", created_with="1", own_words=["Marjoram Fennel"])


# --- The recovery code ---------------------------------------------------------------------------------------------


def test_the_recovery_code_opens_the_vault_however_it_is_typed(open_vault: Open, made: Created) -> None:
    typed = made.recovery_code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert open_vault().unlock_with_recovery(typed).key == made.key


def test_a_code_shown_and_typed_back_before_the_vault_is_made_is_the_vaults_code(
    open_vault: Open, words: SimpleNamespace
) -> None:
    code = recovery_code.new_code()
    made = open_vault().create(words.first, created_with="1", code=code)
    assert made.recovery_code == code
    assert open_vault().unlock_with_recovery(code).key == made.key


def test_another_vaults_recovery_code_is_told_from_a_slip_of_the_pen(open_vault: Open, made: Created) -> None:
    with pytest.raises(vault_errors.WrongRecoveryCode):
        open_vault().unlock_with_recovery(recovery_code.new_code())
    with pytest.raises(Trouble, match="not quite"):
        open_vault().unlock_with_recovery(made.recovery_code[:-1])


def test_a_forgotten_passphrase_is_replaced_after_the_recovery_code(
    open_vault: Open, made: Created, words: SimpleNamespace
) -> None:
    vault = open_vault()
    vault.set_passphrase(vault.unlock_with_recovery(made.recovery_code).key, words.second)
    assert open_vault().unlock(words.second).key == made.key
    with pytest.raises(vault_errors.WrongPassphrase):
        open_vault().unlock(words.first)
    assert open_vault().unlock_with_recovery(made.recovery_code).key == made.key


def test_a_renewed_recovery_code_replaces_the_old_one(open_vault: Open, made: Created, words: SimpleNamespace) -> None:
    vault = open_vault()
    code = vault.renew_recovery_code(vault.unlock(words.first).key)
    assert open_vault().unlock_with_recovery(code).key == made.key
    with pytest.raises(vault_errors.WrongRecoveryCode):
        open_vault().unlock_with_recovery(made.recovery_code)
    (vault.folder / "vault.head").unlink()
    with pytest.raises(vault_errors.WrongRecoveryCode):
        open_vault().unlock_with_recovery(made.recovery_code)


def test_the_recovery_code_opens_while_the_passphrase_has_to_wait(
    open_vault: Open, made: Created, words: SimpleNamespace
) -> None:
    for _ in range(5):
        with pytest.raises(vault_errors.WrongPassphrase):
            open_vault().unlock(words.wrong)
    assert open_vault().wait_seconds() == 30
    assert open_vault().unlock_with_recovery(made.recovery_code).key == made.key
    assert open_vault().wait_seconds() == 0


# --- Changing the passphrase --------------------------------------------------------------------------------------


def test_a_changed_passphrase_opens_and_the_old_one_opens_nothing_not_even_the_copy(
    open_vault: Open, made: Created, words: SimpleNamespace, secrets: Any
) -> None:
    before = dict(secrets.kept)
    facts = open_vault().change_passphrase(words.first, words.second)
    assert facts.has_device_secret is True
    assert facts.vault_id == made.facts.vault_id
    assert len(secrets.kept) == 1
    assert secrets.kept != before
    assert open_vault().unlock(words.second).key == made.key
    (open_vault().folder / "vault.head").write_bytes(b"torn")
    with pytest.raises(vault_errors.WrongPassphrase):
        open_vault().unlock(words.first)
    assert open_vault().unlock(words.second).was_repaired is True


def test_changing_the_passphrase_needs_the_old_one_and_a_good_new_one(
    open_vault: Open, made: Created, words: SimpleNamespace
) -> None:
    with pytest.raises(vault_errors.WrongPassphrase):
        open_vault().change_passphrase(words.wrong, words.second)
    with pytest.raises(vault_errors.WeakPassphrase):
        open_vault().change_passphrase(words.first, "short")
    assert open_vault().unlock(words.first).key == made.key


def test_a_vault_made_without_a_password_store_says_so_and_gains_one_later(
    open_vault: Open, words: SimpleNamespace, secrets: Any
) -> None:
    secrets.is_open = False
    assert open_vault().has_keyring() is False
    made = open_vault().create(words.first, created_with="1")
    assert made.facts.has_device_secret is False
    assert open_vault().unlock(words.first).key == made.key
    secrets.is_open = True
    assert open_vault().has_keyring() is True
    assert open_vault().change_passphrase(words.first, words.second).has_device_secret is True
    assert open_vault().unlock(words.second).key == made.key


def test_a_password_store_that_keeps_nothing_counts_as_none(
    open_vault: Open, words: SimpleNamespace, secrets: Any
) -> None:
    secrets.is_forgetful = True
    made = open_vault().create(words.first, created_with="1")
    assert made.facts.has_device_secret is False
    assert open_vault().unlock(words.first).key == made.key


def test_a_key_that_is_not_the_vaults_changes_nothing(open_vault: Open, made: Created, words: SimpleNamespace) -> None:
    with pytest.raises(vault_errors.HeaderLost):
        open_vault().set_passphrase(bytes(32), words.second)
    assert open_vault().unlock(words.first).key == made.key


# --- The laptop's half of the key ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("silent", "told"), [(True, "did not answer"), (False, "no longer holds")], ids=["locked", "emptied"]
)
def test_a_lost_password_store_is_told_and_the_recovery_code_makes_a_new_half(
    silent: bool, told: str, open_vault: Open, made: Created, words: SimpleNamespace, secrets: Any
) -> None:
    secrets.kept.clear()
    secrets.is_silent = silent
    with pytest.raises(vault_errors.KeyringGone) as trouble:
        open_vault().unlock(words.first)
    assert told in trouble.value.message
    assert "recovery code" in trouble.value.help
    assert open_vault().wait_seconds() == 0, "the passphrase was not at fault and no try is counted"
    secrets.is_silent = False
    vault = open_vault()
    assert vault.set_passphrase(vault.unlock_with_recovery(made.recovery_code).key, words.first).has_device_secret
    assert open_vault().unlock(words.first).key == made.key


def test_a_copied_vault_does_not_open_on_a_laptop_without_its_secret(
    open_vault: Open, made: Created, words: SimpleNamespace, secrets: Any
) -> None:
    (name,) = secrets.kept
    secrets.kept[name] = os.urandom(32)
    with pytest.raises(vault_errors.KeyringGone):
        open_vault().unlock(words.first)


def test_the_recovery_code_opens_where_no_password_store_came_back(
    open_vault: Open, made: Created, words: SimpleNamespace, secrets: Any
) -> None:
    secrets.is_open = False
    vault = open_vault()
    with pytest.raises(vault_errors.KeyringGone):
        vault.unlock(words.first)
    facts = vault.set_passphrase(vault.unlock_with_recovery(made.recovery_code).key, words.second)
    assert facts.has_device_secret is False
    assert open_vault().unlock(words.second).key == made.key


# --- Folders that are not what they should be ---------------------------------------------------------------------


def test_a_folder_without_a_vault_is_told_from_one_whose_key_file_is_lost(
    open_vault: Open, made: Created, words: SimpleNamespace, tmp_path: Path, cheap: Any
) -> None:
    empty = Vault(tmp_path / "nothing here", policy=cheap)
    assert empty.exists() is False
    with pytest.raises(vault_errors.NotAVault):
        empty.unlock(words.first)
    vault = open_vault()
    assert vault.exists() is True
    vault.store_path.write_bytes(b"x")
    for name in ("vault.head", "vault.head.previous"):
        (vault.folder / name).unlink()
    assert vault.exists() is True
    with pytest.raises(vault_errors.HeaderLost):
        vault.unlock(words.first)


def test_a_file_where_the_vaults_folder_should_be_is_no_vault(
    tmp_path: Path, cheap: Any, words: SimpleNamespace
) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(vault_errors.NotAVault):
        Vault(tmp_path / "file", policy=cheap).unlock(words.first)
    with pytest.raises(Trouble):
        Vault(tmp_path / "file" / "below", policy=cheap).create(words.first, created_with="1")


def test_a_second_vault_is_never_made_over_the_first(open_vault: Open, made: Created, words: SimpleNamespace) -> None:
    with pytest.raises(vault_errors.VaultInTheWay):
        open_vault().create(words.second, created_with="1")
    assert open_vault().unlock(words.first).key == made.key


def test_a_folder_with_other_files_is_left_alone(open_vault: Open, words: SimpleNamespace) -> None:
    folder = open_vault().folder
    folder.mkdir()
    (folder / "holiday.txt").write_text("x")
    with pytest.raises(vault_errors.VaultInTheWay):
        open_vault().create(words.first, created_with="1")
    assert [path.name for path in folder.iterdir()] == ["holiday.txt"]


# --- What a guess costs -------------------------------------------------------------------------------------------


def test_what_ships_is_not_the_tests_cost(cheap: Any) -> None:
    assert SHIPPED.floor.memory_kib == 64 * 1024
    assert SHIPPED.floor.passes == 3
    assert not cheap.floor.reaches(SHIPPED.floor)
    assert Vault(Path("/nowhere"))._policy is SHIPPED


def test_a_vault_of_the_tests_cost_is_not_opened_by_what_ships(
    open_vault: Open, made: Created, words: SimpleNamespace
) -> None:
    with pytest.raises(vault_errors.HeaderLost):
        open_vault(policy=SHIPPED).unlock(words.first)
    with pytest.raises(vault_errors.HeaderLost):
        open_vault(policy=SHIPPED).facts()


def test_a_cost_that_became_low_is_raised_and_the_passphrase_still_opens(
    open_vault: Open, made: Created, words: SimpleNamespace, cheap: Any
) -> None:
    from dataclasses import replace

    slower = replace(cheap, least_seconds=30.0, most_seconds=60.0)  # no laptop takes so long for so little
    opened = open_vault(policy=slower).unlock(words.first)
    assert opened.is_cost_low is True
    assert open_vault().unlock(words.first).is_cost_low is False
    dearer = replace(cheap, floor=KdfCost(16 * 1024, 1, 1), least_seconds=0.0)
    with pytest.raises(vault_errors.HeaderLost):
        open_vault(policy=dearer).unlock(words.first)

    class Picky(type(cheap)):  # type: ignore[misc]
        def choose(self, measure: Any, start: KdfCost | None = None) -> KdfCost:
            return KdfCost(16 * 1024, 2, 1)

    picky = Picky(**cheap.__dict__)
    assert open_vault(policy=picky).raise_cost(opened.key, words.first) is True
    assert open_vault(policy=picky).raise_cost(opened.key, words.first) is False
    assert open_vault(policy=dearer).unlock(words.first).key == made.key


def test_too_little_memory_is_told_and_not_counted_as_a_wrong_try(
    open_vault: Open, made: Created, words: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> bytes:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr("desktop.vault.stretch", fail)
        with pytest.raises(vault_errors.NotEnoughMemory):
            open_vault().unlock(words.first)
    with monkeypatch.context() as patch:
        patch.setattr("desktop.kdf.stretch", fail)
        with pytest.raises(vault_errors.NotEnoughMemory):
            open_vault().set_passphrase(made.key, words.second)
    assert not (open_vault().folder / "vault.tries").exists()
    assert open_vault().unlock(words.first).key == made.key


# --- Wrong passphrases --------------------------------------------------------------------------------------------


def test_wrong_passphrases_wait_longer_and_longer_and_a_restart_does_not_help(
    open_vault: Open, made: Created, words: SimpleNamespace, clock: Any
) -> None:
    waits = []
    for _ in range(12):
        with pytest.raises(vault_errors.WrongPassphrase) as told:
            open_vault().unlock(words.wrong)
        waits.append(told.value.wait_seconds)
        clock.advance(seconds=told.value.wait_seconds)
    assert waits == [0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900, 900]
    assert open_vault().unlock(words.first).key == made.key
    assert open_vault().wait_seconds() == 0


def test_while_waiting_even_the_right_passphrase_is_not_tried(
    open_vault: Open, made: Created, words: SimpleNamespace, clock: Any
) -> None:
    for _ in range(5):
        with pytest.raises(vault_errors.WrongPassphrase):
            open_vault().unlock(words.wrong)
    clock.advance(seconds=29)
    with pytest.raises(vault_errors.WaitFirst) as told:
        open_vault().unlock(words.first)
    assert told.value.wait_seconds == 1
    assert told.value.title == "Please wait 1 second"
    clock.advance(seconds=1)
    assert open_vault().unlock(words.first).key == made.key


def test_no_number_of_wrong_passphrases_destroys_anything(
    open_vault: Open, made: Created, words: SimpleNamespace, clock: Any
) -> None:
    before = {path: path.read_bytes() for path in open_vault().folder.glob("vault.head*")}
    for _ in range(60):
        with pytest.raises(vault_errors.WrongPassphrase):
            open_vault().unlock(words.wrong)
        clock.advance(minutes=15)
    assert {path: path.read_bytes() for path in open_vault().folder.glob("vault.head*")} == before
    assert open_vault().unlock(words.first).key == made.key
