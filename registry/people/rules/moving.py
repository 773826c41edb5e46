"""What moving a unit changes: who sees its restricted systems as head of a unit above, before and after."""

from collections.abc import Mapping
from dataclasses import dataclass

from registry.people.rules.directory import chain_of


@dataclass(frozen=True, slots=True)
class Sight:
    """The heads who see the restricted systems of a unit and of those below: who keeps that, gains it, loses it."""

    keep: frozenset[int]
    gain: frozenset[int]
    lose: frozenset[int]


def sight_after(
    unit_id: int,
    parents: Mapping[int, int | None],
    heads: Mapping[int, int | None],
    new_parent: int | None,
    new_head: int | None,
) -> Sight:
    """Who sees what the unit keeps restricted, by heading it or a unit above, once it is moved and headed anew.

    Heads of units below see their own part before and after, and so do reviewers, auditors, administrators and whoever
    holds a seat: none of them is among these.
    """
    before = {heads.get(each) for each in chain_of(unit_id, parents)}
    after = {heads.get(each) for each in chain_of(new_parent, parents)} | {new_head}
    was = frozenset(head for head in before if head is not None)
    will = frozenset(head for head in after if head is not None)
    return Sight(was & will, will - was, was - will)


def with_those_below(counts: Mapping[int, int], parents: Mapping[int, int | None]) -> dict[int, int]:
    """Counts by unit, each with those of all units below it; units that have none in all are left out."""
    found: dict[int, int] = {}
    for unit, count in counts.items():
        for each in chain_of(unit, parents):
            found[each] = found.get(each, 0) + count
    return {unit: count for unit, count in found.items() if count}
