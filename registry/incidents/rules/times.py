"""How long incidents took: to be noticed, taken on, stopped and resolved; with how many that says, and how many it does not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from registry.incidents.rules.kinds import FOUND_BY_OURSELVES, UNRESOLVED, DetectedBy, Kind, Status
from registry.kernel.errors import Problem, RuleBroken

# What happened has times; a hazard has not happened yet, and a complaint is first looked into. They are counted on request.
TIMED: Final = frozenset({Kind.INCIDENT, Kind.NEAR_MISS})
# Where an incident stands as long as this has not come about. Elsewhere it has, though the instant may not be known: an
# imported one was taken on by somebody at some time.
NOT_TAKEN_ON: Final = frozenset({Status.OPEN})
NOT_STOPPED: Final = frozenset({Status.OPEN, Status.INVESTIGATING})


class By(StrEnum):
    """What times are compared by. System, unit and tier are those of the system at which an incident was found."""

    PATTERN = "pattern"
    TIER = "tier"
    UNIT = "unit"
    SYSTEM = "system"
    MONTH = "month"


def dimension_named(text: str) -> By:
    """What to compare by, the pattern where the text is empty. Raises RuleBroken, naming the field `by`."""
    if text and text not in set(By):
        raise RuleBroken([Problem("by", f"Compare by one of {', '.join(By)}.")])
    return By(text or By.PATTERN)


@dataclass(frozen=True, slots=True)
class Moments:
    """The instants of one incident, as far as they are known."""

    status: Status
    detected_by: DetectedBy
    started_at: datetime | None
    detected_at: datetime
    acknowledged_at: datetime | None = None
    mitigated_at: datetime | None = None
    resolved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Spread:
    """How a time is spread over the `n` incidents of which it is known; None where there is none.

    `mean` and the two middle ones of an even `median` are exact to a microsecond. `p90` is the nearest rank: the least
    time that at least nine tenths of them did not exceed, which is always one that occurred. `open` counts those that
    are not there yet, so that the longest are not silently left out, and `unknown` those of which nobody can say.
    """

    n: int
    mean: timedelta | None
    median: timedelta | None
    p90: timedelta | None
    open: int = 0
    unknown: int = 0

    @property
    def counted(self) -> int:
        """All incidents this speaks of: those with a time, those not there yet and those of which nobody can say."""
        return self.n + self.open + self.unknown


@dataclass(frozen=True, slots=True)
class Times:
    """What the times of a set of incidents say. `whole` runs from the beginning to the repair.

    `by_ourselves` of `counted` were noticed by monitoring or by our own staff before anybody else said so.
    """

    counted: int
    by_ourselves: int
    detect: Spread
    acknowledge: Spread
    mitigate: Spread
    resolve: Spread
    whole: Spread

    @property
    def share_by_ourselves(self) -> float | None:
        """The share noticed by ourselves, from 0 to 1; None where there is no incident to speak of."""
        return self.by_ourselves / self.counted if self.counted else None


def times_of(moments: Iterable[Moments]) -> Times:
    """The times of incidents. Those merged into another never count: the other one tells of the same event.

    Raises ValueError for instants out of order, which no record may hold.
    """
    told = [each for each in moments if each.status is not Status.MERGED]
    return Times(
        counted=len(told),
        by_ourselves=sum(each.detected_by in FOUND_BY_OURSELVES for each in told),
        detect=_spread([(each.started_at, each.detected_at, False) for each in told]),
        acknowledge=_spread(
            [(each.detected_at, each.acknowledged_at, each.status in NOT_TAKEN_ON) for each in told]
        ),
        mitigate=_spread(
            [(each.detected_at, each.mitigated_at, each.status in NOT_STOPPED) for each in told]
        ),
        resolve=_spread([(each.detected_at, each.resolved_at, each.status in UNRESOLVED) for each in told]),
        whole=_spread([(each.started_at, each.resolved_at, each.status in UNRESOLVED) for each in told]),
    )


def _spread(spans: Sequence[tuple[datetime | None, datetime | None, bool]]) -> Spread:
    """Of (from, to, whether it is still going on)."""
    known = sorted(to - begin for begin, to, _ in spans if begin is not None and to is not None)
    still = sum(to is None and going for _, to, going in spans)
    return spread_of(known, still, len(spans) - len(known) - still)


def spread_of(known: Sequence[timedelta], still: int = 0, unknown: int = 0) -> Spread:
    """How times, the shortest first, are spread. Raises ValueError for a negative one."""
    n = len(known)
    if not n:
        return Spread(0, None, None, None, still, unknown)
    if known[0] < timedelta():
        raise ValueError("an incident's instants are out of order")
    median = (known[(n - 1) // 2] + known[n // 2]) / 2
    # The rank is the next whole number from nine tenths of n, reckoned without fractions.
    return Spread(n, sum(known, timedelta()) / n, median, known[-(-9 * n // 10) - 1], still, unknown)
