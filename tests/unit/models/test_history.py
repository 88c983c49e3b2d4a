"""A record's history: every version in its order, what each changed in plain words, and lines that came together."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec
import pytest

from models.entry import HELD, SAVED, SENT, Kept
from models.history import History, Telling, body_of_version, entry_of_version
from models.text_difference import Difference
from models.version import NO_BODY, OpenChoice, Version
from models.wording import Spoken
from tests.unit.models.conftest import Desk

TODAY = date(2026, 11, 23)
NAMES = {"amy": "Amy", "ben": "Ben"}


@pytest.fixture
def telling() -> Telling:
    return Telling(
        Spoken("Sarah", "she", "her", "her", is_plural=False), TODAY, lambda one: NAMES.get(one, "A colleague")
    )


class Line:
    """Versions of one record, each with its place in the council's line."""

    def __init__(self, desk: Desk, type_name: str = "this_is_me") -> None:
        self.desk, self.type = desk, type_name
        self.kept: list[Kept] = []

    def add(self, body: dict[str, Any], *after: Version, state: str = SENT, **more: Any) -> Version:
        facts: dict[str, Any] = {"type": self.type, **more}
        if after:
            facts |= {"parents": tuple(one.version_id for one in after), "record_id": after[0].record_id}
        version = self.desk.make(body, **facts)
        seq = len(self.kept) + 1 if state == SENT else 0
        self.kept.append(Kept(version, seq, state, "The child has moved." if state == HELD else ""))
        return version

    def history(self, tip: Version) -> History:
        return History.of(self.kept, tip.version_id)


@pytest.fixture
def line(desk: Desk) -> Line:
    return Line(desk)


def test_a_first_version_says_that_it_begins_and_lists_every_answer(line: Line, telling: Telling) -> None:
    first = line.add({"helps_me": "Biscuit"})
    step = line.history(first).step(first.version_id, telling)
    assert step.deeds == ("Begun.",)
    assert [(one.field, one.before, one.after) for one in step.changes] == [("helps_me", "", "Biscuit")]
    assert not step.is_start_unknown


def test_a_change_shows_both_texts_and_where_they_differ_in_whose_words_they_are(line: Line, telling: Telling) -> None:
    first = line.add({"my_hopes": "a red bike", "helps_me": "Biscuit"})
    then = line.add({"my_hopes": "a blue bike", "helps_me": "Biscuit"}, first)
    (change,) = line.history(then).step(then.version_id, telling).changes
    assert (change.before, change.after) == ("a red bike", "a blue bike")
    assert change.marked == Difference(((2, 5),), ((2, 6),))
    assert (change.whose, change.is_exact, change.is_text) == ("child", True, True)


def test_a_line_taken_out_is_shown_as_it_stood(line: Line, telling: Telling) -> None:
    first = line.add({"helps_me": "Biscuit\nQuiet"})
    then = line.add({"helps_me": "Quiet"}, first)
    (change,) = line.history(then).step(then.version_id, telling).changes
    assert change.before[slice(*change.marked.only_first[0])] == "Biscuit"
    assert change.marked.only_second == ()
    gone = line.add({}, then)
    (change,) = line.history(gone).step(gone.version_id, telling).changes
    assert (change.before, change.after, change.marked) == ("Quiet", "", Difference((), ()))
    assert change.whose == "child"


def test_what_stands_beside_the_answers_is_said_in_plain_words(line: Line, telling: Telling) -> None:
    body = {"helps_me": "Biscuit"}
    first = line.add(body)
    choice = OpenChoice("helps_me", "lost", "Nan", "ben", "2026-11-23T09:00:00.000Z")
    other = OpenChoice("made_up", "lost", "Nan", "ben", "2026-11-23T09:00:00.000Z")
    for change, expected in (
        ({"is_deleted": True}, ("Deleted. It can be brought back.",)),
        ({"is_finished": True}, ("Finished. From here on it stands as it is.",)),
        (
            {"audience": "protected"},
            ("From here on the social worker and the team manager can read it; "
             "before that, everyone who works with Sarah.",),
        ),
        (
            {"audience": "new to us"},
            ("From here on whoever a newer Heard says can read it; before that, everyone who works with Sarah.",),
        ),
        ({"keep_from": ("parents", "school")}, ("Kept from parents and school in documents.",)),
        ({"about": ("somebody",)}, ("Whom it is about was changed.",)),
        ({"open_choices": (choice,)}, ("Two texts of “What helps me” stand side by side from here on.",)),
        ({"open_choices": (other, choice)},
         ("Two texts of “What helps me” and “Made up” stand side by side from here on.",)),
        ({}, ("Saved again, with nothing changed.",)),
    ):  # fmt: skip
        then = line.add(body, first, **change)
        step = line.history(then).step(then.version_id, telling)
        assert (step.deeds, step.changes) == (expected, ())
    torn = line.add(body, first, open_choices=(choice,), is_deleted=True, keep_from=("board",))
    then = line.add(body, torn)
    assert line.history(then).step(then.version_id, telling).deeds == (
        "Brought back.",
        "No longer kept from anybody in documents.",
        "Settled which text of “What helps me” stands.",
    )


