"""The success metrics of invented systems, and how many readings each of them is to have."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from registry.demo.actions.generating.life import Life
from registry.kernel.actor import Actor
from registry.kernel.calendar import Cadence
from registry.kernel.events import Event
from registry.kernel.guard_rails import Bound
from registry.monitoring.rules.rails import Rails, rails_of
from registry.objectives.models import SuccessMetric
from registry.objectives.queries import metric_facts
from registry.objectives.rules.metric import Aggregation, Direction, Kind
from registry.systems.rules.record import Stage

# kind, name, unit, whether more is better, where it mostly lies, and how far from there it warns and breaches
_KINDS = (
    (Kind.ACCURACY, "Accuracy", "%", True, 90, 4, 8),
    (Kind.ERROR_RATE, "Error rate", "%", False, 4, 2, 5),
    (Kind.USER_SATISFACTION, "Satisfaction", "%", True, 80, 8, 15),
    (Kind.BUSINESS_IMPACT, "Hours saved", "hours", True, 120, 30, 60),
    (Kind.LATENCY, "Time to answer", "seconds", False, 3, 2, 4),
    (Kind.OVERRIDE_RATE, "Override rate", "%", False, 10, 5, 12),
    (Kind.COST, "Cost", "EUR", False, 400, 200, 500),
)
_CADENCES = (Cadence.DAILY, Cadence.DAILY, Cadence.WEEKLY, Cadence.WEEKLY, Cadence.MONTHLY)
_REPORTING = {
    Stage.LIVE: 0.9,
    Stage.RESTRICTED: 0.9,
    Stage.PILOT: 0.7,
    Stage.RETIRED: 0.6,
    Stage.SUSPENDED: 0.7,
}
_GUARDED = 0.85
SPREAD = 1.3


@dataclass(frozen=True, slots=True)
class Series:
    """A metric that readings are sent for, between two instants, around a value; as much as its weight."""

    system_id: int
    metric_id: int
    kind: Kind
    rails: Rails | None
    owner: Actor
    begins: datetime
    ends: datetime
    usual: int
    reach: int
    weight: float

    @property
    def days(self) -> float:
        """How long it lasts."""
        return (self.ends - self.begins) / timedelta(days=1)


def measure(life: Life) -> list[Series]:
    """Its metrics, told as they are added; those among them that readings are sent for."""
    if not life.said.has_metric:
        return []
    found = []
    for told in life.draw.sample(_KINDS, life.draw.choice([1, 1, 2, 2, 3, 4])):
        at = life.between(life.began, min(life.house.now, life.began + timedelta(days=90)))
        row = _metric(life, told, at)
        life.tell_new(at, Event.METRIC_ADDED, row)
        if life.chance(_REPORTING.get(life.said.stage, 0.1)):
            found.append(_series(life, row, at, told[4], told[6]))
    return [each for each in found if each.days > 1]


def _metric(life: Life, told: tuple[Kind, str, str, bool, int, int, int], at: datetime) -> SuccessMetric:
    kind, name, unit, more, usual, warns, breaches = told
    bound = Bound.AT_LEAST if more else Bound.AT_MOST
    side = -1 if more else 1
    row = SuccessMetric(
        system_id=life.number,
        slug=kind.value.replace("_", "-"),
        kind=kind,
        name=name,
        unit=unit,
        direction=Direction.HIGHER if more else Direction.LOWER,
        baseline=Decimal(usual),
        baseline_on=at.date(),
        target=Decimal(usual - side),
        target_on=at.date() + timedelta(days=365),
        aggregation=Aggregation.MEAN,
        cadence=life.draw.choice(_CADENCES),
        grace_days=2,
        origin="Counted by the pipeline",
        number_owner_id=life.owner_at(at).person_id,
    )
    if life.chance(_GUARDED):
        low, high = ("warn_low", "breach_low") if more else ("warn_high", "breach_high")
        row.warn_bound = row.breach_bound = bound
        setattr(row, low, Decimal(usual + side * warns))
        setattr(row, high, Decimal(usual + side * breaches))
        row.minimum_sample = life.draw.choice([None, 30])
    return row


def _series(life: Life, row: SuccessMetric, at: datetime, usual: int, reach: int) -> Series:
    silent = life.draw.uniform(20, 200) if life.chance(0.07) else life.draw.uniform(0.1, 1)
    ends = life.house.now - timedelta(days=silent)
    lasts = (ends - at) / timedelta(days=1)
    weight = max(lasts, 0) * life.draw.lognormvariate(0, SPREAD)
    rails = rails_of(metric_facts(row))
    return Series(
        life.number,
        row.id or 0,
        row.kind,
        rails,
        life.owner,
        at,
        ends,
        usual,
        reach,
        weight,
    )
