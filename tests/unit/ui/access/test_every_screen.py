"""Every screen in every look: what is seen, what is heard, and where the Tab key goes. One app for all of it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from PySide6.QtWidgets import QWidget

from desktop import ears, eyes
from desktop.looks import Shown, take_on
from tests.unit.ui.access.every_screen import every_screen, opened
from tests.unit.ui.access.tabbing import THICK, against_the_eye, may_stop, ring_share, stops

TALL = 2400
"""A window that leaves little to scroll, so that what stands below is judged as well."""

pytestmark = pytest.mark.timeout(600)  # forty screens in one test


@pytest.mark.parametrize(
    ("shown", "width", "height"),
    [
        (Shown.LIGHT, 1366, TALL),
        (Shown.DARK, 1024, TALL),
        (Shown.LARGE, 1366, TALL),
        (Shown.LARGE, 1024, 600),
        (Shown.CONTRAST, 1366, TALL),
    ],
)
def test_every_screen_can_be_read_in_every_look_and_heard_in_every_width(
    at: SimpleNamespace, shown: Shown, width: int, height: int
) -> None:
    take_on(at.theme, shown)
    at.window.resize(width, height)
    found = []
    for screen in opened(at, forms=height == TALL):
        faults = eyes.find_faults(at.window)
        if shown in (Shown.LIGHT, Shown.DARK):
            faults += ears.find_faults(at.window)
        found += [f"{screen.name}: {fault}" for fault in faults]
    assert "\n".join(found) == ""


@pytest.mark.parametrize("size", [(1366, 900), (1024, 600)], ids=lambda size: str(size[0]))
def test_tab_goes_round_every_screen_as_the_eye_does_and_leaves_nothing_out(
    at: SimpleNamespace, size: tuple[int, int]
) -> None:
    take_on(at.theme, Shown.LIGHT)
    at.window.resize(*size)
    is_wide = size[0] == 1366
    found = []
    for screen in opened(at, forms=is_wide):
        way, thin = [], []
        for stop in stops(at):
            way.append(stop)
            if is_wide and screen.name == screen.page:
                thin += _without_a_ring(at, stop)
        found += [f"{screen.name}: {fault}" for fault in (*thin, *_out_of_order(at, way))]
    assert "\n".join(dict.fromkeys(found)) == ""


@pytest.mark.parametrize("shown", [Shown.DARK, Shown.CONTRAST])
def test_whatever_has_the_focus_wears_a_ring_that_can_be_seen(at: SimpleNamespace, shown: Shown) -> None:
    """In light it is looked at while Tab goes round."""
    take_on(at.theme, shown)
    at.window.resize(1366, 900)
    found = [
        f"{screen.name}: {fault}"
        for screen in opened(at, forms=False)
        for stop in stops(at)
        for fault in _without_a_ring(at, stop)
    ]
    assert "\n".join(dict.fromkeys(found)) == ""


def test_the_pages_of_the_window_are_all_among_the_screens_and_show_what_they_are_about(at: SimpleNamespace) -> None:
    screens = every_screen(at)
    assert {screen.page for screen in screens} == {spec.key for spec in at.window.pages.specs()}
    about_one = [screen for screen in screens if "record_id" in screen.arguments]
    assert len(about_one) > 10


def _out_of_order(at: SimpleNamespace, way: list[QWidget]) -> Iterator[str]:
    yield from (f"Tab never stops at {_name(one)}" for one in may_stop(at.window) if one not in way)
    for before, after in itertools.pairwise(way):
        # From the end of the page Tab goes on with the rail.
        is_round = at.window.rail.isAncestorOf(after) and not at.window.rail.isAncestorOf(before)
        if not is_round and against_the_eye(before, after):
            yield f"Tab goes back from {_name(before)} to {_name(after)}"


def _without_a_ring(at: SimpleNamespace, stop: QWidget) -> Iterator[str]:
    share = ring_share(at, stop)
    if share < THICK:
        yield f"{_name(stop)} wears {share:.2f} px of a ring"


def _name(widget: QWidget) -> str:
    return f"{type(widget).__name__} {widget.objectName() or widget.accessibleName()!r}"
