"""Register a system with its first owner; edit its record."""

from dataclasses import asdict, fields
from typing import Any

from sqlmodel import Session

from registry.audit.actions import record
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Conflict, Problem, refuse_if
from registry.kernel.events import Event
from registry.kernel.text import clean
from registry.ownership.actions import seat_first_owner
from registry.people.queries import is_active_person, unit_exists
from registry.systems.models import System, Withdrawal
from registry.systems.rules import record as rules
from registry.systems.rules.record import Registration, Stage, SystemFacts


def register(session: Session, actor: Actor, registration: Registration) -> System:
    """Put a system on the register with its accountable owner, at stage *proposed*. Raises RuleBroken.

    An owner who registers for themselves has accepted by doing so; anybody else is asked to confirm.
    """
    require(actor, Permission.SYSTEM_REGISTER)
    active = is_active_person(session, registration.owner_id, clock.today())
    problems = rules.problems_with_registration(registration, owner_is_active=active)
    refuse_if([*problems, *_unit_problems(session, registration.unit_id)])
    facts = SystemFacts(
        name=registration.name,
        summary=registration.summary,
        unit_id=registration.unit_id,
        visibility=registration.visibility,
    )
    own = registration.owner_id == actor.person_id
    system = add_row(session, actor, facts)
    seat_first_owner(
        session,
        system.id or 0,
        registration.owner_id or 0,
        accepted=own,
        to_be_confirmed=not own,
        at=system.registered_at,
    )
    record(session, actor, Event.SYSTEM_REGISTERED, system, system_id=system.id)
    return system


def edit(session: Session, actor: Actor, system: System, facts: SystemFacts, *, version: int) -> None:
    """Write what the record now states. `version` is the revision the editor had before them.

    Raises RuleBroken, or Conflict when the record has moved on since.
    """
    require(actor, Permission.SYSTEM_EDIT, system.id)
    if version != system.version:
        raise Conflict("Somebody else changed this system while you were editing.", system.version)
    facts = tidy(facts)
    refuse_if([*rules.problems_with(facts), *_unit_problems(session, facts.unit_id)])
    write(system, facts)
    record(session, actor, Event.SYSTEM_EDITED, system, system_id=system.id)


def _unit_problems(session: Session, unit_id: int | None) -> list[Problem]:
    if unit_id is None or unit_exists(session, unit_id):
        return []
    return [Problem("unit_id", "There is no such unit.")]


def add_row(session: Session, actor: Actor, facts: SystemFacts, stage: Stage = Stage.PROPOSED) -> System:
    """The new row itself, stored so that it has its number. Part of registering, not an action."""
    system = new_row(facts, stage, actor.person_id)
    session.add(system)
    session.flush()
    return system


def new_row(facts: SystemFacts, stage: Stage, registered_by_id: int | None) -> System:
    """The row before it is stored: an import stores many in one statement."""
    at = clock.now()
    return System(**_stored(tidy(facts)), stage=stage, registered_at=at, registered_by_id=registered_by_id)


def withdrawal_row(session: Session, system: System, because: str) -> Withdrawal:
    """The row that takes a system off the register. Part of undoing an import, whose ledger entry covers it."""
    row = Withdrawal(system_id=system.id or 0, withdrawn_at=clock.now(), because=because)
    session.add(row)
    return row


def write(system: System, facts: SystemFacts) -> None:
    """Copy the facts onto the row; only what differs, so that an unchanged record keeps its revision."""
    for name, value in _stored(facts).items():
        if getattr(system, name) != value:
            setattr(system, name, value)


def _stored(facts: SystemFacts) -> dict[str, Any]:
    values: dict[str, Any] = {each.name: getattr(facts, each.name) for each in fields(facts)}
    return values | {"links": [asdict(link) for link in facts.links]}


def tidy(facts: SystemFacts) -> SystemFacts:
    """The facts with every text in its storable form; texts that have none are left for the rules to refuse."""
    values = {each.name: getattr(facts, each.name) for each in fields(facts)}
    for name, value in values.items():
        if type(value) is str:
            try:
                values[name] = clean(value)
            except ValueError:
                continue
    return SystemFacts(**values)
