"""What authorities have to be told of an incident; which time zones there are."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import ColumnElement, exists, or_
from sqlmodel import Session, col, func, select

from registry.incidents.models.incidents import Incident, IncidentSystem
from registry.incidents.models.measures import AuthorityReport, ReportDropped
from registry.incidents.queries.visibility import seen_by
from registry.incidents.rules.clocks import Clock
from registry.incidents.rules.kinds import Status
from registry.incidents.rules.one_clock import Duty, Override, Sending
from registry.kernel.actor import Actor, Seat
from registry.kernel.errors import NotFound
from registry.store.columns import LARGEST_NUMBER
from registry.store.numbers import among

_UNTIL = func.coalesce(col(AuthorityReport.override_at), col(AuthorityReport.due_at))
_DESK_LIMIT = 50


def reports_of(session: Session, incident_id: int) -> Sequence[AuthorityReport]:
    """What authorities have to be told of an incident: what is due first comes first.

    Merging hands them over; what stays with a merged incident is told by a report of the other one. The caller has seen
    that the actor may know of the incident.
    """
    query = select(AuthorityReport).where(AuthorityReport.incident_id == incident_id)
    return session.exec(query.order_by(_UNTIL, col(AuthorityReport.id))).all()


def report_by_number(
    session: Session, actor: Actor, number: int, *, lock: bool = False
) -> tuple[AuthorityReport, Incident]:
    """One report with its incident, held until the transaction ends where asked.

    Raises NotFound also where the actor may not know of it. Its incident is held before it, so that it is not merged
    meanwhile.
    """
    query: Any = (
        select(AuthorityReport, Incident)
        .join(Incident, col(Incident.id) == col(AuthorityReport.incident_id))
        .where(col(AuthorityReport.id) == min(number, LARGEST_NUMBER), seen_by(actor))
    )
    if lock:
        its = select(AuthorityReport.incident_id).where(AuthorityReport.id == min(number, LARGEST_NUMBER))
        held = select(Incident.id).where(col(Incident.id).in_(its)).with_for_update(key_share=True)
        session.exec(held).one_or_none()
        query = query.with_for_update(of=AuthorityReport).execution_options(populate_existing=True)
    found = session.execute(query).one_or_none()
    if found is None:
        raise NotFound
    return found[0], found[1]


def unsent_for(session: Session, actor: Actor) -> Sequence[tuple[AuthorityReport, Incident]]:
    """The reports nobody has sent yet of incidents the actor leads, or of systems they own or answer for the compliance of.

    What is due first comes first, at most fifty; in one statement.
    """
    if actor.person_id is None:
        return []
    answering = [
        number for number, seats in actor.seats.items() if seats & {Seat.OWNER, Seat.COMPLIANCE_LEAD}
    ]
    # Those few incidents first: to ask of every incident whose it is, and only then for its reports, took fifty times as long.
    untold = select(AuthorityReport.incident_id).where(*still_to_be_told()).correlate(None)
    query: Any = (
        select(AuthorityReport, Incident)
        .join(Incident, col(Incident.id) == col(AuthorityReport.incident_id))
        .where(
            *still_to_be_told(),
            col(Incident.id).in_(untold),
            col(Incident.status) != Status.MERGED,
            or_(col(Incident.lead_id) == actor.person_id, _touches(answering)),
            seen_by(actor),
        )
    )
    found = session.execute(query.order_by(_UNTIL, col(AuthorityReport.id)).limit(_DESK_LIMIT))
    return [(report, incident) for report, incident in found]


def _touches(system_ids: Collection[int]) -> ColumnElement[bool]:
    # The owner of a further system it touches has the same duty as that of the one it was found at.
    return exists().where(
        col(IncidentSystem.incident_id) == col(Incident.id),
        among(col(IncidentSystem.system_id), system_ids),
    )


def dropped(session: Session, report_id: int) -> ReportDropped | None:
    """The word that this need not be told; None where it has to be."""
    return session.exec(select(ReportDropped).where(ReportDropped.report_id == report_id)).one_or_none()


def dropped_of(session: Session, incident_id: int) -> dict[int, ReportDropped]:
    """Of the reports of an incident those that need not be sent, by report; in one statement."""
    query = select(ReportDropped).join(
        AuthorityReport, col(AuthorityReport.id) == col(ReportDropped.report_id)
    )
    found = session.exec(query.where(AuthorityReport.incident_id == incident_id))
    return {row.report_id: row for row in found}


def still_to_be_told() -> tuple[ColumnElement[bool], ...]:
    """The reports of which nothing has been sent and that nobody has dropped."""
    is_dropped = exists().where(col(ReportDropped.report_id) == col(AuthorityReport.id))
    return (
        col(AuthorityReport.initial_sent_at).is_(None),
        col(AuthorityReport.full_sent_at).is_(None),
        ~is_dropped,
    )


def is_begun(session: Session, incident_id: int, duty: str, authority: str) -> bool:
    """Whether this duty to this authority is on the list of the incident."""
    query = select(AuthorityReport.id).where(
        AuthorityReport.incident_id == incident_id,
        AuthorityReport.duty == duty,
        AuthorityReport.authority == authority,
    )
    return session.exec(query).first() is not None


def first_awareness(session: Session, incident_id: int) -> datetime | None:
    """The first instant from which a report of the incident counts; None where no authority has to be told."""
    query = select(AuthorityReport.aware_at).where(AuthorityReport.incident_id == incident_id)
    return session.exec(query.order_by(col(AuthorityReport.aware_at)).limit(1)).first()


def clock_of(report: AuthorityReport) -> Clock:
    """Until when the report is due and what was sent, as the rules read it."""
    return Clock(
        report.aware_at,
        report.due_at,
        report.override_at,
        report.initial_sent_at,
        report.full_sent_at,
    )


def end_there(told: Clock, zone: str) -> datetime:
    """The last instant at which the report is in time, in the zone where the authority is: its date is the last day."""
    return (told.until - timedelta(microseconds=1)).astimezone(zone_named(zone))


def duty_of(report: AuthorityReport) -> Duty:
    """The report as the rules about two of one duty read it."""
    override = initial = full = None
    if report.override_at is not None:
        override = Override(report.override_at, report.override_because, report.override_by_id)
    if report.initial_sent_at is not None:
        initial = Sending(report.initial_sent_at, report.initial_reference)
    if report.full_sent_at is not None:
        full = Sending(report.full_sent_at, report.full_reference)
    return Duty(
        report.aware_at,
        report.days,
        report.zone,
        zone_named(report.zone) or ZoneInfo("UTC"),
        report.pack,
        report.due_at,
        override,
        initial,
        full,
    )


def zone_named(name: str) -> ZoneInfo | None:
    """The time zone of that IANA name, or None where none is called so."""
    return ZoneInfo(name) if name in zones() else None


@cache
def zones() -> frozenset[str]:
    """The names of all time zones this machine knows."""
    return frozenset(available_timezones())
