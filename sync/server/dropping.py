"""Anonymous answers at the council: taken without asking who, kept without an order, told only where many said so.

Nothing here writes an audit row, a log line, a time or an address, and no row anywhere else changes for an answer. The
one thing said about them is how many came, once a day is over.
"""

from __future__ import annotations

import hmac
import random
import re
import secrets
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, func, insert, select, update

from models.errors import Trouble
from sync.server.audit import Entry
from sync.server.centre import Centre
from sync.server.database import tried_again
from sync.server.founding import checked_name
from sync.server.logs import describe, note
from sync.server.refusal import Refusal, bad_message
from sync.server.tables import campaign, drop_answer, worker
from sync.wire import Campaign, DropRequest
from sync.wire.drop import drop_proof, unpack_drop

FEWEST = 5
"""Answers that fewer than this many gave are never shown apart."""
GRACE = timedelta(days=30)
"""A laptop may have been offline: what was answered in time is taken this long after a campaign has closed."""
MOST_A_MINUTE = 60
MOST_IN_ALL = 50_000
_ID = re.compile(r"[0-9a-f]{32}")
_WAIT_SECONDS = 1800


def standing_campaigns(centre: Centre, connection: Connection) -> tuple[Campaign, ...]:
    """What laptops may still be asked, or still be sending answers to."""
    last = (centre.clock.today() - GRACE).isoformat()
    rows = connection.execute(
        select(campaign)
        .where(campaign.c.council_id == centre.council_id, campaign.c.closes_on >= last)
        .order_by(campaign.c.opens_on, campaign.c.campaign_id)
    )
    return tuple(_read(row) for row in rows)


def _read(row: Any) -> Campaign:
    return Campaign(
        campaign_id=row.campaign_id,
        key=row.key,
        title=row.title,
        questions=tuple(msgspec.json.decode(row.questions, type=list[str])),
        opens_on=row.opens_on,
        closes_on=row.closes_on,
    )


