"""Whom to ask again: a child who chose not to take part may have said when: a day, or the next visit (domain 4.4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from models.casebook import Casebook
from models.entry import Draft, Edit, Entry
from models.moments import in_a_sentence, read_day, short_day
from models.query import OLDEST, Query, Where
from models.records.not_taking_part import NotTakingPart
from models.today import bounds, todays_visits, visits_query
from models.wording import Spoken, say

ON_A_DAY, NEXT_VISIT = "on_date", "next_visit"
ANSWER = "answer"
TOOK_PART, ONLY_IF_ASKED = "took_part", "only_if_child_asks"
OUTCOMES = {
    TOOK_PART: "{child} was asked again, and took part.",
    ONLY_IF_ASKED: "{child} was asked again. From now on only when {child} asks.",
}
"""What is added to the record, which itself stays as it was written."""
MOST = 50


@dataclass(frozen=True, slots=True)
class ToAsk:
    """One child to be asked again, and since which day that is due."""

    entry: Entry
    due_on: date

    def words(self, today: date) -> str:
        """What it was for, and how long ago: "Review meeting. Last asked Tue 20 Oct."."""
        fields, body = NotTakingPart.declaration.fields, self.entry.body
        was_for = next((one.words for one in fields["was_for"].choices if one.code == body.get("was_for")), "")
        happened = read_day(str(body.get("happened_on") or ""))
        when = f"Last asked {in_a_sentence(short_day(happened, today))}." if happened else ""
        return " ".join(part for part in (f"{was_for}." if was_for else "", when) if part)


def to_ask_again(casebook: Casebook, today: date) -> tuple[ToAsk, ...]:
    """Whose day has come, or whose next visit is today, and who has not been asked since; the longest due first.

    Of what this worker wrote, and of what somebody wrote who does not work with the child any more.
    """
    team = {(one.scope_id, one.worker_id) for one in casebook.directory.assignments}
    me = casebook.me.worker.worker_id
    found = [
        one
        for one in (*_on_a_day(casebook, today), *_at_next_visit(casebook, today))
        if (one.entry.author_id == me or (one.entry.scope_id, one.entry.author_id) not in team)
        and not was_asked(casebook, one.entry)
    ]
    return tuple(sorted(found, key=lambda one: one.due_on))


def _on_a_day(casebook: Casebook, today: date) -> Iterator[ToAsk]:
    where = (Where("ask_again_on", "before", (today + timedelta(days=1)).isoformat()),)
    query = Query(types=("not_taking_part",), where=where, is_finished=True, order=OLDEST, limit=MOST)
    for entry in casebook.select(query):
        due = read_day(str(entry.body.get("ask_again_on") or ""))
        # The day stays in the record where another answer was chosen later.
        if due is not None and entry.body.get("ask_again") == ON_A_DAY:
            yield ToAsk(entry, due)


def _at_next_visit(casebook: Casebook, today: date) -> Iterator[ToAsk]:
    """Of the children this worker visits today: who was not visited since they were to be asked at the next visit."""
    me, now = casebook.me.worker.worker_id, casebook.clock.now()
    visits = todays_visits(casebook.select(visits_query(today)), (), me, now)
    for scope_id in dict.fromkeys(visit.scope_id for visit in visits):
        query = Query(types=("not_taking_part",), scope_id=scope_id, is_finished=True, limit=MOST)
        for entry in casebook.select(query):
            happened = read_day(str(entry.body.get("happened_on") or ""))
            if entry.body.get("ask_again") != NEXT_VISIT or happened is None or happened >= today:
                continue
            since, before = bounds(happened)[1], bounds(today)[0]
            where = (Where("visited_at", "since", since), Where("visited_at", "before", before))
            if not casebook.select(Query(types=("visit_note",), scope_id=scope_id, where=where, limit=1)):
                yield ToAsk(entry, today)


def was_asked(casebook: Casebook, entry: Entry) -> bool:
    """Say whether something tells that a child was asked again: an answer added to it, or a record that names it."""
    added = Query(types=("addendum",), where=(Where("adds_to_id", "is", entry.record_id),), limit=MOST)
    if any(one.body.get("why") == ANSWER for one in casebook.select(added)):
        return True
    later = Query(types=("not_taking_part",), scope_id=entry.scope_id, limit=MOST)
    return any(one.body.get("about_id") == entry.record_id for one in casebook.select(later))


def answered(casebook: Casebook, entry: Entry, outcome: str, child: Spoken) -> tuple[Draft, dict[str, Edit]]:
    """The addendum that says how it went: read by whoever may read what it adds to."""
    draft = casebook.new_draft("addendum", entry.scope_id, audience=entry.audience, keep_from=entry.keep_from)
    values = {"adds_to_id": entry.record_id, "why": ANSWER, "addition": say(OUTCOMES[outcome], child)}
    return draft, {name: Edit(None, value) for name, value in values.items()}
