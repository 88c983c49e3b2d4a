"""The vault on a disk that is full or fails, and after a kill at any step: it opens, and nothing is lost."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from desktop import vault_errors
from desktop.platform.posix import Posix
from desktop.vault import Created, Vault
from models.errors import StoreFull, Trouble

Open = Callable[..., Vault]


class FailingDisk(Posix):
    """A disk that starts to fail: ``code`` is raised when a file is opened for writing."""

    def __init__(self, code: int = errno.ENOSPC) -> None:
        super().__init__()
        self.code = code
        self.works = 0

    def open_private(self, path: Path) -> int:
        if self.works <= 0:
            raise OSError(self.code, "disk")
        self.works -= 1
        return super().open_private(path)


def test_a_full_disk_while_making_a_vault_is_told_and_a_second_try_succeeds(
    open_vault: Open, words: SimpleNamespace
) -> None:
    with pytest.raises(StoreFull):
        open_vault(platform=FailingDisk()).create(words.first, created_with="1")
    assert open_vault().exists() is False
    made = open_vault().create(words.first, created_with="1")
    assert open_vault().unlock(words.first).key == made.key


def test_a_full_disk_does_not_keep_the_worker_from_opening_the_vault(
    open_vault: Open, made: Created, words: SimpleNamespace
) -> None:
    full = FailingDisk()
    vault = open_vault(platform=full)
    with pytest.raises(vault_errors.WrongPassphrase):
        vault.unlock(words.wrong)
    assert vault.unlock(words.first).key == made.key
    with pytest.raises(StoreFull):
        vault.change_passphrase(words.first, words.second)
    assert open_vault().unlock(words.first).key == made.key


@pytest.mark.parametrize(("code", "told"), [(errno.EACCES, "may not write"), (errno.EIO, "did not answer")])
def test_a_disk_that_fails_is_told_in_plain_words(
    code: int, told: str, open_vault: Open, words: SimpleNamespace
) -> None:
    with pytest.raises(Trouble, match=told):
        open_vault(platform=FailingDisk(code)).create(words.first, created_with="1")


def test_the_copy_is_made_up_for_when_the_disk_filled_before_it(
    open_vault: Open, made: Created, words: SimpleNamespace
) -> None:
    filling = FailingDisk()
    filling.works = 2  # the copy of what stands, and the new header; not its twin
    open_vault(platform=filling).change_passphrase(words.first, words.second)
    folder = open_vault().folder
    assert (folder / "vault.head").read_bytes() != (folder / "vault.head.previous").read_bytes()
    open_vault().unlock(words.second)
    assert (folder / "vault.head").read_bytes() == (folder / "vault.head.previous").read_bytes()


class Killed(BaseException):
    """Stands for ``kill -9``: nothing catches it and nothing tidies up."""


def kill_after(steps: int, patch: pytest.MonkeyPatch) -> None:
    """Let this many of the process's steps on the disk happen, and none after."""
    left = [steps]

    def limit(real: Callable[..., Any]) -> Callable[..., Any]:
        def step(*args: Any, **kwargs: Any) -> Any:
            if left[0] == 0:
                raise Killed
            left[0] -= 1
            return real(*args, **kwargs)

        return step

    for name in ("open", "write", "fsync", "replace", "close"):
        patch.setattr(os, name, limit(getattr(os, name)))


@pytest.mark.parametrize("has_keyring", [True, False])
def test_a_kill_at_any_step_of_a_change_leaves_a_vault_that_opens(
    has_keyring: bool, open_vault: Open, words: SimpleNamespace, secrets: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets.is_open = has_keyring
    made = open_vault().create(words.first, created_with="1")
    kept = dict(secrets.kept)
    folder = open_vault().folder
    shutil.copytree(folder, folder.parent / "as it was")
    steps = 0
    while True:
        shutil.rmtree(folder)
        shutil.copytree(folder.parent / "as it was", folder)
        secrets.kept.clear()
        secrets.kept.update(kept)
        with monkeypatch.context() as patch:
            kill_after(steps, patch)
            try:
                open_vault().change_passphrase(words.first, words.second)
            except Killed:
                was_killed = True
            else:
                was_killed = False
        opens = []
        for phrase in (words.first, words.second):
            try:
                opens.append(open_vault().unlock(phrase).key)
            except (vault_errors.WrongPassphrase, vault_errors.KeyringGone):
                continue
        assert opens == [made.key], f"after step {steps}"
        assert open_vault().unlock_with_recovery(made.recovery_code).key == made.key
        if not was_killed:
            break
        steps += 1
    assert steps > 10
