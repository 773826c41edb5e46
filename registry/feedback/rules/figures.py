"""What feedback says in numbers: satisfaction and override rate by week, each with its interval."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from registry.monitoring.rules.shares import wilson


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many. Of none there is no share, which is not a share of nought."""

    counted: int
    among: int

    @property
    def value(self) -> float | None:
        """The share from 0 to 1, or None where there is nothing to take one of."""
        return self.counted / self.among if self.among else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's score interval at 95 %, or None where there is nothing to take a share of."""
        return wilson(self.counted, self.among) if self.among else None


@dataclass(frozen=True, slots=True)
class DayCounts:
    """The counts of one day (UTC) that the figures are made from."""

    day: date
    received: int
    ratings: int
    satisfied: int
    decided: int
    against: int


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one stretch of days.

    satisfaction   ratings of 4 and 5, of all ratings
    override_rate  outputs that were corrected or overridden, of all whose outcome is known
    """

    first: date
    last: date
    received: int
    satisfaction: Share
    override_rate: Share


def week_of(day: date) -> date:
    """The Monday of its week."""
    return day - timedelta(days=day.weekday())


def figures(counts: Iterable[DayCounts], first: date, last: date) -> Figures:
    """The figures of the days from `first` to `last`, both included."""
    own = [each for each in counts if first <= each.day <= last]
    return Figures(
        first,
        last,
        sum(each.received for each in own),
        Share(sum(each.satisfied for each in own), sum(each.ratings for each in own)),
        Share(sum(each.against for each in own), sum(each.decided for each in own)),
    )


def together(stretches: Sequence[Figures]) -> Figures:
    """The figures of adjoining stretches as one. Raises ValueError for none."""
    if not stretches:
        raise ValueError("figures of no days at all")
    return Figures(
        stretches[0].first,
        stretches[-1].last,
        sum(each.received for each in stretches),
        _sum([each.satisfaction for each in stretches]),
        _sum([each.override_rate for each in stretches]),
    )


def _sum(shares: Sequence[Share]) -> Share:
    return Share(sum(each.counted for each in shares), sum(each.among for each in shares))


def by_week(counts: Iterable[DayCounts], start: date, end: date) -> list[Figures]:
    """The figures of every week that has a day from `start` to `end`, whole weeks from Monday to Sunday, also empty ones."""
    known, found, monday = list(counts), [], week_of(start)
    while monday <= end:
        found.append(figures(known, monday, monday + timedelta(days=6)))
        monday += timedelta(days=7)
    return found
