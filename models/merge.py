"""Three-way merge by each field's rule: pure, the same on every laptop, and no text is ever dropped (design 7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from models.fields import MergeRule, is_empty
from models.version import Body, OpenChoice

_NARROWNESS = {"everyone_on_record": 0, "worker_and_iro": 1, "protected": 2, "only_author": 3}


@dataclass(frozen=True, slots=True)
class Side:
    """One state to merge: a version's body and the parts of its envelope that merge."""

    version_id: str
    body: Body
    author_id: str = ""
    written_at: str = ""
    open_choices: tuple[OpenChoice, ...] = ()
    is_finished: bool = False
    is_deleted: bool = False
    audience: str = ""
    keep_from: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)


NOTHING = Side(version_id="", body={})
"""The base of two sides with no common parent."""


@dataclass(frozen=True, slots=True)
class Merged:
    """The outcome. ``mixed`` names prose fields that now hold both authors' paragraphs; both are told."""

    body: Body
    open_choices: tuple[OpenChoice, ...]
    is_finished: bool
    is_deleted: bool
    audience: str
    keep_from: tuple[str, ...]
    about: tuple[str, ...]
    more: Mapping[str, Any]
    mixed: tuple[str, ...] = ()
    has_beaten_delete: bool = False


def merge(rules: Mapping[str, MergeRule], base: Side, mine: Side, head: Side) -> Merged:
    """Merge ``mine`` into the server's ``head``. ``rules`` holds the rule of each known field.

    A key without a rule (one a newer Heard wrote) follows CHOOSE: the head's stands, the other is kept.
    """
    body: Body = {}
    choices = _merge_choices(base, mine, head)
    mixed = []
    for name in sorted({*base.body, *mine.body, *head.body}):
        rule = rules.get(name, MergeRule.CHOOSE)
        base_value, my_value, head_value = (side.body.get(name) for side in (base, mine, head))
        value, is_clean = merge_value(rule, base_value, my_value, head_value)
        if not is_clean:
            choices = _with_choice(
                choices, OpenChoice(name, mine.version_id, my_value, mine.author_id, mine.written_at)
            )
        elif rule is MergeRule.PARAGRAPHS and value not in (my_value, head_value):
            mixed.append(name)
        if not is_empty(value):
            body[name] = value
    is_deleted, has_beaten_delete = _merge_deleted(base, mine, head)
    return Merged(
        body=body,
        open_choices=tuple(sorted(choices, key=lambda choice: (choice.field, choice.losing_version_id))),
        is_finished=(mine.is_finished or head.is_finished) and not choices,
        is_deleted=is_deleted,
        audience=_merge_audience(base.audience, mine.audience, head.audience),
        keep_from=_merge_set(base.keep_from, mine.keep_from, head.keep_from),
        about=_merge_set(base.about, mine.about, head.about),
        more=_merge_more(base.more, mine.more, head.more),
        mixed=tuple(mixed),
        has_beaten_delete=has_beaten_delete,
    )


def merge_value(rule: MergeRule, base: Any, mine: Any, head: Any) -> tuple[Any, bool]:
    """Merge one field's JSON values. Returns the value, and False when the head's stands and mine must be kept."""
    if _same(mine, head) or _same(mine, base):
        return head, True
    if _same(head, base):
        return mine, True
    if rule is MergeRule.UNION and all(_is_set(side) for side in (base, mine, head)):
        return list(_merge_set(tuple(base or ()), tuple(mine or ()), tuple(head or ()))), True
    if rule is MergeRule.PARAGRAPHS and all(isinstance(side, str) or side is None for side in (base, mine, head)):
        merged = merge_paragraphs(base or "", mine or "", head or "")
        if merged is not None:
            return merged, True
    return head, False


def merge_paragraphs(base: str, mine: str, head: str) -> str | None:
    """Merge prose by paragraph (a line is a paragraph). None when both sides changed the same one.

    Paragraphs that both sides added at the same place are both kept, the head's first; but text written by
    both into an empty field, or in place of the same paragraph, is not merged.
    """
    if not base.strip():
        # Without a word to hold on to, the empty lines between paragraphs would interleave two whole texts.
        return None
    base_lines = base.split("\n")
    my_hunks, head_hunks = _hunks(base_lines, mine.split("\n")), _hunks(base_lines, head.split("\n"))
    for mine_hunk in my_hunks:
        if any(_clash(mine_hunk, head_hunk) for head_hunk in head_hunks):
            return None
    shared = [hunk for hunk in my_hunks if hunk in head_hunks]
    todo = [(hunk, 1) for hunk in my_hunks if hunk not in shared] + [(hunk, 0) for hunk in head_hunks]
    # From the end backwards, so that earlier positions stay true; the head's addition goes before mine.
    lines = list(base_lines)
    for hunk, _ in sorted(todo, key=lambda item: (item[0].start, item[0].end, item[1]), reverse=True):
        lines[hunk.start : hunk.end] = hunk.lines
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class _Hunk:
    start: int
    end: int
    lines: tuple[str, ...]


