"""What is done to a vault without a window: export, import, doctor, smoke."""

from __future__ import annotations

import argparse
import json
import platform
from pathlib import Path
from typing import Any

from desktop import __version__
from desktop.demo import read_passphrase
from desktop.vault import OsKeyring, Vault
from models.errors import Trouble

COPIES = {"copy-for-child": "child", "copy-for-parent": "parent"}
"""Kinds of export that are a copy of one child's record, and for whom (models/documents/subject_access.py)."""


def run(command: str, options: argparse.Namespace) -> int:
    """Run one errand. Raises Trouble."""
    if command == "export":
        if options.kind in COPIES:
            return copy_of_record(options.from_vault, COPIES[options.kind], options.child, options.out)
        return export(options.from_vault, options.kind, options.out)
    if command == "import":
        return bring_in(options.from_vault, options.file)
    if command == "doctor":
        return doctor(as_json=options.json)
    return smoke(options.from_vault)


def export(vault: Path, kind: str, out: Path) -> int:
    """Write everything a vault holds, as JSON, CSV or HTML."""
    from models import export as exporting

    held = _open(vault)
    try:
        path = exporting.write(held, kind, out)
    finally:
        held.close()
    print(path)  # noqa: T201 - for the script that asked
    return 0


def copy_of_record(vault: Path, whom: str, code: str, out: Path) -> int:
    """Write a copy of one child's record into a folder, for the child or a parent, and the council's page beside it."""
    from models.documents import handing_out, shelf, subject_access
    from models.documents.paper import Paper

    if not out.is_dir():
        raise Trouble("There is no such folder to write the copy into", str(out), "Make it first, or name another.")
    held = _open(vault)
    try:
        scope_id = next((one.scope_id for one in held.children() if code and one.body.get("child_code") == code), "")
        if not scope_id:
            raise Trouble("No child with that number is on this laptop", "Nothing was written.", "Give it by --child.")
        pack = subject_access.make(held, scope_id, whom)
        paper = shelf.paper_for(held, scope_id) if whom == subject_access.CHILD else Paper()
        paths = handing_out.save(held, pack, whom, out, paper)
    finally:
        held.close()
    print("\n".join(map(str, paths)))  # noqa: T201 - for the script that asked
    return 0


def bring_in(vault: Path, file: Path) -> int:
    """Bring records of a JSON export back into a vault. Returns 1 when something was left out; the rest is in."""
    from models import importing

    held = _open(vault)
    try:
        report = importing.bring_in(held, file)
    finally:
        held.close()
    print(report.in_words())  # noqa: T201 - the errand's answer
    return 1 if report.left_out else 0


def _open(folder: Path) -> Any:
    from desktop.opening import unlock
    from desktop.vault_lock import VaultLock

    lock = VaultLock(folder)
    if not lock.take():
        raise Trouble("This vault is open in Heard", "Nothing has been changed.", "Lock it there first.")
    held = unlock(Vault(folder), read_passphrase())
    if held.casebook is None:
        raise Trouble("This laptop has not joined a council yet", "There is nothing to export.")
    return held.casebook


def doctor(*, as_json: bool) -> int:
    """Check what Heard needs of this laptop. Returns 1 when something it cannot work without is missing."""
    found = {
        "heard": __version__,
        "python": platform.python_version(),
        "system": platform.system(),
        "qt": _qt(),
        "sqlcipher": _sqlcipher(),
        "keyring": OsKeyring().is_there(),
        "resources": _resources(),
    }
    is_well = bool(found["qt"] and found["sqlcipher"] and found["resources"])
    if as_json:
        print(json.dumps({**found, "ok": is_well}))  # noqa: T201 - the errand's answer
    else:
        for name, value in found.items():
            print(f"{name:10} {value}")  # noqa: T201 - the errand's answer
        if not found["keyring"]:
            print("There is no password store here: the passphrase alone guards a vault.")  # noqa: T201
    return 0 if is_well else 1


def _qt() -> str:
    try:
        from PySide6.QtCore import qVersion
        from PySide6.QtWidgets import QApplication  # noqa: F401 - that it imports is what is asked
    except ImportError:
        return ""
    return str(qVersion())


def _sqlcipher() -> str:
    try:
        from sqlcipher3 import dbapi2
    except ImportError:
        return ""
    connection = dbapi2.connect(":memory:")
    try:
        return str(connection.execute("PRAGMA cipher_version").fetchone()[0])
    finally:
        connection.close()


def _resources() -> bool:
    import resources

    return resources.path("fonts").is_dir() and resources.path("icons").is_dir()


def smoke(folder: Path) -> int:
    """Make a vault, save a note with own words, close, open again, find it by a word. For a freshly built package."""
    from models.casebook import Casebook
    from models.entry import Edit
    from models.invented import me_for_trying

    passphrase = read_passphrase()
    vault = Vault(folder)
    made = vault.create(passphrase, created_with=__version__, is_invented=True)
    casebook = Casebook.open(folder, made.key, identity=me_for_trying())
    draft = casebook.new_draft("own_words", casebook.new_draft("child", "").record_id)
    casebook.save(draft, {"words": Edit("", "I want to keep seeing Biscuit")}).result()
    casebook.close()
    again = Casebook.open(folder, vault.unlock(passphrase).key)
    try:
        found = [hit.entry.record_id for hit in again.find("biscuit")]
    finally:
        again.close()
    if found != [draft.record_id]:
        raise Trouble("The note that was saved is not there", f"Looked in {folder}")
    print(f"saved, locked, reopened and found in {folder}")  # noqa: T201 - the errand's answer
    return 0
