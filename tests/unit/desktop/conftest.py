"""What the vault's tests stand on: a cheap KDF by injection, a password store that is not the laptop's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from desktop.kdf import KdfCost, KdfPolicy
from desktop.vault import Created, Vault
from models.casebook import Casebook
from models.clock import Clock
from models.identity import Identity, Worker

CHEAP = KdfPolicy(
    floor=KdfCost(8 * 1024, 1, 1),
    ceiling=KdfCost(64 * 1024, 4, 4),
    most_memory_kib=16 * 1024,
    least_seconds=0.0,
    most_seconds=60.0,
)
WORDS = SimpleNamespace(
    first="wobbly marmalade lantern otter", second="gravel trumpet pickle sundial", wrong="not this one at all"
)


class FakeSecrets:
    """A password store in memory. ``is_open`` False: there is none. ``is_silent``: it does not answer."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.is_open = True
        self.is_silent = False
        self.is_forgetful = False

    def is_there(self) -> bool:
        return self.is_open

    def keep(self, name: str, secret: bytes) -> bool:
        if self.is_silent or self.is_forgetful:
            return False
        self.kept[name] = secret
        return True

    def fetch(self, name: str) -> bytes | None:
        if self.is_silent or not self.is_open:
            raise OSError("silent")
        return self.kept.get(name)

    def forget(self, name: str) -> None:
        self.kept.pop(name, None)


@pytest.fixture
def words() -> SimpleNamespace:
    """Passphrases: first, second and wrong."""
    return WORDS


@pytest.fixture
def cheap() -> KdfPolicy:
    """8 MiB and one pass: for tests alone."""
    return CHEAP


@pytest.fixture
def secrets() -> FakeSecrets:
    return FakeSecrets()


@pytest.fixture
def open_vault(tmp_path: Path, secrets: FakeSecrets, clock: Clock) -> Callable[..., Vault]:
    """Makes a Vault over the test's folder; call it again for what a restarted app would have."""

    def make(**changed: object) -> Vault:
        given: dict[str, object] = {"secrets": secrets, "policy": CHEAP, "clock": clock, **changed}
        return Vault(tmp_path / "vault é", **given)  # type: ignore[arg-type]

    return make


@pytest.fixture
def made(open_vault: Callable[..., Vault]) -> Created:
    """A vault that exists, opened by ``words.first``."""
    return open_vault().create(WORDS.first, created_with="0.1.0")


@pytest.fixture
def casebook(tmp_path: Path) -> Iterator[Callable[[str], Casebook]]:
    """Opens a casebook that belongs to a server, or to none."""
    books: list[Casebook] = []

    def open_with(url: str) -> Casebook:
        me = Identity(
            device_id="laptop",
            device_epoch=1,
            council_id="council",
            council_name="Testshire",
            worker=Worker(worker_id="amy", display_name="Amy"),
            timeline="first",
            server_url=url,
            signing_key=bytes(32),
        )
        books.append(Casebook.open(tmp_path, bytes(range(32)), identity=me))
        return books[-1]

    yield open_with
    for book in books:
        book.close()
