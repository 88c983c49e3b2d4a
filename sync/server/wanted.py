"""Turns what a council's files say into the records Heard should hold: the child, each involvement, each home; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from sync.server.caseload import Caseload, Child, Episode, Said
from sync.server.sheets import Row

SAME_HOME = ("L", "T", "U")
"""RNE codes of a new episode with the same carer: the home goes on (SSDA903 guide, reason for new episode)."""


@dataclass(frozen=True)
class Wanted:
    """One record a file asks for. ``key`` names it within its child for ever; ``fields`` never include blanks."""

    code: str
    type: str
    key: str
    fields: dict[str, Said]
    row: Row


def wanted_records(caseload: Caseload) -> list[Wanted]:
    """List the records the files ask for, child by child. An episode of a child no file describes comes too."""
    by_child = {
        code: sorted(episodes, key=lambda one: one.started_on)
        for code, episodes in groupby(
            sorted(caseload.episodes.values(), key=lambda one: one.code), key=lambda one: one.code
        )
    }
    found: list[Wanted] = []
    for code, child in caseload.children.items():
        found.append(_child(child, by_child.get(code, [])))
        if child.home:
            kind = Said("lives_here", child.row, "")
            found.append(Wanted(code, "home", "home", {"home_kind": kind, **child.home}, child.row))
    for code, episodes in by_child.items():
        since = _home_starts(episodes)
        for episode in episodes:
            began = Said(since[episode.started_on], episode.row, "decom")
            fields = {**episode.fields, "home_since_on": began}
            found.append(Wanted(code, "involvement", f"involvement|{episode.started_on}", fields, episode.row))
        found += _homes(code, episodes, since)
    return found


def _child(child: Child, episodes: list[Episode]) -> Wanted:
    fields = {"child_code": Said(child.code, child.row, "child_code"), **child.fields}
    needs = [one.category_of_need for one in episodes if one.category_of_need is not None]
    if needs:
        fields.setdefault("category_of_need", needs[-1])
    return Wanted(child.code, "child", "child", fields, child.row)


def _home_starts(episodes: Iterable[Episode]) -> dict[str, str]:
    """For each episode, by the day it began, the day the child came to the home they are in."""
    starts: dict[str, str] = {}
    before: Episode | None = None
    for episode in episodes:
        goes_on = before is not None and episode.reason_new in SAME_HOME and _ends(before) in ("", episode.started_on)
        starts[episode.started_on] = starts[before.started_on] if goes_on and before else episode.started_on
        before = episode
    return starts


def _ends(episode: Episode) -> str:
    return str(episode.fields["to_on"].value) if "to_on" in episode.fields else ""


def _homes(code: str, episodes: list[Episode], since: dict[str, str]) -> Iterator[Wanted]:
    """Where the child lives and came from: protected records of their own, one for each home."""
    origins = {str(one.came_from.value): one.came_from for one in reversed(episodes) if one.came_from is not None}
    for postcode, said in origins.items():
        fields = {"home_kind": Said("came_from", said.row, said.column), "postcode": said}
        yield Wanted(code, "home", f"home|came_from|{postcode}", fields, said.row)
    stays: dict[tuple[str, str], list[Episode]] = {}
    for episode in episodes:
        if episode.lives_at is not None:
            stays.setdefault((since[episode.started_on], str(episode.lives_at.value)), []).append(episode)
    for (began, postcode), stay in stays.items():
        first, last = stay[0], stay[-1]
        fields = {
            "home_kind": Said("lives_here", first.row, "pl_post"),
            "postcode": Said(postcode, first.row, "pl_post"),
            "from_on": Said(began, first.row, "decom"),
        }
        if "to_on" in last.fields:
            fields["to_on"] = last.fields["to_on"]
        yield Wanted(code, "home", f"home|lives_here|{began}|{postcode}", fields, first.row)
