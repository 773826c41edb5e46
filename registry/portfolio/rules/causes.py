"""Why AI fails, counted: incidents and breaches by pattern of failure and month, and the controls that were missing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Final

from registry.incidents.rules.kinds import Pattern
from registry.incidents.rules.opening import pattern_of_alert
from registry.kernel.calendar import months_after
from registry.monitoring.rules.alerts import AlertKind
from registry.objectives.rules.metric import Kind as MetricKind

MONTHS: Final = 12


@dataclass(frozen=True, slots=True)
class Month:
    """One calendar month in UTC, as instants: `begin` belongs to it, `end` does not."""

    begin: datetime
    end: datetime

    @property
    def said(self) -> str:
        """The month with its year: "Nov 2026"."""
        return f"{self.begin:%b %Y}"

    @property
    def key(self) -> str:
        """The month in an address: "2026-11"."""
        return f"{self.begin:%Y-%m}"


@dataclass(frozen=True, slots=True)
class Field:
    """How many incidents were detected in a month, and the worst severity among them; None where there was none."""

    count: int = 0
    worst: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One pattern over the months: its incidents, and how many critical alerts were opened that point to it."""

    pattern: Pattern
    incidents: tuple[Field, ...]
    breaches: tuple[int, ...]

    @property
    def incidents_in_all(self) -> int:
        """The incidents of all months."""
        return sum(field.count for field in self.incidents)

    @property
    def breaches_in_all(self) -> int:
        """The critical alerts of all months."""
        return sum(self.breaches)


@dataclass(frozen=True, slots=True)
class Detected:
    """So many incidents of a pattern that were detected on a day, and the worst severity among them."""

    pattern: Pattern
    on: date
    worst: int
    count: int


@dataclass(frozen=True, slots=True)
class Alarmed:
    """So many critical alerts of a kind, about metrics of a kind (None: about none), that were opened on a day."""

    kind: AlertKind
    metric: MetricKind | None
    on: date
    count: int


def months_until(today: date) -> tuple[Month, ...]:
    """The last twelve months, the running one last."""
    first = months_after(today.replace(day=1), 1 - MONTHS)
    begins = [months_after(first, step) for step in range(MONTHS + 1)]
    instants = [datetime(each.year, each.month, 1, tzinfo=UTC) for each in begins]
    return tuple(Month(*each) for each in pairwise(instants))


def rows_of(
    months: Sequence[Month], detected: Iterable[Detected], alarmed: Iterable[Alarmed]
) -> tuple[Row, ...]:
    """Every pattern over the months, also those that nothing points to. What lies outside the months is not counted."""
    place = {(month.begin.year, month.begin.month): number for number, month in enumerate(months)}
    fields = {pattern: [Field()] * len(months) for pattern in Pattern}
    breaches = {pattern: [0] * len(months) for pattern in Pattern}
    for each in detected:
        if (number := place.get((each.on.year, each.on.month))) is not None:
            before = fields[each.pattern][number]
            fields[each.pattern][number] = Field(
                before.count + each.count, max(before.worst or 0, each.worst)
            )
    for alarm in alarmed:
        if (number := place.get((alarm.on.year, alarm.on.month))) is not None:
            breaches[pattern_of_alert(alarm.kind, alarm.metric)][number] += alarm.count
    return tuple(Row(pattern, tuple(fields[pattern]), tuple(breaches[pattern])) for pattern in Pattern)


@dataclass(frozen=True, slots=True)
class Failed:
    """A criterion that a live system failed, from when that was noticed until it held again (None: it still does not)."""

    pattern: Pattern
    criterion: str
    says: str
    begin: datetime
    end: datetime | None

    def falls_in(self, month: Month) -> bool:
        """Whether it failed at any time of that month."""
        return self.begin < month.end and (self.end is None or self.end >= month.begin)


def failed_by_month(months: Sequence[Month], failed: Iterable[Failed]) -> dict[Pattern, tuple[int, ...]]:
    """By pattern how many criteria failed at any time of each month, each counted once per system and spell."""
    counts = {pattern: [0] * len(months) for pattern in Pattern}
    for each in failed:
        for place, month in enumerate(months):
            counts[each.pattern][place] += each.falls_in(month)
    return {pattern: tuple(some) for pattern, some in counts.items()}
