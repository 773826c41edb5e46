"""Make an address of a feed, in the place of the one before; withdraw it."""

import secrets

from sqlmodel import Session

from registry.accounts.queries import digest_of
from registry.audit.actions import record
from registry.feeds import queries
from registry.feeds.models import FeedAddress
from registry.feeds.rules import FeedKind
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import NotFound
from registry.kernel.events import Event


def make_address(session: Session, actor: Actor, kind: FeedKind) -> str:
    """Make the actor an address of this kind; one there was works no longer. Its secret is given back once and kept nowhere."""
    require(actor, Permission.OWN_ACCOUNT)
    secret, at = secrets.token_urlsafe(32), clock.now()
    before = queries.address_of(session, actor.person_id or 0, kind)
    if before is not None:
        before.withdrawn_at = at
        session.flush()
    made = FeedAddress(person_id=actor.person_id or 0, kind=kind, secret_sha256=digest_of(secret), made_at=at)
    session.add(made)
    record(session, actor, Event.FEED_MADE, made, note={"kind": kind.said})
    return secret


def withdraw_address(session: Session, actor: Actor, kind: FeedKind) -> None:
    """End the actor's address of this kind, from the next request on. Raises NotFound where there is none."""
    require(actor, Permission.OWN_ACCOUNT)
    address = queries.address_of(session, actor.person_id or 0, kind)
    if address is None:
        raise NotFound
    address.withdrawn_at = clock.now()
    record(session, actor, Event.FEED_WITHDRAWN, address, note={"kind": kind.said})


def end_address(session: Session, actor: Actor, address: FeedAddress) -> None:
    """End the address of somebody who is not here any more, for good: were they to come back, they would make another."""
    require(actor, Permission.ACCOUNTS_MANAGE)
    address.withdrawn_at = clock.now()
    record(session, actor, Event.FEED_WITHDRAWN, address, note={"kind": address.kind.said})
