"""Open periodic reviews when they fall due; tell owners of them, and whoever heads the unit of those nobody submitted; free those nobody works on."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

from sqlmodel import Session

from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.kernel.errors import NotFound, RuleBroken
from registry.ownership.queries import owners_of
from registry.ownership.rules import head_above
from registry.portfolio.queries import tree_and_heads
from registry.reviews.actions import chasing
from registry.reviews.actions.submitting import want
from registry.reviews.models.reviews import Review
from registry.reviews.queries import due as queries
from registry.reviews.queries.reviews import by_number
from registry.reviews.queries.rulebook import rule_on
from registry.reviews.rules.cadence import is_to_be_escalated, is_to_be_reminded
from registry.reviews.rules.kinds import WITH_OWNER, Kind
from registry.store.session import Database
from registry.systems.queries import by_key

_WORKER = the_registry("worker")


def open_due(database: Database, _payload: dict[str, Any]) -> None:
    """Open the periodic review of each system whose last approval runs out soon; each in a transaction of its own."""
    with database.transaction(read_only=True) as session:
        waiting = queries.to_open(session, _WORKER, clock.today())
    for key, due in waiting:
        with suppress(RuleBroken, NotFound), database.transaction() as session:
            system = by_key(session, _WORKER, key, lock=True)
            want(session, _WORKER, system, Kind.PERIODIC, due)


def chase_reviews(database: Database, _payload: dict[str, Any]) -> None:
    """Note once per due day that an owner was told of a review that is wanted, and later that the head of the unit was.

    And free the reviews of reviewers who have left or are none any more, each in a transaction of its own.
    """
    with database.transaction(read_only=True) as session:
        left = [review.id or 0 for review in queries.left_behind(session, clock.today())]
        _, rule = rule_on(session, clock.today())
        soon = queries.with_owner(session, clock.today() + timedelta(days=rule.remind_days_before))
        numbers = [review.id or 0 for review in soon if _is_late(session, review)]
    for number in left:
        with suppress(NotFound), database.transaction() as session:
            _free(session, number)
    for number in numbers:
        with suppress(NotFound), database.transaction() as session:
            _tell(session, number)


def _is_late(session: Session, review: Review) -> bool:
    return _is_to_remind(session, review) or _is_to_escalate(session, review)


def _is_to_remind(session: Session, review: Review) -> bool:
    _, rule = rule_on(session, clock.today())
    due = review.due_on or clock.today() + timedelta(days=rule.remind_days_before + 1)
    return is_to_be_reminded(due, clock.today(), rule.remind_days_before, review.reminded_for)


def _is_to_escalate(session: Session, review: Review) -> bool:
    _, rule = rule_on(session, clock.today())
    due = review.due_on or clock.today()
    return is_to_be_escalated(due, clock.today(), rule.escalate_days_after, review.escalated_for)


def _free(session: Session, number: int) -> None:
    review, _ = by_number(session, _WORKER, number, lock=True)
    # Decided, or given to somebody else, while this one was on its way.
    if review in queries.left_behind(session, clock.today()):
        chasing.free(session, _WORKER, review)


def _tell(session: Session, number: int) -> None:
    review, system = by_number(session, _WORKER, number, lock=True)
    # Submitted, or told by another worker, while this one was on its way.
    if review.state not in WITH_OWNER:
        return
    if _is_to_remind(session, review):
        chasing.remind(session, _WORKER, review)
    if _is_to_escalate(session, review):
        owner = owners_of(session, [system.id or 0]).get(system.id or 0)
        told = head_above(
            system.unit_id, *tree_and_heads(session), owner.assignment.person_id if owner else None
        )
        chasing.escalate(session, _WORKER, review, told)
