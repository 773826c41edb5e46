"""Note whom a review that is wanted was told to: its owner before the day, somebody above after it; free what nobody works on."""

from sqlmodel import Session

from registry.audit.actions import record
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.events import Event
from registry.reviews.models.reviews import Review


def remind(session: Session, actor: Actor, review: Review) -> Review:
    """Note that the owner was told of the day, once per due day; it stands on their desk from then on."""
    require(actor, Permission.REVIEW_CHASE)
    review.reminded_for = review.due_on
    record(session, actor, Event.REVIEW_REMINDED, review, system_id=review.system_id)
    return review


def free(session: Session, actor: Actor, review: Review) -> Review:
    """Take a review from a reviewer who has left or is none any more, so that others find that nobody has it."""
    require(actor, Permission.REVIEW_CHASE)
    review.assigned_to_id = None
    record(session, actor, Event.REVIEW_FREED, review, system_id=review.system_id)
    return review


def escalate(session: Session, actor: Actor, review: Review, person_id: int | None) -> Review:
    """Note that the head of the unit was told that nothing was submitted; None where nobody is above."""
    require(actor, Permission.REVIEW_CHASE)
    review.escalated_for, review.escalated_to_id = review.due_on, person_id
    record(session, actor, Event.REVIEW_ESCALATED, review, system_id=review.system_id)
    return review
