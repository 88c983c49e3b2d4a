"""The bench's own data: ten thousand invented notes of 925 bytes over twenty children, the same on every run."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

import resources
from models.identity import Identity
from models.ids import new_uuid7
from models.version import Version, encode_body, hash_body

NOTES = 10_000
BODY_BYTES = 925
_FIRST_MS = 1_700_000_000_000


@dataclass(frozen=True)
class Data:
    """Heads as laptops would send them: first what makes each child usable, then the notes, oldest first."""

    scopes: tuple[str, ...]
    leads: tuple[Version, ...]
    notes: tuple[Version, ...]

    @property
    def all(self) -> tuple[Version, ...]:
        return self.leads + self.notes


def make_data(me: Identity, scopes: Sequence[str], notes: int = NOTES, seed: str = "bench") -> Data:
    """Invent the data of these children for a worker and their laptop."""
    maker, children = _Maker(me, random.Random(seed)), len(scopes)
    leads = [one for number, scope in enumerate(scopes) for one in maker.leads(scope, number)]
    return Data(tuple(scopes), tuple(leads), tuple(maker.note(scopes[at % children], at) for at in range(notes)))


class _Maker:
    def __init__(self, me: Identity, dice: random.Random) -> None:
        self._me, self._dice, self._made = me, dice, 0
        told = msgspec.json.decode(resources.path("words", "invented.json").read_bytes())
        self._words = sorted({word for text in _texts(told) for word in text.split()})

    def new_id(self) -> str:
        self._made += 1
        return new_uuid7(_FIRST_MS + self._made, self._dice.randbytes(10))

    def leads(self, scope_id: str, number: int) -> list[Version]:
        return [
            self._version(scope_id, "child", {"child_code": str(1000 + number), "known_as": f"Child {number}"}),
            self._version(scope_id, "this_is_me", {"helps_me": self._text(300), "do_not_like": self._text(200)}),
            self._version(scope_id, "communication_preferences", {"notice_days": 3}),
        ]

    def note(self, scope_id: str, number: int) -> Version:
        body: dict[str, object] = {
            "visited_at": f"20{10 + number // 1000:02}-{1 + number // 80 % 12:02}-{1 + number % 28:02}T10:30:00.000Z",
            "place": "home",
            "visit_kind": "planned",
            "seen": "yes",
            "seen_alone": "yes",
            "bedroom_seen": True,
            "present": self._text(30),
            "notice_given_days": 3,
            "change_since_last": self._text(120),
            "worker_view": self._text(180),
            "trusted_person_first": True,
            "what_happened": "",
        }
        body["what_happened"] = self._text(BODY_BYTES - len(encode_body(body)))
        return self._version(scope_id, "visit_note", body)

    def _text(self, letters: int) -> str:
        text = ""
        while len(text) < letters:
            text += self._dice.choice(self._words) + " "
        text = "".join(letter if letter.isascii() and letter not in '"\\' else "e" for letter in text)
        return text[: letters - 1] + "."

    def _version(self, scope_id: str, type_name: str, fields: dict[str, object]) -> Version:
        body, salt = encode_body(fields), self._dice.randbytes(16)
        return Version(
            version_id=self.new_id(), record_id=self.new_id(), scope_id=scope_id, type=type_name,
            policy_class="authored" if type_name == "visit_note" else "shared", schema=1,
            audience="everyone_on_record", device_id=self._me.device_id, device_epoch=self._me.device_epoch,
            op_no=self._made, author_id=self._me.worker.worker_id, written_at="2026-11-23T10:30:00.000Z",
            is_finished=type_name == "visit_note", salt=salt, body_hash=hash_body(salt, body), body=msgspec.Raw(body),
        )  # fmt: skip


def _texts(told: object) -> list[str]:
    """Every text in a nest of lists and objects."""
    if isinstance(told, str):
        return [told]
    inside = told.values() if isinstance(told, dict) else told if isinstance(told, list) else ()
    return [text for part in inside for text in _texts(part)]
