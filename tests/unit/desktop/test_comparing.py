"""After a round that moved something both ends compare what they hold, and what differs is fetched at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from desktop import sync_runner
from desktop.sync_runner import SyncRunner
from models.casebook import Casebook
from sync.client.engine import Outcome

WAIT_SECONDS = 20.0


class Comparing:
    """An engine whose first round brings something, and that finds two records to mend at the first comparison."""

    def __init__(self) -> None:
        self.did: list[str] = []
        self.is_mended = threading.Event()

    def __call__(self, *_args: Any, **_more: Any) -> Comparing:
        return self

    def round(self) -> Outcome:
        self.did.append("round")
        if "agree" in self.did:
            self.is_mended.set()
        return Outcome(received=0 if "agree" in self.did else 3)

    def agree(self) -> int:
        self.did.append("agree")
        return 2


def test_both_ends_compare_what_they_hold_after_a_round_that_moved_something_and_a_difference_is_fetched_at_once(
    casebook: Callable[[str], Casebook], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = Comparing()
    monkeypatch.setattr(sync_runner, "Engine", engine)
    runner = SyncRunner(casebook("http://127.0.0.1:9"), lambda _status: None)
    runner.start()
    try:
        assert engine.is_mended.wait(WAIT_SECONDS)
    finally:
        runner.stop(0.0)
    assert engine.did == ["round", "agree", "round"]
