"""Find and lists: what is here is found by any word of it, and nothing hidden or deleted ever is."""

from __future__ import annotations

import shutil
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from models.casebook import Casebook
from models.query import CHANGED, OLDEST, TITLE, Query, Where
from models.store import search
from models.store.looking import match_words, spans_of
from models.store.project import search_words
from models.store.search import END, START
from tests.unit.models.conftest import KEY
from tests.unit.models.leaving import rows

SARAH, TOM = "01a00000-0000-7000-8000-000000000001", "01a00000-0000-7000-8000-000000000002"


def found(desk: Any, typed: str) -> list[str]:
    return [hit.entry.record_id for hit in desk.book.find(typed)]


def index_all(desk: Any) -> int:
    return sum(iter(lambda: desk.book.index_some(3).result(), 0))


def test_a_note_is_found_by_the_childs_name_and_a_word_of_it(desk: Any) -> None:
    desk.begin("child", known_as="Sarah")
    sarahs = desk.begin(what_happened="We baked in the kitchen.")
    desk.begin("child", TOM, known_as="Tom")
    desk.begin("visit_note", TOM, what_happened="Tom showed me the kitchen.")
    assert found(desk, "sarah kitchen") == [sarahs.record_id]
    assert len(found(desk, "kitchen")) == 2
    assert desk.book.find("sarah")[0].entry.type == "child"


@pytest.mark.parametrize(
    "typed", ["kit", "KITCHEN", "baked kit", "the  kitchen!", "“kitchen”", "kitchen*", "café", "cafe", "CAFÉ", "nee",
              unicodedata.normalize("NFD", "café"), unicodedata.normalize("NFD", "née"), "oclock", "o'clock", "home"]
)  # fmt: skip
def test_half_typed_words_capitals_and_accents_find_the_note(desk: Any, typed: str) -> None:
    note = desk.begin(what_happened="We baked in the kitchen of the Café, née Bar, at o’clock oclock.", place="home")
    assert found(desk, typed) == [note.record_id]


@pytest.mark.parametrize("typed", ["", "   ", "!?", "garden", "kitchen garden", '" OR "', "words : x", "-kitchenx"])
def test_what_is_not_there_is_not_found_and_no_typing_breaks_it(desk: Any, typed: str) -> None:
    desk.begin(what_happened="We baked in the kitchen.")
    assert found(desk, typed) == []


def test_text_written_with_separate_accents_is_found_too(desk: Any) -> None:
    note = desk.begin(what_happened=unicodedata.normalize("NFD", "Zoë’s café"))
    assert found(desk, "zoe cafe") == found(desk, "Zoë café") == [note.record_id]


def test_a_saved_word_is_found_at_once_and_the_word_it_replaced_never_again(desk: Any) -> None:
    note = desk.begin(what_happened="We walked.")
    desk.write(note, what_happened="We danced.")
    assert found(desk, "danced") == [note.record_id]
    assert found(desk, "walked") == []


def test_what_a_pull_brings_is_found_once_it_is_indexed(desk: Any) -> None:
    note = desk.make({"what_happened": "We baked."}, type="visit_note")
    desk.take(note)
    assert found(desk, "baked") == []
    assert index_all(desk) == 1
    assert found(desk, "baked") == [note.record_id]
    desk.take(desk.make({"what_happened": "We danced."}, note))
    index_all(desk)
    assert (found(desk, "baked"), found(desk, "danced")) == ([], [note.record_id])
    desk.take(desk.make({}, desk.make({}, note), is_deleted=True, parents=()))
    assert found(desk, "danced") == []


def test_a_childs_notes_are_found_by_the_name_they_use_now_in_whatever_order_things_came(desk: Any) -> None:
    note = desk.make({"what_happened": "We baked."}, type="visit_note")
    desk.take(note)
    index_all(desk)
    child = desk.make({"known_as": "Sarah"}, type="child")
    desk.take(child)
    index_all(desk)
    assert found(desk, "sarah baked") == [note.record_id]
    desk.write(desk.draft(child.record_id), known_as="Sam")
    sam = desk.cut(child.record_id)
    index_all(desk)
    assert (found(desk, "sam baked"), found(desk, "sarah baked")) == ([note.record_id], [])
    desk.take(desk.make({"known_as": "Sami"}, sam))
    assert index_all(desk) >= 1
    assert found(desk, "sami baked") == [note.record_id]
    assert index_all(desk) == 0


def test_what_is_being_typed_is_found_at_once_and_what_was_typed_over_is_not(desk: Any) -> None:
    draft = desk.begin(what_happened="We baked a crème brûlée.")
    assert (found(desk, "creme bru"), found(desk, "baked")) == ([draft.record_id], [draft.record_id])
    (hit,) = desk.book.find("baked")
    assert hit.snippet[slice(*hit.spans[0])] == "baked"
    desk.cut(draft.record_id)
    desk.write(draft, what_happened="We swam.")
    assert (found(desk, "swam"), found(desk, "baked")) == ([draft.record_id], [])
    desk.cut(draft.record_id)
    assert (found(desk, "swam"), found(desk, "baked")) == ([draft.record_id], [])
    desk.book.delete(draft.record_id).result()
    assert found(desk, "swam") == []


