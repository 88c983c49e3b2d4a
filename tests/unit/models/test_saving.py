"""Saving: what a form hands over is in the vault, whatever moved underneath it meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from models.audience import ONLY_AUTHOR, PROTECTED
from models.changes import Changes
from models.entry import SAVED, Edit
from models.errors import NotAllowed, Trouble
from models.fields import MAX_PROSE
from models.query import Query
from models.store.project import column_text
from models.version import NO_BODY, OpenChoice

SARAH, TOM = "01a00000-0000-7000-8000-000000000001", "01a00000-0000-7000-8000-000000000002"
Desks = Callable[..., Any]


def test_a_record_comes_to_be_with_its_first_edit(desk: Any) -> None:
    draft = desk.book.new_draft("visit_note", SARAH)
    assert desk.book.entry(draft.record_id) is None
    assert desk.book.count(Query()) == 0
    saved = desk.write(draft, what_happened="We walked.")
    assert saved.entry.body == {"what_happened": "We walked."}
    assert (saved.entry.state, saved.entry.author_id, saved.at) == (SAVED, "amy", desk.clock.now())
    assert desk.entry(draft.record_id) == saved.entry


def test_a_saved_word_is_there_after_the_casebook_is_opened_again(open_desk: Desks) -> None:
    desk = open_desk()
    draft = desk.begin(what_happened="We walked to the shop.")
    desk.book.close()
    assert open_desk().body(draft.record_id) == {"what_happened": "We walked to the shop."}


def test_an_emptied_field_is_gone_from_the_body(desk: Any) -> None:
    draft = desk.begin(what_happened="We walked.", place="home")
    desk.write(draft, what_happened="", place="")
    assert desk.body(draft.record_id) == {}


def test_codes_are_stored_sorted_and_once_whatever_order_they_were_ticked_in(desk: Any) -> None:
    draft = desk.begin(themes=("school", "health", "school"))
    assert desk.body(draft.record_id)["themes"] == ["health", "school"]
    saved = desk.write(draft, themes=("pets", "health"))
    assert saved.merged_fields == {}
    assert desk.body(draft.record_id)["themes"] == ["health", "pets"]


def test_whole_numbers_are_listed_alike_however_they_were_written(desk: Any) -> None:
    assert [column_text(value) for value in (3, 3.0, 3.5, True, False, None, "", "x")] == [
        "3", "3", "3.5", "1", "0", None, None, "x",
    ]  # fmt: skip


# --- the form is behind: something came in while the worker typed -------------------------------------------------


def _behind(desk: Any, type_name: str, name: str, before: str, theirs: str) -> Any:
    """A form shows ``before``; a colleague's ``theirs`` has come in since. Returns the form's draft."""
    first = desk.make({name: before}, type=type_name)
    desk.take(first)
    draft = desk.draft(first.record_id)
    desk.take(desk.make({name: theirs}, first))
    return draft


def test_a_paragraph_that_came_in_while_the_worker_typed_stands_beside_theirs(desk: Any) -> None:
    draft = _behind(desk, "planned_visit", "purpose", "one\n\ntwo", "one\n\ntwo\n\nBen's")
    saved = desk.write(draft, purpose="ONE\n\ntwo")
    assert saved.entry.body["purpose"] == "ONE\n\ntwo\n\nBen's"
    assert saved.merged_fields == {"purpose": "ONE\n\ntwo\n\nBen's"}
    # The form still shows its own text and types on.
    assert desk.write(draft, purpose="ONE and more\n\ntwo").entry.body["purpose"] == "ONE and more\n\ntwo\n\nBen's"


def test_a_childs_words_typed_over_a_colleagues_are_kept_beside_them_and_grow_there(desk: Any) -> None:
    draft = _behind(desk, "this_is_me", "helps_me", "Biscuit", "Biscuit the dog")
    saved = desk.write(draft, helps_me="Biscuit and Nan")
    assert saved.entry.body["helps_me"] == "Biscuit the dog"
    assert [choice.value for choice in saved.entry.open_choices] == ["Biscuit and Nan"]
    desk.clock.advance(seconds=1)
    saved = desk.write(draft, helps_me="Biscuit and Nan and my card book")
    (choice,) = saved.entry.open_choices
    assert (choice.value, choice.author_id, choice.field) == ("Biscuit and Nan and my card book", "amy", "helps_me")
    assert saved.entry.body["helps_me"] == "Biscuit the dog"
    assert saved.merged_fields == {"helps_me": "Biscuit the dog"}


def test_another_field_that_came_in_is_not_touched_by_the_form(desk: Any) -> None:
    first = desk.make({"helps_me": "Nan", "my_hopes": "a bike"})
    desk.take(first)
    draft = desk.draft(first.record_id)
    desk.take(desk.make({"helps_me": "Nan", "my_hopes": "a red bike"}, first))
    saved = desk.write(draft, helps_me="Nan and Biscuit")
    assert saved.entry.body == {"helps_me": "Nan and Biscuit", "my_hopes": "a red bike"}
    assert not saved.entry.open_choices


# --- what cannot be saved -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("what_happened", "x" * (MAX_PROSE + 1)),
        ("what_happened", 7),
        ("visited_at", "2026-11-23"),
        ("visited_at", "yesterday"),
        ("visited_at", "0001-01-01T00:00:00+14:00"),
        ("next_visit_on", "20261123"),
        ("next_visit_on", "2026-W48-1"),
        ("notice_given_days", -1),
        ("notice_given_days", 366),
        ("notice_given_days", True),
        ("notice_given_days", float("nan")),
        ("notice_given_days", float("inf")),
        ("themes", ["health", {"code": "school"}]),
        ("themes", "health"),
        ("trusted_person_first", "yes"),
    ],
)
def test_what_a_field_cannot_hold_is_told_and_what_was_saved_stays(desk: Any, name: str, value: Any) -> None:
    draft = desk.begin(what_happened="We walked.")
    with pytest.raises(Trouble) as told:
        desk.write(draft, **{name: value})
    assert told.value.title
    assert desk.body(draft.record_id) == {"what_happened": "We walked."}


def test_a_field_or_type_that_is_not_declared_is_a_bug_and_saves_nothing(desk: Any) -> None:
    with pytest.raises(ValueError, match="no field"):
        desk.begin(what_hapened="We walked.")
    with pytest.raises(ValueError, match="no record type"):
        desk.book.new_draft("visit_nite", SARAH)
    with pytest.raises(ValueError, match="no record type"):
        desk.book.save(type(desk.book.new_draft("visit_note", SARAH))("r", "visit_nite", SARAH), {}).result()
    assert desk.book.count(Query()) == 0


def test_a_form_that_saw_what_this_heard_cannot_read_may_still_write(desk: Any) -> None:
    odd = desk.make({"themes": [{"code": "school"}], "what_happened": "one"}, type="visit_note", by="amy")
    desk.take(odd)
    draft = desk.draft(odd.record_id)
    saved = desk.write(draft, themes=["health"], what_happened="one\ntwo")
    assert saved.entry.body == {"themes": ["health"], "what_happened": "one\ntwo"}


# --- who may write ------------------------------------------------------------------------------------------------


def test_a_colleagues_note_is_read_and_not_edited(desk: Any) -> None:
    theirs = desk.make({"what_happened": "Ben was here."}, type="visit_note")
    desk.take(theirs)
    draft = desk.draft(theirs.record_id)
    with pytest.raises(NotAllowed, match="another worker"):
        desk.write(draft, what_happened="Amy was here.")
    for act in (desk.book.delete, desk.book.finish):
        with pytest.raises(Trouble):
            act(theirs.record_id).result()
    assert "another worker" in desk.book.why_not_editable(desk.entry(theirs.record_id))
    shared = desk.make({"helps_me": "Nan"})
    desk.take(shared)
    assert desk.book.why_not_editable(desk.entry(shared.record_id)) == ""


def test_a_finished_note_takes_an_addendum_and_nothing_else(desk: Any) -> None:
    draft = _ready_note(desk)
    entry = desk.book.finish(draft.record_id).result()
    assert entry.is_finished
    assert "finished" in desk.book.why_not_editable(entry)
    with pytest.raises(NotAllowed, match="finished"):
        desk.write(draft, what_happened="Something else.")
    for act in (desk.book.delete, desk.book.finish):
        with pytest.raises(NotAllowed):
            act(draft.record_id).result()
    with pytest.raises(NotAllowed):
        desk.book.set_audience(draft.record_id, ONLY_AUTHOR, ()).result()
    assert desk.body(draft.record_id)["what_happened"] == "We walked."
    added = desk.begin("addendum", adds_to_id=draft.record_id, why="more_to_say", addition="She called later.")
    assert desk.book.finish(added.record_id).result().is_finished


def _ready_note(desk: Any) -> Any:
    return desk.begin(
        visited_at="2026-11-23T09:00:00.000Z", place="home", visit_kind="statutory", seen="tried_not_in",
        what_happened="We walked.",
    )  # fmt: skip


def test_finishing_says_what_is_missing_and_keeps_what_is_there(desk: Any) -> None:
    draft = desk.begin(what_happened="We walked.")
    with pytest.raises(Trouble) as told:
        desk.book.finish(draft.record_id).result()
    assert told.value.message == "Fill in when"
    assert not desk.entry(draft.record_id).is_finished
    assert desk.body(draft.record_id) == {"what_happened": "We walked."}
    with pytest.raises(Trouble, match="nothing to finish"):
        desk.book.finish("no such record").result()


def test_a_newer_body_is_shown_carried_and_not_edited(desk: Any, open_desk: Desks) -> None:
    newer = desk.make({"helps_me": "Nan", "of_schema_two": {"deep": [1, 2]}}, schema=2)
    desk.take(newer)
    entry = desk.entry(newer.record_id)
    assert (entry.schema, entry.body["helps_me"]) == (2, "Nan")
    with pytest.raises(NotAllowed, match="newer Heard"):
        desk.write(entry.draft(), helps_me="Nan and Biscuit")
    unknown = desk.make({"anything": True}, type="from_a_newer_heard")
    desk.take(unknown)
    while desk.book.index_some().result():
        pass
    assert "newer Heard" in desk.book.why_not_editable(desk.entry(unknown.record_id))
    assert desk.entry(unknown.record_id).body == {"anything": True}
    desk.book.close()
    again = open_desk()
    assert again.body(newer.record_id) == {"helps_me": "Nan", "of_schema_two": {"deep": [1, 2]}}


def test_keys_that_a_newer_heard_wrote_survive_an_edit_here(desk: Any) -> None:
    first = desk.make({"helps_me": "Nan", "new_key": ["kept", {"as": "it is"}]})
    desk.take(first)
    desk.write(desk.draft(first.record_id), helps_me="Nan and Biscuit")
    assert desk.cut(first.record_id).read_body() == {
        "helps_me": "Nan and Biscuit",
        "new_key": ["kept", {"as": "it is"}],
    }


def test_words_a_child_has_checked_never_change_and_what_the_child_says_of_them_still_may(desk: Any) -> None:
    draft = desk.begin("own_words", words="I like Becky", checked_back_result="not_now")
    before = desk.cut(draft.record_id)
    desk.write(draft, words="I like Becky coming")
    desk.write(draft, checked_back_result="right")
    checked = desk.cut(draft.record_id)
    with pytest.raises(NotAllowed, match="checked back"):
        desk.write(draft, words="I never liked Becky")
    desk.seen[draft.record_id, "words"] = "I like Becky coming"
    with pytest.raises(NotAllowed, match="checked back"):
        desk.book.restore(draft.record_id, before.version_id).result()
    assert desk.body(draft.record_id)["words"] == "I like Becky coming"
    # Nobody takes it from the child to say later that it was wrong, or who may see it.
    desk.write(draft, checked_back_result="changed", child_correction="I like Becky and Tom")
    desk.book.set_audience(draft.record_id, ONLY_AUTHOR, ()).result()
    assert not desk.entry(draft.record_id).is_finished
    # The same words are no change; and an answer taken back opens them again, as the Undo beside it does.
    desk.book.restore(draft.record_id, checked.version_id).result()
    desk.seen[draft.record_id, "checked_back_result"] = "right"
    desk.write(draft, words="I like Becky coming", checked_back_result="")
    desk.write(draft, words="I like Becky coming here")
    assert desk.body(draft.record_id)["words"] == "I like Becky coming here"


def test_an_erased_record_is_not_written_again(desk: Any) -> None:
    first = desk.make({"helps_me": "Nan"})
    gone = msgspec.structs.replace(desk.make({}, first), is_erased=True, salt=None, body=NO_BODY)
    desk.take(first)
    desk.take(gone)
    entry = desk.entry(first.record_id)
    assert (entry.body, entry.is_deleted) == ({}, True)
    with pytest.raises(NotAllowed, match="erased"):
        desk.write(entry.draft(), helps_me="Nan")
    assert desk.book.find("Nan") == []


def test_typing_on_in_a_scope_that_was_taken_away_is_saved_all_the_same(desk: Any) -> None:
    desk.take(scopes={SARAH: "social_worker"})
    draft = desk.begin(what_happened="We walked")
    desk.take(scopes={})
    assert desk.book.entry(draft.record_id) is None
    saved = desk.write(draft, what_happened="We walked to the shop.")
    assert saved.entry.body == {"what_happened": "We walked to the shop."}
    fresh = desk.begin(what_happened="Written although the scope is gone.")
    assert desk.body(fresh.record_id)
    assert len(desk.book.exchange.cut_all().result()) == 2
    assert len(desk.book.exchange.to_send(10)) == 2


# --- deleting, audience, choosing ---------------------------------------------------------------------------------


def test_a_deleted_record_can_be_brought_back_whole(desk: Any) -> None:
    draft = desk.begin(what_happened="We walked.")
    assert desk.book.delete(draft.record_id).result().is_deleted
    assert desk.book.select(Query()) == []
    assert [one.record_id for one in desk.book.select(Query(is_deleted=True))] == [draft.record_id]
    assert desk.book.find("walked") == []
    entry = desk.book.bring_back(draft.record_id).result()
    assert (entry.is_deleted, entry.body) == (False, {"what_happened": "We walked."})
    assert [hit.entry.record_id for hit in desk.book.find("walked")] == [draft.record_id]
    assert [version.is_deleted for version in desk.book.history(draft.record_id)] == [True, False]


def test_changing_a_record_that_is_not_here_is_told_plainly(desk: Any) -> None:
    with pytest.raises(Trouble, match="no longer on this laptop"):
        desk.book.delete("no such record").result()


def test_who_may_read_a_record_is_changed_as_a_version_of_its_own(desk: Any) -> None:
    draft = desk.begin(what_happened="We walked.")
    entry = desk.book.set_audience(draft.record_id, ONLY_AUTHOR, ("school", "parents")).result()
    assert (entry.audience, entry.keep_from) == (ONLY_AUTHOR, ("parents", "school"))
    assert desk.book.history(draft.record_id)[-1].audience == ONLY_AUTHOR
    home = desk.begin("home", address="1 Road")
    assert desk.entry(home.record_id).audience == PROTECTED


def _two_texts(desk: Any) -> tuple[Any, OpenChoice]:
    draft = _behind(desk, "this_is_me", "helps_me", "Biscuit", "Biscuit the dog")
    (choice,) = desk.write(draft, helps_me="Biscuit and Nan").entry.open_choices
    return draft, choice


@pytest.mark.parametrize("text", ["Biscuit the dog", "Biscuit and Nan", "Biscuit the dog, and Nan"])
def test_choosing_is_a_version_and_both_texts_stay_in_the_history(desk: Any, text: str) -> None:
    draft, choice = _two_texts(desk)
    entry = desk.book.choose(draft.record_id, choice, text).result()
    assert (entry.body["helps_me"], entry.open_choices) == (text, ())
    kept = desk.book.history(draft.record_id)
    assert any(choice in version.open_choices for version in kept)
    assert any(version.read_body().get("helps_me") == "Biscuit the dog" for version in kept)
    with pytest.raises(Trouble, match="already been settled"):
        desk.book.choose(draft.record_id, choice, text).result()


def test_choosing_nothing_empties_the_field_and_too_much_is_told(desk: Any) -> None:
    draft, choice = _two_texts(desk)
    with pytest.raises(Trouble, match="characters"):
        desk.book.choose(draft.record_id, choice, "x" * (MAX_PROSE + 1)).result()
    assert desk.entry(draft.record_id).open_choices == (choice,)
    entry = desk.book.choose(draft.record_id, choice, "").result()
    assert "helps_me" not in entry.body


def test_of_two_choices_the_other_stays_open_when_one_is_settled(desk: Any) -> None:
    both = tuple(OpenChoice("helps_me", at, f"text {at}", "ben", "") for at in "ab")
    first = desk.make({"helps_me": "Biscuit"}, open_choices=both)
    desk.take(first)
    entry = desk.book.choose(first.record_id, both[0], "text a").result()
    assert (entry.body["helps_me"], entry.open_choices) == ("text a", (both[1],))


def test_a_settled_choice_can_be_taken_back_until_somebody_writes_on(desk: Any) -> None:
    draft, choice = _two_texts(desk)
    desk.book.choose(draft.record_id, choice, "Biscuit and Nan").result()
    entry = desk.book.choose_back(draft.record_id, choice, "Biscuit the dog", "Biscuit and Nan").result()
    assert (entry.body["helps_me"], entry.open_choices) == ("Biscuit the dog", (choice,))
    desk.book.choose(draft.record_id, choice, "").result()
    desk.book.choose_back(draft.record_id, choice, "", "").result()
    with pytest.raises(Trouble, match="changed since"):
        desk.book.choose_back(draft.record_id, choice, "Biscuit the dog", "Grandad").result()
    with pytest.raises(Trouble, match="changed since"):
        desk.book.choose_back("no such record", choice, "", "").result()


def test_a_choice_about_a_key_of_a_newer_heard_can_be_settled(desk: Any) -> None:
    choice = OpenChoice("new_key", "x", {"a": 1}, "ben", "")
    first = desk.make({"new_key": {"a": 2}}, open_choices=(choice,))
    desk.take(first)
    assert desk.book.choose(first.record_id, choice, {"a": 1}).result().body == {"new_key": {"a": 1}}


def test_a_record_with_two_texts_side_by_side_cannot_be_finished(desk: Any) -> None:
    choice = OpenChoice("what_happened", "x", "We sat.", "amy", "")
    full = {"visited_at": "2026-11-23T09:00:00.000Z", "place": "home", "visit_kind": "iro", "seen": "tried_not_in"}
    note = desk.make({**full, "what_happened": "We walked."}, type="visit_note", by="amy", open_choices=(choice,))
    desk.take(note)
    with pytest.raises(Trouble, match="side by side"):
        desk.book.finish(note.record_id).result()
    desk.book.choose(note.record_id, choice, "We walked.").result()
    assert desk.book.finish(note.record_id).result().is_finished


# --- telling ------------------------------------------------------------------------------------------------------


def test_every_commit_is_told_once_with_what_it_touched_and_who_asked(desk: Any) -> None:
    heard: list[Changes] = []
    stop = desk.book.listen(heard.append)
    draft = desk.book.new_draft("visit_note", SARAH)
    desk.book.save(draft, {"what_happened": Edit("", "We walked.")}, "the form").result()
    desk.book.remember("page", "today").result()
    assert len(heard) == 1
    assert [set(some) for some in (heard[0].records, heard[0].types, heard[0].scopes)] == [
        {draft.record_id}, {"visit_note"}, {SARAH},
    ]  # fmt: skip
    assert (heard[0].asked_by, heard[0].is_sync) == ("the form", False)
    theirs = desk.make({"helps_me": "Nan"}, scope_id=TOM)
    desk.take(theirs, scopes={TOM: "iro"})
    desk.book.remember("both told", "").result()
    granted, came = sorted(heard[1:], key=lambda told: len(told.records))
    assert granted.is_directory
    assert granted.scopes == {TOM}
    assert came.is_sync
    assert came.scopes == {SARAH, TOM}  # one hidden, one come
    stop()
    stop()
    desk.write(draft, place="home")
    assert len(heard) == 3
    both = heard[0] | came
    assert both.records == {draft.record_id, theirs.record_id}
    assert (both.asked_by, both.is_sync) == ("", True)


def test_a_listener_or_mark_that_fails_keeps_no_one_waiting(desk: Any, caplog: pytest.LogCaptureFixture) -> None:
    heard: list[Changes] = []

    def fail(*_about: object) -> None:
        raise OSError("a full disk, or a bug")

    desk.book.listen(fail)
    desk.book.listen(heard.append)
    desk.book.on_cut(fail)
    draft = desk.begin(what_happened="We walked.")
    assert desk.book.cut(draft.record_id).result(timeout=5) is not None
    desk.book.remember("settled", "").result(timeout=5)
    assert len(heard) == 2
    assert "a full disk, or a bug" in caplog.text


def test_a_small_value_is_remembered_across_openings(open_desk: Desks) -> None:
    desk = open_desk()
    assert desk.book.remembered("page") == ""
    desk.book.remember("page", "today").result()
    desk.book.close()
    assert open_desk().book.remembered("page") == "today"


def test_a_write_after_locking_is_told_at_once_and_never_waits_for_ever(desk: Any) -> None:
    draft = desk.begin(what_happened="We walked.")
    desk.book.close()
    desk.book.close()
    with pytest.raises(Trouble, match="locked"):
        desk.write(draft, place="home")


def test_closing_cuts_what_is_being_written(open_desk: Desks) -> None:
    desk = open_desk()
    draft = desk.begin(what_happened="We walked.")
    desk.book.close()
    (version,) = open_desk().book.history(draft.record_id)
    assert version.read_body() == {"what_happened": "We walked."}
