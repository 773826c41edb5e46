"""Distributions, their measures and baselines as JSON."""

from typing import Annotated, Any, NotRequired

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from registry.drift.actions import Receipt
from registry.drift.models import Baseline, Distribution, Feature
from registry.drift.rules.comparing import Compared, Standing, measure_said, verdict_said
from registry.drift.rules.decoding import LONGEST_FEATURE, MOST_BINS, MOST_DISTRIBUTIONS
from registry.drift.rules.measures import Measure
from registry.drift.rules.spreads import Kind
from registry.web.describing import Instant, Words


class Named(TypedDict):
    """A feature by its name, and the group it is counted in ("" is everybody)."""

    feature: str
    group: str


class DistributionsReceipt(TypedDict):
    """What became of a delivery, and which of its features are compared with nothing yet."""

    accepted: int
    duplicate: int
    without_baseline: list[Named]
    ledger_seq: int | None


class MeasureOut(TypedDict):
    """One measure of drift: its value, its band by custom, and what chance alone explains at the `level`."""

    measure: Annotated[str, Words(Measure)]
    name: str
    value: float | None
    band: str
    critical: float | None
    level: float | None
    added_to_each_bin: float | None
    verdict: str
    says: str


class NotMeasured(TypedDict):
    """A measure that was not taken, and why."""

    measure: Annotated[str, Words(Measure)]
    because: str


class DriftOut(TypedDict):
    """How a window stands to the baseline in force."""

    standing: Annotated[str, Words(Standing)]
    decided_by: Annotated[str, Words(Measure)] | None
    measures: list[MeasureOut]
    not_measured: list[NotMeasured]


class SpreadOut(TypedDict):
    """Counts between `edges`, or by category; numbers that were sent as text, exactly as they were."""

    edges: NotRequired[list[str]]
    counts: NotRequired[list[int]]
    categories: NotRequired[dict[str, int]]
    n: int
    missing: int
    mean: str | None
    variance: str | None


class DistributionOut(SpreadOut):
    """One window of a feature, with how it stands to the baseline in force (null: there is none)."""

    feature: str
    group: str
    window_start: Instant
    window_end: Instant
    key: str
    revision: int
    version: str | None
    drift: DriftOut | None


class BaselineSet(SpreadOut):
    """What a feature is compared with since `set_at`."""

    name: str
    reason: str
    set_at: Instant
    window_start: Instant
    window_end: Instant
    from_window: bool


class BaselineOut(TypedDict):
    """A feature by its `number` and what it is compared with; null where it is with nothing."""

    number: int
    feature: str
    group: str
    baseline: BaselineSet | None


class BaselineChange(BaseModel):
    """What a baseline is called from now on; its counts and its reason stay."""

    model_config = ConfigDict(extra="forbid")

    name: str


class DistributionSent(TypedDict):
    """Counts of one feature in one window: `edges` and `counts`, or `categories`. What may be left out may be null."""

    feature: Annotated[str, Field(max_length=LONGEST_FEATURE)]
    window_end: Instant
    window_start: NotRequired[Instant | None]
    edges: NotRequired[list[float | int] | None]
    counts: NotRequired[Annotated[list[int], Field(max_length=MOST_BINS)] | None]
    categories: NotRequired[Annotated[dict[str, int], Field(max_length=MOST_BINS)] | None]
    missing: NotRequired[int | None]
    mean: NotRequired[float | int | None]
    variance: NotRequired[float | int | None]
    group: NotRequired[dict[str, str] | None]
    key: NotRequired[str | None]


class DistributionsSent(TypedDict):
    """Distributions sent together."""

    version: NotRequired[str | None]
    source: NotRequired[str | None]
    supersedes: NotRequired[str | None]
    distributions: Annotated[list[DistributionSent], Field(min_length=1, max_length=MOST_DISTRIBUTIONS)]


class WindowSent(TypedDict):
    """A window that was sent, by what it was named."""

    feature: Annotated[str, Field(max_length=LONGEST_FEATURE)]
    window_end: Instant
    window_start: NotRequired[Instant | None]
    group: NotRequired[dict[str, str] | None]
    key: NotRequired[str | None]


class BaselineSent(TypedDict):
    """What a feature is to be compared with: either a `window` that was sent, or a `distribution`."""

    name: str
    reason: str
    window: NotRequired[WindowSent | None]
    distribution: NotRequired[DistributionSent | None]


def receipt_out(receipt: Receipt, ledger_seq: int | None) -> DistributionsReceipt:
    """What became of a delivery; and which of its features are compared with nothing yet."""
    return {
        "accepted": receipt.accepted,
        "duplicate": receipt.duplicate,
        "without_baseline": [{"feature": name, "group": group} for name, group in receipt.without_baseline],
        "ledger_seq": ledger_seq,
    }


def distribution_out(
    each: Distribution, feature: Feature, version: str | None, compared: Compared | None
) -> dict[str, Any]:
    """One window with how it stands to the baseline in force; edges and moments as text, exactly as they were sent."""
    return {
        **_named(feature),
        "window_start": each.window_start.isoformat(),
        "window_end": each.window_end.isoformat(),
        "key": each.client_key,
        "revision": each.revision,
        "version": version,
        **_spread(each),
        "drift": None if compared is None else drift_out(compared),
    }


def baseline_out(feature: Feature, baseline: Baseline | None) -> dict[str, Any]:
    """What a feature is compared with; `baseline` is null where it is with nothing."""
    if baseline is None:
        return {"number": feature.id, **_named(feature), "baseline": None}
    told = {
        "name": baseline.name,
        "reason": baseline.reason,
        "set_at": baseline.set_at.isoformat(),
        "window_start": baseline.window_start.isoformat(),
        "window_end": baseline.window_end.isoformat(),
        "from_window": baseline.distribution_id is not None,
        **_spread(baseline),
    }
    return {"number": feature.id, **_named(feature), "baseline": told}


def drift_out(compared: Compared) -> DriftOut:
    """How a window stands, every measure that was taken, and why the others were not."""
    decides = compared.decides
    return {
        "standing": compared.standing.value,
        "decided_by": decides.measure.value if decides else None,
        "measures": [
            {
                "measure": each.measure.value,
                "name": ", ".join(measure_said(each.measure)[:2]),
                "value": each.value,
                "band": each.band.value,
                "critical": each.critical,
                "level": each.level,
                "added_to_each_bin": each.added,
                "verdict": each.verdict.value,
                "says": verdict_said(each),
            }
            for each in compared.measured
        ],
        "not_measured": [
            {"measure": each.measure.value, "because": each.because} for each in compared.refused
        ],
    }


def _named(feature: Feature) -> dict[str, Any]:
    return {"feature": feature.name, "group": feature.group_key}


def _spread(row: Distribution | Baseline) -> dict[str, Any]:
    if row.kind is Kind.NUMERIC:
        bins: dict[str, Any] = {"edges": row.bins, "counts": row.counts}
    else:
        bins = {"categories": dict(zip(row.bins, row.counts, strict=True))}
    return {
        **bins,
        "n": row.n,
        "missing": row.missing,
        "mean": None if row.mean is None else f"{row.mean:f}",
        "variance": None if row.variance is None else f"{row.variance:f}",
    }
