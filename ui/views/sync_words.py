"""What the page Sync and saved says: the state, each thing that waits, each thing to look at, in a worker's words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from models.casebook import Casebook
from models.entry import HELD as HELD_STATE
from models.entry import Entry, Kept, Notice
from models.held import HeldItem
from models.history import entry_of_version
from models.moments import ago, clock_words, day_and_time, read_moment, short_day
from models.status import ATTENTION, NOT_JOINED, OFFLINE, PAUSED, RECEIVE, SENDING, SENT, Round, Status, changes
from models.value_words import key_words
from models.wording import Spoken, say

TWO_VERSIONS, MERGED, EDIT_BEAT_DELETE, HELD = "two_versions", "merged", "edit_beat_delete", "held"
LEFT_BESIDE = "left_beside"
NOT_PROVED, KEY_CHANGED = "not_proved", "key_changed"
JOIN_AGAIN = "Join again"
JOIN_AGAIN_TITLE = "This laptop has to join again"
JOIN_AGAIN_WORDS = (
    "Another laptop is a copy of this one, or this one was replaced. Everything written on both is kept, and what you "
    "write still goes to the council. Nothing new comes here until you have joined again with a one-time code."
)
ADMITTED, RETURNED = "admitted", "returned"
CANCEL, GO_ON = "Cancel", "Go on"
MENDED = "mended"
LONG_HOURS = 24
"""After this long, a thing that still waits says why."""


@dataclass(frozen=True, slots=True)
class State:
    """One calm banner. ``button`` is empty where there is nothing to try."""

    icon: str
    tone: str
    title: str
    words: str
    button: str = ""


def state_of(status: Status, in_touch: datetime | None, now: datetime) -> State:
    """Say how it stands, and what is safe. How much waits is told by the list under it, and not again here."""
    since = f" Last in touch {_mid(day_and_time(in_touch, now.date()))}, {ago(in_touch, now)}." if in_touch else ""
    if status.state == SENDING:
        return _busy_state(status)
    if status.state == PAUSED:
        words = "Nothing is lost, and nothing is done by halves. It goes on from here when you say so, or in an hour."
        return State("circle-stop", "info", "Stopped for now", f"{words}{since}", GO_ON)
    if status.state == SENT and not status.waiting:
        at = f" · {clock_words(in_touch)}" if in_touch else ""
        words = f"The council’s server has everything.{_held_words(status.held)}"
        return State("circle-check", "ok", f"All sent{at}", words, "Sync now")
    if status.state == SENT:
        words = "You are online. What is saved goes by itself in a moment."
        return State("cloud-upload", "info", "About to be sent", words, "Sync now")
    if status.must_join:
        return State("triangle-alert", "warn", JOIN_AGAIN_TITLE, JOIN_AGAIN_WORDS, JOIN_AGAIN)
    if status.state == ATTENTION:
        safe = "" if "safe" in status.words else "Everything you wrote is saved and encrypted on this laptop."
        words = f"{status.words} {safe}".strip() + since
        return State("triangle-alert", "warn", "Sending needs a look", words, "Try now")
    if status.state == NOT_JOINED:
        words = "What you write is saved and encrypted here. It is sent once the laptop has joined a council."
        return State("cloud-off", "info", "This laptop has not joined a council", words)
    words = f"What you write is saved and encrypted here, and goes by itself when you are online.{since}"
    return State("cloud-off", "info", "You can keep working", words, "Try now")


def _held_words(held: int) -> str:
    if not held:
        return ""
    return f" {held} record{' is' if held == 1 else 's are'} kept safe there for your manager."


def _busy_state(status: Status) -> State:
    words = "You can go on working. What is sent stays on this laptop as well."
    progress = status.progress
    if progress is None:
        return State("cloud-upload", "info", "On its way to the council", words, "Sync now")
    if progress.kind == RECEIVE:
        words = "You can use Heard already. The rest is copied while you work."
        return State("cloud-download", "info", "Copying to this laptop", words, CANCEL)
    return State("cloud-upload", "info", "On its way to the council", words, CANCEL)


class Names:
    """Names records for a list: "Visit note – Sarah". Children are read once, however long the list."""

    def __init__(self, casebook: Casebook) -> None:
        self._casebook = casebook
        self._children = {child.scope_id: Spoken.of(child.body) for child in casebook.children()}

    def child(self, scope_id: str) -> Spoken | None:
        """How to speak of a scope's child; None for a group's or a worker's own scope."""
        return self._children.get(scope_id)

    def is_granted(self, scope_id: str) -> bool:
        """Whether this worker is assigned there."""
        return scope_id in self._casebook.scopes

    def title(self, entry: Entry) -> str:
        """What a record is called in a list that is not one child's."""
        child = self.child(entry.scope_id)
        kind = say(entry.declaration.title, child) if entry.declaration else "Written by a newer Heard"
        return f"{kind} – {child.name}" if child else kind

    def worker(self, worker_id: str) -> str:
        """What a worker is called: "Martin Webb"."""
        return self._casebook.worker_name(worker_id)

    def fields(self, entry: Entry, names: str) -> str:
        """The labels of fields named in a notice: "“How to talk with me”"."""
        known = entry.declaration.fields if entry.declaration else {}
        child = self.child(entry.scope_id)
        labels = [say(known[name].label, child) if name in known else key_words(name) for name in names.split(",")]
        return _joined([f"“{label}”" for label in labels if label])

    def other(self, entry: Entry) -> str:
        """Who, beside this worker, wrote in it: "Martin Webb"; "" where it was the same worker on two laptops."""
        worker = other_author(self._casebook, entry)
        return self._casebook.worker_name(worker) if worker else ""