def test_what_was_saved_when_the_laptop_died_is_found_by_its_words(desk: Any, tmp_path: Path) -> None:
    draft = desk.begin(what_happened="We baked.")
    shutil.copytree(desk.book._desk.store.path.parent, tmp_path / "after")
    again = Casebook.open(tmp_path / "after", KEY)
    assert [hit.entry.record_id for hit in again.find("baked")] == [draft.record_id]
    again.close()


def test_a_save_leaves_the_index_to_the_cut_and_a_cut_leaves_nothing_to_idle_time(desk: Any) -> None:
    draft = desk.begin(what_happened="one")
    assert rows(desk, "SELECT rowid FROM search") == []
    desk.cut(draft.record_id)
    assert len(rows(desk, "SELECT rowid FROM search WHERE search MATCH 'one'")) == 1
    assert index_all(desk) == 0


def test_a_deleted_record_that_a_form_still_holds_open_is_not_found(desk: Any) -> None:
    draft = desk.begin(what_happened="We baked.")
    desk.book.delete(draft.record_id).result()
    desk.write(draft)
    assert rows(desk, "SELECT working IS NULL AS is_cut, is_deleted FROM record") == [(0, 1)]
    assert found(desk, "baked") == []


def test_segments_are_merged_by_the_sixteen_from_the_first_time_that_many_records_wait(
    desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "PORTION", 3)
    asked = "SELECT v FROM search_config WHERE k = 'automerge'"
    notes = [desk.make({"what_happened": f"We baked {number}."}, type="visit_note") for number in range(8)]
    desk.take(*notes[:2])
    assert desk.book.index_some(3).result() == 2
    assert rows(desk, asked) == []
    desk.take(*notes[2:])
    assert index_all(desk) == 6
    assert rows(desk, asked) == [(16,)]
    assert len(found(desk, "baked")) == 8


def test_a_value_of_another_kind_from_another_heard_has_no_words_and_hides_none() -> None:
    assert search_words("visit_note", {"what_happened": ["odd"], "worker_view": "We walked."}) == "We walked."


def test_hidden_records_are_not_found_listed_or_counted_and_come_back_when_granted_again(desk: Any) -> None:
    desk.take(desk.make({"what_happened": "We baked."}, type="visit_note"), scopes={SARAH: "social_worker"})
    index_all(desk)
    assert len(found(desk, "baked")) == 1
    desk.take(scopes={TOM: "social_worker"})
    assert found(desk, "baked") == []
    assert desk.book.select(Query()) == []
    assert desk.book.count(Query()) == 0
    assert desk.book.children() == []
    desk.take(scopes={SARAH: "iro"})
    index_all(desk)
    assert len(found(desk, "baked")) == 1


def test_what_is_hidden_never_crowds_out_what_may_be_found(desk: Any) -> None:
    mine = desk.make({"what_happened": "We baked."}, type="visit_note", scope_id=TOM)
    others = [desk.make({"what_happened": f"We baked {number}."}, type="visit_note") for number in range(30)]
    desk.take(mine, *others, scopes={SARAH: "iro", TOM: "iro"})
    index_all(desk)
    desk.take(scopes={TOM: "iro"})
    for typed in ("baked", "ba", "we b", "we baked"):
        assert [hit.entry.record_id for hit in desk.book.find(typed, limit=2)] == [mine.record_id], typed


def test_the_first_letters_find_names_and_what_is_newest(desk: Any) -> None:
    tom = desk.begin("child", TOM, known_as="Tom B")
    sarah = desk.begin("child", known_as="Sarah")
    older = desk.begin(what_happened="Walked to the shop with Biscuit.")
    newer = desk.begin(what_happened="Walked home.")
    assert found(desk, "b") == [tom.record_id]
    assert found(desk, "S") == [sarah.record_id]
    assert found(desk, "w") == []
    assert found(desk, "wa") == [newer.record_id, older.record_id]
    assert found(desk, "walked w") == found(desk, "walked")
    assert found(desk, "sar wal") == [newer.record_id, older.record_id]
    assert found(desk, "t")[0] == tom.record_id


def test_a_snippet_is_plain_text_with_the_places_of_its_matches(desk: Any) -> None:
    desk.begin(what_happened="We met at the door.\nWe baked in the kitchen and talked.")
    (hit,) = desk.book.find("kitchen")
    assert [hit.snippet[start:end] for start, end in hit.spans] == ["kitchen"]
    assert START not in hit.snippet
    assert "\n" not in hit.snippet


def test_marks_in_somebodys_text_never_shift_what_is_marked(desk: Any) -> None:
    desk.begin(what_happened=f"{END}odd {START}bytes{END} from a paste, and the kitchen{START}")
    (hit,) = desk.book.find("kitchen")
    assert [hit.snippet[start:end] for start, end in hit.spans] == ["kitchen"]


