"""One photo, film or page on its own page: seen whole, made larger, opened elsewhere, told when it is not there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from time import monotonic
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from models.attachments.intake import take_in
from models.casebook import Casebook
from models.entry import Edit, Entry
from models.errors import Trouble
from models.identity import Identity, Worker
from tests.drawings import PDF, drawing, encoded, film
from ui import access
from ui.attachments import AttachmentShelf
from ui.link import Link
from ui.parts.cover_page import PinAnswer
from ui.parts.pages import PageSpec
from ui.views.attachment import AttachmentPage
from ui.window import HeardWindow

SARAH = "01a00000-0000-7000-8000-000000000001"
ME = Worker(worker_id="amy", display_name="Amy")


@pytest.fixture
def at(tmp_path: Path, clock: Any, look: Any, qtbot: Any, settle: Callable[[], None]) -> Iterator[SimpleNamespace]:
    me = Identity(device_id="d", device_epoch=1, council_id="c", council_name="T", worker=ME, timeline="t")
    casebook = Casebook.open(tmp_path, bytes(range(32)), identity=me, clock=clock)
    child = casebook.new_draft("child", SARAH)
    casebook.save(child, {"known_as": Edit(None, "Sarah")}).result()
    link, window = Link(casebook), HeardWindow(lambda _pin: PinAnswer(False))
    window.register(PageSpec("attachment", "Photo or page", lambda: AttachmentPage(link, window, look)))
    qtbot.addWidget(window)
    window.resize(1024, 600)
    window.show()
    window.activateWindow()
    qtbot.waitExposed(window)

    def attach(data: bytes, **more: Any) -> Entry:
        draft = casebook.new_draft("attachment", SARAH)
        return casebook.attachments.add(draft, take_in(data), {"caption": "Her street", **more}).entry

    def open_page(record_id: str) -> AttachmentPage:
        window.open("attachment", record_id=record_id)
        settle()
        page = window.pages.currentWidget()
        assert isinstance(page, AttachmentPage)
        return page

    yield SimpleNamespace(casebook=casebook, link=link, window=window, attach=attach, open=open_page, settle=settle)
    window.close()
    link.close()
    casebook.close()
    settle()


def wait_for(is_so: Callable[[], Any], seconds: float = 8) -> None:
    deadline = monotonic() + seconds
    while not is_so():
        assert monotonic() < deadline, "it never became so"
        QTest.qWait(2)


def test_a_picture_is_seen_whole_and_made_larger_by_button_and_keys(at: Any) -> None:
    page = at.open(at.attach(encoded(drawing(1600, 1200), "PNG")).record_id)
    view = page.shown.view
    wait_for(lambda: view.drawn == 100)
    picture = view.focusProxy()  # what the focus and the keys really come to
    assert access.name_of(picture) == "Her street"
    for key, expected in ((Qt.Key.Key_Plus, 140), (Qt.Key.Key_Plus, 196), (Qt.Key.Key_Minus, 140), (Qt.Key.Key_0, 100)):
        QTest.keyClick(picture, key)
        wait_for(lambda expected=expected: view.drawn == expected)
    larger = page.findChild(type(page.main_button), "attachment.larger")
    for _ in range(9):
        QTest.mouseClick(larger, Qt.MouseButton.LeftButton)
    wait_for(lambda: view.drawn == 400)
    assert page.form is not None
    assert page.form.body()["caption"] == "Her street"
    assert page.shown.open_outside is None


def test_a_pdf_and_a_film_are_never_read_here_and_open_in_another_program(at: Any) -> None:
    asked: list[tuple[bytes, str]] = []

    def open_outside(content: bytes, ending: str) -> Future[Any]:
        asked.append((content, ending))
        done: Future[Any] = Future()
        done.set_result(None)
        return done

    at.link.open_outside = open_outside
    for data, ending in ((PDF, ".pdf"), (film(), ".mp4")):
        page = at.open(at.attach(data).record_id)
        assert page.shown.view is None
        QTest.mouseClick(page.shown.open_outside, Qt.MouseButton.LeftButton)
        wait_for(lambda ending=ending: bool(asked) and asked[-1][1] == ending)
        assert asked[-1][0] == take_in(data).content


def test_what_another_program_cannot_open_is_told_on_the_page(at: Any) -> None:
    def no_program(_content: bytes, _ending: str) -> Future[Any]:
        failed: Future[Any] = Future()
        failed.set_exception(Trouble("This laptop has no program that opens this", "Nothing has been changed."))
        return failed

    at.link.open_outside = no_program
    page = at.open(at.attach(PDF).record_id)
    QTest.mouseClick(page.shown.open_outside, Qt.MouseButton.LeftButton)
    wait_for(page.shown.trouble.isVisible)
    assert "no program" in page.shown.trouble.words.text()


def test_without_a_way_to_open_it_there_is_no_button_that_does_nothing(at: Any) -> None:
    page = at.open(at.attach(PDF).record_id)
    assert page.shown.open_outside is None


def test_a_damaged_picture_is_told_and_nothing_of_it_is_shown(at: Any) -> None:
    entry = at.attach(encoded(drawing(), "PNG"))
    for path in at.casebook.attachments.files.folder.iterdir():
        path.write_bytes(b"junk")
    page = at.open(entry.record_id)
    wait_for(page.shown.trouble.isVisible)
    assert "damaged on this laptop" in page.shown.trouble.words.text()
    assert not page.shown.view.has_image()


def test_one_still_to_come_says_so_and_is_shown_once_it_has(at: Any) -> None:
    taken = take_in(encoded(drawing(), "PNG"))
    draft = at.casebook.new_draft("attachment", SARAH)
    body = {"caption": "Her street", "blob_id": taken.blob_id, "media_type": taken.media_type}
    at.casebook.save(draft, {name: Edit(None, value) for name, value in body.items()}).result()
    page = at.open(draft.record_id)
    assert page.shown.is_waiting
    carriage = at.casebook.carriage
    carriage.look()
    (row,) = carriage.to_fetch()
    carriage.begin(row, len(taken.content))
    carriage.take_part(row, 0, bytes(taken.content))
    assert carriage.finish(row)
    wait_for(lambda: page.shown is not None and page.shown.view is not None and page.shown.view.has_image())


def test_a_record_that_is_gone_or_deleted_shows_no_file(at: Any) -> None:
    entry = at.attach(PDF)
    at.casebook.delete(entry.record_id).result()
    assert at.open(entry.record_id).shown is None
    assert at.open("01a00000-0000-7000-8000-00000000dead").shown is None
    assert AttachmentShelf is not None