def other_author(casebook: Casebook, entry: Entry) -> str:
    """Who, beside this worker, wrote one of the two texts; "" where nobody else is known to have."""
    me = casebook.me.worker.worker_id
    written = [choice.author_id for choice in entry.open_choices]
    written += [version.author_id for version in reversed(casebook.history(entry.record_id))]
    return next((worker for worker in written if worker and worker != me), "")


def saved_words(entry: Entry, status: Status, now: datetime) -> str:
    """When it was saved, and why it still waits where that is worth knowing."""
    at = read_moment(entry.changed_at)
    if at is None:
        return "Saved"
    day = short_day(at.date(), now.date())
    saved = f"Saved {clock_words(at, seconds=True)}" if at.date() == now.date() else f"Saved {_mid(day)}, {at:%H:%M:%S}"
    why = why_stuck(at, status, now)
    return f"{saved}. {why}" if why else saved


def why_stuck(saved_at: datetime, status: Status, now: datetime) -> str:
    """Why a thing waits longer than a worker would expect; "" where it has only just been saved."""
    if status.state == SENDING:
        return ""
    if status.last_sent_at is not None and status.last_sent_at > saved_at:
        return "Other things went after it and this one did not. It is tried again each time; F5 tries now."
    if (now - saved_at).total_seconds() < LONG_HOURS * 3600:
        return ""
    reasons = {
        OFFLINE: "This laptop has not reached the council since.",
        ATTENTION: "Sending stopped before it was reached; the reason stands at the top.",
        PAUSED: "Sending is stopped for now; Go on sends the rest.",
        NOT_JOINED: "It waits for this laptop to join a council.",
    }
    return reasons.get(status.state, "It goes with the next sending.")


def oldest_words(stamps: list[str], today: date) -> str:
    """ "Oldest: today, 10:52"; "" for an empty list."""
    at = read_moment(min(stamps)) if stamps else None
    return f"Oldest: {_mid(day_and_time(at, today))}" if at else ""


@dataclass(frozen=True, slots=True)
class Look:
    """One thing to look at: its title, the sentence under it, and the pill that says what kind it is."""

    title: str
    words: str
    pill: str
    icon: str = "triangle-alert"


