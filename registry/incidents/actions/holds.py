"""Hold what an incident touches as evidence, and release it: the systems, and the versions that were live when it began."""

from sqlmodel import Session

from registry.audit.actions import record
from registry.incidents.actions.telling import tell
from registry.incidents.models.incidents import Incident
from registry.incidents.queries.visibility import desk_of, hold_touched, may_release
from registry.incidents.rules.kinds import EntryKind, Status
from registry.incidents.rules.record import reason_problems, tidied
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Forbidden, Problem, RuleBroken, refuse_if
from registry.kernel.events import Event
from registry.kernel.text import counted
from registry.versions.models import EvidenceHold
from registry.versions.queries import holds_for, live_on

SUBJECT = "incident"
NOT_YOURS = "Somebody else had this held. They, a reviewer or the compliance lead of a system it touches may release it."


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
    held = _held(session, incident, because, actor.person_id)
    if not held:
        raise RuleBroken([Problem("", "Everything this incident touches is held already.")])
    session.add_all(held)
    tell(session, incident, EntryKind.HOLD, f"Held as evidence ({_said(held)}): {because}", actor.person_id)
    record(session, actor, Event.EVIDENCE_HELD, incident, system_id=incident.system_id)
    return held


def extend(session: Session, incident: Incident, by: int | None) -> None:
    """Let what is held follow what the incident touches now and what was live when it is now said to have begun.

    Where nothing is held, nothing is from now on; and nothing is let go, for it was evidence until now. Whoever held the
    rest holds this too, for the same reason. Part of an action, which records.
    """
    standing = holds_for(session, SUBJECT, incident.id or 0)
    held = _held(session, incident, standing[0].because, standing[0].held_by_id) if standing else []
    if held:
        session.add_all(held)
        tell(session, incident, EntryKind.HOLD, f"Held as evidence too ({_said(held)}).", by)


def _held(session: Session, incident: Incident, because: str, by: int | None) -> list[EvidenceHold]:
    """A hold on each system and version that is evidence and not held for the incident yet; the systems' rows are held."""
    number, began = incident.id or 0, incident.started_at or incident.detected_at
    wanted: list[tuple[int, int | None]] = []
    for touched in hold_touched(session, number):
        live = live_on(session, touched, began)
        wanted += [(touched, None), *((touched, model.id) for model, _ in live)]
    there = {(each.system_id, each.version_id) for each in holds_for(session, SUBJECT, number)}
    return [
        EvidenceHold(
            system_id=system_id,
            version_id=version_id,
            subject_kind=SUBJECT,
            subject_id=number,
            because=because,
            held_at=clock.now(),
            held_by_id=by,
        )
        for system_id, version_id in wanted
        if (system_id, version_id) not in there
    ]


def release(session: Session, actor: Actor, incident: Incident, because: str) -> None:
    """Release everything that is held for the incident, with the reason. Raises Forbidden, also for whoever works on it
    and neither held it nor answers for the law (a reviewer, the compliance lead); and RuleBroken.
    """
    require(actor, Permission.INCIDENT_WORK, desk_of(session, actor, incident))
    because = tidied(because)
    refuse_if(reason_problems(because, "Say why nobody needs it as it is any more."))
    held = holds_for(session, SUBJECT, incident.id or 0)
    if not held:
        raise RuleBroken([Problem("", "Nothing is held for this incident.")])
    if not may_release(session, actor, incident, held):
        raise Forbidden(NOT_YOURS)
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
