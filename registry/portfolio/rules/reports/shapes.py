"""What a report is made of: tables of typed cells, and what stands around them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from registry.portfolio.rules.figures import Figures
from registry.portfolio.rules.kept import Trend

Cell = str | int | float | Decimal | date | timedelta | None


class Measure(StrEnum):
    """What the cells of a column are. A share is a fraction of one; a span is a length of time."""

    TEXT = "text"
    COUNT = "count"
    AMOUNT = "amount"
    SHARE = "share"
    SPAN = "span"

    @property
    def is_number(self) -> bool:
        """Whether its cells are figures, which stand at the right."""
        return self is not Measure.TEXT


@dataclass(frozen=True, slots=True)
class Column:
    """The heading of a column, what its cells are, and what is said where one has no value: never nothing."""

    label: str
    measure: Measure = Measure.TEXT
    missing: str = "none"


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a report: a short name, a title, what its figures count, and its rows."""

    id: str
    title: str
    says: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Held:
    """The checkpoint of the ledger a report was made at: over so many entries, under this root, signed at that instant."""

    size: int
    root: str
    at: str


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around the figures of a report.

    `made_for` names whose view of the register was counted, `is_everything` says whether that leaves no system out, `narrowed` what the figures are narrowed to ("" for the whole),
    `editions` the rule packs in force with their editions, `period` what a regular report is of ("" for one asked for). `of_past_day`: the
    figures are of a day that was over when it was made, put together from the ledger.
    """

    made_for: str
    is_everything: bool
    made_at: datetime
    narrowed: str
    held: Held | None
    editions: tuple[tuple[str, str], ...]
    period: str = ""
    of_past_day: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of one scope to one reader, as tables, with what stands around them."""

    figures: Figures
    frame: Frame
    tables: Mapping[str, Table]
    trends: Mapping[str, Trend]
