"""The held-back box: a manager admits or returns, sees no more than their part allows, and the worker is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from models.audience import EVERYONE_ON_RECORD, ONLY_AUTHOR, PROTECTED
from models.errors import Trouble
from sync.server.administration import Administration
from sync.server.care import check_everything
from sync.server.centre import Centre
from sync.server.holding import admit, give_back, list_held, read_held, show_envelope
from sync.server.refusal import Refusal

Enrol = Callable[..., Any]
SECRET = "what only she should read"


@pytest.fixture
def mia(sarah: str, enrol: Enrol) -> Any:
    """Sarah's team manager."""
    return enrol("mia", c1001="team_manager")


def only_held(centre: Centre) -> str:
    (one,) = list_held(centre, state="waiting")
    return str(one["held_id"])


def test_work_of_a_worker_who_had_to_leave_is_admitted_and_reaches_the_others(
    amy: Any, ben: Any, mia: Any, sarah: str, office: Administration, centre: Centre
) -> None:
    note = amy.version(sarah)
    amy.push_one(note)
    office.unassign("amy", "1001")
    late = amy.version(sarah, {"what_happened": "She said yes."}, note)
    assert amy.push_one(late).outcome == "held"
    ben.pull()
    assert admit(centre, only_held(centre), "mia", "Thank you.") == "head"
    (row,) = [row for row in ben.pull() if row.version.record_id == note.record_id]
    assert row.version.read_body() == {"what_happened": "She said yes."}
    page = amy.page()
    assert [(one.version_id, one.state, one.words) for one in page.held] == [
        (late.version_id, "admitted", "Thank you.")
    ]
    assert amy.page().held == ()
    assert check_everything(centre)["faults"] == []
    assert amy.push_one(late).outcome == "head"


def test_what_was_written_beside_the_head_is_admitted_as_a_branch_for_any_laptop_to_merge(
    amy: Any, ben: Any, mia: Any, sarah: str, office: Administration, centre: Centre
) -> None:
    first = amy.shared(sarah)
    amy.push_one(first)
    office.unassign("ben", "1001")
    ben.push_one(ben.shared(sarah, {"by": "ben"}, first))
    second = amy.shared(sarah, {"by": "amy"}, first)
    amy.push_one(second)
    assert admit(centre, only_held(centre), "mia") == "branch"
    bodies = [row.version.read_body().get("by") for row in amy.history(first.record_id)]
    assert bodies == [None, "amy", "ben"]
    branch = amy.history(first.record_id)[-1].version
    merged = amy.shared(sarah, {"by": "both"}, second, parents=(second.version_id, branch.version_id))
    assert amy.push_one(merged).outcome == "head"


def test_a_finished_record_stays_as_it_is_when_something_later_is_admitted(
    amy: Any, ben: Any, mia: Any, sarah: str, centre: Centre
) -> None:
    note = amy.version(sarah, is_finished=True)
    amy.push_one(note)
    amy.push_one(amy.version(sarah, {"late": 1}, note))
    assert admit(centre, only_held(centre), "mia") == "branch"
    assert [row.version.version_id for row in ben.pull() if row.is_head] == [note.version_id]
    assert check_everything(centre)["faults"] == []


def test_admitting_who_may_see_less_takes_it_from_those_who_may_not_read_it(
    amy: Any, ben: Any, mia: Any, sarah: str, office: Administration, centre: Centre
) -> None:
    note = amy.version(sarah)
    amy.push_one(note)
    office.revoke(amy.joined.device_id)
    amy.push_one(amy.version(sarah, {"a": 1}, note, audience=ONLY_AUTHOR))
    admit(centre, only_held(centre), "mia")
    assert [one.record_id for one in ben.told()] == [note.record_id]


def test_what_is_returned_stays_whole_in_the_box_and_the_worker_reads_why(
    amy: Any, ben: Any, mia: Any, sarah: str, centre: Centre
) -> None:
    note = amy.version(sarah)
    amy.push_one(note)
    wrong = ben.version(sarah, {"by": "ben"}, note)
    ben.push_one(wrong)
    held_id = only_held(centre)
    give_back(centre, held_id, "mia", "This  is Amy's note. Please write one of your own.")
    (news,) = ben.page().held
    assert (news.version_id, news.state) == (wrong.version_id, "returned")
    assert news.words == "This is Amy's note. Please write one of your own."
    assert [one["state"] for one in list_held(centre)] == ["returned"]
    assert ben.push_one(wrong).outcome == "held"
    assert len(list_held(centre)) == 1
    for decide in (lambda: admit(centre, held_id, "mia"), lambda: give_back(centre, held_id, "mia", "Again")):
        with pytest.raises(Trouble, match="decided before"):
            decide()


