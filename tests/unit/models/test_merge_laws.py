"""The laws of design 7, for any edits that two or three people make apart; and the faults these laws must catch."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import wraps
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import merge as merging
from models.fields import MergeRule, is_empty
from models.merge import NOTHING, Merged, Side, merge
from models.version import OpenChoice

RULES = {
    "prose": MergeRule.PARAGRAPHS,
    "words": MergeRule.CHOOSE,
    "told_by": MergeRule.UNION,
    "place": MergeRule.CHOOSE,
    "days": MergeRule.CHOOSE,
    "seen": MergeRule.CHOOSE,
}
"""As a declaration gives them: worker's prose, verbatim, flags, choice, number and tick. ``from_afar`` has no rule."""
NAMES = (*RULES, "from_afar")
AUDIENCES = ("everyone_on_record", "worker_and_iro", "protected", "only_author")
TRIES = settings(max_examples=300)
SEEDS = st.integers(0, (1 << 32) - 1)


class Making:
    """Makes up what people write, from one number: quicker than drawing each choice, and the number repeats it."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def coin(self, share: float = 0.5) -> bool:
        return self.chance.random() < share

    def some(self, of: Sequence[str], share: float = 0.5) -> list[str]:
        return sorted(one for one in of if self.coin(share))

    def text(self, mark: str) -> str:
        lines = [f"{mark}{number}" for number in range(self.chance.randrange(5))]
        return ("\n\n" if self.coin() else "\n").join(lines)

    def value(self, name: str, mark: str) -> Any:
        if name in ("prose", "words"):
            return self.text(mark)
        if name == "told_by":
            return self.some("abcdef")
        if name == "seen":
            return self.chance.choice([None, True, False])
        if name == "days":
            return self.chance.choice([None, 0, 1, 7, 2.5])
        return self.chance.choice(["", f"{mark}1", f"{mark}2"])

    def edited(self, text: str, mark: str) -> str:
        """Some lines deleted, changed or added: what one person does to a text."""
        lines = text.split("\n") if text else []
        for number in range(self.chance.choice([1, 1, 1, 2, 3])):
            act = self.chance.choice(["add", "add", "change", "change", "delete", "delete", "clear"])
            at = self.chance.randint(0, len(lines))
            if act == "add":
                lines[at:at] = [f"{mark}{number}"] if self.coin() else ["", f"{mark}{number}"]
            elif act == "clear":
                lines = lines if self.coin(0.7) else []
            elif at < len(lines):
                lines[at : at + 1] = [] if act == "delete" else [f"{lines[at]} {mark}{number}".strip()]
        return "\n".join(lines)

    def base(self) -> Side:
        if self.coin(0.1):
            return NOTHING
        body = {name: self.value(name, "o") for name in self.some(NAMES, 0.8)}
        return Side(
            version_id="version of o",
            body={name: value for name, value in body.items() if not is_empty(value)},
            author_id="worker o",
            open_choices=tuple(
                OpenChoice(name, f"old {name}", f"left open {name}", "worker o", "")
                for name in self.some(("prose", "words"), 0.3)
            ),
            audience=self.chance.choice(AUDIENCES),
            keep_from=tuple(self.some(("parents", "school"))),
            is_deleted=self.coin(0.1),
        )

    def grown(self, start: Side, mark: str) -> Side:
        """What ``start`` became in somebody's hands."""
        body = dict(start.body)
        for name in self.some(NAMES, 0.6):
            is_text = name in ("prose", "words")
            value = self.edited(str(body.get(name) or ""), mark) if is_text else self.value(name, mark)
            body.pop(name, None)
            if not is_empty(value):
                body[name] = value
        choices = []
        for choice in start.open_choices:
            act = self.chance.choice(["leave", "settle", "grow"])
            if act != "settle":
                words = f"{choice.value} {mark}more" if act == "grow" else choice.value
                choices.append(OpenChoice(choice.field, choice.losing_version_id, words, choice.author_id, ""))
        return replace(
            start,
            version_id=f"version of {mark}",
            author_id=f"worker {mark}",
            body=start.body if self.coin(0.1) else body,
            open_choices=tuple(choices),
            is_deleted=start.is_deleted != self.coin(0.2),
            is_finished=self.coin(0.2) and not choices,
            audience=self.chance.choice([start.audience, "worker_and_iro", "only_author"]),
            keep_from=tuple(self.some(("parents", "school", "carers"))),
        )

    def apart(self, count: int = 2) -> tuple[Side, ...]:
        """A base, and what ``count`` people made of it while apart."""
        base = self.base()
        return (base, *(self.grown(base, mark) for mark in "abc"[:count]))


