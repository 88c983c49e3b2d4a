"""Recently deleted, by keys and clicks: what stands there, whose it is, and that it comes back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from time import monotonic
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget

from models.casebook import Casebook
from models.clock import to_stamp
from models.entry import Edit
from models.errors import Trouble
from models.exchange import Arrival
from models.identity import Identity, Worker
from models.query import Query
from models.version import Version, encode_body, hash_body
from ui import access
from ui.link import Link
from ui.parts.buttons import Button
from ui.parts.pages import PageSpec
from ui.theme import Theme
from ui.views.recently_deleted import PAGE, RecentlyDeletedPage
from ui.window import HeardWindow

ME = Worker(worker_id="01977f00-0000-7000-8000-00000000a001", display_name="Aisha Khan")
BECKY = "01977f00-0000-7000-8000-00000000a002"
SARAH, LEO = "01977f00-0000-7000-8000-00000000c001", "01977f00-0000-7000-8000-00000000c002"


class Plain(QWidget):
    page_key = "today"

    def opened(self, **_arguments: object) -> None: ...


class Stage(SimpleNamespace):
    casebook: Casebook
    window: HeardWindow
    page: RecentlyDeletedPage
    link: Link

    def put(self, type_name: str, scope_id: str = SARAH, **body: Any) -> str:
        draft = self.casebook.new_draft(type_name, scope_id)
        self.casebook.save(draft, {name: Edit(None, value) for name, value in body.items()}).result()
        self.casebook.cut(draft.record_id).result()
        return draft.record_id

    def put_deleted(self, type_name: str, scope_id: str = SARAH, **body: Any) -> str:
        record_id = self.put(type_name, scope_id, **body)
        self.casebook.delete(record_id).result()
        return record_id

    def arrive_deleted(self, author_id: str, **body: Any) -> None:
        """Let a note that another worker wrote and deleted come in by sync."""
        data, salt, ids = encode_body(body), bytes(16), self.casebook._desk.ids
        version = Version(
            version_id=ids.new(), record_id=ids.new(), scope_id=SARAH, type="visit_note", policy_class="care",
            schema=1, audience="", parents=(), device_id="another laptop", device_epoch=1, op_no=1,
            author_id=author_id, written_at=to_stamp(self.casebook.clock.now()), is_deleted=True, salt=salt,
            body_hash=hash_body(salt, data), body=msgspec.Raw(data),
        )  # fmt: skip
        cursor, grants, filling = self.casebook.exchange.cursors()
        arrival = [Arrival(cursor + 1, version)]
        self.casebook.exchange.take(arrival, cursor=cursor + 1, grants=grants, filling=filling).result()

    def open(self) -> None:
        self.window.open("recently_deleted")
        self.page = self.window.findChild(RecentlyDeletedPage)
        QTest.qWait(1)

    def wait_for(self, is_so: Callable[[], bool]) -> None:
        deadline = monotonic() + 8
        while not is_so():
            assert monotonic() < deadline, "it never became so"
            QTest.qWait(2)

    def shown(self) -> list[str]:
        return [row.title.text() for row in self.page.rows]


@pytest.fixture
def stage(qtbot: Any, look: Theme, settle: Callable[[], None], tmp_path: Path, clock: Any) -> Iterator[Stage]:
    me = Identity(
        device_id="d1", device_epoch=1, council_id="wintershire", council_name="Wintershire", worker=ME, timeline="t"
    )
    casebook = Casebook.open(tmp_path, bytes(range(32)), identity=me, clock=clock)
    link = Link(casebook)
    window = HeardWindow(lambda _pin: pytest.fail("no PIN is asked for here"))
    window.register(PageSpec("today", "Today", Plain, "house", "main", 1, kept=True))
    window.register(PageSpec("recently_deleted", "Recently deleted", lambda: RecentlyDeletedPage(link, window, look)))
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    window.activateWindow()
    window.open("today")
    made = Stage(casebook=casebook, link=link, window=window, clock=clock)
    made.put("child", SARAH, known_as="Sarah", born_on="2009-03-04", child_code="700001")
    made.put("child", LEO, known_as="Leo", born_on="2021-01-04", child_code="700002")
    yield made
    window.close()
    link.close()
    casebook.close()
    settle()


def test_what_was_deleted_stands_newest_first_with_its_kind_its_child_and_when(stage: Stage) -> None:
    stage.put_deleted("visit_note", SARAH, what_happened="We walked by the canal.")
    stage.clock.advance(minutes=5)
    stage.put_deleted("visit_note", LEO, what_happened="He showed me his drawing.")
    stage.open()
    assert stage.shown() == ["Visit note · Leo, 5", "Visit note · Sarah, 17"]
    newest = stage.page.rows[0]
    assert "Deleted today, 10:35" in newest.when.text()
    words = newest.findChild(QLabel, "recently_deleted.words")
    assert words is not None
    assert words.text() == "He showed me his drawing."
    assert access.name_of(newest.button) == "Bring back Visit note, Leo, 5. Deleted today, 10:35"


def test_a_click_brings_a_note_back_and_its_row_goes(stage: Stage) -> None:
    kept = stage.put_deleted("visit_note", SARAH, what_happened="Kept for later.")
    stage.clock.advance(minutes=1)
    record_id = stage.put_deleted("visit_note", SARAH, what_happened="We walked by the canal.")
    stage.open()
    QTest.mouseClick(stage.page.rows[0].button, Qt.MouseButton.LeftButton)
    stage.wait_for(lambda: len(stage.page.rows) == 1)
    entry = stage.casebook.entry(record_id)
    assert entry is not None
    assert not entry.is_deleted
    assert entry.body["what_happened"] == "We walked by the canal."
    assert stage.page.rows[0].record_id == kept
    assert stage.casebook.count(Query(types=("visit_note",))) == 1


def test_keys_alone_bring_back_and_undo_deletes_it_again(stage: Stage) -> None:
    record_id = stage.put_deleted("visit_note", SARAH, what_happened="We walked by the canal.")
    stage.open()
    QTest.keyClick(stage.page, Qt.Key.Key_Tab)
    assert stage.window.focusWidget() is stage.page.rows[0].button
    QTest.keyClick(stage.page.rows[0].button, Qt.Key.Key_Space)
    stage.wait_for(lambda: not stage.page.rows)
    back = stage.page.findChild(Button, "recently_deleted.back")
    assert stage.window.focusWidget() is back
    assert stage.window.toasts.isVisible()
    QTest.keyClick(back, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    stage.wait_for(lambda: len(stage.page.rows) == 1)
    entry = stage.casebook.entry(record_id)
    assert entry is not None
    assert entry.is_deleted


def test_the_cursor_goes_on_to_the_row_that_took_the_place(stage: Stage) -> None:
    for number in range(3):
        stage.put_deleted("visit_note", SARAH, what_happened=f"Visit {number}")
        stage.clock.advance(minutes=1)
    stage.open()
    second, third = stage.page.rows[1], stage.page.rows[2].record_id
    second.button.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(second.button, Qt.Key.Key_Space)
    stage.wait_for(lambda: len(stage.page.rows) == 2)
    assert stage.page.rows[1].record_id == third
    assert stage.window.focusWidget() is stage.page.rows[1].button


def test_a_note_that_another_worker_deleted_is_not_offered(stage: Stage) -> None:
    stage.arrive_deleted(ME.worker_id, what_happened="My own, from my other laptop.")
    stage.arrive_deleted(BECKY, what_happened="Becky’s note.")
    stage.open()
    assert len(stage.page.rows) == 1
    words = stage.page.rows[0].findChild(QLabel, "recently_deleted.words")
    assert words is not None
    assert words.text() == "My own, from my other laptop."


def test_an_empty_page_says_so_and_leads_back(stage: Stage) -> None:
    stage.open()
    assert stage.page.findChild(QWidget, "recently_deleted.empty").isVisible()
    back = stage.page.findChild(Button, "recently_deleted.back")
    QTest.mouseClick(back, Qt.MouseButton.LeftButton)
    here = stage.window.here()
    assert here is not None
    assert here.key == "today"


def test_what_is_deleted_meanwhile_comes_onto_the_open_page(stage: Stage) -> None:
    stage.open()
    assert stage.page.rows == []
    stage.put_deleted("visit_note", LEO, what_happened="Deleted while looking.")
    stage.wait_for(lambda: stage.shown() == ["Visit note · Leo, 5"])


def test_a_long_list_comes_a_part_at_a_time(stage: Stage) -> None:
    for number in range(PAGE + 2):
        stage.put_deleted("visit_note", SARAH, what_happened=f"Visit {number}")
        stage.clock.advance(minutes=1)
    stage.open()
    assert len(stage.page.rows) == PAGE
    more = stage.page.findChild(Button, "recently_deleted.more")
    more.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(more, Qt.Key.Key_Space)
    assert len(stage.page.rows) == PAGE + 2
    assert stage.window.focusWidget() is stage.page.rows[PAGE].button
    assert stage.page.findChild(Button, "recently_deleted.more") is None


def test_a_trouble_is_told_and_the_row_stays(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    record_id = stage.put_deleted("visit_note", SARAH, what_happened="We walked by the canal.")
    stage.open()

    def full(_record_id: str) -> Any:
        from concurrent.futures import Future

        future: Future[Any] = Future()
        future.set_exception(Trouble("This laptop has no room left", "Nothing is lost.", "Free some room."))
        return future

    monkeypatch.setattr(stage.casebook, "bring_back", full)
    QTest.mouseClick(stage.page.rows[0].button, Qt.MouseButton.LeftButton)
    stage.wait_for(lambda: stage.window.findChild(QWidget, "sheet") is not None)
    assert "This laptop has no room left" in access.name_of(stage.window.findChild(QWidget, "sheet"))
    assert [row.record_id for row in stage.page.rows] == [record_id]
    monkeypatch.undo()
    stage.window.findChild(QWidget, "sheet").cancel()
    QTest.mouseClick(stage.page.rows[0].button, Qt.MouseButton.LeftButton)
    stage.wait_for(lambda: not stage.page.rows)


def test_the_day_of_deleting_is_told_when_it_was_not_today(stage: Stage) -> None:
    stage.put_deleted("visit_note", SARAH, what_happened="We walked by the canal.")
    stage.clock.moment += timedelta(days=3)
    stage.open()
    assert "Deleted Mon 23 Nov, 10:30" in stage.page.rows[0].when.text()


def test_a_planned_visit_says_what_it_is_and_where_it_would_have_been(stage: Stage) -> None:
    stage.put_deleted("planned_visit", SARAH, planned_at="2026-11-30T16:00:00Z", place="school")
    stage.open()
    assert stage.shown() == ["Planned visit · Sarah, 17"]
    assert stage.page.rows[0].when.text().startswith("School · Mon 30 Nov")
