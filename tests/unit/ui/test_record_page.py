"""Any record by its form, by real keys and presses: written, finished, deleted, read, kept safe, chosen between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from models.casebook import Casebook
from models.entry import Edit, Entry
from models.identity import Identity, Worker
from models.invented import leave_two_versions, make_caseload
from models.query import Query
from models.record import all_declarations, declaration_of
from models.wording import say
from ui import access
from ui.link import Link
from ui.parts.cover_page import PinAnswer
from ui.parts.pages import PageSpec
from ui.record_view import RecordView
from ui.views.record_page import RecordPage
from ui.window import HeardWindow

K, CTRL, LEFT = Qt.Key, Qt.KeyboardModifier.ControlModifier, Qt.MouseButton.LeftButton
ME = Worker(worker_id="01977f00-0000-7000-8000-00000000a001", display_name="Aisha Khan", job_title="Social worker")
TYPES = [each.type for each in all_declarations()]


class Other(QWidget):
    """A page that only remembers what it was opened with."""

    def __init__(self, key: str, log: list[tuple[str, dict[str, Any]]]) -> None:
        super().__init__()
        self.page_key, self.log = key, log

    def opened(self, **arguments: Any) -> None:
        self.log.append((self.page_key, arguments))


@pytest.fixture
def at(tmp_path: Path, clock: Any, look: Any, qtbot: Any, settle: Callable[[], None]) -> Iterator[SimpleNamespace]:
    """A window over an invented caseload, in which this worker is the social worker of every child."""
    identity = Identity(
        device_id="d", device_epoch=1, council_id="c", council_name="Invented Council", worker=ME, timeline="t"
    )
    casebook = Casebook.open(tmp_path, bytes(range(32)), identity=identity, clock=clock)
    load = make_caseload(casebook, 3, 15)
    link, window = Link(casebook), HeardWindow(lambda _pin: PinAnswer(False))
    log: list[tuple[str, dict[str, Any]]] = []
    window.register(PageSpec("edit", "Record", lambda: RecordPage(link, window, look)))
    for key in ("today", "two_versions", "knock"):
        window.register(PageSpec(key, key, lambda key=key: Other(key, log)))  # type: ignore[misc]
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    window.activateWindow()
    qtbot.waitExposed(window)
    window.open("today")
    settle()
    scopes = list(load.scopes)
    yield SimpleNamespace(
        casebook=casebook, link=link, window=window, log=log, scope=scopes[0], scopes=scopes, load=load, settle=settle
    )
    window.close()
    link.close()
    casebook.close()
    settle()


def wait_for(is_so: Callable[[], Any], seconds: float = 8) -> None:
    deadline = monotonic() + seconds
    while not is_so():
        assert monotonic() < deadline, "it never became so"
        QTest.qWait(2)


def open_record(at: SimpleNamespace, **arguments: Any) -> RecordPage:
    at.window.open("edit", **arguments)
    at.settle()
    page = at.window.pages.currentWidget()
    assert isinstance(page, RecordPage)
    return page


def box(page: RecordPage, name: str) -> Any:
    assert page.form is not None
    return page.form.rows[name].editor.target()


def write(page: RecordPage, name: str, words: str) -> None:
    box(page, name).setFocus()
    QTest.keyClicks(box(page, name), words)


def press_chip(page: RecordPage, name: str, code: str) -> None:
    assert page.form is not None
    row = page.form.rows[name].editor.row  # type: ignore[attr-defined]
    chip = next(each for each in row.chips() if each.objectName().endswith(f".{code}"))
    QTest.mouseClick(chip, LEFT)


def only(at: SimpleNamespace, type_name: str, **more: Any) -> list[Entry]:
    query = Query(types=(type_name,), scope_id=at.scope, limit=500, **more)
    return list(at.casebook.select(query))


def put(at: SimpleNamespace, type_name: str, **body: Any) -> str:
    draft = at.casebook.new_draft(type_name, at.scope)
    at.casebook.save(draft, {name: Edit(None, value) for name, value in body.items()}).result()
    at.casebook.cut(draft.record_id).result()
    at.settle()
    return str(draft.record_id)


def set_role(at: SimpleNamespace, role: str) -> None:
    """The server tells that this worker has another role with every child."""
    cursor, grants, filling = at.casebook.exchange.cursors()
    scopes = dict.fromkeys(at.scopes, role)
    at.casebook.exchange.take([], cursor=cursor + 1, grants=grants + 1, filling=filling, scopes=scopes).result()
    at.settle()
    assert at.casebook.scopes[at.scope] == role


# ---- any type ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("type_name", TYPES)
def test_every_declared_type_opens_by_its_form_under_its_own_title(at: SimpleNamespace, type_name: str) -> None:
    page = open_record(at, type=type_name, scope_id=at.scope)
    declaration = declaration_of(type_name)
    assert declaration is not None
    title = say(declaration.title, page.spoken)
    assert page.head.title.text() == f"{title} – Sarah, 17"
    assert page.form is not None
    for part in page.form.parts:
        if part.fold is not None:
            part.fold.set_open(True)
    assert {each.name for each in page.form.rows.fields()} == {
        each.name for each in declaration.fields.values() if each.is_in_form
    }
    assert page.main_button.words() == ("Finish" if declaration.edited_by == "author" else "Done")
    for widget in page.findChildren(QWidget):
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible():
            assert access.name_of(widget), widget


def test_a_person_the_child_trusts_is_written_down_and_saved_by_itself(at: SimpleNamespace) -> None:
    before = {one.record_id for one in only(at, "person_i_trust")}
    page = open_record(at, type="person_i_trust", scope_id=at.scope)
    assert box(page, "name").hasFocus()
    assert page.delete_button.isHidden()
    QTest.keyClicks(at.window.focusWidget(), "Coach Mel")
    wait_for(lambda: page.save_line.text().startswith("Saved on this laptop "))
    press_chip(page, "is_first_contact", "yes")
    wait_for(lambda: at.casebook.entry(page.record_id).body.get("is_first_contact") is True)
    assert at.casebook.entry(page.record_id).body["name"] == "Coach Mel"
    assert page.record_id not in before
    assert page.delete_button.isVisible()
    assert at.window.here().arguments == {"type": "person_i_trust", "record_id": page.record_id}


@pytest.mark.parametrize("type_name", ["communication_preferences", "child", "this_is_me"])
def test_a_type_of_which_a_child_has_one_opens_the_record_that_stands(at: SimpleNamespace, type_name: str) -> None:
    standing = at.casebook.one(type_name, at.scope)
    page = open_record(at, type=type_name, scope_id=at.scope)
    assert page.record_id == standing.record_id


def test_how_a_child_likes_people_to_talk_is_changed_in_place(at: SimpleNamespace) -> None:
    page = open_record(at, type="communication_preferences", scope_id=at.scope)
    box(page, "languages").clear()
    write(page, "languages", "English and Polish")
    QTest.keyClick(box(page, "languages"), K.Key_Return, CTRL)
    wait_for(lambda: at.window.here().key == "today")
    assert at.casebook.one("communication_preferences", at.scope).body["languages"] == "English and Polish"


def test_an_involvement_is_written_down_with_its_dates(at: SimpleNamespace) -> None:
    before = {one.record_id for one in only(at, "involvement")}
    page = open_record(at, type="involvement", scope_id=at.scope)
    write(page, "from_on", "1/9/26")
    QTest.keyClick(box(page, "from_on"), K.Key_Tab)
    wait_for(lambda: {one.record_id for one in only(at, "involvement")} - before)
    assert at.casebook.entry(page.record_id).body["from_on"] == "2026-09-01"


def test_a_record_that_nobody_touched_leaves_nothing_behind(at: SimpleNamespace) -> None:
    before = len(only(at, "home"))
    open_record(at, type="home", scope_id=at.scope)
    QTest.keyClick(at.window.focusWidget(), K.Key_Escape)
    at.settle()
    at.casebook.remember("written", "so far").result()
    assert at.window.here().key == "today"
    assert len(only(at, "home")) == before


def test_ctrl_s_ctrl_z_and_the_card_answer_here(at: SimpleNamespace) -> None:
    page = open_record(at, type="person_i_trust", scope_id=at.scope)
    write(page, "contact", "07")
    assert page.act("undo")
    assert box(page, "contact").text() == ""
    QTest.keyClick(box(page, "contact"), K.Key_S, CTRL)
    wait_for(lambda: at.window.toasts.isVisible())
    QTest.keyClick(box(page, "contact"), K.Key_B, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert at.log[-1] == ("knock", {"scope_id": at.scope})


# ---- deleting ------------------------------------------------------------------------------------------------------


def test_a_deleted_record_comes_back_with_one_undo(at: SimpleNamespace) -> None:
    record_id = put(at, "person_i_trust", name="Coach Mel", relationship="My coach")
    page = open_record(at, record_id=record_id)
    QTest.mouseClick(page.delete_button, LEFT)
    wait_for(lambda: at.window.here().key == "today")
    assert at.casebook.entry(record_id).is_deleted
    wait_for(lambda: at.window.toasts.isVisible())
    QTest.mouseClick(at.window.toasts.undo_button, LEFT)
    wait_for(lambda: not at.casebook.entry(record_id).is_deleted)
    assert at.casebook.entry(record_id).body["name"] == "Coach Mel"


def test_a_deleted_record_that_is_opened_offers_to_bring_it_back(at: SimpleNamespace) -> None:
    record_id = put(at, "person_i_trust", name="Coach Mel", relationship="My coach")
    at.casebook.delete(record_id).result()
    page = open_record(at, record_id=record_id)
    assert page.form is None
    (bring_back,) = [one for one in page.findChildren(QWidget) if one.objectName() == "edit.bring_back"]
    QTest.mouseClick(bring_back, LEFT)
    wait_for(lambda: page.form is not None)
    assert box(page, "name").text() == "Coach Mel"


def test_the_childs_own_record_cannot_be_deleted_here(at: SimpleNamespace) -> None:
    page = open_record(at, type="child", scope_id=at.scope)
    assert page.form is not None
    assert page.delete_button.isHidden()


# ---- finishing and reading -----------------------------------------------------------------------------------------


def finished_note(at: SimpleNamespace) -> Entry:
    return only(at, "visit_note", is_finished=True)[0]


def test_a_finished_record_is_read_with_the_reason_and_can_be_added_to(at: SimpleNamespace) -> None:
    note = finished_note(at)
    page = open_record(at, record_id=note.record_id)
    assert isinstance(page.content, RecordView)
    assert page.note.words.text() == "This visit note is finished. You can read it here."
    assert page.main_button.isHidden()
    QTest.mouseClick(page.add_more, LEFT)
    at.settle()
    assert at.window.here().arguments["adds_to_id"] == note.record_id
    page = at.window.pages.currentWidget()
    assert page.head.title.text() == "Addendum – Sarah, 17"


def test_an_addendum_is_finished_by_ctrl_enter_once_it_is_whole(at: SimpleNamespace) -> None:
    note = finished_note(at)
    at.window.open("edit", record_id=note.record_id)
    page = open_record(at, type="addendum", scope_id=at.scope, adds_to_id=note.record_id)
    write(page, "addition", "The date was the 8th.")
    QTest.keyClick(box(page, "addition"), K.Key_Return, CTRL)
    at.settle()
    assert [each.words() for each in page.problems.links()] == ["Choose why you are adding this"]
    press_chip(page, "why", "put_right")
    at.settle()
    assert page.problems.isHidden()
    record_id = page.record_id
    QTest.keyClick(at.window.focusWidget(), K.Key_Return, CTRL)
    wait_for(lambda: at.window.here().arguments == {"record_id": note.record_id})
    done = at.casebook.entry(record_id)
    assert done.is_finished
    assert (done.body["adds_to_id"], done.audience) == (note.record_id, note.audience)


def test_a_record_finished_on_another_laptop_turns_into_one_to_read(at: SimpleNamespace) -> None:
    body = {"why": "more_to_say", "addition": "More.", "adds_to_id": finished_note(at).record_id}
    record_id = put(at, "addendum", **body)
    page = open_record(at, record_id=record_id)
    assert page.form is not None
    at.casebook.finish(record_id).result()
    wait_for(lambda: isinstance(page.content, RecordView))
    assert page.note.words.text() == "This addendum is finished. You can read it here."


def test_a_record_changed_elsewhere_under_no_cursor_is_shown_as_it_is_now(at: SimpleNamespace) -> None:
    record_id = put(at, "person_i_trust", name="Mel", relationship="My coach")
    page = open_record(at, record_id=record_id)
    box(page, "contact").setFocus()
    at.casebook.save(at.casebook.entry(record_id).draft(), {"name": Edit("Mel", "Coach Mel")}).result()
    wait_for(lambda: box(page, "name").text() == "Coach Mel")


# ---- two versions, and what is kept safe ---------------------------------------------------------------------------


def test_two_versions_are_said_above_the_form_and_lead_to_both(at: SimpleNamespace) -> None:
    record_id = leave_two_versions(at.casebook, at.load)
    at.settle()
    page = open_record(at, record_id=record_id)
    assert page.form is not None
    assert page.versions.isVisible()
    QTest.mouseClick(page.versions.button, LEFT)
    assert at.log[-1] == ("two_versions", {"record_id": record_id})


@pytest.mark.parametrize(("role", "opens"), [("social_worker", True), ("team_manager", True), ("iro", False)])
def test_where_a_child_lives_opens_only_for_the_social_worker_and_the_manager(
    at: SimpleNamespace, role: str, opens: bool
) -> None:
    home = only(at, "home")[0]
    set_role(at, role)
    for arguments in ({"record_id": home.record_id}, {"type": "home", "scope_id": at.scope}):
        page = open_record(at, **arguments)
        assert (page.form is not None) is opens
        shown = " ".join(one.text() for one in page.findChildren(QWidget) if hasattr(one, "text"))
        if not opens:
            # A record held here before the role changed is hidden at once; asked for by its kind, the page says why.
            why = "is not on this laptop" if "record_id" in arguments else "It keeps Sarah safe."
            assert why in shown
            assert str(home.body["address"]) not in shown


def test_a_record_that_is_not_on_this_laptop_is_said_to_be_so(at: SimpleNamespace) -> None:
    page = open_record(at, record_id="01977f00-0000-7000-8000-00000000ffff")
    assert page.form is None
    assert page.main_button.isHidden()
    assert page.act("finish") is False


def test_without_a_child_it_asks_whom_it_is_about(at: SimpleNamespace) -> None:
    page = open_record(at, type="person_i_trust")
    assert page.form is None
    QTest.keyClick(at.window.focusWidget(), K.Key_Down)
    QTest.keyClick(at.window.focusWidget(), K.Key_Return)
    wait_for(lambda: at.window.here().arguments.get("scope_id") in at.scopes)
    at.settle()
    assert at.window.pages.currentWidget().form is not None


def test_a_type_only_a_newer_heard_knows_opens_to_nothing_and_not_to_an_error(at: SimpleNamespace) -> None:
    page = open_record(at, type="wish_from_the_future", scope_id=at.scope)
    assert page.form is None
    assert page.content is not None
    assert page.content.isVisible()


def test_wishes_begun_on_another_laptop_come_in_before_a_second_record_is_begun(at: SimpleNamespace) -> None:
    standing = at.casebook.one("communication_preferences", at.scope)
    at.casebook.delete(standing.record_id).result()
    at.settle()
    page = open_record(at, type="communication_preferences", scope_id=at.scope)
    assert page.record_id != standing.record_id
    at.casebook.bring_back(standing.record_id).result()
    wait_for(lambda: page.record_id == standing.record_id)
