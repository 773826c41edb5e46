"""A delivery of readings as it was sent."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class PointIn:
    """One reading as it was sent: `metric` is the slug; `window_start` None for a reading of one moment."""

    metric: str
    window_end: datetime
    value: Decimal
    window_start: datetime | None = None
    n: int | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    group: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """Readings that come or are refused together."""

    points: tuple[PointIn, ...]
    version: str | None = None
    source: str = ""
    supersedes: str = ""
