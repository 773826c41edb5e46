"""Bounds as JSON, in and out."""

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from registry.fairness.models import FairnessBound
from registry.fairness.rules.bounds import BoundFacts
from registry.fairness.rules.measures import Measure
from registry.web.describing import Instant, Words


class BoundChange(BaseModel):
    """What of a bound is changed; what is left out stays as it is. Another bound takes another `reason`."""

    model_config = ConfigDict(extra="forbid")

    measure: Measure | None = None
    limit: Decimal | None = None
    reference: str = ""
    fewest: int | None = Field(default=None, strict=True)
    why_groups: str = ""
    reason: str = ""


class BoundOut(TypedDict):
    """What is acceptable between the groups of one attribute; `measure` and `limit` null where nothing is stated yet.

    `limit`: the least a ratio may be, the most a difference may be; `fewest`: the cases below which a group is not compared.
    """

    attribute: str
    measure: Annotated[str, Words(Measure)] | None
    limit: str | None
    reference: str
    fewest: int | None
    why_groups: str
    reason: str
    says: str
    set_at: Instant | None
    version: int


def bound_out(facts: BoundFacts, bound: FairnessBound | None) -> BoundOut:
    """A bound; `bound` is None where nothing is stated yet. The limit as text, exactly as it was stated."""
    return {
        "attribute": facts.attribute,
        "measure": facts.measure.value if facts.measure else None,
        "limit": None if facts.limit is None else format(facts.limit, "f"),
        "reference": facts.reference,
        "fewest": facts.fewest,
        "why_groups": facts.why_groups,
        "reason": facts.reason,
        "says": facts.said,
        "set_at": bound.set_at.isoformat() if bound else None,
        "version": bound.version if bound else 0,
    }
