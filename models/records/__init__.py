"""Every record type Heard knows: one module each, one import here, and nothing else to register."""

from models.records import (
    addendum,
    attachment,
    child,
    communication_preferences,
    cover,
    handover,
    home,
    involvement,
    not_taking_part,
    own_term,
    own_words,
    person_i_trust,
    planned_visit,
    promise,
    this_is_me,
    visit_note,
)

__all__ = [
    "addendum",
    "attachment",
    "child",
    "communication_preferences",
    "cover",
    "handover",
    "home",
    "involvement",
    "not_taking_part",
    "own_term",
    "own_words",
    "person_i_trust",
    "planned_visit",
    "promise",
    "this_is_me",
    "visit_note",
]
