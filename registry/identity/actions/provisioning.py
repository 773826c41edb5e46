"""Keep people as the company's directory service has them: add, change, end at once, bring back, take away."""

from sqlmodel import Session

from registry.accounts import queries as accounts
from registry.audit.actions import record
from registry.identity.models import ProvisionedPerson
from registry.identity.queries import known
from registry.identity.rules.scim import User
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Conflict, Problem, refuse_if
from registry.kernel.events import Event
from registry.people import actions as people
from registry.people.models import Person
from registry.people.rules import PersonFacts, same_email

_KEPT_ADDRESS = "This address is settled in the registry: of who holds a role, and of emergency accounts."


def change(
    session: Session, actor: Actor, person: Person, user: User, *, held: frozenset[str] = frozenset()
) -> Person:
    """Write down what the service says of somebody; their unit and first day are not its to say. Raises RuleBroken.

    Whoever holds a role keeps their address, as do those `held`: a first sign-in and an emergency account go by it, so
    whoever can move addresses could else choose who is an administrator. Nor does one of those pass to anybody.
    """
    require(actor, Permission.PEOPLE_EDIT)
    wanted = same_email(user.user_name)
    if wanted != person.email:
        keeps = bool(accounts.open_roles(session, person.id or 0)) or bool({wanted, person.email} & held)
        refuse_if([Problem("userName", _KEPT_ADDRESS)] if keeps else [])
    facts = PersonFacts(
        user.name,
        user.user_name,
        user.title,
        unit_id=person.unit_id,
        active_from=person.active_from,
        active_to=person.active_to,
    )
    _note(session, person, user.external_id)
    return people.edit_person(session, actor, person, facts)


def settle(session: Session, actor: Actor, person: Person, *, is_active: bool) -> None:
    """Let the person be here or not, as the service says. Raises RuleBroken, Conflict."""
    require(actor, Permission.PEOPLE_EDIT)
    if _is_here(person) and not is_active:
        deactivate(session, actor, person)
    elif is_active and not _is_here(person):
        bring_back(session, actor, person)


def deactivate(session: Session, actor: Actor, person: Person) -> Person:
    """End what somebody may do here at once: sessions, tokens, roles, seats. Raises RuleBroken for oneself.

    Their last day was yesterday, for a last day is one on which somebody still may; what they hold is a gap from now on.
    """
    require(actor, Permission.PEOPLE_EDIT)
    for opened in accounts.sessions_of(session, person.id or 0):
        session.delete(opened)
    # Not only held back by the last day: they would come to life again with their person.
    for token in accounts.tokens_of(session, person.id or 0):
        token.revoked_at = token.revoked_at or clock.now()
    for grant in accounts.open_roles(session, person.id or 0):
        grant.to_at = clock.now()
    return people.mark_as_gone(session, actor, person)


def take_away(session: Session, actor: Actor, person: Person) -> None:
    """Let go of somebody whom the service has deleted: it sees them no longer. What they did stays, with their name.

    Whoever is still here is deactivated; of others the last day stays as it was recorded.
    """
    require(actor, Permission.PEOPLE_EDIT)
    row = _note(session, person, None)
    row.removed_at = clock.now()
    if _is_here(person):
        deactivate(session, actor, person)
    else:
        record(session, actor, Event.PERSON_EDITED, person)


def bring_back(session: Session, actor: Actor, person: Person) -> Person:
    """Take back a last day that the service had set itself. Raises Conflict where somebody else has noted it since, or before."""
    require(actor, Permission.PEOPLE_EDIT)
    if not known.was_ended_by_service(session, person):
        raise Conflict(
            "Their last day was noted here, not by the directory: take it back here.", person.version
        )
    row = known.provisioned(session, person.id or 0)
    if row is not None:
        row.removed_at = None
    return people.mark_as_here(session, actor, person)


def _is_here(person: Person) -> bool:
    return person.active_to is None or person.active_to >= clock.today()


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
