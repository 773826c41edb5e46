"""The systems of a scope by what they measure, by vendor and by who answers for them."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, func

from registry.kernel.actor import Actor
from registry.portfolio.rules.figures import GRAVE_TIERS, Count, NumberRow, OwnerRow, Scope, VendorRow
from registry.systems.models import System
from registry.systems.queries.facets import OWNER, with_owner
from registry.systems.queries.filters import NUMBERS, RANKED, UNMEASURED, worst_readings
from registry.systems.queries.remembering import remembered
from registry.systems.queries.searching import narrowed
from registry.systems.rules.search import Search

MOST_VENDORS = 10
MOST_OWNERS = 8
MOST_TO_CHOOSE = 300


def numbers_of(session: Session, actor: Actor, scope: Scope, looked_at: Count) -> tuple[NumberRow, ...]:
    """How the newest readings of each number stand over the systems that are looked at, in one statement."""
    found: dict[tuple[str, str], int] = {}
    if looked_at.search is not None:
        worst = worst_readings().subquery("worst")
        query = (
            sa.select(worst.c.kind, worst.c.rank, func.count())
            .select_from(System)
            .join(worst, worst.c.system_id == col(System.id))
            .where(*narrowed(session, actor, looked_at.search))
            .group_by(worst.c.kind, worst.c.rank)
        )
        found = {(kind, RANKED[rank]): count for kind, rank, count in session.execute(query)}
    return tuple(_number(scope, name, label, found, looked_at.n) for name, label in NUMBERS.items())


def _number(scope: Scope, name: str, label: str, found: dict[tuple[str, str], int], in_all: int) -> NumberRow:
    counts = {standing: found.get((name, standing), 0) for standing in RANKED}
    counts[UNMEASURED] = in_all - sum(counts.values())
    return NumberRow(
        name,
        label,
        {
            standing: Count(count, scope.search(stage=scope.stages, number=(f"{name}.{standing}",)))
            for standing, count in counts.items()
        },
    )


def _used_and_grave(scope: Scope) -> tuple[Any, Any]:
    used = col(System.stage).in_(scope.stages)
    return func.count().filter(used), func.count().filter(used, col(System.tier).in_(GRAVE_TIERS))


def vendors_of(session: Session, actor: Actor, scope: Scope) -> tuple[tuple[VendorRow, ...], int]:
    """The vendors with most systems, at most ten, and how many more there are; in one statement."""
    name, used, grave = col(System.vendor_name), *_used_and_grave(scope)
    query = sa.select(name, func.count(), used, grave, func.count().over()).select_from(System)
    query = query.where(name != "", *narrowed(session, actor, scope.search() or Search())).group_by(name)
    rows = session.execute(query.order_by(func.count().desc(), name).limit(MOST_VENDORS)).all()
    found = tuple(
        VendorRow(
            vendor,
            Count(count, scope.search(vendor=(vendor,))),
            Count(in_use, scope.search(vendor=(vendor,), stage=scope.stages)),
            Count(high, scope.search(vendor=(vendor,), stage=scope.stages, tier=GRAVE_TIERS)),
        )
        for vendor, count, in_use, high, _ in rows
    )
    return found, (rows[0][-1] - len(rows) if rows else 0)


def vendors_in(session: Session, actor: Actor) -> list[str]:
    """Every vendor of a system the actor may know of, by name, to choose from; at most three hundred; in one statement."""
    name = col(System.vendor_name)
    query = sa.select(name).where(name != "", *narrowed(session, actor, Search())).distinct()
    query = query.order_by(name).limit(MOST_TO_CHOOSE)
    return remembered(session, actor, "vendors", None, lambda: list(session.scalars(query)))


def owners_of(session: Session, actor: Actor, scope: Scope) -> tuple[OwnerRow, ...]:
    """Who answers for most systems of the scope, at most eight people; in one statement."""
    used, _ = _used_and_grave(scope)
    query: Any = with_owner(sa.select(OWNER.id, OWNER.name, func.count(), used))
    query = query.where(OWNER.id.is_not(None), *narrowed(session, actor, scope.search() or Search()))
    query = query.group_by(OWNER.id, OWNER.name).order_by(func.count().desc(), OWNER.name, OWNER.id)
    return tuple(
        OwnerRow(
            person,
            name,
            Count(count, scope.search(owner=(str(person),))),
            Count(in_use, scope.search(owner=(str(person),), stage=scope.stages)),
        )
        for person, name, count, in_use in session.execute(query.limit(MOST_OWNERS))
    )


def left_on(session: Session, actor: Actor, orphans: Search | None) -> list[date]:
    """The last day of the accountable owner of each of these systems, in one statement."""
    if orphans is None:
        return []
    query: Any = with_owner(sa.select(OWNER.active_to)).where(*narrowed(session, actor, orphans))
    return list(session.scalars(query))
