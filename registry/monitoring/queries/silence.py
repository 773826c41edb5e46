"""Metrics of which a reading is due: when each was last heard of, and which of them have an alert for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, func, select

from registry.audit.queries import first_told
from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.kernel.calendar import Cadence
from registry.monitoring.models.alerts import Alert, Watch
from registry.monitoring.rules import silence
from registry.monitoring.rules.alerts import AlertKind, AlertState
from registry.objectives.models import SuccessMetric
from registry.objectives.rules.metric import Kind
from registry.systems.models import System
from registry.systems.queries import visible_to
from registry.systems.rules.record import Stage

_AT_REST = (Stage.SUSPENDED, Stage.RETIRED)


@dataclass(frozen=True, slots=True)
class Silent:
    """A metric of which nothing has come in time."""

    metric: SuccessMetric
    last: date | None
    stated: date
    due: date


def silent_metrics(session: Session) -> dict[int, Silent]:
    """Every metric in use that has been silent for too long, by its number; in two statements.

    Not those of systems that are suspended or retired, nor those the register computes itself.
    """
    expected = _expected(session)
    never = [metric.id or 0 for metric, last, _ in expected if last is None]
    stated = {number: at.date() for number, at in first_told(session, "success_metric", never).items()}
    found = {}
    for metric, last, registered in expected:
        since, cadence = stated.get(metric.id or 0, registered), metric.cadence or Cadence.YEARLY
        if silence.is_silent(last, since, cadence, metric.grace_days, clock.today()):
            due = silence.due_by(last, since, cadence, metric.grace_days)
            found[metric.id or 0] = Silent(metric, last, since, due)
    return found


def _expected(session: Session) -> list[tuple[SuccessMetric, date | None, date]]:
    heard = select(Watch.metric_id, func.max(Watch.heard_until).label("until")).group_by(col(Watch.metric_id))
    last = heard.subquery()
    query = (
        select(SuccessMetric, last.c.until, System.registered_at)
        .join(System, col(System.id) == col(SuccessMetric.system_id))
        .join(last, last.c.metric_id == col(SuccessMetric.id), isouter=True)
        .where(
            col(SuccessMetric.retired_at).is_(None),
            col(SuccessMetric.cadence).is_not(None),
            col(SuccessMetric.kind).not_in([kind for kind in Kind if kind.is_computed]),
            col(System.stage).not_in(_AT_REST),
            visible_to(the_registry("worker")),
        )
    )
    rows = session.exec(query.order_by(col(SuccessMetric.id)))
    return [
        (metric, until.date() if until else None, registered.date()) for metric, until, registered in rows
    ]


def silence_alerts(session: Session) -> Sequence[Alert]:
    """The alerts about silence that are not over."""
    query = select(Alert).where(Alert.kind == AlertKind.SILENCE, col(Alert.state) != AlertState.RESOLVED)
    return session.exec(query.order_by(col(Alert.id))).all()
