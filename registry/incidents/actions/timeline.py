"""Add to the timeline of an incident; write its post-mortem; state its cause."""

from datetime import datetime

from sqlmodel import Session

from registry.audit.actions import record
from registry.incidents.actions.telling import stale, tell
from registry.incidents.models.incidents import Incident, IncidentEntry
from registry.incidents.queries.visibility import desk_of
from registry.incidents.rules.kinds import EntryKind, Status
from registry.incidents.rules.moves import final_problems
from registry.incidents.rules.post_mortem import lacking, problems_with_post_mortem
from registry.incidents.rules.record import entry_problems, prose_problems, tidied
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Problem, refuse_if
from registry.kernel.events import Event
from registry.kernel.text import listed


def note(
    session: Session,
    actor: Actor,
    incident: Incident,
    at: datetime | None,
    text: str,
    evidence: str = "",
) -> IncidentEntry:
    """Add what happened at an instant (None: now), and by what it is shown. A closed incident may be added to as well.

    Raises RuleBroken, also for one that was merged: the other one's timeline goes on.
    """
    require(actor, Permission.INCIDENT_WORK, desk_of(session, actor, incident))
    text, evidence, now = tidied(text), tidied(evidence), clock.now()
    refuse_if(_merged_problems(incident) or entry_problems(text, evidence, at or now, now))
    entry = tell(session, incident, EntryKind.NOTE, text, actor.person_id, at=at, evidence=evidence)
    record(session, actor, Event.INCIDENT_NOTED, entry, system_id=incident.system_id)
    return entry


def write_post_mortem(
    session: Session, actor: Actor, incident: Incident, text: str, *, version: int | None = None
) -> Incident:
    """Write the post-mortem, in Markdown under the outline's headings. `version` as in `edit`. Raises RuleBroken or Conflict."""
    require(actor, Permission.INCIDENT_WORK, desk_of(session, actor, incident))
    text = tidied(text)
    refuse_if(final_problems(incident.status) or problems_with_post_mortem(text))
    if late := stale(incident, version, {"post_mortem": text}):
        raise late
    lacks = lacking(text)
    more = f" It does not say yet: {listed(lacks)}." if lacks else ""
    tell(session, incident, EntryKind.POST_MORTEM, f"The post-mortem was written.{more}", actor.person_id)
    incident.post_mortem = text
    incident.post_mortem_by_id, incident.post_mortem_at = actor.person_id, clock.now()
    record(session, actor, Event.POST_MORTEM_WRITTEN, incident, system_id=incident.system_id)
    return incident


def state_cause(
    session: Session,
    actor: Actor,
    incident: Incident,
    root_cause: str,
    factors: str,
    *,
    version: int | None = None,
) -> Incident:
    """State what caused it and what contributed to that. `version` as in `edit`. Raises RuleBroken or Conflict."""
    require(actor, Permission.INCIDENT_WORK, desk_of(session, actor, incident))
    root_cause, factors = tidied(root_cause), tidied(factors)
    problems = [*prose_problems("root_cause", root_cause), *prose_problems("factors", factors)]
    refuse_if(final_problems(incident.status) or problems)
    if late := stale(incident, version, {"root_cause": root_cause, "factors": factors}):
        raise late
    if root_cause != incident.root_cause:
        says = (
            f"The root cause, as far as is known: {root_cause}"
            if root_cause
            else "The root cause is open again."
        )
        tell(session, incident, EntryKind.NOTE, says, actor.person_id)
    incident.root_cause, incident.factors = root_cause, factors
    record(session, actor, Event.INCIDENT_EDITED, incident, system_id=incident.system_id)
    return incident


def _merged_problems(incident: Incident) -> list[Problem]:
    if incident.status is not Status.MERGED:
        return []
    return [Problem("", f"It was merged. What comes now belongs to incident {incident.merged_into_id}.")]
