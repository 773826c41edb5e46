"""Fill and vacate seats; offer, accept, decline, withdraw and expire hand-overs."""

from datetime import datetime

from sqlmodel import Session

from registry.audit.actions import record
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, Seat, require
from registry.kernel.errors import Forbidden, Problem, RuleBroken, refuse_if
from registry.kernel.events import Event
from registry.kernel.text import clean
from registry.ownership import queries, rules
from registry.ownership.models import Assignment, Handover
from registry.ownership.rules import HandoverState, OfferFacts
from registry.people.queries import is_active_person, team_exists


def seat_first_owner(
    session: Session,
    system_id: int,
    person_id: int,
    *,
    accepted: bool,
    to_be_confirmed: bool = False,
    at: datetime | None = None,
) -> Assignment:
    """Put the first accountable owner of a new system in their seat, from the instant it is on the register.

    Part of registering, whose ledger entry covers it; no action of its own.
    """
    at = at or clock.now()
    assignment = Assignment(
        system_id=system_id,
        seat=Seat.OWNER,
        person_id=person_id,
        from_at=at,
        accepted_at=at if accepted else None,
        to_be_confirmed=to_be_confirmed,
    )
    session.add(assignment)
    return assignment


def confirm_owner(session: Session, actor: Actor, system_id: int) -> Assignment:
    """The owner says: this is mine. Clears *owner to be confirmed*. Raises RuleBroken if there is nothing to confirm."""
    require(actor, Permission.OWNER_CONFIRM, system_id)
    owner = queries.open_owner(session, system_id, lock=True)
    if owner.accepted_at is not None and not owner.to_be_confirmed:
        raise RuleBroken([Problem("", "Ownership of this system is already confirmed.")])
    owner.accepted_at, owner.to_be_confirmed = clock.now(), False
    record(session, actor, Event.OWNER_CONFIRMED, owner, system_id=system_id)
    return owner


def fill_seat(
    session: Session,
    actor: Actor,
    system_id: int,
    seat: Seat,
    *,
    person_id: int | None = None,
    team_id: int | None = None,
    reason: str = "",
) -> Assignment:
    """Put a person or a team in a seat other than the owner's. Raises RuleBroken.

    Whoever names themselves has accepted by doing so; of anybody else the register says only that they were named.
    """
    require(actor, Permission.SEAT_FILL, system_id)
    reason = _tidy(reason)
    owner = queries.open_owner(session, system_id, lock=True)
    refuse_if(
        rules.problems_with_seat(
            seat,
            person_id=person_id,
            team_id=team_id,
            holder_is_active=_holder_is_here(session, person_id, team_id),
            already_held=queries.is_held(session, system_id, seat, person_id, team_id),
            is_owner=person_id is not None and person_id == owner.person_id,
            reason=reason,
        )
    )
    at = clock.now()
    assignment = Assignment(
        system_id=system_id,
        seat=seat,
        person_id=person_id,
        team_id=team_id,
        from_at=at,
        accepted_at=at if person_id is not None and person_id == actor.person_id else None,
        reason=reason,
    )
    session.add(assignment)
    record(session, actor, Event.SEAT_FILLED, assignment, system_id=system_id)
    return assignment


def vacate_seat(session: Session, actor: Actor, assignment: Assignment) -> Assignment:
    """End somebody's time in a seat other than the owner's. Raises RuleBroken."""
    require(actor, Permission.SEAT_FILL, assignment.system_id)
    if assignment.seat is Seat.OWNER:
        raise RuleBroken([Problem("seat", "A system is never without an owner. Hand it over instead.")])
    if assignment.to_at is not None:
        raise RuleBroken([Problem("seat", "This seat was already vacated.")])
    assignment.to_at = rules.moment_of_change(assignment.from_at, clock.now())
    record(session, actor, Event.SEAT_VACATED, assignment, system_id=assignment.system_id)
    return assignment


