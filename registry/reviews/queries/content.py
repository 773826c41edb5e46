"""The material content of systems as it stands now, in a fixed number of statements however many systems there are.

This list says what is material: whoever changes one of these statements makes what was decided on the old one stale.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlmodel import Session, col, select

from registry.classification import queries as classification
from registry.classification.rules.questionnaire import Outcome
from registry.data_sources import queries as data
from registry.data_sources.queries import Use
from registry.dependencies.models import Dependency
from registry.kernel.guard_rails import number_said, rail_of
from registry.kernel.text import worded
from registry.objectives import queries as objectives
from registry.objectives.models import Objective, SuccessMetric
from registry.ownership.queries import Held, owners_of
from registry.people.models import BusinessUnit
from registry.reviews.rules.content import Content, Stated
from registry.systems.models import System
from registry.systems.rules.record import autonomy_said
from registry.versions.models import LivePeriod, ModelVersion

_TEXTS = {
    "intended_use": "Intended use",
    "out_of_scope": "Out of scope",
    "affected_people": "Affected people",
    "oversight_plan": "Oversight plan",
    "vendor_name": "Vendor",
    "vendor_contract": "Vendor contract",
    "deployed_where": "Where it runs",
    "regions": "Regions",
}
_OBJECTIVE = {
    "problem": "Objective: problem",
    "decision_changed": "Objective: decision that changes",
    "stop_condition": "Objective: stop condition",
}
_DEPENDENCY = ("direction", "service", "interface", "contract_format", "contract_version")
_IN_OPERATION = ("freshness_minutes", "timeout_seconds", "on_failure", "failure_words", "fallback")

Fields = dict[str, Stated]


def content_of(session: Session, system: System) -> Content:
    """The material content of one system as it stands now."""
    return contents_of(session, [system])[system.id or 0]


def contents_of(session: Session, systems: Sequence[System]) -> dict[int, Content]:
    """The material content of several systems as it stands now, by their numbers. The reader may know of each of them."""
    numbers = [system.id or 0 for system in systems]
    if not numbers:
        return {}
    units = _unit_names(session, {system.unit_id for system in systems})
    owners = owners_of(session, numbers)
    purposes = objectives.objectives_by_system(session, numbers)
    metrics = objectives.metrics_by_system(session, numbers)
    uses = data.uses_by_system(session, numbers)
    classified = classification.outcomes_by_system(session, numbers)
    relied_on, live = _dependencies(session, numbers), _live(session, numbers)
    found = {}
    for system in systems:
        number = system.id or 0
        found[number] = Content(
            _record(system, units.get(system.unit_id, ""), owners.get(number))
            | _objective(purposes.get(number))
            | _metrics(metrics.get(number, ()))
            | _uses(uses.get(number, ()))
            | relied_on[number]
            | {"classification": _classified(system, classified.get(number, frozenset()))}
            | {"versions.live": live[number]}
        )
    return found


def _record(system: System, unit: str, owner: Held | None) -> Fields:
    kind, undone = system.kind, system.reversibility
    level = autonomy_said(system.autonomy) if system.autonomy is not None else ""
    held = owner.assignment.person_id if owner else None
    texts: Fields = {f"system.{name}": _text(label, getattr(system, name)) for name, label in _TEXTS.items()}
    return {
        "system.key": _text("System", system.key),
        "system.unit": Stated("Unit", system.unit_id, unit),
        "system.owner": Stated("Accountable owner", held, owner.name if owner else ""),
        "system.kind": Stated("Kind of system", kind.value if kind else None, kind.said if kind else ""),
        "system.autonomy": Stated("Autonomy", system.autonomy, level),
        "system.reversibility": Stated(
            "Reversibility", undone.value if undone else None, undone.said if undone else ""
        ),
    } | texts


def _classified(system: System, outcomes: frozenset[Outcome]) -> Stated:
    """What the law makes of it, and how closely it is watched. The days duties apply from are the law's, not the record's."""
    tier = system.tier.value if system.tier else None
    found = [each for each in Outcome if each in outcomes]
    said = [*(each.said for each in found), *([f"tier {tier}"] if tier else [])]
    return Stated("Classification", [[each.value for each in found], tier], "; ".join(said))


def _text(label: str, text: str) -> Stated:
    return Stated(label, text, text)


def _objective(found: Objective | None) -> Fields:
    return {
        f"objective.{name}": _text(label, getattr(found, name) if found else "")
        for name, label in _OBJECTIVE.items()
    }


def _metrics(found: Sequence[SuccessMetric]) -> Fields:
    stated: Fields = {}
    for metric in found:
        path, name = f"metric.{metric.id}", f"Metric “{metric.name}”"
        stated[path] = Stated(name, metric.kind.value, metric.kind.said)
        way = metric.direction.value if metric.direction else None
        stated[f"{path}.direction"] = Stated(f"{name}: better when", way, worded(way or ""))
        target = format(metric.target, "f") if metric.target is not None else None
        said = f"{number_said(metric.target)} {metric.unit}".strip() if target is not None else ""
        stated[f"{path}.target"] = Stated(f"{name}: target", [target, metric.unit], said)
        for side, words in (("warn", "warns unless"), ("breach", "breached unless")):
            rail = [getattr(metric, f"{side}_{part}") for part in ("bound", "low", "high")]
            kept = rail_of(*rail)
            value = [format(each, "f") if isinstance(each, Decimal) else each for each in rail]
            stated[f"{path}.{side}"] = Stated(
                f"{name}: {words}", value, kept.said(metric.unit) if kept else ""
            )
    return stated


def _uses(found: Sequence[Use]) -> Fields:
    return {
        f"data.{use.id}": Stated(
            f"Data “{source.name}”", [source.id, use.purpose.value], worded(use.purpose.value)
        )
        for use, source in found
    }


def _dependencies(session: Session, numbers: Sequence[int]) -> dict[int, Fields]:
    """What each system itself states. Which other system it is stands in no words: the reader may not know of that one.

    The other end is stated once and stays, so the dependency's own number stands for it in the hash.
    """
    found: dict[int, Fields] = {number: {} for number in numbers}
    query = select(Dependency).where(
        col(Dependency.system_id).in_(numbers), col(Dependency.ended_at).is_(None)
    )
    for each in session.exec(query.order_by(col(Dependency.id))):
        name = f"Dependency {each.id} ({each.service or 'another system'})"
        values = [getattr(each, part) for part in (*_DEPENDENCY, *_IN_OPERATION)]
        told = [worded(str(value)) for value in values if value not in (None, "", each.service)]
        hashed = [format(value, "f") if isinstance(value, Decimal) else value for value in values]
        stated = Stated(name, hashed, ", ".join(told))
        found[each.system_id][f"dependency.{each.id}"] = stated
    return found


def _live(session: Session, numbers: Sequence[int]) -> dict[int, Stated]:
    found: dict[int, list[tuple[str, int]]] = {number: [] for number in numbers}
    query: Any = select(LivePeriod.system_id, ModelVersion.label, LivePeriod.share).join(
        ModelVersion, col(ModelVersion.id) == col(LivePeriod.version_id)
    )
    query = query.where(col(LivePeriod.system_id).in_(numbers), col(LivePeriod.to_at).is_(None))
    for number, label, share in session.exec(query.order_by(LivePeriod.share.desc(), ModelVersion.id)):  # type: ignore[attr-defined]
        found[number].append((label, share))
    return {number: _live_said(live) for number, live in found.items()}


def _live_said(live: Sequence[tuple[str, int]]) -> Stated:
    said = ", ".join(label if share == 100 else f"{label} ({share} %)" for label, share in live)
    return Stated("Version in use", [[label, share] for label, share in live], said)


def _unit_names(session: Session, numbers: set[int]) -> dict[int, str]:
    query = select(BusinessUnit.id, BusinessUnit.name).where(col(BusinessUnit.id).in_(sorted(numbers)))
    return {number or 0: name for number, name in session.exec(query)}
