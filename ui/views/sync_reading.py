"""What the page Sync and saved shows, read in one go: two equal readings need no redrawing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from models.entry import SENT, Entry, Notice
from models.held import HeldItem
from models.moments import day_and_time, read_day, short_day
from models.query import Query
from ui.link import Link
from ui.views import sync_words as words
from ui.views.sync_cards import Laptop
from ui.views.sync_words import Names

FIRST = 4


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything under the banner; two equal ones need no redrawing."""

    rows: tuple[tuple[Entry, str, str], ...]
    just_sent: tuple[tuple[Entry, str], ...]
    held: tuple[tuple[HeldItem, words.Look], ...]
    waiting: int
    listed: int
    oldest: str
    notices: tuple[tuple[Notice, Entry | None, words.Look], ...]
    noticed: int
    later: tuple[tuple[Entry, str], ...]
    rounds: tuple[tuple[str, str, bool], ...]
    ended: int
    facts: tuple[tuple[str, str], ...]
    is_narrow: bool


class Reading:
    """Reads for the page. What stood there as saved is remembered until `begin`, to say so once when it is sent."""

    def __init__(self, link: Link, laptop: Callable[[], Laptop]) -> None:
        self._link, self._laptop = link, laptop
        self._waited: dict[str, None] = {}

    def begin(self) -> None:
        """The page is opened anew."""
        self._waited = {}

    def now(self) -> datetime:
        """The moment where the laptop is."""
        return self._link.casebook.clock.now().astimezone()

    def last_in_touch(self) -> datetime | None:
        """When the council was last reached; None for never."""
        rounds = self._link.casebook.rounds()
        return self._link.status.last_sent_at or (rounds[0].at if rounds else None)

    def read(self, shown_of: Mapping[str, int], *, is_narrow: bool) -> Seen:
        """Read it all; ``shown_of`` is how many of each list are shown."""
        casebook, status, now = self._link.casebook, self._link.status, self.now()
        names, today = Names(casebook), now.date()
        waiting, notices, rounds = casebook.waiting(), casebook.notices(), casebook.rounds()
        held = casebook.held()
        # What is kept safe has a card of its own, and is not told of twice.
        kept_safe = {one.record_id for one in held}
        notices = [one for one in notices if one.kind != words.HELD or one.record_id not in kept_safe]
        shown = [one.entry for one in waiting[: shown_of["waiting"]]]
        looked = [(notice, casebook.entry(notice.record_id)) for notice in notices[: shown_of["look"]]]
        told = {notice.record_id for notice in notices if notice.kind == words.TWO_VERSIONS}
        # Two texts whose notice was put away are left for later, never out of sight.
        torn = [one for one in casebook.select(Query(has_open_choices=True, limit=50)) if one.record_id not in told]
        return Seen(
            rows=tuple((one, names.title(one), words.saved_words(one, status, now)) for one in shown),
            just_sent=self._just_sent(shown, names),
            held=tuple((one, words.held_look(one, names)) for one in held),
            waiting=casebook.waiting_count(),
            listed=len(waiting),
            oldest=words.oldest_words([one.since for one in waiting], today),
            notices=tuple((notice, entry, words.look_of(notice, entry, names)) for notice, entry in looked),
            noticed=len(notices),
            later=tuple((entry, names.title(entry)) for entry in torn[:FIRST]),
            rounds=tuple((*words.round_words(one, today), bool(one.sent)) for one in rounds[: shown_of["sent"]]),
            ended=len(rounds),
            facts=self._facts(),
            is_narrow=is_narrow,
        )

    def _just_sent(self, waiting: list[Entry], names: Names) -> tuple[tuple[Entry, str], ...]:
        """What stood here as saved and has been sent since: it says so once, until the page is next opened."""
        found = [self._link.casebook.entry(one) for one in self._waited]
        self._waited |= dict.fromkeys(one.record_id for one in waiting)
        sent = [one for one in found if one is not None and one.state == SENT]
        return tuple((one, names.title(one)) for one in sent[:FIRST])

    def _facts(self) -> tuple[tuple[str, str], ...]:
        casebook, laptop, today = self._link.casebook, self._laptop(), self.now().date()
        in_touch, copied = self.last_in_touch(), read_day(casebook.remembered("backed_up_on"))
        facts = [
            ("Children kept here", str(len(casebook.children()))),
            ("Room taken", words.size_words(laptop.kept_bytes) if laptop.kept_bytes else ""),
            ("Last in touch", day_and_time(in_touch, today) if in_touch else "None yet"),
            ("Spare copy made", short_day(copied, today) if copied else ""),
            ("Locks after", f"{laptop.lock_minutes} min" if laptop.lock_minutes else ""),
        ]
        return tuple((label, value) for label, value in facts if value)
