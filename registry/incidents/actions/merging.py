"""Merge an incident into the one it belongs to: everything is carried over, the graver judgement holds, nothing is lost."""

from sqlmodel import Session

from registry.audit.actions import record
from registry.incidents.actions.holds import SUBJECT, extend
from registry.incidents.actions.telling import look_again, tell
from registry.incidents.models.incidents import Incident, IncidentLink, IncidentSystem, Involved
from registry.incidents.models.judgements import SeverityChange
from registry.incidents.models.measures import AuthorityReport
from registry.incidents.queries.closing import lowerings, reports_held, unfinished_of
from registry.incidents.queries.incidents import involved_rows, one_of
from registry.incidents.queries.reports import duty_of
from registry.incidents.queries.timeline import links_of
from registry.incidents.queries.visibility import desk_of, systems_of
from registry.incidents.rules.joining import Merged, merged_times, problems_with_merging
from registry.incidents.rules.kinds import EntryKind, Severity, Status
from registry.incidents.rules.merging import (
    TEXTS,
    Said,
    Weight,
    carried_texts,
    merged_weight,
    texts_said,
    weight_said,
)
from registry.incidents.rules.one_clock import Duty, joined, joined_said
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Forbidden, refuse_if
from registry.kernel.events import Event
from registry.versions.queries import holds_for


def merge(session: Session, actor: Actor, incident: Incident, into: Incident) -> Incident:
    """Say that an incident is another one, on which the actor works too; the other goes on for both. Raises RuleBroken.

    Links, systems and people are added to the other. What has to be done or told, and what is held as evidence, is the
    other's from now on. Both timelines stay and tell of it. The place the registry had opened this one in leads to the
    other from now on (queries.taking_up). The caller holds both rows, the lower number first. What is owed to authorities is for
    people: where anything is, a token merges nothing (Forbidden).
    """
    require(actor, Permission.INCIDENT_WORK, desk_of(session, actor, incident))
    require(actor, Permission.INCIDENT_WORK, desk_of(session, actor, into))
    if actor.token is not None and any(reports_held(session, each.id or 0) for each in (incident, into)):
        raise Forbidden("An authority is owed a report on one of the two. Only a person merges those.")
    one, other = one_of(incident), one_of(into)
    touched = {
        system.id: system.visibility
        for each in (incident, into)
        for _, system in systems_of(session, each.id or 0)
    }
    refuse_if(problems_with_merging(one, other, touched.values()))
    by = actor.person_id
    # Not by its title: whoever may know of this one need not be allowed to know of the other for ever.
    tell(session, incident, EntryKind.STATUS, f"Merged into incident {into.id}, which goes on for both.", by)
    says = f"Incident {incident.id} was merged into this one: {incident.title}"
    tell(session, into, EntryKind.STATUS, says, by)
    _carry_over(session, incident, into)
    for kind, said in (*_state_together(incident, into), *_hand_over(session, incident, into)):
        tell(session, into, kind, said, by)
    incident.status, incident.merged_into_id = Status.MERGED, into.id
    _keep_time(incident, into, merged_times(one, other))
    look_again(session, into, by)
    extend(session, into, by)
    record(session, actor, Event.INCIDENT_MERGED, incident, system_id=incident.system_id)
    return into


def _keep_time(incident: Incident, into: Incident, merged: Merged) -> None:
    into.started_at, into.detected_at = merged.started_at, merged.detected_at
    into.acknowledged_at = merged.acknowledged_at
    into.mitigated_at, into.resolved_at = merged.mitigated_at, merged.resolved_at
    if merged.repaired_by_one:
        into.resolved_by_id = incident.resolved_by_id


def _state_together(incident: Incident, into: Incident) -> Said:
    """Let the other state the graver of each judgement, and what only this one said; what the timeline tells of that."""
    number, before = incident.id or 0, _weight(into)
    after = merged_weight(_weight(incident), before)
    one, other = ({name: getattr(each, name) for name in TEXTS} for each in (incident, into))
    told = weight_said(before, after, number) + texts_said(one, other, number)
    into.kind, into.severity = after.kind, int(after.severity)
    into.harms, into.affected_count = list(after.harms), after.affected_count
    carried = carried_texts(one, other)
    for name, text in carried.items():
        setattr(into, name, text)
    if "post_mortem" in carried:
        into.post_mortem_by_id, into.post_mortem_at = incident.post_mortem_by_id, incident.post_mortem_at
    if into.lead_id is None:
        into.lead_id = incident.lead_id
    return told


def _weight(incident: Incident) -> Weight:
    return Weight(incident.kind, Severity(incident.severity), tuple(incident.harms), incident.affected_count)


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
    for change in lowerings(session, number):
        session.add(SeverityChange(**change.model_dump(exclude={"id"}) | {"incident_id": target}))
    known = {each.person_id for each in involved_rows(session, target)}
    for person in involved_rows(session, number):
        if person.person_id not in known:
            session.add(Involved(**person.model_dump(exclude={"id"}) | {"incident_id": target}))


def _hand_over(session: Session, incident: Incident, into: Incident) -> Said:
    """Let what is still to be done or told, and what is held, be the other's; what the timeline tells of that."""
    for action in unfinished_of(session, incident.id or 0):
        action.incident_id = into.id
    for hold in holds_for(session, SUBJECT, incident.id or 0):
        hold.subject_id = into.id or 0
    theirs = {(each.duty, each.authority): each for each in reports_held(session, into.id or 0)}
    told = Said()
    for report in reports_held(session, incident.id or 0):
        same = theirs.get((report.duty, report.authority))
        if same is None:
            report.incident_id = into.id or 0
        else:
            # This one stays with the merged incident, as what was said there; the other stands for both.
            one, other = duty_of(report), duty_of(same)
            _write_duty(same, joined(one, other))
            says = joined_said(report.authority, one, other, incident.id or 0)
            told.append((EntryKind.REPORT, says))
    return told


def _write_duty(report: AuthorityReport, duty: Duty) -> None:
    """Let the report say what the rules came to."""
    report.aware_at, report.days, report.zone = duty.aware_at, duty.days, duty.zone
    report.pack, report.due_at = duty.pack, duty.due_at
    override, initial, full = duty.override, duty.initial, duty.full
    report.override_at = override.at if override else None
    report.override_because = override.because if override else ""
    report.override_by_id = override.by_id if override else None
    report.initial_sent_at = initial.at if initial else None
    report.initial_reference = initial.reference if initial else ""
    report.full_sent_at = full.at if full else None
    report.full_reference = full.reference if full else ""
