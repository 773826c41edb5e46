"""Move an incident on, or back; close it."""

from datetime import datetime

from sqlmodel import Session

from registry.audit.actions import record
from registry.incidents.actions.telling import tell
from registry.incidents.models.incidents import Incident
from registry.incidents.queries.closing import closing_of
from registry.incidents.queries.taking_up import is_taken
from registry.incidents.queries.visibility import desk_of
from registry.incidents.rules import moves as rules
from registry.incidents.rules.kinds import EntryKind, Status
from registry.incidents.rules.moves import Instants, goes_back, moved, taken_on
from registry.incidents.rules.record import moment_said, tidied
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Forbidden, refuse_if
from registry.kernel.events import Event


def move(
    session: Session,
    actor: Actor,
    incident: Incident,
    status: Status,
    *,
    at: datetime | None = None,
    because: str = "",
    taken_on_by_then: bool = False,
) -> Incident:
    """Say that somebody has taken it on, that the harm is stopped, that it is resolved, or that it is not over after all.

    `at` is when that came about, now where nothing is said. Going back takes a reason, is of now, and clears what was
    not so. `taken_on_by_then`: where it is said to have been taken on later, it was by then. Raises RuleBroken.
    """
    require(actor, Permission.INCIDENT_WORK, desk_of(session, actor, incident))
    because, now = tidied(because), clock.now()
    before = instants_of(incident)
    if taken_on_by_then and at is not None and status is not Status.INVESTIGATING:
        before = taken_on(before, at)
    back = goes_back(before.status, status)
    came_about = now if at is None or back else at
    refuse_if(rules.problems_with_move(before, status, came_about, clock=now, because=because))
    after = moved(before, status, came_about)
    if back and incident.slot is not None and is_taken(session, incident):
        # The registry has opened another one meanwhile, in which its alerts gather.
        incident.slot = None
    said = rules.move_said(before.status, status, because)
    if after.acknowledged_at != incident.acknowledged_at and incident.acknowledged_at is not None:
        said += f" It had been taken on by then, not only at {moment_said(incident.acknowledged_at)}."
    _write(incident, after)
    incident.resolved_by_id = actor.person_id if status is Status.RESOLVED else None
    tell(session, incident, EntryKind.STATUS, said, actor.person_id, at=came_about)
    record(session, actor, Event.INCIDENT_MOVED, incident, system_id=incident.system_id)
    return incident


def close(session: Session, actor: Actor, incident: Incident, because: str = "") -> Incident:
    """Agree that a resolved incident is over, for good. Raises RuleBroken, and Forbidden for whoever resolved it or
    lowered it below the severity that takes a post-mortem.

    Corrective actions that are still to be done stay on their owners' desks until the day they are due, and so does an
    authority that is still to be told, which takes a reason.
    """
    require(actor, Permission.INCIDENT_CLOSE, desk_of(session, actor, incident, Permission.INCIDENT_CLOSE))
    closing, because = closing_of(session, actor, incident), tidied(because)
    objection = rules.objection_to_closer(closing)
    if objection and incident.status is Status.RESOLVED:
        raise Forbidden(objection)
    refuse_if(rules.problems_with_closing(closing, clock.today(), because))
    # A machine's clock can be set back.
    incident.closed_at = max(clock.now(), incident.resolved_at or clock.now())
    incident.status, incident.closed_by_id = Status.CLOSED, actor.person_id
    tell(session, incident, EntryKind.STATUS, rules.closing_said(closing, because), actor.person_id)
    record(session, actor, Event.INCIDENT_CLOSED, incident, system_id=incident.system_id)
    return incident


def instants_of(incident: Incident) -> Instants:
    """Where the incident stands and since when, as the rules read it."""
    return Instants(
        incident.status,
        incident.detected_at,
        incident.started_at,
        incident.acknowledged_at,
        incident.mitigated_at,
        incident.resolved_at,
        incident.closed_at,
    )


def _write(incident: Incident, after: Instants) -> None:
    incident.status = after.status
    incident.acknowledged_at = after.acknowledged_at
    incident.mitigated_at, incident.resolved_at = after.mitigated_at, after.resolved_at
