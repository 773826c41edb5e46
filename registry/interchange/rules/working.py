"""A row of a file while it is read into a draft."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from registry.interchange.rules.drafts import Problem
from registry.interchange.rules.profiles import Profile
from registry.interchange.rules.targets import REGISTRY_ID
from registry.interchange.rules.values import Reading
from registry.kernel.text import shortened

_SHOWN: Final = 80


class Flaw(Protocol):
    """Something the reader of the file found wrong with a row."""

    @property
    def row(self) -> int: ...
    @property
    def column(self) -> str: ...
    @property
    def value(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def refuses(self) -> bool: ...


class SourceRow(Protocol):
    """A row as the reader of the file hands it over."""

    @property
    def number(self) -> int: ...
    @property
    def cells(self) -> dict[str, str]: ...
    @property
    def problems(self) -> Sequence[Flaw]: ...


@dataclass(slots=True)
class Work:
    """A row while it is read: what it gave, which columns are carried word for word, what has to be told.

    `assumed` are the fields it says nothing of that a new system would get all the same.
    """

    profile: Profile
    row: SourceRow
    values: dict[str, Any] = field(default_factory=dict)
    carried: set[str] = field(default_factory=set)
    assumed: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    @property
    def key(self) -> str:
        """The id of the system of this register that the row is about, or ""."""
        return str(self.values.get(REGISTRY_ID, ""))

    def cell(self, column: str) -> str:
        """What stands in a column."""
        return self.row.cells.get(column, "")

    def tell(self, column: str, message: str) -> None:
        """Note what has to be told of a column."""
        self.problems.append(Problem(self.row.number, column, shortened(self.cell(column), _SHOWN), message))

    def take(self, column: str, reading: Reading) -> Any:
        """The value of what was read from a column, with what has to be told of it noted."""
        if reading.problem:
            self.tell(column, reading.problem)
        if reading.whole:
            self.carried.add(column)
        return reading.value
