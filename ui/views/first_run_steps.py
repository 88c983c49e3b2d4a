"""The pages of the first run, one thing each: passphrase, recovery code, council, screen PIN, copying."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QProgressBar, QWidget

from ui import access
from ui.parts.banner import Banner
from ui.parts.buttons import Button
from ui.parts.code_label import CodeLabel
from ui.parts.entry_field import EntryField
from ui.parts.entry_form import EntryForm, Problem, pair_problems
from ui.parts.labels import PlainLabel

FindWeakness = Callable[[str], str | None]

LOST = (
    "Nobody can look your passphrase up or send you a new one. If you forget it, the recovery code of the next step "
    "opens Heard. If you lose both, what you had not sent yet cannot be read again; what was sent is safe with your "
    "council."
)
NO_STORE = (
    "This laptop has no password store that Heard can use, so your passphrase alone keeps what is here closed. "
    "Everything works, and a long passphrase matters more than usual."
)
GOOD = "That will do well."
NOTHING_YET = "Nothing is lost. What you typed is still here."


class Step(EntryForm):
    """One page of the first run. ``left`` asks for the page before."""

    left = Signal()
    note = NOTHING_YET

    def __init__(self, heading: str, words: str, main: str, parent: QWidget | None = None) -> None:
        super().__init__(heading, words, main, "first_run", parent)
        access.describe(self.main, main, key="first_run.next")

    def add_back(self, words: str = "Back") -> None:
        """Offer the way to the page before."""
        self.add_quiet(words, "first_run.back", "chevron-left").clicked.connect(self.left)


class _NewSecret(Step):
    """A secret typed twice, with a line under it that says while typing whether it will do."""

    what = ""
    hint = ""

    def _ask_twice(self, find_weakness: FindWeakness, key: str, labels: tuple[str, str]) -> None:
        self._find_weakness = find_weakness
        self.first = self.add_field(EntryField(labels[0], f"first_run.{key}", secret=True))
        self.verdict = PlainLabel(self.hint, "small")
        self.verdict.setObjectName(f"first_run.{key}_verdict")
        self.middle.addWidget(self.verdict)
        self.again = self.add_field(EntryField(labels[1], f"first_run.{key}_again", secret=True))
        self.first.edited.connect(self._judge)
        self.first.line.setAccessibleDescription(self.hint)

    def _judge(self, text: str) -> None:
        weakness = self._find_weakness(text) if text else self.hint
        self.verdict.show()
        words = weakness or GOOD
        if words == self.verdict.text():
            return
        self.verdict.setText(words)
        self.verdict.set_tone("" if weakness else "ok")
        if not weakness:
            access.announce(self, GOOD)

    def submit(self) -> None:
        """As every step; what the field itself says is not said twice."""
        super().submit()
        self.verdict.setVisible(not self.first.problem.text())

    def problems(self) -> list[Problem]:
        """Return what is wrong with the secret, or that the second is not the same."""
        return pair_problems(self.first, self.again, self._find_weakness(self.first.text()), self.what)


class PassphraseStep(_NewSecret):
    """Welcome, and a passphrase twice. ``find_weakness`` says in words what is wrong with one."""

    what = "passphrase"
    hint = "At least 12 characters, or four words. A short sentence works well."

    def __init__(self, find_weakness: FindWeakness) -> None:
        super().__init__(
            "Welcome to Heard",
            "What children tell you stays locked on this laptop. Choose a passphrase that only you know; you type it "
            "each time you open Heard.",
            "Next",
        )
        self._ask_twice(find_weakness, "passphrase", ("&Passphrase", "Passphrase &again"))
        self.middle.addWidget(Banner(LOST, "info"))


class CodeStep(Step):
    """The recovery code, to be written down."""

    def __init__(self, code: str, *, has_keyring: bool) -> None:
        super().__init__(
            "Write down your recovery code",
            "It opens Heard when you have forgotten your passphrase. Write it on paper and keep it somewhere safe, "
            "away from this laptop. After this step Heard cannot show it again.",
            "I have written it down",
        )
        self.code = CodeLabel("Your recovery code")
        self.code.setObjectName("first_run.code")
        self.code.show_code(code)
        self.middle.addWidget(self.code)
        if not has_keyring:
            banner = Banner(NO_STORE, "warn")
            banner.setObjectName("first_run.passphrase_only")
            self.middle.addWidget(banner)

    def begin(self) -> None:
        """Stand on the code, so that an Enter typed too many does not turn the page."""
        self.code.setFocus(Qt.FocusReason.OtherFocusReason)


class CodeAgainStep(Step):
    """The same code typed back from the paper. ``check_code`` says whether it is the one that was shown."""

    def __init__(self, check_code: Callable[[str], bool]) -> None:
        super().__init__(
            "Type the code from your paper",
            "So that you know what you wrote is right. Small letters and spaces are fine.",
            "Next",
        )
        self._check = check_code
        self.code = self.add_field(EntryField("Recovery &code", "first_run.code_again"))
        self.add_back("See the code again")

    def problems(self) -> list[Problem]:
        """Return what is wrong with the code as typed."""
        if not self.code.text().strip():
            return [Problem(self.code, "Type the code you wrote down")]
        if not self._check(self.code.text()):
            words = "That is not quite the code. Compare it with your paper, one group of four at a time."
            return [Problem(self.code, words, "Look at the code again")]
        return []


class JoinStep(Step):
    """What the council gave. ``choose_file`` asks for a certificate file and returns its path, or ""."""

    later = Signal()

    def __init__(self, choose_file: Callable[[QWidget], str] | None = None) -> None:
        super().__init__(
            "Join your council",
            "Your council gave you the first three. You need to be online for this step, only once.",
            "Join",
        )
        self._choose = choose_file or _choose_file
        hint = "It starts with https."
        self.address = self.add_field(EntryField("&Address", "first_run.address", hint=hint))
        self.join_code = self.add_field(EntryField("One-time &code", "first_run.join_code"))
        self.sign_in_name = self.add_field(EntryField("Sign-in &name", "first_run.sign_in_name"))
        hint = "For your council's server. The first time, choose one: 12 characters or more, and not the passphrase."
        self.password = self.add_field(EntryField("Pass&word", "first_run.password", hint=hint, secret=True))
        self.has_file = Button("My council gave me a certificate file", "paperclip", "quiet")
        access.describe(self.has_file, self.has_file.words(), key="first_run.has_certificate")
        self.has_file.clicked.connect(self._ask_file)
        self.middle.addWidget(self.has_file, 0, Qt.AlignmentFlag.AlignLeft)
        self.certificate: EntryField | None = None
        later = self.add_quiet("Do this later", "first_run.later")
        later.setAccessibleDescription("Heard closes and comes back to this step")
        later.clicked.connect(self.later)

    def answers(self) -> tuple[str, str, str, str, str]:
        """Return address, one-time code, sign-in name, password and the path of a certificate file or ""."""
        path = self.certificate.text().strip() if self.certificate is not None else ""
        plain = [field.text().strip() for field in (self.address, self.join_code, self.sign_in_name)]
        return plain[0], plain[1], plain[2], self.password.text(), path

    def problems(self) -> list[Problem]:
        """Return which of the four is missing."""
        wanted = {
            self.address: "Type the address your council gave you",
            self.join_code: "Type the one-time code",
            self.sign_in_name: "Type your sign-in name",
            self.password: "Type your password for the council's server",
        }
        return [Problem(field, words) for field, words in wanted.items() if not field.text().strip()]

    def _ask_file(self) -> None:
        self.has_file.hide()
        self.certificate = self.add_field(EntryField("Certificate &file", "first_run.certificate"))
        button = Button("Choose file")
        access.describe(button, "Choose the certificate file", key="first_run.choose_certificate")
        button.clicked.connect(self._take_file)
        self.certificate.add_beside(button)
        QWidget.setTabOrder(self.certificate.line, button)
        self.certificate.setFocus(Qt.FocusReason.OtherFocusReason)

    def _take_file(self) -> None:
        if self.certificate is not None and (path := self._choose(self)):
            self.certificate.line.setText(path)


class PinStep(_NewSecret):
    """The screen PIN twice. ``joined`` says whom the laptop has joined, or is empty."""

    what = "PIN"
    hint = "Six digits or more."

    def __init__(self, find_weakness: FindWeakness, joined: str = "") -> None:
        super().__init__(
            "Choose a screen PIN",
            "You use it to come back from a child's pages and from the hidden screen. After five wrong tries Heard "
            "locks, nothing is lost, and your passphrase opens it.",
            "Next",
        )
        if joined:
            banner = Banner(joined, "ok")
            banner.setObjectName("first_run.joined")
            self.middle.addWidget(banner)
        self._ask_twice(find_weakness, "pin", ("Screen &PIN", "Screen PIN &again"))
        for field in self.fields:
            field.line.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly | Qt.InputMethodHint.ImhSensitiveData)


class CopyStep(Step):
    """How far the copying is; Heard may be opened at any time. `stopped` and `gone_on` when the worker asks for it."""

    stopped = Signal()
    gone_on = Signal()

    def __init__(self) -> None:
        super().__init__("Copying to this laptop", "", "Open Heard")
        self._is_stopped = False
        self.progress = PlainLabel("Getting ready to copy", "strong")
        self.progress.setObjectName("first_run.progress")
        self.middle.addWidget(self.progress)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        access.describe(self.bar, "How much is copied", key="first_run.bar")
        self.bar.hide()
        self.middle.addWidget(self.bar)
        self.usable = Banner("You can use Heard already. The rest is copied while you work.", "ok")
        self.usable.setObjectName("first_run.usable")
        self.middle.addWidget(self.usable)
        self.stop = self.add_quiet("Cancel", "first_run.stop")
        self.stop.clicked.connect(self._ask)
        self._offer(is_stopped=False)

    def _ask(self) -> None:
        (self.gone_on if self._is_stopped else self.stopped).emit()

    def _offer(self, *, is_stopped: bool) -> None:
        self._is_stopped = is_stopped
        self.stop.set_words("Go on" if is_stopped else "Cancel")
        says = "It goes on where it stopped" if is_stopped else "It stops for now. Nothing that has come is lost."
        self.stop.setAccessibleDescription(says)

    def show_progress(self, done: int, total: int, words: str, *, is_stopped: bool = False) -> None:
        """Show ``done`` of ``total`` (0: not known, and no bar is drawn) and say it in words."""
        self.progress.setText(words)
        self.bar.setVisible(total > 0)
        self._offer(is_stopped=is_stopped)
        self.stop.setVisible(not done or done < total)
        if total <= 0:
            return
        self.bar.setRange(0, total)
        self.bar.setValue(min(done, total))
        if done >= total:
            self.heading.setText("Everything is here")
            self.usable.set_words("All of it works without a connection from now on.")
            access.announce(self, f"Everything is here. {words}")


def _choose_file(near: QWidget) -> str:
    path, _ = QFileDialog.getOpenFileName(near, "Certificate file", "", "Certificates (*.pem *.crt *.cer);;All (*)")
    return path
