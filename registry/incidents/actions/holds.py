"""Hold what an incident touches as evidence, and release it: the systems, and the versions that were live when it began."""

from sqlmodel import Session

from registry.audit.actions import record
from registry.incidents.actions.telling import tell
from registry.incidents.models.incidents import Incident
from registry.incidents.queries.visibility import desk_of, hold_touched
from registry.incidents.rules.kinds import EntryKind, Status
from registry.incidents.rules.record import reason_problems, tidied
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Problem, RuleBroken, refuse_if
from registry.kernel.events import Event
from registry.kernel.text import counted
from registry.versions.models import EvidenceHold
from registry.versions.queries import holds_for, live_on

SUBJECT = "incident"


def hold(session: Session, actor: Actor, incident: Incident, because: str) -> list[EvidenceHold]:
    """Hold the systems the incident touches and the versions that were live when it began, those not held for it yet.

    A held version is not withdrawn and a held system not taken off the register until somebody releases them. A closed
    incident may be held too: an authority may ask late. Raises RuleBroken.
    """
    require(actor, Permission.INCIDENT_WORK, desk_of(session, actor, incident))
    because = tidied(because)
    refuse_if(
        _merged_problems(incident) + reason_problems(because, "Say who needs it as it is, and for what.")
    )
    began = incident.started_at or incident.detected_at
    wanted: list[tuple[int, int | None]] = []
    for number in hold_touched(session, incident.id or 0):
        wanted += [(number, None), *((number, model.id) for model, _ in live_on(session, number, began))]
    there = {(each.system_id, each.version_id) for each in holds_for(session, SUBJECT, incident.id or 0)}
    held = [
        EvidenceHold(
            system_id=system_id,
            version_id=version_id,
            subject_kind=SUBJECT,
            subject_id=incident.id or 0,
            because=because,
            held_at=clock.now(),
            held_by_id=actor.person_id,
        )
        for system_id, version_id in wanted
        if (system_id, version_id) not in there
    ]
    if not held:
        raise RuleBroken([Problem("", "Everything this incident touches is held already.")])
    session.add_all(held)
    tell(session, incident, EntryKind.HOLD, f"Held as evidence ({_said(held)}): {because}", actor.person_id)
    record(session, actor, Event.EVIDENCE_HELD, incident, system_id=incident.system_id)
    return held


def release(session: Session, actor: Actor, incident: Incident, because: str) -> None:
    """Release everything that is held for the incident, with the reason. Raises RuleBroken."""
    require(actor, Permission.INCIDENT_WORK, desk_of(session, actor, incident))
    because = tidied(because)
    refuse_if(reason_problems(because, "Say why nobody needs it as it is any more."))
    held = holds_for(session, SUBJECT, incident.id or 0)
    if not held:
        raise RuleBroken([Problem("", "Nothing is held for this incident.")])
    for each in held:
        each.lifted_at, each.lifted_by_id = max(clock.now(), each.held_at), actor.person_id
        each.lifted_because = because
    tell(session, incident, EntryKind.HOLD, f"Released ({_said(held)}): {because}", actor.person_id)
    record(session, actor, Event.EVIDENCE_RELEASED, incident, system_id=incident.system_id)


def _merged_problems(incident: Incident) -> list[Problem]:
    if incident.status is not Status.MERGED:
        return []
    return [Problem("", f"It was merged. What is held is held for incident {incident.merged_into_id}.")]


def _said(held: list[EvidenceHold]) -> str:
    versions = sum(each.version_id is not None for each in held)
    return f"{counted(len(held) - versions, 'system')}, {counted(versions, 'version')}"
