"""Saving by itself: soon after the last key, one second at the latest, and not a letter lost on the way."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest
from PySide6.QtTest import QSignalSpy

from models.entry import Draft, Edit
from models.errors import NotAllowed, StoreFull
from ui.autosave import CEILING_MS, LATE_MS, REST_MS, RETRY_MS, Autosave, How, SaveState, combined, same


@pytest.fixture
def draft(stage: Any) -> Draft:
    return stage.casebook.new_draft("visit_note", stage.scope)


@pytest.fixture
def make(stage: Any, draft: Draft, hand_time: Any) -> Callable[..., Autosave]:
    made: list[Autosave] = []

    def autosave(loaded: dict[str, Any] | None = None, *, exists: bool = False, **more: Any) -> Autosave:
        made.append(Autosave(stage.link, draft, loaded or {}, exists=exists, asked_by="test", alarm=hand_time, **more))
        return made[-1]

    return autosave


class Counting:
    """Counts hand-overs, and lets a test decide how they end."""

    def __init__(self, stage: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self.edits: list[dict[str, Edit]] = []
        self.fails: list[Exception] = []
        real = stage.casebook.save

        def save(draft: Draft, edits: dict[str, Edit], asked_by: str = "") -> Future[Any]:
            self.edits.append(dict(edits))
            if self.fails:
                failed: Future[Any] = Future()
                failed.set_exception(self.fails[0])
                return failed
            return real(draft, edits, asked_by)

        monkeypatch.setattr(stage.casebook, "save", save)


@pytest.fixture
def saves(stage: Any, monkeypatch: pytest.MonkeyPatch) -> Counting:
    return Counting(stage, monkeypatch)


def test_what_is_typed_is_handed_over_400_ms_after_the_last_key(
    make: Any, saves: Counting, hand_time: Any, stage: Any, draft: Draft
) -> None:
    autosave = make()
    autosave.edit("what_happened", "G")
    hand_time.pass_by(REST_MS - 1)
    autosave.edit("what_happened", "Gr")
    hand_time.pass_by(REST_MS - 1)
    assert saves.edits == []
    hand_time.pass_by(1)
    assert saves.edits == [{"what_happened": Edit(None, "Gr")}]
    stage.written()
    assert stage.body(draft.record_id) == {"what_happened": "Gr"}


def test_whoever_types_without_a_pause_is_saved_every_second(
    make: Any, saves: Counting, hand_time: Any, stage: Any
) -> None:
    autosave = make()
    typed = ""
    for letter in "Grandad met me at the door":  # one key every 100 ms: never a rest of 400
        typed += letter
        autosave.edit("what_happened", typed)
        hand_time.pass_by(100)
        stage.written()
    ages = [len(typed) - len(each["what_happened"].value) for each in saves.edits]
    assert len(saves.edits) == 2
    assert [len(each["what_happened"].value) for each in saves.edits] == [10, 20]
    assert min(ages) * 100 <= CEILING_MS


def test_saved_is_said_only_after_the_commit(make: Any, hand_time: Any, stage: Any) -> None:
    autosave = make()
    release = stage.hold_writer()
    autosave.edit("what_happened", "Grandad")
    hand_time.pass_by(REST_MS)
    assert autosave.state.how is How.NEW
    hand_time.pass_by(LATE_MS)
    assert autosave.state.how is How.SAVING
    assert autosave.has_unsaved()
    release.set()
    stage.wait_for(lambda: not autosave.has_unsaved())
    assert autosave.state == SaveState(How.SAVED, stage.clock.moment)


def test_a_second_save_waits_for_the_one_on_its_way_and_grows_from_it(
    make: Any, saves: Counting, hand_time: Any, stage: Any, draft: Draft
) -> None:
    autosave = make()
    release = stage.hold_writer()
    autosave.edit("what_happened", "one")
    hand_time.pass_by(REST_MS)
    for words in ("one two", "one two three"):
        autosave.edit("what_happened", words)
        hand_time.pass_by(CEILING_MS)
    assert len(saves.edits) == 1
    release.set()
    stage.wait_for(lambda: not autosave.has_unsaved())
    assert saves.edits[1] == {"what_happened": Edit("one", "one two three")}
    assert len(saves.edits) == 2
    assert stage.body(draft.record_id)["what_happened"] == "one two three"


def test_leaving_hands_over_at_once_even_behind_a_save_on_its_way(
    make: Any, saves: Counting, hand_time: Any, stage: Any, draft: Draft
) -> None:
    autosave = make()
    release = stage.hold_writer()
    autosave.edit("what_happened", "one")
    autosave.flush()
    autosave.edit("what_happened", "one two")
    autosave.edit("worker_view", "calm")
    autosave.flush()
    cut = stage.casebook.cut(draft.record_id)
    assert saves.edits[1]["what_happened"] == Edit("one", "one two")
    release.set()
    assert cut.result(10).read_body() == {"what_happened": "one two", "worker_view": "calm"}
    stage.wait_for(lambda: not autosave.has_unsaved())


def test_typing_back_to_what_is_saved_leaves_nothing_to_save(make: Any, saves: Counting, hand_time: Any) -> None:
    autosave = make({"what_happened": "Grandad"}, exists=True)
    autosave.edit("what_happened", "Grandad!")
    autosave.edit("what_happened", "Grandad")
    hand_time.pass_by(10_000)
    assert saves.edits == []
    assert not autosave.has_unsaved()


def test_what_is_filled_in_ahead_is_saved_with_the_first_edit_and_never_alone(
    make: Any, saves: Counting, hand_time: Any, stage: Any, draft: Draft
) -> None:
    autosave = make(offers={"place": "home"})
    hand_time.pass_by(10_000)
    autosave.close()
    assert saves.edits == []
    autosave = make(offers={"place": "home", "visit_kind": "iro"})
    began = QSignalSpy(autosave.began)
    autosave.edit("visit_kind", "statutory")
    autosave.edit("what_happened", "x")
    hand_time.pass_by(REST_MS)
    stage.written()
    assert stage.body(draft.record_id) == {"place": "home", "visit_kind": "statutory", "what_happened": "x"}
    autosave.edit("what_happened", "xy")
    hand_time.pass_by(REST_MS)
    stage.written()
    assert set(saves.edits[-1]) == {"what_happened"}
    assert began.count() == 1


def test_a_full_disk_keeps_the_text_says_so_and_tries_again_every_three_seconds(
    make: Any, saves: Counting, hand_time: Any, stage: Any, draft: Draft
) -> None:
    autosave = make({"what_happened": ""}, exists=False)
    saves.fails = [StoreFull("The laptop’s disk is full", "Safe.", "Wait.")]
    autosave.edit("what_happened", "Grandad")
    hand_time.pass_by(REST_MS)
    stage.written()
    assert autosave.state.how is How.TROUBLE
    assert autosave.state.trouble is saves.fails[0]
    assert autosave.unsaved() == {"what_happened": "Grandad"}
    autosave.edit("what_happened", "Grandad met me")
    hand_time.pass_by(RETRY_MS)
    stage.written()
    assert len(saves.edits) == 2
    assert autosave.state.how is How.TROUBLE
    saves.fails = []
    hand_time.pass_by(RETRY_MS)
    stage.written()
    # It still grows from what the record holds, not from what never reached the disk.
    assert saves.edits[2] == {"what_happened": Edit("", "Grandad met me")}
    assert autosave.state.how is How.SAVED
    assert stage.body(draft.record_id) == {"what_happened": "Grandad met me"}


def test_what_may_no_longer_be_saved_is_kept_and_not_tried_for_ever(
    make: Any, saves: Counting, hand_time: Any, stage: Any
) -> None:
    autosave = make()
    saves.fails = [NotAllowed("This visit note is finished")]
    autosave.edit("what_happened", "too late")
    hand_time.pass_by(REST_MS)
    stage.written()
    hand_time.pass_by(10 * RETRY_MS)
    autosave.edit("what_happened", "too late now")
    hand_time.pass_by(10 * RETRY_MS)
    autosave.flush()
    assert len(saves.edits) == 1
    assert autosave.unsaved() == {"what_happened": "too late now"}
    assert autosave.state.how is How.TROUBLE


def test_a_page_that_closes_during_trouble_goes_on_trying_until_the_text_is_safe(
    make: Any, saves: Counting, hand_time: Any, stage: Any, draft: Draft
) -> None:
    autosave = make()
    gone = QSignalSpy(autosave.destroyed)
    saves.fails = [StoreFull("The laptop’s disk is full")]
    autosave.edit("what_happened", "Grandad")
    autosave.close()
    stage.written()
    assert gone.count() == 0
    saves.fails = []
    hand_time.pass_by(RETRY_MS)
    stage.written()
    assert stage.body(draft.record_id) == {"what_happened": "Grandad"}
    assert gone.count() == 1


def test_a_form_that_closes_with_all_saved_leaves_nothing_behind(make: Any, stage: Any) -> None:
    autosave = make()
    gone = QSignalSpy(autosave.destroyed)
    autosave.close()
    stage.written()
    assert gone.count() == 1


def test_what_waits_for_a_clean_form_is_called_once_and_only_then(make: Any, stage: Any) -> None:
    autosave = make()
    called: list[str] = []
    autosave.when_clean(lambda: called.append("at once"))
    assert called == ["at once"]
    release = stage.hold_writer()
    autosave.edit("what_happened", "x")
    autosave.when_clean(lambda: called.append("later"))
    assert called == ["at once"]
    release.set()
    stage.wait_for(lambda: len(called) > 1)
    stage.written()
    assert called == ["at once", "later"]


def test_a_paragraph_from_the_other_laptop_is_merged_and_never_overwritten_by_a_form_that_had_not_shown_it(
    make: Any, hand_time: Any, stage: Any, draft: Draft
) -> None:
    autosave = make()
    autosave.edit("what_happened", "First.\nSecond.")
    autosave.flush()
    stage.written()
    stage.casebook.cut(draft.record_id).result()
    stage.arrive(draft.record_id, stage.me, what_happened="First, at home.\nSecond.")
    receipts: list[Any] = []
    autosave.saved.connect(receipts.append)
    autosave.edit("what_happened", "First.\nSecond, by me.")
    autosave.flush()
    stage.written()
    assert stage.body(draft.record_id)["what_happened"] == "First, at home.\nSecond, by me."
    assert receipts[-1].merged_fields == {"what_happened": "First, at home.\nSecond, by me."}


def test_two_forms_stand_as_badly_as_the_worse() -> None:
    full = StoreFull("The laptop’s disk is full")
    trouble = SaveState(How.TROUBLE, None, full)
    assert combined([]) == SaveState()
    assert combined([SaveState(How.SAVED), trouble]) == trouble
    assert combined([SaveState(How.SAVED), SaveState(How.SAVING)]).how is How.SAVING


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [("", None, True), ([], None, True), ((), "", True), (["b", "a"], ["a", "b"], True), (False, None, False),
     (0, False, False), (0, None, False), (True, True, True), ("a", "a ", False), (7, 7.0, True),
     (["a"], ["b"], False)],
)  # fmt: skip
def test_everything_that_means_not_recorded_is_one_value(one: Any, other: Any, is_same: bool) -> None:
    assert same(one, other) is is_same
