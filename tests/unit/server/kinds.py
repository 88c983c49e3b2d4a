"""On which of the three databases a test runs, where it cannot be all, and changing a database behind Heard's back."""

from __future__ import annotations

import sqlite3

import psycopg
import pytest

from sync.server.centre import Centre
from sync.server.database.postgres import PostgreSQL
from sync.server.database.sqlite import SQLiteFile, SQLiteMemory

on_file = pytest.mark.parametrize("kind", ["file"], indirect=True)
on_postgresql = pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
on_disk = pytest.mark.parametrize("kind", ["file", "postgresql"], indirect=True)
"""Those that a test may close and open again."""

_OTHER_WORDS = {
    "CAST(replace(CAST(envelope AS TEXT), 'visit', 'wisit') AS BLOB)": "convert_to("
    "replace(convert_from(envelope, 'UTF8'), 'visit', 'wisit'), 'UTF8')",
    " AS BLOB)": " AS BYTEA)",
    "x'00'": r"'\x00'::bytea",
    "PRAGMA foreign_keys=OFF;": "",
}


def tamper(centre: Centre, script: str) -> None:
    """Run statements as somebody with the keys to the database could, past every rule it has."""
    database = centre.database
    if isinstance(database, SQLiteMemory):
        database._raw.executescript(script)
    elif isinstance(database, SQLiteFile):
        connection = sqlite3.connect(database.path)
        connection.executescript(script)
        connection.commit()
        connection.close()
    else:
        assert isinstance(database, PostgreSQL)
        for ours, theirs in _OTHER_WORDS.items():
            script = script.replace(ours, theirs)
        with psycopg.connect(database._conninfo) as connection_:
            connection_.execute("SET session_replication_role = replica")
            connection_.execute(script.encode())
