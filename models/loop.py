"""The loop: from a child's words to an answer the child has seen. How each promise stands, and the loop meter."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from statistics import median

from models.entry import Entry
from models.moments import in_a_sentence, read_day, short_day
from models.query import Query
from models.version import Body
from models.wording import Spoken

OPEN, DONE, CANNOT, TOLD, WITHDRAWN = "open", "done", "cannot", "told", "withdrawn_by_child"
TO_DO, TO_TELL, CLOSED = "to_do", "to_tell", "closed"
MOST = 2_000


@dataclass(frozen=True, slots=True)
class Answer:
    """One promise with the words it answers. ``words`` is "" where this laptop does not hold them."""

    entry: Entry
    words: str
    said_on: date | None

    @property
    def state(self) -> str:
        """Open, done, cannot, told, or withdrawn by the child: as its answers say, whoever wrote which of them."""
        return state_after(self.entry.body)

    @property
    def stage(self) -> str:
        """What is left: to do, to tell, or nothing."""
        return {DONE: TO_TELL, CANNOT: TO_TELL, TOLD: CLOSED, WITHDRAWN: CLOSED}.get(self.state, TO_DO)

    @property
    def due_on(self) -> date | None:
        """By when the child is to have an answer."""
        return self.day("due_on")

    def day(self, name: str) -> date | None:
        """One of its days."""
        return read_day(str(self.entry.body.get(name) or ""))

    def text(self, name: str) -> str:
        """One of its texts or codes."""
        return str(self.entry.body.get(name) or "")

    def is_overdue(self, today: date) -> bool:
        """Whether the child waits longer than they were promised."""
        return self.stage != CLOSED and self.due_on is not None and self.due_on < today

    def loop_days(self) -> int | None:
        """Days from the words to an answer the child has seen; None while they have not."""
        seen = self.day("seen_by_child_on")
        return max(0, (seen - self.said_on).days) if seen is not None and self.said_on is not None else None

    def waiting_days(self, today: date) -> int | None:
        """Days the child has waited so far; None once they have seen an answer, or took it back."""
        if self.state == WITHDRAWN or self.loop_days() is not None or self.said_on is None:
            return None
        return max(0, (today - self.said_on).days)


def still_open(promises: Iterable[Entry]) -> list[Entry]:
    """The promises a child still waits for: not told yet, and not taken back."""
    return [one for one in promises if state_after(one.body) not in (TOLD, WITHDRAWN)]


def promises_query(scope_id: str = "") -> Query:
    """Every promise on this laptop, or one child's."""
    return Query(types=("promise",), scope_id=scope_id, limit=MOST)


def answers_of(promises: Iterable[Entry], entry_of: Callable[[str], Entry | None]) -> list[Answer]:
    """Each promise with its words, in the order in which it is due."""
    found = []
    for one in promises:
        said = entry_of(str(one.body.get("you_said_id") or ""))
        body: Body = said.body if said is not None and not said.is_deleted else {}
        words, on = str(body.get("words") or ""), read_day(str(body.get("said_on") or ""))
        found.append(Answer(one, words, on))
    return sorted(found, key=lambda each: (each.due_on or date.max, each.entry.record_id))


@dataclass(frozen=True, slots=True)
class LoopMeter:
    """``days`` is the median of ``answered`` loops; ``longest`` the days the longest of ``waiting`` has waited."""

    answered: int = 0
    days: float | None = None
    waiting: int = 0
    longest: int = 0

    def words(self) -> str:
        """The meter in a sentence; every figure with what it was counted from."""
        parts = []
        if self.days is not None:
            of = "one answer" if self.answered == 1 else f"the middle of {self.answered} answers"
            parts.append(f"{_days(self.days)} from words to an answer seen ({of}).")
        if self.waiting:
            longest = f"{_days(self.longest)} so far" if self.waiting == 1 else f"the longest {_days(self.longest)}"
            longest = longest if self.longest else "since today"
            parts.append(f"Waiting to see an answer: {self.waiting}, {longest}.")
        return " ".join(parts)


def _days(count: float) -> str:
    return f"{count:g} day{'' if count == 1 else 's'}"


def meter(answers: Iterable[Answer], today: date) -> LoopMeter:
    """The loop meter of some promises: a child's, a worker's, or all."""
    known = list(answers)
    closed = [days for one in known if (days := one.loop_days()) is not None]
    waiting = [days for one in known if (days := one.waiting_days(today)) is not None]
    return LoopMeter(len(closed), median(closed) if closed else None, len(waiting), max(waiting, default=0))


def state_after(body: Body) -> str:
    """The state that a promise's answers speak of; one the child took back stays so."""
    if body.get("state") == WITHDRAWN:
        return WITHDRAWN
    if body.get("told_on") or body.get("seen_by_child_on"):
        return TOLD
    if body.get("we_did"):
        return DONE
    return CANNOT if body.get("cannot_because") else OPEN


def seen_when_told(body: Body) -> str:
    """The day on which a child has seen an answer because of how it was told: to their face, or by a call. Else ""."""
    told, seen = str(body.get("told_on") or ""), str(body.get("seen_by_child_on") or "")
    return seen or (told if body.get("told_how") in ("in_person", "call") else "")


def standing_words(one: Answer, child: Spoken, today: date) -> tuple[str, str, str]:
    """How a promise stands: the words, an icon and a tone. Being late is a thing to do, never an error."""
    if one.state == WITHDRAWN:
        return f"{child.name} took it back", "undo-2", "info"
    if one.state == TOLD:
        on = one.day("told_on") or one.day("seen_by_child_on")
        return f"Told {child.name} {_short(on, today)}".strip(), "check", "ok"
    if one.stage == TO_TELL:
        return f"Tell {child.name}", "message-square-heart", "warn"
    if one.due_on is None:
        return "Still to do", "pencil", "warn"
    when = _short(one.due_on, today)
    return (f"Was due {when}", "circle-alert", "warn") if one.is_overdue(today) else (f"Due {when}", "calendar", "info")


def _short(on: date | None, today: date) -> str:
    return in_a_sentence(short_day(on, today)) if on is not None else ""


def to_answer(answers: Iterable[Answer], me: str, today: date) -> list[Answer]:
    """What this worker promised and a child still waits for: to be told first, then what is due or late by today."""
    mine = [one for one in answers if one.text("promised_by_id") in ("", me)]
    tell = [one for one in mine if one.stage == TO_TELL]
    due = [one for one in mine if one.stage == TO_DO and one.due_on is not None and one.due_on <= today]
    return [*tell, *due]
