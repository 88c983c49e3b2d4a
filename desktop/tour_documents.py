"""The part of the tour about paper: every document printed and saved from where a worker stands, and its pages seen."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from desktop.puppet import Puppet
from desktop.touring import expect, find_child


class DocumentsTour:
    """Steps from a child's own page. ``picture`` saves a screen; documents lie in ``out`` beside the pictures."""

    def __init__(self, picture: Callable[..., None], out: Path) -> None:
        self._picture, self._out = picture, out / "documents"

    def print_all(self, app: Puppet) -> None:
        """Ctrl+P on Sarah's page; each of her documents seen on the paper she asked for, and saved in both forms."""
        shutil.rmtree(self._out, ignore_errors=True)
        self._out.mkdir()
        find_child(app, "Sarah")
        app.press("Ctrl+P")
        app.read("print.paper", until="My name is")
        self._picture(app, "print")
        for key, words in (
            ("this_is_me", "What is important to me"),
            ("before_you_knock", "Please do not"),
            ("letter", "Dear Sarah"),
            ("picture_letter", "Dear Sarah"),
            ("my_story", "My story so far"),
        ):
            app.click(f"print.which.{key}")
            app.read("print.paper", until=words)
            if key != "this_is_me":
                self._picture(app, f"print_{key}")
            self._save(app, key)
        app.click("print.which.this_is_me")
        for row, code in (("size", "normal"), ("tint", "white"), ("letters", "plain")):
            app.click(f"print.{row}.{code}")
        self._save(app, "this_is_me_white")
        app.press("Alt+Left")
        app.read("child.known_as", until="Sarah")

    def note_and_copy(self, app: Puppet) -> None:
        """The note is printed from its own page; a copy of the record is made for a parent."""
        self._note(app)
        self._copy_for_a_parent(app)

    def _note(self, app: Puppet) -> None:
        """The note that was finished is printed from its own page."""
        app.press("Ctrl+K")
        app.ask("type", text="kitchen")
        app.read("find.results", until="kitchen")
        app.press("Return")
        app.read("note.title", until="Sarah")
        app.click("note.print")
        app.read("print.paper", until="In Sarah’s own words")
        self._picture(app, "print_note")
        self._save(app, "visit_note")

    def _copy_for_a_parent(self, app: Puppet) -> None:
        """A copy for a parent: what Sarah keeps from her parents is counted on the council's page, and nowhere else."""
        find_child(app, "Sarah")
        app.ask("open", page="record_copy", arguments={"scope_id": app.ask("scope")})
        app.read("record_copy.counts", until="in the copy", seconds=20)
        app.click("record_copy.whom.parent")
        app.read("record_copy.reasons", until="Sarah asked for parents not to be shown it", seconds=20)
        self._picture(app, "record_copy")
        app.ask("choose_file", path=str(self._out))
        app.click("record_copy.save")
        app.read("record_copy.told", until="To give", seconds=30)
        saved = sorted(self._out.rglob("Heard - copy*/*/*.pdf"))
        expect(len(saved) == 2, f"the copy was saved as {saved}")
        for path in saved:
            self._see(app, path, "copy_council" if "council" in path.parent.name else "copy_given")
        app.press("Alt+Left")

    def _save(self, app: Puppet, name: str) -> None:
        for button, ending in (("print.save_pdf", ".pdf"), ("print.save_page", ".html")):
            path = self._out / f"{name}{ending}"
            app.ask("choose_file", path=str(path))
            app.click(button)
            app.read("print.told", until="Saved", seconds=20)
            expect(path.is_file() and path.stat().st_size > 1_000, f"{path.name} was not written")
        self._see(app, self._out / f"{name}.pdf", name)

    def _see(self, app: Puppet, path: Path, name: str) -> None:
        """Draw the pages as another program does, where Qt's reader of PDF is there: a package leaves it out."""
        pages = app.ask("pages", pdf=str(path), out=str(self._out / name), seconds=8)
        expect(pages != 0, f"{path.name} has no page")
