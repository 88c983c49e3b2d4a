"""The rows of Find: children by name, then what was written, then pages; and where each row leads."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from models.entry import Entry, Hit
from models.finding import (
    find_children,
    find_pages,
    hit_result,
    name_spans,
    nothing_found,
    resting,
    results,
    spoken_snippet,
)
from models.wording import Spoken

TODAY = date(2026, 11, 23)


def child(name: str, scope: str, **body: Any) -> Entry:
    return Entry(scope, scope, "child", {"known_as": name, "child_code": scope, **body}, "a", "", title=name)


EVERYONE = [
    child("Sarah", "s1", legal_name="Sarah Lindqvist", born_on="2009-03-04", lives_with="Nan", pronouns="She/her"),
    child("Jaydon M", "s2"),
]


def hit(type_name: str, **more: Any) -> Hit:
    facts: dict[str, Any] = {"body": {}, "author_id": "a", "changed_at": "", "when": "2026-11-09T16:10:00.000Z"}
    snippet, spans = more.pop("snippet", "by the kettle"), more.pop("spans", ((7, 13),))
    return Hit(Entry("r1", "s1", type_name, **{**facts, **more}), snippet, spans)


def test_a_name_matches_where_each_typed_word_begins_a_word() -> None:
    assert name_spans("Jaydon M", "jay m") == ((0, 3), (7, 8))
    assert name_spans("Jaydon M", "don") == ()
    assert name_spans("Mary-Ann", "ann") == ((5, 8),)
    assert name_spans("Annann", "nn") == ()
    assert name_spans("Straße", "str") == ((0, 3),)


def test_a_name_is_found_without_its_accents_and_with_any_apostrophe() -> None:
    assert name_spans("Zoë O’Neil", "zoe o'n") == ((0, 3), (4, 7))
    assert name_spans("Zoe", "zoë") == ((0, 3),)


def test_a_name_typed_wrongly_is_offered_where_nothing_else_matches() -> None:
    assert [row.title for row in results("Jayden", [], EVERYONE, TODAY)] == ["Perhaps you mean", "Jaydon M"]
    assert [row.title for row in results("sarha", [], EVERYONE, TODAY)] == ["Perhaps you mean", "Sarah, 17"]
    assert results("xq", [], EVERYONE, TODAY) == results("kettle", [], EVERYONE, TODAY) == []


def test_children_are_found_by_what_they_are_called_and_by_their_legal_name() -> None:
    (row,) = find_children("sar", EVERYONE, TODAY)
    assert (row.title, row.words, row.spans) == ("Sarah, 17", "lives with Nan", ((0, 3),))
    assert (row.page_key, dict(row.arguments)) == ("children", {"scope_id": "s1"})
    assert [row.title for row in find_children("lindq", EVERYONE, TODAY)] == ["Sarah, 17"]
    assert find_children("zz", EVERYONE, TODAY) == []


def test_children_come_before_notes_and_notes_before_pages() -> None:
    rows = results("s", [hit("visit_note"), hit("child")], EVERYONE, TODAY)
    assert [row.title for row in rows if row.is_heading] == ["Children", "Notes and words", "Pages"]
    assert [row.title for row in rows if not row.is_heading] == [
        "Sarah, 17",
        "Visit note – Sarah · Mon 9 Nov",
        "Sync and saved",
        "Settings",
        "Show all keys",
    ]
    assert results("xyz", [], EVERYONE, TODAY) == []


@pytest.mark.parametrize(
    ("type_name", "body", "page", "arguments"),
    [
        ("visit_note", {}, "note", {"record_id": "r1"}),
        ("own_words", {}, "children", {"scope_id": "s1", "tab": "timeline", "record_id": "r1"}),
        ("addendum", {"adds_to_id": "n1"}, "note", {"record_id": "n1"}),
        ("this_is_me", {}, "this_is_me", {"scope_id": "s1"}),
        ("planned_visit", {}, "plan", {"scope_id": "s1", "record_id": "r1"}),
        ("communication_preferences", {}, "children", {"scope_id": "s1", "tab": "communication"}),
        ("person_i_trust", {}, "children", {"scope_id": "s1", "tab": "people"}),
        ("involvement", {}, "edit", {"type": "involvement", "record_id": "r1"}),
    ],
)
def test_a_row_leads_to_the_page_of_what_it_found(
    type_name: str, body: dict[str, Any], page: str, arguments: dict[str, str]
) -> None:
    row = hit_result(hit(type_name, body=body), EVERYONE[0], TODAY)
    assert (row.page_key, dict(row.arguments)) == (page, arguments)
    assert row.scope_id == "s1"


def test_the_words_around_a_match_speak_of_this_child_and_the_mark_stays_on_the_match() -> None:
    sarah = Spoken("Sarah", "she", "her", "her", is_plural=False)
    words, spans = spoken_snippet("No, {their} choice by the kettle", ((26, 32),), sarah)
    assert words == "No, her choice by the kettle"
    assert [words[start:end] for start, end in spans] == ["kettle"]
    assert spoken_snippet("kettle", ((0, 6),), sarah) == ("kettle", ((0, 6),))


def test_while_nothing_is_typed_the_last_children_and_every_page_are_offered() -> None:
    rows = resting([EVERYONE[1]], EVERYONE, TODAY)
    assert [row.title for row in rows[:3]] == ["Looked at last", "Jaydon M", "Pages"]
    assert len(rows) == 3 + len(find_pages(""))
    assert resting([], EVERYONE, TODAY)[0].title == "Pages"
    assert [row.title for row in find_pages("plan")] == ["Plan a visit"]


def test_finding_nothing_says_what_was_not_searched() -> None:
    assert nothing_found("x") == "Nothing on this laptop matches “x”. Children not assigned to you are not searched."


def test_what_a_newer_heard_wrote_is_still_found() -> None:
    row = hit_result(hit("from_the_future", when=""), None, TODAY)
    assert row.title == "Written by a newer Heard"
