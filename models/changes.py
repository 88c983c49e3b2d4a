"""What a write touched: the one message by which every open view learns of change."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Changes:
    """Records, types and scopes that a commit touched. ``asked_by`` lets a view ignore its own echo.

    ``is_directory`` is True when assignments or colleagues changed; ``is_sync`` when it came from the server.
    """

    records: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()
    asked_by: str = ""
    is_directory: bool = False
    is_sync: bool = False
    is_status: bool = False

    def __or__(self, other: Changes) -> Changes:
        """Join two, as when several pages of a pull are told at once."""
        return Changes(
            self.records | other.records,
            self.types | other.types,
            self.scopes | other.scopes,
            self.asked_by if self.asked_by == other.asked_by else "",
            self.is_directory or other.is_directory,
            self.is_sync or other.is_sync,
            self.is_status or other.is_status,
        )


@dataclass(slots=True)
class Touched:
    """Gathers what one transaction touches, to be told after the commit."""

    records: set[str] = field(default_factory=set)
    types: set[str] = field(default_factory=set)
    scopes: set[str] = field(default_factory=set)
    op_no: int = 0
    """The last op number this transaction used; 0 for none."""

    def add(self, record_id: str, type_name: str, scope_id: str) -> None:
        """Note one record."""
        self.records.add(record_id)
        self.types.add(type_name)
        self.scopes.add(scope_id)

    def told(self, asked_by: str = "", *, is_sync: bool = False, is_directory: bool = False) -> Changes:
        """What to broadcast once the commit stands."""
        return Changes(
            frozenset(self.records),
            frozenset(self.types),
            frozenset(self.scopes),
            asked_by,
            is_directory,
            is_sync,
        )
