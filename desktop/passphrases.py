"""What makes a passphrase good enough: long, and not what everyone else would choose."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

LEAST_CHARACTERS = 12
LEAST_WORDS = 4
MOST_CHARACTERS = 1024

_COMMON = frozenset(
    """
    password passphrase passcode pass word letmein welcome admin administrator login user guest test testing
    secret master access default temp temporary changeme change please open sesame iloveyou love princess dragon
    monkey sunshine football baseball superman batman shadow hello whatever trustno computer laptop internet
    qwerty qwertyuiop asdf asdfgh asdfghjkl zxcv zxcvbnm azerty qaz wsx edc abc abcd abcdef abcdefgh
    january february march april may june july august september october november december
    monday tuesday wednesday thursday friday saturday sunday spring summer autumn winter christmas
    heard council county borough city social worker work care children child family families services service
    safeguarding england london manchester liverpool arsenal chelsea tottenham united rangers celtic everton
    correct horse battery staple the and my is
    """.split()  # noqa: SIM905 - a list of words reads better as words
)
_LEET = str.maketrans("013457$@!", "oieastsai")
_RUNS = ("abcdefghijklmnopqrstuvwxyz", "zyxwvutsrqponmlkjihgfedcba", "qwertyuiopasdfghjklzxcvbnm")
_LEFT_OVER = 4
_DISTINCT = 5


def normalise(passphrase: str) -> str:
    """Bring what was typed or pasted to one form, so that another keyboard or a stray blank at an end opens it too.

    Composed letters (NFC) and plain spaces, as RFC 8265 has it for passwords; case and inner spaces count.
    """
    return re.sub(r"\s", " ", unicodedata.normalize("NFC", passphrase)).strip()


def find_weakness(passphrase: str, own_words: Iterable[str] = ()) -> str | None:
    """Say in plain words what is wrong with a new passphrase, or return None when it will do.

    ``own_words`` are further words that anyone would try first: the worker's name, the council's.
    """
    plain = normalise(passphrase)
    words = plain.split()
    if len(plain) > MOST_CHARACTERS:
        return f"That is longer than Heard can take. Use at most {MOST_CHARACTERS:,} characters."
    if len(plain) < LEAST_CHARACTERS and (len(words) < LEAST_WORDS or len(plain) < LEAST_CHARACTERS - 4):
        return f"Use at least {LEAST_CHARACTERS} characters, or {LEAST_WORDS} words. A short sentence works well."
    if len(set(plain.casefold())) < _DISTINCT:
        return "Use more different letters. The same few again and again are soon guessed."
    if _left_over(plain, own_words) < _LEFT_OVER:
        return "That is one of the first things someone would try. Choose words that only you would put together."
    return None


def _left_over(plain: str, own_words: Iterable[str]) -> int:
    """Count the different letters that stay when common words, runs and numbers are taken out."""
    text = plain.casefold()
    listed = _COMMON.union(part for word in own_words for part in normalise(word).casefold().split())
    return min(_strip_common(text, listed), _strip_common(text.translate(_LEET), listed))


def _strip_common(text: str, listed: frozenset[str]) -> int:
    for word in sorted(listed, key=len, reverse=True):
        if len(word) > 2:
            text = text.replace(word, " ")
    for run in _RUNS:
        for length in range(len(run), 3, -1):
            for start in range(len(run) - length + 1):
                text = text.replace(run[start : start + length], " ")
    return len({mark for mark in text if mark.isalpha()})
