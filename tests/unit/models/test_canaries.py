"""No readable word outside ciphertext (R19): 200 planted tokens, all found by the same search without a cipher."""

from __future__ import annotations

import base64
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from models.fields import Field, Kind
from models.record import all_declarations
from models.store import backup
from models.store.engine import SqlCipher

SCOPE = "01a00000-0000-7000-8000-000000000001"
PLANTED = "Kestrel"
"""What every token begins with, looked for first: it saves most of the search where there is nothing to find."""
TOKENS = [f"{PLANTED}{number:03d}canary" for number in range(200)]
TEXT = (Kind.LINE, Kind.PROSE)


class NoCipher:
    """The store without encryption: what shows that the search below can find anything at all."""

    module = sqlite3

    def open(self, path: Path, *, is_read_only: bool = False, statements: int = 128) -> sqlite3.Connection:
        place = f"{path.absolute().as_uri()}?mode=ro" if is_read_only else str(path)
        return sqlite3.connect(place, check_same_thread=False, isolation_level=None, uri=is_read_only)


def forms_of(token: str) -> list[bytes]:
    """The bytes a word leaves behind: as UTF-8, as UTF-16 either way round, and in base64 at each of three places."""
    plain = token.encode()
    coded = []
    for before in range(3):
        # The letters that depend on nothing but the token.
        whole = base64.b64encode(bytes(before) + plain)
        coded.append(whole[(before * 8 + 5) // 6 : len(plain) * 8 // 6 - 1])
    return [plain, plain.lower(), token.encode("utf-16-le"), token.encode("utf-16-be"), *coded]


def found_in(*folders: Path) -> set[str]:
    """The tokens that stand readable in any byte of any file, or in the name of one."""
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    data = b"\n".join(path.read_bytes() + path.name.encode() for path in files)
    if not any(form in data for form in forms_of(PLANTED)):
        return set()
    return {token for token in TOKENS if any(form in data for form in forms_of(token))}


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A temporary folder of our own, for Python and for SQLite."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    for name in ("TMPDIR", "SQLITE_TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def _text_fields() -> list[tuple[str, Field]]:
    return [(one.type, field) for one in all_declarations() for field in one.fields.values() if field.kind in TEXT]


def plant(desk: Any) -> None:
    """Write every token through a field, then let every path that touches text run over it."""
    places = cycle(_text_fields())
    for at in range(0, len(TOKENS), 2):
        type_name, field = next(places)
        first, second = TOKENS[at : at + 2]
        draft = desk.begin(type_name, SCOPE, **{field.name: f"{first} and more"})
        if at % 3 == 0:
            desk.cut(draft.record_id)
        desk.write(draft, **{field.name: f"{second} instead of {first}"})
        if at % 4 == 0:
            desk.book.delete(draft.record_id).result()
        desk.book.find(first[:9])
    theirs = desk.make({"helps_me": TOKENS[0], "of_a_newer_heard": TOKENS[1]})
    desk.take(theirs)
    desk.write(desk.draft(theirs.record_id), helps_me=TOKENS[2])
    desk.take(desk.make({"helps_me": TOKENS[3]}, theirs))
    desk.book.exchange.merge(theirs.record_id).result()
    desk.book.index_some().result()
    desk.book.remember(f"page of {TOKENS[4]}", TOKENS[5]).result()
    desk.book.exchange.cut_all().result()


@pytest.fixture
def write_all(
    open_desk: Callable[..., Any], tmp_path: Path, temporary: Path
) -> Callable[[Any], Iterator[tuple[str, set[str]]]]:
    """Write with a cipher and yield, for each state of the folder, the tokens that stand readable in it."""

    def write(cipher: Any) -> Iterator[tuple[str, set[str]]]:
        folder = tmp_path / "amy"
        desk = open_desk(cipher=cipher)
        plant(desk)
        assert list(folder.glob("vault.db-wal"))
        yield "open", found_in(folder, temporary)
        desk.book.back_up()
        yield "backed up", found_in(folder / "backups", temporary)
        shutil.copytree(folder, tmp_path / "killed")
        desk.book.close()
        yield "closed", found_in(folder, temporary)
        yield "killed", found_in(tmp_path / "killed")
        backup.restore_newest(cipher, folder / "vault.db", folder / "backups")
        yield "repaired", found_in(folder, temporary)

    return write


def test_no_planted_word_is_readable_in_any_state_of_the_vault(write_all: Any) -> None:
    found = dict(write_all(SqlCipher(bytes(range(32)))))
    assert list(found) == ["open", "backed up", "closed", "killed", "repaired"]
    assert not set().union(*found.values())


def test_the_same_search_finds_every_planted_word_in_a_store_without_a_cipher(
    write_all: Any,
) -> None:
    for state, found in write_all(NoCipher()):
        assert found == set(TOKENS), state


def test_the_search_knows_each_way_a_word_may_be_written(tmp_path: Path) -> None:
    for number, form in enumerate(
        [b"xx" + TOKENS[7].encode(), TOKENS[7].encode("utf-16"), TOKENS[7].encode("utf-16-be"),
         *(base64.b64encode(b"x" * before + TOKENS[7].encode() + b"!") for before in range(9))]
    ):  # fmt: skip
        (tmp_path / "x.bin").write_bytes(bytes(5) + form)
        assert found_in(tmp_path) == {TOKENS[7]}, number


def test_every_text_field_of_every_type_had_its_token() -> None:
    assert len(_text_fields()) <= len(TOKENS) // 2
