"""Sign in by a provider, confirm who one is by it, and end the sessions it ends."""

import secrets

from sqlmodel import Session

from registry.accounts import actions as accounts
from registry.accounts import queries as doors
from registry.accounts.models import UserSession
from registry.audit.actions import record
from registry.identity.actions.linking import recognised
from registry.identity.models import ProviderSession
from registry.identity.queries import known
from registry.identity.rules.terms import Distrusted, Terms, role_changes
from registry.identity.rules.tokens import Ended, Said, confirmed_in
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require, the_registry
from registry.kernel.events import Event
from registry.people.models import Person
from registry.store.sealing import Seal

DOOR = "sign-in:provider"


def sign_in(
    session: Session,
    said: Said,
    terms: Terms,
    token: str,
    *,
    seal: Seal,
    device: str,
    request_id: str,
    replaces: str = "",
) -> tuple[str, UserSession]:
    """Open a browser session for whoever the provider says has come; returns the cookie's secret and the session.

    The roles the terms speak of become what the groups say; each change is an entry. Raises RuleBroken for somebody the
    register does not know or who is not here; the caller commits also then.
    """
    door = the_registry(DOOR, request_id)
    identity, person = recognised(session, door, said, terms)
    _settle_roles(session, door, person, said, terms)
    secret = secrets.token_urlsafe(32)
    opened = accounts.open_session(session, person, secret, device, replaces=replaces)
    session.flush()
    session.add(
        ProviderSession(
            session_id=opened.id or 0,
            identity_id=identity.id or 0,
            sid=said.sid,
            sealed_token=seal.sealed(token, clock.now()),
        )
    )
    record(session, door, Event.SIGN_IN_SUCCEEDED, person, note={"issuer": terms.issuer})
    return secret, opened


def _settle_roles(session: Session, door: Actor, person: Person, said: Said, terms: Terms) -> None:
    held = frozenset(grant.role for grant in doors.open_roles(session, person.id or 0))
    gained, lost = role_changes(terms.roles, said.groups, held)
    for role in sorted(gained):
        accounts.grant_role(session, door, person, role)
    for role in sorted(lost):
        accounts.withdraw_role(session, door, person, role)


def note_refusal(session: Session, reason: str, request_id: str) -> None:
    """Write down that somebody came with what is not believed, and why."""
    record(
        session, the_registry(DOOR, request_id), Event.SIGN_IN_REFUSED, None, note={"reason": reason[:100]}
    )


def confirm(session: Session, actor: Actor, secret: str, said: Said, terms: Terms) -> str:
    """Note that whoever is signed in has just proved to the provider who they are; returns the cookie's new secret.

    It counts from the moment they proved it. Raises Distrusted where that is too long ago, where it was somebody else, or
    where this browser is signed in no longer.
    """
    require(actor, Permission.OWN_ACCOUNT)
    opened = doors.session_by_secret(session, secret)
    identity = known.identity(session, terms.issuer, said.subject)
    if opened is None or opened.person_id != actor.person_id:
        raise Distrusted("this browser is signed in no longer")
    if identity is None or identity.person_id != actor.person_id:
        raise Distrusted("somebody else has confirmed who they are")
    fresh = accounts.note_identity_check(session, opened, confirmed_in(said, clock.now()))
    record(session, actor, Event.IDENTITY_CONFIRMED, session.get_one(Person, opened.person_id))
    return fresh


def end_sessions(session: Session, ended: Ended, terms: Terms, request_id: str) -> int:
    """End the sessions the provider has ended; returns how many there were."""
    found = known.sessions_at(session, terms.issuer, subject=ended.subject, sid=ended.sid)
    for each in found:
        session.delete(each)
    note = {"sessions": str(len(found)), "issuer": terms.issuer}
    record(session, the_registry("sign-out:provider", request_id), Event.SIGNED_OUT, None, note=note)
    return len(found)
