"""Who answers for a system now or did when it was handed in, and whether a review is the reader's to work on."""

from datetime import datetime

from sqlmodel import Session, col, select

from registry.kernel.actor import Actor, Seat
from registry.kernel.errors import Forbidden
from registry.ownership.queries import held_at, held_on
from registry.people.models import Membership
from registry.reviews.models.reviews import Review
from registry.reviews.queries.reviews import newest_submission
from registry.reviews.rules.separation import conflict_of, require_separation

_TAKE_IT = "Whoever has this review works on it. Take it first, or have it given to you."


def owners_at(session: Session, system_id: int, at: datetime | None) -> frozenset[int | None]:
    """Who holds the owner's or a deputy's seat now, or held it at that instant; of a team everybody in it."""
    held = [*held_on(session, system_id), *(held_at(session, system_id, at) if at else ())]
    owning = [each.assignment for each in held if each.assignment.seat in {Seat.OWNER, Seat.DEPUTY}]
    teams = {each.team_id for each in owning if each.team_id is not None}
    found: set[int | None] = {each.person_id for each in owning if each.person_id is not None}
    if teams:
        members = select(Membership.person_id).where(col(Membership.team_id).in_(sorted(teams)))
        found |= {number for number in session.exec(members)}  # noqa: C416
    return frozenset(found)


def conflict_with(session: Session, review: Review, person_id: int | None) -> str:
    """Why this person may not have this review, "" where nothing stands against it."""
    handed_in = newest_submission(session, review.id or 0)
    return conflict_of(
        person_id,
        owners=owners_at(session, review.system_id, handed_in.at if handed_in else None),
        asked_by=handed_in.submitted_by_id if handed_in else None,
    )


def require_apart(session: Session, actor: Actor, system_id: int, review_id: int) -> None:
    """Raise Forbidden for a token, for whoever answers for the system and for whoever handed the review in."""
    handed_in = newest_submission(session, review_id)
    require_separation(
        actor,
        owners=owners_at(session, system_id, handed_in.at if handed_in else None),
        asked_by=handed_in.submitted_by_id if handed_in else None,
    )


def require_has(session: Session, actor: Actor, review: Review) -> None:
    """The same, and Forbidden for everybody but the reviewer who has the review."""
    require_apart(session, actor, review.system_id, review.id or 0)
    if review.assigned_to_id != actor.person_id:
        raise Forbidden(_TAKE_IT)
