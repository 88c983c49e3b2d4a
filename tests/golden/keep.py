"""Keeps one golden body of each type's schema and one vault of each store's schema; what is kept never changes again.

Run ``python -m tests.golden.keep`` after raising a schema: it writes what is missing and touches nothing else.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

import models.records  # noqa: F401 - declares every type
from models.casebook import Casebook
from models.entry import Edit
from models.identity import Identity, Worker
from models.record import Declaration, all_declarations
from models.store.tables import SCHEMA
from tests.every_record.conftest import SCOPE, body_of

HERE = Path(__file__).parent
KEY = bytes(range(32))


def body_path(type_name: str, schema: int) -> Path:
    """Where the golden body of a type's schema is kept."""
    return HERE / "bodies" / f"{type_name}.{schema}.json"


def vault_path(schema: int) -> Path:
    """Where the golden vault of a store's schema is kept."""
    return HERE / "vaults" / f"schema-{schema}.db"


def keep_body(declaration: Declaration) -> None:
    """Write a body with every field of the current schema."""
    path = body_path(declaration.type, declaration.schema)
    if not path.exists():
        body = {name: value for name, value in body_of(declaration).items() if value not in ("", [])}
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(body, indent=1, ensure_ascii=False) + "\n", "utf-8")


def keep_vault() -> None:
    """Write a vault with one record of every type: one sent away, one waiting, one still being written."""
    path = vault_path(SCHEMA)
    if path.exists():
        return
    worker = Worker(worker_id="amy", display_name="Amy")
    me = Identity(device_id="d", device_epoch=1, council_id="c", council_name="T", timeline="t", worker=worker)
    with tempfile.TemporaryDirectory() as folder:
        casebook = Casebook.open(Path(folder), KEY, identity=me)
        for number, declaration in enumerate(all_declarations()):
            draft = casebook.new_draft(declaration.type, SCOPE)
            body = json.loads(body_path(declaration.type, declaration.schema).read_text("utf-8"))
            casebook.save(draft, {name: Edit(None, value) for name, value in body.items()}).result()
            if number % 2:
                casebook.cut(draft.record_id).result()
        copy = casebook.back_up()
        path.parent.mkdir(exist_ok=True)
        shutil.copy(copy, path)
        casebook.close()


if __name__ == "__main__":
    for one in all_declarations():
        keep_body(one)
    keep_vault()
