"""Small widgets that several screens share. They read the look from `ui.theme` and know no data.

PlainLabel    labels.py         every label that shows words: plain text only, wraps, reading leading, ellipsis
Button        buttons.py        primary (one a page), secondary, quiet, danger; icon, key caps
Surface       surface.py        a frame of a kind: card, well, knock, voice, banner (tone), problems, field
Card          card.py           one thing on a quiet surface, with a heading
Chip          chips.py          a small rounded action; choices are made by ChoiceRow
ChoiceRow     choice_row.py     a question answered by chips, one or several
Pill          pill.py           a state in an icon and words
Avatar        avatar.py         neutral initials; `initials_among` tells two children apart
IconLabel     icon_label.py     an icon that follows the theme, on a round tint if wanted
KnockStrip    knock_strip.py    "Before you knock", the whole strip opens the card
VoiceQuote    voice_quote.py    the child's own words, purple, exactly as told
ErrorSummary  error_summary.py  "There is a problem", links to the fields
TroubleBox    trouble_box.py    a Trouble told on the page: what happened, what is safe, what to do
Banner        banner.py         a calm line on a tint, with nothing to press
EntryField    entry_field.py    a question answered by one line; a secret has Show and a caps-lock hint
EntryForm     entry_form.py     a card of EntryFields with one main button that checks them
StepList      step_list.py      numbered steps, a tick for what is done
CodeLabel     code_label.py     a code to be written down by hand
FrontPage     front_page.py     the ground of the windows shown before the vault is open
EmptyState    empty_state.py    nothing yet: what belongs here and one thing to do
SectionHead   section_head.py   a heading with something at its right
Divider       divider.py        a hairline
KeyCap        key_cap.py        a key drawn as a key
FlowLayout    flow.py           side by side, wrapping
ScrollPage    scroll_page.py    a page that scrolls and keeps the focus in sight
Tabs          tabs.py          tabs as wide as their words, over a QStackedWidget
Picker        picker.py         a drop-down list that ignores the wheel
Sheet         sheet.py          a question over the window; call it through `ui.messages`
Toast         toast.py          a message with Undo for ten seconds; the window has one
lettering.py  words with leading, and strokes.py boxes, rings and keys, for parts that paint themselves.

A question in error: `style.mark(surface, state="problem")` on its Surface of kind field,
`style.mark(edit, state="problem")` on the edit, and a PlainLabel of kind "problem" above it.
"""
