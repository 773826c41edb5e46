"""Counts put together by window: parts sent under several keys add up, and what nobody knows the group of stays apart"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from registry.fairness.rules.calibration import Bin, Scheme
from registry.fairness.rules.comparing import Outcomes, Selections

Table = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Part:
    """The counts of one group in one window, as one delivery stated them. `group` is "" for cases of no known group."""

    attribute: str
    group: str
    start: datetime
    end: datetime
    n: int
    selected: int
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """What was counted of one attribute in one window: every group, and the cases whose group nobody recorded."""

    attribute: str
    start: datetime
    end: datetime
    groups: Mapping[str, Outcomes | Selections]
    unknown: int = 0

    @property
    def cases(self) -> int:
        """All cases, those of no known group too."""
        return sum(size_of(each) for each in self.groups.values()) + self.unknown


def size_of(counts: Outcomes | Selections) -> int:
    """How many cases were counted."""
    if isinstance(counts, Selections):
        return counts.n
    return counts.tp + counts.fp + counts.fn + counts.tn


def windows_of(parts: Iterable[Part]) -> list[Window]:
    """The windows these parts make, newest first and then by attribute.

    A group one part of which was sent without telling who was rightly selected is known by its selections alone.
    """
    held: dict[tuple[str, datetime, datetime], dict[str, list[Part]]] = {}
    for part in parts:
        held.setdefault((part.attribute, part.start, part.end), {}).setdefault(part.group, []).append(part)
    found = [
        Window(
            attribute,
            start,
            end,
            {group: _sum(some) for group, some in sorted(groups.items()) if group},
            sum(part.n for part in groups.get("", ())),
        )
        for (attribute, start, end), groups in held.items()
    ]
    found.sort(key=lambda each: each.attribute)
    return sorted(found, key=lambda each: (each.end, each.start), reverse=True)


def _sum(parts: list[Part]) -> Outcomes | Selections:
    tables = [part.table for part in parts if part.table is not None]
    if len(tables) == len(parts):
        return Outcomes(*(sum(column) for column in zip(*tables, strict=True)))
    return Selections(sum(part.n for part in parts), sum(part.selected for part in parts))


@dataclass(frozen=True, slots=True)
class BinIn:
    """The forecasts that lie from `low` to `high`: how many, their mean, and how many came true."""

    low: float
    high: float
    n: int
    mean: float
    positives: int

    @property
    def as_bin(self) -> Bin:
        """The same as the formulas take it."""
        return Bin(self.n, self.positives, min(self.mean * self.n, float(self.n)))


@dataclass(frozen=True, slots=True)
class Forecasts:
    """Forecasts of one window held against what happened, in bins of one scheme; `count` counts its empty bins too."""

    start: datetime
    end: datetime
    scheme: Scheme
    count: int
    bins: tuple[BinIn, ...] = field(default=())

    @property
    def cases(self) -> int:
        """How many forecasts there are."""
        return sum(each.n for each in self.bins)


def added_up(parts: Iterable[Forecasts]) -> list[Forecasts]:
    """Parts of one window and scheme as one, newest first. Bins add up where their ends are the same."""
    held: dict[tuple[datetime, datetime, Scheme, int], dict[tuple[float, float], list[BinIn]]] = {}
    for part in parts:
        bins = held.setdefault((part.end, part.start, part.scheme, part.count), {})
        for each in part.bins:
            bins.setdefault((each.low, each.high), []).append(each)
    return [
        Forecasts(start, end, scheme, count, tuple(_added(ends, some) for ends, some in sorted(bins.items())))
        for (end, start, scheme, count), bins in sorted(held.items(), reverse=True)
    ]


def _added(ends: tuple[float, float], some: list[BinIn]) -> BinIn:
    n = sum(each.n for each in some)
    mean = some[0].mean if len(some) == 1 else sum(each.mean * each.n for each in some) / n
    return BinIn(*ends, n, mean, sum(each.positives for each in some))
