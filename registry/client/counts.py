"""Counts by group and forecasts in bins, as they are sent: no single case leaves the machine it was seen on"""

import json
import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, SupportsFloat, SupportsIndex

_CELLS = ("tp", "fp", "fn", "tn")


@dataclass(frozen=True, slots=True)
class Group:
    """The cases of one group in one window: `n` and how many were `selected`, or the four cells of right and wrong.

    `group` is None for the cases whose group nobody recorded. Counts of one window with another `key` are a further
    part of it and add up. Raises ValueError for an instant without a zone.
    """

    attribute: str
    group: str | None
    window_end: datetime
    window_start: datetime | None = None
    n: SupportsIndex | None = None
    selected: SupportsIndex | None = None
    tp: SupportsIndex | None = None
    fp: SupportsIndex | None = None
    fn: SupportsIndex | None = None
    tn: SupportsIndex | None = None
    key: str | None = None

    def __post_init__(self) -> None:
        _zoned(self.window_start, self.window_end)

    def as_json(self) -> str:
        """The counts as the registry takes them."""
        counts = {name: getattr(self, name) for name in ("n", "selected", *_CELLS)}
        told = {name: operator.index(each) for name, each in counts.items() if each is not None}
        named = {"attribute": self.attribute, "group": self.group}
        return json.dumps(named | _span(self.window_start, self.window_end, self.key) | told)


@dataclass(frozen=True, slots=True)
class Forecasts:
    """The forecasts of one window in bins: low, high, how many, their mean, and how many came true.

    `scheme` is "equal_width" or "equal_mass", `count` how many bins it has, empty ones too. Raises ValueError for an
    instant without a zone.
    """

    window_end: datetime
    bins: Sequence[tuple[float, float, int, float, int]]
    scheme: str = "equal_width"
    count: int = 10
    window_start: datetime | None = None
    key: str | None = None

    def __post_init__(self) -> None:
        _zoned(self.window_start, self.window_end)

    def as_json(self) -> str:
        """The forecasts as the registry takes them."""
        names = ("low", "high", "n", "mean", "positives")
        bins = [dict(zip(names, each, strict=True)) for each in self.bins]
        scheme: dict[str, Any] = {"scheme": self.scheme, "count": self.count, "bins": bins}
        return json.dumps(_span(self.window_start, self.window_end, self.key) | scheme)


def forecast_bins(
    forecasts: Iterable[SupportsFloat], outcomes: Iterable[object], count: int = 10
) -> list[tuple[float, float, int, float, int]]:
    """Forecasts and whether each came true, in bins of equal width, as Forecasts takes them; empty bins are left out.

    A bin holds forecasts above its lower end up to its upper end, the first also 0. Raises ValueError for a forecast
    that is no probability and for sequences that differ in length.
    """
    edges = [place / count for place in range(count + 1)]
    held: list[list[tuple[float, bool]]] = [[] for _ in range(count)]
    for forecast, outcome in zip(forecasts, outcomes, strict=True):
        number = float(forecast)
        if not 0 <= number <= 1:
            raise ValueError(f"{number} is no probability")
        place = next(place for place, high in enumerate(edges[1:]) if number <= high)
        held[place].append((number, bool(outcome)))
    return [
        (
            low,
            high,
            len(some),
            min(max(sum(p for p, _ in some) / len(some), low), high),
            sum(y for _, y in some),
        )
        for (low, high), some in zip(pairwise(edges), held, strict=True)
        if some
    ]


def _zoned(*instants: datetime | None) -> None:
    for instant in instants:
        if instant is not None and instant.utcoffset() is None:
            raise ValueError("a window has no time zone; give its instants one, such as UTC")


def _span(start: datetime | None, end: datetime, key: str | None) -> dict[str, str]:
    told = {"window_start": start, "window_end": end}
    span = {name: each.astimezone(UTC).isoformat() for name, each in told.items() if each is not None}
    return span | ({"key": key} if key else {})
