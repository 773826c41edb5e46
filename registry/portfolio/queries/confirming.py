"""Which owners have to say again that a system is theirs, by tier; whom to tell; in a fixed number of statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, false, literal, or_, union
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from registry.kernel import clock
from registry.kernel.actor import Actor, Seat
from registry.ownership import queries as ownership
from registry.ownership import rules
from registry.ownership.models import Assignment
from registry.ownership.queries import Held
from registry.ownership.rules import Due, Step
from registry.packs.queries import confirmation_on
from registry.packs.rules import ConfirmationRule
from registry.people.models import BusinessUnit, Person, Team
from registry.people.queries import active_clause, people_by_id
from registry.store.columns import Instant
from registry.systems.models import System
from registry.systems.queries import visible_to
from registry.systems.queries.remembering import remembered_for
from registry.systems.rules.record import Stage, Tier

_OVERDUE = 1
_MOST = 50
_MOST_COMING = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """A system whose owner is asked to confirm it, or late with that."""

    system: System
    owner: Assignment
    person: Person
    last: datetime
    due: Due


@dataclass(frozen=True, slots=True)
class Chase:
    """One step to take: who is told that the owner of this assignment has not confirmed (None: nobody to tell)."""

    asked: Asked
    step: Step
    told_id: int | None


def overdue(cadence: ConfirmationRule) -> ColumnElement[bool]:
    """Of systems joined with the open assignment and person of their owner: those whose confirmation is overdue."""
    return _silent(_OVERDUE, cadence)


def due_of(system: System, last: datetime, cadence: ConfirmationRule) -> Due:
    """When the owner of a system, who spoke last at that instant, has to confirm it again."""
    return rules.due(last, system.tier, cadence, clock.today())


def asks_for_confirmation(system: System) -> bool:
    """Whether anybody is asked about the system: not once it is retired."""
    return system.stage is not Stage.RETIRED


def asked_of(session: Session, actor: Actor, told: Mapping[int | None, frozenset[int]]) -> list[Asked]:
    """What the actor has to do with: their own systems that are due, and those they are told of as deputy or head.

    `told` are the units of which they are told as head (`rules.told_to`). At most fifty, the longest silent first.
    """
    asked = frozenset(told.items())
    return remembered_for(session, actor, "asked", asked, lambda: _asked_of(session, actor, told))


def _asked_of(session: Session, actor: Actor, told: Mapping[int | None, frozenset[int]]) -> list[Asked]:
    cadence = confirmation_on(session, clock.today())
    own = (col(Assignment.person_id) == actor.person_id) & _silent(
        rules.shift_of(Step.OWNER, cadence), cadence
    )
    acted_for = _acted_for(actor)
    deputy = col(System.id).in_(union(*acted_for)) & _silent(rules.shift_of(Step.DEPUTY, cadence), cadence)
    head = _in_units(actor, told) & _silent(rules.shift_of(Step.UNIT_HEAD, cadence), cadence)
    # The few that can be theirs are found by indexes first, and only of those it is asked who spoke when.
    theirs = union(
        select(Assignment.system_id).where(
            Assignment.person_id == actor.person_id,
            Assignment.seat == Seat.OWNER,
            col(Assignment.to_at).is_(None),
        ),
        *acted_for,
        select(System.id).where(col(System.unit_id).in_(sorted(set().union(*told.values())))),
    )
    mine = col(Assignment.system_id).in_(theirs)
    return _asked(session, cadence, visible_to(actor), mine, or_(own, deputy, head), most=_MOST)


def coming(session: Session, actor: Actor, until: date) -> list[Asked]:
    """The systems of the actor that they have confirmed once and have to confirm again by that day, the longest silent first.

    At most five hundred.
    """
    own = (
        col(Assignment.person_id) == actor.person_id,
        col(Assignment.accepted_at).is_not(None),
        col(Assignment.to_be_confirmed).is_(False),
        col(System.stage) != Stage.RETIRED,
    )
    found = _asked(session, rule_in_force(session), visible_to(actor), *own, most=_MOST_COMING)
    return [each for each in found if each.due.on <= until]


def to_chase(session: Session) -> list[Chase]:
    """Every step that is due and has not been taken, each with whom to tell."""
    cadence = confirmation_on(session, clock.today())
    waiting = _asked(session, cadence, _silent(rules.shift_of(Step.OWNER, cadence), cadence))
    noted = ownership.steps_noted(session, {each.owner.id or 0 for each in waiting})
    open_steps = [
        (each, step)
        for each in waiting
        for step in each.due.steps
        if (each.due.on, step) not in noted.get(each.owner.id or 0, set())
    ]
    deputies = _deputies(session, [each for each, step in open_steps if step is Step.DEPUTY])
    tree, heads = tree_and_heads(session) if open_steps else ({}, {})

    def told(each: Asked, step: Step) -> int | None:
        if step is Step.OWNER:
            return each.owner.person_id
        if step is Step.DEPUTY:
            return deputies.get(each.system.id or 0)
        return rules.head_above(each.system.unit_id, tree, heads, each.owner.person_id)

    return [Chase(each, step, told(each, step)) for each, step in open_steps]


def tree_and_heads(session: Session) -> tuple[dict[int, int | None], dict[int, int]]:
    """Each unit with the unit above it, and with its head where that person is here; in one statement."""
    here = active_clause(clock.today()) & (col(Person.id) == col(BusinessUnit.head_id))
    query = select(BusinessUnit.id, BusinessUnit.parent_id, Person.id).join(Person, here, isouter=True)
    rows = [(unit or 0, above, head) for unit, above, head in session.exec(query)]
    return {unit: above for unit, above, _ in rows}, {unit: head for unit, _, head in rows if head}


def _asked(
    session: Session, cadence: ConfirmationRule, *clauses: ColumnElement[bool], most: int | None = None
) -> list[Asked]:
    last = ownership.last_word_at()
    query: Any = (
        select(System, Assignment, Person, last.label("last"))
        .join(Assignment, col(Assignment.system_id) == col(System.id))
        .join(Person, col(Person.id) == col(Assignment.person_id))
        .where(
            col(Assignment.seat) == Seat.OWNER,
            col(Assignment.to_at).is_(None),
            or_(col(Person.active_to).is_(None), col(Person.active_to) >= clock.today()),
            *clauses,
        )
        .order_by(last, col(System.id))
        .limit(most)
    )
    return [
        Asked(system, owner, person, spoke, due_of(system, spoke, cadence))
        for system, owner, person, spoke in session.execute(query)
    ]


def _silent(shift: int, cadence: ConfirmationRule) -> ColumnElement[bool]:
    """Of systems joined with their owner's open assignment: those due `shift` days ago or earlier."""
    today = clock.today()

    def bound(tier: str | None) -> ColumnElement[datetime]:
        return literal(_end_of(rules.silent_since(shift, tier, cadence, today)), Instant)

    by_tier = case(*((col(System.tier) == tier, bound(tier)) for tier in Tier), else_=bound(None))
    return (
        (col(System.stage) != Stage.RETIRED)
        & col(Assignment.accepted_at).is_not(None)
        & col(Assignment.to_be_confirmed).is_(False)
        & (ownership.last_word_at() < by_tier)
    )


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time.min, UTC)


