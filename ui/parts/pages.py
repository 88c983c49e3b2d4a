"""The pages of the window: built when first asked for, truly deleted when left for good, with a way back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from ui import style

LONGEST_WAY_BACK = 50


@dataclass(frozen=True, slots=True)
class PageSpec:
    """What the window must know of a page before it exists.

    ``nav`` is ``main`` or ``foot`` for a row in the rail, empty for none; ``number`` is the N of Ctrl+N. A ``kept``
    page is built once; any other is deleted when left. A ``whole`` page takes the rail's and the top bar's room. A
    child holds the laptop while a ``handed`` one stands: whatever leads out of it asks for the screen PIN first.
    """

    key: str
    title: str
    build: Callable[[], QWidget]
    icon: str = ""
    nav: str = ""
    number: int = 0
    kept: bool = False
    whole: bool = False
    handed: bool = False


@dataclass(frozen=True, slots=True)
class Visit:
    """A page and what it was opened with: plain values, enough to come back."""

    key: str
    arguments: Mapping[str, object] = field(default_factory=dict)


class Pages(QStackedWidget):
    """`arrived` carries a Visit. A page is a QWidget with ``page_key`` and ``opened(**arguments)``.

    It may have ``only_asks`` (true while it asks whom it is about: no place to come back to), ``may_leave() -> bool``
    (False keeps it), ``leave()`` (always called before another page stands, at
    the end and before a lock) and ``act(name) -> bool``: answer a key of `ui.actions`, or say it is not for this page.
    The names asked are ``back`` (something open inside the page closes first), ``finish``, ``undo``, ``saved`` (say
    how it stands with saving), ``before_you_knock``, ``history``, ``print``, and ``flush`` (save what is typed, now).
    A page answers there and binds none of these keys itself: Qt runs neither of two owners of one key.
    """

    arrived = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._specs: dict[str, PageSpec] = {}
        self._kept: dict[str, QWidget] = {}
        self._here: Visit | None = None
        self._way_back: list[Visit] = []

    def register(self, spec: PageSpec) -> None:
        """Make a page known. A key registered twice is a bug and raises ValueError."""
        if spec.key in self._specs:
            raise ValueError(f"the page {spec.key} is registered already")
        self._specs[spec.key] = spec

    def specs(self) -> tuple[PageSpec, ...]:
        """Return what is registered, in that order."""
        return tuple(self._specs.values())

    def spec(self, key: str) -> PageSpec:
        """Return one page's spec; an unknown key is a bug and raises KeyError."""
        return self._specs[key]

    def has(self, key: str) -> bool:
        """Whether there is such a page."""
        return key in self._specs

    def here(self) -> Visit | None:
        """Return the visit that stands, or None before the first."""
        return self._here

    def open(self, key: str, arguments: Mapping[str, object] | None = None) -> bool:
        """Show a page; False if the page that stands may not be left."""
        wanted = Visit(self._specs[key].key, dict(arguments or {}))
        before, page = self._here, self.currentWidget()
        # Asking whom it is about leads to the page itself: who goes back has had the answer, and not the question.
        was_asked = before is not None and before.key == key and bool(getattr(page, "only_asks", False))
        if not self._go(wanted):
            return False
        if before is not None and before != wanted and not was_asked:
            self._way_back = [*self._way_back, before][-LONGEST_WAY_BACK:]
        return True

    def back(self) -> bool:
        """Go back to the visit before this one; False if there is none or the page may not be left."""
        if not self._way_back or not self._go(self._way_back[-1]):
            return False
        self._way_back.pop()
        return True

    def come_back_with(self, arguments: Mapping[str, object]) -> None:
        """From now on come back to the page that stands with these arguments: what it was opened for has come to be."""
        if self._here is not None:
            self._here = Visit(self._here.key, dict(arguments))

    def can_go_back(self) -> bool:
        """Whether there is a visit before this one."""
        return bool(self._way_back)

    def forget(self) -> None:
        """Forget the way back, for example when what it led to is no longer on this laptop."""
        self._way_back = []

    def leave(self) -> None:
        """Let the page that stands flush what is typed: before a lock or at the end."""
        page = self.currentWidget()
        if page is not None and self._here is not None and hasattr(page, "leave"):
            page.leave()

    def act(self, name: str) -> bool:
        """Offer a command to the page that stands; False if it has no use for it."""
        page = self.currentWidget()
        return bool(page is not None and hasattr(page, "act") and page.act(name))

    def build_ahead(self) -> None:
        """Build the kept pages one by one whenever there is nothing else to do."""
        for spec in self._specs.values():
            if spec.kept and spec.key not in self._kept:
                self._build(spec)
                QTimer.singleShot(0, self, self.build_ahead)
                return

    def _go(self, wanted: Visit) -> bool:
        old, standing = self.currentWidget(), self._here
        if old is not None and standing is not None:
            if hasattr(old, "may_leave") and not old.may_leave():
                return False
            if hasattr(old, "leave"):
                old.leave()
        spec = self._specs[wanted.key]
        page = self._kept.get(spec.key) or self._build(spec)
        self._here = wanted
        self.setCurrentWidget(page)
        if old is not None and old is not page and standing is not None and not self._specs[standing.key].kept:
            self._delete(old)
        # The page itself has the focus first: Tab then finds its first control, and no button wears a ring unasked.
        page.setFocus(Qt.FocusReason.OtherFocusReason)
        self.arrived.emit(wanted)
        page.opened(**wanted.arguments)  # type: ignore[attr-defined]
        return True

    def _build(self, spec: PageSpec) -> QWidget:
        page = spec.build()
        if page.property("kind") is None:
            style.mark(page, kind="page")
        if not page.accessibleName():
            page.setAccessibleName(spec.title)
        self.addWidget(page)
        if spec.kept:
            self._kept[spec.key] = page
        return page

    def _delete(self, page: QWidget) -> None:
        # Hidden pages that only look gone make every change of theme slower: 60 of them took it to 1.8 seconds.
        # Until it goes it stays in the window: taken out of it, all that stands in it would be dressed once more.
        self.removeWidget(page)
        page.hide()
        page.deleteLater()
