"""The child: who they are, in the words they chose; one record and one scope each (domain 4.3)."""

from __future__ import annotations

from datetime import date

from models import code_sets
from models.choices import VULNERABLE_GROUP
from models.fields import choice, day, flags, line, number, prose, tick, verbatim
from models.record import Record, record


@record(
    "child",
    title="Child or young person",
    plural="Children and young people",
    edited_by="assigned",
    title_field="known_as",
    icon="user-round",
    is_one_per_child=True,
    is_on_timeline=False,
    evidence="",
    is_common=False,
)
class Child(Record):
    """One child. Codes are those of the SSDA903 return (domain 3.4); s22(5) Children Act 1989 for identity."""

    child_code: str = line("The council’s number", to_finish=True, indexed=True, part="Who")
    known_as: str = verbatim("What to call me", by="child", one_line=True, to_finish=True, indexed=True, part="Who")
    legal_name: str = line("Legal name", help="For documents and search only", part="Who")
    says_name_like: str = line("How to say it", part="Who", searched=False)
    pronouns: str = verbatim("Pronouns", by="child", one_line=True, searched=False, part="Who")
    born_on: date | None = day("Born on", indexed=True, part="Dates")
    died_on: date | None = day("Died on", part="Dates")
    sex: str = choice("Sex", code_sets.SEX, part="Identity")
    gender_in_own_words: str = verbatim("Gender, in my words", by="child", one_line=True, part="Identity")
    ethnicity: str = choice("Ethnicity", code_sets.ETHNIC, part="Identity")
    first_language: str = line("First language", part="Identity")
    religion: str = line("Religion", part="Identity")
    nationality: str = line("Nationality", part="Identity")
    vulnerable_groups: tuple[str, ...] = flags("Groups", VULNERABLE_GROUP, part="Identity")
    disability: tuple[str, ...] = flags("Disability", code_sets.DISABILITY, part="Needs")
    has_ehcp: bool | None = tick("Has an EHCP?", part="Needs")
    ehcp_reviewed_on: date | None = day("EHCP reviewed on", part="Needs")
    sdq_score: float | None = number("SDQ score", least=0, most=40, part="Needs")
    sdq_on: date | None = day("SDQ on", part="Needs")
    sdq_reason: str = choice("Why there is no SDQ score", code_sets.SDQ_REASON, part="Needs")
    is_uasc: bool | None = tick("Unaccompanied and seeking asylum?", part="Status")
    immigration_status: str = line("Immigration status", part="Status")
    category_of_need: str = choice("Category of need", code_sets.CATEGORY_OF_NEED, part="Status")
    care_leaver_category: str = choice("Care leaver status", code_sets.CARE_LEAVER_CATEGORY, part="Status")
    lives_with: str = verbatim("Who I live with", by="child", one_line=True, part="Home")
    carer_name: str = line("Carer’s name", help="Leave empty where it must be kept safe", part="Home")
    school: str = line("School", part="School")
    school_year: float | None = number("School year", least=0, most=14, part="School")
    designated_teacher_name: str = line("Designated teacher", part="School")
    upn: str = line("Pupil number", searched=False, part="School")
    pep_held_on: date | None = day("PEP held on", part="School")
    health_assessed_on: date | None = day("Health assessed on", part="Health")
    health_plan_on_record: bool | None = tick("Health plan on record?", part="Health")
    health_passport: str = choice("Health passport", code_sets.HEALTH_PASSPORT, part="Health")
    life_story_explained_on: date | None = day("Life story explained on", part="My story")
    life_story_by: str = line("Explained by", part="My story")
    life_story_tool: str = line("With what", part="My story")
    understands_why_in_care: float | None = number(
        "How well I understand why I am in care", by="child", is_verbatim=True, least=1, most=10, part="My story"
    )
    life_story_next_step: str = prose("Next step", part="My story")
    has_legal_hold: bool | None = tick("Legal hold?", part="Keeping")
    legal_hold_reason: str = prose("Why it is held", part="Keeping")
