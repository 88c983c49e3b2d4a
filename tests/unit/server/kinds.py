"""On which of the three databases a test runs; changing one behind Heard's back; many things at once."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from sqlalchemy import select

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
        database._raw.executescript(f"PRAGMA foreign_keys=OFF; {script}; PRAGMA foreign_keys=ON")
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


def at_once(*jobs: Callable[[], Any]) -> list[Any]:
    """Do all of these at the same moment, each in a thread; what one raised stands in the place of its answer."""
    start = threading.Barrier(len(jobs))
    answers: list[Any] = [None] * len(jobs)

    def run(place: int, job: Callable[[], Any]) -> None:
        start.wait(30)
        try:
            answers[place] = job()
        except Exception as error:  # judged by the test
            answers[place] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


def column(centre: Centre, what: Any, *where: Any) -> list[Any]:
    with centre.database.read() as connection:
        return list(connection.execute(select(what).where(*where)).scalars())


def wait_for(happened: Callable[[], Any]) -> None:
    last = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < last
        time.sleep(0.01)
