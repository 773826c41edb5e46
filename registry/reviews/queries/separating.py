"""Who has a part in what is to be decided, and whether a review is the reader's to work on."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import and_, or_
from sqlmodel import Session, col, func, select

from registry.audit import queries as audit
from registry.kernel import clock
from registry.kernel.actor import Actor, Seat
from registry.kernel.errors import Forbidden
from registry.kernel.events import Event
from registry.ownership.queries import seated_since
from registry.reviews.models.reviews import Finding, Review, ReviewDecision, ReviewSubmission
from registry.reviews.models.words import Waiver
from registry.reviews.rules.kinds import Decision, State
from registry.reviews.rules.separation import Involved, conflict_of, require_no_token, require_separation
from registry.versions.models import ModelVersion
from registry.versions.rules.standing import State as VersionState

_TAKE_IT = "Whoever has this review works on it. Take it first, or have it given to you."
_NOT_YOURS = "Only whoever mends it, or the owner or deputy of the system, says that a finding is resolved."
_ANY_SEAT: Final = frozenset(Seat)
_ANSWERING: Final = frozenset({Seat.OWNER, Seat.DEPUTY})
_IN_FORCE = (VersionState.APPROVED, VersionState.LIVE)


def handed_in(session: Session, review_id: int, system_id: int) -> Sequence[tuple[datetime, int]]:
    """When a review was handed in and by whom, the first time first.

    What was withdrawn since the system was last decided on belongs to it: whoever takes a review back and hands it in
    anew asks for the same.
    """
    decided: Any = select(func.max(ReviewDecision.at)).where(
        ReviewDecision.system_id == system_id, ReviewDecision.decision != Decision.REQUEST_CHANGES
    )
    query = select(ReviewSubmission.at, ReviewSubmission.submitted_by_id).join(
        Review, col(Review.id) == col(ReviewSubmission.review_id)
    )
    last = decided.scalar_subquery()
    taken_back = and_(
        col(Review.state) == State.WITHDRAWN, or_(last.is_(None), col(ReviewSubmission.at) > last)
    )
    query = query.where(Review.system_id == system_id, or_(col(Review.id) == review_id, taken_back))
    return session.exec(query.order_by(col(ReviewSubmission.at), col(ReviewSubmission.id))).all()


def involved_in(session: Session, review_id: int, system_id: int) -> Involved:
    """Who has a part in what a review decides: the seats since it was first handed in, who wrote it, who handed it in."""
    times = handed_in(session, review_id, system_id)
    since = times[0][0] if times else clock.now()
    return _involved(session, system_id, since, [person for _, person in times])


def involved_in_finding(session: Session, finding: Finding) -> Involved:
    """The same of the review that found it; whoever was to mend it and whoever says it is mended have asked."""
    found = involved_in(session, finding.review_id, finding.system_id)
    return Involved(found.seated, found.wrote, {finding.owner_id, finding.resolved_by_id})


def involved_in_waiver(session: Session, waiver: Waiver) -> Involved:
    """Who has a part in a waiver: the seats since it was asked for, who wrote the record, who asked."""
    return _involved(session, waiver.system_id, waiver.asked_at, [waiver.asked_by_id])


def _involved(session: Session, system_id: int, since: datetime, asked: Collection[int]) -> Involved:
    """Read from the ledger who ever edited the record, since it names only its last state.

    Objectives, metrics, data and versions are written by whoever holds a seat. Who was in a team that held a seat is
    kept by nobody, so of a team those count who are in it now.
    """
    writers, _ = audit.hands_on(session, "system", system_id, (Event.SYSTEM_EDITED,))
    query = select(ModelVersion.approved_by_id).where(
        ModelVersion.system_id == system_id, col(ModelVersion.state).in_(_IN_FORCE)
    )
    seated = seated_since(session, system_id, _ANY_SEAT, since)
    return Involved(seated, writers | set(session.exec(query)), set(asked))


def answering_for(session: Session, system_id: int) -> frozenset[int]:
    """Who holds the owner's or a deputy's seat now; of a team whoever is in it now."""
    return seated_since(session, system_id, _ANSWERING, clock.now())


def require_answers(session: Session, actor: Actor, finding: Finding) -> None:
    """Raise Forbidden for a token and for everybody but whoever mends a finding, the owner and the deputies of its system."""
    require_no_token(actor)
    if actor.person_id not in answering_for(session, finding.system_id) | {finding.owner_id}:
        raise Forbidden(_NOT_YOURS)


def conflict_with(session: Session, review: Review, person_id: int | None) -> str:
    """Why this person may not have this review, "" where nothing stands against it."""
    return conflict_of(person_id, involved_in(session, review.id or 0, review.system_id))


def require_apart(session: Session, actor: Actor, system_id: int, review_id: int) -> None:
    """Raise Forbidden for a token and for whoever has a part in what the review decides."""
    require_separation(actor, involved_in(session, review_id, system_id))


def require_has(session: Session, actor: Actor, review: Review) -> None:
    """The same, and Forbidden for everybody but the reviewer who has the review."""
    require_apart(session, actor, review.system_id, review.id or 0)
    if review.assigned_to_id != actor.person_id:
        raise Forbidden(_TAKE_IT)
