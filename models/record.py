"""A record type is one declaration: `Record`, `@record` and the registry everything else is derived from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Any, ClassVar, Self, TypeAlias, TypeVar, dataclass_transform, get_type_hints

from models.audience import AUTHORED, EVERYONE_ON_RECORD, SHARED
from models.choices import THEMES
from models.fields import (
    Field,
    Kind,
    MergeRule,
    choice,
    day,
    fault,
    flags,
    from_json,
    is_empty,
    line,
    link,
    moment,
    named,
    number,
    prose,
    strokes,
    tick,
    to_json,
    verbatim,
)
from models.version import Body

MAX_INDEXED = 3
"""Plain columns that the projection fills for a type's indexed fields."""

MORE = "More"
"""The part of a form that is folded away: what may be recorded, and is never one more question in the way."""
SHOWN, FOLDED = "shown", "folded"
"""Where the form of a record offers photos, sound and pages: in plain sight, or folded away under ``MORE``."""

Upgrade = Callable[[Body], Body]
RecordClass: TypeAlias = "type[Record]"


@dataclass(frozen=True, slots=True)
class Declaration:
    """All that is known of a record type.

    ``timeline`` names the field that places the record in time. ``title_field`` names the one that titles it in
    lists, ``headline`` the choice whose words head it
    on a timeline. ``is_one_per_child`` marks types with one current record, such as This is Me. ``shown_in`` names the
    link field through which it is shown inline in another record's form. ``evidence`` says where its form offers
    photos, sound and pages that belong to it, "" for a type that has none. ``is_common`` gives it the fields that every
    record about a child has (domain 4.1); Heard's own book-keeping and the files themselves go without.
    """

    type: str
    title: str
    plural: str
    edited_by: str
    fields: Mapping[str, Field]
    record_class: RecordClass
    schema: int = 1
    audience: str = EVERYONE_ON_RECORD
    timeline: str = ""
    title_field: str = ""
    headline: str = ""
    shown_in: str = ""
    icon: str = "file-pen-line"
    is_one_per_child: bool = False
    is_on_timeline: bool = True
    evidence: str = FOLDED
    is_common: bool = True
    upgrades: Mapping[int, Upgrade] | None = None
    indexed: tuple[Field, ...] = dataclass_field(init=False)
    """The fields that lists filter by, in the order of their columns."""
    sought: tuple[tuple[str, Mapping[str, str] | None], ...] = dataclass_field(init=False)
    """The fields that Find looks in, by name; for a choice the words of each of its codes."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "indexed", tuple(field for field in self.fields.values() if field.indexed))
        sought: list[tuple[str, Mapping[str, str] | None]] = []
        for field in self.fields.values():
            if field.searched:
                sought.append((field.name, None))
            elif field.kind is Kind.CHOICE and field.is_in_form:
                sought.append((field.name, {one.code: one.words for one in field.choices}))
        object.__setattr__(self, "sought", tuple(sought))

    @property
    def policy_class(self) -> str:
        """How permission is decided for it, on the laptop and on the server."""
        return AUTHORED if self.edited_by == "author" else SHARED

    def upgrade(self, body: Body, schema: int) -> Body:
        """Bring a body of an older schema up to this one by adding keys; a newer one is returned as it stands."""
        for step in range(schema, self.schema):
            body = (self.upgrades or {})[step](dict(body))
        return body


_registry: dict[str, Declaration] = {}
R = TypeVar("R", bound="Record")


class Record:
    """What every record type is: an immutable value with declared fields and no identity of its own."""

    declaration: ClassVar[Declaration]
    child_was_told_limits: bool | None
    themes: tuple[str, ...]

    @classmethod
    def from_body(cls, body: Body) -> Self:
        """Read a body. Keys this app does not know are left where they are, in the body."""
        known = cls.declaration.fields
        return cls(**{name: from_json(field, body.get(name)) for name, field in known.items()})

    def to_body(self) -> Body:
        """Write the fields that hold something as plain JSON values."""
        values = {name: to_json(field, getattr(self, name)) for name, field in self.declaration.fields.items()}
        return {name: value for name, value in values.items() if not is_empty(value)}


@dataclass_transform(
    frozen_default=True,
    kw_only_default=True,
    field_specifiers=(line, prose, verbatim, choice, flags, day, moment, number, tick, link, strokes),
)
def record(
    type_name: str,
    *,
    title: str,
    plural: str,
    edited_by: str,
    **more: Any,
) -> Callable[[type[R]], type[R]]:
    """Declare a record type. ``edited_by`` is "author" or "assigned" (design 3).

    Raises ValueError for a declaration that cannot work: a type declared twice, a link to a field that is not there.
    """

    def declare(cls: type[R]) -> type[R]:
        found = _declared_fields(cls, is_common=more.get("is_common", True))
        for name, field in found.items():
            setattr(cls, name, field.empty())
        made = dataclass(frozen=True, kw_only=True)(cls)
        declaration = Declaration(type_name, title, plural, edited_by, found, made, **more)
        _check(declaration)
        _registry[type_name] = declaration
        made.declaration = declaration
        return made

    return declare


COMMON: Mapping[str, tuple[Any, Field]] = {
    "child_was_told_limits": (
        bool | None,
        tick("Told {them} some things must be passed on?", part=MORE),
    ),
    "themes": (tuple[str, ...], flags("What it is about", THEMES, part=MORE)),
}
"""Fields of every type whose scope is a child (domain 4.1): how they are typed, and what they ask. Photos, sound and

