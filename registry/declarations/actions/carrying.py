"""Carrying a plan out on one system, part by part, each by the action that its page calls."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from sqlmodel import Session

from registry.annotations import actions as annotations
from registry.data_sources import actions as data_sources
from registry.data_sources.queries import use_by_id, uses_of
from registry.data_sources.rules.sources import Purpose
from registry.declarations.actions.placing import placed
from registry.declarations.queries import Meant
from registry.declarations.queries.stating import depends_of
from registry.declarations.rules.facts import facts_in
from registry.declarations.rules.fields import BOUNDS, DEPENDENCY, METRIC, OBJECTIVE, SYSTEM, coded
from registry.declarations.rules.plan import Does, Plan, Standing
from registry.declarations.rules.things import name_of
from registry.dependencies import actions as dependencies
from registry.dependencies.models import Dependency
from registry.dependencies.queries import facts_of as dependency_facts
from registry.dependencies.rules.dependency import DependencyFacts, Direction
from registry.kernel.actor import Actor
from registry.objectives import actions as objectives
from registry.objectives.queries import metric_by_slug, metric_facts, objective_facts, objective_of
from registry.objectives.rules.metric import MetricFacts
from registry.objectives.rules.objective import ObjectiveFacts
from registry.oversight import actions as oversight
from registry.oversight.queries import bounds_facts, bounds_of
from registry.oversight.rules import Bounds
from registry.systems import actions as systems
from registry.systems.models import System
from registry.systems.queries import facts_of


class Hand:
    """Changes one system, whose row the caller holds locked, so that it states what a file does.

    `now` is what it states before, `because` what is said of that which ends.
    """

    def __init__(
        self, session: Session, actor: Actor, system: System, meant: Meant, now: Standing, because: str
    ) -> None:
        self.session, self.actor, self.system = session, actor, system
        self.number = system.id or 0
        self.meant, self.now, self.because = meant, now, because

    def carry_out(self, plan: Plan) -> None:
        """Make the changes. Raises RuleBroken with the place in the file, and Forbidden."""
        with self._placed(""):
            self._record()
        with self._placed("objective"):
            self._objective()
        with self._placed("override_bounds"):
            self._bounds()
        ended = {step.field for step in plan.steps if step.does is Does.END}
        # What ends makes room for what takes its place.
        self._tags(ended)
        self._metrics(ended)
        self._sources(ended)
        self._dependencies(ended)

    def _placed(self, path: str) -> AbstractContextManager[None]:
        return placed(self.meant.declared, path)

    def _differs(self, name: str) -> bool:
        values = self.meant.standing.values
        return name in values and coded(values[name]) != coded(self.now.values.get(name))

    def _stated(self, fields: Any, prefix: str = "") -> dict[str, Any]:
        """The facts of a part that the file states, where any of them is another than stands; else nothing."""
        if not any(self._differs(prefix + each.name) for each in fields):
            return {}
        return facts_in(fields, self.meant.standing.values, self.meant.people, prefix)

    def _record(self) -> None:
        stated = self._stated(SYSTEM)
        if stated:
            stated |= {"unit_id": self.meant.unit_id} if "unit_id" in stated else {}
            facts = replace(facts_of(self.system), **stated)
            systems.edit(self.session, self.actor, self.system, facts, version=self.system.version)

    def _objective(self) -> None:
        if stated := self._stated(OBJECTIVE, "objective."):
            row = objective_of(self.session, self.number)
            facts = replace(objective_facts(row) if row else ObjectiveFacts(), **stated)
            version = row.version if row else 0
            objectives.set_objective(self.session, self.actor, self.number, facts, version=version)

    def _bounds(self) -> None:
        if stated := self._stated(BOUNDS, "override_bounds."):
            row = bounds_of(self.session, self.number)
            bounds = replace(bounds_facts(row) if row else Bounds(None, None), **stated)
            version = row.version if row else 0
            oversight.set_bounds(self.session, self.actor, self.number, bounds, version=version)

    def _things(self, kind: str) -> Iterator[tuple[str, str, Mapping[str, Any], Mapping[str, Any] | None]]:
        """Each thing the file lists: its path in the file, its name, what is stated of it, and what stands of it."""
        for name, thing in self.meant.standing.items.get(kind, {}).items():
            path = f"{kind}.{self.meant.places[kind, name]}"
            yield path, name, thing, self.now.items.get(kind, {}).get(name)

    def _tags(self, ended: set[str]) -> None:
        there = self.now.items.get("tags", {})
        add = [str(thing["tag"]) for _, _, thing, known in self._things("tags") if known is None]
        remove = [str(thing["tag"]) for name, thing in there.items() if f"tags.{name}" in ended]
        if add or remove:
            with self._placed(""):
                annotations.retag(self.session, self.actor, self.number, add=add, remove=remove)

    def _metrics(self, ended: set[str]) -> None:
        for slug in self.now.items.get("metrics", {}):
            if f"metrics.{slug}" in ended:
                metric = metric_by_slug(self.session, self.number, slug, lock=True)
                with self._placed("metrics"):
                    objectives.retire_metric(self.session, self.actor, metric, self.because)
        for path, slug, thing, there in self._things("metrics"):
            stated = facts_in(METRIC, thing, self.meant.people)
            with self._placed(path):
                if there is None:
                    facts = MetricFacts(**({"kind": None, "name": ""} | stated))
                    objectives.add_metric(self.session, self.actor, self.number, facts, slug=slug)
                elif _moves(thing, there):
                    metric = metric_by_slug(self.session, self.number, slug, lock=True)
                    facts = replace(metric_facts(metric), **stated)
                    objectives.edit_metric(self.session, self.actor, metric, facts, version=metric.version)

    def _sources(self, ended: set[str]) -> None:
        for use, source in uses_of(self.session, self.number):
            name = name_of("sources", {"source": source.key, "purpose": use.purpose.value})
            if f"sources.{name}" in ended:
                held, _ = use_by_id(self.session, self.number, use.id or 0, lock=True)
                with self._placed("sources"):
                    data_sources.end_use(self.session, self.actor, held, self.because)
        for path, name, thing, there in self._things("sources"):
            if there is None:
                purpose, note = Purpose(thing["purpose"]), thing.get("note") or ""
                source = self.meant.sources[name]
                with self._placed(path):
                    data_sources.attach(self.session, self.actor, self.number, source, purpose, note=note)

    def _dependencies(self, ended: set[str]) -> None:
        rows = self._rows()
        for name, row in rows.items():
            if f"dependencies.{name}" in ended:
                with self._placed("dependencies"):
                    dependencies.end_dependency(self.session, self.actor, row, self.because)
        for path, name, thing, there in self._things("dependencies"):
            stated = facts_in(DEPENDENCY, thing, self.meant.people)
            with self._placed(path):
                if there is None:
                    facts = self._new_dependency(name, thing, stated)
                    dependencies.add_dependency(self.session, self.actor, self.number, facts)
                elif _moves(thing, there):
                    row = rows[name]
                    facts = replace(dependency_facts(row), **stated)
                    dependencies.edit_dependency(self.session, self.actor, row, facts, version=row.version)

    def _new_dependency(
        self, name: str, thing: Mapping[str, Any], stated: Mapping[str, Any]
    ) -> DependencyFacts:
        other = self.meant.others[name]
        return DependencyFacts(
            Direction(thing["direction"]),
            other_system_id=other.id if other else None,
            service=str(thing.get("service") or ""),
            interface=str(thing.get("interface") or ""),
            **stated,
        )

    def _rows(self) -> dict[str, Dependency]:
        """What the system states that it depends on, by the names of the plan."""
        names = list(self.now.items.get("dependencies", {}))
        found = depends_of(self.session, self.actor, self.system)
        return dict(zip(names, (row for row, _ in found), strict=True))


def _moves(thing: Mapping[str, Any], there: Mapping[str, Any]) -> bool:
    return any(coded(value) != coded(there[name]) for name, value in thing.items() if name in there)