def look_of(notice: Notice, entry: Entry | None, names: Names) -> Look:
    """Put a notice into words."""
    if notice.kind == KEY_CHANGED:
        return Look(f"A laptop of {names.worker(notice.record_id)}", notice.words, "Please look")
    if notice.kind == MENDED:
        count = "1 record" if notice.words == "1" else f"{notice.words} records"
        words = f"Heard compared itself with the council and mended {count}. Nothing you wrote was lost."
        return Look("This laptop and the council differed", words, "Mended", "circle-check")
    title = names.title(entry) if entry else "A record that is not on this laptop any more"
    if notice.kind == HELD:
        reason = notice.words.strip().rstrip(".")
        words = f"{reason}. " if reason else ""
        return Look(
            title, f"{words}All of it is kept. Your manager can see that it is there.", HELD_PILL, "shield-check"
        )
    if notice.kind in (ADMITTED, RETURNED):
        return _look_of_decided(title, notice)
    if notice.kind == EDIT_BEAT_DELETE:
        words = "Somebody changed it while somebody else deleted it. It was kept, so that nothing written is lost."
        return Look(title, words, "Kept", "history")
    if entry is None:
        return Look(title, "Nothing you wrote was lost.", "Please look")
    if notice.kind == LEFT_BESIDE:
        words = (
            f"You wrote in {names.fields(entry, notice.words)}, and it was finished on another laptop without that. "
        )
        return Look(title, f"{words}What you wrote is whole in its history; an addendum can say it.", "Kept", "history")
    if notice.kind in (TWO_VERSIONS, MERGED):
        return _look_of_two(title, notice, entry, names)
    return Look(title, notice.words or "Please have a look at this record. Nothing was deleted.", "Please look")


def _look_of_decided(title: str, notice: Notice) -> Look:
    """What a manager decided about something that was kept safe for them."""
    said = f" They say: “{notice.words.strip()}”" if notice.words.strip() else ""
    if notice.kind == ADMITTED:
        words = f"Your manager has let in what was kept safe. It is part of the record now.{said}"
        return Look(title, words, "Let in", "circle-check")
    words = f"Your manager has given back what was kept safe. What you wrote is still here to read.{said}"
    return Look(title, words, "Given back", "undo-2")


def held_look(item: HeldItem, names: Names) -> Look:
    """Put what the council keeps apart into words: what it is, why, and how it stands."""
    title = names.title(entry_of_version(Kept(item.version, 0, HELD_STATE)))
    if not names.is_granted(item.version.scope_id):
        title = f"{title} – a child no longer assigned to you"
    if item.state == RETURNED:
        return Look(title, item.words or item.reason, "Given back", "undo-2")
    return Look(title, item.reason, HELD_PILL, "shield-check")


def _look_of_two(title: str, notice: Notice, entry: Entry, names: Names) -> Look:
    field, other = names.fields(entry, notice.words), names.other(entry)
    if notice.kind == MERGED:
        who = f"You and {other} both wrote in {field}." if other else f"You wrote in {field} on two laptops."
        return Look(title, f"{who} Both are in it now, paragraph by paragraph.", "Put together", "columns-2")
    if not entry.open_choices:
        return Look(title, f"There were two texts of {field}. It has been settled.", "Settled", "columns-2")
    who = f"You and {other} both changed {field}." if other else f"You changed {field} on two laptops."
    return Look(title, f"{who} Nothing is lost.", "Two versions")


HELD_PILL = "Kept safe for your manager"


def round_words(one: Round, today: date) -> tuple[str, str]:
    """A round in two lines: ("Today, 08:14", "12 changes sent, 7 received")."""
    parts = [f"{changes(one.sent)} sent"] if one.sent else []
    parts.append(f"{one.received} received" if parts else f"{changes(one.received)} received")
    return day_and_time(one.at, today), ", ".join(parts if one.received or not one.sent else parts[:1])


def size_words(count: int) -> str:
    """ "214 MB", "3.4 MB", "612 KB"."""
    if count >= 10_000_000:
        return f"{round(count / 1_000_000)} MB"
    return f"{count / 1_000_000:.1f} MB" if count >= 1_000_000 else f"{max(1, round(count / 1000))} KB"


def _mid(day: str) -> str:
    """A day within a sentence."""
    return day[0].lower() + day[1:] if day.startswith(("Today", "Yesterday", "Tomorrow")) else day


def _joined(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else "the same answer"
