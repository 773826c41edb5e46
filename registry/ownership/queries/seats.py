"""Owners of a system now or on a date; the seats a person or team holds; gaps."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import String, bindparam, cast, or_
from sqlmodel import Session, col, func, select

from registry.kernel.actor import Seat
from registry.kernel.errors import NotFound
from registry.ownership import rules
from registry.ownership.models import Assignment, Confirmation, ConfirmationNotice, Handover
from registry.ownership.queries.confirmations import confirmations_of, notices_of
from registry.ownership.queries.handovers import handovers_of
from registry.ownership.rules import Gap, Holder
from registry.people.models import Membership, Person, Team
from registry.people.queries import members_by_team
from registry.store.columns import LARGEST_NUMBER

# Beyond so many people, counting everybody's seats is the shorter question.
_FEW = 500


@dataclass(frozen=True, slots=True)
class Held:
    """One period of one seat, with the holder's name."""

    assignment: Assignment
    person: Person | None
    team: Team | None

    @property
    def name(self) -> str:
        """The holder, person or team."""
        return (self.person or self.team).name  # type: ignore[union-attr]


def seats_now(kind: Any, person_id: Any) -> Any:
    """The rows of (kind, seat, system number) a person holds now, as a part of a larger question."""
    return select(kind, cast(Assignment.seat, String), Assignment.system_id).where(
        Assignment.person_id == person_id, col(Assignment.to_at).is_(None)
    )


def open_seats_counted(session: Session, person_ids: Collection[int]) -> dict[int, int]:
    """How many seats each of these people holds now (those with none are left out)."""
    query = select(Assignment.person_id, func.count()).where(col(Assignment.to_at).is_(None))
    query = query.where(col(Assignment.person_id).is_not(None)).group_by(col(Assignment.person_id))
    if len(person_ids) <= _FEW:
        query = query.where(col(Assignment.person_id).in_(sorted(person_ids)))
    return {number: count for number, count in session.exec(query) if number and number in person_ids}


def open_owner(session: Session, system_id: int, *, lock: bool = False) -> Assignment:
    """The assignment of the one accountable owner; with `lock`, held until the transaction ends."""
    query = select(Assignment).where(
        Assignment.system_id == system_id, Assignment.seat == Seat.OWNER, col(Assignment.to_at).is_(None)
    )
    found = session.exec(query.with_for_update() if lock else query).one_or_none()
    if found is None and lock:
        # PostgreSQL waited for a hand-over that closed this very row and left it out; the next statement sees
        # the row that took its place.
        found = session.exec(query.with_for_update()).one_or_none()
    if found is None:
        raise NotFound("This system has no accountable owner; the register is damaged. Verify the ledger.")
    return found


def _with_holders() -> Any:
    query = select(Assignment, Person, Team).join(
        Person, col(Person.id) == col(Assignment.person_id), isouter=True
    )
    return query.join(Team, col(Team.id) == col(Assignment.team_id), isouter=True)


# Asked for every page of a system, so put together once.
_HELD_NOW = (
    _with_holders()
    .where(col(Assignment.system_id) == bindparam("system"), col(Assignment.to_at).is_(None))
    .order_by(col(Assignment.from_at), col(Assignment.id))
)


def _held(rows: Any) -> list[Held]:
    return [Held(assignment, person, team) for assignment, person, team in rows]


def held_on(session: Session, system_id: int) -> list[Held]:
    """Who holds which seat of a system now, owner first."""
    order = list(Seat)
    found = _held(session.execute(_HELD_NOW, {"system": system_id}))
    return sorted(found, key=lambda held: order.index(held.assignment.seat))


def held_on_many(session: Session, system_ids: Sequence[int]) -> dict[int, Sequence[Held]]:
    """Who holds which seat of several systems now, in one statement."""
    if not system_ids:
        return {}
    query = _with_holders().where(col(Assignment.system_id).in_(system_ids), col(Assignment.to_at).is_(None))
    found: dict[int, list[Held]] = {}
    for held in _held(session.execute(query.order_by(col(Assignment.id)))):
        found.setdefault(held.assignment.system_id, []).append(held)
    return dict(found)


def holding_of(session: Session, row: Assignment) -> Held:
    """One period of a seat with the name of its holder."""
    query = _with_holders().where(col(Assignment.id) == row.id)
    return _held(session.execute(query))[0]


def held_at(session: Session, system_id: int, at: datetime) -> list[Held]:
    """Who held which seat of a system at that instant."""
    query = _with_holders().where(
        col(Assignment.system_id) == system_id,
        col(Assignment.from_at) <= at,
        or_(col(Assignment.to_at).is_(None), col(Assignment.to_at) > at),
    )
    order = list(Seat)
    found = _held(session.execute(query.order_by(col(Assignment.id))))
    return sorted(found, key=lambda held: order.index(held.assignment.seat))