def any_two(law: Callable[[tuple[Side, ...]], None]) -> Callable[[], None]:
    """Hold a law over two people's edits, made up anew for each number."""

    @wraps(law)
    def hold(seed: int) -> None:
        law(Making(seed).apart())

    del hold.__wrapped__
    return TRIES(given(SEEDS)(hold))


def as_side(merged: Merged, version_id: str = "merged") -> Side:
    """The version that a merge makes."""
    names = ("body", "open_choices", "is_finished", "is_deleted", "audience", "keep_from", "about")
    return Side(version_id=version_id, author_id="worker m", **{name: getattr(merged, name) for name in names})


def tokens_of(value: Any) -> set[str]:
    """Every word somebody typed, wherever it lies in a value."""
    if isinstance(value, str):
        return set(value.split())
    if isinstance(value, list | tuple):
        return set().union(*(tokens_of(one) for one in value)) if value else set()
    return set()


def tokens_in(one: Side | Merged) -> set[str]:
    found = [tokens_of(value) for value in one.body.values()]
    return set().union(*found, *(tokens_of(choice.value) for choice in one.open_choices))


def same(one: Any, other: Any) -> bool:
    return (is_empty(one) and is_empty(other)) or (type(one), one) == (type(other), other)


# --- the laws -----------------------------------------------------------------------------------------------------


@any_two
def test_a_change_made_on_one_side_only_is_never_altered(three: tuple[Side, ...]) -> None:
    base, mine, head = three
    merged = merge(RULES, base, mine, head)
    for name in NAMES:
        was, my, their = (one.body.get(name) for one in (base, mine, head))
        if same(my, was):
            assert same(merged.body.get(name), their)
        elif same(their, was):
            assert same(merged.body.get(name), my)


@any_two
def test_a_merge_with_itself_with_the_base_or_done_again_changes_nothing(three: tuple[Side, ...]) -> None:
    base, mine, head = three
    for one, other in ((mine, mine), (mine, base), (base, mine)):
        merged = merge(RULES, base, one, other)
        assert (merged.body, merged.open_choices, merged.is_deleted, merged.is_finished, merged.audience) == (
            mine.body,
            tuple(sorted(mine.open_choices, key=lambda choice: (choice.field, choice.losing_version_id))),
            mine.is_deleted,
            mine.is_finished,
            mine.audience,
        )
    once = as_side(merge(RULES, base, mine, head))
    # The version that a merge makes has the head among its parents, which is then the base.
    assert as_side(merge(RULES, head, once, head)) == once
    assert as_side(merge(RULES, head, head, once)) == once


@any_two
def test_a_merge_is_pure_and_blind_to_the_order_of_keys(three: tuple[Side, ...]) -> None:
    def turned(one: Side) -> Side:
        return replace(one, body={name: one.body[name] for name in reversed(list(one.body))})

    before = [replace(one, body=dict(one.body)) for one in three]
    merged = merge(RULES, *three)
    assert merge(RULES, *(turned(one) for one in three)) == merged
    assert list(three) == before
    for name in three[0].body.keys() & three[1].body.keys() & three[2].body.keys():
        # No field's outcome depends on what else is in the record.
        alone = [replace(one, body={name: one.body[name]}, open_choices=()) for one in three]
        assert same(merge(RULES, *alone).body.get(name), merged.body.get(name))


