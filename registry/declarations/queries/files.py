"""Which file a system is kept in, and which system a file's id names."""

from collections.abc import Collection

from sqlmodel import Session, col, select

from registry.declarations.models import Declaration
from registry.declarations.rules.plan import Standing
from registry.kernel.actor import Actor
from registry.kernel.text import slug
from registry.systems.models import System
from registry.systems.queries import visible_to


def file_of(session: Session, system_id: int, *, lock: bool = False) -> Declaration | None:
    """The file a system is kept in, or None."""
    query = select(Declaration).where(Declaration.system_id == system_id)
    return session.exec(query.with_for_update() if lock else query).one_or_none()


def by_name(session: Session, names: Collection[str]) -> dict[str, int]:
    """The numbers of the systems that files name so, by that name, in one statement."""
    query = select(Declaration.name, Declaration.system_id).where(col(Declaration.name).in_(sorted(names)))
    return dict(session.exec(query).all()) if names else {}


def named_by_number(session: Session, system_ids: Collection[int]) -> dict[int, str]:
    """The names that files give these systems, by number, in one statement."""
    query = select(Declaration.system_id, Declaration.name)
    query = query.where(col(Declaration.system_id).in_(sorted(system_ids)))
    return dict(session.exec(query).all()) if system_ids else {}


def last_of(row: Declaration | None) -> Standing | None:
    """What a file set when it was last applied."""
    return Standing(row.stated["values"], row.stated["items"]) if row else None


def named(session: Session, system: System) -> str:
    """The id a system has in its file; for one that is in none an id made of its name and number."""
    number = system.id or 0
    found = named_by_number(session, {number})
    return found.get(number) or _suggested(system)


def _suggested(system: System) -> str:
    begins = slug(system.name, 40)
    letters = begins if begins[:1].isalpha() else f"system-{begins}".rstrip("-")
    return f"{letters}-{system.id}"


def systems_called(session: Session, actor: Actor, name: str) -> list[System]:
    """The systems of exactly this name that the actor may know of."""
    query = select(System).where(System.name == name, visible_to(actor)).order_by(col(System.id))
    return list(session.exec(query)) if name else []
