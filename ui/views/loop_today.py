"""You said, we did, as Today shows it: whom to tell what happened, and what is due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from models.casebook import Casebook
from models.loop import TO_TELL, promises_query, standing_words, still_open, to_answer
from models.moments import in_a_sentence, short_day
from models.wording import Spoken
from ui import access
from ui.link import Navigator
from ui.parts.buttons import Button
from ui.parts.card import Card
from ui.parts.divider import Divider
from ui.parts.labels import PlainLabel
from ui.parts.row_button import RowButton
from ui.views.loop_reading import read_answers

MOST = 3


@dataclass(frozen=True, slots=True)
class LoopRow:
    """One answer a child waits for."""

    record_id: str
    title: str
    words: str


def loop_rows(casebook: Casebook, children: Mapping[str, Spoken]) -> tuple[LoopRow, ...]:
    """What this worker has to tell or to answer by today, of children this laptop may show."""
    today = casebook.clock.today()
    rows = []
    # Words are read of what is open alone: what was told in years would make Today slower with each answer.
    waiting = read_answers(casebook, still_open(casebook.select(promises_query())))
    for one in to_answer(waiting, casebook.me.worker.worker_id, today):
        child = children.get(one.entry.scope_id)
        if child is None:
            continue
        said = f"Said {in_a_sentence(short_day(one.said_on, today))}. " if one.said_on else ""
        if one.stage == TO_TELL:
            rows.append(LoopRow(one.entry.record_id, f"Tell {child.name} what happened", said.strip()))
        else:
            words, _icon, _tone = standing_words(one, child, today)
            rows.append(LoopRow(one.entry.record_id, f"Answer {child.name}", f"{said}{words}."))
    return tuple(rows)


class LoopToday(Card):
    """The first few of them; the page of all is one press away."""

    def __init__(self, rows: tuple[LoopRow, ...], navigator: Navigator, parent: QWidget | None = None) -> None:
        everything = Button("All", "", "quiet", trailing="chevron-right")
        access.describe(everything, "You said, we did: all of it", key="today.loop.all")
        everything.clicked.connect(lambda: navigator.open("you_said"))
        super().__init__("You said, we did", everything, parent)
        self.setObjectName("today.loop")
        self.body.setSpacing(4)
        if not rows:
            self.add(PlainLabel("Nothing waiting to be told.", "small"))
        for number, one in enumerate(rows[:MOST]):
            if number:
                self.add(Divider())
            row = RowButton("heart-handshake", one.title, one.words)
            row.setObjectName("today.loop.row")
            row.setProperty("row", one.record_id)
            row.clicked.connect(lambda _=False, record_id=one.record_id: navigator.open("promise", record_id=record_id))
            self.add(row)
        if len(rows) > MOST:
            self.add(PlainLabel(f"And {len(rows) - MOST} more.", "small"))
