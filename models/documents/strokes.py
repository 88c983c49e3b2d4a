"""An icon's lines as curves a page can draw: the few shapes of SVG that Heard's icons are made of, and no more."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TypeAlias
from xml.etree import ElementTree

import resources

SIDE = 24.0
"""Icons are drawn on a square of 24, from its top left corner."""
MOVE, LINE, CURVE, CLOSE = "move", "line", "curve", "close"
Step: TypeAlias = tuple[str, tuple[float, ...]]
_TAKES = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "A": 7, "Z": 0}
_COMMAND = re.compile(r"([MLHVCSQAZ])([^MLHVCSQAZ]*)", re.IGNORECASE)
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")


def source(name: str) -> str:
    """An icon's own file. An unknown name is a bug and raises FileNotFoundError."""
    return resources.path("icons", f"{name}.svg").read_text("utf-8")


@cache
def steps(name: str) -> tuple[Step, ...]:
    """The icon as moves, lines and cubic curves. A shape this does not know is a bug and raises ValueError."""
    made: list[Step] = []
    for shape in ElementTree.fromstring(source(name)):  # noqa: S314 - a file of our own
        kind, given = shape.tag.rpartition("}")[2], shape.attrib
        number = {key: float(value) for key, value in given.items() if _NUMBER.fullmatch(value)}
        if kind == "path":
            made += _path(given["d"])
        elif kind == "line":
            made += [(MOVE, (number["x1"], number["y1"])), (LINE, (number["x2"], number["y2"]))]
        elif kind == "circle":
            made += _oval(number["cx"], number["cy"], number["r"], number["r"])
        elif kind == "rect":
            made += _rectangle(number)
        else:
            raise ValueError(f"icons have no {kind}")
    return tuple(made)


def _rectangle(number: dict[str, float]) -> list[Step]:
    x, y, wide, tall = number.get("x", 0), number.get("y", 0), number["width"], number["height"]
    rx = min(number.get("rx", number.get("ry", 0.0)), wide / 2, tall / 2)
    d = (
        f"M{x + rx} {y}h{wide - 2 * rx}a{rx} {rx} 0 0 1 {rx} {rx}v{tall - 2 * rx}a{rx} {rx} 0 0 1 {-rx} {rx}"
        f"h{2 * rx - wide}a{rx} {rx} 0 0 1 {-rx} {-rx}v{2 * rx - tall}a{rx} {rx} 0 0 1 {rx} {-rx}z"
    )
    return list(_path(d))


def _oval(cx: float, cy: float, rx: float, ry: float) -> list[Step]:
    d = f"M{cx - rx} {cy}a{rx} {ry} 0 1 0 {2 * rx} 0a{rx} {ry} 0 1 0 {-2 * rx} 0z"
    return list(_path(d))


def _numbers(command: str, text: str) -> list[list[float]]:
    """The values of a command, in groups. The two flags of an arc may stand without a space between them."""
    takes = _TAKES[command]
    found: list[float] = []
    at = 0
    while takes:
        text_left = text[at:].lstrip(" ,\n\t")
        if not text_left:
            break
        at = len(text) - len(text_left)
        is_flag = command == "A" and len(found) % 7 in (3, 4)
        match = re.match(r"[01]", text_left) if is_flag else _NUMBER.match(text_left)
        if match is None:
            raise ValueError(f"a path has {text_left[:8]!r} where a number belongs")
        found.append(float(match[0]))
        at += match.end()
    if takes and len(found) % takes:
        raise ValueError(f"a path ends in the middle of {command}")
    return [found[start : start + takes] for start in range(0, len(found), takes)] if takes else [[]]