def offer_handover(
    session: Session, actor: Actor, system_id: int, to_id: int | None, reason: str
) -> Handover:
    """Offer the accountable seat to somebody; nothing moves until they accept. Raises RuleBroken."""
    require(actor, Permission.HANDOVER_OFFER, system_id)
    owner = queries.open_owner(session, system_id, lock=True)
    facts = OfferFacts(
        owner_id=owner.person_id or 0,
        to_id=to_id,
        to_is_active=is_active_person(session, to_id, clock.today()),
        reason=_tidy(reason),
        already_offered=queries.pending_handover(session, system_id) is not None,
        offered_by_id=actor.person_id,
        owner_has_left=not is_active_person(session, owner.person_id, clock.today()),
    )
    refuse_if(rules.problems_with_offer(facts))
    at = clock.now()
    handover = Handover(
        system_id=system_id,
        from_id=facts.owner_id,
        to_id=to_id or 0,
        offered_by_id=actor.person_id,
        reason=facts.reason,
        state=HandoverState.OFFERED,
        offered_at=at,
        expires_at=rules.expiry_of(at),
    )
    session.add(handover)
    record(session, actor, Event.HANDOVER_OFFERED, handover, system_id=system_id)
    return handover


def accept_handover(session: Session, actor: Actor, handover: Handover, note: str = "") -> Assignment:
    """Take the accountable seat: the owner's period ends and this person's begins at the same instant.

    Raises Forbidden for anybody but the person asked, and RuleBroken.
    """
    require(actor, Permission.HANDOVER_ANSWER)
    _answer(session, actor, handover, HandoverState.ACCEPTED, note)
    before = queries.open_owner(session, handover.system_id, lock=True)
    at = rules.moment_of_change(before.from_at, clock.now())
    before.to_at = at
    # The index allows one open owner: the old period must be closed before the new one is opened.
    session.flush()
    after = Assignment(
        system_id=handover.system_id,
        seat=Seat.OWNER,
        person_id=handover.to_id,
        from_at=at,
        accepted_at=at,
        reason=handover.reason,
    )
    session.add(after)
    record(session, actor, Event.HANDOVER_ACCEPTED, handover, system_id=handover.system_id)
    return after


def decline_handover(session: Session, actor: Actor, handover: Handover, note: str) -> Handover:
    """Refuse an offer with a reason; the owner stays. Raises Forbidden for anybody but the person asked, and RuleBroken."""
    require(actor, Permission.HANDOVER_ANSWER)
    _answer(session, actor, handover, HandoverState.DECLINED, note)
    record(session, actor, Event.HANDOVER_DECLINED, handover, system_id=handover.system_id)
    return handover


def withdraw_handover(session: Session, actor: Actor, handover: Handover) -> Handover:
    """Take an offer back before it is answered. Raises RuleBroken."""
    require(actor, Permission.HANDOVER_OFFER, handover.system_id)
    if handover.state is not HandoverState.OFFERED:
        raise RuleBroken([Problem("", f"This offer was already {handover.state.value}.")])
    handover.state, handover.answered_at = HandoverState.WITHDRAWN, clock.now()
    record(session, actor, Event.HANDOVER_WITHDRAWN, handover, system_id=handover.system_id)
    return handover


def expire_handover(session: Session, actor: Actor, handover: Handover) -> Handover:
    """Close an offer nobody can answer any more, and keep why; the owner stays. Raises RuleBroken while it still runs."""
    require(actor, Permission.HANDOVER_OFFER, handover.system_id)
    at, here = clock.now(), is_active_person(session, handover.to_id, clock.today())
    refuse_if(rules.problems_with_expiry(handover.state, handover.expires_at, at, recipient_is_active=here))
    handover.state, handover.answered_at = HandoverState.EXPIRED, at
    handover.answer = rules.expiry_said(recipient_is_active=here)
    record(session, actor, Event.HANDOVER_EXPIRED, handover, system_id=handover.system_id)
    return handover


def _answer(session: Session, actor: Actor, handover: Handover, state: HandoverState, note: str) -> None:
    if actor.person_id is None or actor.person_id != handover.to_id:
        raise Forbidden("Only the person the system was offered to can answer.")
    note, at = _tidy(note), clock.now()
    problems = rules.problems_with_answer(
        handover.state,
        handover.expires_at,
        at,
        recipient_is_active=is_active_person(session, handover.to_id, at.date()),
        declined=state is HandoverState.DECLINED,
        note=note,
    )
    refuse_if(problems)
    handover.state, handover.answered_at, handover.answer = state, at, note


def _holder_is_here(session: Session, person_id: int | None, team_id: int | None) -> bool:
    if team_id is not None:
        return team_exists(session, team_id)
    return is_active_person(session, person_id, clock.today())


def _tidy(text: str) -> str:
    """The text in its storable form; one that has none is left for the rules to refuse."""
    try:
        return clean(text)
    except ValueError:
        return text
