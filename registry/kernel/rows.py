"""How the rows of a file that is brought in end: five endings, their counts, and what has to be told of a row."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Ending(StrEnum):
    """What becomes of a row."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One thing about one row that a person should know: the row's number, the column, the cell's text, the matter."""

    row: int
    column: str
    value: str
    message: str


@dataclass(frozen=True, slots=True)
class Tally:
    """The five counts of an import; they always add up to the rows."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicate: int = 0
    refused: int = 0


def tallied(endings: Iterable[Ending]) -> Tally:
    """The five counts and their sum."""
    counts = Counter(str(ending) for ending in endings)
    return Tally(rows=counts.total(), **counts)