def _path(d: str) -> Iterator[Step]:
    x = y = start_x = start_y = 0.0
    handle: tuple[float, float] | None = None
    for letter, text in _COMMAND.findall(d):
        command = letter.upper()
        for at, values in enumerate(_numbers(command, text)):
            dx, dy = (x, y) if letter.islower() else (0.0, 0.0)
            before, handle = handle, None
            if command == "Z":
                yield (CLOSE, ())
                x, y = start_x, start_y
            elif command in "HV":
                x, y = (values[0] + dx, y) if command == "H" else (x, values[0] + dy)
                yield (LINE, (x, y))
            elif command == "A":
                end = (values[5] + dx, values[6] + dy)
                yield from _arc((x, y), end, values)
                x, y = end
            elif command in "ML":
                x, y = values[0] + dx, values[1] + dy
                if command == "M" and at == 0:
                    start_x, start_y = x, y
                yield (MOVE if command == "M" and at == 0 else LINE, (x, y))
            else:
                points = [(values[i] + dx, values[i + 1] + dy) for i in range(0, len(values), 2)]
                first, second, end = _handles(command, (x, y), before, points)
                yield (CURVE, (*first, *second, *end))
                x, y = end
                handle = second


_Point: TypeAlias = tuple[float, float]


def _handles(
    command: str, at: _Point, before: _Point | None, points: Sequence[_Point]
) -> tuple[_Point, _Point, _Point]:
    """The two handles and the end of a cubic curve, from C, S or Q."""
    if command == "C":
        return points[0], points[1], points[2]
    if command == "S":
        mirrored = (2 * at[0] - before[0], 2 * at[1] - before[1]) if before else at
        return mirrored, points[0], points[1]
    one, end = points
    return (
        (at[0] + 2 / 3 * (one[0] - at[0]), at[1] + 2 / 3 * (one[1] - at[1])),
        (end[0] + 2 / 3 * (one[0] - end[0]), end[1] + 2 / 3 * (one[1] - end[1])),
        end,
    )


def _arc(start: _Point, end: _Point, values: Sequence[float]) -> Iterator[Step]:
    """An elliptical arc as curves of a quarter turn at most (SVG 1.1, appendix F.6). Icons turn none: no rotation."""
    rx, ry, is_large, sweep = abs(values[0]), abs(values[1]), values[3] == 1, values[4] == 1
    half_x, half_y = (start[0] - end[0]) / 2, (start[1] - end[1]) / 2
    if not rx or not ry or (not half_x and not half_y):
        yield (LINE, end)
        return
    grow = math.sqrt(max(1.0, (half_x / rx) ** 2 + (half_y / ry) ** 2))
    rx, ry = rx * grow, ry * grow
    flat = (rx * half_y) ** 2 + (ry * half_x) ** 2
    factor = math.sqrt(max(0.0, (rx * ry) ** 2 - flat) / flat) * (1 if is_large != sweep else -1)
    middle_x, middle_y = factor * rx * half_y / ry, -factor * ry * half_x / rx
    cx, cy = middle_x + (start[0] + end[0]) / 2, middle_y + (start[1] + end[1]) / 2
    begin = math.atan2((half_y - middle_y) / ry, (half_x - middle_x) / rx)
    turn = math.atan2((-half_y - middle_y) / ry, (-half_x - middle_x) / rx) - begin
    if sweep and turn < 0:
        turn += 2 * math.pi
    elif not sweep and turn > 0:
        turn -= 2 * math.pi
    count = max(1, math.ceil(abs(turn) / (math.pi / 2) - 1e-9))
    part = turn / count
    reach = 4 / 3 * math.tan(part / 4)
    for number in range(count):
        one, two = begin + number * part, begin + (number + 1) * part
        yield (
            CURVE,
            (
                cx + rx * (math.cos(one) - reach * math.sin(one)),
                cy + ry * (math.sin(one) + reach * math.cos(one)),
                cx + rx * (math.cos(two) + reach * math.sin(two)),
                cy + ry * (math.sin(two) - reach * math.cos(two)),
                cx + rx * math.cos(two),
                cy + ry * math.sin(two),
            ),
        )
