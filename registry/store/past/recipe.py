"""Recipe: what a past is made of. Said by those who know the tables; this folder knows only how to keep one."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session

Values = Mapping[str, Any]


NO_PAST: Final = (
    "No past day can be laid out here as this registry is set up. Tell an administrator: why stands in the log, and is said"
    " whenever the registry starts."
)
"""What whoever asked is told where none can be."""


class PastUnknown(LookupError):
    """There is nothing to show of that day: it is not over, or it lies before the first entry of the ledger."""


class PastBusy(RuntimeError):
    """Somebody else is putting together a past, and has been for longer than anybody should wait."""


class PastTooLarge(RuntimeError):
    """This past is not kept, and to put it together takes longer than whoever asks would wait.

    `name` is that of the past, `rows` at least how many states of rows there are to read for it.
    """

    def __init__(self, name: str, rows: int) -> None:
        super().__init__(f"{name} is not kept")
        self.name, self.rows = name, rows


class PastRefused(RuntimeError):
    """The database or the disk lets nobody put together a past; the text says why and what to do."""


class PastGone(RuntimeError):
    """A past was let go between being found and being read. Whoever reads has it made again and never sees this."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment of the past: the last entry written by then, and the last erasure known now.

    What was erased is erased from every past as well, so a past made before an erasure is another one.
    """

    seq: int
    erased_by: int = 0


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to make a past.

    `mark` finds the moment a day ended at, None where nothing was recorded by then. `weight` counts the states of rows told
    by an entry, no further than to a number: what there is to read for it. `rows` gives the rows of `tables` as
    they stood at an entry, some hundreds at a time. `kept` says of every other table which of today's rows belong to the
    past: a condition in SQL on the row `it`, in which {seq} is the entry, {day} the day as a literal, {then} the place of
    the past's own tables and {live} that of today's. `overlaid` gives, by table and column, what is read in place of the
    column; `joined`, by table, which of today's rows are read beside those of then ({own} is where those are). `made` gives the rows of tables that are copies of others, asked in the past itself, where those tables still
    show today's rows.
    """

    mark: Callable[[Session, date], Mark | None]
    weight: Callable[[Session, int, int], int]
    rows: Callable[[Session, int], Iterator[tuple[sa.Table, list[Values]]]]
    tables: Sequence[sa.Table]
    kept: Mapping[str, str]
    overlaid: Mapping[tuple[str, str], str]
    joined: Mapping[str, str]
    made: Mapping[sa.Table, Callable[[Session], Iterable[Values]]]

    def views(self, mark: Mark, day: date, place: "Place") -> Iterator[tuple[str, str]]:
        """The name and the SELECT of each table that is not simply one of the past's own."""
        places = {"seq": mark.seq, "day": f"'{day.isoformat()}'", "then": place.then, "live": place.live}
        for name, condition in self.kept.items():
            yield name, f'SELECT it.* FROM {place.live}."{name}" AS it WHERE {condition.format_map(places)}'  # noqa: S608 - names of our own tables
        for table in self.tables:
            if self.is_overlaid(table):
                yield table.name, self._in_front(table, place, places)

    def is_overlaid(self, table: sa.Table) -> bool:
        """Whether a view stands in front of the table's rows of then."""
        return table.name in self.joined or any(name == table.name for name, _ in self.overlaid)

    def _in_front(self, table: sa.Table, place: "Place", places: Mapping[str, Any]) -> str:
        own = f'{place.then}."{table.name}{place.behind}"'
        columns = ", ".join(self._column(table, column.name, places) for column in table.columns)
        said = f"SELECT {columns} FROM {own} AS it"  # noqa: S608 - names of our own tables
        if table.name not in self.joined:
            return said
        plain = ", ".join(f'it."{column.name}"' for column in table.columns)
        beside = self.joined[table.name].format_map({**places, "own": own})
        return f'{said} UNION ALL SELECT {plain} FROM {place.live}."{table.name}" AS it WHERE {beside}'  # noqa: S608

    def _column(self, table: sa.Table, column: str, places: Mapping[str, Any]) -> str:
        overlay = self.overlaid.get((table.name, column))
        return f'it."{column}"' if overlay is None else f'{overlay.format_map(places)} AS "{column}"'


@dataclass(frozen=True, slots=True)
class Place:
    """Where the past's own tables are and where today's; and how the name of one ends that stands behind a view."""

    then: str
    live: str
    behind: str = ""
