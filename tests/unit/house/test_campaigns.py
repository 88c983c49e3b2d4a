"""The list of fault campaigns: each is there, wrong words are told, and what could not run never counts as passed."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path

import pytest

from tests.faults import campaigns
from tests.faults.campaigns import CAMPAIGNS, Campaign, main
from tests.faults.result import Result


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_every_campaign_on_the_list_can_be_found_and_says_what_it_does(name: str) -> None:
    module, _, function = CAMPAIGNS[name].place.partition(":")
    assert (getattr(import_module(f"tests.faults.{module}"), function).__doc__ or "").strip()
    assert CAMPAIGNS[name].nightly > 0


def test_a_word_that_is_not_known_is_told_with_those_that_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ONLY=earthquake"]) == 2
    assert main(["SIZE=3"]) == 2
    told = capsys.readouterr().out
    assert "Not known: earthquake. There are: typing-kill, sync-kill" in told
    assert "Not known: SIZE." in told


def test_only_what_is_asked_for_runs_and_what_cannot_run_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran: list[tuple[str, int, int]] = []

    def run(self: Campaign, size: int, seed: int) -> Result:
        ran.append((self.place, size, seed))
        if self.place == "b":
            return Result.skipped("second", "this machine has no such tool")
        return Result("first", size, acknowledged=4, faults_fired=0).settle(1, 1)

    monkeypatch.setattr(campaigns, "ROOT", tmp_path)
    monkeypatch.setattr(Campaign, "run", run)
    monkeypatch.setattr(campaigns, "CAMPAIGNS", {"a": Campaign("a", 5), "b": Campaign("b", 6), "c": Campaign("c", 7)})
    assert main(["ONLY=b,a", "SEED=9"]) == 1
    assert ran == [("a", 5, 9), ("b", 6, 9)]
    told = capsys.readouterr().out
    assert "second: not run; this machine has no such tool" in told
    assert "first: FAILED" in told
    written = json.loads((tmp_path / "build" / "faults.json").read_text())
    assert [(one["name"], one["ok"], one["not_run"]) for one in written["campaigns"]] == [
        ("first", False, ""),
        ("second", False, "this machine has no such tool"),
    ]
    assert main(["ONLY=b", "N=1"]) == 0
