"""Where two texts differ, word by word, and how both can be kept; for choosing between two versions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from models.fields import Field, Kind

_TOKEN = re.compile(r"\w+(?:[’']\w+)*|\s+|[^\w\s]")
MOST_TOKENS = 4_000
"""Beyond this, comparing word by word would hold the screen up: the stretch is then marked as a whole."""

LINES_WHOLE = 8
"""A text of more lines than this is shown around what changed in it."""

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Difference:
    """The places, as (start, end) in characters, that each text has and the other has not."""

    only_first: tuple[Span, ...]
    only_second: tuple[Span, ...]


def differences(first: str, second: str) -> Difference:
    """Compare two texts: by line first, then by word within the lines that differ."""
    lines_a, lines_b = first.splitlines(keepends=True), second.splitlines(keepends=True)
    starts_a, starts_b = _starts(lines_a), _starts(lines_b)
    found_a: list[Span] = []
    found_b: list[Span] = []
    for tag, a1, a2, b1, b2 in SequenceMatcher(None, lines_a, lines_b, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        ours, theirs = "".join(lines_a[a1:a2]), "".join(lines_b[b1:b2])
        marked = _by_word(ours, theirs)
        found_a += [(start + starts_a[a1], end + starts_a[a1]) for start, end in marked.only_first]
        found_b += [(start + starts_b[b1], end + starts_b[b1]) for start, end in marked.only_second]
    return Difference(_joined(found_a, first), _joined(found_b, second))


def _starts(parts: list[str]) -> list[int]:
    found = [0]
    for part in parts:
        found.append(found[-1] + len(part))
    return found


def _by_word(first: str, second: str) -> Difference:
    words_a, words_b = _TOKEN.findall(first), _TOKEN.findall(second)
    if max(len(words_a), len(words_b)) > MOST_TOKENS:
        return Difference(((0, len(first)),), ((0, len(second)),))
    starts_a, starts_b = _starts(words_a), _starts(words_b)
    only_a: list[Span] = []
    only_b: list[Span] = []
    for tag, a1, a2, b1, b2 in SequenceMatcher(None, words_a, words_b, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        only_a.append((starts_a[a1], starts_a[a2]))
        only_b.append((starts_b[b1], starts_b[b2]))
    return Difference(tuple(only_a), tuple(only_b))


def _joined(spans: list[Span], text: str) -> tuple[Span, ...]:
    """Join marks with nothing but spaces between them, and leave out those that mark nothing but spaces."""
    found: list[Span] = []
    for start, end in spans:
        if not text[start:end].strip():
            continue
        if found and not text[found[-1][1] : start].strip():
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return tuple(_trimmed(start, end, text) for start, end in found)


def _trimmed(start: int, end: int, text: str) -> Span:
    part = text[start:end]
    return start + len(part) - len(part.lstrip()), end - len(part) + len(part.rstrip())


def part_around(text: str, spans: tuple[Span, ...]) -> tuple[str, tuple[Span, ...]]:
    """The lines of a long text that hold a mark, each with its neighbours, and "…" for what is left out between.

    A text of few lines, or without a mark, stays whole. Somebody's own words are quoted whole: never give those.
    """
    lines = text.split("\n")
    if len(lines) <= LINES_WHOLE or not spans:
        return text, spans
    starts = _starts([f"{line}\n" for line in lines])
    marked = {
        at for at in range(len(lines)) if any(start < starts[at + 1] and end > starts[at] for start, end in spans)
    }
    shown = sorted({near for at in marked for near in (at - 1, at, at + 1) if 0 <= near < len(lines)})
    parts: list[str] = []
    found: list[Span] = []
    size, last = 0, -1
    for at in shown:
        if at != last + 1:
            parts.append("…")
            size += 2
        shift = size - starts[at]
        for start, end in spans:
            inside = (max(start, starts[at]), min(end, starts[at] + len(lines[at])))
            if inside[0] < inside[1]:
                found.append((inside[0] + shift, inside[1] + shift))
        parts.append(lines[at])
        size += len(lines[at]) + 1
        last = at
    if last != len(lines) - 1:
        parts.append("…")
    return "\n".join(parts), tuple(found)


def can_keep_both(field: Field) -> bool:
    """Say whether a field can hold both texts at once: prose, exact words of more than a line, and lists of codes."""
    return field.kind in (Kind.PROSE, Kind.FLAGS)


def keep_both(field: Field, first: Any, second: Any) -> Any:
    """Both values in one: prose as paragraphs, each once; exact words each on a line, unchanged; codes united.

    Raises ValueError for a field that holds only one answer.
    """
    if not can_keep_both(field):
        raise ValueError(f"{field.name} holds one answer")
    if field.kind is Kind.FLAGS:
        return sorted({*(first or ()), *(second or ())})
    if field.is_verbatim:
        return "\n".join(str(text) for text in (first, second) if text)
    ours, theirs = str(first or "").split("\n"), str(second or "").split("\n")
    both: list[str] = []
    for tag, a1, a2, b1, b2 in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        both += ours[a1:a2]
        if tag != "equal":
            both += theirs[b1:b2]
    return "\n".join(both)
