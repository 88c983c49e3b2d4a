"""The highest op number this laptop ever gave out, kept outside the vault file so that an old copy of it is noticed."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from desktop.files import write_whole
from desktop.platform.interface import Platform

FILE_NAME = "vault.mark"
_SIZE_LIMIT = 4096


@dataclass(frozen=True)
class Mark:
    """Which laptop, in which epoch of its vault, has given out op numbers up to which."""

    device_id: str
    epoch: int
    op_no: int

    def is_ahead_of(self, other: Mark) -> bool:
        """Say whether this mark is later than ``other`` on the same laptop."""
        return self.device_id == other.device_id and (self.epoch, self.op_no) > (other.epoch, other.op_no)


def read_mark(folder: Path) -> Mark | None:
    """Read the vault folder's mark. None where there is none or it cannot be read: the store then opens a new epoch."""
    try:
        with (folder / FILE_NAME).open("rb") as file:
            facts = json.loads(file.read(_SIZE_LIMIT))
        mark = Mark(facts["device_id"], facts["epoch"], facts["op_no"])
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None
    is_sound = type(mark.device_id) is str and type(mark.epoch) is int and type(mark.op_no) is int
    return mark if is_sound and mark.epoch >= 0 and mark.op_no >= 0 else None


def write_mark(folder: Path, mark: Mark, platform: Platform | None = None) -> None:
    """Write the mark, whole or not at all. Raises Trouble when the disk refuses; the old mark then stands."""
    write_whole(folder / FILE_NAME, json.dumps(asdict(mark)).encode(), platform)