def test_a_manager_outside_the_audience_sees_the_envelope_and_never_the_body(
    amy: Any, mia: Any, sarah: str, office: Administration, centre: Centre
) -> None:
    office.unassign("amy", "1001")
    amy.push_one(amy.version(sarah, {"what_happened": SECRET}, audience=ONLY_AUTHOR))
    shown = show_envelope(centre, only_held(centre))
    assert (shown["author_id"], shown["reason_code"], shown["audience"]) == (amy.worker_id, "not_assigned", ONLY_AUTHOR)
    assert SECRET not in str(shown)
    assert SECRET not in str(list_held(centre))
    assert not {"salt", "body", "open_choices"} & set(shown)
    with pytest.raises(Trouble, match="not among those who may read it") as error:
        read_held(centre, only_held(centre), "mia")
    assert SECRET not in str(error.value)


def test_a_manager_among_the_readers_may_read_it_and_that_is_audited(
    amy: Any, mia: Any, sarah: str, office: Administration, centre: Centre
) -> None:
    office.unassign("amy", "1001")
    amy.push_one(amy.version(sarah, {"what_happened": SECRET}, audience=PROTECTED))
    assert read_held(centre, only_held(centre), "mia")["body"] == {"what_happened": SECRET}
    with centre.database.read() as connection:
        rows = connection.exec_driver_sql("SELECT worker_id, detail FROM audit WHERE action = 'held_read'").fetchall()
    assert [row[0] for row in rows] == [mia.worker_id]
    assert SECRET not in rows[0][1]


def test_only_a_team_manager_of_the_child_decides_and_nobody_about_their_own(
    amy: Any, ben: Any, mia: Any, enrol: Enrol, sarah: str, office: Administration, centre: Centre
) -> None:
    office.open_scope("child", "1002")
    enrol("max", c1002="team_manager")
    note = amy.version(sarah)
    amy.push_one(note)
    mia.push_one(mia.version(sarah, {"by": "mia"}, note))
    held_id = only_held(centre)
    for name in ("amy", "max", "nobody"):
        with pytest.raises(Trouble, match="not a team manager of this child"):
            admit(centre, held_id, name)
    with pytest.raises(Trouble, match="Somebody else must decide"):
        admit(centre, held_id, "mia")
    with pytest.raises(Trouble, match="must be told why"):
        give_back(centre, held_id, "mia", "  ")
    with pytest.raises(Trouble, match="up to 1000 letters"):
        give_back(centre, held_id, "mia", "x" * 1001)
    assert [one["state"] for one in list_held(centre)] == ["waiting"]


def test_what_cannot_be_a_version_here_is_not_admitted_whoever_decides(
    amy: Any, ben: Any, mia: Any, sarah: str, office: Administration, centre: Centre
) -> None:
    other = office.open_scope("child", "1002")
    note = amy.version(sarah)
    amy.push_one(note)
    unsound = amy.version(sarah)
    cannot = [
        amy.version(sarah, {"a": 1}, note, parents=(amy.ids.new(),)),
        amy.version(other, {"a": 1}, note),
        msgspec.structs.replace(unsound, body_hash="0" * 64),
        amy.version(sarah, {"a": 1}, author_id=ben.worker_id),
        amy.version(amy.ids.new()),
        amy.version(sarah, {"a": 1}, note, version_id=note.version_id, parents=()),
    ]
    for version in cannot:
        assert amy.push_one(version).outcome == "held"
    office.assign("mia", "1002", "team_manager")
    for one in list_held(centre):
        with pytest.raises(Trouble, match="cannot be admitted"):
            admit(centre, one["held_id"], "mia")
    assert {one["state"] for one in list_held(centre)} == {"waiting"}
    for one in list_held(centre):
        give_back(centre, one["held_id"], "mia", "Please write it again.")


def test_an_id_that_is_none_is_said_to_be_so(centre: Centre) -> None:
    with pytest.raises(Trouble, match="nothing held back"):
        show_envelope(centre, "nothing")


def test_what_is_admitted_is_read_by_those_who_may_and_by_nobody_else(
    amy: Any, ben: Any, mia: Any, sarah: str, office: Administration, centre: Centre
) -> None:
    office.unassign("amy", "1001")
    mine = amy.version(sarah, audience=PROTECTED)
    shared = amy.version(sarah, audience=EVERYONE_ON_RECORD)
    amy.push(mine, shared)
    for one in list_held(centre):
        assert admit(centre, one["held_id"], "mia") == "head"
    assert {row.version.record_id for row in ben.pull()} == {shared.record_id}
    with pytest.raises(Refusal, match="not_found"):
        ben.history(mine.record_id)
    with pytest.raises(Refusal, match="not_found"):
        amy.history(shared.record_id)
