"""Writing a copy of a child's record to a folder: what is given in one folder, the council's own page in another."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from models import export_files
from models.casebook import Casebook
from models.documents.making import PAGE, PDF, make_file
from models.documents.paper import Paper
from models.documents.subject_access import CHILD, Pack
from models.written import not_written, write_whole

TO_GIVE, FOR_THE_COUNCIL = "To give", "For the council only"
"""Apart, so that nobody hands over the one with the other."""


def save(
    casebook: Casebook, pack: Pack, whom: str, out: Path, paper: Paper, is_wanted: Callable[[], bool] = lambda: True
) -> list[Path]:
    """Write the copy and the council's page, each as PDF and as page, and the photos and sounds that go with the copy.

    Returns what was written; nothing where nobody wants it any more. No file's name tells whose it is. Raises Trouble.
    """
    day = pack.copy.made_on.isoformat()
    folder = out / f"Heard - copy of a record - {day}"
    name = "Copy for a child" if whom == CHILD else "Copy for a parent"
    wanted = (
        (TO_GIVE, name, pack.copy, paper),
        (FOR_THE_COUNCIL, f"{name}, what is kept apart", pack.council, Paper(tint="white")),
    )
    made = []
    for where, what, document, sheet in wanted:
        for ending in (PDF, PAGE):
            file = make_file(document, sheet, ending, is_wanted)
            if file is None:
                return []
            made.append((folder / where / f"{what} - {day}{file.ending}", file.content))
    try:
        for where in (TO_GIVE, FOR_THE_COUNCIL):
            (folder / where).mkdir(mode=0o700, parents=True, exist_ok=True)
        paths = [write_whole(content, path) for path, content in dict(made).items()]
        files = folder / TO_GIVE / "Photos and pages"
        if export_files.write_files(casebook, pack.given, files):
            paths.append(files)
    except OSError as error:
        raise not_written(error) from error
    return paths
