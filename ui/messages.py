"""Questions and troubles told inside the window, in Heard's own words; never a stock dialog of the system."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QMainWindow, QWidget

from models.errors import Trouble
from ui.parts.sheet import Sheet


def _host(near: QWidget) -> QWidget:
    """Return what a sheet lies over: all that F9 covers, so that a sheet is covered with it."""
    window = near.window()
    host = getattr(window, "sheet_host", None)
    if isinstance(host, QWidget):
        return host
    centre = window.centralWidget() if isinstance(window, QMainWindow) else None
    return centre or window


def ask(
    near: QWidget,
    title: str,
    words: str,
    *,
    yes: str,
    no: str = "Go back",
    then: Callable[[], None],
    otherwise: Callable[[], None] = lambda: None,
    removes: bool = False,
) -> Sheet:
    """Ask before something that cannot simply be undone; ``then`` is called for ``yes``, ``otherwise`` for ``no``.

    Returns at once: no second event loop runs. With ``removes`` Enter stays on the safe answer.
    """
    if removes:
        answers = [(yes, "danger", then), (no, "primary", otherwise)]
    else:
        answers = [(no, "secondary", otherwise), (yes, "primary", then)]
    return Sheet(_host(near), title, words, answers, otherwise)


def tell(near: QWidget, title: str, words: str, *, close: str = "OK", then: Callable[[], None] = lambda: None) -> Sheet:
    """Tell something that must be read before going on."""
    return Sheet(_host(near), title, words, [(close, "primary", then)], then)


def tell_trouble(near: QWidget, trouble: Trouble, *, then: Callable[[], None] = lambda: None) -> Sheet:
    """Tell one of the world's faults: what happened, what is safe, what to do."""
    words = "\n".join(part for part in (trouble.message, trouble.help) if part)
    return tell(near, trouble.title, words, then=then)
