"""Everything that is wrong with who answers for what: found, counted and paged in the database, for one reader."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy import CompoundSelect, Integer, Subquery, case, literal, or_, tuple_, union_all
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from registry.kernel import clock
from registry.kernel.actor import Actor, Seat
from registry.ownership import queries as ownership
from registry.ownership.models import Assignment
from registry.ownership.queries import Held
from registry.ownership.rules import Due, GapKind
from registry.packs.rules import ConfirmationRule
from registry.people.models import Membership, Person
from registry.portfolio.queries.confirming import due_of, overdue, rule_in_force
from registry.store.columns import utc_day
from registry.store.numbers import among
from registry.store.paging import Page, cut
from registry.systems.models import System
from registry.systems.queries import visible_to

_RANK = {kind: rank for rank, kind in enumerate(GapKind)}
_KIND = dict(enumerate(GapKind))


@dataclass(frozen=True, slots=True)
class Scope:
    """What findings are narrowed to: units and systems (None: all of them), kinds and seats (empty: all of them)."""

    unit_ids: frozenset[int] | None = None
    kinds: frozenset[GapKind] = frozenset()
    seats: frozenset[Seat] = frozenset()
    system_ids: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend. `since` is the day it began; for a late confirmation the day of the owner's last word."""

    kind: GapKind
    seat: Seat
    system: System
    held: Held | None
    since: date
    due: Due | None
    place: tuple[int, str, int, int]

    @property
    def days(self) -> int:
        """For how many days it has been so."""
        return self.due.days_late if self.due else max(0, (clock.today() - self.since).days)


def findings_page(
    session: Session,
    actor: Actor,
    scope: Scope,
    *,
    after: tuple[int, str, int, int] | None = None,
    limit: int = 50,
) -> Page[Finding]:
    """One page of findings, the gravest kind first and within it the oldest; `after` is the place of the last one seen."""
    found = _found(session, actor, scope)
    place = (found.c.rank, found.c.since, found.c.system_id, found.c.assignment_id)
    query = sa.select(*place, found.c.seat).order_by(*place).limit(limit + 1)
    if scope.kinds:
        query = query.where(found.c.rank.in_(sorted(_RANK[kind] for kind in scope.kinds)))
    if scope.seats:
        query = query.where(found.c.seat.in_(sorted(scope.seats)))
    if after is not None:
        rank, since, system_id, assignment_id = after
        seen = (literal(rank), literal(date.fromisoformat(since)), literal(system_id), literal(assignment_id))
        query = query.where(tuple_(*place) > tuple_(*seen))
    return cut(_told(session, session.execute(query).all()), limit, lambda each: each.place)


def findings_count(session: Session, actor: Actor, scope: Scope) -> dict[tuple[GapKind, Seat], int]:
    """How many findings there are of each kind in each seat, in the scope's units; its kinds and seats do not narrow."""
    found = _found(session, actor, scope, dated=False)
    query = sa.select(found.c.rank, found.c.seat, func.count()).group_by(found.c.rank, found.c.seat)
    return {(_KIND[rank], Seat(seat)): count for rank, seat, count in session.execute(query)}


def seats_filled(session: Session, actor: Actor, unit_ids: frozenset[int] | None) -> dict[Seat, int]:
    """On how many systems each seat is filled."""
    query = select(Assignment.seat, func.count(func.distinct(Assignment.system_id)))
    query = query.join(System, col(System.id) == col(Assignment.system_id))
    query = query.where(col(Assignment.to_at).is_(None), visible_to(actor), *in_units(unit_ids))
    return {Seat(seat): count for seat, count in session.exec(query.group_by(col(Assignment.seat)))}


def in_units(unit_ids: frozenset[int] | None) -> list[Any]:
    """The clause that narrows systems to units, where any are named."""
    return [] if unit_ids is None else [among(col(System.unit_id), unit_ids)]


def _told(session: Session, rows: Any) -> list[Finding]:
    """The rows with what a page says of them: in two statements, however many they are."""
    if not rows:
        return []
    numbers = sorted({row.system_id for row in rows})
    systems = {each.id: each for each in session.exec(select(System).where(col(System.id).in_(numbers)))}
    held = {
        each.assignment.id: each
        for holders in ownership.held_on_many(session, numbers).values()
        for each in holders
    }
    cadence = rule_in_force(session)
    last = _last_words(session, [row.assignment_id for row in rows if _is_late(row.rank)])
    return [
        Finding(
            kind=_KIND[row.rank],
            seat=Seat(row.seat),
            system=systems[row.system_id],
            held=held.get(row.assignment_id),
            since=row.since,
            due=due_of(systems[row.system_id], last[row.assignment_id], cadence)
            if _is_late(row.rank)
            else None,
            place=(row.rank, row.since.isoformat(), row.system_id, row.assignment_id),
        )
        for row in rows
    ]


