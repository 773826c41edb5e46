"""The owner's word that a system is theirs, first and again; and who is told when it is due."""

from datetime import date

from sqlmodel import Session

from registry.audit.actions import record
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Forbidden, Problem, RuleBroken, refuse_if
from registry.kernel.events import Event
from registry.ownership import queries, rules
from registry.ownership.actions.seats import tidy_text
from registry.ownership.models import Assignment, Confirmation, ConfirmationNotice
from registry.ownership.rules import Step


def confirm_owner(session: Session, actor: Actor, system_id: int) -> Assignment:
    """The owner says: this is mine. Clears *owner to be confirmed*. Raises RuleBroken if there is nothing to confirm."""
    require(actor, Permission.OWNER_CONFIRM, system_id)
    owner = _own_seat(session, actor, system_id)
    if owner.accepted_at is not None and not owner.to_be_confirmed:
        raise RuleBroken([Problem("", "Ownership of this system is already confirmed.")])
    owner.accepted_at, owner.to_be_confirmed = clock.now(), False
    record(session, actor, Event.OWNER_CONFIRMED, owner, system_id=system_id)
    return owner


def reconfirm(session: Session, actor: Actor, system_id: int, note: str = "") -> Confirmation:
    """The owner says again: still mine, still true. Raises Forbidden for anybody else, and RuleBroken."""
    require(actor, Permission.OWNER_CONFIRM, system_id)
    owner = _own_seat(session, actor, system_id)
    note = tidy_text(note)
    refuse_if(
        rules.problems_with_confirming(
            is_stated=owner.to_be_confirmed or owner.accepted_at is None,
            last=queries.last_word_of(session, owner),
            today=clock.today(),
            note=note,
        )
    )
    confirmation = Confirmation(
        assignment_id=owner.id or 0,
        system_id=system_id,
        person_id=owner.person_id or 0,
        at=clock.now(),
        note=note,
    )
    session.add(confirmation)
    record(session, actor, Event.OWNER_RECONFIRMED, confirmation, system_id=system_id)
    return confirmation


def note_step(
    session: Session, actor: Actor, owner: Assignment, step: Step, due_on: date, told_id: int | None
) -> ConfirmationNotice:
    """Keep that somebody was told of a confirmation that is due (None: there was nobody to tell).

    Once per step and due day; the database refuses a second. Raises RuleBroken for a period that is over.
    """
    require(actor, Permission.CONFIRMATION_CHASE)
    if owner.to_at is not None:
        raise RuleBroken([Problem("", "Somebody else answers for this system by now.")])
    notice = ConfirmationNotice(
        assignment_id=owner.id or 0,
        system_id=owner.system_id,
        step=step,
        due_on=due_on,
        person_id=told_id,
        at=clock.now(),
    )
    session.add(notice)
    event = Event.CONFIRMATION_REMINDED if step is Step.OWNER else Event.CONFIRMATION_ESCALATED
    record(session, actor, event, notice, system_id=owner.system_id, note={"step": rules.STEP_SAID[step]})
    return notice


def _own_seat(session: Session, actor: Actor, system_id: int) -> Assignment:
    owner = queries.open_owner(session, system_id, lock=True)
    # Whoever was the owner when the request began may have handed it over while it waited for the row.
    if actor.person_id is None or owner.person_id != actor.person_id:
        raise Forbidden("Somebody else answers for this system by now.")
    return owner
