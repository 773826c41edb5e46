"""Keep people as the company's directory service has them: add, change, end at once, bring back, take away."""

from dataclasses import replace
from datetime import timedelta

from sqlmodel import Session

from registry.accounts import queries as accounts
from registry.audit.actions import record
from registry.identity.models import ProvisionedPerson
from registry.identity.queries import known
from registry.identity.rules.scim import User
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.events import Event
from registry.people import actions as people
from registry.people.models import Person
from registry.people.rules import PersonFacts


def change(session: Session, actor: Actor, person: Person, user: User) -> Person:
    """Write down what the service says of somebody; their unit and first day are not its to say. Raises RuleBroken."""
    require(actor, Permission.PEOPLE_EDIT)
    kept = PersonFacts(
        person.name,
        person.email,
        unit_id=person.unit_id,
        active_from=person.active_from,
        active_to=person.active_to,
    )
    _note(session, person, user.external_id)
    facts = replace(kept, name=user.name, email=user.user_name, job_title=user.title)
    return people.edit_person(session, actor, person, facts)


def deactivate(session: Session, actor: Actor, person: Person) -> Person:
    """End what somebody may do here at once: sessions, tokens, seats. Raises RuleBroken for oneself.

    Their last day was yesterday, for a last day is one on which somebody still may; what they hold is a gap from now on.
    """
    require(actor, Permission.PEOPLE_EDIT)
    yesterday = clock.today() - timedelta(days=1)
    if person.active_from is not None and person.active_from > yesterday:
        # Who was to come today or later never came.
        person.active_from = yesterday
    for opened in accounts.sessions_of(session, person.id or 0):
        session.delete(opened)
    for token in accounts.tokens_of(session, person.id or 0):
        # Not only held back by the last day: they would come to life again with their person.
        token.revoked_at = token.revoked_at or clock.now()
    return people.mark_as_left(session, actor, person, yesterday)


def take_away(session: Session, actor: Actor, person: Person) -> Person:
    """Deactivate somebody whom the service has deleted: it sees them no longer. What they did stays, with their name."""
    require(actor, Permission.PEOPLE_EDIT)
    row = _note(session, person, None)
    row.removed_at = clock.now()
    return deactivate(session, actor, person)


def bring_back(session: Session, actor: Actor, person: Person) -> Person:
    """Take back somebody's last day: the service has them as active, or has added them again."""
    require(actor, Permission.PEOPLE_EDIT)
    row = known.provisioned(session, person.id or 0)
    if row is not None:
        row.removed_at = None
    return people.mark_as_here(session, actor, person)


def note_external_id(session: Session, actor: Actor, person: Person, external_id: str) -> None:
    """Keep what the service calls somebody who has just been added."""
    require(actor, Permission.PEOPLE_EDIT)
    _note(session, person, external_id)
    record(session, actor, Event.PERSON_EDITED, person)


def _note(session: Session, person: Person, external_id: str | None) -> ProvisionedPerson:
    row = known.provisioned(session, person.id or 0)
    if row is None:
        row = ProvisionedPerson(person_id=person.id or 0)
        session.add(row)
    if external_id is not None and row.external_id != external_id:
        row.external_id = external_id
    return row
