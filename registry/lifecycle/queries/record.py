"""The facts behind the checklist, for one system or for many in a fixed number of statements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from sqlmodel import Session

from registry.data_sources import queries as data_sources
from registry.data_sources.models import DataSource, DataUse
from registry.data_sources.rules.sources import Purpose, Stated
from registry.kernel import clock
from registry.kernel.actor import Seat
from registry.lifecycle.rules import ACTING_AUTONOMY, Standing, checklist
from registry.objectives import queries as objectives
from registry.objectives.models import Objective, SuccessMetric
from registry.objectives.rules.gaps import is_guarded, is_measurable
from registry.ownership import queries as ownership
from registry.ownership.queries import Held
from registry.packs import queries as packs
from registry.packs.rules import Criterion
from registry.people.models import Person
from registry.people.queries import members_by_team
from registry.people.rules import is_active
from registry.systems.models import System

_OWN_TEXTS = ("intended_use", "out_of_scope", "affected_people", "oversight_plan", "deployed_where")
_MORE_TEXTS = ("vendor_exit", "complaints_contact", "known_limitations")


@dataclass(frozen=True, slots=True)
class Read:
    """What several systems state in the features beside their own record, by system."""

    objectives: Mapping[int, Objective]
    metrics: Mapping[int, Sequence[SuccessMetric]]
    uses: Mapping[int, Sequence[tuple[DataUse, DataSource]]]
    # How many people who are here each team has that holds a seat; a team without any fills none.
    members: Mapping[int, int]


def read(session: Session, numbers: Sequence[int], held: Iterable[Held]) -> Read:
    """What these systems state beside their own record: three statements however many there are, and one for the teams
    among those who hold their seats (`held`).
    """
    teams = {each.assignment.team_id for each in held if each.assignment.team_id is not None}
    return Read(
        objectives.objectives_by_system(session, numbers),
        objectives.metrics_by_system(session, numbers),
        data_sources.uses_by_system(session, numbers),
        members_by_team(session, clock.today(), teams) if teams else {},
    )


def standing_of(session: Session, system: System, seats: Sequence[Held] | None = None) -> Standing:
    """What one system's record states and lacks."""
    held = ownership.held_on(session, system.id or 0) if seats is None else seats
    return standings(session, [system], {system.id or 0: held})[system.id or 0]


def standings(
    session: Session, systems: Sequence[System], seats: dict[int, Sequence[Held]]
) -> dict[int, Standing]:
    """The same for several systems, by number: one statement per feature however many systems there are."""
    numbers = [system.id or 0 for system in systems]
    stated = read(session, numbers, chain.from_iterable(seats.values()))
    record = packs.current(session, "baseline", clock.today()).record
    return {
        number: standing(system, seats.get(number, ()), stated, record)
        for number, system in zip(numbers, systems, strict=True)
    }


def standing(system: System, held: Sequence[Held], stated: Read, record: Sequence[Criterion]) -> Standing:
    """What one system states and lacks of what the record asks for, from what has been read."""
    return checklist(record, facts_of(system, held, stated), conditions_of(system, stated))


def facts_of(system: System, held: Sequence[Held], stated: Read) -> dict[str, bool]:
    """Every fact of the record of one system."""
    number = system.id or 0
    return {
        **_own_facts(system),
        **_seat_facts(held, stated.members),
        **_objective_facts(stated.objectives.get(number), stated.metrics.get(number, ())),
        **_data_facts(stated.uses.get(number, ())),
    }


def conditions_of(system: System, stated: Read) -> dict[str, bool]:
    """The conditions under which parts of the record are asked for."""
    return {
        "uses_data": bool(stated.uses.get(system.id or 0)),
        "acts": (system.autonomy or 0) >= ACTING_AUTONOMY,
        "bought": bool(system.vendor_name),
    }


def _own_facts(system: System) -> dict[str, bool]:
    facts = {name: bool(getattr(system, name)) for name in (*_OWN_TEXTS, *_MORE_TEXTS)}
    for name in ("kind", "autonomy", "reversibility"):
        facts[name] = getattr(system, name) is not None
    return facts


def _seat_facts(held: Sequence[Held], members: Mapping[int, int]) -> dict[str, bool]:
    filled = filled_seats(held, members)
    confirmed = any(
        each.assignment.seat is Seat.OWNER
        and each.person is not None
        and not has_left(each.person)
        and each.assignment.accepted_at is not None
        and not each.assignment.to_be_confirmed
        for each in held
    )
    return {
        "owner_confirmed": confirmed,
        "deputy": Seat.DEPUTY in filled,
        "overseer": Seat.OVERSEER in filled,
    }


def filled_seats(held: Sequence[Held], members: Mapping[int, int]) -> set[Seat]:
    """The seats somebody holds who can act: whoever has left oversees nothing, and nobody stands in for themselves; nor does
    a team of which nobody is here. A seat gives the members of a team no right of their own, so a team stops nothing either.
    """
    owners = {each.assignment.person_id for each in held if each.assignment.seat is Seat.OWNER}
    return {each.assignment.seat for each in held if _acts(each, owners, members)}


def _acts(each: Held, owners: set[int | None], members: Mapping[int, int]) -> bool:
    seat, person = each.assignment.seat, each.person
    if person is None:
        return seat is not Seat.OVERSEER and members.get(each.assignment.team_id or 0, 0) > 0
    return not has_left(person) and not (seat is Seat.DEPUTY and person.id in owners)


def _objective_facts(objective: Any, metrics: Sequence[Any]) -> dict[str, bool]:
    named = {
        "objective_problem": "problem",
        "objective_decision": "decision_changed",
        "objective_today": "done_today",
        "objective_stop": "stop_condition",
    }
    facts = {fact: bool(objective and getattr(objective, name)) for fact, name in named.items()}
    stated = [objectives.metric_facts(metric) for metric in metrics]
    facts["metric_measurable"] = any(is_measurable(metric) for metric in stated)
    facts["metric_guarded"] = any(is_guarded(metric) for metric in stated)
    return facts


def _data_facts(uses: Sequence[Any]) -> dict[str, bool]:
    return {
        "data_sources": bool(uses),
        "operational_input": any(use.purpose is Purpose.OPERATIONAL_INPUT for use, _ in uses),
        "personal_data_known": all(source.personal_data is not Stated.UNKNOWN for _, source in uses),
    }


def has_left(person: Person) -> bool:
    """Whether somebody is no longer here today."""
    return not is_active(person.active_from, person.active_to, clock.today())
