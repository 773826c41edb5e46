"""The five numbers of a system as they stand."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from registry.monitoring.models.snapshots import LatestSnapshot
from registry.monitoring.queries.series import latest_of
from registry.monitoring.rules.five import first_of_each
from registry.objectives.models import SuccessMetric


@dataclass(frozen=True, slots=True)
class Number:
    """One of the five: the metric that gives it, and its newest reading of everybody, None before the first."""

    metric: SuccessMetric
    latest: LatestSnapshot | None


def five_numbers(session: Session, metrics: Sequence[SuccessMetric]) -> dict[str, Number | None]:
    """Each of the five by its name; None where no metric of its kind is stated. At most one statement."""
    places = first_of_each([metric.kind for metric in metrics])
    chosen = [metrics[place].id or 0 for place in places.values() if place is not None]
    latest = latest_of(session, chosen)
    return {
        name: None if place is None else _number(metrics[place], latest[metrics[place].id or 0])
        for name, place in places.items()
    }


def _number(metric: SuccessMetric, latest: Sequence[LatestSnapshot]) -> Number:
    return Number(metric, next((each for each in latest if not each.group_key), None))
