"""A child's visits on this laptop, held against what was asked for, and what that adds up to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.casebook import Casebook
from models.clock import Clock, to_stamp
from models.entry import Edit
from models.ids import Ids
from models.invented import me_for_trying
from models.visit_promises import KEPT, NOT_ASKED, NOT_KEPT, NOT_RECORDED, NOTICE, ORDER, Outcome
from models.visit_sums import Count, KeptVisit, by_promise, by_quarter, by_visit, count, line, visit_of, visits_of
from models.wording import Spoken
from tests.every_record.conftest import SCOPE

SARAH = Spoken("Sarah")
STATES = st.sampled_from([KEPT, NOT_KEPT, NOT_RECORDED, NOT_ASKED])


def visit(on: date, *states: str) -> KeptVisit:
    found = tuple(Outcome(key, key, state, "") for key, state in zip(ORDER, states, strict=True))
    return KeptVisit(on, "Home visit", "amy", "n", "p", found)


VISITS = st.lists(
    st.builds(
        lambda ago, states: visit(date(2026, 11, 23) - timedelta(days=ago), *states),
        st.integers(0, 900),
        st.tuples(*[STATES] * 5),
    )
)


@given(VISITS)
def test_every_sum_adds_up_to_the_visits_it_was_counted_from(visits: list[KeptVisit]) -> None:
    whole = by_visit(visits)
    assert whole.n == len(visits)
    assert whole.base == whole.kept + whole.not_kept + whole.not_recorded
    for found in by_promise(visits).values():
        assert found.n == len(visits)
    quarters = by_quarter(visits)
    assert sum(found.n for _words, found in quarters) == len(visits)
    assert sum(found.kept for _words, found in quarters) == whole.kept
    assert [words for words, _found in quarters] == list(dict.fromkeys(words for words, _found in quarters))


@given(VISITS)
def test_a_visit_counts_as_asked_only_where_nothing_asked_for_is_open_or_was_missed(visits: list[KeptVisit]) -> None:
    for one in visits:
        states = {each.state for each in one.outcomes}
        assert (one.state == KEPT) == (KEPT in states and states <= {KEPT, NOT_ASKED})


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Count(11, 1, 1, 4), "11 of 13 visits as Sarah asked · 1 not recorded yet"),
        (Count(11, 2, 0, 0), "11 of 13 visits as Sarah asked"),
        (Count(1, 0, 0, 0), "1 of 1 visit as Sarah asked"),
        (Count(0, 0, 0, 9), ""),
        (Count(), ""),
    ],
)
def test_the_line_says_its_base_and_what_is_not_recorded(found: Count, words: str) -> None:
    assert line(SARAH, found) == words


def test_quarters_stand_newest_first() -> None:
    days = (date(2026, 11, 23), date(2026, 1, 1), date(2025, 12, 31), date(2026, 10, 1))
    found = by_quarter([visit(day, *[KEPT] * 5) for day in days])
    assert [words for words, _found in found] == [
        "October to December 2026",
        "January to March 2026",
        "October to December 2025",
    ]
    assert found[0][1] == count([KEPT, KEPT])


class Writes:
    """Writes records into a real casebook."""

    def __init__(self, casebook: Casebook) -> None:
        self.casebook = casebook
        self.today = casebook.clock.today()

    def add(self, kind: str, **body: Any) -> str:
        draft = self.casebook.new_draft(kind, SCOPE)
        self.casebook.save(draft, {name: Edit(None, value) for name, value in body.items()}).result()
        return draft.record_id

    def day(self, ago: int) -> str:
        return (self.today - timedelta(days=ago)).isoformat()

    def at(self, ago: int) -> str:
        noon = datetime.combine(self.today - timedelta(days=ago), datetime.min.time()).replace(hour=12)
        return to_stamp(noon.astimezone())


@pytest.fixture
def casebook(tmp_path: Path, clock: Clock, ids: Ids) -> Iterator[Casebook]:
    opened = Casebook.open(tmp_path, bytes(32), identity=me_for_trying(), clock=clock, ids=ids)
    yield opened
    opened.close()


@pytest.fixture
def writes(casebook: Casebook) -> Writes:
    it = Writes(casebook)
    it.add("child", known_as="Sarah")
    grandad = it.add("person_i_trust", name="Grandad")
    it.add("communication_preferences", notice_days=7, contact_first_through_id=grandad, read_back="always")
    plan = {"place": "home", "goes_id": "amy", "notice_through_id": grandad}
    kept = it.add("planned_visit", planned_at=it.at(10), notice_given_on=it.day(20), **plan, state="done")
    it.add("visit_note", visited_at=it.at(10), planned_visit_id=kept, place="home", seen="yes")
    it.add("visit_note", visited_at=it.at(400), notice_given_days=2, trusted_person_first=True)
    it.add("visit_note", visited_at=it.at(-3))
    return it


def test_a_childs_visits_are_read_newest_first_and_none_that_is_still_to_come(writes: Writes) -> None:
    found = visits_of(writes.casebook, SCOPE)
    assert [one.on.isoformat() for one in found] == [writes.day(10), writes.day(400)]
    assert [one.state for one in found] == [KEPT, NOT_KEPT]
    assert (found[0].place, found[0].by_id) == ("Home visit", writes.casebook.me.worker.worker_id)
    assert visits_of(writes.casebook, SCOPE, since=writes.today - timedelta(days=365)) == found[:1]


def test_words_said_in_a_visit_and_not_read_back_leave_it_open(writes: Writes) -> None:
    note = visits_of(writes.casebook, SCOPE)[0].note_id
    said = writes.add("own_words", words="I like Becky", said_in_id=note, said_on=writes.day(10))
    assert visits_of(writes.casebook, SCOPE)[0].state == NOT_RECORDED
    entry = writes.casebook.entry(said)
    assert entry is not None
    writes.casebook.save(entry.draft(), {"checked_back_result": Edit("", "right")}).result()
    assert visits_of(writes.casebook, SCOPE)[0].state == KEPT


def test_a_visit_called_off_counts_by_whether_the_child_was_told(writes: Writes) -> None:
    wishes = writes.casebook.one("communication_preferences", SCOPE)
    assert wishes is not None
    writes.casebook.save(wishes.draft(), {"change_warning_days": Edit(None, 3)}).result()
    writes.add("planned_visit", planned_at=writes.at(5), state="cancelled", change_warned_on=writes.day(9))
    writes.add("planned_visit", planned_at=writes.at(6), state="planned")
    found = visits_of(writes.casebook, SCOPE)
    assert [one.on.isoformat() for one in found] == [writes.day(5), writes.day(10), writes.day(400)]
    assert (found[0].note_id, found[0].state) == ("", KEPT)


def test_the_visit_of_one_note_stands_as_it_does_among_all(writes: Writes) -> None:
    for one in visits_of(writes.casebook, SCOPE):
        note = writes.casebook.entry(one.note_id)
        assert note is not None
        assert visit_of(writes.casebook, note) == one


def test_of_a_child_nobody_has_asked_nothing_is_counted(casebook: Casebook) -> None:
    it = Writes(casebook)
    it.add("child", known_as="Leo")
    note = casebook.entry(it.add("visit_note", visited_at=it.at(1)))
    assert visits_of(casebook, SCOPE) == []
    assert note is not None
    assert {one.state for one in visit_of(casebook, note).outcomes} == {NOT_ASKED}
    assert by_promise([visit_of(casebook, note)])[NOTICE] == Count(not_asked=1)
