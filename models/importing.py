"""Brings records of a JSON export back into a vault: what is missing lands, what is there is never touched."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from models import export_files
from models.audience import AUTHORED
from models.casebook import Casebook
from models.entry import Draft, Edit
from models.errors import Trouble
from models.ids import is_id
from models.record import declaration_of

MOST_BYTES = 256 * 1024 * 1024


class _Author(msgspec.Struct):
    worker_id: str = ""


class _Exported(msgspec.Struct):
    record_id: str
    type: str
    body: dict[str, Any]
    schema: int = 1
    audience: str = ""
    keep_from: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    is_finished: bool = False
    author: _Author = msgspec.field(default_factory=_Author)


class _Chapter(msgspec.Struct):
    scope_id: str
    records: tuple[_Exported, ...]


class _Export(msgspec.Struct):
    heard_export: int
    children: tuple[_Chapter, ...]


@dataclass(slots=True)
class Report:
    """What became of a file: how many records landed, how many were there already, and why others were left out."""

    landed: int = 0
    known: int = 0
    left_out: list[str] = field(default_factory=list)

    def in_words(self) -> str:
        """The report in a few lines."""
        head = f"{self.landed} records brought in, {self.known} were here already, {len(self.left_out)} left out."
        return "\n".join([head, *(f"  {reason}" for reason in self.left_out)])


def bring_in(casebook: Casebook, path: Path) -> Report:
    """Bring in what ``heard export json`` wrote. Doing it twice changes nothing.

    Only this worker's own records and those anyone assigned may write are taken, and only for children assigned to
    them: nobody's words are put down under another's name. Raises Trouble for a file that cannot be read.
    """
    report = Report()
    for chapter in _read(path).children:
        for one in chapter.records:
            why_not = _why_not(casebook, chapter.scope_id, one)
            if why_not:
                report.left_out.append(f"{one.type} {one.record_id}: {why_not}")
            elif casebook.entry(one.record_id) is not None:
                report.known += 1
            else:
                _land(casebook, chapter.scope_id, one, export_files.folder_beside(path))
                report.landed += 1
    return report


def _read(path: Path) -> _Export:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise Trouble("That file is too large to bring in", "Nothing has been changed.")
        return msgspec.json.decode(path.read_bytes(), type=_Export)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Trouble(
            "That file could not be read", "Nothing has been changed.", "Choose a file that `heard export json` wrote."
        ) from error


def _why_not(casebook: Casebook, scope_id: str, one: _Exported) -> str:
    declaration = declaration_of(one.type)
    if scope_id not in casebook.scopes:
        return "the child is not assigned to you"
    if declaration is None or one.schema > declaration.schema or not is_id(one.record_id):
        return "it was written by a newer Heard"
    if declaration.policy_class == AUTHORED and one.author.worker_id != casebook.me.worker.worker_id:
        return "another worker wrote it"
    unknown = set(one.body) - set(declaration.fields)
    return f"it holds what this Heard does not know: {', '.join(sorted(unknown))}" if unknown else ""


def _land(casebook: Casebook, scope_id: str, one: _Exported, files: Path) -> None:
    declaration = declaration_of(one.type)
    assert declaration is not None
    body = declaration.upgrade(dict(one.body), one.schema)
    audience = one.audience or declaration.audience
    draft = Draft(one.record_id, one.type, scope_id, audience, one.keep_from, one.about)
    taken = export_files.bring_back(body, files) if one.type == export_files.TYPE else None
    if taken is not None:
        casebook.attachments.add(draft, taken, body)
    else:
        casebook.save(draft, {name: Edit(None, value) for name, value in body.items()}).result()
    if one.is_finished:
        casebook.finish(one.record_id).result()
    else:
        casebook.cut(one.record_id).result()
