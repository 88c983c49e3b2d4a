"""Reads a CSV file into rows of named cells, and says of every row it cannot read where and why; pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

MAX_CELL = 10_000
"""Letters in one cell; more is no cell of a caseload but a file that has lost its quotation marks."""

ROW_LEFT_OUT = "The row was left out."
CELL_LEFT_OUT = "The row was taken without it."
FILE_LEFT_OUT = "Nothing of this file was taken."
REST_LEFT_OUT = "Everything from this line on was left out."


@dataclass(frozen=True)
class Problem:
    """Something that was not as it should be: where, why, and what was done about it.

    ``line`` is the line of the file on which the row starts, 1 for the headings; ``column`` is the heading as
    the file has it, empty where the whole row or file is meant. ``is_loss`` is False where nothing was left out.
    """

    file: str
    line: int
    column: str
    reason: str
    done: str
    is_loss: bool = True


@dataclass(frozen=True)
class Row:
    """One row: its cells by canonical heading, trimmed, and the heading as the file writes it."""

    file: str
    line: int
    cells: dict[str, str]
    headings: dict[str, str] = field(repr=False)

    def get(self, name: str) -> str:
        """Return a cell, empty where the file has no such column."""
        return self.cells.get(name, "")

    def problem(self, name: str, reason: str, done: str = ROW_LEFT_OUT, *, is_loss: bool = True) -> Problem:
        """Say what is wrong with one cell (``name`` "": with the row)."""
        return Problem(self.file, self.line, self.headings.get(name, name), reason, done, is_loss)


@dataclass(frozen=True)
class Sheet:
    """A file's rows, and its headings: canonical name to the heading as written."""

    file: str
    headings: dict[str, str]
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]


def squash(heading: str) -> str:
    """Write a heading so that case, spaces, hyphens and underscores do not matter."""
    return "".join(letter for letter in heading.casefold() if letter.isalnum())


def read_sheet(file: str, data: bytes, known: Iterable[str] = ()) -> Sheet:
    """Read UTF-8, with or without BOM, any line ends, comma between cells. Never raises for what a file holds.

    ``known`` are the headings the caller looks for; one written in another way is given as the caller knows it.
    """
    text = data.decode("utf-8-sig", "surrogateescape")
    lines = _read_lines(file, text)
    first = next(lines, None)
    if first is None or isinstance(first, Problem):
        return _unreadable(file, "There are no column headings on the first line.")
    labels = [cell.strip() for cell in first[1]]
    meant = {squash(name): name for name in known}
    names = [meant.get(squash(label), squash(label)) for label in labels]
    while names and not names[-1]:
        names.pop()
    if not names or not all(names):
        return _unreadable(file, "There is a column without a heading, or no heading at all.")
    if len(set(names)) != len(names):
        twice = next(labels[place] for place, name in enumerate(names) if name in names[:place])
        return _unreadable(file, f"Two columns are called {twice}.", twice)
    headings = dict(zip(names, labels, strict=False))
    rows: list[Row] = []
    problems: list[Problem] = []
    for found in lines:
        if isinstance(found, Problem):
            problems.append(found)
            continue
        line, cells = found
        if not any(cell.strip() for cell in cells):
            continue
        fault = _fault_in(cells, len(names))
        if fault:
            problems.append(Problem(file, line, "", fault, ROW_LEFT_OUT))
            continue
        values = [cell.strip() for cell in cells[: len(names)]]
        rows.append(Row(file, line, dict(zip(names, values, strict=True)), headings))
    return Sheet(file, headings, tuple(rows), tuple(problems))


def _unreadable(file: str, reason: str, column: str = "") -> Sheet:
    return Sheet(file, {}, (), (Problem(file, 1, column, reason, FILE_LEFT_OUT),))


def _read_lines(file: str, text: str) -> Iterator[tuple[int, list[str]] | Problem]:
    """Yield each row with the line it starts on; a row the CSV rules cannot read as a Problem."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            is_rest = reader.line_num > line and text.count("\n") <= reader.line_num
            reason = "A quotation mark is not closed, or stands where none belongs."
            yield Problem(file, line, "", reason, REST_LEFT_OUT if is_rest else ROW_LEFT_OUT)
            if is_rest:
                return
            continue
        yield line, cells


def _fault_in(cells: list[str], width: int) -> str:
    if len(cells) < width:
        return f"It has {len(cells)} cells and the headings are {width}."
    if any(cell.strip() for cell in cells[width:]):
        return f"It has more cells than the {width} headings."
    if any(len(cell) > MAX_CELL for cell in cells):
        return "One of its cells is far too long."
    joined = "".join(cells)
    if any("\ud800" <= letter <= "\udfff" for letter in joined):
        return "It holds letters that are not UTF-8. Save the file as CSV UTF-8 and import it again."
    if "\0" in joined:
        return "It holds a character that no text has."
    return ""
