"""The systems of a scope by unit and tier: each unit with all that is below it, as the register narrows by units."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session, col, func, select

from registry.kernel.actor import Actor
from registry.people.models import BusinessUnit
from registry.people.rules import chain_of
from registry.portfolio.rules.figures import TIERS, Count, Scope, UnitRow
from registry.systems.models import System
from registry.systems.queries.searching import narrowed, over_systems
from registry.systems.rules.search import NOT_STATED

MOST_UNITS = 20

By = dict[int, Counter[str]]


def unit_rows(
    session: Session, actor: Actor, scope: Scope, units: Sequence[BusinessUnit]
) -> tuple[UnitRow, tuple[UnitRow, ...], int]:
    """The whole scope, the units on its highest level that have any system, and how many more units do; in one statement.

    At most twenty, those with most systems; in the order of their names.
    """
    found = _by_unit(session, actor, scope, units)
    tree = {unit.id or 0: unit.parent_id for unit in units}
    names = {unit.id or 0: unit.name for unit in units}
    whole: Counter[str] = Counter()
    for number, tiers in found.items():
        if number == scope.unit or (scope.unit is None and tree.get(number) is None):
            whole.update(tiers)
    held = [number for number in _level(scope.unit, tree) if found.get(number)]
    shown = sorted(held, key=lambda number: (-found[number].total(), names[number]))[:MOST_UNITS]
    rows = [
        _row(scope, number, names[number], found[number], unit=(str(number),))
        for number in sorted(shown, key=lambda number: names[number].casefold())
    ]
    return _row(scope, None, "", whole), tuple(rows), len(held) - len(shown)


def _by_unit(session: Session, actor: Actor, scope: Scope, units: Sequence[BusinessUnit]) -> By:
    """By unit and tier how many systems there are in it and in the units below it."""
    search = scope.search(stage=scope.stages)
    if search is None:
        return {}
    query: Any = over_systems(select(col(System.unit_id), col(System.tier), func.count()), search)
    query = query.where(*narrowed(session, actor, search)).group_by(col(System.unit_id), col(System.tier))
    tree = {unit.id or 0: unit.parent_id for unit in units}
    found: By = {}
    for number, tier, count in session.execute(query):
        for above in chain_of(number, tree):
            found.setdefault(above, Counter())[tier.value if tier else NOT_STATED] += count
    return found


def _level(unit: int | None, tree: Mapping[int, int | None]) -> list[int]:
    """The units side by side: those right below the one asked for, or below the one that all others stand under."""
    tops = [number for number, above in tree.items() if above is None]
    top = unit if unit is not None else tops[0] if len(tops) == 1 else None
    beside = [number for number, above in tree.items() if above == top]
    return beside or ([top] if top is not None else [])


def _row(
    scope: Scope, number: int | None, name: str, tiers: Mapping[str, int], **unit: tuple[str, ...]
) -> UnitRow:
    return UnitRow(
        number,
        name,
        {
            tier: Count(tiers.get(tier, 0), scope.search(stage=scope.stages, tier=(tier,), **unit))
            for tier in TIERS
        },
        Count(sum(tiers.values()), scope.search(stage=scope.stages, **unit)),
    )
