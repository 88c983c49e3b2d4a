"""What Sync and saved says, in the words and units a worker would use."""

from __future__ import annotations

import pytest

from ui.views.sync_words import size_words


@pytest.mark.parametrize(
    ("count", "words"), [(400, "1 KB"), (612_000, "612 KB"), (3_420_000, "3.4 MB"), (2e8, "200 MB")]
)
def test_sizes_are_said_in_the_unit_a_person_would_use(count: int, words: str) -> None:
    assert size_words(int(count)) == words