def _acted_for(actor: Actor) -> tuple[Any, Any]:
    """The systems of which this person is deputy, themselves and as the leader of a team that is.

    In two parts: of either a database can tell how few they are, where of "the one or the other" it guesses half.
    """
    deputy: Any = aliased(Assignment)
    led = select(Team.id).where(Team.leader_id == actor.person_id)
    acts = select(deputy.system_id).where(deputy.seat == Seat.DEPUTY, col(deputy.to_at).is_(None))
    return acts.where(deputy.person_id == actor.person_id), acts.where(col(deputy.team_id).in_(led))


def _in_units(actor: Actor, told: Mapping[int | None, frozenset[int]]) -> ColumnElement[bool]:
    parts: list[ColumnElement[bool]] = [false()]
    for owner, units in told.items():
        # Where the nearest head owns the system themselves, it is the next one up who is told.
        person = col(Assignment.person_id)
        parts.append(
            col(System.unit_id).in_(sorted(units))
            & ((person != actor.person_id) if owner is None else (person == owner))
        )
    return or_(*parts)


def _deputies(session: Session, waiting: Sequence[Asked]) -> dict[int, int]:
    """Who acts for the owner of each system and is here: a deputy, or the leader of a team that is deputy."""
    held = ownership.held_on_many(session, [each.system.id or 0 for each in waiting])
    acting = {
        number: [_acts(each) for each in holders if each.assignment.seat is Seat.DEPUTY]
        for number, holders in held.items()
    }
    named = people_by_id(session, {person for people in acting.values() for person in people if person})
    today = clock.today()
    here = {
        number
        for number, person in named.items()
        if (person.active_from is None or person.active_from <= today)
        and (person.active_to is None or person.active_to >= today)
    }
    owners = {each.system.id: each.owner.person_id for each in waiting}
    found: dict[int, int] = {}
    for number, people in acting.items():
        for person in people:
            if person in here and person != owners.get(number):
                found.setdefault(number, person)
    return found


def _acts(held: Held) -> int | None:
    return held.assignment.person_id if held.team is None else held.team.leader_id


def rule_in_force(session: Session) -> ConfirmationRule:
    """How often owners confirm, by the pack in force today."""
    return confirmation_on(session, clock.today())
