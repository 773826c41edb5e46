"""What a card states of a success metric, its guard-rails and the value realised."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from registry.cards.rules.facts.operation import Reading
from registry.kernel.calendar import Cadence
from registry.kernel.guard_rails import Bound, GuardRail
from registry.objectives.rules.metric import Aggregation, Direction, Kind


@dataclass(frozen=True, slots=True)
class Rail:
    """A guard-rail: the values that are acceptable."""

    bound: Bound
    low: Decimal | None
    high: Decimal | None

    def said(self, unit: str) -> str:
        """The guard-rail in words; an end that is missing says so."""
        return GuardRail(self.bound, self.low, self.high).said(unit)


@dataclass(frozen=True, slots=True)
class Metric:
    """One number by which success is judged, with its newest reading of everybody and of each group."""

    slug: str
    name: str
    kind: Kind
    unit: str = ""
    direction: Direction | None = None
    baseline: Decimal | None = None
    baseline_on: date | None = None
    target: Decimal | None = None
    target_on: date | None = None
    warn: Rail | None = None
    breach: Rail | None = None
    minimum_sample: int | None = None
    aggregation: Aggregation | None = None
    cadence: Cadence | None = None
    grace_days: int = 0
    origin: str = ""
    number_owner: str = ""
    groups: tuple[str, ...] = ()
    why_appropriate: str = ""
    latest: Reading | None = None
    by_group: tuple[Reading, ...] = ()


@dataclass(frozen=True, slots=True)
class RetiredMetric:
    """A metric that is no longer used, and why."""

    slug: str
    name: str
    retired_at: datetime
    because: str


@dataclass(frozen=True, slots=True)
class Realised:
    """An amount of value the system has brought by a day."""

    on: date
    amount: Decimal
    currency: str
    source: str
    note: str = ""
