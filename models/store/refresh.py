"""Fills the columns of records anew when a newer Heard declares their type otherwise than the one that filled them."""

from __future__ import annotations

import hashlib

import msgspec
from sqlalchemy import Connection

from models.record import Declaration, all_declarations
from models.store import meta
from models.store.engine import Store
from models.store.project import project
from models.store.versions import brought_up, decode_version, decode_working
from models.version import Working


def bring_up(store: Store) -> None:
    """Do it for every type that changed since the vault was last open; for none of them, read one value and stop."""
    with store.reading() as connection:
        known = _known(connection)
    marks = {one.type: _mark(one) for one in all_declarations()}
    changed = {name for name, mark in marks.items() if known.get(name) != mark}
    if changed:
        store.write(lambda connection: _fill(connection, changed, known | marks)).result()


def _known(connection: Connection) -> dict[str, str]:
    data = meta.get(connection, "declared")
    return msgspec.json.decode(data, type=dict[str, str]) if data else {}


def _mark(declaration: Declaration) -> str:
    """Changes with all that columns and search words are made from."""
    fields = [
        (field.name, field.kind, field.indexed, field.searched, field.is_in_form, field.choices)
        for field in declaration.fields.values()
    ]
    made_from = (declaration.schema, declaration.timeline, declaration.title_field, fields)
    return hashlib.sha256(msgspec.json.encode(made_from)).hexdigest()[:16]


def _fill(connection: Connection, types: set[str], marks: dict[str, str]) -> None:
    marked = ", ".join("?" * len(types))
    rows = connection.exec_driver_sql(
        f"SELECT row, type, tip, working FROM record WHERE type IN ({marked})", tuple(sorted(types))
    ).all()
    filled = []
    for row in rows:
        state = decode_working(row.working) if row.working is not None else Working.of(decode_version(row.tip))
        filled.append((*project(row.type, brought_up(row.type, state).body), row.row))
    if filled:
        connection.exec_driver_sql(
            "UPDATE record SET title = ?, when_key = ?, k1 = ?, k2 = ?, k3 = ?, needs_index = 1 WHERE row = ?", filled
        )
    meta.put(connection, "declared", msgspec.json.encode(marks))
