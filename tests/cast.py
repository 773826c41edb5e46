"""The standing cast: who appears in tests, and the systems they answer for.

Ada owns Triage (in Claims, open to all) and Sentinel (in Claims, restricted). Ben is Triage's engineering lead,
Dee its deputy. Olga owns Pricing in the other unit, Underwriting. Otto works in Underwriting and holds nothing.
Mia works in Claims and holds nothing. Hedy heads Claims. Rita reviews, Eva is an executive, Aud audits, Adam
administers.
"""

from dataclasses import dataclass

from sqlmodel import Session, select

from registry.accounts import actions as accounts
from registry.accounts.queries import actor_for
from registry.kernel.actor import Actor, Role, Seat, the_registry
from registry.ownership import actions as ownership
from registry.people import actions as people
from registry.people.models import BusinessUnit, Person
from registry.people.rules import PersonFacts
from registry.systems import actions as systems
from registry.systems.models import System
from registry.systems.rules.record import Registration, Visibility

UNITS = ("claims", "underwriting")
PASSWORD = "correct horse battery"

NAMES = {
    "ada": ("Ada Owner", "claims"),
    "ben": ("Ben Engineer", "claims"),
    "dee": ("Dee Deputy", "claims"),
    "mia": ("Mia Colleague", "claims"),
    "hedy": ("Hedy Head", "claims"),
    "olga": ("Olga Owner", "underwriting"),
    "otto": ("Otto Outsider", "underwriting"),
    "rita": ("Rita Reviewer", None),
    "eva": ("Eva Executive", None),
    "aud": ("Aud Auditor", None),
    "adam": ("Adam Administrator", None),
}
ROLES = {"rita": Role.REVIEWER, "eva": Role.EXECUTIVE, "aud": Role.AUDITOR, "adam": Role.ADMINISTRATOR}


def email(name: str) -> str:
    return f"{name}@example.org"


@dataclass
class Cast:
    people: dict[str, Person]
    units: dict[str, BusinessUnit]
    triage: System
    sentinel: System
    pricing: System

    def actor(self, session: Session, name: str) -> Actor:
        """What that person may do right now."""
        return actor_for(session, self.people[name], via="session")

    def number(self, name: str) -> int:
        return self.people[name].id or 0


def raise_cast(session: Session) -> None:
    """Write the cast through the same actions the product uses."""
    door = the_registry("command")
    mutual = people.add_unit(session, door, "Halden Mutual")
    units = {name: people.add_unit(session, door, name.capitalize(), mutual.id) for name in UNITS}
    found = {
        name: people.add_person(
            session, door, PersonFacts(full, email(name), unit_id=(units[unit] if unit else mutual).id)
        )
        for name, (full, unit) in NAMES.items()
    }
    claims = units["claims"]
    people.edit_unit(
        session, door, claims, "Claims", parent_id=mutual.id, head_id=found["hedy"].id, version=claims.version
    )
    for name, role in ROLES.items():
        accounts.grant_role(session, door, found[name], role)
    triage, _, _ = _systems(session, units, found)
    owner = actor_for(session, found["ada"], via="session")
    ownership.fill_seat(session, owner, triage.id or 0, Seat.ENGINEERING_LEAD, person_id=found["ben"].id)
    ownership.fill_seat(session, owner, triage.id or 0, Seat.DEPUTY, person_id=found["dee"].id)


def find_cast(session: Session) -> Cast:
    """The cast as it stands in a database it was raised in."""
    systems = {system.name: system for system in session.exec(select(System))}
    people_by_email = {person.email: person for person in session.exec(select(Person))}
    units = {unit.name: unit for unit in session.exec(select(BusinessUnit))}
    return Cast(
        {name: people_by_email[email(name)] for name in NAMES},
        {name: units[name.capitalize()] for name in UNITS},
        systems["Claims triage"],
        systems["Sentinel"],
        systems["Home pricing"],
    )


def _systems(
    session: Session, units: dict[str, BusinessUnit], found: dict[str, Person]
) -> tuple[System, System, System]:
    def registered(name: str, says: str, unit: str, owner: str, visibility: Visibility) -> System:
        return systems.register(
            session,
            actor_for(session, found[owner], via="session"),
            Registration(name, says, units[unit].id, found[owner].id, visibility),
        )

    return (
        registered("Claims triage", "Sorts incoming claims by urgency.", "claims", "ada", Visibility.COMPANY),
        registered("Sentinel", "Looks for fraud rings in claims.", "claims", "ada", Visibility.RESTRICTED),
        registered(
            "Home pricing", "Suggests premiums for homes.", "underwriting", "olga", Visibility.COMPANY
        ),
    )
