"""Settings: how Heard looks, when it locks, the secrets that open it, what was deleted, and what Heard is made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QCheckBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from models.errors import Trouble
from ui import access, fonts
from ui.link import Link, Navigator
from ui.parts.buttons import Button
from ui.parts.card import Card
from ui.parts.choice_row import ChoiceRow
from ui.parts.flow import FlowLayout
from ui.parts.labels import PlainLabel
from ui.parts.picker import NumberField
from ui.parts.row_button import RowButton
from ui.parts.scroll_page import ScrollPage
from ui.parts.trouble_box import TroubleBox
from ui.theme import Look, Scheme, Theme
from ui.views.settings_reading import ReadingCard
from ui.views.settings_secrets import Secret, SecretForm

if TYPE_CHECKING:
    from ui.screens import Choices

NARROW_UNDER = 1200
LEAST_MINUTES, MOST_MINUTES = 1, 15
SCHEMES = (("light", "Light"), ("dark", "Dark"), ("system", "As the laptop"))
SIZES = (90, 100, 110, 125, 150, 175, 200)
FACES = ((fonts.ATKINSON, "Atkinson"), (fonts.LEXEND, "Lexend"), (fonts.OPEN_DYSLEXIC, "OpenDyslexic"))
NOT_KEPT = "It stands until Heard is locked, and could not be kept for the next time."


class SettingsPage(QWidget):
    """Every choice is taken at once; there is nothing to confirm, and each can be changed back."""

    page_key = "settings"

    def __init__(self, link: Link, navigator: Navigator, theme: Theme, choices: Choices) -> None:
        super().__init__()
        self.setObjectName("page.settings")
        self._link, self._navigator, self._theme, self._choices = link, navigator, theme, choices
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        self._scroll = ScrollPage()
        whole.addWidget(self._scroll)
        self._scroll.body.addWidget(PlainLabel("Settings", "h1"))
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._columns.setSpacing(16)
        self._scroll.body.addLayout(self._columns)
        self._scroll.body.addStretch(1)
        left, right = self._column(), self._column()
        left.addWidget(self._make_appearance())
        self.reading = ReadingCard(link.speech, self._take_reading)
        left.addWidget(self.reading)
        left.addWidget(self._make_more())
        right.addWidget(self._make_lock())
        for form in self._make_forms():
            right.addWidget(form)
        right.addWidget(self._make_about())
        left.addStretch(1)
        right.addStretch(1)
        theme.changed.connect(self._on_theme)
        self._show_look()

    def _column(self) -> QVBoxLayout:
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(14)
        self._columns.addWidget(holder, 1)
        return column

    # ---- how Heard looks -----------------------------------------------------------------------------------------

    def _make_appearance(self) -> Card:
        card = Card("Appearance")
        card.setObjectName("settings.appearance")
        self.look_trouble = TroubleBox("settings.appearance.trouble")
        card.add(self.look_trouble)
        self.scheme = self._ask(card, "&Colours", "scheme", SCHEMES, self._choose_scheme)
        self.text_size = self._ask(card, "Te&xt size", "text_scale", _sizes(self._theme.look), self._choose_size)
        self.typeface = self._ask(card, "T&ypeface", "typeface", FACES, self._choose_typeface)
        self.movement = QCheckBox("&Reduce movement")
        access.describe(self.movement, "Reduce movement", key="settings.less_movement")
        self.movement.clicked.connect(self._choose_movement)
        card.add(self.movement)
        return card

    def _ask(
        self,
        card: Card,
        label: str,
        name: str,
        answers: Sequence[tuple[str, str]],
        take: Callable[[str], None],
    ) -> ChoiceRow:
        """A question that always has an answer: taking the chosen one back leaves it as it is."""
        words = PlainLabel(label, "h3")
        row = ChoiceRow(name=label.replace("&", ""))
        row.setObjectName(f"settings.{name}")
        row.set_answers(answers)
        words.setBuddy(row)

        def chosen(codes: tuple[str, ...]) -> None:
            if codes:
                take(codes[0])
            else:
                self._show_look()

        row.chosen.connect(chosen)
        together = QVBoxLayout()
        together.setSpacing(2)
        together.addWidget(words)
        together.addWidget(row)
        card.add(together)
        return row

    def _choose_scheme(self, code: str) -> None:
        self._take(replace(self._theme.look, scheme=Scheme(code)))

    def _choose_size(self, code: str) -> None:
        self._take(replace(self._theme.look, text_scale=int(code) / 100))

    def _choose_typeface(self, code: str) -> None:
        self._take(replace(self._theme.look, typeface=code))

    def _choose_movement(self, is_less: bool) -> None:
        self._take(replace(self._theme.look, less_movement=is_less))

    def _take(self, look: Look) -> None:
        """Apply a look at once, then keep it."""
        self._theme.set_look(look)
        look = self._theme.look
        self._keep(
            self.look_trouble,
            scheme=look.scheme.value,
            text_scale=look.text_scale,
            typeface=look.typeface,
            less_movement=look.less_movement,
        )

    def _take_reading(self, *, reads_aloud: bool, reading_speed: str) -> None:
        self._keep(self.reading.trouble, reads_aloud=reads_aloud, reading_speed=reading_speed)

    def _keep(self, box: TroubleBox, **choices: Any) -> None:
        box.hide()
        try:
            self._choices.change_settings(**choices)
        except Trouble as trouble:
            box.show_trouble(trouble.title, NOT_KEPT, trouble.help)

    def _show_look(self) -> None:
        look = self._theme.look
        self.scheme.set_value((look.scheme.value,))
        self.text_size.set_value((str(round(look.text_scale * 100)),))
        self.typeface.set_value((look.typeface,))
        self.movement.setChecked(look.less_movement)

    # ---- when it locks -------------------------------------------------------------------------------------------

    def _make_lock(self) -> Card:
        card = Card("Lock")
        card.setObjectName("settings.lock")
        self.lock_trouble = TroubleBox("settings.lock.trouble")
        card.add(self.lock_trouble)
        label = PlainLabel("Minutes without a &key or a click before Heard locks", "h3")
        self.minutes = NumberField(LEAST_MINUTES, MOST_MINUTES)
        self.minutes.setKeyboardTracking(False)
        access.describe(
            self.minutes,
            "Minutes without a key or a click before Heard locks",
            f"From {LEAST_MINUTES} to {MOST_MINUTES}",
            key="settings.lock_minutes",
        )
        label.setBuddy(self.minutes)
        card.add(label)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.minutes)
        row.addWidget(PlainLabel(f"{LEAST_MINUTES} to {MOST_MINUTES} minutes", "small"), 1)
        card.add(row)
        self.minutes.valueChanged.connect(self._choose_minutes)
        buttons = FlowLayout(across=10, down=8)
        self.lock_now = self._button("Lock now", "lock", "lock_now", self._choices.lock)
        self.change_pin = self._button("Change screen PIN", "eye-off", "change_pin", lambda: self._open(self.pin))
        self.change_passphrase = self._button(
            "Change passphrase", "shield-check", "change_passphrase", lambda: self._open(self.passphrase)
        )
        for button in (self.lock_now, self.change_pin, self.change_passphrase):
            buttons.addWidget(button)
        card.add(buttons)
        return card

    def _button(self, words: str, icon: str, key: str, call: Callable[[], None]) -> Button:
        button = Button(words, icon)
        access.describe(button, words, key=f"settings.{key}")
        button.clicked.connect(lambda: call())
        return button

    def _choose_minutes(self, minutes: int) -> None:
        self._keep(self.lock_trouble, lock_minutes=minutes)

    def _make_forms(self) -> tuple[SecretForm, ...]:
        choices = self._choices
        pin = Secret(
            "pin",
            "PIN",
            "Change your screen PIN",
            "The PIN brings the screen back after F9, and after a child’s pages.",
            "Six digits or more that mean nothing to others.",
            "Changing your PIN …",
            "Your screen PIN has been changed.",
            choices.change_pin,
            choices.find_pin_weakness,
        )
        passphrase = Secret(
            "passphrase",
            "passphrase",
            "Change your passphrase",
            "The passphrase opens Heard. Your recovery code stays as it is.",
            "At least 12 characters, or four words. A short sentence works well.",
            "Changing your passphrase. This takes a few seconds …",
            "Your passphrase has been changed.",
            choices.change_passphrase,
            choices.find_weakness,
        )
        self.pin = SecretForm(pin, self._link, self._navigator)
        self.passphrase = SecretForm(passphrase, self._link, self._navigator)
        self.pin.closed.connect(lambda: self._closed(self.change_pin))
        self.passphrase.closed.connect(lambda: self._closed(self.change_passphrase))
        return self.pin, self.passphrase

    def _open(self, form: SecretForm) -> None:
        for other in (self.pin, self.passphrase):
            if other is not form and other.isVisible():
                other.close_form()
        form.open_form()
        self._say_main_action(True)

    def _closed(self, button: Button) -> None:
        self._say_main_action(False)
        button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _say_main_action(self, on_page: bool) -> None:
        # The window's own filled button steps back while a form here has one.
        show = getattr(self._navigator, "show_main_action", None)
        if callable(show):
            show(on_page)

    # ---- the rest ------------------------------------------------------------------------------------------------

    def _make_more(self) -> Card:
        card = Card("More")
        card.setObjectName("settings.more")
        self.deleted = self._row("trash-2", "Recently deleted", "Bring back what you deleted.", "recently_deleted")
        self.keys = self._row("keyboard", "Keys", "Everything in Heard can be done without a mouse.", "keys")
        words = "Words you added, which are never marked as wrong."
        self.my_words = self._row("notebook-pen", "My dictionary", words, "my_words")
        card.add(self.deleted)
        card.add(self.my_words)
        card.add(self.keys)
        return card

    def _row(self, icon: str, title: str, words: str, page_key: str) -> RowButton:
        row = RowButton(icon, title, words)
        row.setObjectName(f"settings.{page_key}")
        row.clicked.connect(lambda: self._navigator.open(page_key))
        return row

    def _make_about(self) -> Card:
        card = Card("About Heard")
        card.setObjectName("settings.about")
        self.version = PlainLabel(f"Version {self._choices.version}", "body")
        self.version.setObjectName("settings.version")
        card.add(self.version)
        label = PlainLabel("Where your &work is kept on this laptop, locked", "h3")
        self.folder = QLineEdit(str(self._choices.folder))
        self.folder.setReadOnly(True)
        self.folder.setCursorPosition(0)
        access.describe(self.folder, "Where your work is kept on this laptop, locked", key="settings.folder")
        label.setBuddy(self.folder)
        card.add(label)
        card.add(self.folder)
        self.licences = self._row(
            "heart-handshake", "Licences", "What Heard is made of, and the people to thank for it.", "licences"
        )
        card.add(self.licences)
        return card

    # ---- coming and going ----------------------------------------------------------------------------------------

    def page_title(self) -> str:
        """The title a screen reader says."""
        return "Settings"

    def opened(self, **_arguments: Any) -> None:
        """Show what is chosen now."""
        self._show_look()
        chosen = self._choices.settings()
        self.reading.show_choices(is_on=chosen.reads_aloud, speed=chosen.reading_speed)
        self.minutes.blockSignals(True)
        self.minutes.setValue(int(chosen.lock_minutes))
        self.minutes.blockSignals(False)
        self._fit()

    def leave(self) -> None:
        """Keep a number typed and not yet confirmed; forget secrets typed and not used."""
        self.minutes.interpretText()
        for form in (self.pin, self.passphrase):
            form.clear()

    def act(self, name: str) -> bool:
        """Esc closes an open form first; Ctrl+Enter submits it."""
        form = next((one for one in (self.pin, self.passphrase) if one.isVisible()), None)
        if form is None or name not in ("back", "finish"):
            return False
        if name == "back":
            form.close_form()
        else:
            form.submit()
        return True

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _on_theme(self) -> None:
        self._show_look()
        self._fit()
        focused = self.focusWidget()
        if focused is not None and self.isAncestorOf(focused):
            # Larger text moves everything down: what was just pressed stays in sight.
            QTimer.singleShot(0, self, lambda: self._scroll.ensureWidgetVisible(focused, 24, 48))

    def _fit(self) -> None:
        """Two columns while there is room."""
        is_narrow = self.window().width() < self._theme.px(NARROW_UNDER)
        way = QBoxLayout.Direction.TopToBottom if is_narrow else QBoxLayout.Direction.LeftToRight
        if self._columns.direction() != way:
            self._columns.setDirection(way)


def _sizes(look: Look) -> list[tuple[str, str]]:
    """The sizes offered, and the one that stands if it is another."""
    standing = round(look.text_scale * 100)
    return [(str(size), f"{size} %") for size in sorted({*SIZES, standing})]
