"""What Sync and saved says, in the words and units a worker would use."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from models.status import SENT, Status
from ui.views.sync_words import size_words, state_of


@pytest.mark.parametrize(
    ("count", "words"), [(400, "1 KB"), (612_000, "612 KB"), (3_420_000, "3.4 MB"), (2e8, "200 MB")]
)
def test_sizes_are_said_in_the_unit_a_person_would_use(count: int, words: str) -> None:
    assert size_words(int(count)) == words


@pytest.mark.parametrize(
    ("held", "words"),
    [
        (0, "The council’s server has everything."),
        (1, "The council’s server has everything. 1 record is kept safe there for your manager."),
        (3, "The council’s server has everything. 3 records are kept safe there for your manager."),
    ],
)
def test_all_sent_says_what_of_it_is_kept_safe(held: int, words: str) -> None:
    now = datetime(2026, 11, 23, 10, 5, tzinfo=UTC)
    assert state_of(Status(SENT, held=held), now, now).words == words
