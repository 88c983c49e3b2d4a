"""A child's timeline: newest first, a page at a time, with what was said inside the note it was said in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from models import record as declared
from models.casebook import Casebook
from models.entry import HELD, SAVED, SENT, Edit, Entry
from models.fields import day, line
from models.ids import Ids
from models.invented import Caseload, make_caseload, me_for_trying
from models.record import Record
from models.timeline import EXCERPT, PAGE, Moment, Timeline, excerpt, headline
from models.wording import Spoken

SARAH = Spoken("Sarah", "she", "her", "her", is_plural=False)


@pytest.fixture
def casebook(tmp_path: Path, clock: Any, ids: Ids) -> Iterator[Casebook]:
    clock.moment = datetime(2026, 11, 23, 10, 5, tzinfo=UTC)
    opened = Casebook.open(tmp_path, bytes(32), identity=me_for_trying(), clock=clock, ids=ids)
    yield opened
    opened.close()


def fill(casebook: Casebook, notes: int) -> tuple[Caseload, str]:
    caseload = make_caseload(casebook, children=1, notes=notes)
    return caseload, next(iter(caseload.scopes))


def test_entries_come_newest_first_and_a_page_at_a_time(casebook: Casebook) -> None:
    caseload, scope = fill(casebook, 120)
    timeline = Timeline(casebook, scope)
    first = timeline.fetch()
    assert len([one for one in first if one.entry.type in ("visit_note", "not_taking_part")]) == PAGE
    assert [one.at for one in first] == sorted((one.at for one in first), reverse=True)
    while timeline.has_more:
        assert timeline.fetch()
    assert timeline.fetch() == []
    shown = [one.entry.record_id for one in timeline.moments if one.entry.type == "visit_note"]
    assert sorted(shown) == sorted(caseload.record_ids("visit_note"))
    assert len({one.key for one in timeline.moments}) == len(timeline.moments)


def test_own_words_and_addenda_stand_inside_their_note_and_nowhere_else(casebook: Casebook) -> None:
    caseload, scope = fill(casebook, 30)
    timeline = Timeline(casebook, scope)
    timeline.fetch()
    inside = [one for moment in timeline.moments for one in moment.inside]
    assert {one.record_id for one in inside if one.type == "own_words"} == set(caseload.record_ids("own_words"))
    assert [one.type for one in inside].count("addendum") == 1
    assert all(moment.entry.type in ("visit_note", "not_taking_part", "this_is_me") for moment in timeline.moments)


def test_words_said_outside_any_visit_stand_by_themselves(casebook: Casebook) -> None:
    _, scope = fill(casebook, 3)
    draft = casebook.new_draft("own_words", scope)
    casebook.save(draft, {"words": Edit("", "Not today."), "said_on": Edit(None, "2026-11-22")}).result()
    timeline = Timeline(casebook, scope)
    timeline.fetch()
    assert timeline.moments[0].entry.record_id == draft.record_id
    assert timeline.moments[0].month == "November 2026"


def test_a_note_without_its_day_stands_where_it_was_written(casebook: Casebook) -> None:
    _, scope = fill(casebook, 3)
    draft = casebook.new_draft("visit_note", scope)
    casebook.save(draft, {"what_happened": Edit("", "Just begun")}).result()
    timeline = Timeline(casebook, scope)
    timeline.fetch()
    assert timeline.moments[0].entry.record_id == draft.record_id
    assert timeline.moments[0].state == SAVED


def test_each_day_this_is_me_changed_says_what_changed_and_by_whom(casebook: Casebook, clock: Any) -> None:
    _, scope = fill(casebook, 1)
    me = casebook.one("this_is_me", scope)
    assert me is not None
    for number, name in enumerate(("helps_me", "my_hopes")):
        clock.advance(days=1)
        edit = Edit(me.body.get(name, ""), f"New {number}")
        casebook.save(me.draft(), {name: edit}).result()
        casebook.cut(me.record_id).result()
    timeline = Timeline(casebook, scope)
    timeline.fetch()
    changes = [one for one in timeline.moments if one.entry.type == "this_is_me"]
    assert [one.changed for one in changes] == [("my_hopes",), ("helps_me",), ()]
    assert {one.by for one in changes} == {casebook.me.worker.worker_id}
    assert len({one.key for one in changes}) == 3


def test_reading_again_keeps_how_far_somebody_had_scrolled(casebook: Casebook) -> None:
    _, scope = fill(casebook, 120)
    timeline = Timeline(casebook, scope)
    timeline.fetch()
    timeline.fetch()
    before = [one.key for one in timeline.moments]
    note = timeline.moments[3].entry
    casebook.delete(
        casebook.save(casebook.new_draft("visit_note", scope), {"place": Edit("", "home")}).result().entry.record_id
    )
    timeline.read_again()
    assert set(before) <= {one.key for one in timeline.moments}
    assert note.record_id in {one.entry.record_id for one in timeline.moments}


def test_a_type_that_only_a_test_declares_is_on_the_timeline(casebook: Casebook) -> None:
    try:

        @declared.record("throw_away", title="Thing", plural="Things", edited_by="assigned", timeline="on")
        class ThrowAway(Record):
            on: Any = day("On", indexed=True)
            note: str = line("Note")

        caseload, scope = fill(casebook, 2)
        timeline = Timeline(casebook, scope)
        timeline.fetch()
        mine = next(one for one in timeline.moments if one.entry.type == "throw_away")
        assert headline(mine.entry, SARAH) == "Thing"
        assert mine.entry.record_id in caseload.record_ids("throw_away")
    finally:
        declared.forget("throw_away")


def entry(**more: Any) -> Entry:
    facts: dict[str, Any] = {"type": "visit_note", "body": {}, "author_id": "a", "changed_at": "", "state": SENT}
    return Entry("r", "s", **{**facts, **more})


def test_a_moment_stands_as_the_least_sent_part_of_it() -> None:
    assert Moment(entry(), "", "a").state == SENT
    assert Moment(entry(), "", "a", (entry(state=SAVED),)).state == SAVED
    held = Moment(entry(state=SAVED), "", "a", (entry(state=HELD, held_reason="Too long"),))
    assert (held.state, held.held_reason) == (HELD, "Too long")


def test_a_headline_is_the_place_or_the_type() -> None:
    assert headline(entry(body={"place": "home"}), SARAH) == "Home visit"
    assert headline(entry(), SARAH) == "Visit note"
    assert headline(entry(type="from_the_future"), SARAH) == "Written by a newer Heard"


def test_an_excerpt_is_cut_at_a_word_and_never_in_one() -> None:
    text = "kettle " * 100
    shown, is_exact = excerpt(entry(body={"what_happened": text}))
    assert not is_exact
    assert len(shown) <= EXCERPT + 2
    assert shown.endswith("kettle …")
    assert excerpt(entry(body={"what_happened": "Short."})) == ("Short.", False)
    assert excerpt(entry(type="own_words", body={"words": "Mine."})) == ("Mine.", True)
    assert excerpt(entry()) == ("", False)


def test_a_drawing_kept_with_a_childs_words_stands_where_those_words_stand(casebook: Casebook) -> None:
    caseload, scope = fill(casebook, 3)
    said = casebook.entry(caseload.record_ids("own_words")[0])
    assert said is not None
    loose = save(casebook, scope, "own_words", words="On the stairs.", said_on="2026-11-20")
    for owner in (said.record_id, loose):
        save(casebook, scope, "attachment", belongs_to_id=owner, made_on="2026-11-20")
    timeline = Timeline(casebook, scope)
    timeline.fetch()
    inside = {one.entry.record_id: [each.type for each in one.inside] for one in timeline.moments}
    assert inside[str(said.body["said_in_id"])].count("attachment") == 1
    assert inside[loose] == ["attachment"]


def save(casebook: Casebook, scope: str, type_name: str, **values: Any) -> str:
    draft = casebook.new_draft(type_name, scope)
    casebook.save(draft, {name: Edit(None, value) for name, value in values.items()}).result()
    return draft.record_id
