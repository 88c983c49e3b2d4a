"""An icon on paper is the icon on the screen: every one of ours can be drawn, and its curves lie where SVG says."""

from __future__ import annotations

import math

import pytest

import resources
from models.documents import strokes
from models.documents.strokes import CLOSE, CURVE, LINE, MOVE, SIDE, steps

ICONS = sorted(path.stem for path in resources.path("icons").glob("*.svg"))


def ends(d: str) -> list[tuple[float, ...]]:
    return [tuple(round(one, 3) for one in points[-2:]) for _step, points in strokes._path(d)]


@pytest.mark.parametrize("name", ICONS)
def test_every_icon_of_ours_can_be_drawn_and_stays_within_its_square(name: str) -> None:
    drawn = steps(name)
    assert drawn[0][0] == MOVE
    assert {step for step, _points in drawn} <= {MOVE, LINE, CURVE, CLOSE}
    assert all(-0.5 <= one <= SIDE + 0.5 for _step, points in drawn for one in points)


def test_commands_without_spaces_are_read_as_a_browser_reads_them() -> None:
    assert ends("M21 7.338V5a2 2 0 00-2-2H5") == [(21, 7.338), (21, 5), (19, 3), (5, 3)]
    assert ends("m16 9-5.5 5.5L8 12") == [(16, 9), (10.5, 14.5), (8, 12)]
    assert ends("M1 1h2v.5.5z") == [(1, 1), (3, 1), (3, 1.5), (3, 2), ()]


def test_after_a_closed_shape_the_next_begins_where_it_began() -> None:
    assert ends("M2 3h4v4zl1 1")[-1] == (3, 4)


def test_a_mirrored_handle_is_the_last_one_turned_about_its_end() -> None:
    curves = [points for step, points in strokes._path("M0 0c0 2 2 2 2 0s2 -2 2 0") if step == CURVE]
    assert curves[1][:2] == (2.0, -2.0)


def test_a_circle_stays_round() -> None:
    for _step, points in (each for each in strokes._oval(12, 12, 10, 10) if each[0] == CURVE):
        assert math.isclose(math.hypot(points[4] - 12, points[5] - 12), 10, abs_tol=1e-6)


def test_an_arc_too_small_to_reach_its_end_grows_until_it_does() -> None:
    assert ends("M0 0a1 1 0 0 1 8 0")[-1] == (8, 0)
    assert ends("M0 0a0 1 0 0 1 8 0") == [(0, 0), (8, 0)]


@pytest.mark.parametrize("d", ["M1", "M1 x", "M0 0a1 1 0 7 1 8 0"])
def test_a_path_that_is_no_path_is_a_bug_and_says_so(d: str) -> None:
    with pytest.raises(ValueError, match="path"):
        list(strokes._path(d))
