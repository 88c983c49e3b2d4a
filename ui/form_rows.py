"""The questions of a form: those that are built, and those that wait until they are asked."""

from __future__ import annotations

from collections.abc import Callable

from models.fields import Field
from ui.field_row import FieldRow


class Rows(dict[str, FieldRow]):
    """Rows by the names of their fields, in the order in which they stand.

    A third of a form's questions is asked only after certain answers. Such a one is no row before: it is built when it
    is asked, or looked up by its name. Whoever goes over the rows meets those that are built.
    """

    def __init__(self) -> None:
        super().__init__()
        self._fields: dict[str, Field] = {}
        self._makers: dict[str, Callable[[], FieldRow]] = {}

    def __missing__(self, name: str) -> FieldRow:
        self.build(name)
        return self[name]

    def expect(self, field: Field, make: Callable[[], FieldRow]) -> None:
        """Note a question that comes after those noted before; ``make`` builds it in its place."""
        self._fields[field.name] = field
        self._makers[field.name] = make

    def fields(self) -> list[Field]:
        """The fields of all of them, built or not."""
        return list(self._fields.values())

    def waiting(self) -> list[Field]:
        """The fields of those that are not built."""
        return [self._fields[name] for name in self._makers]

    def is_waiting(self, name: str) -> bool:
        """Whether a question is noted and not built."""
        return name in self._makers

    def build(self, name: str) -> None:
        """Build one that waits; any other name is a bug and raises KeyError."""
        self[name] = self._makers.pop(name)()
        names = list(self._fields)
        for later in names[names.index(name) + 1 :]:
            if later in self:
                self[later] = self.pop(later)