def test_a_record_begun_with_less_than_everybody_reading_says_so(line: Line, telling: Telling) -> None:
    first = line.add({"helps_me": "Biscuit"}, keep_from=("carers",), is_finished=True)
    assert line.history(first).step(first.version_id, telling).deeds == (
        "Begun.",
        "Finished. From here on it stands as it is.",
        "Kept from carers in documents.",
    )


def test_what_was_erased_says_so_and_holds_no_word(line: Line, telling: Telling) -> None:
    first = line.add({"helps_me": "Biscuit"})
    erased = msgspec.structs.replace(line.add({"helps_me": "Nan"}, first), is_erased=True, salt=None, body=NO_BODY)
    line.kept[-1] = Kept(erased, 2)
    gone = line.kept[-1].version
    step = line.history(gone).step(gone.version_id, telling)
    assert step.changes == ()
    assert step.deeds == ("Erased, as the law asked. Its words are gone from the server and from every laptop.",)
    assert entry_of_version(line.kept[-1]).is_deleted


def test_what_a_newer_heard_wrote_is_shown_and_named_as_such(line: Line, telling: Telling) -> None:
    first = line.add({"helps_me": "Biscuit"})
    newer = line.add({"helps_me": "Biscuit", "seen_by_iro_on": "2026-11-20"}, first, schema=99)
    step = line.history(newer).step(newer.version_id, telling)
    (change,) = step.changes
    assert (change.label, change.after, change.is_known) == ("Seen by iro on", "2026-11-20", False)
    assert step.deeds == ("A newer Heard wrote this. Update Heard to see all of it.",)
    newer = line.add({"helps_me": "Biscuit", "seen_by_iro_on": "2026-11-20", "more": 1}, newer)
    taken_out = line.add({"helps_me": "Biscuit", "more": 1}, newer)
    (change,) = line.history(taken_out).step(taken_out.version_id, telling).changes
    assert (change.before, change.after) == ("2026-11-20", "")


def test_a_type_only_a_newer_heard_knows_still_has_a_history(desk: Desk, telling: Telling) -> None:
    line = Line(desk, "dream_house")
    first = line.add({"rooms": 2})
    choice = OpenChoice("rooms", "lost", 4, "ben", "2026-11-23T09:00:00.000Z")
    then = line.add({"rooms": 3}, first, open_choices=(choice,))
    step = line.history(then).step(then.version_id, telling)
    assert [(one.label, one.before, one.after) for one in step.changes] == [("Rooms", "2", "3")]
    assert "Two texts of “Rooms” stand side by side from here on." in step.deeds
    assert body_of_version(then) == {"rooms": 3}


def test_two_lines_that_came_together_are_shown_as_two(line: Line, telling: Telling, clock: Any) -> None:
    root = line.add({"helps_me": "Biscuit"})
    theirs = line.add({"helps_me": "Biscuit", "my_hopes": "a bike"}, root, by="amy")
    mine = line.add({"helps_me": "Biscuit\nNan"}, root)
    merge = line.add({"helps_me": "Biscuit\nNan", "my_hopes": "a bike"}, theirs, mine)
    after = line.add({"helps_me": "Nan", "my_hopes": "a bike"}, merge)
    history = line.history(after)
    assert history.apart == {mine.version_id: merge.version_id}
    step = history.step(merge.version_id, telling)
    assert [one.field for one in step.changes] == ["helps_me"], "what came in from the other line"
    when = telling.when(mine.written_at)
    assert step.deeds == (f"Two lines came together: what Amy wrote {when}, and what Ben wrote {when}.",)
    assert len(history) == 5
    assert history.is_whole


