"""The tour: a real server and two real apps, driven by key and mouse through the main job, with pictures.

Every step says what it did and how long it took, and the tour fails where an outcome is not what it should be.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from desktop.demo import PASSPHRASE, PIN
from desktop.drawn import drawn_house
from desktop.puppet import Fell, Puppet
from desktop.stage import SERVER_PASSWORD, Stage
from desktop.tour_aloud import AloudTour
from desktop.tour_documents import DocumentsTour
from desktop.tour_knowing import KnowingTour
from desktop.tour_leaving import LeavingTour
from desktop.tour_pictures import Pictures
from desktop.tour_sync import SyncTour
from desktop.tour_visit import VisitTour
from desktop.tour_voice import VoiceTour
from desktop.tour_words import WordsTour
from desktop.touring import expect, find_child
from desktop.worked_example import write_worked_example
from models.errors import Trouble

WORDS = "I like Becky coming. I don't want her to stop. Can you ask if she can do Tuesdays?"
DRAWING = "The flat I want, near Nan"
HAPPENED = "Grandad met me at the door. Sarah stayed in the kitchen with the dog and joined us after ten minutes."


class Tour:
    """One run of the tour, into one folder of pictures."""

    def __init__(self, out: Path, folder: Path, ends: ExitStack) -> None:
        self.out, self.folder = out, folder
        self.picture = Pictures(out)
        self.stage = ends.enter_context(Stage(folder))
        self.aisha = ends.enter_context(Puppet(self.stage, folder / "Aisha’s laptop" / "vault"))
        self.knowing = KnowingTour(self.picture)
        self.aloud = AloudTour(self.picture)
        self.together = SyncTour(self.stage, folder, self.picture, ends)
        self.voice, self.words = VoiceTour(self.picture), WordsTour(self.picture, out)
        self.visit = VisitTour(self.picture)
        self.paper = DocumentsTour(self.picture, out)
        self.leaving = LeavingTour(self.stage, folder / "Aisha’s laptop" / "vault", self.picture)
        self.martin = ends.enter_context(Puppet(self.stage, folder / "Martin’s laptop" / "vault"))

    def step(self, words: str, act: Callable[[], object]) -> None:
        """Do one step and say so. Raises Fell, with the step's words, when it does not come out as it should."""
        start = time.monotonic()
        try:
            act()
        except Fell as fell:
            raise Fell(f"{words}: {fell}") from fell
        for report in self.folder.rglob("crash-*.txt"):
            raise Fell(f"{words}: an app met a bug and went on\n{report.read_text('utf-8')}")
        print(f"{time.monotonic() - start:6.2f} s  {words}", flush=True)  # noqa: T201 - the tour's own report

    # ---- the council ----

    def found(self) -> None:
        """A council with seven invented children, brought in from files as councils have them."""
        said = self.stage.found_council()
        expect("child: 7 new" in said and "Everything is in." in said, f"the import said: {said}")
        again = self.stage.import_again()
        expect("child: 0 new" in again, f"importing twice changed something: {again}")

    def colleague(self) -> None:
        """Martin, the IRO, has already written down how Sarah likes to be approached."""
        worker_id = self.stage.worker_id("aisha")
        self.stage.make_laptop(
            self.folder / "Martin’s laptop" / "vault",
            "martin",
            PASSPHRASE,
            PIN,
            lambda casebook: write_worked_example(casebook, worker_id),
        )

    # ---- first run ----

    def first_run(self) -> None:
        """Aisha sets her laptop up: passphrase, recovery code, joining, PIN, first copy."""
        app = self.aisha.start()
        app.read("first_run.passphrase")
        self.picture(app, "first_run_passphrase")
        app.write("first_run.passphrase", PASSPHRASE)
        app.write("first_run.passphrase_again", PASSPHRASE)
        app.click("first_run.next")
        code = app.read("first_run.code")
        self.picture(app, "first_run_code")
        app.click("first_run.next")
        app.write("first_run.code_again", code.lower().replace("-", " "))
        app.click("first_run.next")
        app.write("first_run.address", self.stage.url, seconds=20)
        app.write("first_run.join_code", self.stage.device_code("aisha"))
        app.write("first_run.sign_in_name", "aisha")
        app.write("first_run.password", SERVER_PASSWORD)
        self.picture(app, "first_run_join")
        app.click("first_run.next")
        app.write("first_run.pin", PIN, seconds=20)
        app.write("first_run.pin_again", PIN)
        app.click("first_run.next")
        app.read("first_run.progress", until="7 children", seconds=20)
        self.picture(app, "first_run_copied")
        app.click("first_run.next")

    # ---- offline ----

    def go_offline(self) -> None:
        """The line goes down; the app says so calmly and nothing blocks."""
        self.stage.stop_server()
        self.aisha.press("F5")
        self.aisha.read("top.state", until="Offline", seconds=20)

    def today(self) -> None:
        """Today shows whom she visits, and how each likes to be approached, without a click."""
        app = self.aisha
        app.read("today.title")
        knock = app.read("today.knock")
        expect("Grandad (Pete)" in knock, f"Sarah’s line says {knock!r}")
        self.picture(app, "today")

    def knock(self) -> None:
        """Before you knock: Sarah's seven wishes of seed 001, offline, one click from Today."""
        app = self.aisha
        app.click("today.knock")
        card = "\n".join(app.read(f"knock.{part}") for part in ("first", "words", "changes", "after", "please_do_not"))
        for wish in ("Grandad (Pete)", "hort, clear words", "change", "ead", "Bring anyone new"):
            expect(wish in card, f"{wish!r} is not on the card: {card!r}")
        self.picture(app, "before_you_knock")

    def write_note(self) -> None:
        """A visit note: what happened, Sarah's own words apart, and an error summary that links to what is missing."""
        app = self.aisha
        app.press("Return")
        app.read("note.title", until="Sarah")
        app.write("visit_note.what_happened", HAPPENED)
        app.write("own_words.words", WORDS)
        app.click("own_words.told_by.talking")
        app.read("save_line", until="Saved on this laptop")
        self.add_drawing(app)
        app.click("note.finish")
        app.read("window", until="There is a problem")
        self.picture(app, "note_error")
        app.click("visit_note.seen.yes")
        app.click("visit_note.seen_alone.no_childs_choice")
        app.read("save_line", until="Saved on this laptop")
        self.picture(app, "note_editor")

    def add_drawing(self, app: Puppet) -> None:
        """A photo of a drawing is dropped on the note: kept with it, as Sarah’s own, and seen whole on its own page."""
        path = self.folder / "IMG_0231.png"
        path.write_bytes(drawn_house())
        app.ask("drop", name="attachment.strip", path=str(path), seconds=8)
        app.read("attachment.open", until="Open:")
        app.ask("focus", name="attachment.caption", seconds=8)
        app.ask("type", text=DRAWING)
        app.read("attachment.open", until=DRAWING)
        app.read("save_line", until="Saved on this laptop")
        self.picture(app, "note_drawing", at="attachment.caption")
        app.click("attachment.open")
        app.ask("focus", name="attachment.picture", seconds=8)
        self.picture(app, "drawing")
        app.press("Alt+Left")
        app.read("note.title", until="Sarah")

    def hide_and_lock(self) -> None:
        """F9 hides at once; the PIN comes back; five wrong ones end the process that holds the key."""
        app = self.aisha
        app.press("F9")
        app.read("cover")
        self.picture(app, "hidden")
        app.press("Return")
        app.write("cover.pin", PIN)
        app.press("Return")
        app.read("note.title", until="Sarah")
        app.press("F9")
        app.press("Return")
        for wrong in range(4):
            app.write("cover.pin", f"11111{wrong}")
            app.press("Return")
        app.write("cover.pin", "111114")
        app.press_to_end("Return")
        app.meet()
        app.read("unlock.passphrase")
        self.picture(app, "unlock")

    def unlock(self) -> None:
        """The fresh process comes back to the same note, with every word in it."""
        app = self.aisha
        app.write("unlock.passphrase", PASSPHRASE)
        app.press("Return")
        app.read("note.title", until="Sarah", seconds=20)
        kept = app.read("visit_note.what_happened", until=HAPPENED[:20])
        expect(kept == HAPPENED, f"the note came back as {kept!r}")
        expect(app.read("own_words.words") == WORDS, "her words came back changed")

    def finish_note(self) -> None:
        """Finish the note: it stands as written from now on."""
        app = self.aisha
        app.click("note.finish")
        app.read("note.add", seconds=10)
        self.picture(app, "note_finished")

    def find(self) -> None:
        """Find it by a word."""
        app = self.aisha
        app.press("Ctrl+K")
        app.ask("type", text="kitchen")
        app.read("find.results", until="kitchen")
        self.picture(app, "find")
        app.press("Return")
        app.read("note.title", until="Sarah")

    def plan(self) -> None:
        """Plan a visit, and be told that Sarah asks for seven days' notice."""
        app = self.aisha
        app.press("Ctrl+1")
        app.click("today.plan")
        app.ask("type", text="Sarah")
        app.press("Return")
        app.ask("focus", name="planned_visit.planned_at", seconds=8)
        app.press("Ctrl+A")
        app.ask("type", text="tomorrow")
        app.press("Tab")
        app.read("plan.warning", until="7 days")
        self.picture(app, "plan_a_visit")
        app.press("Ctrl+Return")

    def look_around(self) -> None:
        """Children, Sarah's timeline, This is Me, Sync, Settings, the keys."""
        app = self.aisha
        app.press("Ctrl+2")
        app.read("children.list")
        self.picture(app, "children")
        app.press("Ctrl+K")
        app.ask("type", text="Sarah")
        app.read("find.results", until="Sarah")
        app.press("Return")
        app.read("child.known_as", until="Sarah")
        expect(WORDS in app.read("window"), "her words are not on her timeline")
        self.picture(app, "child_timeline")
        app.press("Ctrl+5")
        app.read("sync.waiting", until="Sarah")
        self.picture(app, "sync_offline")
        app.click("sync.more.waiting")
        app.read("sync.waiting", until="Visit note")
        app.click("rail.settings")
        app.read("settings.appearance")
        self.picture(app, "settings")
        app.press("F1")
        self.picture(app, "keys")

    # ---- online ----

    def sync(self) -> None:
        """The line comes back: everything is sent, and the chip says so."""
        self.stage.serve()
        self.aisha.press("F5")
        self.aisha.read("top.state", until="All sent", seconds=30)

    def colleague_reads(self) -> None:
        """Martin's laptop shows the note, word for word."""
        app = self.martin.start()
        app.write("unlock.passphrase", PASSPHRASE, seconds=20)
        app.press("Return")
        app.read("top.state", until="All sent", seconds=30)
        app.press("Ctrl+K")
        app.ask("type", text="kitchen")
        app.read("find.results", until="kitchen", seconds=15)
        app.press("Return")
        app.read("note.title", until="Sarah")
        expect(app.read("visit_note.what_happened") == HAPPENED, "the note reads otherwise on the second laptop")
        expect(WORDS in app.read("window"), "her words read otherwise on the second laptop")
        self.picture(app, "colleague_note")
        app.click("attachment.open", seconds=20)
        app.ask("focus", name="attachment.picture", seconds=20)
        self.picture(app, "colleague_drawing")
        app.press("Alt+Left")

    def apart(self) -> None:
        """Both change her This is Me while apart: other boxes, and the same one."""
        for app in (self.aisha, self.martin):
            self.open_this_is_me(app)
        self.picture(self.aisha, "this_is_me")
        self.stage.stop_server()
        self.edit_box(self.aisha, "my_hopes", "I want a flat near Nan.")
        self.edit_box(self.martin, "my_hopes", "I want to bake for a job.")
        self.edit_box(self.martin, "helps_me", "Hearing about it the same week.")
        self.stage.serve()
        for app in (self.aisha, self.martin, self.aisha):
            app.press("F5")
            app.read("top.state", until="All sent", seconds=30)

    def open_this_is_me(self, app: Puppet) -> None:
        """From anywhere: Ctrl+K, Sarah, her page, This is Me."""
        find_child(app, "Sarah")
        app.ask("open", page="this_is_me", arguments={"scope_id": app.ask("scope")})
        app.read("this_is_me.my_name", until="Sarah")

    def edit_box(self, app: Puppet, box: str, more: str) -> None:
        """Add a line to one box."""
        app.click("this_is_me.edit")
        app.ask("focus", name=f"this_is_me.{box}", seconds=8)
        app.press("Ctrl+End")
        app.ask("type", text="\n" + more)
        app.read("save_line", until="Saved on this laptop")
        if box == "my_hopes":
            self.edit_picture(app)
        app.click("this_is_me.done")
        app.read("this_is_me.edit")

    def edit_picture(self, app: Puppet) -> None:
        """One picture of the edit page."""
        if not (self.out / "this_is_me_edit_light.png").exists():
            self.picture(app, "this_is_me_edit")

    def settle(self) -> None:
        """Both texts stand side by side; one is chosen, and both laptops agree."""
        app = self.martin
        app.press("Ctrl+5")
        app.read("sync.look", until="Nothing is lost")
        self.picture(app, "sync_please_look")
        app.click("See both side by side")
        both = app.read("page.two_versions")
        for text in ("I want a flat near Nan.", "I want to bake for a job."):
            expect(text in both, f"{text!r} is not offered: {both!r}")
        self.picture(app, "two_versions")
        app.click("two_versions.keep_both")
        app.read("two_versions.settled")
        for each in (self.martin, self.aisha):
            each.press("F5")
            each.read("top.state", until="All sent", seconds=30)
        self.open_this_is_me(self.aisha)
        shown = self.aisha.read("this_is_me.my_hopes.card")
        for text in ("I want a flat near Nan.", "I want to bake for a job."):
            expect(text in shown, f"{text!r} is gone from the other laptop: {shown!r}")
        helps = self.aisha.read("this_is_me.helps_me.card")
        expect("Hearing about it the same week." in helps, f"the other box says {helps!r}")

    def history(self) -> None:
        """From Sarah's page again, which both have changed: who changed what."""
        self.open_this_is_me(self.aisha)
        self.together.history(self.aisha)

    def steps(self) -> list[tuple[str, Callable[[], object]]]:
        """The whole tour in order."""
        # Holding a process still is how the tour shows a sending under way; a system that cannot goes on without it.
        may_hold = hasattr(signal, "SIGSTOP")
        much = [("much to send: how far it is, stop, go on", self.together.many)] if may_hold else []
        return [
            ("import a council’s caseload, twice", self.found),
            ("start the council’s server", self.stage.serve),
            ("a colleague has written down Sarah’s seven wishes", self.colleague),
            ("set up a laptop: passphrase, recovery code, joining, PIN, first copy", self.first_run),
            ("the line goes down", self.go_offline),
            ("Today, offline", self.today),
            ("a worker who is new to Sarah reads first", lambda: self.knowing.meet(self.aisha)),
            ("Before you knock, for Sarah", self.knock),
            ("write a visit note with her own words", self.write_note),
            ("hide the screen, and lock", self.hide_and_lock),
            ("unlock, back at the same note", self.unlock),
            ("spelling, by F7", lambda: self.words.spelling(self.aisha)),
            ("another way to say it", lambda: self.words.kinder(self.aisha)),
            ("finish the note", self.finish_note),
            ("find it by a word", self.find),
            ("plan a visit", self.plan),
            ("her words are answered: you said, we did", lambda: self.voice.promise(self.aisha, WORDS)),
            ("the answer as Sarah is shown it", lambda: self.voice.letter(self.aisha)),
            ("three keys: Sarah said not now", lambda: self.voice.not_taking_part(self.aisha)),
            ("the laptop turned round: what I have said", lambda: self.voice.what_i_said(self.aisha)),
            ("read me the card before I knock", lambda: self.aloud.card(self.aisha)),
            ("her words are read back to her", lambda: self.aloud.check_back(self.aisha)),
            ("each visit as Sarah asked", lambda: self.visit.as_asked(self.aisha)),
            ("the visit is closed with her: read back, and kept", lambda: self.visit.close(self.aisha)),
            ("paper: This is Me, the card and a letter, printed and saved", lambda: self.paper.print_all(self.aisha)),
            ("paper: the note, and a copy of the record for a parent", lambda: self.paper.note_and_copy(self.aisha)),
            ("Sarah’s life story", lambda: self.knowing.life_story(self.aisha)),
            ("look around", self.look_around),
            ("a dictionary of one’s own", lambda: self.words.my_words(self.aisha)),
            ("the line comes back: sync", self.sync),
            ("the colleague reads it", self.colleague_reads),
            ("both change her This is Me while apart", self.apart),
            ("settle the two texts", self.settle),
            ("This is Me: who can see it, and the same in pictures", lambda: self.knowing.in_pictures(self.aisha)),
            ("who changed what: the history", self.history),
            ("use a version again, and undo it", lambda: self.together.use_again(self.aisha)),
            ("what may not go into a record is kept safe", lambda: self.together.kept_safe(self.aisha)),
            *much,
            ("cover for a child not assigned to her, for a day", lambda: self.leaving.cover(self.aisha)),
            (
                "the council closes her laptop: all is handed over, then it is empty",
                lambda: self.leaving.closed(self.aisha),
            ),
        ]


def run(out: Path) -> int:
    """Run the whole tour. Returns 0 when every outcome was what it should be."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("*.png"):
        old.unlink()
    start = time.monotonic()
    print("The tour of Heard begins: two apps and a council’s server, all data invented.", flush=True)  # noqa: T201
    with tempfile.TemporaryDirectory(prefix="heard-tour-") as folder, ExitStack() as ends:
        tour = Tour(out.resolve(), Path(folder), ends)
        try:
            for words, act in tour.steps():
                tour.step(words, act)
        except (Fell, Trouble) as fell:
            print(f"The tour stopped: {fell}", file=sys.stderr)  # noqa: T201 - the tour's own report
            return 1
    print(f"{time.monotonic() - start:6.2f} s  {len(tour.picture.taken)} pictures in {out}")  # noqa: T201
    for fault in tour.picture.faults:
        print(f"Not for everybody: {fault}", file=sys.stderr)  # noqa: T201
    return 1 if tour.picture.faults else 0
