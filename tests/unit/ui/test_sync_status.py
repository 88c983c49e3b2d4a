"""Sync and saved: each state says what is safe, what waits says since when and why, and nothing is said three times."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from models.casebook import Casebook
from models.entry import Edit
from models.exchange import Receipt
from models.invented import leave_two_versions, leave_unsent, make_caseload, me_for_trying
from models.status import (
    ATTENTION,
    NOT_JOINED,
    OFFLINE,
    PAUSED,
    RECEIVE,
    SEND,
    SENDING,
    SENT,
    Progress,
    Status,
    chip_words,
)
from models.store.arrivals import raise_issue
from ui import access
from ui.link import Link
from ui.parts.buttons import Button
from ui.parts.cover_page import PinAnswer
from ui.parts.pages import PageSpec
from ui.parts.state_row import StateRow
from ui.theme import Look, Theme
from ui.views.sync_cards import Laptop
from ui.views.sync_status import FIRST, SyncPage
from ui.window import HeardWindow

NOW = datetime(2026, 11, 23, 10, 5, tzinfo=UTC)


class Elsewhere(QWidget):
    """A page that only remembers how it was opened."""

    def __init__(self, key: str, log: list[tuple[str, dict[str, Any]]]) -> None:
        super().__init__()
        self.page_key, self._log = key, log

    def opened(self, **arguments: Any) -> None:
        self._log.append((self.page_key, arguments))


@pytest.fixture
def it(tmp_path: Path, clock: Any, look: Theme, qtbot: Any, settle: Callable[[], None]) -> Iterator[SimpleNamespace]:
    """The real page in the real window, over a caseload of three children; what it opens is written to ``went``."""
    clock.moment = NOW
    casebook = Casebook.open(tmp_path, bytes(32), identity=me_for_trying(), clock=clock)
    caseload = make_caseload(casebook, children=6, notes=6)
    pressed: list[str] = []
    link = Link(casebook, lambda: pressed.append("sync now"))
    link.pause_sync = lambda: pressed.append("pause")
    went: list[tuple[str, dict[str, Any]]] = []
    window = HeardWindow(lambda _text: PinAnswer(True), now=lambda: clock.moment)
    laptop = Laptop(214_000_000, 5)
    window.register(
        PageSpec(
            "sync",
            "Sync and saved",
            lambda: SyncPage(link, window, look, lambda: laptop),
            icon="refresh-cw",
            nav="main",
            kept=True,
        )
    )
    for key in ("today", "note", "this_is_me", "edit", "plan", "two_versions", "held", "history"):
        window.register(PageSpec(key, key, lambda key=key: Elsewhere(key, went)))
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    window.activateWindow()

    def written() -> None:
        casebook.remember("written", "so far").result()
        settle()

    def told(status: Status) -> None:
        link.show_status(status)
        settle()

    def open_it() -> SyncPage:
        window.open("sync")
        settle()
        page = window.pages.currentWidget()
        assert isinstance(page, SyncPage)
        return page

    yield SimpleNamespace(
        casebook=casebook, caseload=caseload, link=link, window=window, went=went, pressed=pressed, clock=clock,
        written=written, told=told, open=open_it, settle=settle,
    )  # fmt: skip
    window.close()
    link.close()
    casebook.close()
    link.deleteLater()
    settle()


def press(widget: QWidget) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def key(pressed: Qt.Key) -> None:
    QTest.keyClick(QApplication.focusWidget(), pressed)


def button(page: QWidget, name: str) -> Button:
    found = page.findChild(Button, name)
    assert isinstance(found, Button), name
    return found


def words_on(page: QWidget) -> list[str]:
    return [label.text() for label in page.findChildren(QLabel) if label.isVisible() and label.text()]


def said(page: SyncPage) -> str:
    return f"{page.banner.title.text()} | {page.banner.words.text()}"


# ---- how it stands ---------------------------------------------------------------------------------------------------


def test_offline_is_calm_says_what_is_safe_and_when_the_council_was_last_reached(it: SimpleNamespace) -> None:
    page = it.open()
    it.told(Status(OFFLINE, 3, datetime(2026, 11, 23, 8, 14, tzinfo=UTC)))
    when = it.link.status.last_sent_at.astimezone()
    assert page.banner.property("tone") == "info"
    assert "saved and encrypted here" in said(page)
    assert f"Last in touch today, {when:%H:%M}, 1 hour ago." in said(page)
    assert page.banner.button.words() == "Try now"


def test_try_now_by_mouse_and_by_key_asks_for_a_round(it: SimpleNamespace) -> None:
    page = it.open()
    it.told(Status(OFFLINE, 1))
    press(page.banner.button)
    page.banner.button.setFocus(Qt.FocusReason.TabFocusReason)
    key(Qt.Key.Key_Space)
    assert it.pressed == ["sync now", "sync now"]


def test_how_long_ago_the_council_was_reached_grows_older_by_itself(it: SimpleNamespace) -> None:
    page = it.open()
    it.told(Status(OFFLINE, 3, NOW))
    assert "just now." in said(page)
    it.clock.advance(hours=3)
    page._minute.timeout.emit()
    assert "3 hours ago." in said(page)


def test_a_short_sending_offers_nothing_to_stop_and_pressing_again_explains(it: SimpleNamespace) -> None:
    page = it.open()
    it.told(Status(SENDING, 2))
    assert not page.banner.bar.isVisible()
    press(page.banner.button)
    assert it.pressed == []
    assert it.window.toasts.label.text() == "Heard is sending now."


def test_a_long_sending_shows_how_far_it_is_stops_when_asked_and_goes_on(it: SimpleNamespace) -> None:
    page = it.open()
    it.told(Status(SENDING, 1000, progress=Progress(SEND, 40, 1000)))
    assert page.banner.bar.isVisible()
    assert (page.banner.bar.value(), page.banner.bar.maximum()) == (40, 1000)
    assert page.banner.progress.text() == "Sending 40 of 1,000"
    assert page.banner.button.words() == "Cancel"
    assert "Nothing is lost" in page.banner.button.accessibleDescription()
    page.banner.button.setFocus(Qt.FocusReason.TabFocusReason)
    key(Qt.Key.Key_Space)
    assert it.pressed == ["pause"]
    it.told(Status(PAUSED, 960, NOW))
    assert page.banner.title.text() == "Stopped for now"
    assert page.banner.property("tone") == "info"
    assert not page.banner.bar.isVisible()
    assert page.banner.button.words() == "Go on"
    press(page.banner.button)
    assert it.pressed == ["pause", "sync now"]
    it.told(Status(SENT, 0, NOW))
    assert not page.banner.bar.isVisible()


def test_a_first_copy_says_how_many_of_about_how_many_and_that_heard_can_be_used(it: SimpleNamespace) -> None:
    page = it.open()
    it.told(Status(SENDING, progress=Progress(RECEIVE, 312)))
    assert page.banner.progress.text() == "312 records copied so far"
    assert not page.banner.bar.isVisible(), "nobody has counted them, so no bar says how far it is"
    it.told(Status(SENDING, progress=Progress(RECEIVE, 1312, 10_000, is_about=True)))
    assert page.banner.progress.text() == "1,312 of about 10,000 records copied"
    assert page.banner.bar.isVisible()
    assert page.banner.title.text() == "Copying to this laptop"
    assert "You can use Heard already." in said(page)
    assert page.banner.button.words() == "Cancel"


def test_all_sent_says_so_with_its_time_and_nothing_waits(it: SimpleNamespace) -> None:
    page = it.open()
    it.told(Status(SENT, 0, NOW))
    assert page.banner.title.text() == f"All sent · {NOW.astimezone():%H:%M}"
    assert page.banner.property("tone") == "ok"
    assert "Nothing waits." in words_on(page)
    assert page.findChild(QWidget, "sync.look") is None


def test_attention_gives_the_reason_and_says_that_it_is_safe_once(it: SimpleNamespace) -> None:
    page = it.open()
    it.told(Status(ATTENTION, 2, words="The council’s server turned this laptop away."))
    assert "turned this laptop away" in said(page)
    assert "saved and encrypted on this laptop" in said(page)
    assert page.banner.property("tone") == "warn"
    it.told(Status(ATTENTION, 2, words="The server is full. What you wrote is safe."))
    assert said(page).count("safe") == 1
    assert "encrypted" not in said(page)


def test_a_laptop_that_has_joined_nothing_offers_no_button_that_does_nothing(it: SimpleNamespace) -> None:
    page = it.open()
    it.told(Status(NOT_JOINED))
    assert page.banner.button.isHidden()
    assert "has not joined a council" in said(page)


@pytest.mark.parametrize("state", [OFFLINE, PAUSED, SENDING, SENT, ATTENTION, NOT_JOINED])
def test_title_banner_and_chip_do_not_say_the_same_thing(it: SimpleNamespace, state: str) -> None:
    leave_unsent(it.casebook, it.caseload)
    page = it.open()
    it.told(Status(state, 3, NOW, "The server did not answer as expected."))
    shown = words_on(page)
    assert len({words for words in shown if len(words) > 25}) == len([words for words in shown if len(words) > 25])
    assert "3 changes" not in said(page)
    assert chip_words(it.link.status) not in shown


def test_what_was_just_saved_is_never_called_sent(it: SimpleNamespace) -> None:
    page = it.open()
    it.told(Status(SENT, 0, NOW))
    leave_unsent(it.casebook, it.caseload)
    it.written()
    assert page.banner.title.text() == "About to be sent"


# ---- what waits ------------------------------------------------------------------------------------------------------


def test_what_waits_is_named_with_the_second_it_was_saved_and_opens_its_record(it: SimpleNamespace) -> None:
    ids = leave_unsent(it.casebook, it.caseload)
    page = it.open()
    rows = {row.property("row"): row for row in page.rows}
    assert set(rows) == set(ids)
    note = rows[ids[-1]]
    assert note.title() == "Visit note – Sarah"
    assert note.words() == f"Saved {NOW.astimezone():%H:%M:%S}"
    assert note.pill.text() == "Saved"
    assert access.name_of(note).endswith("Saved")
    press(note)
    assert it.went[-1] == ("note", {"record_id": ids[-1]})
    page = it.open()
    rows = {row.property("row"): row for row in page.rows}
    rows[ids[0]].setFocus(Qt.FocusReason.TabFocusReason)
    key(Qt.Key.Key_Space)
    assert it.went[-1][0] == "this_is_me"
    page = it.open()
    press(next(row for row in page.rows if row.property("row") == ids[1]))
    assert it.went[-1] == ("edit", {"type": "communication_preferences", "record_id": ids[1]})


def test_the_oldest_time_stands_beside_the_heading(it: SimpleNamespace) -> None:
    leave_unsent(it.casebook, it.caseload)
    first = it.clock.moment.astimezone()
    it.clock.advance(hours=1)
    sarah = it.casebook.one("this_is_me", next(iter(it.caseload.scopes)))
    it.casebook.save(sarah.draft(), {"helps_me": Edit(sarah.body.get("helps_me"), "Quiet.")}).result()
    page = it.open()
    assert f"Oldest: today, {first:%H:%M}" in words_on(page)
    assert "Waiting to send (4)" in words_on(page)


def test_what_later_rounds_left_behind_says_why(it: SimpleNamespace) -> None:
    leave_unsent(it.casebook, it.caseload)
    page = it.open()
    assert all("." not in row.words() for row in page.rows)
    it.clock.advance(hours=1)
    it.told(Status(SENT, 3, it.clock.now()))
    assert all("Other things went after it and this one did not" in row.words() for row in page.rows)


def test_what_has_waited_for_days_says_why(it: SimpleNamespace) -> None:
    leave_unsent(it.casebook, it.caseload)
    it.clock.advance(days=3)
    page = it.open()
    it.told(Status(OFFLINE, 3))
    assert all("has not reached the council since" in row.words() for row in page.rows)
    assert page.rows[0].words().startswith("Saved Fri 20 Nov") or page.rows[0].words().startswith("Saved Mon 23 Nov")


def test_a_long_list_is_cut_with_its_count_and_shown_whole_on_demand(it: SimpleNamespace) -> None:
    scope = next(iter(it.caseload.scopes))
    for number in range(FIRST + 3):
        draft = it.casebook.new_draft("visit_note", scope)
        it.casebook.save(draft, {"what_happened": Edit("", f"Number {number}")}).result()
    page = it.open()
    assert len(page.rows) == FIRST
    more = button(page, "sync.more.waiting")
    assert more.words() == f"Show all {FIRST + 3}"
    more.setFocus(Qt.FocusReason.TabFocusReason)
    key(Qt.Key.Key_Space)
    it.settle()
    assert len(page.rows) == FIRST + 3
    assert page.rows[FIRST].hasFocus()
    assert page.findChild(Button, "sync.more.waiting") is None


def test_the_list_follows_what_is_sent_and_keeps_the_focus(it: SimpleNamespace, qtbot: Any) -> None:
    ids = leave_unsent(it.casebook, it.caseload)
    page = it.open()
    next(row for row in page.rows if row.property("row") == ids[1]).setFocus()
    versions = it.casebook.exchange.to_send(50)
    gone = [one for one in versions if one.record_id == ids[0]]
    it.casebook.exchange.settle([Receipt(one.version_id, "head", 9_000) for one in gone]).result()
    qtbot.waitUntil(lambda: {row.property("row") for row in page.rows} == set(ids[1:]))
    assert QApplication.focusWidget().property("row") == ids[1]


def test_what_has_not_changed_is_not_drawn_again(it: SimpleNamespace) -> None:
    leave_unsent(it.casebook, it.caseload)
    page = it.open()
    rows = list(page.rows)
    page.refresh()
    it.told(Status(OFFLINE, 3))
    assert page.rows == rows


def test_what_was_saved_turns_to_sent_before_the_workers_eyes_and_is_gone_the_next_time(it: SimpleNamespace) -> None:
    ids = leave_unsent(it.casebook, it.caseload)
    page = it.open()
    assert page.findChild(StateRow, "sync.just_sent") is None
    versions = [one for one in it.casebook.exchange.to_send(50) if one.record_id == ids[0]]
    it.casebook.exchange.settle([Receipt(one.version_id, "head", 9_000) for one in versions]).result()
    it.told(Status(SENT, 2, NOW))
    it.written()
    (row,) = page.findChildren(StateRow, "sync.just_sent")
    assert (row.property("row"), row.pill.text(), row.accessibleDescription()) == (ids[0], "Sent", "1 of 1 just sent")
    press(row)
    assert it.went[-1][0] == "this_is_me"
    page = it.open()
    assert page.findChild(StateRow, "sync.just_sent") is None


# ---- what to look at -------------------------------------------------------------------------------------------------


def test_two_versions_are_told_in_plain_words_and_open_side_by_side(it: SimpleNamespace) -> None:
    torn = leave_two_versions(it.casebook, it.caseload)
    page = it.open()
    assert "You and Martin Webb both changed “How to talk with me”. Nothing is lost." in words_on(page)
    press(button(page, "sync.see_both"))
    assert it.went[-1] == ("two_versions", {"record_id": torn})


def test_only_the_first_pair_has_the_filled_button_and_new_note_steps_back(it: SimpleNamespace) -> None:
    leave_two_versions(it.casebook, it.caseload)
    page = it.open()
    filled = [one for one in it.window.findChildren(Button) if one.isVisible() and one._kind == "primary"]
    assert [one.objectName() for one in filled] == ["sync.see_both"]
    assert page.page_title() == "Sync and saved"


def test_later_keeps_the_two_texts_in_sight_and_takes_nothing_away(it: SimpleNamespace) -> None:
    torn = leave_two_versions(it.casebook, it.caseload)
    page = it.open()
    later = button(page, "sync.later")
    later.setFocus(Qt.FocusReason.TabFocusReason)
    key(Qt.Key.Key_Space)
    it.written()
    assert it.casebook.notices() == []
    assert page.findChild(QWidget, "sync.notice.two_versions") is None
    assert it.casebook.entry(torn).open_choices
    press(page.findChild(QWidget, "sync.later"))
    assert it.went[-1] == ("two_versions", {"record_id": torn})


REASON = "You are not assigned here any more. It is kept whole at the council for a manager to look at."


def hold_back(it: SimpleNamespace, record_id: str) -> None:
    """The server keeps what was written in one record in its held-back box."""
    versions = [one for one in it.casebook.exchange.to_send(50) if one.record_id == record_id]
    it.casebook.exchange.settle([Receipt(one.version_id, "held", reason=REASON) for one in versions]).result()
    it.written()


def decide(it: SimpleNamespace, record_id: str, state: str, words: str) -> None:
    """A manager has decided, and the next pull has told of it."""

    def act(act: Any) -> None:
        changed = "UPDATE outbox SET held_state = ? WHERE record_id = ?"
        act.connection.exec_driver_sql(changed, ("returned" if state == "returned" else "", record_id))
        if state == "admitted":
            act.connection.exec_driver_sql("DELETE FROM outbox WHERE record_id = ?", (record_id,))
        raise_issue(act.connection, it.casebook._desk.pen, state, record_id, words)
        act.touched.records.add(record_id)

    it.casebook._desk.write(act, is_sync=True).result()
    it.written()


def test_what_the_server_keeps_back_is_kept_safe_with_its_reason_once(it: SimpleNamespace) -> None:
    ids = leave_unsent(it.casebook, it.caseload)
    hold_back(it, ids[-1])
    page = it.open()
    shown = words_on(page)
    assert shown.count("Kept safe for your manager") == 1
    row = page.findChild(StateRow, "sync.held.row")
    assert (row.title(), row.words(), row.pill.text()) == ("Visit note – Sarah", REASON, "Kept safe")
    assert page.findChild(QWidget, "sync.notice.held") is None, "it is not told of twice"
    press(row)
    assert it.went[-1] == ("held", {"record_id": ids[-1]})


def test_what_a_manager_decided_is_told_with_their_words(it: SimpleNamespace) -> None:
    ids = leave_unsent(it.casebook, it.caseload)
    for record_id in ids[-2:]:
        hold_back(it, record_id)
    decide(it, ids[-1], "admitted", "Thank you.")
    decide(it, ids[-2], "returned", "Please write it under the right child")
    page = it.open()
    said = " ".join(words_on(page))
    assert "Your manager has let in what was kept safe. It is part of the record now. They say: “Thank you.”" in said
    assert "Your manager has given back what was kept safe." in said
    row = page.findChild(StateRow, "sync.held.row")
    assert (row.property("row"), row.pill.text()) == (ids[-2], "Given back")
    assert row.words() == "Please write it under the right child"


# ---- what went, and this laptop --------------------------------------------------------------------------------------


def test_the_last_rounds_stand_with_what_they_moved(it: SimpleNamespace) -> None:
    it.casebook.exchange.note_round(4, 2).result()
    it.clock.advance(days=3)
    it.casebook.exchange.note_round(0, 1).result()
    page = it.open()
    shown = words_on(page)
    assert "4 changes sent, 2 received" in shown
    assert "1 change received" in shown


def test_this_laptop_is_a_short_list(it: SimpleNamespace) -> None:
    it.casebook.remember("backed_up_on", "2026-11-23").result()
    shown = words_on(it.open())
    for label, value in (("Children kept here", "6"), ("Room taken", "214 MB"), ("Locks after", "5 min")):
        assert shown[shown.index(label) + 1] == value
    assert shown[shown.index("Last in touch") + 1] == "None yet"
    assert shown[shown.index("Spare copy made") + 1] == "Today"


# ---- sizes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text_scale", [1.0, 1.5, 2.0])
def test_nothing_is_cut_in_the_smallest_window_at_any_size_of_text(
    it: SimpleNamespace, look: Theme, text_scale: float
) -> None:
    leave_unsent(it.casebook, it.caseload)
    leave_two_versions(it.casebook, it.caseload)
    look.set_look(Look(scheme=look.look.scheme, text_scale=text_scale))
    it.window.resize(1024, 600)
    page = it.open()
    it.settle()
    wide = page._scroll.viewport().width()
    assert page._scroll.content.width() <= wide
    for part in page.findChildren(Button):
        if part.isVisible():
            assert part.mapTo(page._scroll.content, part.rect().topRight()).x() <= wide, part.words()


def test_in_a_small_window_what_wants_a_person_comes_first(it: SimpleNamespace) -> None:
    leave_two_versions(it.casebook, it.caseload)
    page = it.open()

    def top(name: str) -> int:
        found = page.findChild(QWidget, name)
        assert found is not None
        return found.mapTo(page, found.rect().topLeft()).y()

    assert top("sync.waiting") < top("sync.look")
    it.window.resize(1024, 600)
    it.settle()
    assert top("sync.look") < top("sync.waiting") < top("sync.sent") < top("sync.laptop")


def test_words_left_beside_a_finished_record_lead_to_its_history(it: SimpleNamespace) -> None:
    record_id = leave_unsent(it.casebook, it.caseload)[-1]
    decide(it, record_id, "left_beside", "what_happened")
    told, page = "You wrote in “What happened”, and it was finished on another laptop without that.", it.open()
    assert told in " ".join(words_on(page))
    press(button(page, "sync.open"))
    assert it.went[-1] == ("history", {"record_id": record_id})
