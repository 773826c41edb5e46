"""The owner's word that a system is theirs, first and again; and who is told when it is due."""

from sqlmodel import Session

from registry.audit.actions import record
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Problem, RuleBroken
from registry.kernel.events import Event
from registry.ownership import queries
from registry.ownership.models import Assignment


def confirm_owner(session: Session, actor: Actor, system_id: int) -> Assignment:
    """The owner says: this is mine. Clears *owner to be confirmed*. Raises RuleBroken if there is nothing to confirm."""
    require(actor, Permission.OWNER_CONFIRM, system_id)
    owner = queries.open_owner(session, system_id, lock=True)
    if owner.accepted_at is not None and not owner.to_be_confirmed:
        raise RuleBroken([Problem("", "Ownership of this system is already confirmed.")])
    owner.accepted_at, owner.to_be_confirmed = clock.now(), False
    record(session, actor, Event.OWNER_CONFIRMED, owner, system_id=system_id)
    return owner
