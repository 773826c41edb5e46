"""Saved views: those a person may open, one of them, and which one their register opens with."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, select

from registry.accounts.queries import actor_for
from registry.annotations.models import Tag
from registry.annotations.queries import carriers
from registry.kernel.actor import Actor
from registry.kernel.errors import NotFound
from registry.people.models import Person
from registry.people.queries import people_by_id
from registry.systems.models import SavedView
from registry.systems.queries.visibility import numbers_visible_to
from registry.systems.rules.views import Sharing, names_tag


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


def views_by_tag(session: Session, tag: Tag) -> list[SavedView]:
    """Every saved view that is narrowed by this tag, held; of those only whose owners can know that there is the tag.

    Anybody can write down a name they guess. A view of theirs that followed it would tell them that a tag only
    hidden systems carry exists, and what it is called now.
    """
    query = select(SavedView).where(col(SavedView.address).contains("tag="))
    held = session.exec(query.order_by(col(SavedView.id)).with_for_update()).all()
    found = [view for view in held if names_tag(view.address, tag.name)]
    owners = people_by_id(session, {view.person_id for view in found})
    knowing = {number for number, owner in owners.items() if _knows(session, owner, tag)}
    return [view for view in found if view.person_id in knowing]


def _knows(session: Session, person: Person, tag: Tag) -> bool:
    actor = actor_for(session, person, via="view")
    return actor.sees_everything or carriers(session, tag.id or 0, numbers_visible_to(actor)) > 0
