"""What a batch of readings must satisfy before any of it is kept, and the digest that answers for it afterwards."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from registry.kernel.errors import Problem
from registry.kernel.guard_rails import GuardRail, number_problems
from registry.monitoring.rules.decoding import MOST_POINTS, PointIn
from registry.objectives.rules.judging import Verdict, judged_by
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
# are compared, digested and stored as that text, and writing it is most of what a reading costs.
Place = tuple[int, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Known:
    """A metric of the system that readings may be sent for."""

    id: int
    facts: MetricFacts
    retired: bool = False


def place_of(point: PointIn, metric: Known) -> Place:
    """Where the reading belongs; a second one for the same place is a repetition or a contradiction."""
    return metric.id, written(point.window_end), point.group, written(point.window_start), point.key


def written(when: datetime) -> str:
    """An instant in UTC to the microsecond, without its zone: "2026-11-02 09:30:00.000000", as SQLite holds it."""
    if when.tzinfo is not UTC:
        when = when.astimezone(UTC)
    return when.isoformat(" ", "microseconds")[:26]


def in_digits(number: Decimal | None) -> str | None:
    """A number as it is stored (registry.store.columns.Exact)."""
    return None if number is None else format(number, "f")


def same(one: PointIn, value: Decimal, n: int | None, low: Decimal | None, high: Decimal | None) -> bool:
    """Whether the reading says what is already held: the numbers, not how they are written."""
    return (one.value, one.n, one.low, one.high) == (value, n, low, high)


def places_of(points: Sequence[PointIn], metrics: Mapping[str, Known]) -> list[Place | None]:
    """Where each reading belongs; None for a metric that is not known."""
    return [
        None if (metric := metrics.get(point.metric)) is None else place_of(point, metric) for point in points
    ]


def problems_with(
    points: Sequence[PointIn], places: Sequence[Place | None], metrics: Mapping[str, Known], at: datetime
) -> list[Problem]:
    """Every objection to a batch received at `at`, as "snapshots.3.value"; beyond a hundred their number only.

    `places` are those of `places_of`.
    """
    if not points:
        return [Problem("snapshots", "Send at least one reading.")]
    if len(points) > MOST_POINTS:
        said = f"Send at most {MOST_POINTS:,} readings at once; these are {len(points):,}."
        return [Problem("snapshots", said)]
    found: list[Problem] = []
    latest = at + AHEAD
    seen: dict[Place, int] = {}
    for number, (point, place) in enumerate(zip(points, places, strict=True)):
        metric = metrics.get(point.metric)
        for field, message in _objections(point, metric, metrics, latest):
            found.append(Problem(f"snapshots.{number}.{field}", message))
        if place is None:
            continue
        first = seen.setdefault(place, number)
        if first != number and not same(point, *_numbers(points[first])):
            said = f"Reading {first} of this batch gives the same window, group and key another value."
            found.append(Problem(f"snapshots.{number}.value", said))
    if len(found) > MOST_PROBLEMS:
        rest = len(found) - MOST_PROBLEMS
        return [*found[:MOST_PROBLEMS], Problem("snapshots", f"And {rest:,} more objections.")]
    return found


def _objections(
    point: PointIn, metric: Known | None, metrics: Mapping[str, Known], latest: datetime
) -> Iterable[tuple[str, str]]:
    yield from _metric_refused(point.metric, metric, metrics)
    yield from window_refused(point.window_start, point.window_end, latest)
    for name, number in (("value", point.value), ("low", point.low), ("high", point.high)):
        if number is not None:
            for problem in number_problems(name, number):
                yield name, problem.message
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


@dataclass(frozen=True, slots=True)
class Rails:
    """The guard-rails and the minimum sample a reading is judged by, and the digest that names them."""

    warn: GuardRail | None
    breach: GuardRail | None
    minimum_sample: int | None

    @property
    def sha256(self) -> str:
        """The digest of all of it, the same for equal guard-rails."""
        return _digest(
            [repr(_rail_parts(self.warn)), repr(_rail_parts(self.breach)), str(self.minimum_sample)]
        )

    def judge(self, value: Decimal, n: int | None) -> Verdict:
        """The verdict on a value from `n` cases (registry.objectives.rules.judging)."""
        return judged_by(value, n, self.warn, self.breach, self.minimum_sample)


def rails_of(facts: MetricFacts) -> Rails | None:
    """What readings of the metric are judged by now; None where it has no guard-rail."""
    if facts.warn is None and facts.breach is None:
        return None
    return Rails(facts.warn, facts.breach, facts.minimum_sample)


def _rail_parts(rail: GuardRail | None) -> tuple[str, ...]:
    if rail is None:
        return ()
    return rail.bound.value, *("" if end is None else f"{end.normalize():f}" for end in (rail.low, rail.high))


def line_of(
    place: Place,
    revision: int,
    value: str,
    n: int | None,
    low: str | None,
    high: str | None,
    verdict: str,
    rail_sha256: str,
) -> str:
    """One reading as its batch's digest covers it: every column that means something, in a fixed order.

    No text of a reading holds the control character between them (kernel/strict_json.py).
    """
    metric_id, end, group, start, key = place
    numbers = f"{value}\x1f{n}\x1f{low}\x1f{high}"
    return f"{metric_id}\x1f{start}\x1f{end}\x1f{group}\x1f{key}\x1f{revision}\x1f{numbers}\x1f{verdict}\x1f{rail_sha256}"


def digest_of(lines: Iterable[str]) -> str:
    """SHA-256 of a batch's readings in an order that does not depend on how they were sent or stored."""
    return _digest(sorted(lines))


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
