"""Carrying a plan out on each system, for good or only to see what would happen."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from registry.kernel.errors import Conflict, Forbidden, NotFound, RuleBroken
from registry.systems.models import System
from registry.systems.pages.bulk.plans import Plan
from registry.systems.rules.bulk import Step, has_moved_on
from registry.web.flask_app import session


def previewed(plan: Plan, systems: Sequence[System]) -> list[Step]:
    """What the plan would do: it is done in earnest and taken back, so that nothing is foretold that is not so."""
    rehearsal = session().begin_nested()
    steps = [_carried_out(plan, system, _planned(plan, system)) for system in systems]
    rehearsal.rollback()
    return steps


def applied(plan: Plan, systems: Sequence[System], seen: Mapping[str, str]) -> list[Step]:
    """What the plan does. A system of which something else would change than was seen is left alone."""
    steps = []
    for system in systems:
        step = _planned(plan, system)
        if has_moved_on(step, seen):
            steps.append(replace(step, moved_on=True))
        else:
            steps.append(_carried_out(plan, system, step))
    return steps


def _planned(plan: Plan, system: System) -> Step:
    return Step(
        key=system.key,
        name=system.name,
        version=system.version,
        changes=tuple(plan.changes(system)),
        problems=tuple(plan.objections(system)),
    )


def _carried_out(plan: Plan, system: System, step: Step) -> Step:
    if step.problems or not step.changes:
        return step
    # The actions refuse before they write, so a refusal of one system leaves nothing half done among the others.
    try:
        plan.carry_out(system, step.version)
    except RuleBroken as refused:
        return replace(step, problems=tuple(problem.message for problem in refused.problems))
    except (Forbidden, Conflict, NotFound) as refused:
        return replace(step, problems=(refused.says,))
    return step
