"""Decide a review, on exactly the content that was read; say that a condition is met."""

from datetime import datetime, timedelta

from sqlmodel import Session

from registry.accounts.rules import confirmation_problems
from registry.audit.actions import record
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Conflict, Difference, Problem, RuleBroken, refuse_if
from registry.kernel.events import Event
from registry.kernel.text import clean
from registry.reviews.models.reviews import Review, ReviewCondition, ReviewDecision, ReviewSubmission
from registry.reviews.queries import reviews as queries
from registry.reviews.queries.checking import checked as checked_so_far
from registry.reviews.queries.checking import require_newest
from registry.reviews.queries.content import content_of
from registry.reviews.queries.integrity import digest_of_decision
from registry.reviews.queries.rulebook import questions_of, rule_on
from registry.reviews.queries.separating import require_apart, require_has
from registry.reviews.rules.cadence import due_on, months_for
from registry.reviews.rules.content import changed, named
from registry.reviews.rules.decisions import DecisionFacts, problems_with_decision
from registry.reviews.rules.kinds import Decision, State
from registry.systems.models import System
from registry.systems.rules.record import TEXT_LIMIT, text_problems


def decide(
    session: Session,
    actor: Actor,
    review: Review,
    system: System,
    facts: DecisionFacts,
    *,
    confirmed_at: datetime | None,
) -> ReviewDecision:
    """Decide a review that one has; the caller holds the system's row and the review's.

    Raises Forbidden for whoever has a part in what is decided and for a token; RuleBroken; and Conflict with the
    differences where the record is not the one that was submitted and read: then nothing is decided.
    """
    require(actor, Permission.REVIEW_DECIDE)
    require_has(session, actor, review)
    handed_in = queries.newest_submission(session, review.id or 0)
    if handed_in is None:
        raise RuleBroken([Problem("", f"There is nothing to decide: the review is {review.state.said}.")])
    _refuse_unseen(session, system, handed_in, facts)
    checked = checked_so_far(session, review, questions_of(session, review.packs))
    now = clock.now()
    _, rule = rule_on(session, now.date())
    until = due_on(now, months_for(rule.months, system.tier))
    problems = problems_with_decision(facts, review.state, checked, now.date(), until)
    refuse_if([*problems, *confirmation_problems(confirmed_at, now)])
    decision = _decided(session, actor, review, handed_in, facts)
    review.state = decision.decision.leads_to
    review.ended_at = None if review.state is State.RETURNED else now
    if review.state is State.RETURNED:
        # The day so far was the reviewers'. Whoever has to mend something has as long as they had.
        review.due_on = now.date() + timedelta(days=months_for(rule.decide_days, system.tier))
    record(session, actor, Event.REVIEW_DECIDED, decision, system_id=review.system_id)
    return decision


def _refuse_unseen(
    session: Session, system: System, handed_in: ReviewSubmission, facts: DecisionFacts
) -> None:
    if changes := changed(queries.content_submitted(handed_in), content_of(session, system)):
        said = f"The record has changed since it was submitted ({named(changes)})."
        raise Conflict(
            f"{said} Nothing was decided: it has to be submitted again.",
            0,
            [Difference(each.label, each.after, each.before) for each in changes],
        )
    require_newest(session, handed_in, facts.content_sha256)


def _decided(
    session: Session, actor: Actor, review: Review, handed_in: ReviewSubmission, facts: DecisionFacts
) -> ReviewDecision:
    decision = ReviewDecision(
        review_id=review.id or 0,
        system_id=review.system_id,
        submission_id=handed_in.id or 0,
        submitted_by_id=handed_in.submitted_by_id,
        decided_by_id=actor.person_id or 0,
        decision=facts.decision or Decision.REJECT,
        reason=clean(facts.reason),
        printed_name=actor.name,
        at=clock.now(),
        content_sha256=handed_in.content_sha256,
        packs=list(review.packs),
        digest="",
    )
    decision.digest = digest_of_decision(decision)
    session.add(decision)
    session.flush()
    for each in facts.conditions:
        session.add(
            ReviewCondition(
                decision_id=decision.id or 0,
                review_id=review.id or 0,
                system_id=review.system_id,
                text=clean(each.text),
                due_on=each.due_on or clock.today(),
            )
        )
    return decision


def meet_condition(session: Session, actor: Actor, condition: ReviewCondition, note: str) -> ReviewCondition:
    """Say that a condition is met, and by what that is seen. For a reviewer who has no part in the system."""
    require(actor, Permission.REVIEW_WORK)
    require_apart(session, actor, condition.system_id, condition.review_id)
    problems = text_problems("note", note, TEXT_LIMIT)
    if condition.met_at is not None:
        problems = [Problem("", "This condition is met already.")]
    elif not note.strip():
        problems = [Problem("note", "Say by what you see that it is met.")]
    refuse_if(problems)
    condition.met_at, condition.met_by_id, condition.met_note = clock.now(), actor.person_id, clean(note)
    record(session, actor, Event.REVIEW_CONDITION_MET, condition, system_id=condition.system_id)
    return condition
