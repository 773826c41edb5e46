"""Begin a report to an authority, set another day in place of the computed one, say that it was sent."""

from datetime import datetime

from sqlmodel import Session

from registry.audit.actions import record
from registry.incidents.actions.telling import tell
from registry.incidents.models.incidents import Incident
from registry.incidents.models.measures import AuthorityReport
from registry.incidents.queries.reports import clock_of, is_begun, zone_named
from registry.incidents.queries.visibility import desk_of
from registry.incidents.rules import clocks as rules
from registry.incidents.rules.clocks import ReportFacts
from registry.incidents.rules.kinds import EntryKind, Status
from registry.incidents.rules.record import tidied
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Problem, RuleBroken, refuse_if
from registry.kernel.events import Event
from registry.packs.queries import reporting_on
from registry.packs.rules import Pack, ReportingRule


def begin(
    session: Session,
    actor: Actor,
    incident: Incident,
    duty: str,
    authority: str,
    zone: str,
    aware_at: datetime | None,
) -> AuthorityReport:
    """State that an authority has to be told, and compute until when by the edition in force today.

    `zone` is the IANA name of where the authority is. Also of a closed incident: a duty may be noticed late. The caller
    holds the incident, so that the same report is not begun twice. Raises RuleBroken.
    """
    require(actor, Permission.INCIDENT_WORK, desk_of(session, actor, incident))
    authority, place = tidied(authority), zone_named(zone)
    pack, duties = _in_force(session)
    facts = ReportFacts(duty, authority, place, aware_at)
    refuse_if(
        _merged_problems(incident)
        or rules.problems_with_report(
            facts,
            duties,
            started_at=incident.started_at,
            now=clock.now(),
            is_begun=is_begun(session, incident.id or 0, duty, authority),
        )
    )
    begun = rules.begun(facts, duties)
    report = AuthorityReport(
        incident_id=incident.id or 0,
        duty=begun.duty.id,
        pack=pack.said,
        authority=authority,
        zone=zone,
        aware_at=begun.aware_at,
        days=begun.duty.days,
        due_at=begun.due_at,
        set_at=clock.now(),
        set_by_id=actor.person_id,
    )
    session.add(report)
    said = rules.begun_said(authority, begun, zone)
    tell(session, incident, EntryKind.REPORT, said, actor.person_id)
    record(session, actor, Event.AUTHORITY_REPORT_SET, report, system_id=incident.system_id)
    return report


def move_due(
    session: Session, actor: Actor, report: AuthorityReport, at: datetime | None, because: str
) -> AuthorityReport:
    """Set another instant in place of the computed one, with the reason; for reviewers and the compliance lead.

    The computed one stays beside it. Raises RuleBroken.
    """
    require(actor, Permission.REPORT_MOVE, _desk(session, actor, report, Permission.REPORT_MOVE))
    because, incident = tidied(because), _incident_of(session, report)
    refuse_if(rules.problems_with_moving(clock_of(report), at, because))
    report.override_at, report.override_because = at, because
    report.override_by_id = actor.person_id
    said = rules.moved_said(report.authority, clock_of(report).until, because)
    tell(session, incident, EntryKind.REPORT, said, actor.person_id)
    record(session, actor, Event.AUTHORITY_REPORT_MOVED, report, system_id=incident.system_id)
    return report


def sent(
    session: Session,
    actor: Actor,
    report: AuthorityReport,
    *,
    full: bool,
    at: datetime | None,
    reference: str,
) -> AuthorityReport:
    """Say that the first or the full report was sent, when, and by what it can be found again. Raises RuleBroken."""
    require(actor, Permission.INCIDENT_WORK, _desk(session, actor, report, Permission.INCIDENT_WORK))
    reference, incident = tidied(reference), _incident_of(session, report)
    refuse_if(
        rules.problems_with_sending(clock_of(report), full=full, at=at, reference=reference, now=clock.now())
    )
    if full:
        report.full_sent_at, report.full_reference = at, reference
    else:
        report.initial_sent_at, report.initial_reference = at, reference
    said = rules.sent_said(report.authority, reference, full=full, was_late=clock_of(report).was_late)
    tell(session, incident, EntryKind.REPORT, said, actor.person_id, at=at)
    record(session, actor, Event.AUTHORITY_REPORT_SENT, report, system_id=incident.system_id)
    return report


def _in_force(session: Session) -> tuple[Pack, ReportingRule]:
    try:
        return reporting_on(session, clock.today())
    except LookupError as none:
        raise RuleBroken([Problem("duty", "No duties to tell an authority are in force yet.")]) from none


def _merged_problems(incident: Incident) -> list[Problem]:
    if incident.status is not Status.MERGED:
        return []
    return [Problem("", f"It was merged. What is told now belongs to incident {incident.merged_into_id}.")]


def _incident_of(session: Session, report: AuthorityReport) -> Incident:
    return session.get_one(Incident, report.incident_id)


def _desk(session: Session, actor: Actor, report: AuthorityReport, permission: Permission) -> int:
    return desk_of(session, actor, _incident_of(session, report), permission)
