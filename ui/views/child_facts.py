"""What several screens read of a child in one place: the card, the head, the IRO, and the children looked at last."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date

from models.casebook import Casebook
from models.entry import Entry
from models.knock_card import KnockCard, knock_card
from models.query import Query
from models.version import Body
from models.wording import Spoken, name_and_age
from ui.link import Link

RECENT = "recent_children"
MOST_RECENT = 5


def body_of(casebook: Casebook, scope_id: str) -> Body:
    """The child's own record; empty while it has not come to this laptop."""
    child = casebook.child(scope_id)
    return child.body if child else {}


def spoken_of(casebook: Casebook, scope_id: str) -> Spoken:
    """How to speak of the child of a scope."""
    return Spoken.of(body_of(casebook, scope_id))


def people_of(casebook: Casebook, scope_id: str) -> list[Entry]:
    """The people a child trusts, those to speak to first at the top."""
    found = casebook.select(Query(types=("person_i_trust",), scope_id=scope_id, limit=100))
    return sorted(found, key=lambda one: (bool(one.body.get("not_any_more_on")), not one.body.get("is_first_contact")))


def card_of(casebook: Casebook, scope_id: str, child: Body | None = None) -> KnockCard:
    """The card "Before you knock" of a child."""
    wishes = casebook.one("communication_preferences", scope_id)
    people: Mapping[str, Body] = {one.record_id: one.body for one in people_of(casebook, scope_id)}
    body = body_of(casebook, scope_id) if child is None else child
    return knock_card(body, wishes.body if wishes else None, people, casebook.clock.today())


def iro_of(casebook: Casebook, scope_id: str) -> str:
    """The name of the child's independent reviewing officer, as the server last told it; "" for none."""
    for one in casebook.directory.assignments:
        if one.scope_id == scope_id and one.role == "iro":
            return casebook.worker_name(one.worker_id)
    return ""


def role_in(casebook: Casebook, scope_id: str) -> str:
    """This worker's role with the child; "" for none."""
    return casebook.scopes.get(scope_id, "")


def title_of_record(casebook: Casebook, record_id: str) -> str:
    """What to call a linked record; "" where this laptop does not hold it."""
    entry = casebook.entry(record_id)
    if entry is None:
        return ""
    return entry.title or (entry.declaration.title if entry.declaration else "")


def head_of(child: Body, today: date) -> str:
    """ "Sarah, 17"."""
    return name_and_age(child, today)


def _looked_at(casebook: Casebook) -> list[str]:
    try:
        return [str(scope) for scope in json.loads(casebook.remembered(RECENT) or "[]")]
    except ValueError:
        return []


def recent_children(casebook: Casebook) -> list[str]:
    """The scopes of the children looked at last, newest first; only those still held."""
    return [scope for scope in _looked_at(casebook) if casebook.child(scope) is not None][:MOST_RECENT]


def note_looked_at(link: Link, scope_id: str) -> None:
    """Remember that a child's page was opened."""
    casebook = link.casebook
    if not scope_id or _looked_at(casebook)[:1] == [scope_id]:
        return
    before = recent_children(casebook)
    after = [scope_id, *(one for one in before if one != scope_id)][:MOST_RECENT]
    # What was looked at last is a convenience: a full disk is told by the next save of something that matters.
    link.wait(casebook.remember(RECENT, json.dumps(after)), failed=lambda _trouble: None)
