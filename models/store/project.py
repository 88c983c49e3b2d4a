"""The projection: what a save and a pull both write beside a body, from the type's declaration."""

from __future__ import annotations

from typing import Any, NamedTuple

from models.fields import is_empty
from models.record import MAX_INDEXED, Declaration, declaration_of
from models.version import Body


class Columns(NamedTuple):
    """The plain columns of one record, in the order of the table."""

    title: str
    when_key: str
    k1: str | None
    k2: str | None
    k3: str | None


def column_text(value: Any) -> str | None:
    """A JSON value as a column holds it: ticks as 1 and 0, everything else as its text."""
    if isinstance(value, str):
        return value or None
    if is_empty(value):
        return None
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def project(type_name: str, body: Body) -> Columns:
    """Fill the columns. A type this app does not know has none, and is carried all the same."""
    declaration = declaration_of(type_name)
    if declaration is None:
        return Columns("", "", None, None, None)
    keys: list[str | None] = [column_text(body.get(field.name)) for field in declaration.indexed]
    keys += [None] * (MAX_INDEXED - len(keys))
    title = str(body.get(declaration.title_field) or "") if declaration.title_field else ""
    when_key = str(body.get(declaration.timeline) or "") if declaration.timeline else ""
    return Columns(title, when_key, keys[0], keys[1], keys[2])


def column_of(declaration: Declaration, field: str) -> str:
    """Which column holds an indexed field. Raises KeyError for a field that lists cannot filter by."""
    names = [indexed.name for indexed in declaration.indexed]
    if field not in names:
        raise KeyError(f"{declaration.type}.{field} is not indexed")
    return f"k{names.index(field) + 1}"


def search_words(type_name: str, body: Body) -> str:
    """Every word of a record that search finds it by: its searched text and the words of its choices."""
    declaration = declaration_of(type_name)
    if declaration is None:
        return ""
    words = []
    for name, by_code in declaration.sought:
        value = body.get(name)
        if not value:
            continue
        if by_code is not None:
            words.append(by_code.get(str(value), str(value)))
        elif isinstance(value, str):
            words.append(value)
    return "\n".join(words)
