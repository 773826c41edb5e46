"""The checklist of a review: its answers, which of them were given on another record than the one handed in last, what is wanting."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from registry.kernel import clock
from registry.kernel.errors import Conflict, Difference
from registry.reviews.models.reviews import Finding, Review, ReviewAnswer, ReviewSubmission
from registry.reviews.queries.reviews import content_submitted
from registry.reviews.queries.words import waived_on
from registry.reviews.rules.content import changed
from registry.reviews.rules.decisions import Checked, Question, is_outdated
from registry.reviews.rules.kinds import FindingState, Severity


def answers_of(session: Session, review_id: int) -> dict[str, ReviewAnswer]:
    """The answers of a review by the key of their question."""
    query = select(ReviewAnswer).where(ReviewAnswer.review_id == review_id)
    return {
        f"{each.pack}/{each.control}": each for each in session.exec(query.order_by(col(ReviewAnswer.id)))
    }


def records_handed_in(session: Session, review_id: int) -> Sequence[tuple[datetime, str]]:
    """When each record of a review was handed in and its hash, the newest last."""
    query = select(ReviewSubmission.at, ReviewSubmission.content_sha256)
    query = query.where(ReviewSubmission.review_id == review_id)
    return session.exec(query.order_by(col(ReviewSubmission.id))).all()


def checked(session: Session, review: Review, questions: Sequence[Question]) -> Checked:
    """How far the checklist of a review has come, and the findings of its system that nobody has verified as mended."""
    rows, records = answers_of(session, review.id or 0), records_handed_in(session, review.id or 0)
    given = {key: row.answer for key, row in rows.items() if row.answer is not None}
    again = frozenset(key for key in given if is_outdated(rows[key].at, records))
    query = select(Finding.severity).where(
        Finding.system_id == review.system_id, Finding.state != FindingState.VERIFIED
    )
    unverified = [Severity(each) for each in session.exec(query)]
    waived = waived_on(session, review.system_id, clock.today())
    return Checked(questions, given, unverified, again, frozenset(waived))


def require_newest(session: Session, newest: ReviewSubmission, read_sha256: str) -> None:
    """Raise Conflict, with the differences, where the record with the hash that was read is not the one handed in last."""
    if read_sha256 == newest.content_sha256:
        return
    query = select(ReviewSubmission).where(
        ReviewSubmission.review_id == newest.review_id, ReviewSubmission.content_sha256 == read_sha256
    )
    read = session.exec(query.order_by(col(ReviewSubmission.id).desc()).limit(1)).first()
    changes = changed(content_submitted(read), content_submitted(newest)) if read else []
    raise Conflict(
        "It was submitted anew since you read it. Nothing was decided: read it again.",
        0,
        [Difference(each.label, each.after, each.before) for each in changes],
    )
