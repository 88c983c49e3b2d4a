"""The process that holds the dictionary: reads questions as JSON lines, answers each, and ends when its input does."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import IO, Any

LONGEST_LINE = 1_000_000


def run(asked: IO[str] | None = None, told: IO[str] | None = None) -> int:
    """Answer until there is nothing more to read. Nothing that is asked is written anywhere."""
    from desktop.platform import current
    from models.spelling import Speller

    current().harden_process()
    asked, told = asked or sys.stdin, told or sys.stdout
    speller = Speller()
    _say(told, {"is_ready": True})
    while line := asked.readline(LONGEST_LINE):
        _say(told, answer(speller, json.loads(line)))
    return 0


def answer(speller: Any, question: dict[str, Any]) -> dict[str, Any]:
    """``check`` has a list of words and is answered with a list of truths; ``suggest`` one word, and others near it."""
    if "check" in question:
        return {"known": [speller.knows(word) for word in _words(question["check"])]}
    return {"suggestions": speller.suggest(str(question["suggest"]), _words(question.get("also", ())))}


def _words(given: Iterable[object]) -> list[str]:
    return [str(word) for word in given]


def _say(told: IO[str], what: dict[str, Any]) -> None:
    told.write(json.dumps(what) + "\n")
    told.flush()
