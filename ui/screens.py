"""Every page there is, made known to the window: the navigation shows what stands here and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ui.link import Link
from ui.parts.pages import PageSpec
from ui.speech import ReadAloud
from ui.theme import Theme
from ui.views.answer_letter import AnswerLetterPage
from ui.views.attachment import AttachmentPage
from ui.views.children import ChildrenPage
from ui.views.close_visit import CloseVisitPage
from ui.views.cover import CoverPage
from ui.views.find import FindPage
from ui.views.held import HeldPage
from ui.views.history import HistoryPage
from ui.views.join_again import JoinAgainPage
from ui.views.kept import KeptPage
from ui.views.knock import KnockPage
from ui.views.licences import LicencesPage
from ui.views.life_story import LifeStoryPage
from ui.views.my_story import MyStoryPage
from ui.views.my_words import MyWordsPage
from ui.views.not_taking_part import NotTakingPartPage
from ui.views.note import NotePage
from ui.views.plan import PlanPage
from ui.views.printing import PrintPage
from ui.views.promise import PromisePage
from ui.views.recently_deleted import RecentlyDeletedPage
from ui.views.record_copy import RecordCopyPage
from ui.views.record_page import RecordPage
from ui.views.settings import SettingsPage
from ui.views.sync_cards import Laptop
from ui.views.sync_status import SyncPage
from ui.views.this_is_me import ThisIsMePage
from ui.views.today import TodayPage
from ui.views.two_versions import TwoVersionsPage
from ui.views.what_i_said import WhatISaidPage
from ui.views.you_said import YouSaidPage
from ui.window import HeardWindow


@dataclass(frozen=True, slots=True)
class Choices:
    """What the application lets Settings read and change. Each callable raises Trouble in plain words.

    The two that find a weakness say in words what is wrong with a new secret, or return None.
    """

    settings: Callable[[], Any]
    change_settings: Callable[..., None]
    change_pin: Callable[[str, str], None]
    change_passphrase: Callable[[str, str], Any]
    lock: Callable[[], None]
    folder: Path
    version: str
    find_weakness: Callable[[str], str | None]
    find_pin_weakness: Callable[[str], str | None]


def _join_reading(window: HeardWindow, speech: ReadAloud) -> None:
    def show() -> None:
        window.show_reading(is_offered=speech.is_offered(), is_reading=speech.is_reading())

    speech.changed.connect(show)
    speech.failed.connect(lambda trouble: window.toast(f"{trouble.title}. {trouble.help}"))
    window.stop_reading_asked.connect(speech.stop)


def register(window: HeardWindow, link: Link, theme: Theme, choices: Choices) -> None:
    """Register every page. The window builds one when it is first asked for."""
    if link.speech is not None:
        _join_reading(window, link.speech)

    def add(key: str, title: str, kind: Callable[..., Any], **more: Any) -> None:
        window.register(PageSpec(key, title, lambda: kind(link, window, theme), **more))

    add("today", "Today", TodayPage, icon="house", nav="main", number=1, kept=True)
    add("children", "Children", ChildrenPage, icon="users", nav="main", number=2, kept=True)

    add("you_said", "You said, we did", YouSaidPage, icon="heart-handshake", nav="main", number=4, kept=True)

    def laptop() -> Laptop:
        file = choices.folder / "vault.db"
        return Laptop(file.stat().st_size if file.exists() else 0, choices.settings().lock_minutes)

    window.register(
        PageSpec(
            "sync",
            "Sync and saved",
            lambda: SyncPage(link, window, theme, laptop),
            icon="refresh-cw",
            nav="main",
            number=5,
            kept=True,
        )
    )
    add("find", "Find", FindPage)
    add("note", "Visit note", NotePage)
    add("knock", "Before you knock", KnockPage, whole=True)
    add("as_asked", "As asked", KeptPage)
    add("close_visit", "Close the visit", CloseVisitPage, whole=True)
    add("this_is_me", "This is Me", ThisIsMePage)
    add("life_story", "Life story", LifeStoryPage)
    add("my_story", "My story so far", MyStoryPage, whole=True, handed=True)
    add("edit", "Record", RecordPage)
    add("attachment", "Photo or page", AttachmentPage)
    add("plan", "Plan a visit", PlanPage)
    add("not_taking_part", "Not taking part", NotTakingPartPage)
    add("promise", "You said, we did", PromisePage)
    add("print", "Print", PrintPage)
    add("record_copy", "A copy of the record", RecordCopyPage)
    add("answer_letter", "You said, we did", AnswerLetterPage, whole=True)
    add("what_i_said", "What I have said", WhatISaidPage, whole=True, handed=True)
    add("two_versions", "Two versions", TwoVersionsPage)
    add("history", "History", HistoryPage)
    add("held", "Kept safe for your manager", HeldPage)
    add("recently_deleted", "Recently deleted", RecentlyDeletedPage)
    add("cover", "Ask for cover", CoverPage)
    add("join_again", "Join again", JoinAgainPage)
    add("my_words", "My dictionary", MyWordsPage)
    add("licences", "Licences", LicencesPage)
    window.register(
        PageSpec(
            "settings",
            "Settings",
            lambda: SettingsPage(link, window, theme, choices),
            icon="settings",
            nav="foot",
        )
    )
    _join_lease(window, link)
    _answer_keys(window)


def _join_lease(window: HeardWindow, link: Link) -> None:
    def show_closed() -> None:
        lease = link.casebook.lease
        window.show_closed(lease.days if lease.is_closed else 0)

    link.changed.connect(lambda changes: show_closed() if changes.is_directory else None)
    show_closed()


def _answer_keys(window: HeardWindow) -> None:
    """What the keys of the window open, about the child of the page that stands."""
    window.new_note_asked.connect(lambda: window.open("note", **_about(window)))
    window.knock_asked.connect(lambda: _knock(window))
    window.not_taking_part_asked.connect(lambda: _not_taking_part(window))
    window.print_asked.connect(lambda: _print(window))


def _about(window: HeardWindow) -> dict[str, str]:
    """What a new note started on the page that stands is about: its child, or the next visit."""
    ask = getattr(window.pages.currentWidget(), "new_note_about", None)
    return dict(ask()) if ask is not None else {}


def _not_taking_part(window: HeardWindow) -> None:
    """About the child, and the note or visit, of the page that stands."""
    about = _about(window)
    ask = getattr(window.pages.currentWidget(), "not_taking_part_about", None)
    window.open("not_taking_part", **(ask() if ask is not None else {"scope_id": about.get("scope_id", "")}))


def _print(window: HeardWindow) -> None:
    """The document of the page that stands, or one of its child."""
    ask = getattr(window.pages.currentWidget(), "print_about", None)
    about = dict(ask()) if ask is not None else {"scope_id": _about(window).get("scope_id", "")}
    if about.get("scope_id"):
        window.open("print", **about)
    else:
        window.toast("Open a child first, to print something for them.")


def _knock(window: HeardWindow) -> None:
    scope_id = _about(window).get("scope_id")
    if scope_id:
        window.open("knock", scope_id=scope_id)
    else:
        window.toast("Open a child first, to see how they like to be approached.")
