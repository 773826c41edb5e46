"""Open a system's public door, close it, say what stands on it; give it another address."""

import secrets

from sqlmodel import Session

from registry.audit.actions import record
from registry.feedback import queries
from registry.feedback.models import FeedbackDoor
from registry.feedback.rules.doors import CODE_BYTES, DoorFacts, problems_with_door
from registry.feedback.rules.feedback import tidy
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Conflict, refuse_if
from registry.kernel.events import Event


def set_door(
    session: Session, actor: Actor, system_id: int, facts: DoorFacts, *, version: int
) -> FeedbackDoor:
    """Write what a system's door says and whether it is open; the first time, give it an address.

    `version` is the revision the editor had before them, 0 where there was no door. The caller holds the system's row
    locked, so that it gets one door. Raises RuleBroken, or Conflict when the door was changed since.
    """
    require(actor, Permission.SYSTEM_EDIT, system_id)
    facts = DoorFacts(tidy(facts.title), tidy(facts.words), facts.is_open)
    door = queries.door_of(session, system_id, lock=True)
    if version != (door.version if door else 0):
        raise Conflict("Somebody else changed this door while you were editing.", door.version if door else 0)
    refuse_if(problems_with_door(facts))
    if door is None:
        door = FeedbackDoor(system_id=system_id, public_code=_new_code())
        session.add(door)
    door.title, door.words, door.is_open = facts.title, facts.words, facts.is_open
    record(session, actor, Event.FEEDBACK_DOOR_SET, door, system_id=system_id)
    return door


def replace_code(session: Session, actor: Actor, door: FeedbackDoor) -> FeedbackDoor:
    """Give the door another address. The old one leads nowhere from now on, as if it had never been."""
    require(actor, Permission.SYSTEM_EDIT, door.system_id)
    door.public_code = _new_code()
    record(session, actor, Event.FEEDBACK_DOOR_REPLACED, door, system_id=door.system_id)
    return door


def _new_code() -> str:
    return secrets.token_urlsafe(CODE_BYTES)
