"""The invented caseload: every declared type, the same each time, and good enough to stand on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from models import record as declared
from models.casebook import Casebook
from models.clock import from_stamp
from models.entry import SAVED
from models.fields import fault, line
from models.ids import Ids
from models.invented import invent, leave_two_versions, leave_unsent, make_caseload, me_for_trying
from models.query import OLDEST, Query
from models.record import Record, all_declarations, declaration_of

NOW = datetime(2026, 11, 23, 10, 5, tzinfo=UTC)


@pytest.fixture
def casebook(tmp_path: Path, clock: Any, ids: Ids) -> Iterator[Casebook]:
    clock.moment = NOW
    opened = Casebook.open(tmp_path, bytes(32), identity=me_for_trying(), clock=clock, ids=ids)
    yield opened
    opened.close()


def test_every_declared_type_is_there_and_every_body_is_sound() -> None:
    caseload = invent(me_for_trying(), NOW, children=18, notes=200)
    assert {one.type for one in caseload.versions} == {one.type for one in all_declarations()}
    for version in caseload.versions:
        declaration = declaration_of(version.type)
        assert declaration is not None
        assert version.has_sound_body()
        for name, value in version.read_body().items():
            assert name in declaration.fields, f"{version.type}.{name}"
            field = declaration.fields[name]
            assert not fault(field, value)
            codes = {choice.code for choice in field.choices}
            assert not codes or set(value if isinstance(value, list) else [value]) <= codes, f"{version.type}.{name}"


def test_the_same_seed_gives_the_same_caseload_and_another_gives_another() -> None:
    one, again, other = (invent(me_for_trying(), NOW, 20, 60, seed) for seed in (3, 3, 4))
    assert one.versions == again.versions
    assert one.directory == again.directory
    assert one.versions != other.versions


def test_a_type_that_only_a_test_declares_is_invented_from_its_declaration() -> None:
    try:

        @declared.record("throw_away", title="Thing", plural="Things", edited_by="assigned")
        class ThrowAway(Record):
            note: str = line("Note")

        made = [one for one in invent(me_for_trying(), NOW, 2, 2).versions if one.type == "throw_away"]
        assert len(made) == 1
        assert made[0].read_body()["note"]
    finally:
        declared.forget("throw_away")


def test_a_caseload_taken_in_is_found_searched_and_counted(casebook: Casebook) -> None:
    caseload = make_caseload(casebook, children=18, notes=200)
    assert len(casebook.children()) == 18
    assert sorted(casebook.names()) == sorted(child.title for child in casebook.children())
    assert casebook.count(Query(types=("visit_note",))) == 200
    assert casebook.waiting_count() == 0
    assert casebook.find("sarah")[0].entry.title == "Sarah"
    assert set(casebook.scopes) == set(caseload.scopes)
    names = {worker.display_name for worker in casebook.directory.workers}
    assert {"Aisha Khan", "Martin Webb"} <= names
    sarah = next(child for child in casebook.children() if child.title == "Sarah")
    wishes = casebook.one("communication_preferences", sarah.scope_id)
    assert wishes is not None
    through = casebook.entry(wishes.body["contact_first_through_id"])
    assert through is not None
    assert through.title == "Grandad (Pete)"


@pytest.mark.parametrize(
    ("hour", "minute", "expected"),
    [(8, 0, "10:30"), (10, 5, "10:30"), (10, 31, "11:00"), (16, 2, "16:30"), (23, 20, "19:15")],
)
def test_todays_visits_lie_ahead_whenever_it_is(hour: int, minute: int, expected: str) -> None:
    now = datetime(2026, 11, 23, hour, minute).astimezone()
    caseload = invent(me_for_trying(), now, 6, 6)
    planned = [from_stamp(v.read_body()["planned_at"]) for v in caseload.versions if v.type == "planned_visit"]
    today = sorted(at.astimezone() for at in planned if at.astimezone().date() == now.date())
    assert f"{today[0]:%H:%M}" == expected
    assert len(today) == 3
    assert today[-1] > now


def test_what_is_left_unsent_waits_and_two_versions_stand_side_by_side(casebook: Casebook) -> None:
    caseload = make_caseload(casebook, children=8, notes=20)
    left = leave_unsent(casebook, caseload)
    assert casebook.waiting_count() == len(left) == 3
    assert {casebook.entry(record_id).state for record_id in left} == {SAVED}  # type: ignore[union-attr]
    torn = casebook.entry(leave_two_versions(casebook, caseload))
    assert torn is not None
    assert torn.title == "Tomasz"
    assert [choice.field for choice in torn.open_choices] == ["how_to_talk_with_me"]
    assert [notice.kind for notice in casebook.notices()] == ["two_versions"]


def test_each_child_has_as_many_notes_as_any_other_give_or_take_one(casebook: Casebook) -> None:
    make_caseload(casebook, children=7, notes=45)
    counts = [casebook.count(Query(types=("visit_note",), scope_id=one.scope_id)) for one in casebook.children()]
    assert sum(counts) == 45
    assert max(counts) - min(counts) == 1
    newest = casebook.select(Query(types=("planned_visit",), order=OLDEST, limit=1))[0]
    assert newest.body["goes_id"] == casebook.me.worker.worker_id
