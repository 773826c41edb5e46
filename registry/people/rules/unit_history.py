"""The tree of units replayed from the ledger: how it stood at any instant, and what happened to one unit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class UnitChange:
    """What one ledger entry did to one unit: each column that moved, with its values before and after."""

    seq: int
    at: datetime
    who: str
    unit_id: int
    added: bool
    moved: Mapping[str, tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class Tree:
    """The units as they stood: the unit above each, and its name and head."""

    parents: Mapping[int, int | None] = field(default_factory=dict)
    names: Mapping[int, str] = field(default_factory=dict)
    heads: Mapping[int, int | None] = field(default_factory=dict)


def replayed(changes: Iterable[UnitChange], until: datetime | None = None) -> Tree:
    """The tree after these changes, which come oldest first; with `until`, as it stood at that instant."""
    parents: dict[int, int | None] = {}
    names: dict[int, str] = {}
    heads: dict[int, int | None] = {}
    for change in changes:
        if until is not None and change.at > until:
            break
        unit = change.unit_id
        parents.setdefault(unit, None)
        heads.setdefault(unit, None)
        if "name" in change.moved:
            names[unit] = change.moved["name"][1] or ""
        if "parent_id" in change.moved:
            parents[unit] = change.moved["parent_id"][1]
        if "head_id" in change.moved:
            heads[unit] = change.moved["head_id"][1]
    return Tree(parents, names, heads)


def steps_of(change: UnitChange, units: Mapping[int, str], people: Mapping[int, str]) -> list[str]:
    """What happened to the unit, in words; `units` and `people` say what numbers are called."""
    was, now = change.moved.get("parent_id", (None, None))
    if change.added:
        return [f"Added below {units.get(now, f'unit {now}')}" if now else "Added at the top"]
    said = []
    if "name" in change.moved:
        before, after = change.moved["name"]
        said.append(f"Renamed from {before} to {after}")
    if "parent_id" in change.moved:
        said.append(f"Moved from {_place(was, units)} to {_place(now, units)}")
    if "head_id" in change.moved:
        before, after = change.moved["head_id"]
        said.append(f"Head changed from {_person(before, people)} to {_person(after, people)}")
    return said


def _place(unit: int | None, units: Mapping[int, str]) -> str:
    return units.get(unit, f"unit {unit}") if unit else "the top"


def _person(number: int | None, people: Mapping[int, str]) -> str:
    return people.get(number, f"person {number}") if number else "nobody"
