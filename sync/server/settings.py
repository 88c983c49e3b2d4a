"""What a council may set for its server, with defaults that are safe to leave alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

DATABASE_NAME = "heard.db"
IMPORT_KEY_NAME = "import.key"
LEDGER_HEAD_NAME = "ledger-head.json"


@dataclass(frozen=True)
class PasswordCost:
    """Argon2id settings: memory in KiB, passes and lanes. The default is the floor a server ships with."""

    memory_kib: int = 64 * 1024
    passes: int = 3
    lanes: int = 1


@dataclass(frozen=True)
class Settings:
    """Where the server keeps its data, and its limits. Times are in seconds."""

    data: Path
    token_seconds: int = 15 * 60
    challenge_seconds: int = 2 * 60
    code_seconds: int = 7 * 24 * 3600
    seen_every_seconds: int = 3600
    guess_limit: int = 10
    guess_seconds: int = 5 * 60
    password_cost: PasswordCost = PasswordCost()
    minimum_password: int = 12

    @property
    def database_path(self) -> Path:
        return self.data / DATABASE_NAME

    @property
    def import_key_path(self) -> Path:
        """The signing key of the server's own device, "council import"; readable by the server's account only."""
        return self.data / IMPORT_KEY_NAME

    @property
    def ledger_head_path(self) -> Path:
        """Where the head of the audit chain is kept outside the database, so that a cut tail is noticed."""
        return self.data / LEDGER_HEAD_NAME
