"""Merge an incident into the one it belongs to: everything is carried over, nothing is lost."""

from sqlmodel import Session

from registry.audit.actions import record
from registry.incidents.actions.holds import SUBJECT
from registry.incidents.actions.telling import tell
from registry.incidents.models.incidents import Incident, IncidentLink, IncidentSystem, Involved
from registry.incidents.models.measures import AuthorityReport
from registry.incidents.queries.closing import reports_held, unfinished_of
from registry.incidents.queries.incidents import involved_rows, one_of
from registry.incidents.queries.timeline import links_of
from registry.incidents.queries.visibility import desk_of, systems_of
from registry.incidents.rules.joining import merged_times, problems_with_merging
from registry.incidents.rules.kinds import EntryKind, Status
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import refuse_if
from registry.kernel.events import Event
from registry.versions.queries import holds_for


def merge(session: Session, actor: Actor, incident: Incident, into: Incident) -> Incident:
    """Say that an incident is another one, on which the actor works too; the other goes on for both. Raises RuleBroken.

    Links, systems and people are added to the other. What has to be done or told, and what is held as evidence, is the
    other's from now on. Both timelines stay and tell of it. The caller holds both rows, the lower number first.
    """
    require(actor, Permission.INCIDENT_WORK, desk_of(session, actor, incident))
    require(actor, Permission.INCIDENT_WORK, desk_of(session, actor, into))
    one, other = one_of(incident), one_of(into)
    touched = {
        system.id: system.visibility
        for each in (incident, into)
        for _, system in systems_of(session, each.id or 0)
    }
    refuse_if(problems_with_merging(one, other, touched.values()))
    _carry_over(session, incident, into)
    _hand_over(session, incident, into)
    incident.status, incident.merged_into_id = Status.MERGED, into.id
    # The place of the registry's own is free before the other takes it.
    session.flush()
    into.started_at, into.detected_at = merged_times(one, other)
    if into.slot is None:
        into.slot = incident.slot
    by = actor.person_id
    tell(session, incident, EntryKind.STATUS, f"Merged into incident {into.id}: {into.title}", by)
    says = f"Incident {incident.id} was merged into this one: {incident.title}"
    tell(session, into, EntryKind.STATUS, says, by)
    record(session, actor, Event.INCIDENT_MERGED, incident, system_id=incident.system_id)
    return into


def _carry_over(session: Session, incident: Incident, into: Incident) -> None:
    """Add to the other what this one is tied to, touches and involves."""
    number, target = incident.id or 0, into.id or 0
    there = {(each.kind, each.target_id) for each in links_of(session, target, limit=None)}
    for each in links_of(session, number, limit=None):
        if (each.kind, each.target_id) not in there:
            session.add(IncidentLink(**each.model_dump(exclude={"id"}) | {"incident_id": target}))
    touched = {system.id for _, system in systems_of(session, target)}
    for row, system in systems_of(session, number):
        if system.id not in touched:
            session.add(IncidentSystem(**row.model_dump(exclude={"id"}) | {"incident_id": target}))
    known = {each.person_id for each in involved_rows(session, target)}
    for person in involved_rows(session, number):
        if person.person_id not in known:
            session.add(Involved(**person.model_dump(exclude={"id"}) | {"incident_id": target}))


def _hand_over(session: Session, incident: Incident, into: Incident) -> None:
    """Let what is still to be done or told, and what is held, be the other's."""
    for action in unfinished_of(session, incident.id or 0):
        action.incident_id = into.id
    for hold in holds_for(session, SUBJECT, incident.id or 0):
        hold.subject_id = into.id or 0
    theirs = {(each.duty, each.authority): each for each in reports_held(session, into.id or 0)}
    for report in reports_held(session, incident.id or 0):
        same = theirs.get((report.duty, report.authority))
        if same is None:
            report.incident_id = into.id or 0
        else:
            _let_the_earlier_count(report, same)


def _let_the_earlier_count(report: AuthorityReport, same: AuthorityReport) -> None:
    """Two clocks of one duty are one, which began with the earlier awareness."""
    if report.aware_at < same.aware_at:
        same.aware_at, same.due_at = report.aware_at, min(report.due_at, same.due_at)
