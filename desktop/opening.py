"""The slow steps of opening a vault, each off the main thread: unlock, repair, create, join, copy."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal

from desktop.high_water import read_mark
from desktop.vault import Vault
from models.errors import NotJoined, StoreDamaged, StoreFull, Trouble

if TYPE_CHECKING:
    from models.casebook import Casebook
    from models.status import Progress

T = TypeVar("T")
SPARE_BYTES = 1024 * 1024


class Background(QObject):
    """Runs one slow step at a time in a thread and brings its outcome back to the main thread.

    A bug is raised on the main thread, where it takes the crash path.
    """

    _ended = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._ended.connect(lambda job: job(), Qt.ConnectionType.QueuedConnection)

    def run(
        self, step: Callable[[], T], done: Callable[[T], object], failed: Callable[[Trouble], object] | None = None
    ) -> threading.Thread:
        """Run ``step``; then ``done`` with its result, or ``failed`` with its Trouble, on the main thread."""

        def work() -> None:
            try:
                result = step()
            except BaseException as error:  # noqa: BLE001 - carried over to the main thread
                caught = error
                self._ended.emit(lambda: _fail(caught, failed))
            else:
                self._ended.emit(lambda: done(result))

        thread = threading.Thread(target=work, name="opening", daemon=True)
        thread.start()
        return thread

    def tell(self, job: Callable[[], Any]) -> None:
        """Run a small job on the main thread, from any thread."""
        self._ended.emit(job)


def _fail(error: BaseException, failed: Callable[[Trouble], object] | None) -> None:
    if failed is not None:
        # A bug too: the screen that waits would else wait for ever.
        failed(error if isinstance(error, Trouble) else _our_fault())
    if failed is None or not isinstance(error, Trouble):
        raise error


def _our_fault() -> Trouble:
    return Trouble(
        "Something in Heard went wrong",
        "What was saved before is safe. A report without any names has been kept.",
        "Try again. If this stays, restart the laptop, then tell your council’s IT.",
    )


@dataclass(frozen=True, slots=True)
class Held:
    """What an unlocked vault gives. ``casebook`` is None while the laptop has not joined a council yet."""

    key: bytes
    casebook: Casebook | None
    was_repaired: bool = False
    raise_cost: Callable[[], None] | None = None
    """Makes guessing dearer again, on a laptop that has become fast; to be run when the worker is not waiting."""


def unlock(vault: Vault, passphrase: str) -> Held:
    """Open the vault and its casebook. Raises Trouble."""
    unlocked = vault.unlock(passphrase)

    def raise_cost() -> None:
        with suppress(Trouble):
            vault.raise_cost(unlocked.key, passphrase)

    held = open_casebook(vault.folder, unlocked.key)
    is_repaired = held.was_repaired or unlocked.was_repaired
    return replace(held, was_repaired=is_repaired, raise_cost=raise_cost if unlocked.is_cost_low else None)


def recover(vault: Vault, code: str, passphrase: str) -> Held:
    """Open the vault with its recovery code and give it a new passphrase. Raises Trouble."""
    unlocked = vault.unlock_with_recovery(code)
    vault.set_passphrase(unlocked.key, passphrase)
    held = open_casebook(vault.folder, unlocked.key)
    return replace(held, was_repaired=held.was_repaired or unlocked.was_repaired)


def open_casebook(folder: Path, key: bytes) -> Held:
    """Open what the key opens; a damaged file is replaced by its newest sound copy, the damaged one kept aside.

    A file that cannot be opened although every page of it is sound is left alone: a copy would lack the newest work.
    An older copy put in its place is noticed by the mark beside it. Raises Trouble.
    """
    from models.casebook import Casebook

    mark = read_mark(folder)
    was_repaired = False
    try:
        if Casebook.was_damage_met(folder) and not Casebook.is_sound(folder, key):
            raise StoreDamaged("Part of the file on this laptop is damaged")
        casebook = Casebook.open(folder, key)
    except NotJoined:
        return Held(key, None)
    except StoreFull as error:
        raise _no_room() from error
    except StoreDamaged as error:
        if Casebook.is_sound(folder, key):
            raise Trouble(
                "Heard could not open its file",
                "Everything in it is safe, and nothing has been changed.",
                "Restart the laptop and try again. If this stays, ask your council’s IT to look at the disk.",
            ) from error
        if shutil.disk_usage(folder).free < _room_for_repair(folder):
            # On a full disk not even a sound copy can be read, and would be taken for a damaged one.
            raise _no_room() from error
        Casebook.repair(folder, key, above_epoch=mark.epoch if mark else 0)
        casebook, was_repaired = Casebook.open(folder, key), True
    Casebook.forget_damage(folder)
    try:
        if mark is not None and mark.device_id == casebook.me.device_id:
            casebook.begin_epoch_above(mark.epoch, mark.op_no)
    except BaseException:
        casebook.close()
        raise
    return Held(key, casebook, was_repaired)


def _no_room() -> Trouble:
    return Trouble(
        "The laptop’s disk is full",
        "Everything in Heard is safe, and nothing has been changed.",
        "Delete something you do not need, outside Heard, then open it again.",
    )


def _room_for_repair(folder: Path) -> int:
    """Bytes a repair may take: the vault anew, and the copy made of it."""
    sizes = [path.stat().st_size for path in (*folder.glob("vault.db"), *folder.glob("backups/heard-*.db"))]
    return 2 * max(sizes, default=0) + SPARE_BYTES


@dataclass(frozen=True, slots=True)
class JoinForm:
    """What a worker types to join a council. ``certificate_path`` may be empty."""

    address: str
    code: str
    sign_in_name: str
    password: str
    certificate_path: str = ""


def join_council(folder: Path, key: bytes, form: JoinForm) -> Casebook:
    """Enrol this laptop and open its casebook. Raises Trouble; the vault then stays as it was."""
    import platform

    from models.casebook import Casebook
    from sync.client.joining import join

    certificate = _read_certificate(form.certificate_path)
    identity = join(form.address, form.code, form.sign_in_name, form.password, platform.node() or "laptop", certificate)
    return Casebook.open(folder, key, identity=identity)


def _read_certificate(path: str) -> str:
    if not path.strip():
        return ""
    try:
        return Path(path.strip()).read_text("ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise Trouble(
            "That certificate file could not be read",
            "Nothing has been changed.",
            "Choose the .pem file you were given.",
        ) from error


@dataclass(frozen=True, slots=True)
class Copied:
    """How many children are on the laptop, and whether everything of theirs is."""

    children: int
    is_whole: bool


def copy_children(
    casebook: Casebook,
    tell: Callable[[int, Progress | None], None] = lambda _children, _progress: None,
    must_stop: Callable[[], bool] = lambda: False,
) -> Copied:
    """Do the first pull, or go on with it. ``tell`` hears how many children came so far, and how far it all is.

    ``must_stop`` is asked between two messages. Raises Trouble (offline: it goes on later).
    """
    from sync.client.engine import Cancelled, Engine
    from sync.client.http import Centre

    centre = Centre(casebook.me.server_url, casebook.me.server_certificate)
    far: list[Progress] = []

    def say(_changes: object = None) -> None:
        tell(len(casebook.children()), far[-1] if far else None)

    def progress(one: Progress) -> None:
        far.append(one)
        say()

    stop = casebook.listen(say)
    try:
        Engine(casebook.exchange, centre, progress=progress, must_stop=must_stop).round()
        while not must_stop() and casebook.index_some().result():
            pass
    except Cancelled:
        return Copied(len(casebook.children()), is_whole=False)
    finally:
        stop()
        centre.close()
    return Copied(len(casebook.children()), is_whole=True)
