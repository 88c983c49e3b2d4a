"""What a council may set for its server, with defaults that are safe to leave alone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from models.errors import Trouble

DATABASE_NAME = "heard.db"
BLOBS_NAME = "blobs"
IMPORT_KEY_NAME = "import.key"
LEDGER_HEAD_NAME = "ledger-head.json"
SETTINGS_NAME = "settings.json"
ERASED_NAME = "erased.json"
IN_MEMORY = ":memory:"


@dataclass(frozen=True)
class PasswordCost:
    """Argon2id settings: memory in KiB, passes and lanes. The default is the floor a server ships with."""

    memory_kib: int = 64 * 1024
    passes: int = 3
    lanes: int = 1


@dataclass(frozen=True)
class Settings:
    """Where the server keeps its data, and its limits. Times are in seconds.

    ``database`` is a PostgreSQL URL; without one it is a file in ``data``.
    """

    data: Path
    database: str = ""
    token_seconds: int = 15 * 60
    challenge_seconds: int = 2 * 60
    code_seconds: int = 7 * 24 * 3600
    seen_every_seconds: int = 3600
    guess_limit: int = 10
    guesses_of_address: int = 60
    guesses_of_name: int = 50
    guesses_of_council: int = 500
    guess_seconds: int = 5 * 60
    password_cost: PasswordCost = PasswordCost()
    minimum_password: int = 12
    cover_seconds: int = 24 * 3600
    cover_guess_seconds: int = 3600
    most_covers: int = 10

    @property
    def database_path(self) -> Path:
        return self.data / DATABASE_NAME

    @property
    def import_key_path(self) -> Path:
        """The signing key of the server's own device, "council import"; readable by the server's account only."""
        return self.data / IMPORT_KEY_NAME

    @property
    def blobs_path(self) -> Path:
        """The folder of photos, sound, films and pages; readable by the server's account only."""
        return self.data / BLOBS_NAME

    @property
    def ledger_head_path(self) -> Path:
        """Where the head of the audit chain is kept outside the database, so that a cut tail is noticed."""
        return self.data / LEDGER_HEAD_NAME

    @property
    def erased_path(self) -> Path:
        """What was erased by law, by id, kept outside the database so that an older backup brings nothing back."""
        return self.data / ERASED_NAME

    @property
    def file_path(self) -> Path:
        """What init wrote down: which database this is. Readable by the server's account only."""
        return self.data / SETTINGS_NAME


def read_settings(data: Path) -> Settings:
    """Return the settings of the server in a folder; the usual where none are written. Raises Trouble if unsound."""
    path = data / SETTINGS_NAME
    if not path.is_file():
        return Settings(data)
    try:
        written = json.loads(path.read_text(encoding="utf-8"))
        database = written["database"]
        if set(written) != {"database"} or not isinstance(database, str):
            raise ValueError(path.name)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Trouble(
            "The server's settings cannot be read.",
            f"{path.name} is missing something or damaged. Nothing was changed.",
            'It holds one line, {"database": "postgresql://..."}, or is not there at all.',
        ) from error
    return Settings(data, database=database)


def settings_text(settings: Settings) -> bytes:
    """Return what is written down of the settings."""
    return json.dumps({"database": settings.database}).encode() + b"\n"
