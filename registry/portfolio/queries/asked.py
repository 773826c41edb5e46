"""What reviews found of the controls of frameworks: how many systems meet each, by the newest decided review of each system."""

from sqlalchemy import case
from sqlmodel import Session, col, func, select

from registry.kernel.actor import Actor
from registry.reviews.models.reviews import ReviewAnswer, ReviewDecision
from registry.reviews.rules.kinds import Answer, Decision
from registry.systems.models import System
from registry.systems.queries import visible_to


def met_by_systems(session: Session, actor: Actor) -> dict[str, dict[str, int]]:
    """By framework and control, how many of the systems the actor may know of were found to meet it, in one statement.

    Controls that no system meets are left out; a framework that no review has asked for is left out altogether. A review
    that only asked for changes has decided nothing yet.
    """
    deciding = [each for each in Decision if each is not Decision.REQUEST_CHANGES]
    newest = (
        select(func.max(ReviewDecision.id))
        .join(System, col(System.id) == col(ReviewDecision.system_id))
        .where(visible_to(actor), col(ReviewDecision.decision).in_(deciding))
        .group_by(col(ReviewDecision.system_id))
    )
    reviews = select(ReviewDecision.review_id).where(col(ReviewDecision.id).in_(newest))
    meets = func.sum(case((col(ReviewAnswer.answer) == Answer.MET, 1), else_=0))
    query = (
        select(ReviewAnswer.pack, ReviewAnswer.control, meets)
        .where(col(ReviewAnswer.review_id).in_(reviews), col(ReviewAnswer.answer).is_not(None))
        .group_by(col(ReviewAnswer.pack), col(ReviewAnswer.control))
    )
    found: dict[str, dict[str, int]] = {}
    for pack, control, count in session.exec(query):
        # The edition is left aside: what was met by one edition of a control counts for the next.
        of_framework = found.setdefault(pack.partition(" ")[0], {})
        if count:
            of_framework[control] = of_framework.get(control, 0) + int(count)
    return found