class DropBox:
    """Takes answers. What it counts it keeps in memory alone: how many a minute, so that nobody floods a campaign."""

    def __init__(self, centre: Centre, chance: random.Random | None = None) -> None:
        self._centre = centre
        self._chance = chance or random.SystemRandom()
        self._lock = threading.Lock()
        self._minute = ""
        self._in_minute: Counter[str] = Counter()
        self._by_day: Counter[str] = Counter()
        self._faults: list[dict[str, object]] = []

    def take(self, data: bytes) -> None:
        """Keep one answer, once however often it comes. Raises Refusal 400, 401, 404, 410 or 429."""
        centre, today = self._centre, self._centre.clock.today()
        try:
            request = unpack_drop(data)
            day = date.fromisoformat(request.day)
        except ValueError as error:
            raise bad_message() from error
        if not _ID.fullmatch(request.answer_id):
            # An id that tells when it was made would tell in which order they came.
            raise bad_message()
        with centre.database.read() as connection:
            asked = _find(centre, connection, request.campaign_id)
        if asked is None:
            raise Refusal(404, "not_found", "There are no such questions.")
        said = (request.campaign_id, request.answer_id, request.day, request.answers)
        if not hmac.compare_digest(request.proof, drop_proof(asked.key, *said)):
            raise Refusal(401, "bad_proof", "That answer does not come from a laptop of this council.")
        opens, closes = date.fromisoformat(asked.opens_on), date.fromisoformat(asked.closes_on)
        if today > closes + GRACE:
            raise Refusal(410, "campaign_closed", "These questions have been closed for long.")
        if not request.answers or not set(request.answers) <= set(asked.questions):
            raise bad_message()
        self._count(request.campaign_id)
        # No laptop's clock decides: a day out of all reason becomes the nearest that can be.
        day = max(opens, min(day, closes, today))
        if self._keep(request, day.isoformat()):
            with self._lock:
                self._by_day[today.isoformat()] += 1

    def _count(self, campaign_id: str) -> None:
        minute = self._centre.clock.stamp()[:16]
        with self._lock:
            if minute != self._minute:
                self._minute = minute
                self._in_minute.clear()
            self._in_minute[campaign_id] += 1
            is_flood = self._in_minute[campaign_id] > MOST_A_MINUTE
        if is_flood:
            raise _too_many()

    @tried_again
    def _keep(self, request: DropRequest, day: str) -> bool:
        """Write the answer's whole day anew, shuffled: no place and no transaction tells which row came when."""
        centre = self._centre
        mine = (drop_answer.c.council_id == centre.council_id, drop_answer.c.campaign_id == request.campaign_id)
        with centre.database.write() as connection:
            # One arrival at a time for each campaign: two would each write the day without the other's answer.
            turn = (campaign.c.council_id == centre.council_id, campaign.c.campaign_id == request.campaign_id)
            connection.execute(select(campaign.c.campaign_id).where(*turn).with_for_update())
            known = select(drop_answer.c.answer_id).where(*mine, drop_answer.c.answer_id == request.answer_id)
            if connection.execute(known).one_or_none() is not None:
                return False
            count = select(func.count()).select_from(drop_answer).where(*mine)
            if connection.execute(count).scalar_one() >= MOST_IN_ALL:
                raise _too_many()
            of_day = (*mine, drop_answer.c.day == day)
            rows = [dict(row) for row in connection.execute(select(drop_answer).where(*of_day)).mappings()]
            rows.append(
                {
                    "council_id": centre.council_id,
                    "campaign_id": request.campaign_id,
                    "answer_id": request.answer_id,
                    "day": day,
                    "content": msgspec.json.encode(request.answers),
                }
            )
            self._chance.shuffle(rows)
            connection.execute(delete(drop_answer).where(*of_day))
            connection.execute(insert(drop_answer), rows)
        centre.database.fold_log()
        return True

    def note_fault(self, fault: BaseException) -> None:
        """Keep in mind that something went wrong, to be told with the day's count: a log line now would tell a time."""
        with self._lock:
            self._faults = [*self._faults[-9:], describe(type(fault), fault.__traceback__)]

    def tell_days(self) -> None:
        """Say how many answers came on each day that is over. Called by the clock, never by an answer."""
        today = self._centre.clock.today().isoformat()
        with self._lock:
            over = {day: count for day, count in self._by_day.items() if day < today}
            for day in over:
                del self._by_day[day]
            faults, self._faults = (self._faults, []) if over else ([], self._faults)
        for day, count in sorted(over.items()):
            note("drop", day=day, answers=count if count >= FEWEST else f"fewer than {FEWEST}", faults=faults)


def _too_many() -> Refusal:
    return Refusal(429, "too_many_answers", "Too many answers came at once. It will be tried again.", _WAIT_SECONDS)


def _find(centre: Centre, connection: Connection, campaign_id: str) -> Campaign | None:
    where = (campaign.c.council_id == centre.council_id, campaign.c.campaign_id == campaign_id)
    row = connection.execute(select(campaign).where(*where)).one_or_none()
    return _read(row) if row else None


