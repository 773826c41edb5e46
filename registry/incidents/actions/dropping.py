"""Say that an authority need not be told after all, that it has to be again, or that somebody was aware at another time."""

from datetime import datetime

from sqlmodel import Session

from registry.audit.actions import record
from registry.incidents.actions.telling import tell
from registry.incidents.models.incidents import Incident
from registry.incidents.models.measures import AuthorityReport, ReportDropped
from registry.incidents.queries.reports import clock_of, dropped, zone_named
from registry.incidents.queries.visibility import desk_of
from registry.incidents.rules import clocks as rules
from registry.incidents.rules.kinds import EntryKind
from registry.incidents.rules.moves import final_problems
from registry.incidents.rules.record import reason_problems, tidied
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Problem, refuse_if
from registry.kernel.events import Event


def drop(session: Session, actor: Actor, report: AuthorityReport, because: str) -> ReportDropped:
    """Say that the authority need not be told, with the reason; for reviewers and the compliance lead who did not add it.

    It leaves the desks and stays on the page. Raises RuleBroken.
    """
    require(actor, Permission.REPORT_MOVE, _desk(session, actor, report))
    incident = session.get_one(Incident, report.incident_id)
    refuse_if(_merged(incident))
    because = tidied(because)
    refuse_if(
        rules.problems_with_dropping(
            clock_of(report),
            because,
            is_dropped=dropped(session, report.id or 0) is not None,
            set_by_id=report.set_by_id,
            dropped_by_id=actor.person_id,
        )
    )
    row = ReportDropped(report_id=report.id or 0, at=clock.now(), by_id=actor.person_id, because=because)
    session.add(row)
    said = f"{report.authority} need not be told: {because}"
    tell(session, incident, EntryKind.REPORT, said, actor.person_id)
    record(session, actor, Event.AUTHORITY_REPORT_DROPPED, report, system_id=incident.system_id)
    return row


def take_up_again(session: Session, actor: Actor, report: AuthorityReport, because: str) -> AuthorityReport:
    """Say that the authority has to be told all the same; the clock is the one it was. Raises RuleBroken."""
    require(actor, Permission.REPORT_MOVE, _desk(session, actor, report))
    incident = session.get_one(Incident, report.incident_id)
    refuse_if(_merged(incident))
    because, row = tidied(because), dropped(session, report.id or 0)
    refuse_if(
        reason_problems(because, "Say why it has to be told.")
        + ([] if row else [Problem("", "It is on the list of what has to be told.")])
    )
    session.delete(row)
    said = f"{report.authority} has to be told all the same: {because}"
    tell(session, incident, EntryKind.REPORT, said, actor.person_id)
    record(session, actor, Event.AUTHORITY_REPORT_DROPPED, report, system_id=incident.system_id)
    return report


def correct(
    session: Session, actor: Actor, report: AuthorityReport, aware_at: datetime | None, because: str
) -> AuthorityReport:
    """Say that somebody was aware of it at another time; the day is computed anew, and counsel's own is let go.

    Raises RuleBroken.
    """
    require(actor, Permission.REPORT_MOVE, _desk(session, actor, report))
    incident = session.get_one(Incident, report.incident_id)
    refuse_if(_merged(incident))
    because, its = tidied(because), clock_of(report)
    refuse_if(
        rules.problems_with_correcting(
            its, aware_at, because, started_at=incident.started_at, now=clock.now()
        )
    )
    zone = zone_named(report.zone)
    if aware_at is not None and zone is not None:
        report.aware_at, report.due_at = aware_at, rules.due_at(aware_at, report.days, zone)
    report.override_at, report.override_because, report.override_by_id = None, "", None
    said = rules.corrected_said(report.authority, its.aware_at, report.due_at, because)
    tell(session, incident, EntryKind.REPORT, said, actor.person_id)
    record(session, actor, Event.AUTHORITY_REPORT_MOVED, report, system_id=incident.system_id)
    return report


def _merged(incident: Incident) -> list[Problem]:
    # Of a closed one too: what an authority is told outlives it.
    return [] if incident.closed_at else final_problems(incident.status)


def _desk(session: Session, actor: Actor, report: AuthorityReport) -> int:
    incident = session.get_one(Incident, report.incident_id)
    return desk_of(session, actor, incident, Permission.REPORT_MOVE)
