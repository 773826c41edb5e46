"""Who held which seat of an invented system when: owners by offer and acceptance, other seats filled and emptied."""

from collections import Counter
from datetime import datetime, timedelta

from registry.audit.actions.journal import Captured
from registry.demo.actions.generating.house import Colleague, dealt
from registry.demo.actions.generating.life import Held, Life
from registry.demo.actions.generating.telling import changed
from registry.kernel.actor import Seat
from registry.kernel.events import Event
from registry.ownership.models import Assignment, Confirmation, Handover
from registry.ownership.rules import HandoverState
from registry.ownership.rules.handovers import expiry_of

_SHARES = {
    Seat.OWNER: 30,
    Seat.DEPUTY: 20,
    Seat.OVERSEER: 15,
    Seat.BUSINESS_LEAD: 10,
    Seat.DATA_STEWARD: 10,
    Seat.ENGINEERING_LEAD: 8,
    Seat.COMPLIANCE_LEAD: 7,
}
_SHORTEST = timedelta(seconds=1)
_REASONS = ("Moves to another unit", "Takes over the product", "Leaves the company", "The team was split")


def first_owner(life: Life) -> Assignment:
    """Who answers for it from the day it is registered; written with its registration."""
    owner = _holder(life, life.began)
    life.owners.append(Held(life.began, owner))
    row = Assignment(
        system_id=life.number,
        seat=Seat.OWNER,
        person_id=owner.number,
        from_at=life.began,
        accepted_at=life.began if life.said.confirmed else None,
        to_be_confirmed=not life.said.confirmed,
    )
    life.add(row)
    return row


def hold_seats(life: Life, first: Assignment, periods: int) -> None:
    """All its seats, in so many periods with the first owner's; the word of its owner that all is still true."""
    drawn = life.draw.choices([*_SHARES], [*_SHARES.values()], k=periods - 1)
    counts = Counter(drawn)
    last = _pass_on(life, first, counts.pop(Seat.OWNER, 0))
    for seat, count in counts.items():
        _fill(life, seat, count)
    _confirm(life, last)
    _offer(life)


def _holder(life: Life, at: datetime, *, but: int = 0) -> Colleague:
    found = life.house.somebody(life.draw, at.date(), but=but)
    # Whoever has left since still holds a few seats, as in any house.
    while not found.is_here(life.house.now.date()) and life.chance(0.6):
        found = life.house.somebody(life.draw, at.date(), but=but)
    return found


def _pass_on(life: Life, before: Assignment, times: int) -> Assignment:
    """The accountable seat changes hands so often: offered, and accepted some days later."""
    for drawn in life.instants(times, life.began):
        begun = before.from_at
        at = max(drawn, begun + _SHORTEST)
        asked = max(begun, at - timedelta(days=life.draw.uniform(0, 9)))
        to = _holder(life, at, but=before.person_id or 0)
        offer = Handover(
            system_id=life.number,
            from_id=before.person_id or 0,
            to_id=to.number,
            offered_by_id=before.person_id,
            reason=life.draw.choice(_REASONS),
            state=HandoverState.OFFERED,
            offered_at=asked,
            expires_at=expiry_of(asked),
        )
        life.tell_new(asked, Event.HANDOVER_OFFERED, offer)
        taken = changed(offer, state=HandoverState.ACCEPTED, answered_at=at)
        ended = changed(before, to_at=at)
        before = Assignment(
            system_id=life.number,
            seat=Seat.OWNER,
            person_id=to.number,
            from_at=at,
            accepted_at=at,
            reason=offer.reason,
        )
        life.add(before)
        life.owners.append(Held(at, to))
        life.tell(at, Event.HANDOVER_ACCEPTED, offer, taken, ended, before, by=to.actor)
    return before


def _fill(life: Life, seat: Seat, periods: int) -> None:
    """One seat held by one after the other; at the end mostly still by somebody."""
    before, held = 0, None
    ended: list[Captured]
    for start in life.instants(periods, life.began):
        if seat is not Seat.DEPUTY and life.chance(0.2):
            before, person, team = 0, None, dealt(life.draw, life.house.teams)
        else:
            before = _holder(life, start, but=before or life.owner_at(start).person_id or 0).number
            person, team = before, None
        ended = [changed(held, to_at=start)] if held is not None else []
        held = Assignment(system_id=life.number, seat=seat, person_id=person, team_id=team, from_at=start)
        life.add(held)
        life.tell(start, Event.SEAT_FILLED, held, *ended, held)
    if held is not None and life.chance(0.15):
        end = life.between(held.from_at)
        life.tell(end, Event.SEAT_VACATED, held, changed(held, to_at=end))


def _confirm(life: Life, last: Assignment) -> None:
    """Owners say now and then that a system is still theirs; most have done so within the year."""
    if last.accepted_at is None or not life.chance(0.7):
        return
    for at in life.instants(life.draw.randint(1, 3), max(last.from_at, life.house.now - timedelta(days=600))):
        word = Confirmation(
            assignment_id=last.id or 0, system_id=life.number, person_id=last.person_id or 0, at=at
        )
        life.tell_new(at, Event.OWNER_RECONFIRMED, word)


def _offer(life: Life) -> None:
    """A few are on offer just now, and a few offers came back."""
    drawn = life.draw.random()
    state = HandoverState.OFFERED if drawn < 0.02 else HandoverState.DECLINED if drawn < 0.03 else None
    if state is None:
        return
    at = life.lately(8)
    to = _holder(life, life.house.now, but=life.owner.person_id or 0)
    offer = Handover(
        system_id=life.number,
        from_id=life.owner.person_id or 0,
        to_id=to.number,
        offered_by_id=life.owner.person_id,
        reason=life.draw.choice(_REASONS),
        state=HandoverState.OFFERED,
        offered_at=at,
        expires_at=expiry_of(at),
    )
    life.tell_new(at, Event.HANDOVER_OFFERED, offer)
    if state is HandoverState.DECLINED:
        answered = life.between(at)
        no = changed(offer, state=state, answered_at=answered, answer="I have too many already.")
        life.tell(answered, Event.HANDOVER_DECLINED, offer, no, by=to.actor)
