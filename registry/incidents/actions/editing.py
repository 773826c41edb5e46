"""Edit what an incident states; judge it anew: its severity, its pattern, the control that was missing."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from registry.audit.actions import record
from registry.incidents.actions.holds import extend
from registry.incidents.actions.telling import lead_problem, look_again, stale, tell
from registry.incidents.models.incidents import Incident
from registry.incidents.models.judgements import SeverityChange
from registry.incidents.queries.incidents import facts_of
from registry.incidents.queries.repeated import noticed_after, noticed_before
from registry.incidents.queries.reports import first_awareness
from registry.incidents.queries.visibility import could_work, desk_of, touched_by
from registry.incidents.rules.judging import Judgement, judgement_said, problems_with_judging
from registry.incidents.rules.kinds import EntryKind, Pattern, Severity
from registry.incidents.rules.moves import final_problems
from registry.incidents.rules.record import (
    JUDGED,
    IncidentFacts,
    moment_said,
    problems_with_changed_times,
    problems_with_incident,
    problems_with_surroundings,
    tidied,
    tidy,
)
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Problem, refuse_if
from registry.kernel.events import Event
from registry.packs.queries import current
from registry.people.models import Person


def edit(
    session: Session, actor: Actor, incident: Incident, facts: IncidentFacts, *, version: int | None = None
) -> Incident:
    """Write what an incident now states; severity and pattern stay as they were judged (`judge`).

    Another beginning is another moment: what was live then, and so what is held as evidence, follows. `version` is the
    revision the editor had before them. Raises RuleBroken, or Conflict with both sides when the
    record has moved on since.
    """
    require(actor, Permission.INCIDENT_WORK, desk_of(session, actor, incident))
    facts = tidy(facts)
    refuse_if(final_problems(incident.status))
    changes = {name: value for name, value in _values(facts).items() if value != getattr(incident, name)}
    if late := stale(incident, version, _values(facts)):
        raise late
    refuse_if(_problems(session, incident, facts))
    for says in _times_said(incident, changes):
        tell(session, incident, EntryKind.NOTE, says, actor.person_id)
    if "lead_id" in changes:
        tell(session, incident, EntryKind.PEOPLE, _lead_said(session, facts.lead_id), actor.person_id)
    for name, value in changes.items():
        setattr(incident, name, value)
    if changes.keys() & {"started_at", "detected_at"}:
        look_again(session, incident, actor.person_id)
        extend(session, incident, actor.person_id)
    record(session, actor, Event.INCIDENT_EDITED, incident, system_id=incident.system_id)
    return incident


def judge(
    session: Session,
    actor: Actor,
    incident: Incident,
    *,
    severity: Severity | None = None,
    pattern: Pattern | None = None,
    missing_control: str | None = None,
    because: str,
    version: int | None = None,
) -> Incident:
    """Say how bad it is, which pattern of failure it is, or which criterion of the baseline would have prevented it.

    None leaves a judgement as it is; "" says of the control that it is not known after all. `version` as in `edit`.
    Raises RuleBroken, also without a reason, or Conflict.
    """
    require(actor, Permission.INCIDENT_WORK, desk_of(session, actor, incident))
    because = tidied(because)
    before = Judgement(Severity(incident.severity), Pattern(incident.pattern), incident.missing_control)
    after = Judgement(
        Severity(severity) if severity is not None else before.severity,
        pattern or before.pattern,
        before.missing_control if missing_control is None else tidied(missing_control),
    )
    controls = frozenset(criterion.id for criterion in current(session, "baseline", clock.today()).record)
    refuse_if(final_problems(incident.status) or problems_with_judging(before, after, because, controls))
    now = {
        "severity": int(after.severity),
        "pattern": after.pattern,
        "missing_control": after.missing_control,
    }
    if late := stale(incident, version, now):
        raise late
    for kind, says in judgement_said(before, after, because):
        tell(session, incident, kind, says, actor.person_id)
    if after.pattern is not before.pattern:
        incident.pattern, incident.pattern_because = after.pattern, because
    if after.severity is not before.severity:
        incident.severity = int(after.severity)
        session.add(_changed(incident, before.severity, after.severity, actor.person_id))
    if after.missing_control != before.missing_control:
        incident.missing_control = after.missing_control
    record(session, actor, Event.INCIDENT_JUDGED, incident, system_id=incident.system_id)
    return incident


def _changed(incident: Incident, was: Severity, became: Severity, by: int | None) -> SeverityChange:
    return SeverityChange(
        incident_id=incident.id or 0, was=int(was), became=int(became), at=clock.now(), by_id=by
    )


def _problems(session: Session, incident: Incident, facts: IncidentFacts) -> Any:
    stated = {name: getattr(facts_of(incident), name) for name in JUDGED}
    problems = [
        problem for problem in problems_with_incident(facts, clock.now()) if problem.field not in stated
    ]
    if (facts.started_at, facts.detected_at) != (incident.started_at, incident.detected_at):
        problems += _problems_with_times(session, incident, facts)
    # Somebody who has left since stays named until another is; only a new choice must be able to work.
    if facts.lead_id is not None and facts.lead_id != incident.lead_id:
        touched = touched_by(session, incident.id or 0)
        problems += lead_problem(is_able=could_work(session, facts.lead_id, touched))
    return problems


def _problems_with_times(session: Session, incident: Incident, facts: IncidentFacts) -> list[Problem]:
    number = incident.id or 0
    followed = problems_with_changed_times(
        facts.detected_at,
        acknowledged=incident.acknowledged_at,
        mitigated=incident.mitigated_at,
        resolved=incident.resolved_at,
    )
    return followed + problems_with_surroundings(
        facts.started_at,
        (facts.detected_at, number),
        aware_at=first_awareness(session, number),
        earlier=noticed_before(session, incident),
        later=noticed_after(session, number),
    )


def _values(facts: IncidentFacts) -> dict[str, Any]:
    return {
        "title": facts.title,
        "summary": facts.summary,
        "kind": facts.kind,
        "harms": list(facts.harms),
        "affected_count": facts.affected_count,
        "affected_people": facts.affected_people,
        "detected_by": facts.detected_by,
        "started_at": facts.started_at,
        "detected_at": facts.detected_at,
        "lead_id": facts.lead_id,
    }


def _times_said(incident: Incident, changes: dict[str, Any]) -> list[str]:
    """What the timeline tells of instants that were corrected: the times to detect and resolve hang on them."""
    names = {"started_at": "When it began", "detected_at": "When it was noticed"}
    return [
        f"{said} was corrected from {_said(getattr(incident, name))} to {_said(changes[name])}."
        for name, said in names.items()
        if name in changes
    ]


def _said(at: datetime | None) -> str:
    return "not known" if at is None else moment_said(at)


def _lead_said(session: Session, person_id: int | None) -> str:
    person = session.get(Person, person_id) if person_id else None
    return f"{person.name} leads it now." if person else "Nobody leads it now."