def test_lines_that_met_twice_are_each_told_of_where_they_met(line: Line) -> None:
    root = line.add({"helps_me": "a"})
    one, other = line.add({"helps_me": "b"}, root), line.add({"helps_me": "c"}, root)
    met = line.add({"helps_me": "d"}, one, other)
    further, beside = line.add({"helps_me": "e"}, met), line.add({"helps_me": "f"}, other)
    again = line.add({"helps_me": "g"}, further, beside)
    assert line.history(again).apart == {other.version_id: met.version_id, beside.version_id: again.version_id}


def test_what_waits_or_is_held_and_no_part_of_the_record_stands_beside_it(line: Line) -> None:
    root = line.add({"helps_me": "a"})
    held = line.add({"helps_me": "b"}, root, state=HELD)
    head = line.add({"helps_me": "c"}, root)
    assert line.history(head).apart == {held.version_id: ""}
    waiting = line.add({"helps_me": "d"}, head, state=SAVED)
    assert line.history(waiting).apart == {held.version_id: ""}


def test_behind_a_gap_an_older_version_is_not_taken_for_one_written_beside(line: Line, telling: Telling) -> None:
    older = line.add({"helps_me": "a"})
    between = line.add({"helps_me": "b"}, older)
    later = line.add({"helps_me": "c"}, between)
    held = line.add({"helps_me": "d"}, older, state=HELD)
    line.kept = [one for one in line.kept if one.version != between]
    history = line.history(later)
    assert not history.is_whole
    assert history.apart == {held.version_id: ""}
    step = history.step(later.version_id, telling)
    assert (step.is_start_unknown, step.changes, step.deeds) == (True, (), ())


def test_a_merge_of_which_a_side_is_not_here_says_only_what_is_known(line: Line, telling: Telling) -> None:
    root = line.add({"helps_me": "a"})
    other = line.add({"helps_me": "b"}, root)
    merge = line.add({"helps_me": "c"}, root, other)
    line.kept = [one for one in line.kept if one.version != other]
    assert line.history(merge).step(merge.version_id, telling).deeds == (
        "Two lines that were written apart came together here.",
    )


def test_taking_a_record_back_is_told_as_what_it_says_again(line: Line, telling: Telling, clock: Any) -> None:
    first = line.add({"helps_me": "a"})
    clock.advance(hours=2)
    second = line.add({"helps_me": "b"}, first)
    again = line.add({"helps_me": "a"}, second)
    assert line.history(again).step(again.version_id, telling).deeds == (
        f"It says again what stood {telling.when(first.written_at)}.",
    )
    assert telling.when("no stamp") == ""


def test_the_order_is_the_councils_and_no_clocks_and_no_matter_how_they_came(line: Line, clock: Any) -> None:
    made = [line.add({"helps_me": "0"})]
    for number in range(1, 8):
        clock.advance(hours=-3)
        made.append(line.add({"helps_me": str(number)}, made[-1]))
    waiting = line.add({"helps_me": "mine"}, made[-1], state=SAVED)
    wanted = [one.version_id for one in reversed([*made, waiting])]
    for seed in range(5):
        mixed = list(line.kept)
        random.Random(seed).shuffle(mixed)
        history = History.of(mixed, waiting.version_id)
        assert list(history.order) == wanted
    assert history.is_clock_behind(made[3].version_id)
    assert not history.is_clock_behind(made[0].version_id)


def test_on_which_laptop_it_was_written_is_said_where_it_is_known(line: Line) -> None:
    first = line.add({"helps_me": "a"}, by="amy", device_id="hers")
    here = line.add({"helps_me": "b"}, first, by="amy", device_id="here")
    bens = line.add({"helps_me": "c"}, here, device_id="bens")
    history = line.history(bens)
    assert history.laptop_words(here.version_id, "here") == "on this laptop"
    assert history.laptop_words(first.version_id, "here") == "on another laptop"
    assert history.laptop_words(bens.version_id, "here") == ""
    second = line.add({"helps_me": "d"}, bens, device_id="bens other")
    history = line.history(second)
    assert [history.laptop_words(one.version_id, "here") for one in (bens, second)] == ["", "on another laptop"]


