"""The material content of systems as it stands now, in a fixed number of statements however many systems there are.

This list says what is material: whoever changes one of these statements makes what was decided on the old one stale,
until it reads as it did again. It has grown once (`since` 2 in rules.content): an approval given by the first list is held
against that one alone, so that it is not stale for what nobody was asked then.

Left out, on purpose: name, summary, description, links and the contact for complaints, which say what it is called and where
to turn; how many people it concerns and how often it runs a day, which are estimates that drift; the money expected of it
and the reasons why a metric was chosen, which change nothing it does; licence and consent of data, which have days and
alarms of their own; risks, each accepted by itself until a day; who oversees it, since the plan binds and people change; the
file of a version, fixed once that is approved.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
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
from registry.reviews.queries.words import names_of
from registry.reviews.rules.content import Content, Stated, Value
from registry.systems.models import System
from registry.systems.rules.record import autonomy_said
from registry.versions.models import LivePeriod, ModelVersion
from registry.versions.rules.standing import State

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
_TEXTS_SINCE = {
    "users": "Users",
    "technique": "Technique",
    "modality": "Modality",
    "legal_roles": "Roles under the law",
    "vendor_data_access": "Vendor: access to data",
    "vendor_exit": "Vendor: way out",
    "known_limitations": "Known limitations",
}
_OBJECTIVE = {
    "problem": "Objective: problem",
    "decision_changed": "Objective: decision that changes",
    "stop_condition": "Objective: stop condition",
}
_OBJECTIVE_SINCE = {
    "who_acts": "Objective: who acts on it",
    "done_today": "Objective: how it is done today",
    "todays_result": "Objective: what that comes to",
    "why_ai": "Objective: why AI",
}
_SOURCE = {
    "personal_data": "personal data",
    "special_category": "special categories",
    "lawful_basis": "lawful basis",
    "classification": "classification",
    "schema_version": "version of its schema",
    "location": "where it lies",
    "allowed_purposes": "allowed purposes",
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
    relied_on, live = _dependencies(session, numbers), _to_use(session, numbers)
    keepers = names_of(session, {each.number_owner_id for found in metrics.values() for each in found})
    found = {}
    for system in systems:
        number = system.id or 0
        found[number] = Content(
            _record(system, units.get(system.unit_id, ""), owners.get(number))
            | _objective(purposes.get(number))
            | _metrics(metrics.get(number, ()), keepers)
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
    texts |= {
        f"system.{name}": _text(label, getattr(system, name), 2) for name, label in _TEXTS_SINCE.items()
    }
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


def _text(label: str, text: str, since: int = 1) -> Stated:
    return Stated(label, text, text, since)


def _objective(found: Objective | None) -> Fields:
    return {
        f"objective.{name}": _text(label, getattr(found, name) if found else "", since)
        for since, labels in ((1, _OBJECTIVE), (2, _OBJECTIVE_SINCE))
        for name, label in labels.items()
    }


def _metrics(found: Sequence[SuccessMetric], people: Mapping[int, str]) -> Fields:
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
        stated |= {f"{path}.{part}": each for part, each in _measured(metric, name, people).items()}
    return stated


def _measured(metric: SuccessMetric, name: str, people: Mapping[int, str]) -> Fields:
    """How a metric is measured: from how many cases and how often, so whether a breach would be seen at all."""
    keeper = people.get(metric.number_owner_id or 0, "")
    since = format(metric.baseline, "f") if metric.baseline is not None else None
    told: tuple[tuple[str, str, Value, str], ...] = (
        ("name", "name", metric.name, metric.name),
        ("baseline", "baseline", since, number_said(metric.baseline) if since else ""),
        ("owner", "who answers for the number", metric.number_owner_id, keeper),
        ("groups", "groups compared", list(metric.groups), ", ".join(metric.groups)),
        ("aggregation", "summed up as", _word(metric.aggregation), worded(_word(metric.aggregation) or "")),
        ("sample", "cases at least", metric.minimum_sample, str(metric.minimum_sample or "")),
        ("cadence", "measured", _word(metric.cadence), worded(_word(metric.cadence) or "")),
        ("grace", "days of grace", metric.grace_days, str(metric.grace_days)),
        ("origin", "comes from", metric.origin, metric.origin),
    )
    return {part: Stated(f"{name}: {label}", value, said, 2) for part, label, value, said in told}


def _word(one: StrEnum | None) -> str | None:
    return one.value if one is not None else None


def _uses(found: Sequence[Use]) -> Fields:
    stated: Fields = {}
    for use, source in found:
        path, name = f"data.{use.id}", f"Data “{source.name}”"
        stated[path] = Stated(name, [source.id, use.purpose.value], worded(use.purpose.value))
        for part, label in _SOURCE.items():
            value = getattr(source, part)
            parts = value if isinstance(value, list) else [value] if value else []
            said = ", ".join(worded(each) for each in parts)
            hashed = sorted(value) if isinstance(value, list) else str(value or "")
            stated[f"{path}.{part}"] = Stated(f"{name}: {label}", hashed, said, 2)
    return stated


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


def _to_use(session: Session, numbers: Sequence[int]) -> dict[int, Stated]:
    """The versions in use with their shares; where none is, the one approved last, as it will be once it is put live.

    So what was approved before a version went live still is what was approved afterwards.
    """
    found: dict[int, list[tuple[str, int]]] = {number: [] for number in numbers}
    query: Any = select(LivePeriod.system_id, ModelVersion.label, LivePeriod.share).join(
        ModelVersion, col(ModelVersion.id) == col(LivePeriod.version_id)
    )
    query = query.where(col(LivePeriod.system_id).in_(numbers), col(LivePeriod.to_at).is_(None))
    for number, label, share in session.exec(query.order_by(LivePeriod.share.desc(), ModelVersion.id)):  # type: ignore[attr-defined]
        found[number].append((label, share))
    idle = [number for number, live in found.items() if not live]
    approved = select(ModelVersion.system_id, ModelVersion.label).where(
        col(ModelVersion.system_id).in_(idle), ModelVersion.state == State.APPROVED
    )
    waiting = dict(session.exec(approved.order_by(col(ModelVersion.approved_at), col(ModelVersion.id))).all())
    return {number: _version_said(live, waiting.get(number)) for number, live in found.items()}


def _version_said(live: Sequence[tuple[str, int]], waiting: str | None) -> Stated:
    said = ", ".join(label if share == 100 else f"{label} ({share} %)" for label, share in live)
    if not live and waiting is not None:
        return Stated("Version in use", [[waiting, 100]], f"{waiting}, once it is live")
    return Stated("Version in use", [[label, share] for label, share in live], said)


def _unit_names(session: Session, numbers: set[int]) -> dict[int, str]:
    query = select(BusinessUnit.id, BusinessUnit.name).where(col(BusinessUnit.id).in_(sorted(numbers)))
    return {number or 0: name for number, name in session.exec(query)}
