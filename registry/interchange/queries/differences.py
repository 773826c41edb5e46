"""What an update would write, field by field: what the register says now, and what the inventory says."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields
from typing import Any

from sqlmodel import Session, col, select

from registry.annotations.models import Tag
from registry.annotations.queries import tags_of
from registry.annotations.rules.tags import those_that_fit
from registry.interchange.models import SourceRecord
from registry.interchange.queries.records import records_by_key
from registry.interchange.rules.drafts import Draft
from registry.interchange.rules.facts import newly_named, plain_of, with_changes
from registry.interchange.rules.units import placed, said
from registry.kernel.text import shortened, worded
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

    `drafts` are by natural key, a few hundred at most; so is what is found, in four statements for all of them.
    """
    if not drafts:
        return {}
    sources = records_by_key(session, drafts.keys())
    numbers = [source.system_id for source in sources.values()]
    systems = {each.id: each for each in session.exec(select(System).where(col(System.id).in_(numbers)))}
    objectives = objectives_by_system(session, numbers)
    tags = tags_of(session, numbers)
    return {
        key: [
            *_of(units, drafts[key], source, systems[source.system_id], objectives.get(source.system_id)),
            *_tags(drafts[key], source, tags.get(source.system_id, ())),
        ]
        for key, source in sources.items()
    }


def _of(
    units: UnitIndex, draft: Draft, source: SourceRecord, system: System, objective: Objective | None
) -> Iterator[Difference]:
    before, after = facts_of(system), with_changes(facts_of(system), draft, source.stated)
    yield from _facts(before, after)
    now = plain_of(draft)
    stands, goes = units.paths.get(system.unit_id, ()), placed(draft.unit, units).path
    if source.stated.get("unit") != now.get("unit") and stands != goes:
        yield _told("unit", said(stands), said(goes))
    if source.stated.get("stage") != draft.stage.value and system.stage is not draft.stage:
        yield _told("stage", worded(system.stage.value), worded(draft.stage.value))
    read = source.stated.get("objective_problem", "")
    problem = objective.problem if objective else ""
    if draft.objective_problem not in (read, problem) and (objective is None or problem == read):
        yield _told("objective_problem", problem, draft.objective_problem)
    known = {one["name"] for one in source.stated.get("data_sources", ())}
    yield from (_told("data", "", one.name) for one in draft.data_sources if one.name not in known)


def _tags(draft: Draft, source: SourceRecord, carried: Collection[Tag]) -> Iterator[Difference]:
    new = newly_named(draft.tags, source.stated.get("tags", ()))
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
