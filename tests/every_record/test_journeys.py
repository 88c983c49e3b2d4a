"""Every field of every type on its way: saved, listed, found, cut, carried, merged and written out."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import msgspec

from models.casebook import Casebook
from models.entry import Edit
from models.exchange import Arrival
from models.export import gather, to_csv, to_html, to_json
from models.fields import Field, MergeRule, is_empty
from models.query import Query, Where
from models.record import Declaration
from models.store.project import project
from models.value_words import value_words
from models.version import Body, Version, encode_body, hash_body
from sync.codec import pack, unpack
from sync.wire import PushRequest
from tests.every_record.conftest import SCOPE, body_of, value_of


def stored(body: Body) -> Body:
    return {name: value for name, value in body.items() if not is_empty(value)}


def colleague(declaration: Declaration, body: Body, ids: Any, after: Version | None = None) -> Version:
    """A version from another laptop, and from the same worker, so that types with one author take part."""
    content = encode_body(stored(body))
    return Version(
        version_id=ids.new(), record_id=after.record_id if after else ids.new(), scope_id=SCOPE, type=declaration.type,
        policy_class=declaration.policy_class, schema=declaration.schema, audience=declaration.audience,
        parents=(after.version_id,) if after else (), device_id="other", device_epoch=1, op_no=1, author_id="amy",
        written_at="2026-11-23T09:00:00.000Z", salt=b"s", body_hash=hash_body(b"s", content), body=msgspec.Raw(content),
    )  # fmt: skip


def take(casebook: Casebook, *versions: Version) -> None:
    at = casebook.exchange.cursors()[0]
    rows = [Arrival(at + number, one) for number, one in enumerate(versions, 1)]
    casebook.exchange.take(rows, cursor=at + len(rows), grants=0, filling={}).result()


def test_a_full_record_is_saved_cut_listed_and_carried_whole(
    declaration: Declaration, casebook: Casebook, write: Callable[..., str]
) -> None:
    record_id = write(declaration, body_of(declaration))
    entry = casebook.entry(record_id)
    assert entry is not None
    assert entry.body == stored(body_of(declaration))
    version = casebook.cut(record_id).result()
    assert version is not None
    assert (version.policy_class, version.schema) == (declaration.policy_class, declaration.schema)
    carried = unpack(PushRequest, pack(PushRequest(versions=(version,), signature=b""))).versions[0]
    assert carried == version
    assert carried.read_body() == entry.body
    assert casebook.history(record_id) == [version]
    assert [one.record_id for one in casebook.select(Query(types=(declaration.type,)))] == [record_id]
    typed = entry.read(declaration.record_class)
    assert typed.to_body() == entry.body
    assert casebook.finish(record_id).result().is_finished


def test_lists_are_filled_from_its_declaration(declaration: Declaration, casebook: Casebook, write: Any) -> None:
    body = body_of(declaration)
    record_id = write(declaration, body)
    entry = casebook.entry(record_id)
    assert entry is not None
    assert entry.title == (body[declaration.title_field] if declaration.title_field else "")
    assert entry.when == (body[declaration.timeline] if declaration.timeline else "")
    for field in declaration.indexed:
        for value, expected in ((body[field.name], 1), ("something else", 0), (None, 0)):
            where = (Where(field.name, "is", value),)
            assert casebook.count(Query(types=(declaration.type,), where=where)) == expected, field.name
    assert project(declaration.type, {}) == ("", "", None, None, None)


def test_a_searched_field_is_found_by_its_words_and_a_quiet_one_never(
    declaration: Declaration, text_field: Field, casebook: Casebook, write: Any
) -> None:
    value = str(value_of(text_field))
    record_id = write(declaration, {text_field.name: value})
    found = [hit.entry.record_id for hit in casebook.find(value.split()[0])]
    is_shown = text_field.searched or text_field.name == declaration.title_field
    assert found == ([record_id] if is_shown else [])


def test_a_field_changed_on_one_side_only_stands_and_no_one_is_asked(
    declaration: Declaration, field: Field, casebook: Casebook, ids: Any
) -> None:
    for is_mine in (True, False):
        _changes_on_one_side(declaration, field, casebook, ids, is_mine=is_mine)


def _changes_on_one_side(
    declaration: Declaration, field: Field, casebook: Casebook, ids: Any, *, is_mine: bool
) -> None:
    before, after = value_of(field, 0), value_of(field, 1)
    first = colleague(declaration, {field.name: before}, ids)
    take(casebook, first)
    other = next(one for one in declaration.fields.values() if one.name != field.name)
    mine, theirs = ({field.name: after}, {other.name: value_of(other)})
    if not is_mine:
        mine, theirs = theirs, mine
    entry = casebook.entry(first.record_id)
    assert entry is not None
    casebook.save(entry.draft(), {name: Edit(entry.body.get(name), value) for name, value in mine.items()}).result()
    take(casebook, colleague(declaration, {field.name: before} | theirs, ids, first))
    casebook.exchange.merge(first.record_id).result()
    merged = casebook.entry(first.record_id)
    assert merged is not None
    assert merged.body == stored({field.name: after, other.name: value_of(other)})
    assert merged.open_choices == ()


def test_a_field_changed_on_both_sides_follows_its_rule(
    declaration: Declaration, field: Field, casebook: Casebook, ids: Any
) -> None:
    first = colleague(declaration, {}, ids)
    take(casebook, first)
    mine, theirs = value_of(field, 0), value_of(field, 1)
    entry = casebook.entry(first.record_id)
    assert entry is not None
    casebook.save(entry.draft(), {field.name: Edit(None, mine)}).result()
    take(casebook, colleague(declaration, {field.name: theirs}, ids, first))
    casebook.exchange.merge(first.record_id).result()
    merged = casebook.entry(first.record_id)
    assert merged is not None
    if mine == theirs:
        assert merged.open_choices == ()
    elif field.merge is MergeRule.UNION:
        assert merged.body[field.name] == sorted({*mine, *theirs})
        assert merged.open_choices == ()
    else:
        assert merged.body[field.name] == theirs
        ((name, value),) = [(choice.field, choice.value) for choice in merged.open_choices]
        assert (name, value) == (field.name, mine)
        settled = casebook.choose(first.record_id, merged.open_choices[0], mine).result()
        assert (settled.body[field.name], settled.open_choices) == (mine, ())


class Text(HTMLParser):
    """What a browser shows of a page, and the names of its elements."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, _attributes: Any) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_every_answer_is_in_every_export(declaration: Declaration, casebook: Casebook, write: Any) -> None:
    body = body_of(declaration)
    write(declaration, body)
    chapters = gather(casebook)
    ((record,),) = [one["records"] for one in json.loads(to_json(casebook, chapters))["children"]]
    assert record["body"] == stored(body)
    rows = list(csv.DictReader(io.StringIO(to_csv(casebook, chapters).decode("utf-8-sig"), newline="")))
    shown = Text(to_html(casebook, chapters).decode()).text
    answers = {row["Answer"] for row in rows}
    for field in declaration.fields.values():
        words = value_words(field, body[field.name], None)
        assert not words or words in answers, field.name
        assert not words or words in shown, field.name
    assert len(rows) == len(stored(body))
