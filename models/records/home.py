"""Where the child lives: a record of its own, so that only the social worker and manager hold it (domain 4.3)."""

from __future__ import annotations

from datetime import date

from models.audience import PROTECTED
from models.fields import Choice, choice, day, line, prose
from models.record import Record, record

HOME_KIND = (Choice("lives_here", "Lives here"), Choice("came_from", "Came from"))


@record(
    "home",
    title="Where {child} lives",
    plural="Where {child} lives",
    edited_by="assigned",
    audience=PROTECTED,
    timeline="from_on",
    title_field="postcode",
    icon="house",
    is_on_timeline=False,
)
class Home(Record):
    """An address that must be kept safe. Audience ``protected``; opening one is audited."""

    home_kind: str = choice("Lives here, or came from", HOME_KIND, to_finish=True, indexed=True)
    address: str = prose("Address", to_finish=True, searched=False)
    postcode: str = line("Postcode", searched=False, help="Of where they live, or of where they came from")
    from_on: date | None = day("From", to_finish=True)
    to_on: date | None = day("To")
    carer_name: str = line("Carer’s name", searched=False)
    how_to_arrive: str = prose("How to arrive", help="Parking, door, dog", searched=False)
    must_not_know: str = prose("Who must not learn it", searched=False)
