"""A register as people leave it: systems that state much or little, in every stage, restricted ones among them."""

from sqlmodel import Session

from registry.audit.actions import record
from registry.demo.rules.invented import traits
from registry.kernel import clock
from registry.kernel.actor import Seat, the_registry
from registry.kernel.events import Event
from registry.objectives.actions import objective_row
from registry.objectives.rules.objective import ObjectiveFacts
from registry.ownership.actions import seat_first_owner
from registry.ownership.models import Assignment
from registry.systems import actions as systems
from registry.systems.models import System
from registry.systems.rules.record import SystemFacts, Visibility
from tests.cast import Cast

NAMES = ("Zebra", "alpha", "Alpha", "beta", "Émile", "100% sure", "under_score", "alpha")
OWNERS = ("ada", "ben", "olga", "mia")


def fill(session: Session, cast: Cast, count: int) -> list[System]:
    """So many more systems, the same ones each time; some of a name, and of a time, that others have too."""
    door, made = the_registry("command"), []
    units = [cast.units["claims"].id, cast.units["underwriting"].id]
    for number in range(count):
        said = traits(number)
        facts = SystemFacts(
            NAMES[number % len(NAMES)],
            f"Summary {number}",
            units[number % 2],
            kind=said.kind,
            autonomy=said.autonomy,
            vendor_name=said.vendor[:9],
            visibility=Visibility.RESTRICTED if number % 3 == 0 else Visibility.COMPANY,
        )
        system = systems.new_row(facts, said.stage, None)
        system.tier = said.tier
        session.add(system)
        session.flush()
        key, owner = system.id or 0, OWNERS[number % len(OWNERS)]
        seat_first_owner(
            session,
            key,
            cast.number(owner),
            accepted=said.confirmed,
            to_be_confirmed=not said.confirmed,
            at=clock.now(),
        )
        if said.has_deputy:
            session.add(
                Assignment(system_id=key, seat=Seat.DEPUTY, person_id=cast.number("dee"), from_at=clock.now())
            )
        if said.has_objective:
            objective_row(session, key, ObjectiveFacts(problem="Letters wait."))
        record(session, door, Event.SYSTEM_REGISTERED, system, system_id=key)
        made.append(system)
    return made
