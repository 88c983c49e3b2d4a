"""One promise answered by two workers while apart: nothing either wrote is lost, and it stands as both together say."""

from __future__ import annotations

from models.entry import Entry
from models.loop import TOLD, answers_of
from tests.laptops import Laptop, World


def answered(laptop: Laptop, record_id: str) -> str:
    entry: Entry | None = laptop.casebook.entry(record_id)
    assert entry is not None
    (one,) = answers_of([entry], laptop.casebook.entry)
    return one.state


def test_one_writes_what_was_done_and_the_other_that_the_child_was_told(
    world: World, amy: Laptop, ben: Laptop, sarah: str
) -> None:
    said = amy.begin("own_words", sarah, words="amy~1 More time with Nan", said_on="2026-11-02")
    kept = amy.begin(
        "promise", sarah, you_said_id=said.record_id, we_promised="amy~2 I will ask", state="open", due_on="2026-11-16"
    )
    world.settle()
    assert not ben.casebook.why_not_editable(ben.look(kept.record_id)), "anyone assigned may answer"
    amy.edit(kept.record_id, we_did="amy~3 Sundays from now on", state="done", done_on="2026-11-09")
    ben.edit(kept.record_id, told_on="2026-11-10", told_how="in_person", seen_by_child_on="2026-11-10", state="told")
    world.settle()
    world.verify(is_quiet=True)
    for laptop in (amy, ben):
        body = laptop.body(kept.record_id)
        assert body["we_did"] == "amy~3 Sundays from now on"
        assert (body["told_on"], body["told_how"], body["done_on"]) == ("2026-11-10", "in_person", "2026-11-09")
        assert answered(laptop, kept.record_id) == TOLD


def test_two_answers_in_one_text_stand_side_by_side_until_a_person_chooses(
    world: World, amy: Laptop, ben: Laptop, sarah: str
) -> None:
    kept = amy.begin("promise", sarah, we_promised="amy~1 I will ask", state="open")
    world.settle()
    amy.edit(kept.record_id, cannot_because="amy~2 The house is full at Christmas")
    ben.edit(kept.record_id, cannot_because="ben~1 The house is full in summer, too")
    world.settle()
    world.verify(is_quiet=True)
    for laptop in (amy, ben):
        (choice,) = laptop.choices(kept.record_id)
        texts = {laptop.body(kept.record_id)["cannot_because"], choice.value}
        assert texts == {"amy~2 The house is full at Christmas", "ben~1 The house is full in summer, too"}
