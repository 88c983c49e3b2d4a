"""A record type that only this test declares goes all the way: one module's worth of declaration and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from models.clock import Clock
from models.export import gather, to_csv, to_html, to_json, write
from models.fields import Choice, choice, day, flags, number, prose, tick, verbatim
from models.ids import Ids
from models.query import OLDEST, Query, Where
from models.record import Record, declaration_of, forget, problems, record
from tests.laptops import World
from tests.verify import verify

PLACES = (Choice("garden", "Garden"), Choice("kitchen", "Kitchen"))


@pytest.fixture
def thing() -> Iterator[type[Record]]:
    """A type with a field of every rule."""

    @record("throw_away", title="Thing", plural="Things", edited_by="assigned", timeline="seen_on", title_field="name")
    class Thing(Record):
        """What a test made up."""

        name: str = verbatim("What {child} calls it", by="child", one_line=True, to_finish=True)
        seen_on: date | None = day("Seen on", indexed=True)
        where: str = choice("Where", PLACES, indexed=True)
        kinds: tuple[str, ...] = flags("Kinds", PLACES)
        story: str = prose("Its story")
        is_kept: bool | None = tick("Kept?")
        weight: float | None = number("Weight", least=0, most=100, indexed=True)

    yield Thing
    forget("throw_away")


@pytest.fixture
def world(tmp_path: Path, clock: Clock, ids: Ids) -> Iterator[World]:
    made = World(tmp_path, clock, ids)
    yield made
    made.close()


def test_it_is_declared_known_and_forgotten_again(thing: type[Record]) -> None:
    declared = declaration_of("throw_away")
    assert declared is not None
    assert thing.declaration is declared
    assert [problem.words for problem in problems(declared, {})] == ["Fill in what {child} calls it"]
    typed = thing.from_body({"name": "Rex", "seen_on": "2026-11-23", "kinds": ["garden"], "weight": 3})
    assert (typed.seen_on, typed.kinds, typed.weight) == (date(2026, 11, 23), ("garden",), 3)  # type: ignore[attr-defined]


def test_it_goes_through_save_list_search_sync_history_merge_and_export(
    thing: type[Record], world: World, tmp_path: Path
) -> None:
    sarah = world.child("1001")
    amy, ben = (world.laptop(name, c1001=role) for name, role in (("amy", "social_worker"), ("ben", "family_support")))
    full: dict[str, Any] = {
        "name": "Rex amy~1", "seen_on": "2026-11-23", "where": "garden", "kinds": ["garden"], "story": "one\n\ntwo",
        "is_kept": False, "weight": 10,
    }  # fmt: skip
    draft = amy.begin("throw_away", sarah, **full)
    light = amy.begin("throw_away", sarah, name="Tiny amy~2", weight=9.5)
    asked = Query(types=("throw_away",), where=(Where("weight", "since", 9.75),))
    assert [one.record_id for one in amy.casebook.select(asked)] == [draft.record_id]
    asked = Query(types=("throw_away",), where=(Where("weight", "before", 100),), order=OLDEST)
    assert [one.record_id for one in amy.casebook.select(asked)] == [light.record_id, draft.record_id]
    assert [hit.entry.record_id for hit in amy.casebook.find("garden")] == [draft.record_id]
    world.settle()
    entry = ben.look(draft.record_id)
    assert (entry.body, entry.title, entry.when) == (full, "Rex amy~1", "2026-11-23")
    assert entry.read(thing).to_body() == full
    amy.edit(draft.record_id, story="ONE amy~3\n\ntwo", kinds=["garden", "kitchen"], name="Rexy amy~4")
    ben.edit(draft.record_id, story="one\n\ntwo\n\nthree ben~1", kinds=[], name="Max ben~2", is_kept=True)
    ben.sync()
    world.settle()
    world.verify(is_quiet=True)
    merged = amy.look(draft.record_id)
    assert merged.body == full | {
        "story": "ONE amy~3\n\ntwo\n\nthree ben~1", "kinds": ["kitchen"], "name": "Max ben~2", "is_kept": True,
    }  # fmt: skip
    assert [(one.field, one.value) for one in merged.open_choices] == [("name", "Rexy amy~4")]
    assert len(amy.casebook.history(draft.record_id)) >= 3
    _is_exported_whole(amy.casebook, tmp_path)


def _is_exported_whole(casebook: Any, tmp_path: Path) -> None:
    chapters = gather(casebook)
    made = [to_json(casebook, chapters), to_csv(casebook, chapters), to_html(casebook, chapters)]
    for text in (one.decode() for one in made):
        for word in ("Max ben~2", "Rexy amy~4", "ONE amy~3", "Kitchen", "Tiny amy~2"):
            assert word in text
    for kind in ("json", "csv", "html"):
        path = write(casebook, kind, tmp_path)
        assert path == tmp_path / f"heard.{kind}"
        assert path.stat().st_mode & 0o077 == 0
    assert json.loads((tmp_path / "heard.json").read_bytes())["heard_export"] == 1


def test_a_laptop_that_does_not_know_the_type_carries_it_untouched(thing: type[Record], world: World) -> None:
    sarah = world.child("1001")
    amy, ben = (world.laptop(name, c1001=role) for name, role in (("amy", "social_worker"), ("ben", "family_support")))
    draft = amy.begin("throw_away", sarah, name="Rex amy~1", weight=3)
    amy.sync()
    declared = declaration_of("throw_away")
    assert declared is not None
    forget("throw_away")
    ben.sync()
    assert ben.body(draft.record_id) == {"name": "Rex amy~1", "weight": 3}
    assert ben.casebook.find("Rex") == []
    assert "newer Heard" in ben.casebook.why_not_editable(ben.look(draft.record_id))
    assert "Rex amy~1" in to_html(ben.casebook, gather(ben.casebook)).decode()
    verify([ben], world.centre, world.ledger, is_quiet=True)


@pytest.mark.parametrize(
    ("fields", "more", "words"),
    [
        ({"note": prose("Note", by="nobody")}, {}, "whose words"),
        ({"note": prose("Note", only_when=("place", ("home",)))}, {}, "no field place"),
        ({"note": prose("Note", sealed_when=("place", ("home",)))}, {}, "no field place"),
        ({}, {"timeline": "seen_on"}, "no field seen_on"),
        ({"note": prose("Note")}, {"edited_by": "anyone"}, "edited_by"),
        ({f"n{at}": prose("Note", indexed=True) for at in range(4)}, {}, "at most 3 indexed"),
        ({"note": verbatim("Note", by="child", merge="union")}, {}, "exact words"),
        ({"kinds": flags("Kinds", PLACES, indexed=True)}, {}, "cannot be listed by"),
    ],
)
def test_a_declaration_that_cannot_work_is_told_at_once(
    fields: dict[str, Any], more: dict[str, Any], words: str
) -> None:
    body = {**fields, "__annotations__": dict.fromkeys(fields, "str"), "__module__": __name__}
    with pytest.raises(ValueError, match=words):
        record("throw_away", **({"title": "T", "plural": "T", "edited_by": "assigned"} | more))(
            type("Thing", (Record,), body)
        )
    assert declaration_of("throw_away") is None


def test_a_field_without_a_type_and_a_type_declared_twice_are_told_at_once(thing: type[Record]) -> None:
    with pytest.raises(ValueError, match="without a type"):
        record("another", title="T", plural="T", edited_by="assigned")(type("T", (Record,), {"note": prose("Note")}))
    body = {"__module__": "somewhere.else"}
    with pytest.raises(ValueError, match="declared twice"):
        record("throw_away", title="T", plural="T", edited_by="assigned")(type("T", (Record,), body))
    assert declaration_of("another") is None
