"""Saved views: those a person may open, one of them, and which one their register opens with."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, select

from registry.kernel.actor import Actor
from registry.kernel.errors import NotFound
from registry.people.models import Person
from registry.systems.models import SavedView
from registry.systems.rules.views import Sharing


def _open_to(actor: Actor, chain: Collection[int]) -> ColumnElement[bool]:
    # `chain` holds the unit the person works in and those above: a view shared with a unit reaches all below it.
    return or_(
        col(SavedView.person_id) == (actor.person_id or 0),
        col(SavedView.sharing) == Sharing.EVERYBODY,
        col(SavedView.unit_id).in_(sorted(chain)),
    )


def views_for(session: Session, actor: Actor, chain: Collection[int]) -> Sequence[tuple[SavedView, str]]:
    """Every view the actor may open with the name of whoever saved it, their own first, by name."""
    query = select(SavedView, Person.name).join(Person, col(Person.id) == col(SavedView.person_id))
    rows = session.exec(query.where(_open_to(actor, chain)).order_by(SavedView.name, col(SavedView.id)))
    return sorted(rows, key=lambda row: row[0].person_id != actor.person_id)


def view_by_id(
    session: Session, actor: Actor, number: int, chain: Collection[int], *, lock: bool = False
) -> SavedView:
    """One view the actor may open. Raises NotFound also for a view that is not shown to them."""
    query = select(SavedView).where(SavedView.id == number, _open_to(actor, chain))
    found = session.exec(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        raise NotFound
    return found


def preferred_view(session: Session, person_id: int) -> SavedView | None:
    """The view this person's register opens with, if they chose one."""
    query = select(SavedView).where(SavedView.person_id == person_id, col(SavedView.preferred).is_(True))
    return session.exec(query).one_or_none()


def view_name_taken(session: Session, person_id: int, name: str, *, besides: int | None) -> bool:
    """Whether this person has another view of that name."""
    query = select(SavedView.id).where(SavedView.person_id == person_id, SavedView.name == name)
    if besides is not None:
        query = query.where(SavedView.id != besides)
    return session.exec(query).first() is not None
