"""What the register states of a system, in the words of a file: for comparing with one, and for writing one."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from sqlmodel import Session

from registry.annotations.queries import tags_of
from registry.data_sources.queries import uses_of
from registry.declarations.queries.files import named
from registry.declarations.rules.declared import Declared, Item
from registry.declarations.rules.fields import (
    BOUNDS,
    DEPENDENCY,
    METRIC,
    OBJECTIVE,
    SYSTEM,
    Field,
    Spelled,
    Value,
)
from registry.declarations.rules.plan import Standing
from registry.declarations.rules.things import name_of
from registry.dependencies.models import Dependency
from registry.dependencies.queries import facts_of as dependency_facts
from registry.dependencies.queries import lines_of
from registry.kernel.actor import Actor
from registry.objectives.queries import metric_facts, metrics_of, objective_facts, objective_of
from registry.objectives.rules.objective import ObjectiveFacts
from registry.oversight.queries import bounds_facts, bounds_of
from registry.oversight.rules import Bounds
from registry.ownership.queries import owners_of
from registry.people.queries import people_by_id, unit_paths
from registry.systems.models import System
from registry.systems.queries import facts_of

Refer = Callable[[System], str]


def standing_of(session: Session, actor: Actor, system: System) -> Standing:
    """Everything a file could state of a system, as the register states it; other systems by their public ids.

    A dependency on a system that the actor may not know of is left out: no file of theirs states or ends it.
    """
    depends = depends_of(session, actor, system)
    items = _items(session, system, depends, lambda other: other.key)
    told = {kind: {name_of(kind, thing): thing for thing in things} for kind, things in items.items()}
    return Standing(_values(session, system), told)


def exported(session: Session, actor: Actor, system: System, *, with_key: bool) -> Declared:
    """A system as its file, whole. Without keys it means a system of no particular register, and so do its dependencies."""

    def refer(other: System) -> str:
        return other.key if with_key else named(session, other)

    held = owners_of(session, [system.id or 0]).get(system.id or 0)
    owner = held.person.email if held and held.person else None
    items = _items(session, system, depends_of(session, actor, system), refer)
    if not with_key:
        sources = {source.key: source.name for _, source in uses_of(session, system.id or 0)}
        items["sources"] = [each | {"source": sources[str(each["source"])]} for each in items["sources"]]
    key = system.key if with_key else ""
    return Declared("", named(session, system), key, owner, _values(session, system), items)


def depends_of(session: Session, actor: Actor, system: System) -> list[tuple[Dependency, System | None]]:
    """What a system states that it depends on, each with the system at the other end (None for a service), oldest first."""
    found = lines_of(session, actor, system)
    return [
        (line.dependency, line.other)
        for line in found
        if line.stated_by.id == system.id and not line.is_hidden
    ]


def _values(session: Session, system: System) -> dict[str, Value]:
    number = system.id or 0
    objective, bounds = objective_of(session, number), bounds_of(session, number)
    units = unit_paths(session)
    stated = _told(SYSTEM, facts_of(system), {}) | {"unit": units.get(system.unit_id)}
    purpose = _told(OBJECTIVE, objective_facts(objective) if objective else ObjectiveFacts(), {})
    limits = _told(BOUNDS, bounds_facts(bounds) if bounds else Bounds(None, None), {})
    return (
        stated
        | {f"objective.{name}": value for name, value in purpose.items()}
        | {f"override_bounds.{name}": value for name, value in limits.items()}
    )


def _items(
    session: Session, system: System, depends: Sequence[tuple[Dependency, System | None]], refer: Refer
) -> dict[str, list[Item]]:
    number = system.id or 0
    metrics = metrics_of(session, number)
    asked = {each.number_owner_id for each in metrics} | {each.owner_id for each, _ in depends}
    emails = {key: one.email for key, one in people_by_id(session, {each for each in asked if each}).items()}
    tags = tags_of(session, [number]).get(number, [])
    return {
        "tags": [{"tag": each.name} for each in tags],
        "metrics": [{"slug": each.slug, **_told(METRIC, metric_facts(each), emails)} for each in metrics],
        "sources": [
            {"source": source.key, "purpose": use.purpose.value, "note": use.note}
            for use, source in uses_of(session, number)
        ],
        "dependencies": [
            {
                "direction": each.direction.value,
                "system": refer(other) if other else "",
                "service": each.service,
                "interface": each.interface,
                **_told(DEPENDENCY, dependency_facts(each), emails),
            }
            for each, other in depends
        ],
    }


def _told(fields: Sequence[Field], facts: Any, emails: Mapping[int, str]) -> dict[str, Value]:
    """Facts in the words of a file, by the names they have there."""
    return {each.name: _value(each, getattr(facts, each.facts_name), emails) for each in fields}


def _value(what: Field, value: Any, emails: Mapping[int, str]) -> Value:
    if what.spelled is Spelled.EMAIL:
        return emails.get(value or 0)
    if what.spelled is Spelled.LINKS:
        return tuple((link.label, link.url) for link in value)
    told: Value = value.value if isinstance(value, StrEnum) else value
    return told
