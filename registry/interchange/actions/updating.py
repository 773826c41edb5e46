"""Update one system from its row. Part of an import, which asks for the permission."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from sqlmodel import Session

from registry.annotations import actions as annotations
from registry.annotations.queries import taggings_of
from registry.annotations.rules.tags import folded, those_that_fit
from registry.audit.actions import record
from registry.data_sources import actions as data_sources
from registry.data_sources.queries import is_used, uses_of
from registry.interchange import queries
from registry.interchange.actions.importer import Importer
from registry.interchange.rules.drafts import Draft
from registry.interchange.rules.facts import allowed, newly_named, plain_of, standing, with_changes
from registry.interchange.rules.outcomes import Outcome
from registry.kernel import clock
from registry.kernel.events import Event
from registry.lifecycle.actions.stages import change_row
from registry.lifecycle.queries.stages import moved_among
from registry.lifecycle.rules.stages import Move
from registry.objectives import actions as objectives
from registry.objectives.queries import objective_of
from registry.objectives.rules.objective import ObjectiveFacts
from registry.systems import actions as systems
from registry.systems.models import System
from registry.systems.queries import by_number, facts_of


def update(importer: Importer, draft: Draft, outcome: Outcome) -> None:
    """Write what the inventory says differently since last time; what people have entered meanwhile stays.

    Of a row that names its system by id, what it says differently from the register. Raises LookupError for a plan
    that means a system no earlier import made.
    """
    session = importer.session
    source = None if outcome.system else queries.record_by_key(session, outcome.key)
    if source is None and outcome.system is None:
        raise LookupError(f"the import planned to update {outcome.key}, which no earlier import made")
    system = by_number(session, source.system_id if source else outcome.system or 0)
    stated = source.stated if source else _standing(importer, system, draft)
    importer.became[draft.row] = system.id or 0
    now = plain_of(draft)
    before = facts_of(system)
    facts = allowed(system.stage, before, with_changes(before, draft, before=stated))
    if stated.get("unit") != now.get("unit"):
        facts = replace(facts, unit_id=importer.unit_of(draft.unit))
    systems.write(system, systems.tidy(facts))
    differs = stated.get("stage") != now.get("stage", stated.get("stage")) and system.stage is not draft.stage
    if differs and not moved_among(session, [system.id or 0]):
        # Once people have moved it here, gates and they say where it stands, not a list.
        says = f"As {importer.file_name} has it."
        change_row(session, importer.actor.person_id, system, Move.BROUGHT, draft.stage, reason=says)
    _update_objective(session, system, draft, stated.get("objective_problem", ""))
    _tag(importer, system, draft, stated.get("tags", ()))
    _attach(importer, system, draft, [one["name"] for one in stated.get("data_sources", ())])
    # A row that names its system by id leaves no such record: it is a person's edit of many systems at once, and what
    # an inventory said of the system before stays what that inventory said.
    if source is not None:
        source.stated, source.source_facts = now, dict(draft.source_facts)
        source.row_digest, source.row_number = draft.digest, draft.row
        source.file_name, source.imported_at = importer.file_name, clock.now()
    record(session, importer.actor, Event.SYSTEM_REIMPORTED, system, system_id=system.id)


def _standing(importer: Importer, system: System, draft: Draft) -> dict[str, Any]:
    number = system.id or 0
    objective = objective_of(importer.session, number)
    names = [source.name for _, source in uses_of(importer.session, number)]
    unit = importer.known.paths.get(system.unit_id, ())
    return standing(draft, unit, objective.problem if objective else "", names)


def _update_objective(session: Session, system: System, draft: Draft, before: str) -> None:
    objective = objective_of(session, system.id or 0)
    if objective is None and draft.objective_problem:
        objectives.objective_row(session, system.id or 0, ObjectiveFacts(problem=draft.objective_problem))
    elif objective is not None and draft.objective_problem != before and objective.problem == before:
        objective.problem = draft.objective_problem


def _tag(importer: Importer, system: System, draft: Draft, before: Collection[str]) -> None:
    """Put on what the file newly names. The update's own entry tells of it, so that undoing takes it off again."""
    if not (new := newly_named(draft.tags, before)):
        return
    carried = {tag.folded for _, tag in taggings_of(importer.session, system.id or 0)}
    names = those_that_fit(new, carried)
    importer.look_up_tags(names)
    for name in names:
        annotations.tagging_row(importer.session, system.id or 0, importer.tags[folded(name)])


def _attach(importer: Importer, system: System, draft: Draft, known: Collection[str]) -> None:
    uses = importer.uses_of(draft, known)
    importer.session.flush()
    for source, purpose in uses:
        # Somebody may have said so by hand meanwhile.
        if not is_used(importer.session, system.id or 0, source.id or 0, purpose):
            data_sources.use_row(importer.session, system.id or 0, source, purpose)
