"""Set passwords, and check what is typed against the one that is kept."""

import secrets
from datetime import datetime
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlmodel import Session

from registry.accounts import queries, rules
from registry.accounts.models import Credential, FirstPassword
from registry.accounts.rules import NOTHING_OF_THE_HOUSE, Guessed
from registry.audit.actions import record
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Unavailable, refuse_if
from registry.kernel.events import Event
from registry.people.models import Person

# Argon2id with the library's defaults: 64 MiB, three passes (RFC 9106, second recommendation).
_hasher = PasswordHasher()
_NO_LIST = (
    "No password can be set now: the list of refused ones cannot be read. Whoever runs the registry finds its name in "
    "REGISTRY_REFUSED_PASSWORDS_FILE."
)


def set_password(
    session: Session,
    actor: Actor,
    person: Person,
    password: str,
    guessed: Guessed = NOTHING_OF_THE_HOUSE,
    *,
    opens_until: datetime | None = None,
) -> None:
    """Give a person a password and end their sessions. Raises RuleBroken when it is too easy to guess.

    With `opens_until` it is one that was drawn for them: until then it opens the page where they choose their own.
    """
    require(actor, Permission.OWN_ACCOUNT if person.id == actor.person_id else Permission.ACCOUNTS_MANAGE)
    refuse_guessed(person, password, guessed)
    credential = queries.credential_of(session, person.id or 0)
    hashed = _hasher.hash(password)
    if credential is None:
        session.add(Credential(person_id=person.id or 0, password_hash=hashed, set_at=clock.now()))
    else:
        credential.password_hash, credential.set_at = hashed, clock.now()
    _note_first(session, person, opens_until)
    for each in queries.sessions_of(session, person.id or 0):
        session.delete(each)
    record(session, actor, Event.PASSWORD_SET, person)


def _note_first(session: Session, person: Person, opens_until: datetime | None) -> None:
    first = queries.first_password_of(session, person.id or 0)
    if opens_until is None:
        if first is not None:
            session.delete(first)
    elif first is not None:
        first.opens_until = opens_until
    else:
        session.add(FirstPassword(person_id=person.id or 0, opens_until=opens_until))


def refuse_guessed(person: Person, password: str, guessed: Guessed) -> None:
    """Raise RuleBroken for a password that is too short, or that whoever guesses would try for this person in this house.

    Raises Unavailable where the list of refused ones cannot be read.
    """
    try:
        problems = rules.problems_with_password(
            password,
            name=person.name,
            email=person.email,
            words=guessed.words,
            is_listed=queries.is_listed(guessed),
        )
    except OSError as error:
        raise Unavailable(_NO_LIST) from error
    refuse_if(problems)


def matches(kept: str | None, password: str) -> bool:
    """Whether this is the password behind the hash. Takes as long where there is none, so that nobody learns of it."""
    try:
        # Longer ones are refused before hashing: nobody can make the server hash megabytes.
        fits = len(password) <= rules.LONGEST_PASSWORD and _hasher.verify(kept or _nobodys_hash(), password)
    except (VerificationError, InvalidHashError):
        return False
    return fits and kept is not None


def renew_hash(credential: Credential, password: str) -> None:
    """Hash the password anew where hashes have become stronger since it was set."""
    if _hasher.check_needs_rehash(credential.password_hash):
        credential.password_hash = _hasher.hash(password)


@cache
def _nobodys_hash() -> str:
    return _hasher.hash(secrets.token_urlsafe(24))
