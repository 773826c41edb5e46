"""Reports as they are kept: which kinds there are, where one stands, what the regular ones are of, and who may read one."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from urllib.parse import parse_qsl, urlencode

from registry.kernel.calendar import months_after, start_of
from registry.kernel.errors import Problem
from registry.portfolio.rules.figures import Scope

MOST_UNDER_WAY: Final = 3
"""How many reports one person has made at once."""

KIND_LIMIT: Final = 20
PERIOD_LIMIT: Final = 10
EXECUTIVES: Final = "executives"


class ReportKind(StrEnum):
    """What is made."""

    BOARD = "board"
    FULL = "full"
    TABLES = "tables"

    @property
    def said(self) -> str:
        """What it is called."""
        return {"board": "Board summary", "full": "Full report", "tables": "Workbook"}[self.value]

    @property
    def ending(self) -> str:
        """What the name of its file ends in."""
        return "xlsx" if self is ReportKind.TABLES else "pdf"


class ReportState(StrEnum):
    """Where a report stands: from asked for to filed, or given up."""

    ASKED = "asked"
    COUNTED = "counted"
    FILED = "filed"
    GIVEN_UP = "given_up"

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens to it."""
        return self in {ReportState.FILED, ReportState.GIVEN_UP}


STEPS: Final = (ReportState.ASKED, ReportState.COUNTED, ReportState.FILED)


@dataclass(frozen=True, slots=True)
class Period:
    """A month or a quarter that is over: "2026-10" or "2026-Q3", in words, and the instant at which it had ended."""

    key: str
    said: str
    end: datetime


def periods_over(today: date) -> tuple[Period, Period]:
    """The last month and the last quarter that are over. Reports of earlier ones are not made up later."""
    first = today.replace(day=1)
    month = months_after(first, -1)
    quarter_end = months_after(first, -((today.month - 1) % 3))
    quarter = quarter_end - timedelta(days=1)
    number = (quarter.month + 2) // 3
    return (
        Period(f"{month:%Y-%m}", f"{month:%B %Y}", start_of(first)),
        Period(f"{quarter.year}-Q{number}", f"Quarter {number} of {quarter.year}", start_of(quarter_end)),
    )


REGULAR: Final[tuple[tuple[ReportKind, ...], tuple[ReportKind, ...]]] = (
    (ReportKind.BOARD, ReportKind.TABLES),
    (ReportKind.FULL, ReportKind.TABLES),
)
"""What is made of each month, and of each quarter."""


def wanted(today: date, began: datetime | None) -> list[tuple[Period, ReportKind]]:
    """The regular reports there should be, of periods in which the register was there already: its ledger began at `began`."""
    return [
        (period, kind)
        for period, kinds in zip(periods_over(today), REGULAR, strict=True)
        if began is not None and began < period.end
        for kind in kinds
    ]


def period_said(key: str, today: date) -> str:
    """A period in words; one that is not among the last by its key."""
    return next((each.said for each in periods_over(today) if each.key == key), key)


def problems_with_asking(under_way: int) -> list[Problem]:
    """Why no more reports are made for somebody now."""
    if under_way < MOST_UNDER_WAY:
        return []
    says = f"{MOST_UNDER_WAY} reports are being made for you already. Wait until one is done, then ask for the next."
    return [Problem("", says)]


def kept_as(scope: Scope) -> str:
    """A scope as it is kept: the parameters of its address."""
    return urlencode(scope.pairs)


def scope_kept(text: str) -> Scope:
    """The scope that was kept so."""
    found = dict(parse_qsl(text))
    unit = found.get("unit")
    return Scope(int(unit) if unit else None, found.get("tier"), found.get("stage"), found.get("vendor"))
