"""Who may see a child's words: what the child says, what is stored, and how it is said back to them."""

from __future__ import annotations

import pytest

from models.audience import EVERYONE_ON_RECORD, KEEP_FROM, ONLY_AUTHOR, WORKER_AND_IRO
from models.sharing import NOT, WHO, shown, stored

ALL = tuple(sorted(KEEP_FROM))


@pytest.mark.parametrize(
    ("said", "kept", "audience", "keep_from"),
    [
        ("Everyone who helps me", (), EVERYONE_ON_RECORD, ()),
        ("My worker and my IRO", (), WORKER_AND_IRO, ALL),
        ("Only you", (), ONLY_AUTHOR, ALL),
        ("Only you", ("school",), ONLY_AUTHOR, ALL),
        ("Everyone who helps me", ("Not my parents",), EVERYONE_ON_RECORD, ("parents",)),
        ("Everyone who helps me", ("Not the people I live with", "Not my school"), EVERYONE_ON_RECORD,
         ("carers", "school")),
        ("Everyone who helps me", ("Not the people who run the council",), EVERYONE_ON_RECORD, ("board",)),
    ],
)  # fmt: skip
def test_every_answer_on_screen_is_stored_as_the_field_says(
    said: str, kept: tuple[str, ...], audience: str, keep_from: tuple[str, ...]
) -> None:
    who = next(one.code for one in WHO if one.words == said)
    codes = [one.code for one in NOT if one.words in kept]
    assert stored(who, codes) == (audience, keep_from)


def test_it_is_said_back_in_the_childs_own_way() -> None:
    assert shown(EVERYONE_ON_RECORD, ()) == ("Everyone who helps me",)
    assert shown(EVERYONE_ON_RECORD, ("board", "parents")) == (
        "Everyone who helps me", "Not my parents", "Not the people who run the council",
    )  # fmt: skip
    assert shown(WORKER_AND_IRO, ALL) == ("My worker and my IRO",)
    assert shown(ONLY_AUTHOR, ALL) == ("Only you",)
    assert shown(ONLY_AUTHOR, ALL, "Becky Lund") == ("Only Becky Lund",)
    assert shown("protected", ()) == ("The people who keep me safe",)