@TRIES
@given(SEEDS)
def test_one_laptop_that_edits_many_times_never_conflicts_with_itself(seed: int) -> None:
    making = Making(seed)
    chain = [making.base()]
    for mark in "abc":
        chain.append(making.grown(chain[-1], mark))
    for at, older in enumerate(chain):
        merged = merge(RULES, older, chain[-1], older)
        assert merged.body == chain[-1].body, at
        assert not merged.mixed
        assert {choice.value for choice in merged.open_choices} == {choice.value for choice in chain[-1].open_choices}


@any_two
def test_every_word_typed_on_either_side_stands_in_the_outcome_or_in_an_open_choice(three: tuple[Side, ...]) -> None:
    base, mine, head = three
    merged = merge(RULES, base, mine, head)
    typed = (tokens_in(mine) | tokens_in(head)) - tokens_in(base) - set("abcdef")
    assert typed <= tokens_in(merged)


@any_two
def test_a_merge_that_is_not_clean_leaves_the_heads_text_and_one_choice_a_field(three: tuple[Side, ...]) -> None:
    base, mine, head = three
    merged = merge(RULES, base, mine, head)
    fresh = [choice for choice in merged.open_choices if choice.losing_version_id == mine.version_id]
    assert len({choice.field for choice in fresh}) == len(fresh)
    for choice in fresh:
        assert same(merged.body.get(choice.field), head.body.get(choice.field))
        assert same(choice.value, mine.body.get(choice.field))
        assert choice.author_id == mine.author_id
    keys = [(choice.field, choice.losing_version_id) for choice in merged.open_choices]
    assert len(set(keys)) == len(keys)
    assert not (merged.is_finished and merged.open_choices)


@any_two
def test_verbatim_text_in_the_outcome_is_one_that_somebody_really_wrote(three: tuple[Side, ...]) -> None:
    merged = merge(RULES, *three)
    for name in ("words", "place", "days", "seen", "from_afar"):
        assert any(same(merged.body.get(name), one.body.get(name)) for one in three)


@any_two
def test_a_line_deleted_on_one_side_and_left_alone_on_the_other_does_not_come_back(three: tuple[Side, ...]) -> None:
    base, mine, head = three
    merged = merge(RULES, base, mine, head)
    was, my, their = (str(one.body.get("prose") or "").split("\n") for one in (base, mine, head))
    if merged.mixed:
        for line in set(was) - {""}:
            gone = was.count(line) == 1 and (line in my) != (line in their)
            assert not gone or line not in str(merged.body.get("prose") or "").split("\n")


@any_two
def test_sets_unite_what_was_added_less_what_was_removed(three: tuple[Side, ...]) -> None:
    was, my, their = (set(one.body.get("told_by") or ()) for one in three)
    merged = merge(RULES, *three)
    assert set(merged.body.get("told_by") or ()) == (my | their) - (was - my) - (was - their)
    assert not any(choice.field == "told_by" for choice in merged.open_choices)


@any_two
def test_the_outcome_is_never_open_to_more_people_than_the_narrower_wish(three: tuple[Side, ...]) -> None:
    order = ["", "everyone_on_record", "worker_and_iro", "protected", "only_author"]
    base, mine, head = three
    merged = merge(RULES, base, mine, head)
    changed = [one.audience for one in (mine, head) if one.audience != base.audience]
    assert merged.audience == max(changed, key=order.index, default=base.audience)
    assert set(merged.keep_from) >= (set(mine.keep_from) | set(head.keep_from)) - set(base.keep_from)


@TRIES
@given(SEEDS, st.permutations([0, 1, 2]))
def test_three_laptops_keep_all_three_texts_in_whatever_order_they_come(seed: int, order: list[int]) -> None:
    base, *three = Making(seed).apart(3)
    people = [three[at] for at in order]
    head = people[0]
    for number, mine in enumerate(people[1:]):
        head = as_side(merge(RULES, base, mine, head), f"merged {number}")
    typed = set().union(*(tokens_in(one) for one in people)) - tokens_in(base) - set("abcdef")
    assert typed <= tokens_in(head)
    keys = [(choice.field, choice.losing_version_id) for choice in head.open_choices]
    assert len(set(keys)) == len(keys)


