"""The incidents on somebody's desk: those they lead, resolved ones on which they may say that it is over, those they are told of."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import or_
from sqlmodel import Session, col, select

from registry.incidents.models.incidents import Incident
from registry.incidents.queries.incidents import is_theirs_to_close, is_told
from registry.incidents.queries.visibility import seen_by
from registry.incidents.rules.kinds import UNCLOSED, Status
from registry.kernel.actor import Actor, Permission, may
from registry.systems.models import System
from registry.systems.queries.remembering import remembered_for

INCIDENTS_SHOWN = 50


def incidents_for(session: Session, actor: Actor) -> Sequence[tuple[Incident, System]]:
    """What is not closed and waits for the actor, with the system it was found at: the worst first, at most fifty.

    They lead it, it is resolved by somebody else and they may close it, they are told of it, or nobody leads it. In one statement.
    """
    if actor.person_id is None:
        return []
    return remembered_for(session, actor, "incidents", None, lambda: _incidents_for(session, actor))


def _incidents_for(session: Session, actor: Actor) -> Sequence[tuple[Incident, System]]:
    waits = or_(col(Incident.lead_id) == actor.person_id, is_theirs_to_close(actor), is_told(actor))
    if may(actor, Permission.INCIDENT_WORK):
        # Nobody leads it: whoever may work on any incident sees to it that somebody does.
        waits = or_(waits, col(Incident.lead_id).is_(None))
    query: Any = (
        select(Incident, System)
        .join(System, col(System.id) == col(Incident.system_id))
        .where(col(Incident.status).in_([each for each in Status if each in UNCLOSED]), waits, seen_by(actor))
        .order_by(col(Incident.severity).desc(), col(Incident.id))
        .limit(INCIDENTS_SHOWN)
    )
    return [(incident, system) for incident, system in session.execute(query)]
