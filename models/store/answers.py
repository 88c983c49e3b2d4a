"""Anonymous answers on their way out: no record, no version, no audit row, and no order but that of random ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec
from sqlalchemy import Connection

from models.campaign import MOST_ANSWER_BYTES, Answer, Campaign, new_answer_id
from models.errors import Trouble
from models.store import meta
from models.store.desk import Act


def campaigns(connection: Connection) -> tuple[Campaign, ...]:
    """What the council asks anonymously, as the server last told it."""
    data = meta.get(connection, "campaigns")
    return msgspec.json.decode(data, type=tuple[Campaign, ...]) if data else ()


def put_campaigns(connection: Connection, asked: Iterable[Campaign]) -> None:
    """Keep what the council asks."""
    meta.put(connection, "campaigns", msgspec.json.encode(tuple(asked)))


def give(act: Act, campaign_id: str, answers: Mapping[str, str]) -> None:
    """Keep an answer until it has gone: a random id, a day, what was said. Nothing else is written anywhere.

    Questions left empty are left out, and an answer to none of them is not kept. Raises Trouble for a set of questions
    that is not open, and for an answer too long to go.
    """
    day = act.pen.clock.today()
    asked = next((one for one in campaigns(act.connection) if one.campaign_id == campaign_id), None)
    if asked is None or not asked.is_open(day):
        raise Trouble("These questions are closed now", "Nothing else has changed.")
    said = {question: answers[question].strip() for question in asked.questions if answers.get(question, "").strip()}
    content = msgspec.json.encode(said)
    if len(content) > MOST_ANSWER_BYTES:
        raise Trouble("That is more than can be sent at once", "What is written is still here.", "Make it shorter.")
    if said:
        act.connection.exec_driver_sql(
            "INSERT INTO answer (answer_id, campaign_id, day, content) VALUES (?, ?, ?, ?)",
            (new_answer_id(), campaign_id, day.isoformat(), content),
        )


def waiting(connection: Connection) -> list[tuple[Answer, Campaign | None]]:
    """Every answer that has not gone yet, in the order of their random ids, with its campaign where it is known."""
    known = {one.campaign_id: one for one in campaigns(connection)}
    rows = connection.exec_driver_sql("SELECT answer_id, campaign_id, day, content FROM answer").all()
    found = [
        Answer(
            answer_id=row.answer_id,
            campaign_id=row.campaign_id,
            day=row.day,
            answers=msgspec.json.decode(row.content, type=dict[str, str]),
        )
        for row in rows
    ]
    return [(one, known.get(one.campaign_id)) for one in found]


def forget(connection: Connection, answer_id: str) -> None:
    """Let go of an answer that has gone; what it took is overwritten (``secure_delete``)."""
    connection.exec_driver_sql("DELETE FROM answer WHERE answer_id = ?", (answer_id,))
