"""An invented, repeatable caseload of every record type, for trying Heard out, for its tour and for its tests."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

import msgspec

import models.records  # noqa: F401 - every type must be known before one is invented
import resources
from models.casebook import Casebook
from models.clock import to_stamp
from models.entry import Edit
from models.exchange import Arrival
from models.fields import Field, Kind
from models.identity import Assignment, Directory, Identity, Worker
from models.ids import new_uuid7
from models.record import SHOWN, Declaration, all_declarations, declaration_of
from models.version import Body, Version, encode_body, hash_body

PAGE = 1_000
_VISITS_TODAY = (time(10, 30), time(13, 15), time(15, 0))
_LAST_MINUTE = 23 * 60 + 45


@dataclass(frozen=True, slots=True)
class Caseload:
    """What was invented: heads as a server would hand them out, and what it would say about who is who."""

    versions: tuple[Version, ...]
    scopes: Mapping[str, str]
    directory: Directory

    def record_ids(self, type_name: str, scope_id: str = "") -> list[str]:
        """The ids of the records of a type (of one child), in the order of their making."""
        wanted = (one for one in self.versions if one.type == type_name and scope_id in ("", one.scope_id))
        return [one.record_id for one in wanted]


def make_caseload(casebook: Casebook, children: int = 18, notes: int = 200, seed: int = 1) -> Caseload:
    """Fill an empty casebook as a first pull would, and index it. The same seed and clock give the same caseload."""
    caseload = invent(casebook.me, casebook.clock.now(), children, notes, seed)
    for start in range(0, len(caseload.versions), PAGE):
        page = [Arrival(start + at, one) for at, one in enumerate(caseload.versions[start : start + PAGE], 1)]
        first = {"scopes": caseload.scopes, "directory": caseload.directory} if start == 0 else {}
        casebook.exchange.take(page, cursor=start + len(page), grants=1, filling={}, **first).result()  # type: ignore[arg-type]
    while casebook.index_some(PAGE).result():
        pass
    return caseload


def leave_unsent(casebook: Casebook, caseload: Caseload) -> list[str]:
    """Write three things as a worker without a signal would; they wait to be sent. Returns their ids, oldest first."""
    scopes = list(caseload.scopes)
    done = []
    for type_name, child, name, text in (
        ("this_is_me", 1, "helps_me", "My card book.\nLooking out of the window.\nBiscuit the dog."),
        ("communication_preferences", 2, "notice_days", 4),
        ("visit_note", 0, "what_happened", "Pete met me at the door. We talked in the kitchen."),
    ):
        scope_id = scopes[child % len(scopes)]
        entry = casebook.one(type_name, scope_id) if type_name != "visit_note" else None
        draft = entry.draft() if entry else casebook.new_draft(type_name, scope_id)
        seen = entry.body.get(name) if entry else None
        edits = {name: Edit(seen, text)}
        if entry is None:
            edits |= {"visited_at": Edit(None, casebook.clock.stamp()), "place": Edit("", "home")}
        casebook.save(draft, edits).result()
        casebook.cut(draft.record_id).result()
        done.append(draft.record_id)
    return done


def leave_two_versions(casebook: Casebook, caseload: Caseload) -> str:
    """Let this worker and the IRO change the same answer while apart. Returns the record whose two texts stand open."""
    scopes = list(caseload.scopes)
    mine = casebook.one("this_is_me", scopes[5 % len(scopes)])
    assert mine is not None
    head = next(one for one in caseload.versions if one.record_id == mine.record_id)
    text = str(mine.body.get("how_to_talk_with_me", ""))
    edit = Edit(text, f"{text}\nAsk about the bike before anything else.")
    casebook.save(mine.draft(), {"how_to_talk_with_me": edit}).result()
    casebook.cut(mine.record_id).result()
    iro = next(worker for worker in caseload.directory.workers if "reviewing" in worker.job_title)
    body = encode_body({**head.read_body(), "how_to_talk_with_me": f"{text}\nAsk about Babcia before anything else."})
    salt = bytes(16)
    theirs = msgspec.structs.replace(
        head,
        version_id=new_uuid7(int(casebook.clock.now().timestamp() * 1000), b"theirs ivw"),
        parents=(head.version_id,),
        author_id=iro.worker_id,
        written_at=casebook.clock.stamp(),
        salt=salt,
        body=msgspec.Raw(body),
        body_hash=hash_body(salt, body),
    )
    cursor, grants, filling = casebook.exchange.cursors()
    arrival = Arrival(cursor + 1, theirs)
    casebook.exchange.take([arrival], cursor=cursor + 1, grants=grants, filling=filling).result()
    casebook.exchange.merge(mine.record_id).result()
    return mine.record_id


@cache
def _words() -> dict[str, Any]:
    return dict(msgspec.json.decode(resources.path("words", "invented.json").read_bytes()))


def invent(me: Identity, now: datetime, children: int = 18, notes: int = 200, seed: int = 1) -> Caseload:
    """Invent ``children`` (1 or more) with ``notes`` visit notes among them, assigned to ``me``, around ``now``."""
    making = _Making(me, now, random.Random(f"heard {seed}"))  # noqa: S311 - nothing secret is made of it
    told = [making.colleague(one) for one in _words()["colleagues"]]
    scopes = [making.child(number) for number in range(max(1, children))]
    making.visits(scopes)
    making.notes(scopes, notes, [worker for worker, _role in told])
    making.not_taking_part(scopes[0])
    making.promises(scopes)
    making.handovers(scopes[0], [me.worker, told[0][0]])
    making.other_types(scopes[0])
    assigned = [
        Assignment(scope_id=scope, worker_id=worker.worker_id, role=role, is_lead=worker == me.worker)
        for scope in scopes
        for worker, role in [(me.worker, "social_worker"), *told]
        if worker.display_name != "Dana Okafor" or scope == scopes[0]
    ]
    directory = Directory(workers=(me.worker, *(one for one, _ in told)), assignments=tuple(assigned))
    return Caseload(tuple(making.made), dict.fromkeys(scopes, "social_worker"), directory)


@dataclass
class _Making:
    """The state of one invention: every choice comes from ``dice``, every time from ``now``."""

    me: Identity
    now: datetime
    dice: random.Random
    made: list[Version] = field(default_factory=list)
    facts: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return self.now.astimezone().date()

    def ago(self, days: float) -> str:
        return to_stamp(self.now - timedelta(days=days))

    def id_at(self, moment: datetime) -> str:
        return new_uuid7(int(moment.timestamp() * 1000), self.dice.randbytes(10))

    def add(self, type_name: str, scope_id: str, body: Body, *, days_ago: float, author: str = "", **more: Any) -> str:
        """Make one head. Returns the record's id."""
        declaration = declaration_of(type_name)
        assert declaration is not None
        written = self.now - timedelta(days=days_ago)
        kept = {name: value for name, value in body.items() if value not in (None, "", [], ())}
        data, salt = encode_body(kept), self.dice.randbytes(16)
        version = Version(
            version_id=self.id_at(written),
            record_id=more.pop("record_id", "") or self.id_at(written),
            scope_id=scope_id,
            type=type_name,
            policy_class=declaration.policy_class,
            schema=declaration.schema,
            audience=declaration.audience,
            device_id="invented",
            device_epoch=1,
            op_no=len(self.made) + 1,
            author_id=author or self.me.worker.worker_id,
            written_at=to_stamp(written),
            salt=salt,
            body_hash=hash_body(salt, data),
            body=msgspec.Raw(data),
            **more,
        )
        self.made.append(version)
        return version.record_id

    def colleague(self, facts: Mapping[str, str]) -> tuple[Worker, str]:
        worker_id = self.id_at(self.now - timedelta(days=900))
        worker = Worker(worker_id=worker_id, display_name=facts["name"], job_title=facts["job_title"], team="Children")
        return worker, facts["role"]

    # ---- one child ----

    def child(self, number: int) -> str:
        """Invent a child with everything that stands beside the notes. Returns the scope."""
        scope_id = self.id_at(self.now - timedelta(days=1000 - number))
        facts = self._facts(number)
        self.facts[scope_id] = facts
        code = {"child_code": f"70{number + 1:04d}", "born_on": self._born(facts["age"], number)}
        more = {"life_story_explained_on": self._day_ago(300), "health_plan_on_record": True}
        self.add("child", scope_id, {**code, **more, **facts["child"]}, days_ago=700 - number)
        self._home(scope_id, number, facts)
        people = [self.add("person_i_trust", scope_id, one, days_ago=390) for one in facts["people"]]
        self._wishes(scope_id, number, facts, people)
        return scope_id

    def _facts(self, number: int) -> dict[str, Any]:
        words = _words()
        if number < len(words["children"]):
            return dict(words["children"][number])
        at = number - len(words["children"])
        known = words["more_children"]
        if at < len(known):
            name, pronouns, age = known[at]
        else:
            letter = chr(ord("A") + at % 26)
            name = f"{self.dice.choice(words['first_names'])} {letter}"
            pronouns, age = self.dice.choice(("She/her", "He/him", "They/them")), self.dice.randint(4, 17)
        home = self.dice.choice(words["lives_with"])
        person = {"name": home, "relationship": "I live with them", "is_first_contact": at % 2 == 0}
        wishes = {
            "answered_by": "child",
            "modes": ["speech"],
            "words_to_use": self.dice.choice(words["words_to_use"]),
            "notice_days": self.dice.randint(1, 7),
            "wants_feedback_after": bool(at % 2),
            "group_preference": self.dice.choice(("one_to_one", "small_group", "any")),
            "safe_channels": ["call"],
            "read_back": self.dice.choice(("always", "important_things")),
            "please_do_not": self.dice.choice(words["please_do_not"]),
        }
        me_page = {"my_name": name.split()[0], "important_to_me": home, "how_to_talk_with_me": "Ask me first."}
        return {
            "child": {"known_as": name, "pronouns": pronouns, "lives_with": home},
            "age": age,
            "town": self.dice.choice(words["towns"]),
            "people": [person],
            # One child in five has not been asked yet, so that every page has something to invite to.
            "preferences": wishes if at % 5 else None,
            "this_is_me": {**me_page, "pen_held_by": "child"} if at % 5 != 1 else None,
            "said": words["said"],
        }

    def _born(self, age: int, number: int) -> str:
        birthday = date(self.today.year - age, self.today.month, min(self.today.day, 28))
        return (birthday - timedelta(days=20 + number * 31 % 320)).isoformat()

    def _day_ago(self, days: int) -> str:
        return (self.today - timedelta(days=days)).isoformat()

    def _home(self, scope_id: str, number: int, facts: Mapping[str, Any]) -> None:
        since = 200 + 61 * (number % 9)
        address = {"address": f"{number + 2} Example Lane\nInvented Green", "postcode": f"ZZ{number % 9 + 1} 9ZZ"}
        body = {"home_kind": "lives_here", **address, "from_on": self._day_ago(since)}
        arrive = "The gate sticks. Use the side door." if number % 3 == 0 else ""
        carer = facts["child"].get("carer_name", "")
        self.add("home", scope_id, {**body, "carer_name": carer, "how_to_arrive": arrive}, days_ago=since)
        status = {"status": "looked_after", "from_on": self._day_ago(since + 90), "legal_status": "C2"}
        place = {
            "placement_type": "U6",
            "home_since_on": self._day_ago(since),
            "child_told_on": self._day_ago(since + 3),
        }
        self.add("involvement", scope_id, {**status, **place}, days_ago=since)

    def _wishes(self, scope_id: str, number: int, facts: Mapping[str, Any], people: Sequence[str]) -> None:
        first = next((at for at, one in enumerate(facts["people"]) if one.get("is_first_contact")), None)
        checked = {0: 14, 1: 40, 2: 210}.get(number, 20 + 9 * (number % 12))
        if facts.get("preferences"):
            through = people[first] if first is not None else ""
            asked = {"asked_on": self._day_ago(checked + 60), "checked_with_child_on": self._day_ago(checked)}
            body = {**asked, **facts["preferences"], "contact_first_through_id": through}
            self.add("communication_preferences", scope_id, body, days_ago=checked)
        if facts.get("this_is_me"):
            body = {**facts["this_is_me"], "checked_with_child_on": self._day_ago(checked)}
            self.add("this_is_me", scope_id, body, days_ago=checked + 0.1)

    def handovers(self, scope_id: str, workers: Sequence[Worker]) -> None:
        """Let these workers have read a child's page before they first came."""
        for number, worker in enumerate(workers):
            day = 720 - number
            read = dict.fromkeys(("this_is_me_read_at", "preferences_read_at"), self.ago(day))
            body = {"worker_id": worker.worker_id, **read, "child_told_on": self._day_ago(day + 2)}
            self.add("handover", scope_id, body, days_ago=day, author=worker.worker_id)

    # ---- visits and notes ----

    def visits(self, scopes: Sequence[str]) -> None:
        """Plan today's visits, and one in the next two weeks for every other child."""
        kinds = (("home", "statutory"), ("school", "statutory"), ("home", "pathway"))
        for scope_id, moment, (place, kind) in zip(scopes, self._visits_today(), kinds, strict=False):
            self._plan(scope_id, moment, place, kind, told_days=8)
        for number, scope_id in enumerate(scopes[3:]):
            ahead = datetime.combine(self.today + timedelta(days=1 + number % 13), time(9 + number % 7, 30))
            self._plan(scope_id, ahead.astimezone(), "home", "statutory", told_days=2)

    def _visits_today(self) -> list[datetime]:
        """Half past ten, quarter past one and three; all later by quarters of an hour where that is already past."""
        local = self.now.astimezone()
        late = local.hour * 60 + local.minute - (_VISITS_TODAY[0].hour * 60 + _VISITS_TODAY[0].minute)
        shift = 0 if late <= 0 else -(-(late + 20) // 15) * 15
        shift = min(shift, _LAST_MINUTE - _VISITS_TODAY[-1].hour * 60)
        return [datetime.combine(self.today, at).astimezone() + timedelta(minutes=shift) for at in _VISITS_TODAY]

    def _plan(self, scope_id: str, at: datetime, place: str, kind: str, told_days: int) -> None:
        told = {"notice_given_on": self._day_ago(told_days), "notice_given_how": "through_person"}
        body = {"planned_at": to_stamp(at), "place": place, "visit_kind": kind, "purpose": "To see how things are"}
        who = {"goes_id": self.me.worker.worker_id, "state": "confirmed"}
        self.add("planned_visit", scope_id, {**body, **told, **who}, days_ago=told_days)

    def notes(self, scopes: Sequence[str], count: int, colleagues: Sequence[Worker]) -> None:
        """Write ``count`` visit notes back in time, shared among the children, with what each child said."""
        each, over = divmod(count, len(scopes))
        for number, scope_id in enumerate(scopes):
            wanted = each + (number < over)
            gap = max(0.2, min(30.0, 700 / max(1, wanted)))
            for at in range(wanted):
                self._note(scope_id, number, at, 3 + number % 11 + at * gap, colleagues)

    def _note(self, scope_id: str, number: int, at: int, days: float, colleagues: Sequence[Worker]) -> None:
        words, dice = _words(), self.dice
        fixed = {(0, 0): (14, time(16, 10)), (2, 0): (3, time(15, 40))}.get((number, at))
        day = self.today - timedelta(days=fixed[0] if fixed else round(days))
        clock = fixed[1] if fixed else time(9 + dice.randrange(8), dice.choice((0, 10, 15, 30, 45)))
        visited = datetime.combine(day, clock).astimezone()
        # Every seventh note is a colleague's, and never the two that the pages open on.
        author = dice.choice(colleagues).worker_id if at % 7 == 5 and not fixed else self.me.worker.worker_id
        body = {
            "visited_at": to_stamp(visited),
            "place": "home" if fixed else dice.choice(("home", "home", "home", "school", "community", "car")),
            "visit_kind": "iro" if author == colleagues[0].worker_id else dice.choice(("statutory", "direct_work")),
            "seen": "yes",
            "seen_alone": "no_childs_choice"
            if (number, at) == (0, 0)
            else dice.choice(("yes", "yes", "no_childs_choice")),
            "bedroom_seen": dice.random() < 0.5,
            "what_happened": "\n".join(dice.sample(words["happened"], 2)),
            "worker_view": dice.choice(words["views"]),
            **self._as_asked(at, day),
        }
        is_open = (number, at) == (2, 0)
        days_ago = max(0.02, (self.now - visited).total_seconds() / 86_400 - 0.1)
        note_id = self.add("visit_note", scope_id, body, days_ago=days_ago, author=author, is_finished=not is_open)
        if at == 0 or dice.random() < 0.6:
            self._said(
                scope_id, note_id, day, days_ago, author, is_first=at == 0, is_open=at == 0 and number in (0, 2, 4)
            )
        if (number, at) == (0, 1):
            added = {"adds_to_id": note_id, "why": "more_to_say", "addition": words["added"][0]}
            self.add("addendum", scope_id, added, days_ago=max(0.01, days_ago - 1), is_finished=True)
            told = {"visit_note_id": note_id, "given_on": day.isoformat(), "given_how": "read_together"}
            self.add("feedback_sheet", scope_id, {**told, "child_says": "right"}, days_ago=days_ago, is_finished=True)

    def _as_asked(self, at: int, day: date) -> Body:
        """What was done before and after a visit nobody had planned: mostly as the child asked, sometimes not."""
        found: Body = {"trusted_person_first": at % 5 != 2}
        if (notice := (8, 9, 3, 8, None, 10)[at % 6]) is not None:
            found["notice_given_days"] = notice
        if at % 4 == 1:
            found["change_warned"] = True
        told = day + timedelta(days=1 + at % 3)
        if at and at % 7 != 4 and told <= self.today:
            found["feedback_sent_on"] = told.isoformat()
        return found

    def _said(
        self, scope_id: str, note_id: str, day: date, days_ago: float, author: str, *, is_first: bool, is_open: bool
    ) -> None:
        said: Sequence[str] = self.facts[scope_id]["said"]
        modes = (self.facts[scope_id].get("preferences") or {}).get("modes", ())
        told = "signs_or_symbols" if "makaton" in modes else "talking"
        body = {"words": said[0] if is_first else self.dice.choice(said), "told_by": [told], "said_on": day.isoformat()}
        if not is_open and self.dice.random() > 0.04:
            result = {"checked_back_on": day.isoformat(), "checked_back_result": "right"}
            body |= result
        self.add("own_words", scope_id, {**body, "said_in_id": note_id}, days_ago=days_ago, author=author)

    def not_taking_part(self, scope_id: str) -> None:
        """Let a child have chosen, some weeks ago, not to take part."""
        body = {"what_happened": "not_now_maybe_later", "was_for": "review", "ask_again": "next_visit"}
        made = self.add(
            "not_taking_part", scope_id, {**body, "happened_on": self._day_ago(33)}, days_ago=33, is_finished=True
        )
        said = {"words": "Not today. Ask me when Nan is here.", "told_by": ["talking"], "said_on": self._day_ago(33)}
        right = {"checked_back_on": self._day_ago(33), "checked_back_result": "right"}
        self.add("own_words", scope_id, {**said, **right, "said_in_id": made}, days_ago=33)

    def promises(self, scopes: Sequence[str]) -> None:
        """Let the first children have been promised something: one was told, one is to be told, one still waits."""
        words = _words()["promises"]
        for number, (scope_id, facts) in enumerate(zip(scopes, words, strict=False)):
            said = [one for one in self.made if one.type == "own_words" and one.scope_id == scope_id]
            body = dict(facts["body"])
            if not said:
                continue
            on = date.fromisoformat(str(said[0].read_body()["said_on"]))
            days = {name: (on + timedelta(days=after)).isoformat() for name, after in facts["days_after"].items()}
            who = {"you_said_id": said[0].record_id, "promised_by_id": self.me.worker.worker_id}
            self.add("promise", scope_id, {**who, **body, **days}, days_ago=max(0.1, 2 - number))

    # ---- whatever else is declared ----

    def other_types(self, scope_id: str) -> None:
        """Make one record of every declared type that nothing above made, from its declaration alone."""
        known = {version.type for version in self.made}
        for declaration in all_declarations():
            if declaration.type not in known:
                self.add(declaration.type, scope_id, self._any_body(declaration, scope_id), days_ago=5)

    def _any_body(self, declaration: Declaration, scope_id: str) -> Body:
        # A file cannot be invented from a declaration: what speaks of one is left to what draws it.
        asked = [one for one in declaration.fields.values() if one.is_in_form]
        body = {one.name: self._any_value(one) for one in asked}
        within = declaration.fields[declaration.shown_in].links_to if declaration.shown_in else ()
        within = within or tuple(one.type for one in all_declarations() if one.evidence == SHOWN)
        outer = (one.record_id for one in self.made if one.type in within and one.scope_id == scope_id)
        return {**body, declaration.shown_in: next(outer, "")} if declaration.shown_in else body

    def _any_value(self, one: Field) -> Any:
        text = str(self.dice.choice(_words()["said"] if one.is_verbatim else _words()["happened"]))
        makers: dict[Kind, Callable[[], Any]] = {
            Kind.LINE: lambda: text,
            Kind.PROSE: lambda: text,
            Kind.CHOICE: lambda: self.dice.choice(one.choices).code if one.choices else "",
            Kind.FLAGS: lambda: sorted({self.dice.choice(one.choices).code}) if one.choices else [],
            Kind.DAY: lambda: self._day_ago(self.dice.randrange(1, 90)),
            Kind.MOMENT: lambda: self.ago(self.dice.randrange(1, 90)),
            Kind.NUMBER: lambda: one.least_number or 1,
            Kind.TICK: lambda: True,
            Kind.LINK: lambda: "",
            Kind.STROKES: lambda: [["blue", 14, 200, 500, 500, 200, 800, 500]],
        }
        return makers[one.kind]()


def me_for_trying(council_name: str = "Invented Council") -> Identity:
    """The worker of an invented caseload on a laptop without a server."""
    worker_id = new_uuid7(1_700_000_000_000, b"aisha khan")
    worker = Worker(worker_id=worker_id, display_name="Aisha Khan", job_title="Social worker", team="Children in care")
    return Identity(
        device_id=new_uuid7(1_700_000_000_000, b"try laptop"),
        device_epoch=1,
        council_id="invented",
        council_name=council_name,
        worker=worker,
        timeline="invented",
    )
