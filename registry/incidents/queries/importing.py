"""What an import of incidents needs to know: the systems that rows name, by id or by exact name."""

from collections.abc import Collection

from sqlalchemy import or_
from sqlmodel import Session, col, select

from registry.kernel.actor import Actor
from registry.kernel.text import SYSTEM_PREFIX, number_of
from registry.systems.models import System
from registry.systems.queries import visible_to

_AT_ONCE = 400
NO_SYSTEM = (
    "No system on the register has this id or name. Register it first, or leave out incidents of others."
)
SEVERAL = "Several systems on the register have this name. Give the id, such as AI-0042."


def systems_named(session: Session, actor: Actor, names: Collection[str]) -> dict[str, System | str]:
    """The system that each of these ids or exact names means, or why there is none; a few hundred to a statement."""
    wanted = sorted(set(names))
    found: dict[str, list[System]] = {name: [] for name in wanted}
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        numbers = {name: number for name in some if (number := number_of(SYSTEM_PREFIX, name))}
        named = or_(col(System.id).in_(sorted(set(numbers.values()))), col(System.name).in_(some))
        systems = session.exec(select(System).where(named, visible_to(actor)).order_by(col(System.id))).all()
        for name in some:
            found[name] = [each for each in systems if each.id == numbers.get(name) or each.name == name]
    return {name: _meant(some) for name, some in found.items()}


def _meant(systems: list[System]) -> System | str:
    if len(systems) == 1:
        return systems[0]
    return SEVERAL if systems else NO_SYSTEM
