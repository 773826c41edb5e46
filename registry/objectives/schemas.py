"""Objectives, metrics and realised value as JSON, in and out."""

from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from registry.kernel.calendar import Cadence
from registry.kernel.guard_rails import Bound
from registry.objectives.models import Objective, SuccessMetric, ValueRealised
from registry.objectives.rules.metric import Aggregation, Direction, Kind, MetricFacts
from registry.objectives.rules.objective import ObjectiveFacts, ValueFacts
from registry.web.changing import stated
from registry.web.describing import Day, Instant, Words


class ObjectiveChange(BaseModel):
    """What of an objective is changed; what is left out stays as it is. `currency` is a code of ISO 4217."""

    model_config = ConfigDict(extra="forbid")

    problem: str = ""
    decision_changed: str = ""
    who_acts: str = ""
    done_today: str = ""
    todays_result: str = ""
    why_ai: str = ""
    stop_condition: str = ""
    expected_value: Decimal | None = None
    currency: str = ""


class MetricChange(BaseModel):
    """What of a metric is changed; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind = Kind.CUSTOM
    name: str = ""
    unit: str = ""
    direction: Direction | None = None
    baseline: Decimal | None = None
    baseline_on: date | None = None
    target: Decimal | None = None
    target_on: date | None = None
    warn_bound: Bound | None = None
    warn_low: Decimal | None = None
    warn_high: Decimal | None = None
    breach_bound: Bound | None = None
    breach_low: Decimal | None = None
    breach_high: Decimal | None = None
    minimum_sample: int | None = None
    aggregation: Aggregation | None = None
    cadence: Cadence | None = None
    grace_days: int = 0
    origin: str = ""
    number_owner_id: int | None = None
    groups: list[str] = Field(default_factory=list)
    why_appropriate: str = ""


class MetricIn(MetricChange):
    """A metric to add: its `kind` and `name`, and what else is known. Its short name is made from the name."""

    kind: Kind
    name: str

    def facts(self) -> MetricFacts:
        """As the rules read it."""
        return MetricFacts(**stated(self))


class ValueIn(BaseModel):
    """An amount of value a system has brought by a day, and where that number comes from."""

    model_config = ConfigDict(extra="forbid")

    on_day: date
    amount: Decimal
    currency: str
    source: str
    note: str = ""

    def facts(self) -> ValueFacts:
        """As the rules read it."""
        return ValueFacts(**stated(self))


class ObjectiveOut(TypedDict):
    """What a system is for; all empty, with the version 0, where nobody has said yet. Numbers as text, exactly as stated."""

    problem: str
    decision_changed: str
    who_acts: str
    done_today: str
    todays_result: str
    why_ai: str
    stop_condition: str
    expected_value: str | None
    currency: str
    version: int


class MetricOut(TypedDict):
    """One metric with everything stated of it; `slug` is what readings are sent to. Numbers as text, exactly as stated."""

    number: int
    slug: str
    kind: Annotated[str, Words(Kind)]
    name: str
    unit: str
    direction: Annotated[str, Words(Direction)] | None
    baseline: str | None
    baseline_on: Day | None
    target: str | None
    target_on: Day | None
    warn_bound: Annotated[str, Words(Bound)] | None
    warn_low: str | None
    warn_high: str | None
    breach_bound: Annotated[str, Words(Bound)] | None
    breach_low: str | None
    breach_high: str | None
    minimum_sample: int | None
    aggregation: Annotated[str, Words(Aggregation)] | None
    cadence: Annotated[str, Words(Cadence)] | None
    grace_days: int
    origin: str
    number_owner_id: int | None
    groups: list[str]
    why_appropriate: str
    retired_at: Instant | None
    retired_because: str
    version: int


class ValueOut(TypedDict):
    """One entry of realised value."""

    number: int
    on_day: Day
    amount: str
    currency: str
    source: str
    note: str
    recorded_at: Instant


def objective_out(found: Objective | None) -> dict[str, Any]:
    """What a system is for."""
    row = found or ObjectiveFacts()
    told = {each.name: written(getattr(row, each.name)) for each in fields(ObjectiveFacts)}
    return told | {"version": found.version if found else 0}


def metric_out(metric: SuccessMetric) -> dict[str, Any]:
    """One metric."""
    told = {each.name: written(getattr(metric, each.name)) for each in fields(MetricFacts)}
    return told | {
        "number": metric.id,
        "slug": metric.slug,
        "retired_at": written(metric.retired_at),
        "retired_because": metric.retired_because,
        "version": metric.version,
    }


def value_out(entry: ValueRealised) -> ValueOut:
    """One entry of realised value."""
    return {
        "number": entry.id or 0,
        "on_day": entry.on_day.isoformat(),
        "amount": format(entry.amount, "f"),
        "currency": entry.currency,
        "source": entry.source,
        "note": entry.note,
        "recorded_at": entry.recorded_at.isoformat(),
    }


def written(value: Any) -> Any:
    """A value as JSON has it: exact numbers as text, days and instants as RFC 3339 writes them."""
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date) else value
