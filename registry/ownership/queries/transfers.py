"""What would become of a leaver's seats."""

from collections.abc import Collection, Mapping, Sequence

from sqlmodel import Session, col, select

from registry.kernel import clock
from registry.kernel.actor import Seat
from registry.ownership.models import Assignment
from registry.ownership.queries.handovers import offers_out
from registry.ownership.queries.seats import held_on_many
from registry.ownership.rules import Move, MoveFacts, move_of
from registry.people.models import Person
from registry.people.queries import people_by_id
from registry.people.rules import is_active


def seats_of_person(session: Session, person_id: int, *, lock: bool = False) -> Sequence[Assignment]:
    """The seats a person holds now, oldest first; with `lock`, held until the transaction ends."""
    query = select(Assignment).where(Assignment.person_id == person_id, col(Assignment.to_at).is_(None))
    query = query.order_by(col(Assignment.id))
    # Rows that refer to these may still be written meanwhile: waiting for them as well could wait in a circle.
    return session.exec(query.with_for_update(key_share=True) if lock else query).all()


def moves_of(
    session: Session, seats: Sequence[Assignment], to: Mapping[int, int | None], moved_by_id: int | None
) -> list[Move]:
    """What would become of each of these seats of one person; `to` names who takes each assignment over."""
    people = people_by_id(session, {number for number in to.values() if number} | _holders(seats))
    systems = sorted({seat.system_id for seat in seats})
    pending = offers_out(session, systems).keys()
    held = {
        number: [each.assignment for each in holders]
        for number, holders in held_on_many(session, systems).items()
    }
    return [move_of(_facts(seat, to.get(seat.id or 0), people, held, pending), moved_by_id) for seat in seats]


def _holders(seats: Sequence[Assignment]) -> set[int]:
    return {seat.person_id for seat in seats if seat.person_id}


def _facts(
    seat: Assignment,
    to_id: int | None,
    people: Mapping[int, Person],
    held: Mapping[int, Sequence[Assignment]],
    pending: Collection[int],
) -> MoveFacts:
    here = held.get(seat.system_id, ())
    owner = next((each.person_id for each in here if each.seat is Seat.OWNER), None)
    return MoveFacts(
        assignment_id=seat.id or 0,
        version=seat.version,
        seat=seat.seat,
        from_id=seat.person_id or 0,
        to_id=to_id,
        to_is_here=to_id is not None and _is_here(people.get(to_id)),
        owner_id=owner or 0,
        already_held=any(each.seat is seat.seat and each.person_id == to_id for each in here),
        already_offered=seat.system_id in pending,
        from_has_left=not _is_here(people.get(seat.person_id or 0)),
    )


def _is_here(person: Person | None) -> bool:
    return person is not None and is_active(person.active_from, person.active_to, clock.today())
