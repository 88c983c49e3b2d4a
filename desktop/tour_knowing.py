"""The part of the tour about knowing a child: a worker who is new reads first, and the child's team sees it."""

from __future__ import annotations

from collections.abc import Callable

from desktop.demo import PIN
from desktop.puppet import Puppet
from desktop.touring import expect, find_child


class KnowingTour:
    """Steps on one laptop without a line. ``picture`` saves a screen, in both themes and sizes."""

    def __init__(self, picture: Callable[..., None]) -> None:
        self._picture = picture

    def meet(self, app: Puppet) -> None:
        """Aisha is new to Sarah: This is Me and how to approach her come before anything else, without a line."""
        app.press("Ctrl+1")
        app.click("today.finish.meet")
        why = app.read("meet_first.why", until="You are new to Sarah")
        expect("before your first visit" in why, f"it says {why!r}")
        for name, words in (("this_is_me.my_name", "Sarah"), ("meet_first.wishes", "Grandad (Pete)")):
            app.read(name, until=words)
        self._picture(app, "meet_first")
        app.press("Ctrl+Return")
        app.read("child.tabs")
        app.press("Ctrl+1")

    def in_pictures(self, app: Puppet) -> None:
        """Sarah's page with her own picture's place, who held the pen, who can see it; the same page in pictures."""
        find_child(app, "Sarah")
        app.ask("open", page="this_is_me", arguments={"scope_id": app.ask("scope")})
        app.read("this_is_me.pen_held_by", until="Sarah and a worker wrote this together")
        version = app.read("this_is_me.version", until="changed")
        expect("Martin" in version, f"the version says {version!r}")
        app.click("this_is_me.sharing")
        app.read("sharing.who.only_author")
        self._picture(app, "this_is_me_sharing", at="sharing.leave")
        app.click("sharing.leave")
        app.click("this_is_me.form")
        app.read("this_is_me.helps_me.tile")
        self._picture(app, "this_is_me_pictures")
        app.click("this_is_me.helps_me.tile")
        app.click("this_is_me.symbol.headphones")
        said = app.read("this_is_me.helps_me", until="Headphones")
        expect("Small groups of people I know" in said, f"the box says {said!r}")
        self._picture(app, "this_is_me_question")
        app.click("this_is_me.symbol.headphones")
        app.click("this_is_me.done")
        app.click("this_is_me.form")
        app.read("this_is_me.helps_me.card")
        app.press("Ctrl+1")

    def life_story(self, app: Puppet) -> None:
        """Sarah says how well she understands why she is in care; her story is told to her, and what is due is seen."""
        find_child(app, "Sarah")
        app.ask("open", page="life_story", arguments={"scope_id": app.ask("scope")})
        app.click("child.understands_why_in_care.6")
        app.write("child.life_story_by", "Aisha")
        app.write("child.life_story_tool", "Words and pictures")
        app.read("save_line", until="Saved on this laptop")
        self._picture(app, "life_story", at="child.understands_why_in_care.6")
        app.read("life_story.story", until="you said:")
        self._picture(app, "life_story_below", at="life_story.add_check")
        app.click("life_story.tell")
        app.read("my_story.title", until="My story so far")
        self._picture(app, "my_story")
        app.press("Escape")
        app.write("cover.pin", PIN)
        app.press("Return")
        app.read("life_story.title")
        app.press("Ctrl+1")
