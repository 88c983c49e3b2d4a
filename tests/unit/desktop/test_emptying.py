"""A closed laptop is emptied by its note alone: keys first, nothing of another vault, and gone on with after a kill."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from desktop import closing as closing_module
from desktop import emptying
from desktop.closed_note import ClosedNote, forget_note, note_path, read_note, write_note
from desktop.closing import Closing
from desktop.emptying import empty, note_of, speaks_of, tell
from desktop.opening import Background
from desktop.vault import Created, Vault
from models.errors import Trouble
from sync.client import closing as client
from sync.client.closing import Closed
from sync.client.http import Offline
from sync.wire import EmptiedReply
from ui.theme import Look, Theme

CLOSED = Closed(
    "device", "Testshire", "2026-11-23T10:30:00.000Z", "the IT desk", "http://127.0.0.1:9", "", b"\x01" * 64
)


@pytest.fixture
def full(open_vault: Callable[..., Vault], made: Created) -> Vault:
    """A vault with a file of every kind in it."""
    vault = open_vault()
    for name in (
        "vault.db", "vault.db-wal", "vault.db-shm", "vault.mark", "vault.tries", "damaged-1.db", "vault.db.part",
        "vault.head.damaged-1", "blobs/aa", "blobs/aa.small", "backups/heard-00000001.db", "sealed/one",
        "opened/letter.pdf",
    ):  # fmt: skip
        path = vault.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("words")
    (vault.folder / "opened/letter.pdf").chmod(0o400)
    (vault.folder / "vault.lock").touch()
    return vault


@pytest.fixture
def note(full: Vault) -> ClosedNote:
    made = note_of(CLOSED, full.facts().vault_id)
    write_note(full.folder, made)
    return made


def left(vault: Vault) -> list[str]:
    return sorted(path.name for path in vault.folder.rglob("*"))


def test_nothing_but_the_lock_is_left_and_no_secret(full: Vault, note: ClosedNote, secrets: Any) -> None:
    assert secrets.kept
    done = empty(full, note)
    assert done == read_note(full.folder) == replace(note, is_empty=True)
    assert left(full) == ["vault.lock"]
    assert secrets.kept == {}
    assert empty(full, done) == done


def test_the_keys_go_before_the_files(
    full: Vault, note: ClosedNote, secrets: Any, words: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(_folder: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(emptying, "_remove_all", killed)
    with pytest.raises(KeyboardInterrupt):
        empty(full, note)
    assert secrets.kept == {}
    assert "vault.db" in left(full)
    with pytest.raises(Trouble):
        full.unlock(words.first)
    monkeypatch.undo()
    assert speaks_of(full, note)
    assert empty(full, note).is_empty
    assert left(full) == ["vault.lock"]


def test_a_vault_that_was_set_up_since_is_left_alone(
    full: Vault, note: ClosedNote, open_vault: Callable[..., Vault], words: SimpleNamespace
) -> None:
    other = replace(note, vault_id="another")
    assert not speaks_of(full, other)
    assert empty(full, other) == other
    assert full.unlock(words.first).key
    assert not speaks_of(full, replace(note, is_empty=True)), "said to be empty, and it is not"
    for path in full.folder.glob("vault.head*"):
        path.write_bytes(b"spoilt")
    assert not speaks_of(full, note), "whose it is cannot be said"


def test_a_disk_that_lets_go_of_nothing_says_so_and_the_next_time_goes_on(
    full: Vault, note: ClosedNote, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.unlink

    def held(path: Any, *_more: Any, **_others: Any) -> None:
        if str(path).endswith("vault.db"):
            raise OSError(errno.EBUSY, "in use")
        real(path, *_more, **_others)

    monkeypatch.setattr(os, "unlink", held)
    with pytest.raises(Trouble, match="did not answer"):
        empty(full, note)
    monkeypatch.undo()
    assert read_note(full.folder) == note
    assert empty(full, note).is_empty


def test_a_header_that_the_disk_keeps_is_told_and_nothing_else_is_touched(
    full: Vault, note: ClosedNote, monkeypatch: pytest.MonkeyPatch
) -> None:
    def held(_path: Path, missing_ok: bool = False) -> None:
        raise OSError(errno.EACCES, "no")

    monkeypatch.setattr(Path, "unlink", held)
    with pytest.raises(Trouble, match="may not write"):
        full.forget_key()
    assert "vault.db" in left(full)


def test_forgetting_a_key_whose_header_is_spoilt_or_gone_is_no_fault(
    full: Vault, open_vault: Any, secrets: Any
) -> None:
    for path in full.folder.glob("vault.head*"):
        path.write_bytes(b"spoilt")
    full.forget_key()
    full.forget_key()
    assert not full.has_header()
    alone = open_vault(secrets=secrets)
    shutil.rmtree(alone.folder)
    secrets.is_open = False
    alone.create("wobbly marmalade lantern otter", created_with="0.1.0")
    alone.forget_key()
    assert not alone.has_header()


SPOILT = {
    "none": b"", "half": b"{", "a list": b"[]", "a number": b'{"vault_id": 1}', "bytes": b"\xff", "deep": b"[" * 99_999,
}  # fmt: skip


@pytest.mark.parametrize("spoilt", SPOILT.values(), ids=SPOILT)
def test_a_note_that_cannot_be_read_empties_nothing(full: Vault, note: ClosedNote, spoilt: bytes) -> None:
    note_path(full.folder).write_bytes(spoilt)
    assert read_note(full.folder) is None


@pytest.mark.parametrize("other", [{"vault_id": ""}, {"receipt": 1}, {"is_empty": 1}])
def test_a_note_with_one_thing_wrong_is_no_note(full: Vault, note: ClosedNote, other: dict[str, Any]) -> None:
    facts = json.loads(note_path(full.folder).read_bytes())
    note_path(full.folder).write_text(json.dumps({**facts, **other}))
    assert read_note(full.folder) is None


def test_the_council_is_told_once_nothing_is_left(
    full: Vault, note: ClosedNote, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Any] = []

    class Line:
        def __init__(self, url: str, certificate: str) -> None:
            self.url = url

        def emptied(self, request: Any) -> EmptiedReply:
            sent.append(request)
            return EmptiedReply(device_id=answers.pop(0))

        def close(self) -> None:
            sent.append("closed")

    monkeypatch.setattr(client, "Centre", Line)
    answers = ["another", "device"]
    assert tell(full.folder, note) == note, "it is not empty yet"
    done = empty(full, note)
    with pytest.raises(Trouble, match="does not understand"):
        tell(full.folder, done)
    told = tell(full.folder, done)
    assert told.is_told
    assert read_note(full.folder) == told == tell(full.folder, told)
    assert [(sent[2].device_id, sent[2].signature), sent[3]] == [("device", b"\x01" * 64), "closed"]
    forget_note(full.folder)
    forget_note(full.folder)
    assert read_note(full.folder) is None


@pytest.fixture
def look(qapp: QApplication) -> Theme:
    return Theme(qapp, Look(), high_contrast=lambda: False)


def test_the_worker_reads_what_happened_and_may_begin_again_once_the_council_knows(
    full: Vault, note: ClosedNote, look: Theme, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closing_module, "TELL_AGAIN_MS", 20)
    faults: list[Exception] = [Offline("x"), Offline("x")]

    def told(vault: Path, one: ClosedNote) -> ClosedNote:
        if faults:
            raise faults.pop()
        return replace(one, is_told=True)

    monkeypatch.setattr(closing_module, "tell", told)
    shown = Closing(full, note, Background())
    qtbot.addWidget(shown.window)
    shown.window.show()
    states: list[str] = []
    shown.window.state.windowTitleChanged.connect(states.append)
    shown.begin()
    assert "Removing" in shown.window.state.text()
    qtbot.waitUntil(lambda: "as soon as you are online" in shown.window.state.text())
    assert not shown.window.again.isVisible()
    qtbot.waitUntil(lambda: "has been told" in shown.window.state.text())
    words = " ".join(shown.window.told)
    for part in ("Testshire closed it on 23 November 2026", "Nothing is lost", "please ring the IT desk"):
        assert part in words
    assert words in shown.window.accessibleDescription()
    assert left(full) == ["vault.lock"]
    with qtbot.waitSignal(shown.set_up_again):
        qtbot.mouseClick(shown.window.again, Qt.MouseButton.LeftButton)
    assert not note_path(full.folder).exists()
    with qtbot.waitSignal(shown.window.close_asked):
        qtbot.mouseClick(shown.window.close_button, Qt.MouseButton.LeftButton)


def test_what_could_not_be_removed_is_told_and_tried_again(
    full: Vault, note: ClosedNote, look: Theme, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closing_module, "TELL_AGAIN_MS", 20)
    monkeypatch.setattr(closing_module, "tell", lambda _folder, one: one)
    faults = [Trouble("A file is in use", "Nothing is lost.", "Close other programs.")]

    def emptied(vault: Vault, one: ClosedNote) -> ClosedNote:
        if faults:
            raise faults[0]
        return empty(vault, one)

    monkeypatch.setattr(closing_module, "empty", emptied)
    shown = Closing(full, replace(note, closed_at="", help_line=""), Background())
    qtbot.addWidget(shown.window)
    shown.window.show()
    shown.begin()
    qtbot.waitUntil(shown.window.trouble.isVisible)
    assert "A file is in use" in shown.window.trouble.accessibleName()
    assert "please ring your manager or your council’s IT" in shown.window.told[-1]
    assert shown.window.told[0].startswith("Testshire closed it. ")
    faults.clear()  # only now: tried again at once, the trouble could be over before anybody saw it
    qtbot.waitUntil(lambda: not full.has_header())

    def refused(_folder: Path) -> None:
        raise Trouble("Heard may not write to its folder", "", "")

    monkeypatch.setattr(closing_module, "forget_note", refused)
    begun: list[None] = []
    shown.set_up_again.connect(lambda: begun.append(None))
    shown._begin_again()
    assert shown.window.trouble.title.text() == "Heard may not write to its folder"
    assert begun == []
    shown.stop()
    shown._done(replace(note, is_told=True))
    shown._failed(Trouble("Late", "", ""))
    assert shown.window.trouble.title.text() == "Heard may not write to its folder"
