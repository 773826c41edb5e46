"""What an update would write, field by field: what the register says now, and what the inventory says."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields
from typing import Any

from sqlmodel import Session, col, select

from registry.annotations.models import Tag
from registry.annotations.queries import tags_of
from registry.annotations.rules.tags import those_that_fit
from registry.data_sources.queries import uses_by_system
from registry.interchange.queries.records import records_by_key
from registry.interchange.rules.drafts import Draft
from registry.interchange.rules.facts import allowed, newly_named, plain_of, standing, with_changes
from registry.interchange.rules.units import placed, said
from registry.kernel.text import shortened, worded
from registry.lifecycle.queries.stages import moved_among
from registry.objectives.models import Objective
from registry.objectives.queries import objectives_by_system
from registry.people.rules.unit_paths import UnitIndex
from registry.systems.models import System
from registry.systems.queries import facts_of
from registry.systems.rules.record import SystemFacts

_SHOWN = 600
Difference = dict[str, str]


def differences(
    session: Session, units: UnitIndex, drafts: Mapping[str, Draft]
) -> dict[str, list[Difference]]:
    """The fields the updates of some rows would write, each with its value before and after as a person reads it.

    `drafts` are by natural key, or by id where they name their system so, a few hundred at most; so is what is found,
    in six statements for all of them. A row that meets no system has nothing to be told.
    """
    if not drafts:
        return {}
    sources = records_by_key(session, drafts.keys())
    numbers = {key: source.system_id for key, source in sources.items()}
    numbers |= {key: number for key, draft in drafts.items() if (number := draft.registry_number)}
    found = list(set(numbers.values()))
    systems = {each.id: each for each in session.exec(select(System).where(col(System.id).in_(found)))}
    objectives = objectives_by_system(session, found)
    tags, moved = tags_of(session, found), moved_among(session, found)
    uses = uses_by_system(session, [each.registry_number for each in drafts.values() if each.registry_number])
    told = {}
    for key, number in numbers.items():
        draft, objective = drafts[key], objectives.get(number)
        stated = sources[key].stated if key in sources else None
        if stated is None:
            names = [source.name for _, source in uses[number]]
            problem = objective.problem if objective else ""
            stated = standing(draft, units.paths.get(systems[number].unit_id, ()), problem, names)
        told[key] = [
            *_of(units, draft, stated, systems[number], objective),
            *(_stage(draft, stated, systems[number]) if number not in moved else ()),
            *_tags(draft, stated, tags.get(number, ())),
        ]
    return told


def _of(
    units: UnitIndex, draft: Draft, stated: Mapping[str, Any], system: System, objective: Objective | None
) -> Iterator[Difference]:
    before = facts_of(system)
    after = allowed(system.stage, before, with_changes(before, draft, stated))
    yield from _facts(before, after)
    now = plain_of(draft)
    stands, goes = units.paths.get(system.unit_id, ()), placed(draft.unit, units).path
    if stated.get("unit") != now.get("unit") and stands != goes:
        yield _told("unit", said(stands), said(goes))
    read = stated.get("objective_problem", "")
    problem = objective.problem if objective else ""
    if draft.objective_problem not in (read, problem) and (objective is None or problem == read):
        yield _told("objective_problem", problem, draft.objective_problem)
    known = {one["name"] for one in stated.get("data_sources", ())}
    yield from (_told("data", "", one.name) for one in draft.data_sources if one.name not in known)


def _stage(draft: Draft, stated: Mapping[str, Any], system: System) -> Iterator[Difference]:
    now = plain_of(draft)
    if stated.get("stage") != now.get("stage", stated.get("stage")) and system.stage is not draft.stage:
        yield _told("stage", worded(system.stage.value), worded(draft.stage.value))


def _tags(draft: Draft, stated: Mapping[str, Any], carried: Collection[Tag]) -> Iterator[Difference]:
    new = newly_named(draft.tags, stated.get("tags", ()))
    if added := those_that_fit(new, {tag.folded for tag in carried}):
        names = [tag.name for tag in carried]
        yield _told("tags", ", ".join(names), ", ".join([*names, *added]))


def _facts(before: SystemFacts, after: SystemFacts) -> Iterator[Difference]:
    for each in fields(SystemFacts):
        was, now = getattr(before, each.name), getattr(after, each.name)
        if was != now:
            yield _told(each.name, _plain(was), _plain(now))


def _told(name: str, was: str, now: str) -> Difference:
    return {"field": name, "from": shortened(was, _SHOWN), "to": shortened(now, _SHOWN)}


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ", ".join(f"{link.label}: {link.url}" for link in value)
    return str(value)
