"""actor_for(): a person, session or token becomes an Actor with roles, seats and headed units."""

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import String, bindparam, cast, false, literal, union_all
from sqlmodel import Session, col, select

from registry.accounts import rules
from registry.accounts.models import (
    ApiToken,
    Credential,
    FirstPassword,
    IdentityCheck,
    RoleGrant,
    SignInTries,
    UserSession,
)
from registry.kernel import clock
from registry.kernel.actor import Actor, Role, Seat, Token
from registry.ownership import queries as ownership
from registry.people import queries as people
from registry.people.models import Person
from registry.people.rules import is_active, same_email
from registry.store.lines import stands_in

# SHA-1 hashes in their order, of small letters: see decision 0024.
_COMMONEST: Final = Path(__file__).with_name("shipped") / "passwords.sha1"
# Asked on every request. A statement costs more to put together than to run, so these are put together once.
_OF_SESSION = (
    select(UserSession, Person)
    .join(Person, col(Person.id) == col(UserSession.person_id))
    .where(UserSession.secret_sha256 == bindparam("secret"))
)
_OF_TOKEN = (
    select(ApiToken, Person)
    .join(Person, col(Person.id) == col(ApiToken.person_id))
    .where(ApiToken.prefix == bindparam("prefix"))
)
_ROLES_NOW = (
    select(RoleGrant)
    .where(RoleGrant.person_id == bindparam("person"), col(RoleGrant.to_at).is_(None))
    .order_by(RoleGrant.role)
)
# What somebody is, in rows of (kind, word, number): asked as one, three questions cost a third.
_STANDING = union_all(
    select(literal("role"), cast(RoleGrant.role, String), literal(0)).where(
        RoleGrant.person_id == bindparam("person"), col(RoleGrant.to_at).is_(None)
    ),
    ownership.seats_now(literal("seat"), bindparam("person")),
    people.headed_now(literal("unit"), bindparam("person")),
)


def digest_of(secret: str) -> str:
    """What is stored of a session or token secret: its SHA-256 in hexadecimal."""
    return hashlib.sha256(secret.encode()).hexdigest()


def person_by_email(session: Session, email: str) -> Person | None:
    """The person with this e-mail address, whatever its letter case."""
    return session.exec(select(Person).where(Person.email == same_email(email))).one_or_none()


def credential_of(session: Session, person_id: int) -> Credential | None:
    """The person's password record."""
    return session.exec(select(Credential).where(Credential.person_id == person_id)).one_or_none()


def first_password_of(session: Session, person_id: int) -> FirstPassword | None:
    """Until when the person's password opens, where it was drawn for them and they have not chosen their own."""
    return session.exec(select(FirstPassword).where(FirstPassword.person_id == person_id)).one_or_none()


def is_listed(guessed: rules.Guessed) -> Callable[[str], bool]:
    """What says of a password whether it is among the commonest, or in the file of this installation. That raises OSError."""
    lists = [_COMMONEST, *([guessed.more] if guessed.more else [])]
    return lambda text: any(stands_in(each, text) for each in lists)


def tries_of(session: Session, person_id: int) -> SignInTries | None:
    """The person's failed sign-ins, locked against a second guess at the same moment."""
    query = select(SignInTries).where(SignInTries.person_id == person_id).with_for_update()
    return session.exec(query).one_or_none()


def open_roles(session: Session, person_id: int) -> Sequence[RoleGrant]:
    """The roles the person holds now."""
    return session.exec(_ROLES_NOW, params={"person": person_id}).all()


def roles_now(session: Session, person_id: int) -> frozenset[Role]:
    """Every role the person holds now: a member, as everybody is, and what was given them."""
    return frozenset({Role.MEMBER, *(grant.role for grant in open_roles(session, person_id))})


def roles_by_person(session: Session, person_ids: Sequence[int]) -> dict[int, list[Role]]:
    """The organisation-wide roles of several people, in one statement."""
    query = select(RoleGrant.person_id, RoleGrant.role).where(
        col(RoleGrant.person_id).in_(person_ids) if person_ids else false(), col(RoleGrant.to_at).is_(None)
    )
    found: dict[int, list[Role]] = defaultdict(list)
    for person_id, role in session.exec(query.order_by(RoleGrant.role)):
        found[person_id].append(Role(role))
    return dict(found)


def anybody_holds(session: Session, role: Role) -> bool:
    """Whether at least one person holds the role now."""
    query = select(RoleGrant.id).where(RoleGrant.role == role, col(RoleGrant.to_at).is_(None)).limit(1)
    return session.exec(query).first() is not None


def staying_holders(session: Session, role: Role) -> frozenset[int]:
    """The people who hold the role, are here, and have no last day."""
    query = select(Person.id).join(RoleGrant, col(RoleGrant.person_id) == col(Person.id))
    query = query.where(
        RoleGrant.role == role, col(RoleGrant.to_at).is_(None), col(Person.active_to).is_(None)
    )
    here = query.where(people.active_clause(clock.today()))
    return frozenset(number for number in session.exec(here) if number is not None)


