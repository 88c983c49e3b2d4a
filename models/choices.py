"""The shared lists of codes and words that several record types choose from (domain 4.2, seeds 000 to 004)."""

from __future__ import annotations

from models.fields import Choice


def _list(*pairs: str) -> tuple[Choice, ...]:
    return tuple(Choice(*pair.split(": ", 1)) for pair in pairs)


TOLD_BY = _list(
    "talking: Talking",
    "writing: Writing",
    "signs_or_symbols: Signs or symbols",
    "drawing: Drawing",
    "through_someone: Through someone",
    "audio: Sound",
    "video: Video",
    "switch: Switch",
    "play: Play",
    "app: An app",
)
COMMUNICATION_MODE = _list(
    "speech: Speech",
    "makaton: Makaton",
    "sign_language: Sign language",
    "pecs: PECS",
    "symbols: Symbols",
    "eye_gaze: Eye gaze",
    "switch: Switch",
    "device: A device",
    "drawing: Drawing",
    "writing: Writing",
    "behaviour: Behaviour",
    "interpreter: Interpreter",
)
FORMAT_NEED = _list(
    "short_clear_words: Short, clear words",
    "large_print: Large print",
    "cream_paper: Cream paper",
    "dyslexia_font: Dyslexia font",
    "easy_read: Easy read",
    "pictures: Pictures",
    "audio: Sound",
    "video: Video",
    "braille: Braille",
    "translation: Translation",
)
PLACE = _list(
    "home: Home visit",
    "school: School",
    "family_centre: Family centre",
    "office: Office",
    "community: Out and about",
    "car: In the car",
    "phone: Phone call",
    "video_call: Video call",
    "residential_home: Children’s home",
    "hospital: Hospital",
    "custody: Custody",
    "other: Somewhere else",
)
VISIT_KIND = _list(
    "statutory: Statutory visit",
    "pathway: Pathway visit",
    "iro: IRO visit",
    "advocacy: Advocacy visit",
    "youth_work: Youth work",
    "direct_work: Direct work",
    "other: Another kind",
)
SEEN = _list("yes: Yes", "no: No", "tried_not_in: Tried, not in")
SEEN_ALONE = _list("yes: Yes", "no_childs_choice: No, {their} choice", "no_other: No, other")
NOT_ALONE_REASON = _list(
    "inappropriate_for_age_or_understanding: Not right for {their} age or understanding",
    "unable: I was not able to",
)
CHECKED_BACK_RESULT = _list("right: Right", "changed: Changed", "not_now: Not now")
CHANNELS = _list(
    "call: Call",
    "text: Text message",
    "letter: Letter",
    "email: Email",
    "app: App",
    "through_person: Through someone {they} {trust}",
)
NOTICE_HOW = _list(
    "call: Call",
    "text: Text message",
    "letter: Letter",
    "app: App",
    "in_person: In person",
    "through_person: Through someone {they} {trust}",
)
PEN_HELD_BY = _list(
    "child: {child}",
    "child_with_worker: {child}, with a worker",
    "worker_childs_words: A worker, in {child}’s words",
    "carer_for_child: A carer, for {child}",
    "someone_else: Someone else",
)
METHOD = _list(
    "one_to_one: One to one",
    "call: Call",
    "group: Group",
    "survey: Survey",
    "feedback_form: Feedback form",
    "social_media: Social media",
    "app: App",
    "website: Website",
    "online_chat: Online chat",
    "video_meeting: Video meeting",
    "activity_day: Activity day",
    "film: Film",
    "art: Art",
    "drama: Drama",
    "craft: Craft",
    "panel: Panel",
    "board_meeting: Board meeting",
    "visit_by_members: Visit by members",
)
"""Ways of being asked and of taking part (seeds 001, 003, 004)."""
THEMES = _list(
    "stigma: How people see us",
    "being_told: Being told what is happening",
    "my_hopes: Me and my hopes",
    "housing: Somewhere to live after 16",
    "carers: The people who look after me",
    "pets: Animals and pets",
    "moving: Moving home",
    "workers_changing: Workers changing",
    "difference: Home is different from my family’s",
    "family_time: Seeing my family",
    "school: School and college",
    "health: Health",
    "friends: Friends",
)
"""Young people's own priorities, likes and dislikes in seeds 000 and 003."""
VULNERABLE_GROUP = _list(
    "care_experienced: Care experienced",
    "minority_ethnic: Minority ethnic",
    "deprivation: Relative deprivation",
    "send: SEND",
    "service_family: Service family",
    "lgbt: LGBT",
    "domestic_abuse: Has lived with domestic abuse",
    "teenage_parent: Teenage parent",
    "young_carer: Young carer",
    "uasc: Unaccompanied, seeking asylum",
)
"""The ten groups of seed 001, section 7."""
