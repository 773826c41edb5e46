"""What readings are weighed with: their metrics, the alerts that stand, and what is remembered of each series

Asked with every delivery. A statement costs more to put together than to run, so this is done once; and columns cost
half of what objects do, so objects are made of what is going to be changed and recorded alone.
"""

from collections.abc import Collection
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.monitoring.models.alerts import Alert, TrendRule, Watch
from registry.monitoring.rules.alerts import AlertState
from registry.monitoring.rules.slides import Chart
from registry.objectives.queries import METRIC, STATED, facts_in
from registry.objectives.rules.metric import MetricFacts

WATCH: sa.Table = Watch.__table__  # type: ignore[attr-defined]
_ALERT: sa.Table = Alert.__table__  # type: ignore[attr-defined]
_RULE: sa.Table = TrendRule.__table__  # type: ignore[attr-defined]

_THESE: Any = sa.bindparam("metrics", expanding=True)
_METRICS_HELD: Final = (
    sa.select(METRIC.c.id, _RULE.c.chart, *STATED)
    .join_from(METRIC, _RULE, _RULE.c.metric_id == METRIC.c.id, isouter=True)
    .where(
        METRIC.c.system_id == sa.bindparam("system"), METRIC.c.id.in_(_THESE), METRIC.c.retired_at.is_(None)
    )
    .order_by(METRIC.c.id)
    .with_for_update(key_share=True, of=METRIC)
)
_UNRESOLVED_HELD: Final = (
    sa.select(_ALERT.c.id)
    .where(
        _ALERT.c.system_id == sa.bindparam("system"),
        _ALERT.c.metric_id.in_(_THESE),
        _ALERT.c.state != AlertState.RESOLVED,
    )
    .order_by(_ALERT.c.id)
    .with_for_update()
)


@dataclass(slots=True)
class Remembered:
    """What a Watch holds, beside the objects; without a number where nothing was heard of the series before."""

    metric_id: int
    series: str
    heard_until: datetime
    rail: dict[str, Any] = field(default_factory=dict)
    trend: dict[str, Any] = field(default_factory=dict)
    calm: list[float] = field(default_factory=list)
    points: list[list[Any]] = field(default_factory=list)
    id: int | None = None


_REMEMBERED: Final = sa.select(*(WATCH.c[each.name] for each in fields(Remembered))).where(
    WATCH.c.metric_id.in_(_THESE)
)


def metrics_held(
    connection: sa.Connection, system_id: int, metric_ids: Collection[int]
) -> dict[int, tuple[MetricFacts, Chart]]:
    """What those of these metrics of the system that are in use state, each with the chart that looks for its slides.

    Held so that two deliveries are weighed one after the other, by a lock that lets rows be added beneath: both have
    added their readings, and would else wait for each other.
    """
    asked = {"system": system_id, "metrics": sorted(metric_ids)}
    held = connection.execute(_METRICS_HELD, asked)
    return {number: (facts_in(told), Chart(chart or Chart.CUSUM)) for number, chart, *told in held}


def unresolved_by_slot(session: Session, system_id: int, metric_ids: Collection[int]) -> dict[str, Alert]:
    """The unresolved alerts about these metrics, by cause, held until the transaction ends."""
    asked = {"system": system_id, "metrics": sorted(metric_ids)}
    # Mostly there are none, which numbers tell as well.
    numbers = session.connection().execute(_UNRESOLVED_HELD, asked).scalars().all()
    if not numbers:
        return {}
    query = select(Alert).where(col(Alert.id).in_(numbers)).order_by(col(Alert.id))
    return {alert.slot: alert for alert in session.exec(query)}


def remembered_of(connection: sa.Connection, metric_ids: Collection[int]) -> dict[str, Remembered]:
    """What is remembered of each series of these metrics, in one statement."""
    rows = connection.execute(_REMEMBERED, {"metrics": sorted(metric_ids)})
    return {one.series: one for one in (Remembered(*row) for row in rows)}
