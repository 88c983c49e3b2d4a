"""Whom to ask again: a child who chose not to take part may have been asked on which day to come back (domain 4.4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from models.casebook import Casebook
from models.entry import Draft, Edit, Entry
from models.moments import in_a_sentence, read_day, short_day
from models.query import OLDEST, Query, Where
from models.records.not_taking_part import NotTakingPart
from models.wording import Spoken, say

ON_A_DAY = "on_date"
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
    """Whose day has come and who has not been asked since, the longest due first.

    Of what this worker wrote, and of what somebody wrote who does not work with the child any more.
    """
    tomorrow = (today + timedelta(days=1)).isoformat()
    where = (Where("ask_again_on", "before", tomorrow),)
    query = Query(types=("not_taking_part",), where=where, is_finished=True, order=OLDEST, limit=MOST)
    team = {(one.scope_id, one.worker_id) for one in casebook.directory.assignments}
    me = casebook.me.worker.worker_id
    found = []
    for entry in casebook.select(query):
        due = read_day(str(entry.body.get("ask_again_on") or ""))
        is_mine = entry.author_id == me or (entry.scope_id, entry.author_id) not in team
        if due is not None and is_mine and waits(casebook, entry):
            found.append(ToAsk(entry, due))
    return tuple(sorted(found, key=lambda one: one.due_on))


def waits(casebook: Casebook, entry: Entry) -> bool:
    """Say whether a child is to be asked on a day, and nothing tells yet that they were."""
    if entry.body.get("ask_again") != ON_A_DAY or not entry.body.get("ask_again_on"):
        return False
    added = Query(types=("addendum",), where=(Where("adds_to_id", "is", entry.record_id),), limit=MOST)
    if any(one.body.get("why") == ANSWER for one in casebook.select(added)):
        return False
    later = Query(types=("not_taking_part",), scope_id=entry.scope_id, limit=MOST)
    return all(one.body.get("about_id") != entry.record_id for one in casebook.select(later))


def answered(casebook: Casebook, entry: Entry, outcome: str, child: Spoken) -> tuple[Draft, dict[str, Edit]]:
    """The addendum that says how it went: read by whoever may read what it adds to."""
    draft = casebook.new_draft("addendum", entry.scope_id, audience=entry.audience, keep_from=entry.keep_from)
    values = {"adds_to_id": entry.record_id, "why": ANSWER, "addition": say(OUTCOMES[outcome], child)}
    return draft, {name: Edit(None, value) for name, value in values.items()}
