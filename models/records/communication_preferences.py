"""How the child likes people to talk with them; feeds the card "Before you knock" (domain 4.4; seed 001)."""

from __future__ import annotations

from datetime import date

from models.choices import CHANNELS, COMMUNICATION_MODE, FORMAT_NEED
from models.fields import Choice, choice, day, flags, line, link, number, tick, verbatim
from models.record import Record, record


def _choices(**words: str) -> tuple[Choice, ...]:
    return tuple(Choice(code, text) for code, text in words.items())


@record(
    "communication_preferences",
    title="Communication",
    plural="Communication",
    edited_by="assigned",
    icon="ear",
    is_one_per_child=True,
    is_on_timeline=False,
)
class CommunicationPreferences(Record):
    """One current record per child. The part numbers are Sarah's seven wishes in seed 001."""

    asked_on: date | None = day("Asked on", to_finish=True, part="Asked")
    answered_by: str = choice(
        "Who answered",
        _choices(child="{child}", carer="A carer", worker_observed="A worker, from watching"),
        part="Asked",
    )
    checked_with_child_on: date | None = day("Checked with {child} on", part="Asked")
    modes: tuple[str, ...] = flags("How {they} {talk}", COMMUNICATION_MODE, part="Words")
    format_needs: tuple[str, ...] = flags("What makes words easier", FORMAT_NEED, part="Words")
    words_to_use: str = verbatim("Words to use", by="answered_by", part="Words")
    seconds_to_answer: float | None = number("Seconds to wait for an answer", least=0, most=600, part="Words")
    languages: str = line("Languages", part="Words")
    interpreter_needed: bool | None = tick("Interpreter needed?", part="Words")
    interpreter_kind: str = line("What kind of interpreter", part="Words")
    symbol_set: str = line("Symbol set", part="Words")
    text_size: str = choice("Text size", _choices(normal="Normal", large="Large", largest="Largest"), part="Words")
    paper_colour: str = choice(
        "Paper colour",
        _choices(white="White", cream="Cream", pale_blue="Pale blue", pale_green="Pale green"),
        part="Words",
    )
    font: str = choice(
        "Letters", _choices(plain="Plain", lexend="Lexend", opendyslexic="OpenDyslexic, on screen"), part="Words"
    )
    notice_days: float | None = number("Days of notice before a visit", least=0, most=90, part="Notice")
    wants_feedback_after: bool | None = tick("Wants to hear what happened after?", part="After")
    feedback_days: float | None = number("Within how many days", least=0, most=90, part="After")
    feedback_how: str = choice("How to tell {them}", CHANNELS, part="After")
    group_preference: str = choice(
        "Alone or in a group",
        _choices(one_to_one="One to one", small_group="A small group", any="Either is fine", none="Neither"),
        part="Company",
    )
    group_size_most: float | None = number("At most how many people", least=1, most=50, part="Company")
    group_with: str = verbatim("With whom", by="answered_by", part="Company")
    who_stays_near: str = verbatim("Who stays near", by="answered_by", one_line=True, part="Company")
    contact_first_through_id: str = link("Speak first to", to=("person_i_trust",), part="First")
    safe_channels: tuple[str, ...] = flags("Ways that are fine", CHANNELS, part="First")
    unsafe_channels: tuple[str, ...] = flags("Ways that are not fine", CHANNELS, part="First")
    has_no_email: bool | None = tick("Has no email?", part="First")
    blocks_unknown_numbers: bool | None = tick("Blocks numbers {they} {do} not know?", part="First")
    change_warning_days: float | None = number("Days of warning before a change", least=0, most=90, part="Changes")
    how_to_tell_changes: str = verbatim("How to tell {them} about changes", by="answered_by", part="Changes")
    read_back: str = choice(
        "Read words back",
        _choices(always="Always", important_things="Important things", no="No need"),
        part="Checked",
    )
    please_do_not: str = verbatim("Please do not", by="answered_by", part="Please do not")
    has_communication_plan: bool | None = tick("Has a communication plan?", part="SEND")
    plan_reviewed_on: date | None = day("Plan reviewed on", part="SEND")
    plan_seen_in_use: bool | None = tick("Plan seen in use?", part="SEND")
    switch_access: str = choice(
        "Switch access",
        _choices(none="None", one_switch="One switch", two_switch="Two switches", eye_gaze="Eye gaze"),
        part="SEND",
    )
    scan_seconds: float | None = number("Seconds for each step of a scan", least=0, most=60, part="SEND")
