"""Every declared type, with a sound value and another one for each of its fields: what all tests here are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import models.records  # noqa: F401 - declares every type
from models.casebook import Casebook
from models.clock import Clock
from models.fields import Field, Kind
from models.identity import Identity, Worker
from models.ids import Ids
from models.record import Declaration, all_declarations
from models.version import Body

SCOPE = "01a00000-0000-7000-8000-000000000001"
LINKED = ("01a00000-0000-7000-8000-0000000000aa", "01a00000-0000-7000-8000-0000000000bb")


def value_of(field: Field, number: int = 0) -> Any:
    """A sound JSON value of a field; another for another number."""
    word = f"{field.name.replace('_', '')}{'AB'[number]}"
    values: dict[Kind, tuple[Any, Any]] = {
        Kind.LINE: (word, word),
        Kind.PROSE: (f"{word} begins.\n\n{word} ends.", f"{word} begins otherwise."),
        Kind.CHOICE: tuple(choice.code for choice in (*field.choices, *field.choices)[:2]),  # type: ignore[dict-item]
        Kind.FLAGS: ([field.choices[0].code], [field.choices[-1].code]) if field.choices else ([], []),
        Kind.DAY: ("2026-11-23", "2025-01-02"),
        Kind.MOMENT: ("2026-11-23T10:30:00.000Z", "2025-01-02T08:00:00.000Z"),
        Kind.NUMBER: (field.least_number or 0, field.most_number or 1),
        Kind.TICK: (True, False),
        Kind.LINK: LINKED,
        Kind.STROKES: ([["ink", 6, 0, 0, 1000, 750]], [["red", 28, 5, 5], ["blue", 14, 1, 2, 3, 4]]),
    }
    return values[field.kind][number]


def body_of(declaration: Declaration, number: int = 0) -> Body:
    """A body with every field filled."""
    return {name: value_of(field, number) for name, field in declaration.fields.items()}


_TEXT = (Kind.LINE, Kind.PROSE)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give every test here each type, each field of each type, or each field of each type that holds text."""
    declared = all_declarations()
    if "text_field" in metafunc.fixturenames:
        texts = [(one, each) for one in declared for each in one.fields.values() if each.kind in _TEXT]
        names = [f"{one.type}.{each.name}" for one, each in texts]
        metafunc.parametrize(("declaration", "text_field"), texts, ids=names)
    elif "field" in metafunc.fixturenames:
        pairs = [(one, field) for one in declared for field in one.fields.values()]
        names = [f"{one.type}.{field.name}" for one, field in pairs]
        metafunc.parametrize(("declaration", "field"), pairs, ids=names)
    elif "declaration" in metafunc.fixturenames:
        metafunc.parametrize("declaration", declared, ids=[one.type for one in declared])


@pytest.fixture
def casebook(tmp_path: Path, clock: Clock, ids: Ids) -> Iterator[Casebook]:
    """Amy's casebook, new and empty."""
    worker = Worker(worker_id="amy", display_name="Amy")
    me = Identity(device_id="d", device_epoch=1, council_id="c", council_name="T", timeline="t", worker=worker)
    opened = Casebook.open(tmp_path, bytes(32), identity=me, clock=clock, ids=ids)
    yield opened
    opened.close()


@pytest.fixture
def write(casebook: Casebook) -> Callable[..., str]:
    """Save a body as a new record and return its id."""
    from models.entry import Edit

    def save(declaration: Declaration, body: Body) -> str:
        draft = casebook.new_draft(declaration.type, SCOPE)
        casebook.save(draft, {name: Edit(None, value) for name, value in body.items()}).result()
        return draft.record_id

    return save