def test_three_texts_in_one_place_are_one_that_stands_and_two_choices_never_one() -> None:
    base = Side("o", {"words": "Grandad"})
    a, b, c = (Side(mark, {"words": f"Grandad {mark}"}, author_id=mark) for mark in "abc")
    first = as_side(merge(RULES, base, b, a), "m1")
    second = merge(RULES, base, c, first)
    assert second.body == {"words": "Grandad a"}
    assert [(one.field, one.losing_version_id, one.value) for one in second.open_choices] == [
        ("words", "b", "Grandad b"),
        ("words", "c", "Grandad c"),
    ]


@any_two
def test_a_delete_stands_only_where_the_other_side_changed_nothing(three: tuple[Side, ...]) -> None:
    base, mine, head = three
    merged = merge(RULES, base, mine, head)
    if mine.is_deleted == head.is_deleted:
        assert merged.is_deleted == head.is_deleted
        assert not merged.has_beaten_delete
        return
    kept = head if mine.is_deleted else mine
    has_edit = (kept.body, kept.open_choices, kept.is_finished) != (base.body, base.open_choices, base.is_finished)
    assert merged.is_deleted == (not base.is_deleted and not has_edit)
    assert merged.has_beaten_delete == (not base.is_deleted and has_edit)


# --- the test of the test: faults that these laws must catch ------------------------------------------------------


def _breaks(law: Callable[..., None]) -> bool:
    """Say whether a law, run as it is, fails now."""
    try:
        law()
    except (AssertionError, BaseExceptionGroup):
        return True
    return False


def latest_wins_on_prose(rule: MergeRule, base: Any, mine: Any, head: Any) -> tuple[Any, bool]:
    if rule is MergeRule.PARAGRAPHS:
        return (mine, True) if not merging._same(mine, base) else (head, True)
    return REAL_MERGE(rule, base, mine, head)


def verbatim_merged(rule: MergeRule, base: Any, mine: Any, head: Any) -> tuple[Any, bool]:
    texts = all(isinstance(one, str) for one in (base, mine, head))
    return REAL_MERGE(MergeRule.PARAGRAPHS if texts else rule, base, mine, head)


def loser_dropped(rule: MergeRule, base: Any, mine: Any, head: Any) -> tuple[Any, bool]:
    return REAL_MERGE(rule, base, mine, head)[0], True


def base_forgotten(rule: MergeRule, base: Any, mine: Any, head: Any) -> tuple[Any, bool]:
    return REAL_MERGE(rule, None, mine, head)


def deletions_undone(rule: MergeRule, base: Any, mine: Any, head: Any) -> tuple[Any, bool]:
    value, is_clean = REAL_MERGE(rule, base, mine, head)
    if rule is MergeRule.PARAGRAPHS and is_clean and value not in (mine, head):
        value = "\n".join(dict.fromkeys([*str(base).split("\n"), *str(value).split("\n")]))
    return value, is_clean


REAL_MERGE = merging.merge_value
FAULTS = [
    (latest_wins_on_prose, test_every_word_typed_on_either_side_stands_in_the_outcome_or_in_an_open_choice),
    (verbatim_merged, test_verbatim_text_in_the_outcome_is_one_that_somebody_really_wrote),
    (loser_dropped, test_every_word_typed_on_either_side_stands_in_the_outcome_or_in_an_open_choice),
    (base_forgotten, test_a_change_made_on_one_side_only_is_never_altered),
    (deletions_undone, test_a_line_deleted_on_one_side_and_left_alone_on_the_other_does_not_come_back),
]


@pytest.fixture
def plant(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    return lambda fault: monkeypatch.setattr(merging, "merge_value", fault)


@pytest.mark.parametrize(("fault", "law"), FAULTS, ids=lambda one: one.__name__)
def test_a_planted_fault_breaks_the_law_it_offends(plant: Callable[[Any], None], fault: Any, law: Any) -> None:
    plant(fault)
    assert _breaks(law), f"{law.__name__} let {fault.__name__} pass"


@pytest.mark.parametrize("law", [law for _fault, law in FAULTS], ids=lambda one: one.__name__)
def test_each_law_holds_once_the_fault_is_gone(law: Any) -> None:
    assert not _breaks(law)
