"""What to know before knocking: a child's own wishes turned into four short cards, a bar and one line (seed 001)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from models.choices import COMMUNICATION_MODE
from models.dates_typed import add_months
from models.moments import read_day
from models.record import whose_words
from models.records.communication_preferences import CommunicationPreferences
from models.version import Body
from models.wording import Spoken, say

MOST_WORDS = 12
"""A card is read at arm's length on a doorstep: no more words than this on one."""
LINE_WORDS = 22
QUESTION = "How do you like people to talk with you?"

_CHANNELS = {"call": "phone", "text": "text", "letter": "letter", "email": "email", "app": "app"}
_NAMES = ("Makaton",)
_SHOWN_MODES = ("makaton", "sign_language", "pecs", "symbols", "eye_gaze", "switch", "device", "drawing", "writing")
_NEEDS = {
    "short_clear_words": "Short, clear words.",
    "dyslexia_font": "Dyslexia font.",
    "pictures": "Use pictures.",
    "easy_read": "Easy read.",
    "large_print": "Large print.",
    "braille": "Braille.",
    "translation": "Translate letters.",
    "audio": "Use sound.",
    "video": "Use video.",
    "cream_paper": "Cream paper.",
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a card. ``is_theirs`` marks exact words of whoever answered, shown in quotation marks."""

    words: str
    is_theirs: bool = False

    @property
    def shown(self) -> str:
        """The sentence as a screen shows it."""
        return f"“{self.words}”" if self.is_theirs else self.words

    @property
    def length(self) -> int:
        """How many words."""
        return len(self.words.split())


@dataclass(frozen=True, slots=True)
class KnockCard:
    """Four cards of at most 12 words, what never to do, and what to know beside it.

    ``please_do_not`` is never shortened, since leaving a part of it out could do harm. ``how_to_reach`` belongs to the
    person of ``first``. ``is_asked`` is False while nobody has asked the child; the cards are then empty.
    ``is_old`` says that it was last checked over six months ago. ``whose`` is child, carer or worker.
    """

    is_asked: bool = False
    first: tuple[Sentence, ...] = ()
    how_to_reach: str = ""
    words: tuple[Sentence, ...] = ()
    changes: tuple[Sentence, ...] = ()
    after: tuple[Sentence, ...] = ()
    please_do_not: tuple[Sentence, ...] = ()
    beside: tuple[Sentence, ...] = ()
    whose: str = "child"
    checked_on: date | None = None
    is_old: bool = False

    def line(self, most: int = LINE_WORDS) -> str:
        """The card in one line of about ``most`` words, for the strip on Today and on the child's page.

        What comes first of all and what never to do always stand in it; the rest while there is room.
        """
        if not self.is_asked:
            return f"not asked yet. Ask: {QUESTION[0].lower()}{QUESTION[1:]}"
        stop = [Sentence(f"Please do not: “{one.words}”") for one in self.please_do_not[:1]]
        always = [*self.first[:1], *stop]
        rest = [*self.words, *self.changes, *self.after[:1], *self.first[1:], *self.beside]
        chosen = [*always, *_fit(rest, most - sum(one.length for one in always))]
        if not chosen:
            return "nothing special asked for. Open to see more."
        said = " ".join(one.shown for one in chosen)
        return said if chosen[0].is_theirs else f"{said[0].lower()}{said[1:]}"


def knock_card(child: Body, wishes: Body | None, people: Mapping[str, Body], today: date) -> KnockCard:
    """Make the card from the child's record, their communication preferences and the people they trust, by id."""
    body = wishes or {}
    asked = read_day(str(body.get("asked_on") or ""))
    checked = read_day(str(body.get("checked_with_child_on") or "")) or asked
    if not body or (asked is None and not _has_wishes(body)):
        return KnockCard()
    spoken = Spoken.of(child)
    declaration = CommunicationPreferences.declaration
    whose = whose_words(declaration, declaration.fields["please_do_not"], body)
    person = people.get(str(body.get("contact_first_through_id") or ""))
    return KnockCard(
        is_asked=True,
        first=_fit(_first(body, spoken, person), MOST_WORDS),
        how_to_reach=str(person.get("contact") or "") if person else "",
        words=_fit(_words(body, spoken), MOST_WORDS),
        changes=_fit(_changes(body, spoken), MOST_WORDS),
        after=_fit(_after(body, spoken), MOST_WORDS),
        please_do_not=_line_by_line(body.get("please_do_not")),
        beside=tuple(_beside(body, spoken)),
        whose=whose,
        checked_on=checked,
        is_old=checked is None or checked < add_months(today, -6),
    )


def _has_wishes(body: Body) -> bool:
    return any(body.get(name) for name in body if name not in ("answered_by", "asked_on", "checked_with_child_on"))


def _fit(sentences: Iterable[Sentence], most: int) -> tuple[Sentence, ...]:
    """Take sentences whole, in order, those that fit. None is ever cut: half a wish can say the opposite."""
    chosen: list[Sentence] = []
    used = 0
    for one in sentences:
        if used + one.length <= most:
            chosen.append(one)
            used += one.length
    return tuple(chosen)


def _whole(value: object) -> tuple[Sentence, ...]:
    """Somebody's exact words, whole: they stand on a card with all they said, or not at all."""
    text = " ".join(str(value or "").split())
    return (Sentence(text, is_theirs=True),) if text else ()


def _line_by_line(value: object) -> tuple[Sentence, ...]:
    """Somebody's exact words, each line a wish of its own."""
    lines = (line.strip() for line in str(value or "").split("\n"))
    return tuple(Sentence(line, is_theirs=True) for line in lines if line)


def _listed(words: list[str]) -> str:
    """ "Makaton, symbols and drawing": names keep their capital, other words lose theirs."""
    words = [one if one.isupper() or one in _NAMES else one[:1].lower() + one[1:] for one in words]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _days(value: object) -> int:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0


def _first(body: Body, spoken: Spoken, person: Body | None) -> Iterable[Sentence]:
    if person and person.get("name"):
        yield Sentence(f"Speak to {person['name']} first.")
    if body.get("blocks_unknown_numbers"):
        yield Sentence(say("{They} block numbers {they} {do} not know.", spoken).replace(" block ", _blocks(spoken), 1))
    safe = [_CHANNELS[code] for code in body.get("safe_channels") or () if code in _CHANNELS]
    if safe and not person:
        yield Sentence(f"Get in touch by {' or '.join(safe)}.")
    if body.get("has_no_email"):
        yield Sentence("No email.")
    unsafe = [code for code in body.get("unsafe_channels") or () if code in _CHANNELS]
    if unsafe and not (unsafe == ["email"] and body.get("has_no_email")):
        yield Sentence(f"Not by {' or '.join(_CHANNELS[code] for code in unsafe)}.")


def _blocks(spoken: Spoken) -> str:
    return " block " if spoken.is_plural else " blocks "


def _words(body: Body, spoken: Spoken) -> Iterable[Sentence]:
    if body.get("interpreter_needed"):
        yield Sentence("Interpreter needed.")
    chosen = body.get("modes") or ()
    modes = [choice.words for choice in COMMUNICATION_MODE if choice.code in chosen and choice.code in _SHOWN_MODES]
    uses = Sentence(f"{say('{They}', spoken)} {'use' if spoken.is_plural else 'uses'} {_listed(modes)}.")
    if modes and "speech" not in chosen:
        yield uses
    if seconds := _days(body.get("seconds_to_answer")):
        yield Sentence(f"Wait {seconds} seconds for an answer.")
    for need, words in _NEEDS.items():
        if need in (body.get("format_needs") or ()):
            yield Sentence(words)
    yield from _whole(body.get("words_to_use"))
    if modes and "speech" in chosen:
        yield uses
    if body.get("languages"):
        yield Sentence(f"{body['languages']}.")


def _changes(body: Body, spoken: Spoken) -> Iterable[Sentence]:
    if notice := _days(body.get("notice_days")):
        yield Sentence(f"Give {_counted(notice)} notice.")
    yield from _whole(body.get("how_to_tell_changes"))
    if warning := _days(body.get("change_warning_days")):
        day = "the day" if warning == 1 else f"{warning} days"
        yield Sentence(say(f"Tell {{them}} about changes {day} before.", spoken))


def _counted(days: int) -> str:
    return "1 day’s" if days == 1 else f"{days} days’"


def _after(body: Body, spoken: Spoken) -> Iterable[Sentence]:
    if body.get("read_back") == "always":
        yield Sentence("Read your notes back.")
    elif body.get("read_back") == "important_things":
        yield Sentence("Read important things back.")
    if body.get("wants_feedback_after"):
        days = _days(body.get("feedback_days"))
        within = f" within {days} days" if days > 1 else " within a day" if days else " afterwards"
        yield Sentence(say(f"Tell {{them}} what happened{within}.", spoken))
    elif body.get("wants_feedback_after") is False:
        yield Sentence("No need to report back.")


def _beside(body: Body, spoken: Spoken) -> Iterable[Sentence]:
    near = str(body.get("who_stays_near") or "")
    if near:
        wants = "want" if spoken.is_plural else "wants"
        yield Sentence(f"{say('{They}', spoken)} {wants} {near} near.")
    kind = body.get("group_preference")
    if kind == "one_to_one":
        yield Sentence("One to one, not in a group.")
    elif kind == "small_group":
        most = _days(body.get("group_size_most"))
        yield Sentence(f"A small group, {most} at most." if most else "A small group.")
