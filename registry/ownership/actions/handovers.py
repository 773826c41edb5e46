"""Offer, accept, decline, withdraw and expire hand-overs of the accountable seat."""

from sqlmodel import Session

from registry.audit.actions import record
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, Seat, require
from registry.kernel.errors import Forbidden, Problem, RuleBroken, refuse_if
from registry.kernel.events import Event
from registry.ownership import queries, rules
from registry.ownership.actions.seats import tidy_text
from registry.ownership.models import Assignment, Handover
from registry.ownership.rules import HandoverState, OfferFacts
from registry.people.queries import is_active_person


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
        reason=tidy_text(reason),
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
    note, at = tidy_text(note), clock.now()
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
