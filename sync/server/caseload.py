"""What a council's files say: children, episodes, workers and assignments, each fault told; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from sync.server.cells import (
    ALIASES,
    CHILD_FIELDS,
    EPISODES,
    HEADER,
    HOME_FIELDS,
    INVOLVEMENT,
    PLAIN,
    REASONS_NEW,
    SHORT_BREAKS,
    WORKER_FIELDS,
    Reader,
    Unreadable,
    Value,
    read_day,
    read_name,
    read_role,
    read_yes,
)
from sync.server.sheets import CELL_LEFT_OUT, FILE_LEFT_OUT, Problem, Row, Sheet


@dataclass(frozen=True)
class Said:
    """One value and the row and column that said it."""

    value: Value
    row: Row
    column: str


@dataclass
class Child:
    """What the files say of one child: fields of the child record, and of where they live."""

    code: str
    row: Row
    fields: dict[str, Said] = field(default_factory=dict)
    home: dict[str, Said] = field(default_factory=dict)


@dataclass(frozen=True)
class Episode:
    """One row of episodes.csv. ``fields`` are those of an involvement; postcodes are kept apart."""

    code: str
    row: Row
    started_on: str
    reason_new: str
    fields: dict[str, Said]
    came_from: Said | None
    lives_at: Said | None
    category_of_need: Said | None


@dataclass(frozen=True)
class Colleague:
    """A worker as a file names them."""

    sign_in_name: str
    name: str
    job_title: str
    team: str
    row: Row


@dataclass(frozen=True)
class Posting:
    """Who is assigned to which child, and as what."""

    sign_in_name: str
    code: str
    role: str
    is_lead: bool | None
    row: Row


@dataclass
class Caseload:
    """All that was readable in the files, and all that was not."""

    children: dict[str, Child] = field(default_factory=dict)
    episodes: dict[tuple[str, str], Episode] = field(default_factory=dict)
    colleagues: dict[str, Colleague] = field(default_factory=dict)
    postings: dict[tuple[str, str], Posting] = field(default_factory=dict)
    leads: dict[str, Posting] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def read_caseload(sheets: Iterable[Sheet], today: date) -> Caseload:
    """Read every file, each by its own headings. ``today`` is the day no birthday can be after."""
    caseload = Caseload()
    for sheet in sheets:
        caseload.problems += sheet.problems
        if not sheet.headings:
            continue
        if {"child", "decom"} <= sheet.headings.keys():
            _read_file(caseload, sheet, EPISODES, ("child", "decom"), _read_episode)
        elif {"child", "sex", "dob", "ethnic"} <= sheet.headings.keys():
            _read_file(caseload, sheet, HEADER, ("child", "dob"), _read_header)
        else:
            _read_plain_file(caseload, sheet)
    _drop_unborn(caseload, today)
    return caseload


def _read_file(
    caseload: Caseload,
    sheet: Sheet,
    known: Iterable[str],
    needed: Iterable[str],
    read: Callable[[Caseload, Row], None],
) -> None:
    _note_unknown(caseload, sheet, set(known))
    for row in sheet.rows:
        missing = [name for name in needed if not row.get(name)]
        for name in missing:
            caseload.problems.append(row.problem(name, "This is empty, and is needed."))
        if not missing:
            read(caseload, row)


def _note_unknown(caseload: Caseload, sheet: Sheet, known: set[str]) -> None:
    for name, heading in sheet.headings.items():
        if name not in known:
            reason = "Heard does not know this column."
            caseload.problems.append(Problem(sheet.file, 1, heading, reason, "The column was left out."))


def _read_cell(caseload: Caseload, row: Row, column: str, read: Reader) -> Said | None:
    """Read an optional cell; one that cannot be read is told and left out, and the row goes on without it."""
    text = row.get(column)
    if not text:
        return None
    try:
        value = read(text)
    except Unreadable as wrong:
        caseload.problems.append(row.problem(column, str(wrong), CELL_LEFT_OUT))
        return None
    if isinstance(value, str) and value == text.upper() != text:
        caseload.problems.append(
            row.problem(column, "The code is in small letters.", f"It was taken as {value}.", is_loss=False)
        )
    return Said(value, row, column)


def _read_needed(caseload: Caseload, row: Row, column: str, read: Reader) -> str | None:
    try:
        return str(read(row.get(column)))
    except Unreadable as wrong:
        caseload.problems.append(row.problem(column, str(wrong)))
        return None


def _add_child(
    caseload: Caseload, code: str, row: Row, said: Mapping[str, Said | None], *, is_home: bool = False
) -> None:
    """Put what a row says to what is already known of the child; the first to say something is believed."""
    child = caseload.children.setdefault(code, Child(code, row))
    fields = child.home if is_home else child.fields
    for name, one in said.items():
        if one is None:
            continue
        before = fields.setdefault(name, one)
        if before.value != one.value:
            reason = f"Line {before.row.line} of {before.row.file} says something else of the same child."
            caseload.problems.append(one.row.problem(one.column, reason, CELL_LEFT_OUT))


def _read_header(caseload: Caseload, row: Row) -> None:
    code, born_on = _read_needed(caseload, row, "child", read_name), _read_needed(caseload, row, "dob", read_day)
    if code is None or born_on is None:
        return
    said = {
        "born_on": Said(born_on, row, "dob"),
        "sex": _read_cell(caseload, row, "sex", CHILD_FIELDS["sex"]),
        "ethnicity": _read_cell(caseload, row, "ethnic", CHILD_FIELDS["ethnicity"]),
        "upn": _read_cell(caseload, row, "upn", read_name),
    }
    _add_child(caseload, code, row, said)


def _read_episode(caseload: Caseload, row: Row) -> None:
    code, started_on = _read_needed(caseload, row, "child", read_name), _read_needed(caseload, row, "decom", read_day)
    if code is None or started_on is None:
        return
    same = caseload.episodes.get((code, started_on))
    if same is not None:
        reason = f"Line {same.row.line} of {same.row.file} is an episode of this child from the same day."
        caseload.problems.append(row.problem("decom", reason))
        return
    read = {name: _read_cell(caseload, row, column, how) for column, (name, how) in INVOLVEMENT.items()}
    fields = {name: said for name, said in read.items() if said is not None}
    if "to_on" in fields and str(fields["to_on"].value) < started_on:
        caseload.problems.append(row.problem("dec", "The episode ends before it begins."))
        return
    legal = fields["legal_status"].value if "legal_status" in fields else ""
    fields["status"] = Said("short_breaks" if legal in SHORT_BREAKS else "looked_after", row, "ls")
    fields["from_on"] = Said(started_on, row, "decom")
    new = row.get("rne").upper()
    if new and new not in REASONS_NEW:
        caseload.problems.append(row.problem("rne", "This is not one of the codes of this column.", CELL_LEFT_OUT))
    caseload.episodes[code, started_on] = Episode(
        code=code,
        row=row,
        started_on=started_on,
        reason_new=new if new in REASONS_NEW else "",
        fields=fields,
        came_from=_read_cell(caseload, row, "home_post", read_name),
        lives_at=_read_cell(caseload, row, "pl_post", read_name),
        category_of_need=_read_cell(caseload, row, "cin", CHILD_FIELDS["category_of_need"]),
    )


def _read_plain_file(caseload: Caseload, sheet: Sheet) -> None:
    """Read a plain file: each row is a child, a worker, an assignment, or all three, by what its columns say."""
    taken = {ALIASES.get(name, name): heading for name, heading in sheet.headings.items()}
    if not {"child_code", "sign_in_name"} & taken.keys():
        reason = "Its headings are not those of header.csv, episodes.csv, or a plain file of children or workers."
        caseload.problems.append(Problem(sheet.file, 1, "", reason, FILE_LEFT_OUT))
        return
    if len(taken) != len(sheet.headings):
        reason = "Two of its headings mean the same."
        caseload.problems.append(Problem(sheet.file, 1, "", reason, FILE_LEFT_OUT))
        return
    _note_unknown(caseload, Sheet(sheet.file, taken, (), ()), PLAIN)
    for found in sheet.rows:
        cells = {ALIASES.get(name, name): cell for name, cell in found.cells.items()}
        row = Row(found.file, found.line, cells, taken)
        if not row.get("child_code") and not row.get("sign_in_name"):
            caseload.problems.append(row.problem("", "It names neither a child nor a worker."))
            continue
        _read_plain_row(caseload, row, taken.keys())


def _read_plain_row(caseload: Caseload, row: Row, columns: Iterable[str]) -> None:
    code = _read_needed(caseload, row, "child_code", read_name) if row.get("child_code") else ""
    name = _read_needed(caseload, row, "sign_in_name", read_name) if row.get("sign_in_name") else ""
    if code is None or name is None:
        return
    if code and ({*CHILD_FIELDS, *HOME_FIELDS} & set(columns) or not name):
        said = {field: _read_cell(caseload, row, field, how) for field, how in CHILD_FIELDS.items()}
        _add_child(caseload, code, row, said)
        at = {field: _read_cell(caseload, row, field, how) for field, how in HOME_FIELDS.items()}
        _add_child(caseload, code, row, at, is_home=True)
    if name and row.get("worker_name"):
        _add_colleague(caseload, name.casefold(), row)
    if code and name:
        _add_posting(caseload, code, name.casefold(), row)
    elif row.get("role"):
        caseload.problems.append(row.problem("role", "An assignment needs both a child and a worker.", CELL_LEFT_OUT))


def _add_colleague(caseload: Caseload, sign_in_name: str, row: Row) -> None:
    read = {name: _read_cell(caseload, row, name, how) for name, how in WORKER_FIELDS.items()}
    values = {name: str(said.value) if said else "" for name, said in read.items()}
    if not values["worker_name"]:
        return
    found = Colleague(sign_in_name, values["worker_name"], values["job_title"], values["team"], row)
    before = caseload.colleagues.setdefault(sign_in_name, found)
    if (before.name, before.job_title, before.team) != (found.name, found.job_title, found.team):
        reason = f"Line {before.row.line} of {before.row.file} says something else of the same worker."
        caseload.problems.append(row.problem("worker_name", reason, CELL_LEFT_OUT))


def _add_posting(caseload: Caseload, code: str, sign_in_name: str, row: Row) -> None:
    if not row.get("role"):
        caseload.problems.append(row.problem("role", "This is empty: as what are they assigned?"))
        return
    role = _read_needed(caseload, row, "role", read_role)
    lead = _read_cell(caseload, row, "is_lead", read_yes)
    if role is None:
        return
    posting = Posting(sign_in_name, code, role, bool(lead.value) if lead else None, row)
    before = caseload.postings.get((code, sign_in_name))
    if before is not None and before.role != role:
        reason = f"Line {before.row.line} of {before.row.file} assigns them to this child as something else."
        caseload.problems.append(row.problem("role", reason))
        return
    first = caseload.leads.setdefault(code, posting) if posting.is_lead else posting
    if first.sign_in_name != sign_in_name:
        reason = f"Line {first.row.line} of {first.row.file} says another worker is this child's lead."
        caseload.problems.append(row.problem("is_lead", reason, CELL_LEFT_OUT))
        posting = replace(posting, is_lead=False)
    caseload.postings.setdefault((code, sign_in_name), posting)


def _drop_unborn(caseload: Caseload, today: date) -> None:
    for child in caseload.children.values():
        born = child.fields.get("born_on")
        if born is not None and str(born.value) > today.isoformat():
            del child.fields["born_on"]
            caseload.problems.append(born.row.problem(born.column, "This birthday is still to come.", CELL_LEFT_OUT))
