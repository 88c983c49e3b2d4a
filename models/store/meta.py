"""Small named values in the vault: the identity, the directory, the scopes, the page to come back to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
from sqlalchemy import Connection

from models.identity import Directory, Identity
from models.language import Suggestion
from models.law.response_policy import ResponsePolicy
from models.status import Round


def get(connection: Connection, name: str) -> bytes | None:
    """Read a value, or None."""
    row = connection.exec_driver_sql("SELECT value FROM meta WHERE name = ?", (name,)).first()
    return bytes(row.value) if row else None


def put(connection: Connection, name: str, value: bytes) -> None:
    """Write a value."""
    connection.exec_driver_sql(
        "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, value),
    )


def identity(connection: Connection) -> Identity | None:
    """Who this vault belongs to; None before the laptop has joined a council."""
    data = get(connection, "identity")
    return msgspec.json.decode(data, type=Identity) if data else None


def formers(connection: Connection) -> tuple[Identity, ...]:
    """Who this laptop was before it joined again, newest first: what it wrote then is still sent under that name."""
    data = get(connection, "formers")
    return msgspec.json.decode(data, type=tuple[Identity, ...]) if data else ()


def become(connection: Connection, fresh: Identity) -> None:
    """Take a new identity, and keep the one before with its key."""
    before = identity(connection)
    put(connection, "formers", msgspec.json.encode((*([before] if before else []), *formers(connection))))
    put(connection, "identity", msgspec.json.encode(fresh))


def directory(connection: Connection) -> Directory:
    """Colleagues and assignments, as the server last told them."""
    data = get(connection, "directory")
    return msgspec.json.decode(data, type=Directory) if data else Directory()


def scopes(connection: Connection) -> dict[str, str]:
    """Granted scopes and this worker's role in each."""
    data = get(connection, "scopes")
    return msgspec.json.decode(data, type=dict[str, str]) if data else {}


def advice(connection: Connection) -> tuple[Suggestion, ...] | None:
    """The council's own list of what to say instead of some words; None where it has none."""
    data = get(connection, "advice")
    return msgspec.json.decode(data, type=tuple[Suggestion, ...] | None) if data else None


def put_advice(connection: Connection, advised: Sequence[Suggestion] | None) -> None:
    """Keep the council's list, or that it has none."""
    put(connection, "advice", msgspec.json.encode(None if advised is None else tuple(advised)))


def policy(connection: Connection) -> ResponsePolicy:
    """By when a child is to have an answer: the council's days, or Heard's own where it has set none."""
    data = get(connection, "response_policy")
    found = msgspec.json.decode(data, type=ResponsePolicy | None) if data else None
    return found or ResponsePolicy()


def put_policy(connection: Connection, councils: ResponsePolicy | None) -> None:
    """Keep the council's days, or that it has set none."""
    put(connection, "response_policy", msgspec.json.encode(councils))


def rounds(connection: Connection) -> list[Round]:
    """The last sync rounds that moved something, newest first."""
    data = get(connection, "rounds")
    found = msgspec.json.decode(data, type=list[tuple[float, int, int]]) if data else []
    return [Round(datetime.fromtimestamp(at, UTC), sent, received) for at, sent, received in found]


def put_rounds(connection: Connection, last: list[Round]) -> None:
    """Keep the last sync rounds."""
    put(connection, "rounds", msgspec.json.encode([(one.at.timestamp(), one.sent, one.received) for one in last]))
