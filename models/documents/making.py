"""A document as a file: the PDF, or the accessible page where one was asked for or a PDF would lose a letter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from models.documents import page
from models.documents.document import Document
from models.documents.paper import Paper

PDF, PAGE = ".pdf", ".html"


@dataclass(frozen=True, slots=True)
class Made:
    """A file that was made, and its ending. ``is_instead``: the page, since a PDF could not have every letter."""

    content: bytes
    ending: str
    is_instead: bool = False


def make_file(
    document: Document, paper: Paper, ending: str, is_wanted: Callable[[], bool] = lambda: True
) -> Made | None:
    """Make a file. May take seconds, and 0.2 s the first time: call it beside the screen, never at the start.

    ``is_wanted`` is asked at every page; None once it says no.
    """
    if ending == PAGE:
        return Made(page.write(document, paper), PAGE)
    from models.documents import pdf

    try:
        return Made(pdf.write(document, paper, is_wanted), PDF)
    except pdf.CannotPrint:
        return Made(page.write(document, paper), PAGE, is_instead=True)
    except pdf.Stopped:
        return None
