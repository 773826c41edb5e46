"""Whom a provider's account is: known already, by a verified address, added, or linked by command."""

from sqlmodel import Session

from registry.accounts import queries as doors
from registry.audit.actions import record
from registry.identity.models import ProviderIdentity
from registry.identity.queries import known
from registry.identity.rules.terms import LONGEST_ISSUER, LONGEST_SUBJECT, Terms, domain_of
from registry.identity.rules.tokens import Said
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Problem, RuleBroken, refuse_if
from registry.kernel.events import Event
from registry.people import actions as people
from registry.people.models import Person
from registry.people.rules import NAME_LIMIT, PersonFacts, is_active

_LEFT = "You are not here any more, or not yet, so far as this register knows. Ask an administrator."


def recognised(session: Session, door: Actor, said: Said, terms: Terms) -> tuple[ProviderIdentity, Person]:
    """The account and the person it is. Raises RuleBroken, with the refusal written down, for somebody who is not known.

    By issuer and subject. Otherwise, at a first sign-in, by an address the provider says is verified in a domain the terms
    name, and only for a person whom the provider does not know by another account: an address that has passed to somebody
    else opens nothing. Nor does one open a role: whoever keeps the addresses would else choose who is an administrator.
    Whoever is not here is refused before anything is kept of them.
    """
    found = known.identity(session, terms.issuer, said.subject)
    if found is not None:
        owner = session.get_one(Person, found.person_id)
        _refuse_absent(session, door, owner)
        return found, owner
    may_link = said.is_verified and domain_of(said.email) in terms.link_domains
    person = doors.person_by_email(session, said.email) if may_link else None
    if person is None and may_link and terms.adds_people:
        person = people.add_person(
            session, door, PersonFacts(said.name[:NAME_LIMIT] or said.email, said.email)
        )
    if person is None or known.has_identity(session, person.id or 0, terms.issuer):
        note = {"reason": "nobody is known by this account", "subject": said.subject}
        record(session, door, Event.SIGN_IN_REFUSED, None, note=note)
        raise RuleBroken([Problem("", _unknown(said))])
    _refuse_absent(session, door, person)
    if doors.open_roles(session, person.id or 0):
        note = {"reason": "an address opens no role", "subject": said.subject}
        record(session, door, Event.SIGN_IN_REFUSED, person, note=note)
        raise RuleBroken([Problem("", _holds_role(said))])
    made = _account(person, terms.issuer, said.subject)
    session.add(made)
    record(session, door, Event.IDENTITY_LINKED, person, note={"how": "verified address"})
    return made, person


def _refuse_absent(session: Session, door: Actor, person: Person) -> None:
    if not is_active(person.active_from, person.active_to, clock.today()):
        record(session, door, Event.SIGN_IN_REFUSED, person, note={"reason": "not here"})
        raise RuleBroken([Problem("", _LEFT)])


def _holds_role(said: Said) -> str:
    return (
        "You hold a role here, so your e-mail address alone does not make your account known. Ask whoever runs the server "
        f"to link it by command: your account is called {said.subject}."
    )


def _unknown(said: Said) -> str:
    return (
        "Nobody on this register is known by your account. Ask whoever runs the server to link it by command: "
        f"your account is called {said.subject}."
    )


def link(session: Session, actor: Actor, person: Person, issuer: str, subject: str) -> ProviderIdentity:
    """Say that a provider's account is this person. Raises RuleBroken."""
    require(actor, Permission.ACCOUNTS_MANAGE)
    subject = subject.strip()
    problems = []
    if not 0 < len(subject) <= LONGEST_SUBJECT or not issuer or len(issuer) > LONGEST_ISSUER:
        problems.append(Problem("subject", "Give what the provider calls the account (its “sub”)."))
    elif known.identity(session, issuer, subject) is not None:
        problems.append(Problem("subject", "This account is linked to somebody already."))
    elif known.has_identity(session, person.id or 0, issuer):
        problems.append(Problem("subject", f"{person.name} has an account there. Take that link away first."))
    refuse_if(problems)
    made = _account(person, issuer, subject)
    session.add(made)
    record(session, actor, Event.IDENTITY_LINKED, person, note={"how": "administrator"})
    return made


def _account(person: Person, issuer: str, subject: str) -> ProviderIdentity:
    return ProviderIdentity(issuer=issuer, subject=subject, person_id=person.id or 0, linked_at=clock.now())


def unlink(session: Session, actor: Actor, identity: ProviderIdentity) -> None:
    """Take a link away: the account opens nothing any more, and the browsers it opened are signed out."""
    require(actor, Permission.ACCOUNTS_MANAGE)
    person = session.get_one(Person, identity.person_id)
    for each in known.sessions_at(session, identity.issuer, subject=identity.subject, sid=""):
        session.delete(each)
    session.flush()
    session.delete(identity)
    record(session, actor, Event.IDENTITY_UNLINKED, person)
