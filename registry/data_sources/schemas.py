"""Data sources, what systems use them for, and checks on their quality as JSON, in and out."""

from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from registry.data_sources.models import DataSource, DataUse, QualityCheck, QualityResult
from registry.data_sources.rules.quality import CheckFacts, Dimension, ResultFacts
from registry.data_sources.rules.sources import Classification, Purpose, SourceFacts, Stated
from registry.kernel.calendar import Cadence
from registry.kernel.guard_rails import Bound
from registry.web.changing import stated
from registry.web.describing import Day, Instant, Words


class SourceChange(BaseModel):
    """What of a source is changed; what is left out stays as it is. People by number; no purpose named rules none out."""

    model_config = ConfigDict(extra="forbid")

    name: str = ""
    description: str = ""
    owner_id: int | None = None
    steward_id: int | None = None
    custodian: str = ""
    classification: Classification | None = None
    personal_data: Stated = Stated.UNKNOWN
    special_category: Stated = Stated.UNKNOWN
    lawful_basis: str = ""
    licence: str = ""
    licence_expires_on: date | None = None
    consent: str = ""
    consent_expires_on: date | None = None
    allowed_purposes: list[Purpose] = Field(default_factory=list)
    retention: str = ""
    location: str = ""
    freshness_promised: str = ""
    schema_version: str = ""
    provenance: str = ""
    known_gaps: str = ""


class SourceIn(SourceChange):
    """A source to put in the catalogue: its `name`, and what else is known."""

    name: str

    def facts(self) -> SourceFacts:
        """As the rules read it."""
        return SourceFacts(**stated(self))


class CheckIn(BaseModel):
    """A check on the quality of a source: the rule in words, the acceptable results, how often it is looked at."""

    model_config = ConfigDict(extra="forbid")

    dimension: Dimension
    rule: str
    unit: str = ""
    bound: Bound
    low: Decimal | None = None
    high: Decimal | None = None
    cadence: Cadence

    def facts(self) -> CheckFacts:
        """As the rules read it."""
        return CheckFacts(**stated(self))


class ResultIn(BaseModel):
    """One result of a check. It is judged by the bound of the check, and never changed."""

    model_config = ConfigDict(extra="forbid")

    measured_on: date
    value: Decimal
    note: str = ""

    def facts(self) -> ResultFacts:
        """As the rules read it."""
        return ResultFacts(**stated(self))


class UseIn(BaseModel):
    """The `source` a system uses from now on, by its public id, and what for."""

    model_config = ConfigDict(extra="forbid")

    source: str
    purpose: Purpose
    note: str = ""


class EndIn(BaseModel):
    """Why a system no longer uses a source."""

    model_config = ConfigDict(extra="forbid")

    because: str = ""


class SourceOut(TypedDict):
    """One source with everything stated of it."""

    id: str
    name: str
    description: str
    owner_id: int | None
    steward_id: int | None
    custodian: str
    classification: Annotated[str, Words(Classification)] | None
    personal_data: Annotated[str, Words(Stated)]
    special_category: Annotated[str, Words(Stated)]
    lawful_basis: str
    licence: str
    licence_expires_on: Day | None
    consent: str
    consent_expires_on: Day | None
    allowed_purposes: list[Annotated[str, Words(Purpose)]]
    retention: str
    location: str
    freshness_promised: str
    schema_version: str
    provenance: str
    known_gaps: str
    retired_at: Instant | None
    retired_because: str
    version: int


class ResultOut(TypedDict):
    """One result; `met` says whether it was acceptable. The value as text, exactly as stated."""

    number: int
    measured_on: Day
    value: str
    met: bool
    note: str
    recorded_at: Instant


class CheckOut(TypedDict):
    """One check and its newest result (null: there is none yet); `stopped_at` is null while it is in use. Numbers as text, exactly as stated."""

    number: int
    dimension: Annotated[str, Words(Dimension)]
    rule: str
    unit: str
    bound: Annotated[str, Words(Bound)]
    low: str | None
    high: str | None
    cadence: Annotated[str, Words(Cadence)]
    stopped_at: Instant | None
    newest: ResultOut | None


class UseOut(TypedDict):
    """What a system uses a source for, since when."""

    number: int
    source: str
    name: str
    purpose: Annotated[str, Words(Purpose)]
    note: str
    from_at: Instant
    to_at: Instant | None
    ended_because: str


def source_out(source: DataSource) -> dict[str, Any]:
    """One source."""
    told = {each.name: _written(getattr(source, each.name)) for each in fields(SourceFacts)}
    return told | {
        "id": source.key,
        "retired_at": _written(source.retired_at),
        "retired_because": source.retired_because,
        "version": source.version,
    }


def check_out(check: QualityCheck, newest: QualityResult | None) -> CheckOut:
    """One check with its newest result."""
    return {
        "number": check.id or 0,
        "dimension": check.dimension.value,
        "rule": check.rule,
        "unit": check.unit,
        "bound": check.bound.value,
        "low": _number(check.low),
        "high": _number(check.high),
        "cadence": check.cadence.value,
        "stopped_at": _written(check.retired_at),
        "newest": result_out(newest) if newest else None,
    }


def result_out(result: QualityResult) -> ResultOut:
    """One result of a check."""
    return {
        "number": result.id or 0,
        "measured_on": result.measured_on.isoformat(),
        "value": format(result.value, "f"),
        "met": result.met,
        "note": result.note,
        "recorded_at": result.recorded_at.isoformat(),
    }


def use_out(use: DataUse, source: DataSource) -> UseOut:
    """One use of a source."""
    return {
        "number": use.id or 0,
        "source": source.key,
        "name": source.name,
        "purpose": use.purpose.value,
        "note": use.note,
        "from_at": use.from_at.isoformat(),
        "to_at": use.to_at.isoformat() if use.to_at else None,
        "ended_because": use.ended_because,
    }


def _number(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def _written(value: Any) -> Any:
    return value.isoformat() if isinstance(value, (date, datetime)) else value
