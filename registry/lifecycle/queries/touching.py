"""Who relies on a system, and what monitoring says of it now, for decisions about its stage and its autonomy."""

from typing import Any

from sqlalchemy import or_
from sqlmodel import Session, col, select

from registry.dependencies.models import Dependency
from registry.dependencies.queries import lines_of
from registry.dependencies.rules.dependency import Direction
from registry.kernel.actor import Actor, the_registry
from registry.kernel.guard_rails import number_said
from registry.monitoring.queries.series import latest_of
from registry.objectives.queries import metrics_of
from registry.systems.models import System
from registry.systems.queries import numbers_visible_to


def relied_on_by(session: Session, actor: Actor, system: System) -> list[System]:
    """The systems that rely on this one, as far as the actor may know of them, by name."""
    found = {
        line.other.id: line.other
        for line in lines_of(session, actor, system)
        if line.direction is Direction.DOWNSTREAM and line.other is not None
    }
    return sorted(found.values(), key=lambda other: (other.name, other.id))


def is_relied_on_unseen(session: Session, actor: Actor, system: System) -> bool:
    """Whether a system relies on this one that the actor may not know of. Which, and how many, is not told."""
    stand, seen = numbers_visible_to(the_registry("gate")), numbers_visible_to(actor)
    one, other, way = col(Dependency.system_id), col(Dependency.other_system_id), col(Dependency.direction)
    theirs = (other == system.id) & (way == Direction.UPSTREAM) & one.in_(stand) & one.not_in(seen)
    ours = (one == system.id) & (way == Direction.DOWNSTREAM) & other.in_(stand) & other.not_in(seen)
    query = select(Dependency.id).where(col(Dependency.ended_at).is_(None), or_(theirs, ours))
    return session.exec(query.limit(1)).first() is not None


def numbers_of(session: Session, system_id: int) -> list[dict[str, Any]]:
    """The newest reading over all cases of each metric of a system, fit to be kept with a decision: what it is called,
    its value with unit, how many cases, its verdict, the end of its window. In two statements.
    """
    metrics = metrics_of(session, system_id)
    latest = latest_of(session, [metric.id or 0 for metric in metrics])
    found: list[dict[str, Any]] = []
    for metric in metrics:
        reading = next((each for each in latest[metric.id or 0] if not each.group_key), None)
        found.append({"metric": metric.name, **(_told(metric, reading) if reading else {"value": None})})
    return found


def _told(metric: Any, reading: Any) -> dict[str, Any]:
    return {
        "value": f"{number_said(reading.value)} {metric.unit}".strip(),
        "n": reading.n,
        "verdict": reading.verdict.value,
        "until": reading.window_end.isoformat(),
    }
