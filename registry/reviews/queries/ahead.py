"""What of reviews has a day to it for one person, as far ahead as is asked: for a calendar, where a desk tells of the next weeks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import or_
from sqlmodel import Session, col, select

from registry.kernel.actor import Actor, Seat
from registry.reviews.models.reviews import Finding, Review, ReviewCondition
from registry.reviews.models.words import Attestation, Waiver
from registry.reviews.queries.due import newest_attestations, with_system
from registry.reviews.queries.reviews import approved_at
from registry.reviews.queries.rulebook import rule_on
from registry.reviews.queries.words import running_out
from registry.reviews.rules.cadence import due_on, months_for
from registry.reviews.rules.kinds import UNDECIDED, WITH_OWNER, FindingState, Kind, State
from registry.store.numbers import among
from registry.systems.models import System
from registry.systems.queries import visible_to
from registry.systems.rules.record import Stage


@dataclass(frozen=True, slots=True)
class Ahead:
    """What is due from one person, each with its system: reviews to submit or decide, findings to mend, conditions to meet,
    waivers that end; attestations and approvals with the last day on which they hold.

    Of an approval the date it was given on names it.
    """

    reviews: Sequence[tuple[Review, System]]
    findings: Sequence[tuple[Finding, System]]
    conditions: Sequence[tuple[ReviewCondition, System]]
    waivers: Sequence[tuple[Waiver, System]]
    attestations: Sequence[tuple[Attestation, System, date]]
    approvals: Sequence[tuple[date, System, date]]


def ahead_for(session: Session, actor: Actor, today: date, days: int) -> Ahead:
    """What of reviews is due from the actor within so many days or overdue, the earliest fifty of a kind; in a fixed number of statements."""
    until = today + timedelta(days=days)
    answering = {number for number, held in actor.seats.items() if held & {Seat.OWNER, Seat.DEPUTY}}
    with_owner = col(Review.state).in_([each for each in State if each in WITH_OWNER])
    with_reviewer = (col(Review.state) == State.SUBMITTED) & (col(Review.assigned_to_id) == actor.person_id)
    dated = col(Review.due_on).is_not(None) & (col(Review.due_on) <= until)
    theirs = or_(with_owner & among(col(Review.system_id), answering), with_reviewer)
    to_mend = (col(Finding.owner_id) == actor.person_id) & (col(Finding.state) == FindingState.OPEN)
    to_meet = col(ReviewCondition.met_at).is_(None) & among(col(ReviewCondition.system_id), answering)
    attestations, approvals = _held(session, actor, today, until)
    return Ahead(
        reviews=with_system(session, actor, Review, dated & theirs),
        findings=with_system(session, actor, Finding, to_mend & (col(Finding.due_on) <= until)),
        conditions=with_system(
            session, actor, ReviewCondition, to_meet & (col(ReviewCondition.due_on) <= until)
        ),
        waivers=running_out(session, actor, today, days),
        attestations=attestations,
        approvals=approvals,
    )


def _held(
    session: Session, actor: Actor, today: date, until: date
) -> tuple[list[tuple[Attestation, System, date]], list[tuple[date, System, date]]]:
    """What the owner of systems in use has to say or ask for again: their attestations, and approvals no review is open for."""
    owned = [number for number, held in actor.seats.items() if Seat.OWNER in held]
    if not owned:
        return [], []
    _, rule = rule_on(session, today)
    query = select(System).where(
        among(col(System.id), owned), System.stage != Stage.RETIRED, visible_to(actor)
    )
    systems = {system.id or 0: system for system in session.exec(query.order_by(col(System.id)))}
    stated = newest_attestations(session, list(systems))
    open_periodic = select(Review.system_id).where(
        Review.kind == Kind.PERIODIC, col(Review.state).in_([each for each in State if each in UNDECIDED])
    )
    asked_for = set(session.exec(open_periodic.where(among(col(Review.system_id), owned))))
    attestations = [
        (given, systems[number], due_on(given.at, months_for(rule.attestation_months, systems[number].tier)))
        for number, given in sorted(stated.items())
    ]
    approvals = [
        (at.date(), systems[number], due_on(at, months_for(rule.months, systems[number].tier)))
        for number, at in sorted(approved_at(session, list(systems)).items())
        if number not in asked_for
    ]
    return (
        [each for each in attestations if each[2] <= until],
        [each for each in approvals if each[2] <= until],
    )
