"""The window: the rail, the top bar, the pages, and what covers them; it knows pages and words, never a record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QMainWindow,
    QPlainTextEdit,
    QStackedWidget,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from ui import access, actions, style, theme
from ui.parts import reading_order
from ui.parts.closed_strip import ClosedStrip
from ui.parts.cover_page import CoverPage, PinAnswer
from ui.parts.idle_banner import IdleBanner
from ui.parts.keys_page import KeysPage
from ui.parts.nav_rail import NavRail
from ui.parts.pages import Pages, PageSpec, Visit
from ui.parts.read_button import ReadButton
from ui.parts.reading_bar import ReadingBar
from ui.parts.sheet import Sheet
from ui.parts.toast import Toast
from ui.parts.top_bar import TopBar

SMALLEST = (1024, 600)
NARROW_UNDER = 1200
HOME = "today"
GIVEN_BACK = "Thank you. Please give the laptop back now."
"""What a child reads who has closed their own page."""


# A field that has no use for a letter lets it through, and it was meant for the field all the same.
_WRITTEN_IN = (QLineEdit, QTextEdit, QPlainTextEdit, QAbstractSpinBox, QComboBox)


def _is_lone(event: QKeyEvent) -> bool:
    return not event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier and not event.isAutoRepeat()


def _local_now() -> datetime:
    return datetime.now().astimezone()


class HeardWindow(QMainWindow):
    """The shell. Signals say what the worker asked for; methods show what the application knows.

    ``check_pin`` is asked when the screen is hidden. `new_note_asked` is Ctrl+N; `knock_asked` Ctrl+Shift+B and
    `not_taking_part_asked` Ctrl+Shift+D, `print_asked` Ctrl+P, where the page does not answer them; `sync_asked` F5,
    `stay_asked` the idle banner's button, `lock_wanted` five wrong PINs, `covered` and `lifted` the hidden screen,
    `arrived` each page opened (a Visit), `stop_reading_asked` that nothing more is to be read aloud, `closing` the end.
    """

    new_note_asked = Signal()
    knock_asked = Signal()
    not_taking_part_asked = Signal()
    print_asked = Signal()
    sync_asked = Signal()
    stay_asked = Signal()
    lock_wanted = Signal()
    covered = Signal()
    lifted = Signal()
    arrived = Signal(object)
    stop_reading_asked = Signal()
    closing = Signal()

    def __init__(
        self,
        check_pin: Callable[[str], PinAnswer],
        *,
        now: Callable[[], datetime] = _local_now,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        super().setWindowTitle("Heard")
        self.setMinimumSize(*SMALLEST)
        self._wants_wide: bool | None = None
        self._may_read = False
        self._layers = QStackedWidget()
        self.setCentralWidget(self._layers)
        self._shell = QWidget()
        style.mark(self._shell, kind="page")
        self._build_shell()
        self.cover_page = CoverPage(check_pin, now)
        self._layers.addWidget(self._shell)
        self._layers.addWidget(self.cover_page)
        self.sheet_host = self._shell
        self.toasts = Toast(self._shell, self.pages)
        self.cover_page.lifted.connect(self.lift)
        self.cover_page.lock_wanted.connect(self.lock_wanted)
        self._focus_before_cover: QWidget | None = None
        self._is_handed = False
        self._bound: set[str] = set()
        self.register(PageSpec("keys", "Keys", self._build_keys))
        self._bind()
        theme.current().changed.connect(self._fit)
        self._fit()

    def _build_shell(self) -> None:
        across = QHBoxLayout(self._shell)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(0)
        self.rail = NavRail()
        across.addWidget(self.rail)
        down = QVBoxLayout()
        down.setContentsMargins(0, 0, 0, 0)
        down.setSpacing(0)
        self.top = TopBar()
        self.idle = IdleBanner()
        self.closed = ClosedStrip()
        self.pages = Pages()
        self.reading = ReadingBar()
        for part in (self.top, self.idle, self.closed):
            down.addWidget(part)
        down.addWidget(self.pages, 1)
        down.addWidget(self.reading)
        across.addLayout(down, 1)
        self.rail.pressed.connect(self._rail_pressed)
        self.rail.widened.connect(self._set_wide)
        self.top.find_box.clicked.connect(self._find)
        self.top.find_box.hide()
        self.top.state.clicked.connect(lambda: self._open_if_there("sync"))
        self.top.new_note.clicked.connect(self.new_note_asked)
        self.pages.arrived.connect(self._on_arrival)
        self.idle.stayed.connect(self._stay)
        self.closed.asked.connect(self.sync_asked)
        self.reading.stopped.connect(self.stop_reading_asked)
        self.rail.add_row("hide", "Hide screen", "eye-off", actions.keys("hide"), foot=True)

    def _bind(self) -> None:
        calls: dict[str, Callable[[], object]] = {
            "back": self._escape,
            "keys": lambda: self.open("keys"),
            "new_note": self.new_note_asked.emit,
            "before_you_knock": self._knock,
            "history": self._history,
            "not_taking_part": self._not_taking_part,
            "finish": self._finish,
            "print": self._print,
            "close_visit": self._close_visit,
            "spelling": self._spelling,
            "undo": self._undo_last,
            "saved": self._say_saved,
            "sync": self.sync_asked.emit,
        }
        for name, call in calls.items():
            self._bind_one(name, call)
        # As keys, and not in focusNextPrevChild: Qt asks that, too, while it takes down a page that has the focus.
        QShortcut(QKeySequence("Tab"), self._shell).activated.connect(lambda: self._tab(forward=True))
        QShortcut(QKeySequence("Shift+Tab"), self._shell).activated.connect(lambda: self._tab(forward=False))
        # F9 is the window's own, so that it also works under an open menu or list.
        actions.bind(self, "hide", self.cover, everywhere=True)

    def _bind_one(self, name: str, call: Callable[[], object]) -> None:
        # Owned by the shell: while it is hidden behind the cover, Qt lets none of these keys through.
        actions.bind(self._shell, name, call)
        self._bound.add(name)

    # ---- pages ---------------------------------------------------------------------------------------------------

    def register(self, spec: PageSpec) -> None:
        """Make a page known: its row in the rail and its keys come with it."""
        self.pages.register(spec)
        number = f"page_{spec.number}" if spec.number else ""
        if number:
            self._bind_one(number, lambda: self.open(spec.key))
        if spec.key == "find":
            self._bind_one("find", self._find)
            self.top.find_box.show()
        if spec.nav:
            keys = actions.keys(number) if number else ""
            self.rail.add_row(spec.key, spec.title, spec.icon, keys, foot=spec.nav == "foot")

    def _tab(self, *, forward: bool) -> None:
        """Tab goes as the eye does: the rail, the top bar, the page; or round the sheet that lies over them."""
        sheet = self._shell.findChild(Sheet, options=Qt.FindChildOption.FindDirectChildrenOnly)
        if sheet is not None:
            sheet.keep_tab(forward)
        else:
            reading_order.step(self._shell, forward=forward)

    def open(self, page_key: str, **arguments: object) -> None:
        """Show a page with ``arguments``; a page that may not be left yet stays. An unknown key raises KeyError."""
        self._close_sheet()
        self.pages.open(page_key, arguments)

    def back(self) -> None:
        """Go up: to the visit before, or to Today."""
        if self.pages.can_go_back():
            self.pages.back()
            return
        here = self.pages.here()
        if here is not None and here.key != HOME and self.pages.has(HOME):
            self.pages.open(HOME)
            self.pages.forget()

    def here(self) -> Visit | None:
        """Return where the worker is, to come back to after unlocking."""
        return self.pages.here()

    def come_back_with(self, **arguments: object) -> None:
        """Say what leads back to the page that stands, once the record it began has come to be."""
        self.pages.come_back_with(arguments)

    def come_back_to(self, key: str, arguments: Mapping[str, object]) -> None:
        """Open the page that stood when Heard was locked, or Today when it is no longer there."""
        self.pages.open(key if self.pages.has(key) else HOME, arguments if self.pages.has(key) else {})

    def _on_arrival(self, visit: Visit) -> None:
        spec = self.pages.spec(visit.key)
        if self._is_handed and not spec.handed:
            self._take_back()
        self._is_handed = spec.handed
        if spec.handed:
            self.toasts.clear()  # what the worker could undo is not for the child to press
        self.rail.setVisible(not spec.whole)
        self.top.setVisible(not spec.whole)
        self.rail.show_here(visit.key)
        self.show_main_action(False)
        # What is read belongs to the page that was left.
        self.stop_reading_asked.emit()
        self._say_page(spec.title)
        self.arrived.emit(visit)

    def _say_page(self, title: str) -> None:
        """Say a page's title to a screen reader; the window's own title never changes and names nobody."""
        access.announce(self.pages, title)

    def show_section(self, key: str) -> None:
        """Mark a row of the rail for a page that belongs to it: a child's page belongs to Children."""
        self.rail.show_here(key)

    def show_main_action(self, on_page: bool) -> None:
        """Say that the page has its own filled button; New visit note then steps back. Call it from ``opened``."""
        self.top.new_note.set_kind("secondary" if on_page else "primary")

    def _open_if_there(self, key: str) -> None:
        if self.pages.has(key):
            self.open(key)

    def _rail_pressed(self, key: str) -> None:
        if key == "hide":
            self.cover()
        else:
            self.open(key)

    def _find(self) -> None:
        self.open("find")

    def _build_keys(self) -> QWidget:
        native = {each.name for each in actions.ACTIONS if each.native}
        return KeysPage(self._bound | native | {"hide"} | ({"read_aloud"} if self._may_read else set()))

    # ---- what is shown -------------------------------------------------------------------------------------------

    def show_worker(self, name: str, job: str = "") -> None:
        """Say who is working."""
        self.rail.set_worker(name, job)

    def show_state(self, words: str, icon: str, tone: str, short: str = "") -> None:
        """Show what is saved and sent: "All sent · 14:02" in ``ok``, "Offline · 3 changes saved …" in ``info``."""
        self.top.state.show_state(words, icon, tone, short)

    def toast(self, words: str, undo: Callable[[], None] | None = None) -> None:
        """Say something for a few seconds; longer, and with Undo, where there is one."""
        self.toasts.say(words, undo)

    def announce(self, words: str) -> None:
        """Tell a screen reader."""
        access.announce(self, words)

    def warn_of_lock(self, seconds: int) -> None:
        """Say that Heard locks in so many seconds; call it again as they pass."""
        self.idle.warn(seconds)

    def show_closed(self, days: int) -> None:
        """Say that old records are closed after so many days without a connection; 0 where they are open."""
        if days:
            self.closed.show_days(days)
        else:
            self.closed.hide()

    def show_reading(self, *, is_offered: bool, is_reading: bool) -> None:
        """Say whether pages can be read aloud, and show the big way to stop while one is."""
        self._may_read = is_offered
        # A page gives up some of its height, whatever it asks for: the way to stop is never made smaller.
        self.pages.setMinimumHeight(1 if is_reading else 0)
        self.reading.setVisible(is_reading)

    def clear_lock_warning(self) -> None:
        """Someone is there again."""
        self.idle.hide()

    def setWindowTitle(self, title: str) -> None:
        """Stay "Heard": a name in a title bar is read by whoever looks over a shoulder."""
        del title

    # ---- hiding --------------------------------------------------------------------------------------------------

    def cover(self) -> None:
        """Hide everything at once behind a clock; nothing is closed and nothing is lost."""
        if self.is_covered():
            self.cover_page.show_clock()
            return
        while (popup := QApplication.activePopupWidget()) is not None:
            popup.close()
        self._focus_before_cover = self.focusWidget()
        self._layers.setCurrentWidget(self.cover_page)
        self.cover_page.show_clock()
        self.repaint()
        self.stop_reading_asked.emit()
        self.covered.emit()
        self.pages.act("flush")

    def _take_back(self) -> None:
        """A child has given the laptop back, or pressed on: nothing of the worker's is seen before the screen PIN."""
        self.cover()
        # Once the page below has settled, or it would take the focus from the PIN.
        QTimer.singleShot(0, self, lambda: self.cover_page.ask(words=GIVEN_BACK) if self.is_covered() else None)

    def lift(self) -> None:
        """Show the page again; the PIN was right."""
        self._layers.setCurrentWidget(self._shell)
        before, self._focus_before_cover = self._focus_before_cover, None
        # The page it was on may have been left under the cover.
        if before is not None and isValid(before) and before.isVisible():
            before.setFocus(Qt.FocusReason.OtherFocusReason)
        self.lifted.emit()

    def is_covered(self) -> bool:
        """Whether the screen is hidden."""
        return self._layers.currentWidget() is self.cover_page

    # ---- keys ----------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Hear what no field, list or page wanted: a question mark lists the keys, R reads the page aloud."""
        named = "" if self.is_covered() else actions.TYPED.get(event.text(), "")
        if named == "keys":
            self.open("keys")
        elif named and _is_lone(event) and not isinstance(self.focusWidget(), _WRITTEN_IN):
            self._read_aloud()
        else:
            super().keyPressEvent(event)

    def _escape(self) -> None:
        if self.reading.isVisible():
            self.stop_reading_asked.emit()
            return
        sheet = self._shell.findChild(Sheet, options=Qt.FindChildOption.FindDirectChildrenOnly)
        if sheet is not None:
            sheet.cancel()
        elif not self.pages.act("back"):
            self.back()

    def _close_sheet(self) -> None:
        sheet = self._shell.findChild(Sheet, options=Qt.FindChildOption.FindDirectChildrenOnly)
        if sheet is not None:
            sheet.cancel()

    def _read_aloud(self) -> None:
        """Press what stands there for it; of several the newest, which is what the worker has just opened."""
        page = self.pages.currentWidget()
        found = page.findChildren(ReadButton) if page is not None else []
        there = [one for one in found if one.isVisible() and one.has_key]
        if there:
            there[-1].toggle()

    def _knock(self) -> None:
        if not self.pages.act("before_you_knock"):
            self.knock_asked.emit()

    def _not_taking_part(self) -> None:
        if not self.pages.act("not_taking_part"):
            self.not_taking_part_asked.emit()

    def _print(self) -> None:
        if not self.pages.act("print"):
            self.print_asked.emit()

    def _history(self) -> None:
        if not self.pages.act("history"):
            self.toast("Open a record first, to see its history.")

    def _finish(self) -> None:
        if not self.pages.act("finish"):
            self.toast("There is nothing to finish on this page.")

    def _close_visit(self) -> None:
        if not self.pages.act("close_visit"):
            self.toast("Open the visit’s note first, to close the visit with the child.")

    def _spelling(self) -> None:
        if not self.pages.act("spelling"):
            self.toast("There is nothing to check on this page. F7 checks what you write in a note or a record.")

    def _say_saved(self) -> None:
        if not self.pages.act("saved"):
            self.toast("Already saved on this laptop. Heard saves as you type.")

    def _undo_last(self) -> None:
        if self.toasts.isVisible() and self.toasts.undo_button.isVisible():
            self.toasts.undo_button.click()
        else:
            self.pages.act("undo")

    def _stay(self) -> None:
        self.idle.hide()
        self.stay_asked.emit()

    # ---- sizes ---------------------------------------------------------------------------------------------------

    def _set_wide(self, wide: bool) -> None:
        self._wants_wide = wide
        self._fit()

    def _fit(self) -> None:
        """Under 1200 px the rail shows icons; the worker may have the words back."""
        narrow = self.width() < theme.current().px(NARROW_UNDER)
        self.rail.set_narrow(narrow and not self._wants_wide, may_widen=narrow)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.pages.leave()
        self.closing.emit()
        event.accept()
