"""What an update would write, field by field: what the register says now, and what the inventory says."""

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from sqlmodel import Session

from registry.interchange.queries.records import record_by_key
from registry.interchange.rules.drafts import Draft
from registry.interchange.rules.facts import plain_of, with_changes
from registry.kernel.text import shortened, worded
from registry.objectives.queries import objective_of
from registry.systems.models import System
from registry.systems.queries import facts_of
from registry.systems.rules.record import SystemFacts

_SHOWN = 600
Difference = dict[str, str]


def differences(session: Session, units: dict[int, str], draft: Draft, key: str) -> list[Difference]:
    """The fields the update of this row would write, each with its value before and after as a person reads it."""
    source = record_by_key(session, key)
    system = session.get(System, source.system_id) if source else None
    if source is None or system is None:
        return []
    before, after = facts_of(system), with_changes(facts_of(system), draft, source.stated)
    found = list(_facts(before, after))
    now = plain_of(draft)
    if source.stated.get("unit") != now.get("unit"):
        found.append(_told("unit", units.get(system.unit_id, ""), " / ".join(draft.unit)))
    if source.stated.get("stage") != draft.stage.value and system.stage is not draft.stage:
        found.append(_told("stage", worded(system.stage.value), worded(draft.stage.value)))
    said = source.stated.get("objective_problem", "")
    objective = objective_of(session, system.id or 0)
    stands = objective.problem if objective else ""
    if draft.objective_problem not in (said, stands) and (objective is None or stands == said):
        found.append(_told("objective_problem", stands, draft.objective_problem))
    known = {one["name"] for one in source.stated.get("data_sources", ())}
    found += [_told("data", "", one.name) for one in draft.data_sources if one.name not in known]
    return found


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