def longest_holder(session: Session, role: Role) -> Person | None:
    """The person who is here and has held the role for the longest."""
    query = select(Person).join(RoleGrant, col(RoleGrant.person_id) == col(Person.id))
    query = query.where(
        RoleGrant.role == role, col(RoleGrant.to_at).is_(None), people.active_clause(clock.today())
    )
    return session.exec(query.order_by(col(RoleGrant.from_at), col(RoleGrant.id)).limit(1)).first()


def session_by_secret(session: Session, secret: str) -> UserSession | None:
    """The browser session a cookie's secret belongs to."""
    query = select(UserSession).where(UserSession.secret_sha256 == digest_of(secret))
    return session.exec(query).one_or_none()


def identity_check_of(session: Session, session_id: int) -> IdentityCheck | None:
    """When the password was last given again in this browser session."""
    return session.exec(select(IdentityCheck).where(IdentityCheck.session_id == session_id)).one_or_none()


def confirmed_at(session: Session, secret: str) -> datetime | None:
    """When the person behind this cookie last gave their password again, or None when they have not."""
    query = select(IdentityCheck.confirmed_at).join(
        UserSession, col(UserSession.id) == col(IdentityCheck.session_id)
    )
    return session.exec(query.where(UserSession.secret_sha256 == digest_of(secret))).one_or_none()


def session_by_number(session: Session, number: int) -> UserSession | None:
    """One browser session by its row number."""
    return session.get(UserSession, number)


def sessions_of(session: Session, person_id: int) -> Sequence[UserSession]:
    """Where the person is signed in, newest first."""
    query = select(UserSession).where(UserSession.person_id == person_id)
    return session.exec(query.order_by(col(UserSession.seen_at).desc())).all()


def tokens_of(session: Session, person_id: int) -> Sequence[ApiToken]:
    """The person's tokens, newest first, revoked ones included."""
    query = select(ApiToken).where(ApiToken.person_id == person_id)
    return session.exec(query.order_by(col(ApiToken.id).desc())).all()


def token_by_id(session: Session, token_id: int) -> ApiToken | None:
    """One token by its number."""
    return session.get(ApiToken, token_id)


def actor_for_session(
    session: Session, secret: str, *, hours: int, idle_minutes: int, request_id: str
) -> tuple[Actor, UserSession] | None:
    """The actor behind a browser's cookie, or None if it names no session that is still alive."""
    both = session.exec(_OF_SESSION, params={"secret": digest_of(secret)}).one_or_none()
    if both is None:
        return None
    found, person = both
    if rules.session_is_over(
        found.created_at, found.seen_at, clock.now(), hours=hours, idle_minutes=idle_minutes
    ) or not is_active(person.active_from, person.active_to, clock.today()):
        return None
    return actor_for(session, person, via="session", request_id=request_id), found


def actor_for_token(session: Session, text: str, *, request_id: str) -> Actor | None:
    """The actor behind an API token, narrowed by its scopes; None for any token that does not hold now.

    The secret is compared in constant time, also when no token has this prefix.
    """
    prefix, _, secret = text.removeprefix(rules.TOKEN_PREFIX).partition("_")
    both = session.exec(_OF_TOKEN, params={"prefix": prefix[:12]}).one_or_none()
    token, person = both or (None, None)
    kept = token.secret_sha256 if token else digest_of("no such token")
    matches = hmac.compare_digest(kept, digest_of(secret))
    if token is None or person is None or not matches or not text.startswith(rules.TOKEN_PREFIX):
        return None
    if not _holds(token, person, clock.now()):
        return None
    narrowed = Token(token.id or 0, frozenset(token.scopes), token.system_id)
    return actor_for(session, person, via=f"token:{token.id}", request_id=request_id, token=narrowed)


def _holds(token: ApiToken, person: Person, at: datetime) -> bool:
    in_time = token.revoked_at is None and at < token.expires_at
    return in_time and is_active(person.active_from, person.active_to, at.date())


def actor_for(
    session: Session, person: Person, *, via: str, request_id: str = "", token: Token | None = None
) -> Actor:
    """The actor a person is right now. Nothing is cached: a withdrawn role ends with the next request."""
    if person.id is None:
        raise ValueError("an unstored person cannot act")
    roles, units = {Role.MEMBER}, set()
    seats: dict[int, set[Seat]] = defaultdict(set)
    for kind, word, number in session.connection().execute(_STANDING, {"person": person.id}):
        if kind == "role":
            roles.add(Role(word))
        elif kind == "seat":
            seats[number].add(Seat(word))
        else:
            units.add(number)
    return Actor(
        person_id=person.id,
        name=person.name,
        roles=frozenset(roles),
        seats={system_id: frozenset(held) for system_id, held in seats.items()},
        headed_units=people.and_below(session, units),
        via=via,
        token=token,
        request_id=request_id,
    )
