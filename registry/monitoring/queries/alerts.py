"""Alerts: those a person may see, a system's unresolved ones, those that wait; and what weighing a reading needs to know."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, false, literal, or_, tuple_
from sqlmodel import Session, col, func, select

from registry.kernel import clock
from registry.kernel.actor import Actor, Seat, the_registry
from registry.kernel.errors import NotFound
from registry.monitoring.models.alerts import Alert, AlertNotice, TrendRule, Watch
from registry.monitoring.rules.alerts import CORRECTED, AlertKind, AlertState, Severity, series_of
from registry.monitoring.rules.answers import Level
from registry.objectives.models import SuccessMetric
from registry.objectives.rules.metric import Kind as MetricKind
from registry.store.columns import LARGEST_NUMBER
from registry.store.numbers import among
from registry.store.orders import Order, Sort, in_order, plain, rows_in
from registry.store.paging import Page, cut
from registry.systems.models import System
from registry.systems.queries import visible_to

Listed = tuple[Alert, System]

SORTS: Mapping[str, Sort] = {
    "id": Sort(plain(lambda: col(Alert.id)), int, always=True),
    "severity": Sort(plain(lambda: in_order(Alert.severity, list(Severity))), int, always=True),
    "opened_at": Sort(plain(lambda: col(Alert.opened_at)), datetime, always=True),
    "waiting_from": Sort(plain(lambda: col(Alert.waiting_from)), date, always=True),
    "resolved_at": Sort(plain(lambda: col(Alert.resolved_at)), datetime),
}
_MOST = 50
# How long somebody is told that an alert was taken back.
_TOLD_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class AlertSearch:
    """What a list of alerts is narrowed to. `mine`: systems on which the reader holds a seat.

    `resolved` None takes both those that are over and those that are not. `opened_from` is included, `opened_to` not.
    `about` pairs kinds of alerts with the kind of the metric they are about (None: about none).
    """

    resolved: bool | None = False
    mine: bool = False
    kind: AlertKind | None = None
    system_id: int | None = None
    severity: Severity | None = None
    opened_from: datetime | None = None
    opened_to: datetime | None = None
    about: frozenset[tuple[AlertKind, MetricKind | None]] | None = None


def _narrowed(actor: Actor, search: AlertSearch) -> list[ColumnElement[bool]]:
    clauses = [visible_to(actor)]
    if search.resolved is not None:
        state = col(Alert.state)
        over = state == AlertState.RESOLVED if search.resolved else state != AlertState.RESOLVED
        clauses.append(over)
    if search.severity is not None:
        clauses.append(col(Alert.severity) == search.severity)
    if search.opened_from is not None:
        clauses.append(col(Alert.opened_at) >= search.opened_from)
    if search.opened_to is not None:
        clauses.append(col(Alert.opened_at) < search.opened_to)
    if search.about is not None:
        clauses.append(_is_about(search.about))
    if search.mine:
        clauses.append(among(col(Alert.system_id), actor.seats))
    if search.kind is not None:
        clauses.append(col(Alert.kind) == search.kind)
    if search.system_id is not None:
        clauses.append(col(Alert.system_id) == search.system_id)
    return clauses


def _is_about(pairs: Collection[tuple[AlertKind, MetricKind | None]]) -> ColumnElement[bool]:
    """The alerts of these kinds about metrics of these kinds."""
    metrics: dict[AlertKind, set[MetricKind | None]] = {}
    for kind, metric in pairs:
        metrics.setdefault(kind, set()).add(metric)
    return or_(false(), *(and_(col(Alert.kind) == kind, _of_metric(some)) for kind, some in metrics.items()))


def _of_metric(kinds: Collection[MetricKind | None]) -> ColumnElement[bool]:
    named = sorted(kind for kind in kinds if kind is not None)
    measured = exists().where(
        col(SuccessMetric.id) == col(Alert.metric_id), col(SuccessMetric.kind).in_(named)
    )
    return or_(col(Alert.metric_id).is_(None), measured) if None in kinds else measured


def alerts_page(
    session: Session,
    actor: Actor,
    search: AlertSearch,
    *,
    before: tuple[int, int] | None = None,
    order: Order | None = None,
    limit: int = 50,
) -> Page[Listed]:
    """One page of the alerts on systems the actor may know of; `before` is the place of the last one seen.

    Of those that are not over the critical come first, then what was opened last; where any are asked for that are over,
    what was opened last. With `order` they come in that one.
    """
    query = select(Alert, System).join(System, col(System.id) == col(Alert.system_id))
    query = query.where(*_narrowed(actor, search))
    if order is not None:
        return rows_in(session, query, Alert.id, order, limit, lambda row: (row[0], row[1]))
    is_open = search.resolved is False
    grave: Any = case((col(Alert.severity) == Severity.CRITICAL, 1), else_=0) if is_open else literal(0)
    query = query.order_by(grave.desc(), col(Alert.id).desc())
    if before is not None:
        query = query.where(tuple_(grave, col(Alert.id)) < before)
    found = [(alert, system) for alert, system in session.exec(query.limit(limit + 1))]
    return cut(found, limit, lambda one: (int(is_open and one[0].severity is Severity.CRITICAL), one[0].id))


def alerts_count(session: Session, actor: Actor, search: AlertSearch) -> int:
    """How many alerts that search finds."""
    query = select(func.count()).select_from(Alert).join(System, col(System.id) == col(Alert.system_id))
    return session.exec(query.where(*_narrowed(actor, search))).one()


def alert_by_id(session: Session, actor: Actor, number: int, *, lock: bool = False) -> Listed:
    """One alert with its system. Raises NotFound also where the actor may not know of the system."""
    query = (
        select(Alert, System)
        .join(System, col(System.id) == col(Alert.system_id))
        .where(Alert.id == min(number, LARGEST_NUMBER), visible_to(actor))
    )
    found = session.exec(query.with_for_update(of=Alert) if lock else query).one_or_none()
    if found is None:
        raise NotFound
    return found[0], found[1]


def unresolved_of(session: Session, system_id: int) -> Sequence[Alert]:
    """The alerts of one system that are not over, the critical first and then the newest."""
    query = select(Alert).where(Alert.system_id == system_id, col(Alert.state) != AlertState.RESOLVED)
    grave = (col(Alert.severity) == Severity.CRITICAL).desc()
    return session.exec(query.order_by(grave, col(Alert.id).desc())).all()


def unresolved_about(session: Session, metric_id: int) -> Sequence[Alert]:
    """The alerts about one metric that are not over."""
    query = select(Alert).where(Alert.metric_id == metric_id, col(Alert.state) != AlertState.RESOLVED)
    return session.exec(query.order_by(col(Alert.id))).all()


def waiting_on(session: Session, actor: Actor) -> list[Listed]:
    """The alerts that wait for the actor's answer: on systems they answer for, and those they were told of since
    nobody answered; and for a week those taken back by a correction, so that whoever was told of one knows.

    At most fifty, the longest waiting first.
    """
    owned = [number for number, seats in actor.seats.items() if Seat.OWNER in seats]
    ever_told = exists().where(
        col(AlertNotice.alert_id) == col(Alert.id), col(AlertNotice.person_id) == actor.person_id
    )
    told = ever_told.where(col(AlertNotice.waiting_from) == col(Alert.waiting_from))
    theirs = among(col(Alert.system_id), owned)
    taken_back = (
        col(Alert.resolved_because) == CORRECTED,
        col(Alert.resolved_by_id).is_(None),
        col(Alert.resolved_at) >= clock.now() - _TOLD_FOR,
    )
    query = (
        select(Alert, System)
        .join(System, col(System.id) == col(Alert.system_id))
        .where(
            visible_to(actor),
            or_(and_(*_waits(), or_(theirs, told)), and_(*taken_back, or_(theirs, ever_told))),
        )
        .order_by(col(Alert.waiting_from), col(Alert.id))
        .limit(_MOST)
    )
    return [(alert, system) for alert, system in session.exec(query)]


def unanswered(session: Session) -> list[Listed]:
    """Every alert that waits for an answer and of which not everybody has been told yet, with its system."""
    level = col(Alert.escalated_level)
    some_left = or_(level.is_(None), level != Level.UNIT_HEAD)
    query = select(Alert, System).join(System, col(System.id) == col(Alert.system_id))
    query = query.where(*_waits(), some_left, visible_to(the_registry("worker")))
    return [(alert, system) for alert, system in session.exec(query.order_by(col(Alert.id)))]


def _waits() -> tuple[ColumnElement[bool], ...]:
    return (col(Alert.state) != AlertState.RESOLVED, col(Alert.waiting_from) <= clock.today())


def notices_of(session: Session, alert_id: int) -> Sequence[AlertNotice]:
    """Everybody who was told that nobody had answered, in order."""
    return session.exec(
        select(AlertNotice).where(AlertNotice.alert_id == alert_id).order_by(col(AlertNotice.id))
    ).all()


def following(session: Session, alert_id: int) -> Alert | None:
    """The alert that names this one as the one before it, or None."""
    query = select(Alert).where(Alert.previous_id == alert_id).order_by(col(Alert.id))
    return session.exec(query.limit(1)).one_or_none()


def trend_rule_of(session: Session, metric_id: int, *, lock: bool = False) -> TrendRule | None:
    """The choice of a chart for one metric, or None where nobody made one."""
    query = select(TrendRule).where(TrendRule.metric_id == metric_id)
    return session.exec(query.with_for_update() if lock else query).one_or_none()


def watch_of(session: Session, metric_id: int, group: str = "") -> Watch | None:
    """What was last heard of a metric over all cases or of one group, or None before the first reading of it."""
    query = select(Watch).where(Watch.series == series_of(metric_id, group))
    # It may have been written past the objects meanwhile (queries/weighing.py).
    return session.exec(query.execution_options(populate_existing=True)).one_or_none()


def unresolved_in(session: Session, system_id: int, slot: str) -> Alert | None:
    """The unresolved alert of one cause, held until the transaction ends, or None."""
    query = select(Alert).where(
        Alert.system_id == system_id, Alert.slot == slot, col(Alert.state) != AlertState.RESOLVED
    )
    return session.exec(query.with_for_update()).one_or_none()


def last_resolved(session: Session, system_id: int, slots: Collection[str]) -> dict[str, int]:
    """The number of the newest alert of each of these causes, in one statement; what a new one names."""
    if not slots:
        return {}
    query = (
        select(Alert.slot, func.max(col(Alert.id)))
        .where(Alert.system_id == system_id, col(Alert.slot).in_(sorted(slots)))
        .group_by(col(Alert.slot))
    )
    return {slot: number for slot, number in session.exec(query) if number}
