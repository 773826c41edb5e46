"""Open an incident; and, for the registry itself, open one for alerts or let alerts join the one there is."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlmodel import Session

from registry.audit.actions import record
from registry.incidents.actions.telling import lead_problem, tell, tie, touch
from registry.incidents.models.incidents import Incident
from registry.incidents.queries.freezing import Tied, alerts_tied, tied_to
from registry.incidents.queries.visibility import could_work
from registry.incidents.rules import opening as rules
from registry.incidents.rules.kinds import DetectedBy, EntryKind, Kind, Linked, Pattern, Severity
from registry.incidents.rules.record import IncidentFacts, problems_with_incident, tidy
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import NotFound, refuse_if
from registry.kernel.events import Event
from registry.kernel.text import counted
from registry.monitoring.models.alerts import Alert
from registry.systems.models import System

_NOT_THERE = "There is no such thing to tie to an incident of this system."


def open_incident(
    session: Session,
    actor: Actor,
    system: System,
    facts: IncidentFacts,
    *,
    link: tuple[Linked, int] | None = None,
) -> Incident:
    """Say that something went wrong with a system the actor may know of; `link` is what it was noticed by.

    The caller holds the system's row locked, so that it is not taken off the register meanwhile. The versions live when
    it began are kept, and what the link says now. Raises RuleBroken, or NotFound for a link to something that is not of
    this system.
    """
    require(actor, Permission.INCIDENT_OPEN, system.id)
    facts, number = tidy(facts), system.id or 0
    problems = problems_with_incident(facts, clock.now())
    if facts.lead_id is not None:
        problems += lead_problem(is_able=could_work(session, facts.lead_id, [number]))
    refuse_if(problems)
    tied = tied_to(session, [number], *link) if link else []
    if link and not tied:
        raise NotFound(_NOT_THERE)
    incident = _opened(
        session,
        _stated(facts) | {"system_id": number, "opened_by_id": actor.person_id},
        proposed=tied[0].pattern if tied else None,
    )
    tie(session, incident, tied, actor.person_id)
    record(session, actor, Event.INCIDENT_OPENED, incident, system_id=number)
    return incident


def open_alone(
    session: Session,
    actor: Actor,
    system_id: int,
    pattern: Pattern,
    alerts: Sequence[Alert],
    lead_id: int | None,
    before: Mapping[int, Incident] = MappingProxyType({}),
) -> Incident:
    """Open the registry's own incident for alerts of one system that point to one pattern; it leads whom it is given.

    `before` are the resolved incidents that some of the alerts belonged to until they were raised again: it is a
    recurrence of the latest of them.

    The caller lets nobody else do this for the system meanwhile, and has found no unresolved one in that place; the database
    refuses a second.
    """
    require(actor, Permission.INCIDENT_CHASE)
    tied = alerts_tied(session, alerts)
    detected = min(rules.noticed_at(_span(alert), _over(before, alert), clock.now()) for alert in alerts)
    # When an alert that was raised again began anew, nobody has said.
    began = [one[0].since for one in tied if one[0].since is not None and one[0].target_id not in before]
    repeated = max((before[each.id or 0] for each in alerts if each.id in before), key=_order, default=None)
    known = {
        "title": rules.title_of(alerts[0].says),
        "kind": Kind.INCIDENT,
        "severity": int(rules.OPENED_ALONE_AT),
        "pattern": pattern,
        "detected_by": DetectedBy.MONITOR,
        "started_at": min(*began, detected) if began else None,
        "detected_at": detected,
        "lead_id": lead_id,
        "system_id": system_id,
        "slot": rules.slot_of(system_id, pattern),
    }
    incident = _opened(session, known)
    # A warning of old that became critical may be older than what it is said to repeat.
    if repeated is not None and repeated.detected_at <= detected:
        incident.recurrence_of_id = repeated.id
        tell(session, incident, EntryKind.LINK, f"It is incident {repeated.id} come back.", None)
    tie(session, incident, _unlike(tied), None)
    note = {"alerts": counted(len(alerts), "alert")}
    record(session, actor, Event.INCIDENT_OPENED, incident, system_id=system_id, note=note)
    return incident


def join(session: Session, actor: Actor, incident: Incident, alerts: Sequence[Alert]) -> Incident:
    """Tie further alerts to the incident the registry has open for their system and pattern."""
    require(actor, Permission.INCIDENT_CHASE)
    tie(session, incident, _unlike(alerts_tied(session, alerts)), None)
    note = {"alerts": counted(len(alerts), "alert")}
    record(session, actor, Event.INCIDENT_JOINED, incident, system_id=incident.system_id, note=note)
    return incident


def _span(alert: Alert) -> tuple[datetime, datetime | None]:
    return alert.opened_at, alert.last_bad_window_end


def _over(before: Mapping[int, Incident], alert: Alert) -> datetime | None:
    found = before.get(alert.id or 0)
    return found.resolved_at if found else None


def _order(incident: Incident) -> tuple[datetime, int]:
    return incident.detected_at, incident.id or 0


def _unlike(tied: Sequence[Sequence[Tied]]) -> list[Tied]:
    """Each thing once: two alerts may speak of one reading."""
    return list({(one.kind, one.target_id): one for each in tied for one in each}.values())


def _opened(session: Session, stated: dict[str, Any], *, proposed: Pattern | None = None) -> Incident:
    incident = Incident(proposed_pattern=proposed or stated["pattern"], opened_at=clock.now(), **stated)
    session.add(incident)
    session.flush()
    touch(session, incident, incident.system_id)
    severity = Severity(incident.severity)
    said = (
        f"Opened: severity {severity.value} {severity.said.lower()}, pattern {incident.pattern.said}, "
        f"noticed by: {incident.detected_by.said[0].lower()}{incident.detected_by.said[1:]}."
    )
    tell(session, incident, EntryKind.STATUS, said, incident.opened_by_id)
    return incident


def _stated(facts: IncidentFacts) -> dict[str, Any]:
    return {
        "title": facts.title,
        "summary": facts.summary,
        "kind": facts.kind,
        "severity": None if facts.severity is None else int(facts.severity),
        "pattern": facts.pattern,
        "harms": list(facts.harms),
        "affected_count": facts.affected_count,
        "affected_people": facts.affected_people,
        "detected_by": facts.detected_by,
        "started_at": facts.started_at,
        "detected_at": facts.detected_at,
        "lead_id": facts.lead_id,
    }