def test_hundreds_of_versions_are_ordered_at_once_and_told_one_by_one(
    line: Line, telling: Telling, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [line.add({"helps_me": "0"})]
    for number in range(1, 400):
        made.append(line.add({"helps_me": str(number)}, made[-1]))
    read: list[Version] = []
    body = Version.read_body
    monkeypatch.setattr(Version, "read_body", lambda one: read.append(one) or body(one))
    history = line.history(made[-1])
    assert len(history) == 400
    assert read == [], "no body is read for those nobody looks at"
    history.step(made[-1].version_id, telling)
    assert len(read) == 2


def test_a_casebook_tells_how_each_version_stands_with_the_server(desk: Desk) -> None:
    theirs = desk.make({"helps_me": "Biscuit"})
    desk.take(theirs)
    draft = desk.draft(theirs.record_id)
    assert [(one.version, one.seq, one.state) for one in desk.book.kept(draft.record_id)] == [(theirs, 1, SENT)]
    desk.write(draft, helps_me="Biscuit, and Nan")
    mine = desk.cut(draft.record_id)
    kept = desk.book.kept(draft.record_id)
    assert [(one.version.version_id, one.state) for one in kept] == [
        (theirs.version_id, SENT),
        (mine.version_id, SAVED),
    ]
    desk.book.exchange.settle([receipt(mine, "held", reason="The child has moved.")]).result()
    assert [(one.state, one.held_reason) for one in desk.book.kept(draft.record_id)][-1] == (
        HELD,
        "The child has moved.",
    )
    assert desk.book.kept("nothing we hold") == []


def test_a_history_fetched_twice_is_kept_once_and_a_record_that_must_be_hidden_has_none(desk: Desk) -> None:
    first = desk.make({"helps_me": "a"})
    then = desk.make({"helps_me": "b"}, first)
    desk.take(then, scopes={then.scope_id: "social_worker"})
    assert not History.of(desk.book.kept(then.record_id), then.version_id).is_whole
    for _ in range(2):
        desk.book.exchange.keep_history([arrival(1, first), arrival(2, then)]).result()
    history = History.of(desk.book.kept(then.record_id), then.version_id)
    assert history.is_whole
    assert list(history.order) == [then.version_id, first.version_id]
    desk.take(scopes={})
    assert desk.book.kept(then.record_id) == []


def test_a_version_kept_before_learns_its_place_when_history_is_fetched(desk: Desk) -> None:
    base = desk.make({"helps_me": "a"})
    then = desk.make({"helps_me": "b"}, base)
    desk.take(then)
    desk.book.exchange.keep_history([arrival(0, base)]).result()
    for told, known in ((0, 0), (7, 7), (0, 7)):
        desk.book.exchange.keep_history([arrival(told, base)]).result()
        assert {one.version.version_id: one.seq for one in desk.book.kept(base.record_id)}[base.version_id] == known


def receipt(version: Version, outcome: str, **more: Any) -> Any:
    from models.exchange import Receipt

    return Receipt(version.version_id, outcome, **more)


def arrival(seq: int, version: Version) -> Any:
    from models.exchange import Arrival

    return Arrival(seq, version)


# --- using a version again ----------------------------------------------------------------------------------------


def test_a_version_used_again_is_a_new_version_with_nothing_removed(desk: Desk) -> None:
    draft = desk.begin("this_is_me", helps_me="Biscuit  \n  and “Nan”", my_hopes="a bike")
    first = desk.cut(draft.record_id)
    desk.write(draft, helps_me="Quiet", my_hopes=None)
    second = desk.cut(draft.record_id)
    entry = desk.book.restore(draft.record_id, first.version_id, over=second.version_id).result()
    assert entry.body == first.read_body(), "verbatim, to the last space"
    history = desk.book.history(draft.record_id)
    assert [one.version_id for one in history[:2]] == [first.version_id, second.version_id]
    assert history[-1].parents == (second.version_id,)
    assert history[-1].body_bytes() == first.body_bytes()
    assert [hit.entry.record_id for hit in desk.book.find("Biscuit")] == [draft.record_id]
    assert desk.book.find("Quiet") == []
    assert "restore" in audited(desk)
    assert desk.book.exchange.to_send(10)[-1] == history[-1]
    desk.book.restore(draft.record_id, second.version_id, over=history[-1].version_id).result()
    assert desk.body(draft.record_id) == second.read_body()
    assert len(desk.book.history(draft.record_id)) == 4


def audited(desk: Desk) -> list[str]:
    return desk.book._desk.read(lambda one: list(one.exec_driver_sql("SELECT what FROM audit").scalars()))


def test_using_what_already_stands_makes_no_version(desk: Desk) -> None:
    draft = desk.begin("this_is_me", helps_me="Biscuit")
    only = desk.cut(draft.record_id)
    desk.book.restore(draft.record_id, only.version_id).result()
    assert desk.book.history(draft.record_id) == [only]


def test_what_is_being_written_becomes_a_version_before_another_is_used_again(desk: Desk) -> None:
    draft = desk.begin("this_is_me", helps_me="Biscuit")
    first = desk.cut(draft.record_id)
    desk.write(draft, helps_me="Nan")
    desk.book.restore(draft.record_id, first.version_id).result()
    assert [one.read_body().get("helps_me") for one in desk.book.history(draft.record_id)] == [
        "Biscuit",
        "Nan",
        "Biscuit",
    ]


def test_only_the_text_comes_back_who_may_read_it_and_open_choices_stay(desk: Desk) -> None:
    first = desk.make({"helps_me": "Biscuit"}, by="amy")
    choice = OpenChoice("my_hopes", "lost", "a bike", "ben", "2026-11-23T09:00:00.000Z")
    now = desk.make(
        {"helps_me": "Nan"}, first, by="amy", audience="worker_and_iro", keep_from=("school",), open_choices=(choice,)
    )
    desk.take(now)
    desk.book.exchange.keep_history([arrival(1, first)]).result()
    entry = desk.book.restore(now.record_id, first.version_id).result()
    assert entry.body == {"helps_me": "Biscuit"}
    assert (entry.audience, entry.keep_from, entry.open_choices) == ("worker_and_iro", ("school",), (choice,))


def test_a_deleted_record_comes_back_with_the_version_used_again(desk: Desk) -> None:
    draft = desk.begin("this_is_me", helps_me="Biscuit")
    first = desk.cut(draft.record_id)
    desk.book.delete(draft.record_id).result()
    assert not desk.book.restore(draft.record_id, first.version_id).result().is_deleted


def raises(future: Any, words: str) -> None:
    from models.errors import Trouble

    with pytest.raises(Trouble, match=words):
        future.result()


def test_no_version_is_used_again_where_the_record_may_not_change(desk: Desk, open_desk: Callable[..., Desk]) -> None:
    note = desk.begin("own_words", words="one", said_on="2026-11-23")
    first = desk.cut(note.record_id)
    desk.write(note, words="two")
    desk.book.finish(note.record_id).result()
    before = desk.book.history(note.record_id)
    raises(desk.book.restore(note.record_id, first.version_id), "is finished")
    assert desk.book.history(note.record_id) == before
    bens = open_desk("ben")
    bens.take(first)
    raises(bens.book.restore(note.record_id, first.version_id), "another worker")


def test_a_version_that_is_not_here_or_cannot_be_read_is_not_used_again(desk: Desk) -> None:
    first = desk.make({"helps_me": "a"})
    newer = desk.make({"helps_me": "b"}, first, schema=99)
    gone = msgspec.structs.replace(desk.make({}, newer), is_erased=True, salt=None, body=NO_BODY)
    now = desk.make({"helps_me": "c"}, gone)
    desk.take(now)
    raises(desk.book.restore(now.record_id, first.version_id), "not on this laptop")
    desk.book.exchange.keep_history([arrival(1, newer), arrival(2, gone)]).result()
    raises(desk.book.restore(now.record_id, newer.version_id), "newer Heard")
    raises(desk.book.restore(now.record_id, gone.version_id), "not on this laptop")
    raises(desk.book.restore(now.record_id, first.version_id, over="what stood before"), "just changed")
    raises(desk.book.restore("nothing we hold", first.version_id), "just changed")
    assert desk.body(now.record_id) == {"helps_me": "c"}


def test_a_version_of_an_older_schema_is_brought_up_when_it_is_used_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from models.record import declaration_of

    declaration = declaration_of("this_is_me")
    assert declaration is not None
    old = desk.make({"helps_me": "Biscuit"}, schema=0)
    monkeypatch.setattr(
        type(declaration), "upgrade", lambda _self, body, schema: {**body, "my_hopes": f"from {schema}"}
    )
    now = desk.make({"helps_me": "Nan"}, old)
    desk.take(now)
    desk.book.exchange.keep_history([arrival(1, old)]).result()
    assert desk.book.restore(now.record_id, old.version_id).result().body == {
        "helps_me": "Biscuit",
        "my_hopes": "from 0",
    }
    assert body_of_version(old) == {"helps_me": "Biscuit", "my_hopes": "from 0"}
    assert msgspec.json.decode(old.body) == {"helps_me": "Biscuit"}