def _hunks(base: list[str], changed: list[str]) -> list[_Hunk]:
    found = []
    for tag, start, end, new_start, new_end in SequenceMatcher(None, base, changed, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        if tag == "replace" and end - start == new_end - new_start:
            # Paragraph for paragraph: neighbours edited by two people must not look like one place.
            pairs = zip(range(start, end), changed[new_start:new_end], strict=True)
            found += [_Hunk(at, at + 1, (line,)) for at, line in pairs]
        else:
            found.append(_Hunk(start, end, tuple(changed[new_start:new_end])))
    return found


def _clash(one: _Hunk, other: _Hunk) -> bool:
    if one == other:
        return False
    if one.start == one.end and other.start == other.end:
        return False
    if one.start == one.end:
        return other.start < one.start < other.end
    if other.start == other.end:
        return one.start < other.start < one.end
    return one.start < other.end and other.start < one.end


def _same(one: Any, other: Any) -> bool:
    if is_empty(one) and is_empty(other):
        return True
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return bool(one == other)


def _is_set(value: Any) -> bool:
    # What a newer Heard or a rogue laptop put there may hold anything; only plain codes can be united.
    return is_empty(value) or (isinstance(value, list | tuple) and all(isinstance(item, str) for item in value))


def _merge_set(base: tuple[str, ...], mine: tuple[str, ...], head: tuple[str, ...]) -> tuple[str, ...]:
    removed = (set(base) - set(mine)) | (set(base) - set(head))
    return tuple(sorted((set(mine) | set(head)) - removed))


def _merge_more(base: Mapping[str, Any], mine: Mapping[str, Any], head: Mapping[str, Any]) -> dict[str, Any]:
    """What one side alone said, took back or changed is so; of two changes the head's stands. None of it is text."""
    changed = {name for name in {*base, *mine} if mine.get(name) != base.get(name) and head.get(name) == base.get(name)}
    found = {name: mine.get(name) if name in changed else head.get(name) for name in sorted({*mine, *head})}
    return {name: value for name, value in found.items() if value is not None}


def _merge_audience(base: str, mine: str, head: str) -> str:
    if mine in (head, base):
        return head
    if head == base:
        return mine
    # Both changed it, differently: the narrower wish is the safe one until a person says otherwise.
    return max((mine, head), key=lambda audience: _NARROWNESS.get(audience, 9))


def _merge_deleted(base: Side, mine: Side, head: Side) -> tuple[bool, bool]:
    """Whether the outcome is deleted, and whether an edit beat a delete it knew nothing of."""
    if mine.is_deleted == head.is_deleted:
        return head.is_deleted, False
    if base.is_deleted:
        # One side brought it back; the other only left it as it was.
        return False, False
    has_edit = _has_edit(base, head if mine.is_deleted else mine)
    return not has_edit, has_edit


def _has_edit(base: Side, side: Side) -> bool:
    """Say whether a side changed what somebody wrote or finished. Who may read it is no edit."""
    return (side.body, side.open_choices, side.is_finished) != (base.body, base.open_choices, base.is_finished)


def _merge_choices(base: Side, mine: Side, head: Side) -> tuple[OpenChoice, ...]:
    """Three-way like everything else: what one side alone opened, let grow or settled is so; no grown text is lost."""

    def keyed(side: Side) -> dict[tuple[str, str], OpenChoice]:
        return {(choice.field, choice.losing_version_id): choice for choice in side.open_choices}

    before, here, there = keyed(base), keyed(mine), keyed(head)
    choices: tuple[OpenChoice, ...] = ()
    for key in sorted(here.keys() | there.keys()):
        old, own, other = before.get(key), here.get(key), there.get(key)
        one = other or own
        assert one is not None
        if old is not None and (own is None or other is None):
            # Settled on one side. If its text grew on the other, that is still somebody's words.
            if not _same(one.value, old.value):
                choices = _with_choice(choices, one)
        elif own is None or other is None or _same(own.value, other.value):
            choices = _with_choice(choices, one)
        elif old is not None and _same(other.value, old.value):
            choices = _with_choice(choices, own)
        else:
            choices = _with_choice(choices, other)
            if old is None or not _same(own.value, old.value):
                choices = _with_choice(choices, own, losing=f"{own.losing_version_id}+{mine.version_id}")
    return choices


def _with_choice(choices: tuple[OpenChoice, ...], choice: OpenChoice, losing: str = "") -> tuple[OpenChoice, ...]:
    if any(kept.field == choice.field and _same(kept.value, choice.value) for kept in choices):
        return choices
    if losing:
        choice = OpenChoice(choice.field, losing, choice.value, choice.author_id, choice.written_at)
    return (*choices, choice)
