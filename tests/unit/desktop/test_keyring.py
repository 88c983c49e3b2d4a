"""Which password stores Heard trusts: by exact name, never a plain-text, null or unknown one."""

from __future__ import annotations

from typing import Any

import keyring
import keyring.backends.chainer
import keyring.backends.fail
import keyring.backends.null
import pytest
from keyring.backend import KeyringBackend

from desktop.vault import SERVICE, OsKeyring

REAL_GET = keyring.get_keyring


def backend(name: str, **behaviour: Any) -> Any:
    """A password store in memory that says it is the class ``name``."""
    module, _, kind = name.rpartition(".")
    kept: dict[tuple[str, str], str] = {}

    def get(_: object, service: str, username: str) -> str | None:
        if "get" in behaviour:
            return behaviour["get"]()
        return kept.get((service, username))

    def put(_: object, service: str, username: str, password: str) -> None:
        if "put" in behaviour:
            behaviour["put"]()
        kept[service, username] = password

    def remove(_: object, service: str, username: str) -> None:
        if "remove" in behaviour:
            behaviour["remove"]()
        del kept[service, username]

    members = {"__module__": module, "get_password": get, "set_password": put, "delete_password": remove, "kept": kept}
    return type(kind, (), members)()


def fail(*_: object) -> None:
    raise RuntimeError("a store's own kind of error")


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Any:
    def take(chosen: Any) -> OsKeyring:
        monkeypatch.setattr(keyring, "get_keyring", lambda: chosen)
        return OsKeyring()

    return take


@pytest.mark.parametrize(
    "name",
    [
        "keyring.backends.SecretService.Keyring",
        "keyring.backends.kwallet.DBusKeyring",
        "keyring.backends.kwallet.DBusKeyringKWallet4",
        "keyring.backends.macOS.Keyring",
        "keyring.backends.Windows.WinVaultKeyring",
    ],
)
def test_the_systems_own_password_stores_keep_a_secret_and_give_it_back(name: str, use: Any) -> None:
    store = backend(name)
    secrets = use(store)
    assert secrets.is_there() is True
    assert secrets.fetch("mine") is None
    assert secrets.keep("mine", b"\x01" * 32) is True
    assert list(store.kept) == [(SERVICE, "mine")]
    assert secrets.fetch("mine") == b"\x01" * 32
    secrets.forget("mine")
    assert secrets.fetch("mine") is None
    secrets.forget("mine")


@pytest.mark.parametrize(
    "store",
    [
        keyring.backends.fail.Keyring(),
        keyring.backends.null.Keyring(),
        backend("keyrings.alt.file.PlaintextKeyring"),
        backend("keyring.backends.libsecret.Keyring"),
        backend("elsewhere.SecretService.Keyring"),
        backend("keyring.backends.SecretService.Keyring2"),
    ],
    ids=lambda store: f"{type(store).__module__}.{type(store).__name__}",
)
def test_any_other_store_counts_as_none(store: Any, use: Any) -> None:
    secrets = use(store)
    assert secrets.is_there() is False
    assert secrets.keep("mine", b"\x01" * 32) is False
    with pytest.raises(OSError, match="no password store"):
        secrets.fetch("mine")
    secrets.forget("mine")
    assert not getattr(store, "kept", {})


def test_among_several_stores_only_a_trusted_one_is_used(use: Any) -> None:
    plain, trusted = backend("keyrings.alt.file.PlaintextKeyring"), backend("keyring.backends.SecretService.Keyring")
    chain = type("ChainerBackend", (), {"__module__": "keyring.backends.chainer", "backends": [plain, trusted]})()
    secrets = use(chain)
    assert secrets.keep("mine", b"\x01" * 32) is True
    assert trusted.kept
    assert not plain.kept
    chain.backends.remove(trusted)
    assert secrets.is_there() is False


def test_the_chainers_name_is_still_the_one_keyring_uses() -> None:
    found = keyring.backends.chainer.ChainerBackend
    assert f"{found.__module__}.{found.__qualname__}" == "keyring.backends.chainer.ChainerBackend"
    assert isinstance(REAL_GET(), KeyringBackend)


def test_on_windows_the_secret_stays_on_this_laptop(use: Any) -> None:
    store = backend("keyring.backends.Windows.WinVaultKeyring")
    store.persist = "enterprise"
    assert use(store).keep("mine", b"\x01" * 32) is True
    assert store.persist == "local machine"


def test_a_store_that_does_not_answer_is_told_from_one_that_has_nothing(use: Any) -> None:
    with pytest.raises(OSError, match="does not answer"):
        use(backend("keyring.backends.SecretService.Keyring", get=fail)).fetch("mine")
    assert use(backend("keyring.backends.SecretService.Keyring", get=lambda: "not hexadecimal")).fetch("mine") is None


def test_a_store_that_keeps_nothing_or_something_else_is_noticed_at_once(use: Any) -> None:
    assert use(backend("keyring.backends.SecretService.Keyring", put=fail)).keep("mine", b"\x01" * 32) is False
    assert use(backend("keyring.backends.SecretService.Keyring", get=lambda: None)).keep("mine", b"\x01" * 32) is False
    assert use(backend("keyring.backends.SecretService.Keyring", get=lambda: "00")).keep("mine", b"\x01" * 32) is False


def test_a_secret_that_cannot_be_removed_is_no_reason_to_stop(use: Any) -> None:
    store = backend("keyring.backends.SecretService.Keyring", remove=fail)
    use(store).forget("mine")


def test_a_broken_keyring_library_counts_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring, "get_keyring", fail)
    assert OsKeyring().is_there() is False
