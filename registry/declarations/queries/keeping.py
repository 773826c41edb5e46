"""The file a system is kept in, as its page tells it: from where, applied by whom, and what was changed since."""

from dataclasses import dataclass

from sqlmodel import Session

from registry.declarations.models import Declaration
from registry.declarations.queries.files import file_of, last_of
from registry.declarations.queries.stating import standing_of
from registry.declarations.rules.plan import Standing, changed_since
from registry.kernel.actor import Actor
from registry.kernel.text import SYSTEM_PREFIX, number_of
from registry.people.models import Person
from registry.systems.models import System
from registry.systems.queries import by_numbers


@dataclass(frozen=True, slots=True)
class Kept:
    """A file, who applied it last (None: a command on the machine), and the paths of what people changed since."""

    file: Declaration
    by: Person | None
    changed: tuple[str, ...]


def kept_in(session: Session, actor: Actor, system: System) -> Kept | None:
    """The file a system is kept in, or None."""
    row = file_of(session, system.id or 0)
    last = last_of(row)
    if row is None or last is None:
        return None
    by = session.get(Person, row.applied_by_id) if row.applied_by_id else None
    seen = _told_to(session, actor, last)
    return Kept(row, by, tuple(changed_since(seen, standing_of(session, actor, system))))


def _told_to(session: Session, actor: Actor, last: Standing) -> Standing:
    """What a file set, without what would name a system that the actor may not know of."""
    things = last.items.get("dependencies")
    if not things:
        return last
    numbers = {
        name: number_of(SYSTEM_PREFIX, str(thing.get("system") or "")) for name, thing in things.items()
    }
    known = by_numbers(session, actor, {each for each in numbers.values() if each})
    seen = {name: thing for name, thing in things.items() if numbers[name] is None or numbers[name] in known}
    return Standing(last.values, {**last.items, "dependencies": seen})
