"""Shows that the council has closed this laptop, empties it meanwhile, and tells the council until it has heard."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.closed_note import ClosedNote, forget_note
from desktop.emptying import empty, tell
from desktop.opening import Background
from desktop.vault import Vault
from models.errors import Trouble
from ui.views.closed import ClosedWindow

TELL_AGAIN_MS = 60_000


class Closing(QObject):
    """Begins with :meth:`begin`; ``set_up_again`` when the worker wants to join a council on this laptop anew."""

    set_up_again = Signal()

    def __init__(self, vault: Vault, note: ClosedNote, background: Background) -> None:
        super().__init__()
        self._vault, self._note, self._background = vault, note, background
        self._is_over = False
        closed_on = datetime.fromisoformat(note.closed_at).astimezone() if note.closed_at else None
        day = f"{closed_on.day} {closed_on:%B %Y}" if closed_on else ""
        self.window = ClosedWindow(note.council_name, day, note.help_line)
        self.window.again_asked.connect(self._begin_again)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(TELL_AGAIN_MS)
        self._later.timeout.connect(self.begin)

    def begin(self) -> None:
        """Empty what is left, then send the receipt; tried again each minute until both are done."""
        if not self._note.is_empty:
            self.window.show_emptying()
        self._background.run(self._step, self._done, self._failed)

    def _step(self) -> ClosedNote:
        self._note = empty(self._vault, self._note)
        self._note = tell(self._vault.folder, self._note)
        return self._note

    def _done(self, note: ClosedNote) -> None:
        # Not told: the vault was taken away, or another was put here, while this window stood.
        if note.is_told and not self._is_over:
            self.window.show_done()

    def _failed(self, trouble: Trouble) -> None:
        if self._is_over:
            return
        self._later.start()
        if self._note.is_empty:
            self.window.show_waiting()
        else:
            self.window.show_trouble(trouble.title, trouble.message, trouble.help)

    def stop(self) -> None:
        """The window goes: nothing is tried again, and what is under way says nothing more."""
        self._is_over = True
        self._later.stop()

    def _begin_again(self) -> None:
        try:
            forget_note(self._vault.folder)
        except Trouble as trouble:
            self.window.show_trouble(trouble.title, trouble.message, trouble.help)
        else:
            self.stop()
            self.set_up_again.emit()
