"""The demonstration's words as the facts that the rules of each feature read."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from registry.data_sources.rules.quality import CheckFacts, Dimension, ResultFacts
from registry.data_sources.rules.sources import Classification, SourceFacts, Stated
from registry.dependencies.rules.dependency import DependencyFacts, OnFailure, TrialFacts
from registry.dependencies.rules.dependency import Direction as Way
from registry.incidents.rules.kinds import DetectedBy, Pattern, Severity
from registry.incidents.rules.kinds import Kind as IncidentKind
from registry.incidents.rules.record import IncidentFacts
from registry.kernel.calendar import Cadence
from registry.kernel.guard_rails import Bound
from registry.objectives.rules.metric import Aggregation, Direction, Kind, MetricFacts
from registry.objectives.rules.objective import ObjectiveFacts, ValueFacts
from registry.systems.rules.record import Kind as SystemKind
from registry.systems.rules.record import Link, Reversibility, SystemFacts
from registry.versions.rules.record import TrainedOn, VersionFacts

Day = Callable[[float], date]

_STATED_AS_THEY_ARE = (
    "custodian",
    "lawful_basis",
    "licence",
    "consent",
    "retention",
    "location",
    "freshness_promised",
)
_NUMBERS = ("baseline", "target", "warn_low", "warn_high", "breach_low", "breach_high")


def record_facts(facts: SystemFacts, told: Mapping[str, Any], day: Day) -> SystemFacts:
    """A system's facts with what the demonstration states of it."""
    values = dict(told)
    if "kind" in values:
        values["kind"] = SystemKind(values["kind"])
    if "reversibility" in values:
        values["reversibility"] = Reversibility(values["reversibility"])
    if "links" in values:
        values["links"] = tuple(Link(**link) for link in values["links"])
    if "in_service_days_ago" in values:
        values["in_service_on"] = day(values.pop("in_service_days_ago"))
    return replace(facts, **values)


def objective_facts(told: Mapping[str, Any]) -> ObjectiveFacts:
    """An objective."""
    values = dict(told)
    if "expected_value" in values:
        values["expected_value"] = Decimal(values["expected_value"])
    return ObjectiveFacts(**values)


def metric_facts(told: Mapping[str, Any], people: Mapping[str, Any], day: Day) -> MetricFacts:
    """A success metric; days are counted from loading."""
    values = {
        name: value
        for name, value in told.items()
        if not name.endswith(("_days_ago", "_in_days", "number_owner", "readings"))
    }
    values |= {name: Decimal(told[name]) for name in _NUMBERS if name in told}
    values["kind"], values["direction"] = Kind(told["kind"]), Direction(told["direction"])
    values["cadence"] = Cadence(told["cadence"])
    values["aggregation"] = Aggregation(told["aggregation"])
    for name in ("warn_bound", "breach_bound"):
        if name in told:
            values[name] = Bound(told[name])
    if "baseline_days_ago" in told:
        values["baseline_on"] = day(told["baseline_days_ago"])
    if "target_in_days" in told:
        values["target_on"] = day(-told["target_in_days"])
    return MetricFacts(**values, number_owner_id=people[told["number_owner"]].id)


def value_facts(told: Mapping[str, Any], on_day: date) -> ValueFacts:
    """A dated entry of value realised."""
    return ValueFacts(on_day, Decimal(told["amount"]), told["currency"], told["source"])


def data_source_facts(told: Mapping[str, Any], people: Mapping[str, Any]) -> SourceFacts:
    """A data source of the catalogue."""
    return SourceFacts(
        name=told["name"],
        description=told["description"],
        owner_id=people[told["owner"]].id,
        steward_id=people[told["steward"]].id if "steward" in told else None,
        classification=Classification(told["classification"]),
        personal_data=Stated(told["personal_data"]),
        special_category=Stated(told.get("special_category", Stated.UNKNOWN)),
        schema_version=told.get("schema_version", ""),
        provenance=told.get("provenance", ""),
        known_gaps=told.get("known_gaps", ""),
        **{name: told.get(name, "") for name in _STATED_AS_THEY_ARE},
    )


def version_facts(told: Mapping[str, Any], sources: Mapping[str, int], day: Day) -> VersionFacts:
    """A version of a system's model; the periods of its training data are counted from loading."""
    texts = {name: told.get(name, "") for name in ("because", "artifact", "digest", "evaluation")}
    learned = tuple(
        TrainedOn(sources[each["source"]], day(each["from_days_ago"]), day(each["to_days_ago"]))
        for each in told.get("trained_on", ())
    )
    return VersionFacts(
        told["label"],
        changed=told["changed"],
        significant=bool(told.get("significant", False)),
        trained_on=learned,
        **texts,
    )


def check_facts(told: Mapping[str, Any]) -> CheckFacts:
    """A check on the quality of a source."""
    return CheckFacts(
        Dimension(told["dimension"]),
        told["rule"],
        told["unit"],
        Bound(told["bound"]),
        Decimal(told["low"]) if "low" in told else None,
        Decimal(told["high"]) if "high" in told else None,
        Cadence(told["cadence"]),
    )


def result_facts(told: Mapping[str, Any], on_day: date) -> ResultFacts:
    """A dated result of a check."""
    return ResultFacts(on_day, Decimal(told["value"]), told.get("note", ""))


def dependency_facts(
    told: Mapping[str, Any], other: int | None, people: Mapping[str, Any]
) -> DependencyFacts:
    """What a system relies on or hands to: a service by its name, or the system with the number `other`."""
    as_told = ("service", "interface", "contract_format", "contract_version", "failure_words", "fallback")
    return DependencyFacts(
        Way(told["direction"]),
        other,
        freshness_minutes=told.get("freshness_minutes"),
        timeout_seconds=Decimal(told["timeout_seconds"]) if "timeout_seconds" in told else None,
        on_failure=OnFailure(told["on_failure"]),
        owner_id=people[told["owner"]].id if "owner" in told else None,
        **{name: str(told.get(name, "")) for name in as_told},
    )


def trial_facts(told: Mapping[str, Any], on_day: date) -> TrialFacts:
    """A dated test of a dependency."""
    return TrialFacts(on_day, told["passed"], told["tried"], told.get("note", ""))


def incident_facts(told: Mapping[str, Any], people: Mapping[str, Any], now: datetime) -> IncidentFacts:
    """An incident; when it began and when it was noticed are hours before it was opened."""
    return IncidentFacts(
        title=told["title"],
        summary=told["summary"],
        kind=IncidentKind(told.get("kind", IncidentKind.INCIDENT)),
        severity=Severity(told["severity"]),
        pattern=Pattern(told["pattern"]),
        harms=tuple(told["harms"]),
        affected_count=told["affected_count"],
        affected_people=told["affected_people"],
        detected_by=DetectedBy(told["detected_by"]),
        started_at=now - timedelta(hours=told["began_hours_before"]),
        detected_at=now - timedelta(hours=told["noticed_hours_before"]),
        lead_id=people[told["lead"]].id,
    )
