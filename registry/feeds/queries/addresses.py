"""Addresses of feeds that work, and whom each belongs to."""

from collections.abc import Mapping, Sequence

from sqlmodel import Session, col, select

from registry.accounts.queries import digest_of
from registry.feeds.models import FeedAddress
from registry.feeds.rules import FeedKind
from registry.kernel import clock
from registry.people.models import Person
from registry.people.queries import active_clause
from registry.people.rules import is_active


def addresses_of(session: Session, person_id: int) -> Mapping[FeedKind, FeedAddress]:
    """The addresses of somebody that work, by kind."""
    query = select(FeedAddress).where(
        FeedAddress.person_id == person_id, col(FeedAddress.withdrawn_at).is_(None)
    )
    return {each.kind: each for each in session.exec(query)}


def address_of(session: Session, person_id: int, kind: FeedKind) -> FeedAddress | None:
    """The address of this kind that works, locked; None where there is none."""
    query = select(FeedAddress).where(
        FeedAddress.person_id == person_id,
        FeedAddress.kind == kind,
        col(FeedAddress.withdrawn_at).is_(None),
    )
    return session.exec(query.with_for_update()).one_or_none()


def opened(session: Session, secret: str, kind: FeedKind) -> tuple[FeedAddress, Person] | None:
    """The address with this secret and whose it is; None where it was withdrawn, is of another kind, or they are not here.

    The secret is as long as a key and is looked up by its digest, so that how long this takes says nothing of any.
    """
    query = (
        select(FeedAddress, Person)
        .join(Person, col(Person.id) == col(FeedAddress.person_id))
        .where(
            FeedAddress.secret_sha256 == digest_of(secret),
            FeedAddress.kind == kind,
            col(FeedAddress.withdrawn_at).is_(None),
        )
    )
    found = session.exec(query).one_or_none()
    if found is None or not is_active(found[1].active_from, found[1].active_to, clock.today()):
        return None
    return found[0], found[1]


def left_open(session: Session) -> Sequence[FeedAddress]:
    """The addresses that work for people who are not here, locked: they open nothing, and would again if those came back."""
    query = (
        select(FeedAddress)
        .join(Person, col(Person.id) == col(FeedAddress.person_id))
        .where(col(FeedAddress.withdrawn_at).is_(None), ~active_clause(clock.today()))
        .order_by(col(FeedAddress.id))
    )
    return session.exec(query.with_for_update(of=FeedAddress)).all()
