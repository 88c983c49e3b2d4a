"""The part of the tour about settling, history and calm: what two laptops wrote is read back, kept safe, and sent."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from desktop.demo import PASSPHRASE, PIN
from desktop.puppet import Puppet
from desktop.stage import Stage
from desktop.touring import expect, find_child
from models.casebook import Casebook
from models.entry import Edit

MANY = 10_000
APART = "Leo was asleep when I came. His carer told me that he has a new bike."


class SyncTour:
    """Steps that go on where both texts have been settled. ``picture`` saves a screen, in both themes and sizes."""

    def __init__(self, stage: Stage, folder: Path, picture: Callable[[Puppet, str], None], ends: ExitStack) -> None:
        self._stage, self._folder, self._picture = stage, folder, picture
        self._busy = ends.enter_context(Puppet(stage, folder / "Martin’s other laptop" / "vault"))

    def history(self, app: Puppet) -> None:
        """Every version of Sarah's page, one key away: two lines that came together, and who wrote what."""
        app.press("Ctrl+H")
        app.read("history.title", until="This is Me")
        app.read("page.history", until="Two lines came together", seconds=20)
        for words in ("Martin Webb", "You", "Written apart", "Stands now", "My hopes"):
            said = app.read("page.history", until=words, seconds=20)
        expect("not on this laptop" not in said, "the rest of the history did not come from the council")
        self._picture(app, "history")

    def use_again(self, app: Puppet) -> None:
        """An earlier version is used again in one click, and undone by one key; nothing goes away."""
        before = app.read("page.history").count("Stands now")
        app.click("history.use")
        said = app.read("page.history", until="It says again what stood")
        expect(said.count("Stands now") == before, "more than one version stands")
        self._picture(app, "history_used_again")
        app.press("Ctrl+Z")
        app.read("page.history", until="I want a flat near Nan.")

    def kept_safe(self, app: Puppet) -> None:
        """Written while her part became one that only reads: kept safe for the manager, and readable here."""
        find_child(app, "Leo")
        self._stage.stop_server()
        app.press("Ctrl+N")
        app.read("note.title", until="Leo")
        app.write("visit_note.what_happened", APART)
        app.read("save_line", until="Saved on this laptop")
        app.press("Ctrl+1")
        self._stage.give_role("aisha", "1004", "auditor")
        self._stage.serve()
        app.press("F5")
        app.read("top.state", until="1 kept safe for your manager", seconds=30)
        app.press("Ctrl+5")
        app.read("sync.held", until="Kept safe")
        self._picture(app, "sync_kept_safe")
        app.click("sync.held.row")
        said = app.read("page.held", until=APART)
        expect("Your part here does not include writing this." in said, f"the reason is not told: {said!r}")
        self._picture(app, "kept_safe")

    def many(self) -> None:
        """Weeks without a line: another laptop has much to send, says how far it is, stops, and goes on."""
        vault = self._folder / "Martin’s other laptop" / "vault"
        self._stage.make_laptop(vault, "martin", PASSPHRASE, PIN, _write_many, may_send=False)
        app = self._busy.start()
        app.write("unlock.passphrase", PASSPHRASE, seconds=20)
        app.press("Return")
        app.read("top.state", until=f" of {MANY:,}", seconds=30)
        self._stage.hold_server()
        app.press("Ctrl+5")
        app.read("sync.progress_words", until=f" of {MANY:,}")
        self._picture(app, "sync_sending")
        app.click("Cancel")
        self._stage.let_server_go()
        app.read("sync.state", until="Stopped for now", seconds=20)
        self._picture(app, "sync_stopped")
        app.click("Go on")
        app.read("top.state", until="All sent", seconds=60)


def _write_many(casebook: Casebook) -> None:
    """Short notes, as many as a team might have written through weeks without a line."""
    scope_id = casebook.children()[0].scope_id
    drafts = [casebook.new_draft("visit_note", scope_id) for _ in range(MANY)]
    written = [
        casebook.save(draft, {"what_happened": Edit("", f"Visit {number}: we talked and drew.")})
        for number, draft in enumerate(drafts, 1)
    ]
    for one in written:
        one.result()
    casebook.cut_all().result()
