"""As whom providers know people, and how the open browsers were signed in."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import func
from sqlmodel import Session, col, select

from registry.accounts.models import UserSession
from registry.accounts.queries import digest_of, person_by_email, token_by_id
from registry.audit.models import ENTRY
from registry.audit.queries import entries_at
from registry.identity.models import ProviderIdentity, ProviderSession, ProvisionedPerson
from registry.identity.rules.scim import User
from registry.kernel.errors import Conflict
from registry.kernel.events import Event
from registry.kernel.scopes import PEOPLE_SCOPE
from registry.people.models import Person
from registry.people.rules import same_email


def identity(session: Session, issuer: str, subject: str) -> ProviderIdentity | None:
    """The account a provider names, if it is known."""
    query = select(ProviderIdentity).where(
        ProviderIdentity.issuer == issuer, ProviderIdentity.subject == subject
    )
    return session.exec(query).one_or_none()


def identity_by_number(session: Session, number: int) -> ProviderIdentity:
    """One known account by its row number."""
    return session.get_one(ProviderIdentity, number)


def identities_of(session: Session, person_id: int) -> Sequence[ProviderIdentity]:
    """As whom providers know a person."""
    query = select(ProviderIdentity).where(ProviderIdentity.person_id == person_id)
    return session.exec(query.order_by(col(ProviderIdentity.id))).all()


def has_identity(session: Session, person_id: int, issuer: str) -> bool:
    """Whether the provider knows the person already."""
    query = select(ProviderIdentity.id).where(
        ProviderIdentity.person_id == person_id, ProviderIdentity.issuer == issuer
    )
    return session.exec(query).first() is not None


def opened_by(session: Session, secret: str) -> ProviderSession | None:
    """How the provider opened the session a cookie's secret belongs to; None where a password did."""
    query = select(ProviderSession).join(UserSession, col(UserSession.id) == col(ProviderSession.session_id))
    return session.exec(query.where(UserSession.secret_sha256 == digest_of(secret))).one_or_none()


def sessions_at(session: Session, issuer: str, *, subject: str, sid: str) -> Sequence[UserSession]:
    """The sessions a provider opened: for the subject, or in its own session where that is named as well or instead."""
    query = (
        select(UserSession)
        .join(ProviderSession, col(ProviderSession.session_id) == col(UserSession.id))
        .join(ProviderIdentity, col(ProviderIdentity.id) == col(ProviderSession.identity_id))
        .where(ProviderIdentity.issuer == issuer)
    )
    if subject:
        query = query.where(ProviderIdentity.subject == subject)
    if sid:
        # A session whose name the provider never said may be the one: where the subject is named, it ends as well.
        named = [sid, ""] if subject else [sid]
        query = query.where(col(ProviderSession.sid).in_(named))
    return session.exec(query).all()


def provisioned(session: Session, person_id: int) -> ProvisionedPerson | None:
    """What a directory service says of a person, where one has."""
    return session.exec(
        select(ProvisionedPerson).where(ProvisionedPerson.person_id == person_id)
    ).one_or_none()


def returning(session: Session, user: User) -> Person | None:
    """Who comes back with a user that the service adds: whom it had taken away under this very external id; None for a new one.

    Raises Conflict for the name of anybody else: an address passes to others, and what a person did here has their name on it.
    """
    person = person_by_email(session, user.user_name)
    if person is None:
        return None
    row = provisioned(session, person.id or 0)
    if row is None or row.removed_at is None:
        raise Conflict("There is a user of this name already.", person.version)
    if not row.external_id or row.external_id != user.external_id:
        raise Conflict("Somebody else had this name, or had it under another externalId.", person.version)
    return person


def was_ended_by_service(session: Session, person: Person) -> bool:
    """Whether the last day somebody has is one that a directory service set: the newest entry of their leaving is a token's
    with its scope, and the day is the one before.
    """
    told = sa.select(ENTRY.c.seq).where(
        ENTRY.c.subject_kind == "person",
        ENTRY.c.subject_id == person.id,
        ENTRY.c.event == Event.PERSON_LEFT.value,
    )
    seq = session.connection().execute(told.order_by(ENTRY.c.seq.desc()).limit(1)).scalar()
    entry = entries_at(session, [seq])[seq] if seq is not None else None
    token = token_by_id(session, entry.token_id) if entry is not None and entry.token_id else None
    if entry is None or token is None or PEOPLE_SCOPE not in token.scopes:
        return False
    return person.active_to == entry.at.date() - timedelta(days=1)


def user(session: Session, number: int) -> tuple[Person, ProvisionedPerson | None] | None:
    """One person as a directory service sees them; None for nobody, and for whom it has taken away."""
    query = _users().where(col(Person.id) == number)
    found: tuple[Person, ProvisionedPerson | None] | None = session.exec(query).one_or_none()
    return found


def users(
    session: Session, narrowed: tuple[str, str] | None, *, start: int, count: int
) -> tuple[Sequence[tuple[Person, ProvisionedPerson | None]], int]:
    """So many people from the one numbered `start` (from 1) on, and how many there are in all."""
    query = _users()
    if narrowed is not None:
        attribute, value = narrowed
        query = query.where(
            Person.email == same_email(value)
            if attribute == "username"
            else ProvisionedPerson.external_id == value
        )
    total = session.exec(select(func.count()).select_from(query.subquery())).one()
    found = session.exec(query.order_by(col(Person.id)).offset(start - 1).limit(count)).all()
    return found, total


def _users() -> Any:
    joined = select(Person, ProvisionedPerson).outerjoin(
        ProvisionedPerson, col(ProvisionedPerson.person_id) == col(Person.id)
    )
    return joined.where(col(ProvisionedPerson.removed_at).is_(None))
