"""What the reporter may read of their own feedback, by the code they were given."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from registry.feedback.models import Feedback, FeedbackDoor, Reply
from registry.feedback.rules.doors import answer_digest
from registry.kernel.errors import NotFound
from registry.systems.models import Withdrawal


@dataclass(frozen=True, slots=True)
class Told:
    """Their feedback, the door's own title (never the system's name), and the answers, oldest first."""

    feedback: Feedback
    title: str
    replies: Sequence[Reply]


def told_by_code(session: Session, code: str) -> Told:
    """The feedback of this code with its answers. Raises NotFound.

    It is found also when the door has been closed since: who was promised an answer there can still read it.
    """
    query = (
        select(Feedback, FeedbackDoor.title)
        .join(FeedbackDoor, col(FeedbackDoor.system_id) == col(Feedback.system_id), isouter=True)
        .where(
            Feedback.answer_sha256 == answer_digest(code),
            col(Feedback.system_id).not_in(select(Withdrawal.system_id)),
        )
    )
    found = session.exec(query).one_or_none()
    if found is None:
        raise NotFound
    feedback, title = found
    replies = select(Reply).where(Reply.feedback_id == feedback.id).order_by(col(Reply.id))
    return Told(feedback, title or "", session.exec(replies).all())
