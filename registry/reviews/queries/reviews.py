"""Reviews as far as the reader may know of their systems: one, those of a system, the queue; what stands in one."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from registry.kernel.actor import Actor
from registry.kernel.errors import NotFound
from registry.people.models import Person
from registry.reviews.models.reviews import (
    Finding,
    Review,
    ReviewCondition,
    ReviewDecision,
    ReviewSubmission,
)
from registry.reviews.rules.content import Content, content_from
from registry.reviews.rules.kinds import (
    APPROVING,
    UNDECIDED,
    WITH_OWNER,
    Decision,
    Kind,
    State,
)
from registry.store.columns import LARGEST_NUMBER
from registry.store.orders import Order, rows_in
from registry.store.paging import Page, cut
from registry.systems.models import System
from registry.systems.queries import visible_to
from registry.systems.rules.record import Stage


class Place(StrEnum):
    """What the queue is narrowed to."""

    UNDECIDED = "undecided"
    UNASSIGNED = "unassigned"
    MINE = "mine"
    OWNER = "owner"
    DUE = "due"
    DECIDED = "decided"

    @property
    def said(self) -> str:
        return {
            Place.UNDECIDED: "All that are not decided",
            Place.UNASSIGNED: "Nobody has them yet",
            Place.MINE: "Mine",
            Place.OWNER: "Waiting for the owner",
            Place.DUE: "Due within two weeks, or late",
            Place.DECIDED: "Decided",
        }[self]


Part = TypeVar("Part", Finding, ReviewCondition)
_APPROVES = [each for each in Decision if each.leads_to in APPROVING]
_VERDICTS = [each for each in Decision if each is not Decision.REQUEST_CHANGES]


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a list of reviews is narrowed to; `due_by` is the last day that counts as due."""

    place: Place = Place.UNDECIDED
    due_by: date = date.max
    kind: Kind | None = None
    tier: str | None = None
    system_id: int | None = None
    every_state: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One review of a list, with its system and who has it."""

    review: Review
    system: System
    reviewer: Person | None


def _clauses(actor: Actor, by: Narrowing) -> list[ColumnElement[bool]]:
    state, open_states = col(Review.state), [each for each in State if each in UNDECIDED]
    places: dict[Place, list[ColumnElement[bool]]] = {
        Place.UNDECIDED: [state.in_(open_states)],
        Place.UNASSIGNED: [state == State.SUBMITTED, col(Review.assigned_to_id).is_(None)],
        Place.MINE: [state.in_(open_states), col(Review.assigned_to_id) == actor.person_id],
        Place.OWNER: [state.in_([each for each in State if each in WITH_OWNER])],
        Place.DUE: [state.in_(open_states), col(Review.due_on) <= by.due_by],
        Place.DECIDED: [state.not_in(open_states)],
    }
    told = [visible_to(actor), *([] if by.every_state else places[by.place])]
    if by.kind is not None:
        told.append(col(Review.kind) == by.kind)
    if by.tier is not None:
        told.append(col(System.tier).is_(None) if by.tier == "" else col(System.tier) == by.tier)
    if by.system_id is not None:
        told.append(col(Review.system_id) == by.system_id)
    return told


def reviews_page(
    session: Session,
    actor: Actor,
    by: Narrowing,
    *,
    before: int | None = None,
    order: Order | None = None,
    limit: int = 30,
) -> Page[Line]:
    """One page of reviews, the newest first; `before` is the number of the last one seen. With `order` in that one."""
    query: Any = select(Review, System, Person).join(System, col(System.id) == col(Review.system_id))
    query = query.join(Person, col(Person.id) == col(Review.assigned_to_id), isouter=True)
    query = query.where(*_clauses(actor, by))
    if order is not None:
        return rows_in(session, query, Review.id, order, limit, lambda row: Line(*row))
    if before is not None:
        query = query.where(col(Review.id) < before)
    found = [Line(*row) for row in session.execute(query.order_by(col(Review.id).desc()).limit(limit + 1))]
    return cut(found, limit, lambda line: (line.review.id,))


def counts(session: Session, actor: Actor, by: Narrowing) -> dict[Place, int]:
    """How many reviews each place of the queue holds, in one statement."""
    places = list(Place)
    columns = []
    for place in places:
        narrowed = Narrowing(place, by.due_by, by.kind, by.tier, by.system_id)
        query = select(func.count()).select_from(Review).join(System, col(System.id) == col(Review.system_id))
        columns.append(query.where(*_clauses(actor, narrowed)).scalar_subquery())
    row = session.execute(select(*columns)).one()
    return dict(zip(places, row, strict=True))


def by_number(session: Session, actor: Actor, number: int, *, lock: bool = False) -> tuple[Review, System]:
    """A review and its system. Raises NotFound where there is none the actor may know of; both look the same.

    With `lock` the system is held first and then the review, as everywhere, so that nobody edits the record meanwhile.
    """
    if number > LARGEST_NUMBER:
        raise NotFound
    query = select(System).join(Review, col(Review.system_id) == col(System.id))
    query = query.where(col(Review.id) == number, visible_to(actor))
    system = session.exec(query.with_for_update(of=System, key_share=True) if lock else query).one_or_none()
    if system is None:
        raise NotFound
    one = select(Review).where(Review.id == number)
    review = session.exec(
        one.with_for_update().execution_options(populate_existing=True) if lock else one
    ).one()
    return review, system


def part_by_number(
    session: Session, actor: Actor, kind: type[Part], number: int, *, lock: bool = False
) -> tuple[Part, Review, System]:
    """A finding or a condition with its review and system, these held where asked. Raises NotFound as for a review."""
    found: Any = session.get(kind, number) if number <= LARGEST_NUMBER else None
    if found is None:
        raise NotFound
    review, system = by_number(session, actor, found.review_id, lock=lock)
    session.refresh(found)
    return found, review, system


def undecided_of(session: Session, system_id: int, kind: Kind | None = None) -> Sequence[Review]:
    """The reviews of a system that go on, or the one of a kind."""
    query = select(Review).where(
        Review.system_id == system_id, col(Review.state).in_([each for each in State if each in UNDECIDED])
    )
    if kind is not None:
        query = query.where(Review.kind == kind)
    return session.exec(query.order_by(col(Review.id))).all()


def newest_submission(session: Session, review_id: int) -> ReviewSubmission | None:
    """What was handed in last."""
    query = select(ReviewSubmission).where(ReviewSubmission.review_id == review_id)
    return session.exec(query.order_by(col(ReviewSubmission.id).desc()).limit(1)).first()


def content_submitted(submission: ReviewSubmission) -> Content:
    """The record as it was handed in."""
    return content_from(submission.content)


def decisions_of(session: Session, review_id: int) -> Sequence[ReviewDecision]:
    """What was decided in a review, newest first."""
    query = select(ReviewDecision).where(ReviewDecision.review_id == review_id)
    return session.exec(query.order_by(col(ReviewDecision.id).desc())).all()


def newest_verdicts(
    session: Session, system_ids: Collection[int]
) -> dict[int, tuple[ReviewDecision, ReviewSubmission]]:
    """The newest decision of each of several systems on whether it may be used, with what it was given on, in one statement.

    Changes asked for decide nothing, and leave to be retired is none to be used.
    """
    query = (
        select(ReviewDecision, ReviewSubmission)
        .join(ReviewSubmission, col(ReviewSubmission.id) == col(ReviewDecision.submission_id))
        .where(col(ReviewDecision.id).in_(_newest_numbers(system_ids)))
    )
    return {decision.system_id: (decision, handed_in) for decision, handed_in in session.exec(query)}


def newest_approvals(
    session: Session, system_ids: Collection[int]
) -> dict[int, tuple[ReviewDecision, ReviewSubmission]]:
    """The same of those systems whose newest such decision approves: a rejection takes back every approval before it."""
    found = newest_verdicts(session, system_ids)
    return {number: given for number, given in found.items() if given[0].decision.leads_to in APPROVING}


def in_use_by_approval(
    session: Session, actor: Actor, system_ids: Collection[int], most: int
) -> list[tuple[System, ReviewSubmission]]:
    """Those of these systems that are approved so and not retired, with what that was given on; by number, at most so many.

    In one statement, and no further content is read: that of one system is as long as its record.
    """
    query = (
        select(System, ReviewSubmission)
        .join(ReviewDecision, col(ReviewDecision.system_id) == col(System.id))
        .join(ReviewSubmission, col(ReviewSubmission.id) == col(ReviewDecision.submission_id))
        .where(
            col(ReviewDecision.id).in_(_newest_numbers(system_ids)),
            col(ReviewDecision.decision).in_(_APPROVES),
            System.stage != Stage.RETIRED,
            visible_to(actor),
        )
    )
    return list(session.exec(query.order_by(col(System.id)).limit(most)).all())


def approved_at(session: Session, system_ids: Collection[int] | None = None) -> dict[int, datetime]:
    """When each system (of these, where any are named) whose newest decision approves was approved, without what it was approved on."""
    query = select(ReviewDecision.system_id, ReviewDecision.at).where(
        col(ReviewDecision.id).in_(_newest_numbers(system_ids)), col(ReviewDecision.decision).in_(_APPROVES)
    )
    return dict(session.exec(query).all())


def _newest_numbers(system_ids: Collection[int] | None) -> Any:
    newest = select(func.max(ReviewDecision.id)).join(Review, col(Review.id) == col(ReviewDecision.review_id))
    newest = newest.where(col(ReviewDecision.decision).in_(_VERDICTS), col(Review.kind) != Kind.DECOMMISSION)
    if system_ids is not None:
        newest = newest.where(col(ReviewDecision.system_id).in_(sorted(system_ids)))
    return newest.group_by(col(ReviewDecision.system_id))


def rejection_of(session: Session, review: Review, content_sha256: str) -> ReviewDecision | None:
    """The rejection that was the last word, in another review, on the very record with this hash; None where there is none.

    Of a review that is over it is None: what came after its decision says nothing about what was known then.
    """
    if review.state not in UNDECIDED:
        return None
    query = select(ReviewDecision).where(
        ReviewDecision.system_id == review.system_id,
        ReviewDecision.content_sha256 == content_sha256,
        ReviewDecision.review_id != review.id,
        col(ReviewDecision.decision).in_(_VERDICTS),
    )
    last = session.exec(query.order_by(col(ReviewDecision.id).desc()).limit(1)).first()
    return last if last is not None and last.decision is Decision.REJECT else None


def findings_of(session: Session, review_id: int) -> list[tuple[Finding, Person]]:
    """What a review found wanting, with who mends it, in the order it was found."""
    query = select(Finding, Person).join(Person, col(Person.id) == col(Finding.owner_id))
    return list(session.exec(query.where(Finding.review_id == review_id).order_by(col(Finding.id))))


def conditions_of(session: Session, review_id: int) -> Sequence[ReviewCondition]:
    """What an approval stands under, the earliest day first."""
    query = select(ReviewCondition).where(ReviewCondition.review_id == review_id)
    return session.exec(query.order_by(col(ReviewCondition.due_on), col(ReviewCondition.id))).all()


def unmet_of(session: Session, system_id: int) -> Sequence[ReviewCondition]:
    """The conditions of a system that are not met yet, the earliest day first."""
    query = select(ReviewCondition).where(
        ReviewCondition.system_id == system_id, col(ReviewCondition.met_at).is_(None)
    )
    return session.exec(query.order_by(col(ReviewCondition.due_on), col(ReviewCondition.id))).all()
