"""The incidents of a system, as the part of a card: what everybody may know of who may know of the system."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from registry.cards.queries.operation import ANYBODY
from registry.cards.rules import facts as card
from registry.incidents.models.incidents import Incident, IncidentSystem
from registry.incidents.models.measures import AuthorityReport, CorrectiveAction, ReportDropped
from registry.incidents.queries.reports import clock_of
from registry.incidents.rules.kinds import ActionState, Harm, Status
from registry.incidents.rules.times import TIMED, Moments, Spread, times_of
from registry.kernel.calendar import months_after
from registry.systems.queries import numbers_visible_to

MONTHS = 24


def log_of(session: Session, system_id: int, at: datetime) -> card.IncidentLog:
    """The incidents noticed in the 24 months up to the record of that instant; in four statements.

    A card says the same whoever asks, so an incident that also touches a system not everybody may know of is counted and
    not described.
    """
    last = at.astimezone(UTC).date()
    first = months_after(last, -MONTHS)
    found = _incidents(session, system_id, first)
    reports = _reports(session, [each.id or 0 for each in found])
    times = times_of(_moments(each) for each in found if each.kind in TIMED)
    return card.IncidentLog(
        first=first,
        last=last,
        incidents=tuple(_stated(each, reports.get(each.id or 0, ())) for each in found),
        detect=_took(times.detect),
        resolve=_took(times.resolve),
        actions=_actions(session, system_id),
        undescribed=_undescribed(session, system_id, first),
    )


def _touching(system_id: int) -> tuple[Any, ...]:
    of = aliased(IncidentSystem)
    touches = sa.exists().where(col(of.incident_id) == col(Incident.id), col(of.system_id) == system_id)
    return touches, col(Incident.status) != Status.MERGED


def _is_hidden(system_id: int) -> Any:
    """Whether an incident touches a further system that not everybody may know of."""
    other = aliased(IncidentSystem)
    return sa.exists().where(
        col(other.incident_id) == col(Incident.id),
        col(other.system_id) != system_id,
        col(other.system_id).not_in(numbers_visible_to(ANYBODY)),
    )


def _told_to_all(system_id: int) -> tuple[Any, ...]:
    return *_touching(system_id), ~_is_hidden(system_id)


def _since(first: date) -> Any:
    return col(Incident.detected_at) >= datetime(first.year, first.month, first.day, tzinfo=UTC)


def _incidents(session: Session, system_id: int, first: date) -> Sequence[Incident]:
    query = select(Incident).where(*_told_to_all(system_id), _since(first))
    return session.exec(query.order_by(col(Incident.detected_at).desc(), col(Incident.id).desc())).all()


def _undescribed(session: Session, system_id: int, first: date) -> int:
    query = select(sa.func.count()).select_from(Incident)
    return session.exec(query.where(*_touching(system_id), _is_hidden(system_id), _since(first))).one()


def _reports(session: Session, numbers: Sequence[int]) -> dict[int, tuple[card.ReportDue, ...]]:
    dropped = select(ReportDropped.report_id)
    query = select(AuthorityReport).where(
        col(AuthorityReport.incident_id).in_(numbers), col(AuthorityReport.id).not_in(dropped)
    )
    found: dict[int, tuple[card.ReportDue, ...]] = {}
    for row in session.exec(query.order_by(col(AuthorityReport.due_at), col(AuthorityReport.id))):
        clock = clock_of(row)
        told = card.ReportDue(row.authority, row.duty, clock.until, clock.sent_at)
        found[row.incident_id] = (*found.get(row.incident_id, ()), told)
    return found


def _actions(session: Session, system_id: int) -> tuple[card.ActionOpen, ...]:
    """What is still to be done on this system because of incidents."""
    query = (
        select(CorrectiveAction)
        .join(Incident, col(Incident.id) == col(CorrectiveAction.incident_id))
        .where(
            CorrectiveAction.system_id == system_id,
            col(CorrectiveAction.state).in_((ActionState.OPEN, ActionState.DONE)),
            *_told_to_all(system_id),
        )
    )
    rows = session.exec(query.order_by(col(CorrectiveAction.due_on), col(CorrectiveAction.id)))
    return tuple(card.ActionOpen(row.title, row.incident_id or 0, row.due_on, row.state) for row in rows)


def _stated(row: Incident, reports: tuple[card.ReportDue, ...]) -> card.IncidentStated:
    return card.IncidentStated(
        number=row.id or 0,
        title=row.title,
        kind=row.kind,
        severity=row.severity,
        pattern=row.pattern.value,
        status=row.status,
        detected_by=row.detected_by,
        detected_at=row.detected_at,
        started_at=row.started_at,
        resolved_at=row.resolved_at,
        closed_at=row.closed_at,
        harms=tuple(Harm(harm) for harm in row.harms),
        affected_count=row.affected_count,
        root_cause=row.root_cause,
        reports=reports,
    )


def _moments(row: Incident) -> Moments:
    return Moments(
        row.status,
        row.detected_by,
        row.started_at,
        row.detected_at,
        row.acknowledged_at,
        row.mitigated_at,
        row.resolved_at,
    )


def _took(spread: Spread) -> card.Took:
    return card.Took(
        spread.n,
        spread.open,
        spread.unknown,
        _seconds(spread.mean),
        _seconds(spread.median),
        _seconds(spread.p90),
    )


def _seconds(span: timedelta | None) -> Decimal | None:
    """Exact to the microsecond."""
    if span is None:
        return None
    return (Decimal(span // timedelta(microseconds=1)) / 1_000_000).quantize(Decimal("0.000001"))
