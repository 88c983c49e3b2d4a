"""Faults that other sync engines have had, planted one at a time: the model must see each of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update

from models.fields import MergeRule
from models.store import arrivals, purge, withdrawn
from models.store.versions import standing
from sync.client import withdrawing
from sync.client.engine import Engine
from sync.codec import unpack
from sync.server.audit import Ledger
from sync.server.tables import council
from sync.wire import PushRequest
from tests.model import scenes
from tests.model.line import ModelWire, Post

Plant = Callable[[pytest.MonkeyPatch], None]


def latest_wins_on_prose(plant: pytest.MonkeyPatch) -> None:
    """Of two edits of one text the later stands and the other is gone."""

    def merge_value(_rule: Any, base: Any, mine: Any, head: Any) -> tuple[Any, bool]:
        return (mine, True) if mine != base else (head, True)

    plant.setattr("models.merge.merge_value", merge_value)


def base_not_advanced_after_a_merge(plant: pytest.MonkeyPatch) -> None:
    """The next merge starts from where the first one did: what was deleted in between comes back."""
    real = arrivals.common_parent

    def common_parent(graph: Any, one: str, other: str) -> str | None:
        found = real(graph, one, other)
        while found in graph and graph[found].parents and graph[found].parents[0] in graph:
            found = graph[found].parents[0]
        return found

    plant.setattr(arrivals, "common_parent", common_parent)


def exact_words_merged(plant: pytest.MonkeyPatch) -> None:
    """Two quotations become one that nobody said."""
    real = arrivals.rules_of

    def rules_of(type_name: str) -> dict[str, MergeRule]:
        return {name: MergeRule.PARAGRAPHS if rule is MergeRule.CHOOSE else rule
                for name, rule in real(type_name).items()}  # fmt: skip

    plant.setattr(arrivals, "rules_of", rules_of)


def head_taken_over_what_is_being_written(plant: pytest.MonkeyPatch) -> None:
    """A pull overwrites what was typed while it was under way."""
    real = arrivals._take_known

    def take_known(connection: Any, pen: Any, arrival: Any, touched: Any) -> bool:
        record = standing(connection, arrival.version.record_id)
        assert record is not None
        if arrival.seq > record.head_seq and record.tip is not None and record.working is not None:
            arrivals.move_forward(connection, pen, record, arrival.version)
        return real(connection, pen, arrival, touched)

    plant.setattr(arrivals, "_take_known", take_known)


def seq_taken_before_the_lock(plant: pytest.MonkeyPatch) -> None:
    """A batch has its numbers when it sets out, and commits when it arrives: others have passed it by then."""
    reserved: list[tuple[int, int]] = []
    real = Ledger._chain

    def set_out(wire: ModelWire, ask: Callable[[], bytes]) -> Callable[[], bytes]:
        try:
            size = len(unpack(PushRequest, wire.message).versions)
        except Exception:  # it was a pull
            return ask
        with wire.hub.centre.database.write() as connection:
            first = connection.execute(select(council.c.seq)).scalar_one() + 1
            connection.execute(update(council).values(seq=first + size - 1))

        def arrive() -> bytes:
            reserved.append((first, size))
            try:
                return ask()
            finally:
                reserved.clear()

        return arrive

    def chain(ledger: Ledger, standing: Any, at: str, entries: Any, seqs: int) -> Any:
        if reserved and 0 < seqs <= reserved[0][1]:
            _, rows, moved = real(ledger, standing, at, entries, 0)
            return reserved[0][0], rows, moved
        return real(ledger, standing, at, entries, seqs)

    plant.setattr(Ledger, "_chain", chain)
    plant.setattr(Post, "set_out", staticmethod(set_out))


def purge_before_hand_over(plant: pytest.MonkeyPatch) -> None:
    """What a worker may no longer read is emptied at once, and with it what they had written and not sent."""
    real_leaving, real_pull = withdrawn.leaving, Engine._pull
    plant.setattr(withdrawn, "leaving", lambda it: [replace(one, is_waiting=False) for one in real_leaving(it)])
    plant.setattr(purge, "_FREE", "1")

    def pull(engine: Engine, outcome: Any, cursors: Any) -> bool:
        has_news = real_pull(engine, outcome, cursors)
        withdrawing.carry_out(engine._exchange, engine._line, engine._must_stop)
        return has_news

    plant.setattr(Engine, "_pull", pull)


def older_taken_over_newer(plant: pytest.MonkeyPatch) -> None:
    """A page, or a ready-made piece of one, that was made earlier and comes later puts its older texts in place."""
    real = arrivals._take_known

    def take_known(connection: Any, pen: Any, arrival: Any, touched: Any) -> bool:
        connection.exec_driver_sql("UPDATE record SET head_seq = 0 WHERE record_id = ?", (arrival.version.record_id,))
        return real(connection, pen, arrival, touched)

    plant.setattr(arrivals, "_take_known", take_known)


PLANTS: dict[Plant, scenes.Scene] = {
    latest_wins_on_prose: scenes.two_write_in_one_text,
    base_not_advanced_after_a_merge: scenes.a_line_goes_between_two_merges,
    exact_words_merged: scenes.two_write_down_one_quotation,
    head_taken_over_what_is_being_written: scenes.somebody_types_while_a_page_is_on_its_way,
    seq_taken_before_the_lock: scenes.a_push_is_overtaken,
    purge_before_hand_over: scenes.a_worker_loses_a_child_with_work_unsent,
    older_taken_over_newer: scenes.a_laptop_is_filled_from_pieces_old_and_new,
}
"""Each fault, and the scene in which it shows."""
