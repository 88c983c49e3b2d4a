"""One worker's session: comes back where it was, and neither closes nor locks over what could not be saved."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop.closed_note import note_path, read_note
from desktop.screen_pin import hash_pin
from desktop.session import Opened, Session
from desktop.settings import SettingsFile
from desktop.vault import Vault
from models.casebook import Casebook
from models.entry import Edit
from models.errors import StoreFull, Trouble
from models.identity import Identity, Worker
from models.query import Query
from sync.client.closing import Closed
from tests.unit.ui.standing_voice import StandInVoice
from ui.theme import Look, Theme

WAIT_MS = 10_000


@pytest.fixture
def made(tmp_path: Path, qapp: QApplication, qtbot: Any) -> Iterator[SimpleNamespace]:
    """A session on an invented vault with one child, without a server."""
    me = Identity(
        device_id="laptop",
        device_epoch=1,
        council_id="council",
        council_name="Testshire",
        worker=Worker(worker_id="amy", display_name="Amy"),
        timeline="first",
        signing_key=bytes(32),
    )
    book = Casebook.open(tmp_path, bytes(range(32)), identity=me)
    child = book.new_draft("child", "01a00000-0000-7000-8000-000000000001")
    book.save(child, {"known_as": Edit("", "Sarah")}).result()
    book.remember("screen_pin", hash_pin("271828")).result()
    locks: list[str] = []
    session = Session(
        Opened(tmp_path, Vault(tmp_path), book),
        Theme(qapp, Look(), high_contrast=lambda: False),
        SettingsFile(tmp_path / "settings.json"),
        lambda: locks.append("lock"),
        lambda: locks.append("sleep"),
        voice=StandInVoice(),
    )
    yield SimpleNamespace(session=session, book=book, window=session.window, locks=locks, qtbot=qtbot)
    for step in session.steps_to_lock(may_send=False):
        # One that was closed by its own test has nothing more to save.
        with suppress(Trouble):
            step()
    qapp.removeEventFilter(session._idle)
    session._idle.deleteLater()
    session._power.stop()
    session.window.hide()
    session.window.deleteLater()
    qapp.processEvents()


def begin_note(made: SimpleNamespace) -> Any:
    made.session.show()
    made.window.open("note", scope_id="01a00000-0000-7000-8000-000000000001")
    return made.window.pages.currentWidget()._form


def fill_disk(made: SimpleNamespace) -> Callable[[], None]:
    def save(*_args: Any, **_more: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_exception(StoreFull("The laptop’s disk is full"))
        return future

    patch = pytest.MonkeyPatch()
    patch.setattr(made.book, "save", save)
    return patch.undo


def test_a_page_that_cannot_be_opened_any_more_does_not_keep_the_worker_out(
    made: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    reported: list[Any] = []
    monkeypatch.setattr(sys, "excepthook", lambda _kind, error, _trace: reported.append(error))
    made.book.remember("page", '{"key": "note", "arguments": {"no_such": 1}}').result()
    made.session.show()
    assert made.window.isVisible()
    assert made.window.here().key == "today"
    assert [type(error) for error in reported] == [TypeError]


def test_what_is_typed_is_saved_at_a_lock_even_where_hiding_the_screen_fails(made: SimpleNamespace) -> None:
    form = begin_note(made)
    form.rows["what_happened"].editor.show_value("typed a moment ago")
    form.autosave.edit("what_happened", "typed a moment ago")
    steps = made.session.steps_to_lock(may_send=False)
    assert steps[0] == made.window.cover
    for step in steps[1:3]:  # the first has failed
        step()
    (note,) = made.book.select(Query(types=("visit_note",)))
    assert note.body["what_happened"] == "typed a moment ago"
    assert note.version_id


def test_closing_stays_once_over_what_could_not_be_saved_and_idleness_hides_it(
    made: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = begin_note(made)
    free_disk = fill_disk(made)
    form.autosave.edit("what_happened", "nowhere but on the screen")
    form.hand_over()
    staying = made.session._staying
    made.qtbot.waitUntil(staying.is_something_unsaved, timeout=WAIT_MS)
    staying.look()
    assert made.session._watch._holds
    closed: list[str] = []
    made.window.closing.connect(lambda: closed.append("closed"))
    assert not made.window.close()
    assert closed == []
    free_disk()
    made.qtbot.waitUntil(lambda: not form.has_unsaved(), timeout=WAIT_MS)
    staying.look()
    assert not made.session._watch._holds
    assert made.window.close()
    assert closed == ["closed"]


def test_a_second_close_goes_although_the_disk_is_still_full(
    made: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = begin_note(made)
    free_disk = fill_disk(made)
    form.autosave.edit("what_happened", "nowhere but on the screen")
    form.hand_over()
    made.qtbot.waitUntil(made.session._staying.is_something_unsaved, timeout=WAIT_MS)
    assert not made.window.close()
    assert made.window.close()
    free_disk()


def test_closing_shows_once_what_is_typed_and_cannot_be_saved_as_it_stands(made: SimpleNamespace) -> None:
    form = begin_note(made)
    editor = form.rows["what_happened"].editor
    editor.show_value("x" * 100_001)
    form._on_edit("what_happened")
    assert not made.window.close()
    assert made.window.pages.currentWidget().summary.isVisible()
    assert made.window.close()


def test_the_dictionary_is_read_in_a_process_that_ends_with_the_session(made: SimpleNamespace) -> None:
    form = begin_note(made)
    assert made.session._dictionary._process is None
    box = form.rows["what_happened"].editor.box
    box.setFocus()
    QTest.keyClicks(box, "teh dog ")
    checked = form.rows["what_happened"].editor.checked
    made.qtbot.waitUntil(lambda: [mark.word for mark in checked.marks()] == ["teh"], timeout=3 * WAIT_MS)
    process = made.session._dictionary._process
    assert process.poll() is None
    for step in made.session.steps_to_lock(may_send=False)[:-2]:
        step()
    assert process.poll() is not None


def test_a_dictionary_that_cannot_be_had_is_told_once_and_calmly(made: SimpleNamespace) -> None:
    def cannot() -> Any:
        raise OSError("no such program")

    made.session._dictionary._start = cannot
    form = begin_note(made)
    box = form.rows["what_happened"].editor.box
    box.setFocus()
    QTest.keyClicks(box, "teh dog ")
    toasts = made.window.toasts
    made.qtbot.waitUntil(lambda: "Spelling cannot be checked just now" in toasts.label.text(), timeout=WAIT_MS)


CLOSED = Closed("laptop", "Testshire", "2026-11-23T10:30:00.000Z", "", "http://127.0.0.1:9", "", bytes(64))


def vault_of(made: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(made.session._vault, "facts", lambda: SimpleNamespace(vault_id="this one"))


def empty(made: SimpleNamespace) -> None:
    for step in made.session.steps_to_empty(CLOSED):
        step()


def test_a_closed_laptop_leaves_its_note_once_the_file_is_shut_and_holds_nothing_of_its_own(
    made: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    vault_of(made, monkeypatch)
    made.book.cut_all().result()
    made.book._desk.write(lambda it: it.connection.exec_driver_sql("DELETE FROM outbox")).result()
    made.session.show()
    empty(made)
    note = read_note(tmp_path)
    assert note is not None
    assert (note.vault_id, note.device_id, note.receipt) == ("this one", "laptop", "00" * 64)
    note_path(tmp_path).unlink()


def test_what_was_typed_at_the_last_moment_and_could_not_go_keeps_the_laptop_as_it_is(
    made: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The line is down just then: the vault stays, and nothing says that it may be emptied."""
    vault_of(made, monkeypatch)
    form = begin_note(made)
    form.autosave.edit("what_happened", "Just now")
    for step in made.session.steps_to_empty(CLOSED):
        with suppress(Trouble):
            step()
    assert read_note(tmp_path) is None
    kept = Casebook.open(tmp_path, bytes(range(32)))
    try:
        assert [one.body["what_happened"] for one in kept.select(Query(types=("visit_note",)))] == ["Just now"]
    finally:
        kept.close()
