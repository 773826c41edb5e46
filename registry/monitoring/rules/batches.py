"""What a batch of readings must satisfy before any of it is kept, and where each of them belongs."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from operator import gt
from typing import Any, Final

from registry.kernel.errors import Problem
from registry.monitoring.rules.columns import short
from registry.monitoring.rules.decoding import MOST_POINTS
from registry.monitoring.rules.fields import number_refused
from registry.monitoring.rules.points import PointIn, Points, alike
from registry.objectives.rules.metric import MetricFacts

MOST_PROBLEMS: Final = 100
GROUP_LIMIT: Final = 400
KEY_LIMIT: Final = 200
SOURCE_LIMIT: Final = 200
# A sender's clock may be a little ahead of ours; more than that is a mistake.
AHEAD: Final = timedelta(minutes=5)
_OLDEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
_LARGEST_N: Final = 2**62

# What makes a reading the same reading: metric, end, group, start, client key. Instants as `written` gives them: they
# are compared, digested and stored as that text.
Place = tuple[int, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Known:
    """A metric of the system that readings may be sent for."""

    id: int
    facts: MetricFacts
    retired: bool = False


def in_digits(number: Decimal | None) -> str | None:
    """A number as it is stored (registry.store.columns.Exact)."""
    return None if number is None else format(number, "f")


def all_in_digits(numbers: Sequence[Decimal]) -> list[str]:
    """The same of thousands of numbers."""
    texts = list(map(str, numbers))
    # Python writes an exponent with an E; what it writes without one are the digits.
    return texts if "E" not in "".join(texts) else [format(number, "f") for number in numbers]


def each_in_digits(numbers: Sequence[Decimal | None]) -> list[str | None]:
    """The same of thousands that may be left out, and mostly all are."""
    nothing: list[str | None] = [None] * len(numbers)
    return nothing if numbers.count(None) == len(numbers) else list(map(in_digits, numbers))


def same(one: PointIn, value: Decimal, n: int | None, low: Decimal | None, high: Decimal | None) -> bool:
    """Whether the reading says what is already held: the numbers, not how they are written."""
    return (one.value, one.n, one.low, one.high) == (value, n, low, high)


def places_of(points: Points, metrics: Sequence[int | None]) -> list[Any]:
    """The Place of each reading, given the number of its metric."""
    columns = (metrics, points.kept_ends, points.groups, points.kept_starts, points.keys)
    return list(zip(*columns, strict=True))


def apart_in_place(points: Points) -> bool:
    """Whether no two of these readings belong in one place."""
    # Mostly their windows tell them apart already.
    if len(set(points.kept_ends)) == len(points):
        return True
    columns = (points.metrics, points.kept_ends, points.groups, points.kept_starts, points.keys)
    return len(set(zip(*columns, strict=True))) == len(points)


def problems_with(sent: Sequence[PointIn], metrics: Mapping[str, Known], at: datetime) -> list[Problem]:
    """Every objection to a batch received at `at`, as "snapshots.3.value"; beyond a hundred their number only."""
    if not sent:
        return [Problem("snapshots", "Send at least one reading.")]
    if len(sent) > MOST_POINTS:
        said = f"Send at most {MOST_POINTS:,} readings at once; these are {len(sent):,}."
        return [Problem("snapshots", said)]
    points, latest = Points.of(sent), at + AHEAD
    if _untroubled(points, metrics, latest):
        return []
    found: list[Problem] = []
    seen: dict[Place, int] = {}
    numbers = [metrics[slug].id if slug in metrics else None for slug in points.metrics]
    for number, (point, place) in enumerate(zip(points, places_of(points, numbers), strict=True)):
        metric = metrics.get(point.metric)
        for field, message in _objections(point, metric, metrics, latest):
            found.append(Problem(f"snapshots.{number}.{field}", message))
        if metric is None:
            continue
        first = seen.setdefault(place, number)
        if first != number and not same(point, *_numbers(points[first])):
            said = f"Reading {first} of this batch gives the same window, group and key another value."
            found.append(Problem(f"snapshots.{number}.value", said))
    if len(found) > MOST_PROBLEMS:
        rest = len(found) - MOST_PROBLEMS
        return [*found[:MOST_PROBLEMS], Problem("snapshots", f"And {rest:,} more objections.")]
    return found


def _untroubled(points: Points, metrics: Mapping[str, Known], latest: datetime) -> bool:
    """Whether `_objections` has nothing to say of any reading and no place is taken twice, asked of whole columns.

    Where it is not sure it says no, and the readings are looked at one by one.
    """
    return (
        apart_in_place(points)
        and not any(_about_refused(slug, group, metrics) for slug, group in _about(points))
        and min(points.starts) >= _OLDEST
        and max(points.ends) <= latest
        and (points.digits is not None or _sound(points))
        and _within_intervals(points)
    )


def _about(points: Points) -> set[tuple[str, str]]:
    """The metrics and groups there are readings of."""
    if alike(points.metrics) and alike(points.groups):
        return {(points.metrics[0], points.groups[0])}
    return {*zip(points.metrics, points.groups, strict=True)}


def _sound(points: Points) -> bool:
    """Whether nothing is wrong with any reading by itself, as it is where `digits` are told."""
    return (
        not any(map(gt, points.starts, points.ends))
        and short(points.values)
        and short(each for each in (*points.lows, *points.highs) if each is not None)
        and all(each is None or 0 <= each < _LARGEST_N for each in set(points.cases))
        and max(map(len, set(points.keys))) <= KEY_LIMIT
    )


def _within_intervals(points: Points) -> bool:
    if all(ends.count(None) == len(points) for ends in (points.lows, points.highs)):
        return True
    return all(map(_encloses, points.lows, points.values, points.highs))


def _about_refused(slug: str, group: str, metrics: Mapping[str, Known]) -> bool:
    metric = metrics.get(slug)
    return any(True for _ in (*_metric_refused(slug, metric, metrics), *_group_refused(group, metric)))


def _encloses(low: Decimal | None, value: Decimal, high: Decimal | None) -> bool:
    return (low is None or low <= value) and (high is None or value <= high)


def _objections(
    point: PointIn, metric: Known | None, metrics: Mapping[str, Known], latest: datetime
) -> Iterable[tuple[str, str]]:
    yield from _metric_refused(point.metric, metric, metrics)
    yield from window_refused(point.window_start, point.window_end, latest)
    for name, number in (("value", point.value), ("low", point.low), ("high", point.high)):
        if number is not None and (refused := number_refused(number)):
            yield name, refused
    if point.n is not None and not 0 <= point.n < _LARGEST_N:
        yield "n", "The number of cases is a whole number from 0 up."
    if point.low is not None and point.low > point.value:
        yield "low", "The interval's lower end lies above the value."
    if point.high is not None and point.high < point.value:
        yield "high", "The interval's upper end lies below the value."
    yield from _group_refused(point.group, metric)
    if len(point.key) > KEY_LIMIT:
        yield "key", f"Give a key of at most {KEY_LIMIT} characters."


def _metric_refused(
    slug: str, metric: Known | None, metrics: Mapping[str, Known]
) -> Iterable[tuple[str, str]]:
    if metric is None:
        yield "metric", f"This system has no metric {slug[:60]!r}. {_those(metrics)}"
    elif metric.retired:
        yield "metric", f"The metric {slug} is retired; nothing is recorded for it any more."
    elif metric.facts.kind is not None and metric.facts.kind.is_computed:
        yield "metric", f"The metric {slug} is computed from incidents; it cannot be sent."


def window_refused(start: datetime, end: datetime, latest: datetime) -> Iterable[tuple[str, str]]:
    """Objections to a window that was received when nothing later than `latest` can have been, as (field, message)."""
    if end > latest:
        yield "window_end", "This window ends in the future."
    elif end < _OLDEST:
        yield "window_end", "This window ended before the year 2000."
    if start > end:
        yield "window_start", "The window starts after it ends."
    elif start < _OLDEST:
        yield "window_start", "This window starts before the year 2000."


def _group_refused(group: str, metric: Known | None) -> Iterable[tuple[str, str]]:
    if len(group) > GROUP_LIMIT:
        yield "group", f"A group's names and values together take at most {GROUP_LIMIT} characters."
    elif group and metric is not None and metric.facts.groups:
        strange = sorted(json.loads(group).keys() - set(metric.facts.groups))
        if strange:
            yield "group", f"The metric is not told apart by {', '.join(strange)[:100]}."


def _numbers(point: PointIn) -> tuple[Decimal, int | None, Decimal | None, Decimal | None]:
    return point.value, point.n, point.low, point.high


def _those(metrics: Mapping[str, Known]) -> str:
    open_ones = sorted(slug for slug, metric in metrics.items() if not metric.retired)
    if not open_ones:
        return "It has no metric yet; state one on its Objectives tab."
    named = ", ".join(open_ones[:10])
    return f"It has {named}{' and others' if len(open_ones) > 10 else ''}."
