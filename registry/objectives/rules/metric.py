"""What a success metric states, and the words it may use."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from registry.kernel.calendar import Cadence
from registry.kernel.guard_rails import Bound, GuardRail, rail_of
from registry.kernel.text import slug

UNIT_LIMIT: Final = 60
SLUG_LIMIT: Final = 60
MOST_GROUPS: Final = 20
GROUP_LIMIT: Final = 100
MOST_GRACE_DAYS: Final = 366


class Kind(StrEnum):
    """What a metric measures. The first six are the five numbers the business asks for (product.md section 1)."""

    ACCURACY = "accuracy"
    ERROR_RATE = "error_rate"
    USER_SATISFACTION = "user_satisfaction"
    TIME_TO_DETECT = "time_to_detect"
    TIME_TO_RESOLVE = "time_to_resolve"
    BUSINESS_IMPACT = "business_impact"
    CONSISTENCY = "consistency"
    OVERRIDE_RATE = "override_rate"
    LATENCY = "latency"
    DATA_FRESHNESS = "data_freshness"
    FAIRNESS = "fairness"
    DRIFT = "drift"
    VOLUME = "volume"
    COST = "cost"
    CUSTOM = "custom"

    @property
    def said(self) -> str:
        """The kind with what it stands for."""
        return _KIND_SAID[self]

    @property
    def is_computed(self) -> bool:
        """Whether its values are computed from incidents, so that nobody can type or push them."""
        return self in {Kind.TIME_TO_DETECT, Kind.TIME_TO_RESOLVE}


_KIND_SAID: Final = {
    Kind.ACCURACY: "Accuracy: how often the output is right",
    Kind.ERROR_RATE: "Error rate: how often the output is wrong in production",
    Kind.USER_SATISFACTION: "User satisfaction: what the people it serves say of it",
    Kind.TIME_TO_DETECT: "Time to detect: from a fault's start to somebody knowing",
    Kind.TIME_TO_RESOLVE: "Time to resolve: from knowing of a fault to its end",
    Kind.BUSINESS_IMPACT: "Business impact: money, time or outcomes gained",
    Kind.CONSISTENCY: "Consistency: the same output for the same case",
    Kind.OVERRIDE_RATE: "Override rate: how often people decide otherwise",
    Kind.LATENCY: "Latency: how long an answer takes",
    Kind.DATA_FRESHNESS: "Data freshness: how old the data behind an output is",
    Kind.FAIRNESS: "Fairness: how results differ between groups of people",
    Kind.DRIFT: "Drift: how far input or output has moved from the baseline",
    Kind.VOLUME: "Volume: how much it is used",
    Kind.COST: "Cost: what running it costs",
    Kind.CUSTOM: "Something else",
}


class Direction(StrEnum):
    """Which way is better."""

    HIGHER = "higher_is_better"
    LOWER = "lower_is_better"
    RANGE = "within_range"


class Aggregation(StrEnum):
    """How many readings become the one value of a window."""

    MEAN = "mean"
    MEDIAN = "median"
    P90 = "p90"
    P95 = "p95"
    P99 = "p99"
    SUM = "sum"
    LAST = "last"
    MIN = "min"
    MAX = "max"
    SHARE = "share"

    @property
    def said(self) -> str:
        """The aggregation in words."""
        return _AGGREGATION_SAID.get(self, self.value.capitalize())


_AGGREGATION_SAID: Final = {
    Aggregation.P90: "90th percentile",
    Aggregation.P95: "95th percentile",
    Aggregation.P99: "99th percentile",
    Aggregation.LAST: "Last reading",
    Aggregation.MIN: "Smallest reading",
    Aggregation.MAX: "Largest reading",
    Aggregation.SHARE: "Share of all cases",
}


@dataclass(frozen=True, slots=True)
class MetricFacts:
    """Everything a person may state of one success metric. Only kind and name are needed to begin."""

    kind: Kind | None
    name: str
    unit: str = ""
    direction: Direction | None = None
    baseline: Decimal | None = None
    baseline_on: date | None = None
    target: Decimal | None = None
    target_on: date | None = None
    warn_bound: Bound | None = None
    warn_low: Decimal | None = None
    warn_high: Decimal | None = None
    breach_bound: Bound | None = None
    breach_low: Decimal | None = None
    breach_high: Decimal | None = None
    minimum_sample: int | None = None
    aggregation: Aggregation | None = None
    cadence: Cadence | None = None
    grace_days: int = 0
    origin: str = ""
    number_owner_id: int | None = None
    groups: tuple[str, ...] = ()
    why_appropriate: str = ""

    @property
    def warn(self) -> GuardRail | None:
        """Outside of this a value is a warning."""
        return rail_of(self.warn_bound, self.warn_low, self.warn_high)

    @property
    def breach(self) -> GuardRail | None:
        """Outside of this a value is a breach."""
        return rail_of(self.breach_bound, self.breach_low, self.breach_high)


def slug_for(name: str, kind: Kind, taken: set[str]) -> str:
    """The metric's name in addresses and in snapshots, unlike those already taken. Made once and kept for good."""
    base = slug(name, SLUG_LIMIT - 4) or slug(kind.value)
    found, number = base, 2
    while found in taken:
        found, number = f"{base}-{number}", number + 1
    return found
