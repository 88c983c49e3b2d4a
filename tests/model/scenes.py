"""Short runs in a fixed order, of the model's own rules: each leads straight to what one of the planted faults breaks.

What chance finds shifts with every change of the product; that a fault of this kind is seen must not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.model.acting import TAKE_OUT
from tests.model.machine import SyncModel

AMY, HOME, BEN = 0, 1, 2
FIRST_LINE, THIRD_LINE, LAST_LINE = 0, 8, 16
"""How an edit puts a line into a text of four."""
FIRST_LINE_OUT = 4 + TAKE_OUT

Scene = Callable[[SyncModel], None]


@contextmanager
def staged() -> Iterator[SyncModel]:
    """A run of the machine by hand, brought to rest and judged at its end like any other. Raises AssertionError."""
    machine = SyncModel()
    machine.set_out()
    try:
        yield machine
    except BaseException:
        machine.close()
        raise
    machine.teardown()


def _pick(machine: SyncModel, who: int, type_name: str) -> int:
    """The number by which a laptop picks its one record of a type."""
    types = [entry.type for entry in machine._records(machine.laptops[who])]
    return 11 * len(types) + types.index(type_name) + (len(types) if types.index(type_name) % 11 == 0 else 0)


def _all_sync(machine: SyncModel) -> None:
    for who in (AMY, HOME, BEN, AMY, HOME, BEN):
        machine.sync(who)


def two_write_in_one_text(machine: SyncModel) -> None:
    """In different paragraphs of one text, without knowing of each other."""
    machine.clash(HOME, "planned_visit", 0, (FIRST_LINE, LAST_LINE, LAST_LINE))


def a_line_goes_between_two_merges(machine: SyncModel) -> None:
    """What was deleted after the first merge must not be back after the second."""
    machine.clash(HOME, "planned_visit", 0, (FIRST_LINE, LAST_LINE, LAST_LINE))
    _all_sync(machine)
    machine.edit_after_a_look(BEN, _pick(machine, BEN, "planned_visit"), FIRST_LINE_OUT)
    _all_sync(machine)
    machine.clash(HOME, "planned_visit", 0, (THIRD_LINE, LAST_LINE, LAST_LINE))


def two_write_down_one_quotation(machine: SyncModel) -> None:
    """Each in a line of its own: as prose the two would go together."""
    machine.clash(HOME, "this_is_me", 0, (FIRST_LINE, LAST_LINE, LAST_LINE))


def somebody_types_while_a_page_is_on_its_way(machine: SyncModel) -> None:
    """The page brings another text of the record that is being written in."""
    machine.type_while_a_page_is_on_its_way(HOME, "planned_visit", 0, (FIRST_LINE, LAST_LINE))


def a_push_is_overtaken(machine: SyncModel) -> None:
    """What commits later must not have an earlier place in the line."""
    machine.be_overtaken(HOME, _pick(machine, HOME, "planned_visit"), FIRST_LINE)


def a_worker_loses_a_child_with_work_unsent(machine: SyncModel) -> None:
    """Nobody may see it any more, and nothing of it may be lost."""
    machine.edit_after_a_look(BEN, _pick(machine, BEN, "planned_visit"), FIRST_LINE)
    machine.cut(BEN)
    machine.revoke("ben", 0)
    machine.sync(BEN)


def a_laptop_is_filled_from_pieces_old_and_new(machine: SyncModel) -> None:
    """The newest come first; what comes after them is older."""
    picks = (_pick(machine, BEN, "planned_visit"), _pick(machine, BEN, "this_is_me"))
    machine.fill_again_from_pieces_old_and_new(HOME, 0, picks, FIRST_LINE)