def seated_since(
    session: Session, system_id: int, seats: Collection[Seat], since: datetime
) -> frozenset[int]:
    """Everybody who holds one of these seats of a system or has held it at any time since; of a team who is in it now."""
    period = (
        col(Assignment.system_id) == system_id,
        col(Assignment.seat).in_(sorted(seats)),
        or_(col(Assignment.to_at).is_(None), col(Assignment.to_at) >= since),
    )
    alone = select(col(Assignment.person_id)).where(*period, col(Assignment.person_id).is_not(None))
    teamed = select(col(Membership.person_id)).join(
        Assignment, col(Assignment.team_id) == col(Membership.team_id)
    )
    found: Any = session.execute(alone.union(teamed.where(*period))).scalars()
    return frozenset(found)


def timeline_of(session: Session, system_id: int) -> list[Held]:
    """Every period of every seat of a system, newest first."""
    query = _with_holders().where(col(Assignment.system_id) == system_id)
    return _held(session.execute(query.order_by(col(Assignment.from_at).desc(), col(Assignment.id).desc())))


@dataclass(frozen=True, slots=True)
class Told:
    """One entry of a system's story: a period that began, an offer, the owner's word, or somebody told it is late."""

    at: datetime
    held: Held | None = None
    offer: Handover | None = None
    confirmation: Confirmation | None = None
    notice: ConfirmationNotice | None = None


def story_of(session: Session, system_id: int) -> list[Told]:
    """Every period of every seat, every offer and every confirmation of a system, newest first."""
    told = [Told(held.assignment.from_at, held=held) for held in timeline_of(session, system_id)]
    told += [Told(offer.offered_at, offer=offer) for offer in handovers_of(session, system_id)]
    told += [Told(each.at, confirmation=each) for each in confirmations_of(session, system_id)]
    told += [Told(each.at, notice=each) for each in notices_of(session, system_id)]
    return sorted(told, key=lambda each: each.at, reverse=True)


def owners_of(session: Session, system_ids: Sequence[int]) -> dict[int, Held]:
    """The accountable owner of each of several systems, in one statement."""
    if not system_ids:
        return {}
    query = _with_holders().where(
        col(Assignment.system_id).in_(system_ids),
        col(Assignment.seat) == Seat.OWNER,
        col(Assignment.to_at).is_(None),
    )
    return {held.assignment.system_id: held for held in _held(session.execute(query))}


def assignment_by_id(session: Session, system_id: int, assignment_id: int) -> Assignment:
    """One assignment of this system, locked. Raises NotFound also for another system's."""
    if assignment_id > LARGEST_NUMBER:
        raise NotFound
    query = select(Assignment).where(Assignment.id == assignment_id, Assignment.system_id == system_id)
    found = session.exec(query.with_for_update()).one_or_none()
    if found is None:
        raise NotFound
    return found


def is_held(session: Session, system_id: int, seat: Seat, person_id: int | None, team_id: int | None) -> bool:
    """Whether this person or team holds that seat now."""
    holder = Assignment.person_id == person_id if person_id is not None else Assignment.team_id == team_id
    query = select(Assignment.id).where(
        Assignment.system_id == system_id, Assignment.seat == seat, col(Assignment.to_at).is_(None), holder
    )
    return session.exec(query).first() is not None


def seats_of_team(session: Session, team_id: int) -> Sequence[Assignment]:
    """The seats a team holds now, oldest first."""
    query = select(Assignment).where(Assignment.team_id == team_id, col(Assignment.to_at).is_(None))
    return session.exec(query.order_by(col(Assignment.from_at), col(Assignment.id))).all()


def gaps_of(session: Session, held: Sequence[Held], today: date) -> list[Gap]:
    """What is missing from who answers for a system, given who holds its seats now."""
    teams = {each.assignment.team_id for each in held if each.assignment.team_id is not None}
    members = members_by_team(session, today, teams) if teams else {}
    return rules.gaps([_holder(each, members) for each in held], today)


def _holder(held: Held, members: dict[int, int]) -> Holder:
    row = held.assignment
    return Holder(
        seat=row.seat,
        name=held.name,
        since=row.from_at,
        person_id=row.person_id,
        last_day=held.person.active_to if held.person else None,
        members=members.get(row.team_id, 0) if row.team_id is not None else None,
        to_be_confirmed=row.seat is Seat.OWNER and (row.to_be_confirmed or row.accepted_at is None),
    )
