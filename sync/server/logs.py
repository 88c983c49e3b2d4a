"""What the server says about itself: a JSON line for each thing done, with ids and types only."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from collections.abc import Mapping
from pathlib import PurePath
from types import TracebackType

from models.clock import Clock

LOGGER = logging.getLogger("heard.server")
_QUIET = ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi", "litestar", "asyncio")


class PlainLines(logging.Formatter):
    """Writes a record as one JSON line. Only our own events carry fields; of others, their place alone is told.

    A message or an exception's text may quote what a worker typed, so neither is ever written.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        super().__init__()
        self._clock = clock or Clock()

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {"at": self._clock.stamp(), "level": record.levelname.lower()}
        fields = getattr(record, "heard", None)
        if isinstance(fields, Mapping):
            line.update(event=record.msg, **fields)
        else:
            line.update(event="other", source=record.name, line=record.lineno)
        if record.exc_info and record.exc_info[0] is not None:
            line.update(describe(record.exc_info[0], record.exc_info[2]))
        return json.dumps(line, ensure_ascii=True)


def describe(kind: type[BaseException], trace: TracebackType | None) -> dict[str, object]:
    """Tell an exception by its type and where it passed, without the values it carries."""
    frames = [f"{PurePath(frame.filename).name}:{frame.lineno}" for frame in traceback.extract_tb(trace)[-8:]]
    return {"error": kind.__name__, "trace": frames}


def note(event: str, *, level: int = logging.INFO, exc_info: BaseException | None = None, **fields: object) -> None:
    """Write one line. ``event`` and the fields are ours: names, ids, counts and times, nothing a person typed."""
    LOGGER.log(level, event, extra={"heard": fields}, exc_info=exc_info)


def start_logs() -> None:
    """Send everything any library logs through the same plain lines to stderr."""
    outlet = logging.StreamHandler(sys.stderr)
    outlet.setFormatter(PlainLines())
    root = logging.getLogger()
    root.handlers = [outlet]
    root.setLevel(logging.WARNING)
    LOGGER.setLevel(logging.INFO)
    for name in _QUIET:
        logger = logging.getLogger(name)
        logger.handlers = []
        logger.propagate = True
        logger.setLevel(logging.WARNING)