def _is_late(rank: int) -> bool:
    return _KIND[rank] is GapKind.CONFIRMATION_OVERDUE


def _last_words(session: Session, numbers: list[int]) -> dict[int, Any]:
    query = select(Assignment.id, ownership.last_word_at()).where(col(Assignment.id).in_(numbers))
    return {number or 0: last for number, last in session.exec(query)}


def _found(session: Session, actor: Actor, scope: Scope, *, dated: bool = True) -> Subquery:
    """Every finding in the scope's units, as rank, system_id, assignment_id, seat and since (which costs the most)."""
    seen = [visible_to(actor), *in_units(scope.unit_ids)]
    if scope.system_ids is not None:
        seen.append(among(col(System.id), scope.system_ids))
    undated = sa.null()
    parts: CompoundSelect[Any] = union_all(
        *(
            _of_holder(kind, since if dated else undated, *clauses).where(*seen)
            for kind, since, clauses in _holder_kinds(rule_in_force(session))
        ),
        _without_deputy(dated=dated).where(*seen),
    )
    return parts.subquery("finding")


def _holder_kinds(cadence: ConfirmationRule) -> list[tuple[GapKind, Any, tuple[Any, ...]]]:
    owner = col(Assignment.seat) == Seat.OWNER
    left = col(Person.active_to) < clock.today()
    stays = or_(col(Person.active_to).is_(None), col(Person.active_to) >= clock.today())
    stated = or_(col(Assignment.to_be_confirmed).is_(True), col(Assignment.accepted_at).is_(None))
    since = utc_day(Assignment.from_at)
    return [
        (GapKind.OWNER_LEFT, col(Person.active_to), (owner, left)),
        (GapKind.OWNER_UNCONFIRMED, since, (owner, stays, stated)),
        (GapKind.CONFIRMATION_OVERDUE, utc_day(ownership.last_word_at()), (owner, stays, overdue(cadence))),
        (GapKind.HOLDER_LEFT, col(Person.active_to), (~owner, left)),
        (GapKind.EMPTY_TEAM, since, (col(Assignment.team_id).is_not(None), ~_has_members(Assignment))),
    ]


def _of_holder(kind: GapKind, since: Any, *clauses: Any) -> Any:
    query = sa.select(
        literal(_RANK[kind], Integer).label("rank"),
        col(System.id).label("system_id"),
        col(Assignment.id).label("assignment_id"),
        col(Assignment.seat).label("seat"),
        since.label("since"),
    ).join(Assignment, col(Assignment.system_id) == col(System.id))
    query = query.join(Person, col(Person.id) == col(Assignment.person_id), isouter=True)
    return query.where(col(Assignment.to_at).is_(None), *clauses)


def _without_deputy(*, dated: bool) -> Any:
    """Systems on which nobody who is here acts for the owner, since the last who did, or since they are registered."""
    deputy: Any = aliased(Assignment)
    person: Any = aliased(Person)
    acts = or_(
        (person.id.is_not(None))
        & or_(col(person.active_to).is_(None), col(person.active_to) >= clock.today())
        & (deputy.person_id != Assignment.person_id),
        _has_members(deputy),
    )
    of_system = (deputy.system_id == System.id, deputy.seat == Seat.DEPUTY)
    acting = (select(deputy.id).join(person, person.id == deputy.person_id, isouter=True)).where(
        *of_system, col(deputy.to_at).is_(None), acts
    )
    ended = func.coalesce(
        utc_day(deputy.to_at),
        case((deputy.person_id == Assignment.person_id, utc_day(Assignment.from_at)), else_=person.active_to),
        utc_day(deputy.from_at),
    )
    last: Any = select(func.max(ended)).select_from(deputy)
    last = last.join(person, person.id == deputy.person_id, isouter=True)
    last = last.where(*of_system).correlate(System, Assignment).scalar_subquery()
    query = sa.select(
        literal(_RANK[GapKind.NO_DEPUTY], Integer).label("rank"),
        col(System.id).label("system_id"),
        literal(0, Integer).label("assignment_id"),
        literal(Seat.DEPUTY.value).label("seat"),
        (func.coalesce(last, utc_day(System.registered_at)) if dated else sa.null()).label("since"),
    ).join(Assignment, col(Assignment.system_id) == col(System.id))
    return query.where(
        col(Assignment.seat) == Seat.OWNER,
        col(Assignment.to_at).is_(None),
        ~acting.correlate(System, Assignment).exists(),
    )


def _has_members(seat: Any) -> Any:
    """Whether somebody who is here is in the team that holds the seat."""
    person: Any = aliased(Person)
    member = select(Membership.id).join(person, person.id == col(Membership.person_id))
    today = clock.today()
    here = or_(col(person.active_from).is_(None), col(person.active_from) <= today) & or_(
        col(person.active_to).is_(None), col(person.active_to) >= today
    )
    return member.where(col(Membership.team_id) == seat.team_id, here).correlate(seat).exists()
