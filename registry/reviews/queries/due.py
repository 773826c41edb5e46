"""Which systems have to be reviewed soon, which reviews wait for their owner, and what waits for one person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, func, select

from registry.accounts.models import RoleGrant
from registry.kernel.actor import Actor, Role, Seat
from registry.people.models import Person
from registry.people.queries import active_clause
from registry.reviews.models.reviews import Finding, Review, ReviewCondition
from registry.reviews.models.words import Attestation, SignOff, Waiver
from registry.reviews.queries.content import contents_of
from registry.reviews.queries.reviews import approved_at, in_use_by_approval
from registry.reviews.queries.rulebook import rule_on
from registry.reviews.queries.words import running_out, sheets_to_sign, signatures_of
from registry.reviews.rules.cadence import Standing, due_on, months_for, validity
from registry.reviews.rules.content import FieldChange, changed, content_from
from registry.reviews.rules.kinds import UNDECIDED, WITH_OWNER, FindingState, Kind, Signed, State
from registry.reviews.rules.signing import seats_of
from registry.store.numbers import among
from registry.systems.models import System
from registry.systems.queries import visible_to
from registry.systems.queries.remembering import remembered_for
from registry.systems.rules.record import Stage

_MOST = 50


def to_open(session: Session, actor: Actor, today: date) -> list[tuple[str, date]]:
    """The systems, by key, whose last approval runs out soon and for which no periodic review goes on, with its last day.

    A system that is not approved has a review to come that is its owner's to ask for.
    """
    _, rule = rule_on(session, today)
    approved = approved_at(session)
    going_on = select(Review.system_id).where(
        Review.kind == Kind.PERIODIC, col(Review.state).in_([each for each in State if each in UNDECIDED])
    )
    query = select(System).where(
        col(System.id).in_(sorted(approved)),
        System.stage != Stage.RETIRED,
        col(System.id).not_in(going_on),
        visible_to(actor),
    )
    found = []
    for system in session.exec(query.order_by(col(System.id))):
        due = due_on(approved[system.id or 0], months_for(rule.months, system.tier))
        if today >= due - timedelta(days=rule.open_days_before):
            found.append((system.key, due))
    return found


def with_owner(session: Session, by: date) -> Sequence[Review]:
    """The reviews that wait for an owner and are due by that day; the earliest first."""
    query = select(Review).where(
        col(Review.state).in_([each for each in State if each in WITH_OWNER]), col(Review.due_on) <= by
    )
    return session.exec(query.order_by(col(Review.due_on), col(Review.id))).all()


def left_behind(session: Session, today: date) -> Sequence[Review]:
    """The reviews that are not decided and that somebody has who is not here any more, or is no reviewer."""
    reviewers = select(RoleGrant.person_id).join(Person, col(Person.id) == col(RoleGrant.person_id))
    reviewers = reviewers.where(
        RoleGrant.role == Role.REVIEWER, col(RoleGrant.to_at).is_(None), active_clause(today)
    )
    query = select(Review).where(
        col(Review.state).in_([each for each in State if each in UNDECIDED]),
        col(Review.assigned_to_id).is_not(None),
        col(Review.assigned_to_id).not_in(reviewers),
    )
    return session.exec(query.order_by(col(Review.id))).all()


@dataclass(frozen=True, slots=True)
class Waiting:
    """What of reviews waits for one person, each with the system it is about.

    `unassigned` counts the reviews no reviewer has yet, `unassigned_due` is the earliest day by which one is to be decided.
    """

    to_submit: Sequence[tuple[Review, System]]
    to_decide: Sequence[tuple[Review, System]]
    told_of: Sequence[tuple[Review, System]]
    findings: Sequence[tuple[Finding, System]]
    conditions: Sequence[tuple[ReviewCondition, System]]
    to_sign: Sequence[tuple[SignOff, System, Signed]]
    to_attest: Sequence[tuple[System, Standing, date | None]]
    stale: Sequence[tuple[System, list[FieldChange]]]
    waivers_ending: Sequence[tuple[Waiver, System]]
    unassigned: int = 0
    unassigned_due: date | None = None


def waiting_for(session: Session, actor: Actor, today: date) -> Waiting:
    """Everything of reviews that waits for one person, in a fixed number of statements."""
    return remembered_for(session, actor, "reviews", today, lambda: _waiting_for(session, actor, today))


def _waiting_for(session: Session, actor: Actor, today: date) -> Waiting:
    _, rule = rule_on(session, today)
    owned = {number for number, held in actor.seats.items() if held & {Seat.OWNER, Seat.DEPUTY}}
    with_owners = [each for each in State if each in WITH_OWNER]
    mine = (col(Review.state) == State.SUBMITTED) & (col(Review.assigned_to_id) == actor.person_id)
    told = col(Review.state).in_(with_owners) & (col(Review.escalated_to_id) == actor.person_id)
    theirs = col(Review.state).in_(with_owners) & among(col(Review.system_id), owned)
    reviews = with_system(session, actor, Review, or_(mine, told, theirs))
    near = (
        col(ReviewCondition.met_at).is_(None)
        & among(col(ReviewCondition.system_id), owned)
        & (col(ReviewCondition.due_on) <= today + timedelta(days=rule.remind_days_before))
    )
    to_mend = (col(Finding.owner_id) == actor.person_id) & (col(Finding.state) == FindingState.OPEN)
    attest, stale = _of_owner(session, actor, today)
    unassigned, unassigned_due = _unassigned(session, actor)
    return Waiting(
        to_submit=[each for each in reviews if each[0].state in WITH_OWNER and each[0].system_id in owned],
        to_decide=[each for each in reviews if each[0].state is State.SUBMITTED],
        told_of=[each for each in reviews if each[0].state in WITH_OWNER and each[0].system_id not in owned],
        findings=with_system(session, actor, Finding, to_mend),
        conditions=with_system(session, actor, ReviewCondition, near),
        to_sign=_to_sign(session, actor, today),
        to_attest=attest,
        stale=stale,
        waivers_ending=running_out(session, actor, today, rule.waiver_warn_days),
        unassigned=unassigned,
        unassigned_due=unassigned_due,
    )


def with_system(session: Session, actor: Actor, kind: Any, which: ColumnElement[bool]) -> Sequence[Any]:
    """Rows of a table whose rows are due, each with its system, the earliest first, at most fifty; in one statement."""
    query: Any = select(kind, System).join(System, col(System.id) == kind.system_id)
    query = query.where(which, visible_to(actor)).order_by(kind.due_on, kind.id).limit(_MOST)
    return [tuple(row) for row in session.execute(query)]


def _unassigned(session: Session, actor: Actor) -> tuple[int, date | None]:
    if Role.REVIEWER not in actor.roles:
        return 0, None
    query = (
        select(func.count(), func.min(Review.due_on))
        .select_from(Review)
        .join(System, col(System.id) == col(Review.system_id))
    )
    query = query.where(
        Review.state == State.SUBMITTED, col(Review.assigned_to_id).is_(None), visible_to(actor)
    )
    count, due = session.exec(query).one()
    return count, due


def _to_sign(session: Session, actor: Actor, today: date) -> list[tuple[SignOff, System, Signed]]:
    """The sheets with a seat this person holds that nobody has signed for, on a record that still is the one on the sheet."""
    sheets, (_, rule) = sheets_to_sign(session, actor), rule_on(session, today)
    signed = signatures_of(session, [sheet for sheet, _ in sheets])
    now = contents_of(session, [system for _, system in sheets])
    found = []
    for sheet, system in sheets:
        wanted = {Signed(each) for each in sheet.seats} - signed[sheet.id or 0].keys()
        seats = [seat for seat in seats_of(actor, system.id or 0) if seat in wanted]
        months = months_for(rule.sign_off_months, system.tier)
        lapsed = not validity(sheet.opened_at, months, today, warn_days=0).holds
        if seats and not lapsed and not changed(content_from(sheet.content), now[system.id or 0]):
            found.append((sheet, system, seats[0]))
    return found


def _of_owner(
    session: Session, actor: Actor, today: date
) -> tuple[list[tuple[System, Standing, date | None]], list[tuple[System, list[FieldChange]]]]:
    """The systems one owns that were approved once: whose attestation is due again, and whose approval is stale.

    Before its first approval a system has its record to be completed and its review to be asked for, and nothing is
    asked besides.
    """
    owned = [number for number, held in actor.seats.items() if Seat.OWNER in held]
    approved = in_use_by_approval(session, actor, owned, _MOST) if owned else []
    _, rule = rule_on(session, today)
    systems = [system for system, _ in approved]
    stated = newest_attestations(session, [system.id or 0 for system in systems])
    now = contents_of(session, systems)
    attest: list[tuple[System, Standing, date | None]] = []
    stale: list[tuple[System, list[FieldChange]]] = []
    for system, handed_in in approved:
        number = system.id or 0
        if changes := changed(content_from(handed_in.content), now[number]):
            stale.append((system, changes))
        given = stated.get(number)
        held = validity(
            given.at if given else None,
            months_for(rule.attestation_months, system.tier),
            today,
            warn_days=rule.remind_days_before,
            is_stale=given is not None and bool(changed(content_from(given.content), now[number])),
        )
        if held.standing is not Standing.CURRENT:
            attest.append((system, held.standing, held.until))
    return attest, stale


def newest_attestations(session: Session, numbers: Sequence[int]) -> dict[int, Attestation]:
    """The last attestation of each of these systems, by system."""
    if not numbers:
        return {}
    newest = select(func.max(Attestation.id)).where(col(Attestation.system_id).in_(numbers))
    query = select(Attestation).where(col(Attestation.id).in_(newest.group_by(col(Attestation.system_id))))
    return {each.system_id: each for each in session.exec(query)}
