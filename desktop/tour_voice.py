"""The part of the tour about the child's say: choosing not to take part, and words that come back as answers."""

from __future__ import annotations

from collections.abc import Callable

from desktop.demo import PIN
from desktop.puppet import Puppet
from desktop.touring import find_child


class VoiceTour:
    """Steps from Sarah's own page. ``picture`` saves a screen, in both themes and sizes."""

    def __init__(self, picture: Callable[[Puppet, str], None]) -> None:
        self._picture = picture

    def not_taking_part(self, app: Puppet) -> None:
        """Three keys write down that Sarah said not now; it stands on her timeline as her right."""
        find_child(app, "Sarah")
        app.press("Ctrl+Shift+D")
        app.read("window", until="This is her right")
        self._picture(app, "not_taking_part")
        app.press("2")
        app.press("Ctrl+Return")
        app.read("child.known_as", until="Sarah")
        app.read("window", until="Said not now, maybe later")

    def promise(self, app: Puppet, words: str) -> None:
        """What Sarah said is answered: promised, done, told today; Ctrl+4 says how long it took."""
        app.press("Ctrl+1")
        app.press("Ctrl+K")
        app.ask("type", text=words[:24])
        app.read("find.results", until=words[:24])
        app.press("Down")
        app.press("Return")
        app.read("child.known_as", until="Sarah")
        app.click("Answer these words of Sarah")
        app.read("promise.said", until=words[:24])
        app.write("promise.we_heard", "You want Becky to go on coming, on Tuesdays.")
        app.write("promise.we_promised", "I will ask Becky, and tell you by letter.")
        app.read("save_line", until="Saved on this laptop")
        self._picture(app, "promise")
        app.write("promise.we_did", "Becky has moved her day. She comes on Tuesdays from now on.")
        app.read("promise.standing", until="Tell Sarah")
        app.press("Ctrl+Return")
        app.press("Ctrl+1")
        app.read("today.loop", until="Tell Sarah what happened")
        self._picture(app, "today_to_tell")
        app.click("today.loop.row")
        app.click("promise.told_today")
        app.read("promise.standing", until="Told Sarah")
        app.press("Ctrl+4")
        app.read("window", until="Told Sarah")
        self._picture(app, "you_said_we_did")

    def letter(self, app: Puppet) -> None:
        """The answer is shown to Sarah in words and in pictures, and she says that she is content with it."""
        app.press("Ctrl+4")
        app.click("loop.open")
        app.read("promise.write", until="Write to Sarah")
        app.click("promise.write")
        app.read("answer_letter.title", until="Dear Sarah")
        app.click("answer_letter.manner.words")
        self._picture(app, "answer_in_words")
        app.click("answer_letter.manner.pictures")
        app.read("letter.row")
        self._picture(app, "answer_in_pictures")
        app.press("1")
        app.read("window", until="Written down, just as you said")
        app.press("Escape")

    def what_i_said(self, app: Puppet) -> None:
        """The laptop turned round: Sarah keeps her words from her parents, and they still stand as she said them."""
        app.ask("open", page="what_i_said", arguments={"scope_id": app.ask("scope")})
        app.read("what_i_said.title")
        app.read("window", until="We did: Becky has moved her day.")
        self._picture(app, "what_i_said")
        app.click("what_i_said.share")
        app.click("sharing.not.parents")
        app.click("sharing.done")
        app.read("window", until="Everyone who helps me. Not my parents")
        self._picture(app, "what_i_said_shared")
        app.press("Escape")
        app.read("cover.words", until="Please give the laptop back")
        self._picture(app, "given_back")
        app.write("cover.pin", PIN)
        app.press("Return")
        app.read("child.known_as", until="Sarah")
