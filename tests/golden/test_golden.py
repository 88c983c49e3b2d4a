"""What laptops wrote in earlier years is read for ever: golden bodies of every schema, and golden vaults."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

import models.records  # noqa: F401 - declares every type
from models.casebook import Casebook
from models.fields import fault
from models.query import Query
from models.record import all_declarations, declaration_of
from models.store.tables import SCHEMA
from tests.golden.keep import HERE, KEY, body_path, vault_path

BODIES = sorted((HERE / "bodies").glob("*.json"))
VAULTS = sorted((HERE / "vaults").glob("*.db"))


def test_every_schema_of_every_type_and_of_the_store_has_its_golden_file() -> None:
    """Where one is missing: raise the schema, write its upgrade, and run ``python -m tests.golden.keep``."""
    for declaration in all_declarations():
        for schema in range(1, declaration.schema + 1):
            assert body_path(declaration.type, schema).exists(), (declaration.type, schema)
    assert all(vault_path(schema).exists() for schema in range(1, SCHEMA + 1))


@pytest.mark.parametrize("path", BODIES, ids=lambda path: path.stem)
def test_a_body_of_an_earlier_year_is_read_whole_and_no_key_of_it_is_ever_renamed(path: Path) -> None:
    type_name, schema = path.stem.rsplit(".", 1)
    declaration = declaration_of(type_name)
    assert declaration is not None
    golden: dict[str, Any] = json.loads(path.read_text("utf-8"))
    body = declaration.upgrade(golden, int(schema))
    assert golden.items() <= body.items()
    assert golden.keys() <= declaration.fields.keys()
    for name, value in body.items():
        assert not fault(declaration.fields[name], value), name
    assert declaration.record_class.from_body(body).to_body() == body


@pytest.mark.parametrize("path", BODIES, ids=lambda path: path.stem)
def test_every_code_that_was_ever_stored_still_has_its_words(path: Path) -> None:
    declaration = declaration_of(path.stem.rsplit(".", 1)[0])
    assert declaration is not None
    for name, value in json.loads(path.read_text("utf-8")).items():
        field = declaration.fields[name]
        for code in (value if isinstance(value, list) else [value]) if field.choices else []:
            assert code in {choice.code for choice in field.choices}, name


@pytest.mark.parametrize("path", VAULTS, ids=lambda path: path.stem)
def test_a_vault_of_an_earlier_year_opens_with_everything_in_it(path: Path, tmp_path: Path) -> None:
    shutil.copy(path, tmp_path / "vault.db")
    casebook = Casebook.open(tmp_path, KEY)
    try:
        entries = casebook.select(Query(limit=1000))
        assert len(entries) >= 10
        for entry in entries:
            golden = json.loads(body_path(entry.type, 1).read_text("utf-8"))
            assert golden.items() <= entry.body.items()
        assert casebook.waiting_count() == len(entries)
        assert casebook.find("whathappenedA")
        assert len(casebook.exchange.cut_all().result()) == len(entries) - len(entries) // 2
        assert len(casebook.exchange.to_send(100)) == len(entries)
        casebook.back_up()
    finally:
        casebook.close()
