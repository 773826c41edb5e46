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
from registry.reviews.queries.reviews import newest_approvals, newest_submission, undecided_of
from registry.reviews.queries.rulebook import chosen, rule_on
from registry.reviews.rules.cadence import due_on, months_for
from registry.reviews.rules.decisions import problems_with_retired, problems_with_submission
from registry.reviews.rules.kinds import Kind, State
from registry.reviews.rules.separation import require_no_token
from registry.systems.models import System


def want(session: Session, actor: Actor, system: System, kind: Kind, by: date) -> Review:
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
        due_on=by,
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
    review: Review | None = None,
) -> Review:
    """Hand the record as it stands to the reviewers: that review, else the one of this kind that goes on, else a new one.

    Reviewers get a new day, except where the very record they have is handed in again. For the owner, deputies and leads.
    The caller holds the system's row, so that the record is that of one moment. Raises RuleBroken.
    """
    require(actor, Permission.REVIEW_SUBMIT, system.id)
    require_no_token(actor)
    refuse_if(problems_with_retired(system.stage))
    found = review or next(iter(undecided_of(session, system.id or 0, kind) if kind else ()), None)
    problems = problems_with_submission(found.state if found else State.WANTED, note)
    refuse_if([*problems, *([] if kind else [Problem("kind", "Say why it is to be reviewed.")])])
    review = found or _new(session, actor, system, kind or Kind.INITIAL)
    _, rule = rule_on(session, clock.today())
    review.packs = chosen(session, [*packs, *review.packs], clock.today())
    content, before = content_of(session, system), newest_submission(session, review.id or 0)
    is_the_same = before is not None and before.content_sha256 == content.sha256
    if review.state is not State.SUBMITTED or not is_the_same:
        days = months_for(rule.decide_days, system.tier)
        review.due_on = clock.today() + timedelta(days=days)
    review.state = State.SUBMITTED
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
    """Take a review back before it is decided. One that the registry wants stays wanted, by its own day. Raises RuleBroken."""
    require(actor, Permission.REVIEW_SUBMIT, review.system_id)
    require_no_token(actor)
    if review.state not in {State.SUBMITTED, State.RETURNED}:
        raise RuleBroken([Problem("", f"There is nothing to take back: the review is {review.state.said}.")])
    if review.opened_by_id is None:
        review.state, review.due_on = State.WANTED, _wanted_by(session, review)
    else:
        review.state, review.ended_at = State.WITHDRAWN, clock.now()
    record(session, actor, Event.REVIEW_WITHDRAWN, review, system_id=review.system_id)
    return review


def _wanted_by(session: Session, review: Review) -> date:
    """The day on which the approval ends; today where none holds any more."""
    found = newest_approvals(session, [review.system_id]).get(review.system_id)
    if found is None:
        return clock.today()
    tier = session.get_one(System, review.system_id).tier
    _, rule = rule_on(session, clock.today())
    return due_on(found[0].at, months_for(rule.months, tier))
