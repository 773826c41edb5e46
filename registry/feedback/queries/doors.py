"""The public door of a system, by its system or its code; how much came through it today."""

from datetime import date

from sqlmodel import Session, col, select

from registry.feedback.models import FeedbackDoor, FeedbackTally
from registry.kernel.errors import NotFound
from registry.systems.models import Withdrawal


def door_of(session: Session, system_id: int, *, lock: bool = False) -> FeedbackDoor | None:
    """The door of a system, open or closed, or None where it never had one."""
    query = select(FeedbackDoor).where(FeedbackDoor.system_id == system_id)
    return session.exec(query.with_for_update() if lock else query).one_or_none()


def door_by_code(session: Session, code: str, *, lock: bool = False) -> FeedbackDoor:
    """The open door of this code; with `lock`, one sender after the other.

    Raises NotFound alike for a code nobody was given, one that was replaced, a closed door and a withdrawn system: from
    outside, none of them is to be told from another.
    """
    query = select(FeedbackDoor).where(
        FeedbackDoor.public_code == code,
        col(FeedbackDoor.is_open).is_(True),
        col(FeedbackDoor.system_id).not_in(select(Withdrawal.system_id)),
    )
    found = session.exec(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        raise NotFound
    return found


def tally_of(session: Session, door_id: int, day: date, sender: str) -> FeedbackTally | None:
    """The count of one sender at one door on one day; of the sender "" that of all together."""
    query = select(FeedbackTally).where(
        FeedbackTally.door_id == door_id, FeedbackTally.day == day, FeedbackTally.sender == sender
    )
    return session.exec(query).one_or_none()
