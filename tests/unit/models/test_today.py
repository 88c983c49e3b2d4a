"""What Today is made of: whose visits, which is next, and what waits to be finished."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from models.clock import to_stamp
from models.entry import Entry
from models.moments import local
from models.today import (
    CHECK_BACK,
    NOTE,
    TWO_VERSIONS,
    bounds,
    next_visit,
    summary,
    to_finish,
    todays_visits,
)

ME = "me"
NOW = datetime(2026, 11, 23, 10, 5).astimezone()
TODAY = date(2026, 11, 23)


def planned(hour: int, minute: int = 0, **body: Any) -> Entry:
    at = to_stamp(datetime(2026, 11, 23, hour, minute).astimezone())
    return Entry(f"p{hour}", "sarah", "planned_visit", {"planned_at": at, "place": "home", **body}, ME, at, when=at)


def not_taking_part(record_id: str, changed: datetime) -> Entry:
    return Entry(record_id, "sarah", "not_taking_part", {}, ME, to_stamp(changed))


def test_what_was_begun_today_and_not_taken_part_in_finishes_by_itself_and_of_yesterday_is_asked_for() -> None:
    begun = [not_taking_part("now", NOW), not_taking_part("old", NOW - timedelta(days=1))]
    found = to_finish(begun, [], [], lambda _scope: {"known_as": "Sarah"}, TODAY)
    assert [(one.kind, one.record_id, one.title) for one in found] == [
        ("not_taking_part", "old", "Not taking part – Sarah")
    ]


def note(record_id: str, **more: Any) -> Entry:
    body = {"planned_visit_id": more.pop("for_visit", "")}
    return Entry(record_id, "sarah", "visit_note", body, ME, to_stamp(NOW), **more)


def test_the_next_visit_is_the_first_not_yet_written() -> None:
    visits = todays_visits([planned(9, 30), planned(10, 30), planned(15)], [], ME, NOW)
    assert [visit.is_next for visit in visits] == [True, False, False]
    written = todays_visits([planned(9, 30), planned(10, 30)], [note("n", for_visit="p9", is_finished=True)], ME, NOW)
    assert [visit.is_next for visit in written] == [False, True]
    assert (written[0].is_written, written[0].until) == (True, "")


def test_a_visit_long_past_is_no_longer_the_next() -> None:
    visits = todays_visits([planned(9), planned(14)], [], ME, NOW)
    assert [visit.is_next for visit in visits] == [False, True]
    assert next_visit(visits) is visits[1]
    assert next_visit(todays_visits([planned(7)], [], ME, NOW)) is None


def test_a_visit_begun_is_gone_on_with() -> None:
    (visit,) = todays_visits([planned(10, 30)], [note("n1", for_visit="p10")], ME, NOW)
    assert (visit.note_id, visit.is_written, visit.is_next, visit.until) == ("n1", False, True, "in 25 min")


def test_a_colleagues_visit_and_a_cancelled_one_are_not_mine_to_make() -> None:
    theirs, gone = planned(11, goes_id="martin"), planned(12, state="cancelled")
    done = planned(13, state="done")
    visits = todays_visits([theirs, gone, planned(10, goes_id=ME), done], [], ME, NOW)
    assert [visit.record_id for visit in visits] == ["p10", "p13"]
    assert visits[1].is_written


def test_where_a_visit_is_and_with_whom() -> None:
    (visit,) = todays_visits([planned(11, also_going="Dana")], [], ME, NOW)
    assert visit.where == "Home visit · with Dana"
    assert visit.at == local(visit.at)


def test_what_was_begun_comes_before_what_is_to_be_asked() -> None:
    said = Entry("w1", "sarah", "own_words", {"words": "If Grandad is happy."}, ME, to_stamp(NOW), when="2026-11-09")
    inside = Entry("w2", "sarah", "own_words", {"words": "x", "said_in_id": "n1"}, ME, to_stamp(NOW), when="2026-11-09")
    nothing = Entry("w3", "sarah", "own_words", {}, ME, to_stamp(NOW), when="2026-11-09")
    torn = Entry("t1", "sarah", "this_is_me", {}, ME, to_stamp(NOW))
    child = {"known_as": "Sarah", "pronouns": "She/her"}
    items = to_finish([note("n1")], [said, inside, nothing], [torn], lambda _scope: child, TODAY)
    assert [(item.kind, item.record_id) for item in items] == [(NOTE, "n1"), (TWO_VERSIONS, "t1"), (CHECK_BACK, "w1")]
    assert items[0].title == "Visit note – Sarah"
    assert items[0].words == "Started today, 10:05. Saved."
    assert items[2].title == "Check back with Sarah"
    assert items[2].words == "Ask her if her words of Mon 9 Nov are right."


@pytest.mark.parametrize(("count", "words"), [(0, ""), (1, "1 visit today."), (3, "3 visits today.")])
def test_the_line_under_the_day_counts_the_visits(count: int, words: str) -> None:
    visits = todays_visits([planned(11 + at) for at in range(count)], [], ME, NOW)
    assert summary(visits).startswith(words)
    assert bool(summary(visits)) == bool(count)


def test_a_day_has_its_own_bounds_where_the_laptop_is() -> None:
    since, before = bounds(TODAY)
    start = datetime.fromisoformat(since).astimezone()
    assert (start.date(), start.hour) == (TODAY, 0)
    assert datetime.fromisoformat(before) - datetime.fromisoformat(since) == timedelta(days=1)