def test_words_are_quoted_so_that_no_typed_sign_is_an_order() -> None:
    assert match_words('NEAR("a" b)* -c') == '"NEAR"* "a"* "b"* "c"*'
    assert len(match_words(" ".join("abcdefghijklmnop")).split()) == 12
    assert spans_of(f"a {START}b{END}\nc") == ("a b c", ((2, 3),))


def test_at_most_as_many_hits_as_asked_for(desk: Any) -> None:
    for number in range(6):
        desk.begin(what_happened=f"baked {number}")
    assert len(desk.book.find("baked", limit=4)) == 4


# --- lists --------------------------------------------------------------------------------------------------------


@pytest.fixture
def notes(desk: Any) -> list[str]:
    """Five of Sarah's notes, an hour and a place apart, and one of Tom's."""
    made = []
    for number, place in enumerate(["home", "school", "home", "", "office"]):
        values: dict[str, Any] = {"visited_at": f"2026-11-2{number}T10:00:00.000Z", "what_happened": f"note {number}"}
        made.append(desk.begin(**values, **({"place": place} if place else {})).record_id)
        desk.clock.advance(seconds=1)
    made.append(desk.begin("visit_note", TOM, visited_at="2026-11-20T09:00:00.000Z").record_id)
    return made


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (Query(), [4, 3, 2, 1, 0, 5]),
        (Query(order=OLDEST), [5, 0, 1, 2, 3, 4]),
        (Query(order=CHANGED), [5, 4, 3, 2, 1, 0]),
        (Query(scope_id=SARAH, limit=2, offset=1), [3, 2]),
        (Query(types=("visit_note",), where=(Where("place", "is", "home"),)), [2, 0]),
        (Query(types=("visit_note",), where=(Where("place", "is", ""),)), [3, 5]),
        (Query(types=("visit_note",), where=(Where("place", "in", ["school", "office"]),)), [4, 1]),
        (Query(types=("visit_note",), where=(Where("place", "in", []),)), []),
        (Query(types=("visit_note",), where=(Where("visited_at", "since", "2026-11-23"),)), [4, 3]),
        (Query(types=("visit_note",), where=(Where("visited_at", "before", "2026-11-21T00"),)), [0, 5]),
        (Query(since="2026-11-21", before="2026-11-23"), [2, 1]),
        (Query(types=("child", "visit_note"), scope_id=TOM), [5]),
        (Query(author_id="ben"), []),
        (Query(author_id="amy", scope_id=TOM), [5]),
        (Query(is_finished=True), []),
        (Query(is_finished=False, scope_id=TOM), [5]),
        (Query(has_open_choices=True), []),
        (Query(has_open_choices=False, scope_id=TOM), [5]),
        (Query(is_deleted=True), []),
    ],
)
def test_a_query_gives_just_the_records_it_asks_for(
    desk: Any, notes: list[str], query: Query, expected: list[int]
) -> None:
    assert [notes.index(one.record_id) for one in desk.book.select(query)] == expected
    if not query.offset:
        assert desk.book.count(query) == len(expected)


def test_names_are_listed_by_letter_whatever_their_capitals(desk: Any) -> None:
    for scope, name in enumerate(["tom", "Ada", "sarah", "Ben"]):
        desk.begin("child", f"01a00000-0000-7000-8000-00000000000{scope}", known_as=name)
    assert [one.title for one in desk.book.children()] == ["Ada", "Ben", "sarah", "tom"]
    assert [one.title for one in desk.book.select(Query(order=TITLE, limit=2))] == ["Ada", "Ben"]
    child = desk.book.child("01a00000-0000-7000-8000-000000000002")
    assert child is not None
    assert child.title == "sarah"
    assert desk.book.one("this_is_me", SARAH) is None


def test_a_condition_on_what_is_no_column_is_a_bug_told_at_once(desk: Any) -> None:
    with pytest.raises(KeyError, match="not indexed"):
        desk.book.select(Query(types=("visit_note",), where=(Where("worker_view", "is", "x"),)))
    for types in ((), ("visit_note", "child"), ("no_such_type",)):
        with pytest.raises(ValueError, match="one known type"):
            desk.book.select(Query(types=types, where=(Where("place", "is", "home"),)))


def test_waiting_work_is_listed_newest_first_and_counted_once_a_record(desk: Any, notes: list[str]) -> None:
    desk.cut(notes[1])
    desk.write(desk.draft(notes[1]), worker_view="more")
    assert desk.book.waiting()[0].entry.record_id == notes[1]
    assert desk.book.waiting_count() == len(desk.book.waiting()) == 6
    stamps = [one.since for one in desk.book.waiting()]
    assert stamps == sorted(stamps, reverse=True)


def test_unsent_work_about_a_child_no_longer_assigned_is_counted_and_sent_and_not_named(desk: Any) -> None:
    desk.begin(what_happened="written in a hurry")
    desk.book.cut_all().result()
    assert len(desk.book.waiting()) == 1
    desk.take(scopes={TOM: "social_worker"})
    assert desk.book.waiting() == []
    assert desk.book.waiting_count() == 1
    assert len(desk.book.exchange.to_send(9)) == 1
