"""Want a review; hand a system's record to the reviewers; take it back."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlmodel import Session

from registry.audit.actions import record
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Problem, RuleBroken, refuse_if
from registry.kernel.events import Event
from registry.kernel.text import clean
from registry.reviews.models.reviews import Review, ReviewSubmission
from registry.reviews.queries.content import content_of
from registry.reviews.queries.reviews import undecided_of
from registry.reviews.queries.rulebook import chosen, rule_on
from registry.reviews.rules.cadence import months_for
from registry.reviews.rules.decisions import problems_with_submission
from registry.reviews.rules.kinds import Kind, State
from registry.reviews.rules.separation import require_no_token
from registry.systems.models import System


def want(session: Session, actor: Actor, system: System, kind: Kind, due_on: date) -> Review:
    """Say that a system has to be submitted to review by a day. Raises RuleBroken where such a review goes on already.

    The caller holds the system's row, so that two do not open the same at once; the database refuses a second.
    """
    require(actor, Permission.REVIEW_CHASE)
    if undecided_of(session, system.id or 0, kind):
        raise RuleBroken([Problem("kind", "A review of this kind goes on for this system.")])
    review = Review(
        system_id=system.id or 0,
        kind=kind,
        packs=chosen(session, (), clock.today()),
        opened_at=clock.now(),
        opened_by_id=actor.person_id,
        due_on=due_on,
    )
    session.add(review)
    record(session, actor, Event.REVIEW_OPENED, review, system_id=system.id)
    return review


def submit(
    session: Session,
    actor: Actor,
    system: System,
    kind: Kind | None,
    note: str,
    *,
    packs: Sequence[str] = (),
) -> Review:
    """Hand the record as it stands to the reviewers: a new review, or the one of this kind that goes on, anew.

    For the owner, deputies and leads. The caller holds the system's row, so that the record is that of one moment.
    Raises RuleBroken.
    """
    require(actor, Permission.REVIEW_SUBMIT, system.id)
    require_no_token(actor)
    found = undecided_of(session, system.id or 0, kind) if kind else ()
    problems = problems_with_submission(found[0].state if found else State.WANTED, note)
    refuse_if([*problems, *([] if kind else [Problem("kind", "Say why it is to be reviewed.")])])
    review = found[0] if found else _new(session, actor, system, kind or Kind.INITIAL)
    _, rule = rule_on(session, clock.today())
    review.packs = chosen(session, [*packs, *review.packs], clock.today())
    review.state = State.SUBMITTED
    tier = system.tier.value if system.tier else None
    review.due_on = clock.today() + timedelta(days=months_for(rule.decide_days, tier))
    content = content_of(session, system)
    session.add(
        ReviewSubmission(
            review_id=review.id or 0,
            submitted_by_id=actor.person_id or 0,
            at=clock.now(),
            note=clean(note),
            content=content.as_json(),
            content_sha256=content.sha256,
        )
    )
    record(session, actor, Event.REVIEW_SUBMITTED, review, system_id=system.id)
    return review


def _new(session: Session, actor: Actor, system: System, kind: Kind) -> Review:
    review = Review(system_id=system.id or 0, kind=kind, opened_at=clock.now(), opened_by_id=actor.person_id)
    session.add(review)
    session.flush()
    return review


def withdraw(session: Session, actor: Actor, review: Review) -> Review:
    """Take a review back before it is decided. One that was wanted by somebody else stays wanted. Raises RuleBroken."""
    require(actor, Permission.REVIEW_SUBMIT, review.system_id)
    require_no_token(actor)
    if review.state not in {State.SUBMITTED, State.RETURNED}:
        raise RuleBroken([Problem("", f"There is nothing to take back: the review is {review.state.said}.")])
    review.state, review.ended_at = State.WITHDRAWN, clock.now()
    record(session, actor, Event.REVIEW_WITHDRAWN, review, system_id=review.system_id)
    return review
