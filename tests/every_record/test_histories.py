"""The history of every type, from its declaration alone: what changed, said field by field, and used again whole."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from models.casebook import Casebook
from models.entry import Edit
from models.fields import Field, Kind, is_empty
from models.history import History, Telling
from models.record import Declaration
from models.wording import Spoken, say
from tests.every_record.conftest import body_of, value_of

TELLING = Telling(Spoken("Sarah"), date(2026, 11, 23), lambda _worker: "Amy", lambda _record: "a linked record")


def history_of(casebook: Casebook, record_id: str) -> History:
    entry = casebook.entry(record_id)
    assert entry is not None
    return History.of(casebook.kept(record_id), entry.version_id)


def change(casebook: Casebook, record_id: str, field: Field, number: int) -> None:
    entry = casebook.entry(record_id)
    assert entry is not None
    edit = Edit(entry.body.get(field.name), value_of(field, number))
    casebook.save(entry.draft(), {field.name: edit}).result()
    casebook.cut(record_id).result()


def test_a_first_version_tells_every_answer_by_its_own_label(
    declaration: Declaration, casebook: Casebook, write: Callable[..., str]
) -> None:
    record_id = write(declaration, body_of(declaration))
    first = casebook.cut(record_id).result()
    assert first is not None
    step = history_of(casebook, record_id).step(first.version_id, TELLING)
    told = {one.field: one for one in step.changes}
    filled = {name for name in declaration.fields if not is_empty(value_of(declaration.fields[name]))}
    assert set(told) == filled
    for name, one in told.items():
        assert one.label == say(declaration.fields[name].label, TELLING.child)
        assert one.after
        assert not one.before
        assert "{" not in one.label + one.after


def test_a_change_of_one_field_is_told_as_that_and_can_be_taken_back_whole(
    declaration: Declaration, field: Field, casebook: Casebook, write: Callable[..., str]
) -> None:
    # What stands sealed is changed before it is: afterwards it never is (see test_journeys).
    sealing = field.sealed_when[0] if field.sealed_when else ""
    body = {name: value for name, value in body_of(declaration).items() if name != sealing}
    record_id = write(declaration, body)
    first = casebook.cut(record_id).result()
    assert first is not None
    change(casebook, record_id, field, 1)
    history = history_of(casebook, record_id)
    if len(history) == 1:
        assert value_of(field, 1) == value_of(field, 0), "only what cannot differ changes nothing"
        return
    step = history.step(history.order[0], TELLING)
    (one,) = step.changes
    assert one.field == field.name
    assert one.is_exact == field.is_verbatim
    if field.kind in (Kind.LINE, Kind.PROSE):
        assert one.marked.only_first or one.marked.only_second
        assert (one.before, one.after) == (value_of(field, 0), value_of(field, 1))
    taken_back = casebook.restore(record_id, first.version_id).result()
    assert taken_back.body == first.read_body()
    assert casebook.history(record_id)[-1].body_bytes() == first.body_bytes()
    assert history_of(casebook, record_id).is_whole