@dataclass(frozen=True)
class Campaigns:
    """What the council's operator does with campaigns: each act one transaction with its audit row."""

    centre: Centre

    def add(self, title: str, questions: Sequence[str], opens_on: date, closes_on: date) -> str:
        """Ask a set of questions on every laptop, and return its id. Raises Trouble."""
        asked = [checked_name("question", one) for one in questions]
        if not asked or len(set(asked)) != len(asked):
            raise Trouble("A campaign needs one question or more, each once.", "Nothing was changed.")
        if opens_on > closes_on:
            raise Trouble("It would close before it opens.", "Nothing was changed.")
        campaign_id = self.centre.ids.new()
        with self.centre.database.write() as connection:
            connection.execute(
                insert(campaign).values(
                    council_id=self.centre.council_id,
                    campaign_id=campaign_id,
                    key=secrets.token_bytes(32),
                    title=checked_name("title", title),
                    questions=msgspec.json.encode(asked).decode(),
                    opens_on=opens_on.isoformat(),
                    closes_on=closes_on.isoformat(),
                )
            )
            self._close(connection, Entry("campaign_add", detail={"campaign": campaign_id}))
        return campaign_id

    def list(self) -> list[dict[str, Any]]:
        """List the campaigns, and about how many answered: never one by one."""
        mine = campaign.c.council_id == self.centre.council_id
        query = select(campaign).where(mine).order_by(campaign.c.opens_on, campaign.c.campaign_id)
        count = select(drop_answer.c.campaign_id, func.count().label("answers")).where(
            drop_answer.c.council_id == self.centre.council_id
        )
        with self.centre.database.read() as connection:
            counts = {row.campaign_id: row.answers for row in connection.execute(count.group_by("campaign_id"))}
            found = [_read(row) for row in connection.execute(query)]
        return [
            {
                "campaign_id": one.campaign_id,
                "title": one.title,
                "opens_on": one.opens_on,
                "closes_on": one.closes_on,
                "questions": len(one.questions),
                "answers": _about(counts.get(one.campaign_id, 0)),
            }
            for one in found
        ]

    def close(self, campaign_id: str) -> bool:
        """Ask no more from today on; what was answered before still comes in. False if it was closed before."""
        yesterday = (self.centre.clock.today() - timedelta(days=1)).isoformat()
        with self.centre.database.write() as connection:
            found = _find(self.centre, connection, campaign_id)
            if found is None:
                raise Trouble("There is no campaign with that id.", "Nothing was changed.", "See: campaign list.")
            if found.closes_on <= yesterday:
                return False
            connection.execute(
                update(campaign)
                .where(campaign.c.council_id == self.centre.council_id, campaign.c.campaign_id == campaign_id)
                .values(closes_on=max(found.opens_on, yesterday))
            )
            self._close(connection, Entry("campaign_close", detail={"campaign": campaign_id}))
        return True

    def export(self, campaign_id: str, chance: random.Random | None = None) -> dict[str, Any]:
        """Tell what was answered, each question by itself, and no group of fewer than five apart. Raises Trouble."""
        centre = self.centre
        with centre.database.write() as connection:
            found = _find(centre, connection, campaign_id)
            if found is None:
                raise Trouble("There is no campaign with that id.", "Nothing was changed.", "See: campaign list.")
            rows = connection.execute(
                select(drop_answer.c.content).where(
                    drop_answer.c.council_id == centre.council_id, drop_answer.c.campaign_id == campaign_id
                )
            ).scalars()
            said = [msgspec.json.decode(row, type=dict[str, str]) for row in rows]
            entry = Entry("campaign_export", detail={"campaign": campaign_id})
            centre.ledger.close(connection, centre.clock.stamp(), [entry])
        return {
            "campaign_id": campaign_id,
            "title": found.title,
            "answers": _about(len(said)),
            "questions": [
                {"question": question, **grouped([one[question] for one in said if question in one], chance)}
                for question in found.questions
            ],
        }

    def _close(self, connection: Connection, entry: Entry) -> None:
        """Write the audit row, and let every laptop ask for its grants again."""
        self.centre.ledger.close(connection, self.centre.clock.stamp(), [entry])
        connection.execute(
            update(worker)
            .where(worker.c.council_id == self.centre.council_id)
            .values(grant_counter=worker.c.grant_counter + 1)
        )


def _about(count: int) -> int | str:
    return count if count == 0 or count >= FEWEST else f"fewer than {FEWEST}"


def grouped(texts: Sequence[str], chance: random.Random | None = None) -> dict[str, Any]:
    """Group the answers to one question so that each group shown holds five or more. Pure but for the shuffling.

    What fewer than five said is put together; where that is still too few, the smallest of the other groups joins it,
    so that nothing can be worked out by subtraction. Texts stand in a group in no order.
    """
    if len(texts) < FEWEST:
        return {"answers": _about(len(texts)), "groups": []}
    counts = Counter(texts)
    large = sorted((count, text) for text, count in counts.items() if count >= FEWEST)
    small = [text for text in texts if counts[text] < FEWEST]
    if small and len(small) < FEWEST:
        count, text = large.pop(0)
        small += [text] * count
    groups = [{"texts": [text], "count": count} for count, text in reversed(large)]
    if small:
        together = sorted(set(small))
        (chance or random.SystemRandom()).shuffle(together)
        groups.append({"texts": together, "count": len(small)})
    return {"answers": len(texts), "groups": groups}