pages are records of their own, which say what they belong to.
"""


def _declared_fields(cls: type[Record], *, is_common: bool) -> dict[str, Field]:
    own_fields = {name: named(value, name) for name, value in vars(cls).items() if isinstance(value, Field)}
    untyped = set(own_fields) - set(get_type_hints(cls))
    if untyped:
        raise ValueError(f"{cls.__name__}: fields without a type: {sorted(untyped)}")
    if not is_common:
        return own_fields
    for name, (typed, field) in COMMON.items():
        if name in own_fields:
            raise ValueError(f"{cls.__name__}: {name} is a field of every record about a child")
        # The class is made a dataclass from its annotations: what is common is written into them here, in one place.
        cls.__annotations__[name] = typed
        own_fields[name] = named(field, name)
    return own_fields


def _check(declaration: Declaration) -> None:
    if declaration.type in _registry and _registry[declaration.type].record_class.__module__ != (
        declaration.record_class.__module__
    ):
        raise ValueError(f"record type {declaration.type} is declared twice")
    if declaration.edited_by not in ("author", "assigned"):
        raise ValueError(f"{declaration.type}: edited_by is author or assigned")
    if len(declaration.indexed) > MAX_INDEXED:
        raise ValueError(f"{declaration.type}: at most {MAX_INDEXED} indexed fields")
    if declaration.evidence not in ("", SHOWN, FOLDED):
        raise ValueError(f"{declaration.type}: evidence is shown, folded or none")
    for name in (declaration.timeline, declaration.title_field, declaration.headline, declaration.shown_in):
        if name and name not in declaration.fields:
            raise ValueError(f"{declaration.type}: no field {name}")
    for field in declaration.fields.values():
        if field.is_verbatim and field.merge is not MergeRule.CHOOSE:
            raise ValueError(f"{declaration.type}.{field.name}: exact words are never merged")
        if field.indexed and field.kind is Kind.FLAGS:
            raise ValueError(f"{declaration.type}.{field.name}: a set of codes cannot be listed by")
        for rule in (field.only_when, field.sealed_when):
            if rule and rule[0] not in declaration.fields:
                raise ValueError(f"{declaration.type}.{field.name}: no field {rule[0]}")
        if field.by not in ("", "child", "parent") and field.by not in declaration.fields:
            raise ValueError(f"{declaration.type}.{field.name}: no field {field.by} to say whose words")


def declaration_of(type_name: str) -> Declaration | None:
    """The declaration of a type, or None for one that only a newer Heard knows."""
    return _registry.get(type_name)


def all_declarations() -> tuple[Declaration, ...]:
    """Every declared type, in the order of declaration."""
    return tuple(_registry.values())


def forget(type_name: str) -> None:
    """Take a type out of the registry; for tests that declare a throw-away one."""
    _registry.pop(type_name, None)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a record cannot be finished yet: the field, and the sentence for the summary and the field."""

    field: str
    words: str


def is_asked(field: Field, body: Body) -> bool:
    """Say whether a field is asked at all, given the other answers."""
    return field.only_when is None or body.get(field.only_when[0]) in field.only_when[1]


def is_sealed(field: Field, body: Body) -> bool:
    """Say whether what a field holds may change no more, given the other answers."""
    rule = field.sealed_when
    return rule is not None and body.get(rule[0]) in rule[1] and not is_empty(body.get(field.name))


def problems(declaration: Declaration, body: Body) -> tuple[Problem, ...]:
    """What stands between this body and Finish, in the order of the form. Words may hold {child} and pronouns."""
    found = []
    for field in declaration.fields.values():
        wrong = fault(field, body.get(field.name))
        if wrong:
            found.append(Problem(field.name, wrong))
        elif field.to_finish and is_asked(field, body) and is_empty(body.get(field.name)):
            found.append(Problem(field.name, field.missing or f"Fill in {field.label[:1].lower()}{field.label[1:]}"))
    return tuple(found)


def whose_words(declaration: Declaration, field: Field, body: Body) -> str:
    """Whose words a field holds: "worker", "child", or the code of the person another field names.

    The one place that answers it: the voice colour, merge, spelling and language prompts all ask here.
    """
    if not field.is_verbatim:
        return "worker"
    if field.by in ("child", "parent"):
        return field.by
    speaker = str(body.get(field.by) or "")
    return _SPEAKERS.get(speaker, speaker or "child")


_SPEAKERS = {
    "child_with_worker": "child",
    "worker_childs_words": "child",
    "carer_for_child": "carer",
    "worker_observed": "worker",
}
"""Codes of the fields that say who held the pen or who answered, and whose words that makes them."""
