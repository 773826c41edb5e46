"""Offers of the accountable seat: one, those of a system, those that wait for somebody, those nobody can answer."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_
from sqlmodel import Session, col, select

from registry.kernel.errors import NotFound
from registry.ownership.models import Handover
from registry.ownership.rules import HandoverState
from registry.people.models import Person
from registry.store.columns import LARGEST_NUMBER


def pending_handover(session: Session, system_id: int) -> Handover | None:
    """The open offer of a system, if there is one."""
    query = select(Handover).where(Handover.system_id == system_id, Handover.state == HandoverState.OFFERED)
    return session.exec(query).one_or_none()


@dataclass(frozen=True, slots=True)
class Out:
    """An open offer, and the name of whoever is asked."""

    handover: Handover
    name: str


def offers_out(session: Session, system_ids: Collection[int]) -> dict[int, Out]:
    """The open offer of each of these systems that has one, by system; in one statement.

    One that has run out counts until it is closed: as long as it stands, no other can be made.
    """
    if not system_ids:
        return {}
    query = select(Handover, Person.name).join(Person, col(Person.id) == col(Handover.to_id))
    query = query.where(
        Handover.state == HandoverState.OFFERED, col(Handover.system_id).in_(sorted(system_ids))
    )
    return {offer.system_id: Out(offer, name) for offer, name in session.exec(query)}


def handover_by_id(session: Session, handover_id: int, *, lock: bool = False) -> Handover:
    """One offer; with `lock`, held so that it is answered once. Raises NotFound."""
    if handover_id > LARGEST_NUMBER:
        raise NotFound
    query = select(Handover).where(Handover.id == handover_id)
    found = session.exec(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        raise NotFound
    return found


def handovers_of(session: Session, system_id: int) -> Sequence[Handover]:
    """Every offer of a system, newest first."""
    query = select(Handover).where(Handover.system_id == system_id)
    return session.exec(query.order_by(col(Handover.id).desc())).all()


def handovers_for(session: Session, person_id: int, *, at: datetime | None = None) -> Sequence[Handover]:
    """The offers nobody has answered for this person yet, oldest first; with `at`, those that can still be then.

    One that has run out is no reason any more to know of a restricted system, also before the worker closes it.
    """
    query = select(Handover).where(Handover.to_id == person_id, Handover.state == HandoverState.OFFERED)
    if at is not None:
        query = query.where(Handover.expires_at > at)
    return session.exec(query.order_by(col(Handover.offered_at))).all()


def lapsed_handovers(session: Session, at: datetime) -> Sequence[int]:
    """The numbers of the offers nobody can answer any more: out of time, or their recipient has left."""
    gone = select(Person.id).where(col(Person.active_to) < at.date())
    query = select(Handover.id).where(
        Handover.state == HandoverState.OFFERED,
        or_(col(Handover.expires_at) <= at, col(Handover.to_id).in_(gone)),
    )
    return [number for number in session.exec(query.order_by(col(Handover.id))) if number is not None]
