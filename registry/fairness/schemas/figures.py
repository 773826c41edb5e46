"""Receipts, windows and forecasts as JSON: the counts as they were sent, and everything computed from them."""

from typing import Annotated, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from registry.fairness.actions.receiving import Receipt
from registry.fairness.rules.bounds import BoundFacts, judge
from registry.fairness.rules.calibration import Scheme
from registry.fairness.rules.comparing import Outcomes, Share
from registry.fairness.rules.decoding import COUNTS, MOST_ITEMS, WINDOWS
from registry.fairness.rules.figures import ForecastFigures, GroupFigures, WindowFigures
from registry.fairness.rules.measures import Comparison
from registry.web.describing import Instant, Words


class CountsReceipt(TypedDict):
    """What became of a delivery. Alerts follow from it shortly after, and stand under alerts."""

    accepted: int
    duplicate: int
    ledger_seq: int | None


class ShareOut(TypedDict):
    """A rate among so many cases, with its interval."""

    value: float
    among: int
    low: float
    high: float


class GroupOut(TypedDict):
    """One group of a window: its counts (the four cells where they were sent), every rate, and why others are withheld."""

    group: str
    n: int
    selected: int
    tp: NotRequired[int]
    fp: NotRequired[int]
    fn: NotRequired[int]
    tn: NotRequired[int]
    rates: dict[str, ShareOut]
    withheld: dict[str, str]
    verdict: str


class ComparedGroup(TypedDict):
    """One group against the reference."""

    group: str
    reference: str
    value: float
    low: float | None
    high: float | None
    verdict: str | None


class ComparisonOut(TypedDict):
    """One measure of fairness over the groups of a window; `refused` says why it was not taken at all."""

    means: str
    groups: list[ComparedGroup]
    withheld: dict[str, str]
    refused: str | None


class FairnessBoundOut(TypedDict):
    """The bound that holds."""

    says: str
    limit: str


class FairnessOut(TypedDict):
    """One window of one attribute, with every figure computed from its counts."""

    attribute: str
    window_start: Instant
    window_end: Instant
    n: int
    unknown: int
    smallest_group: int
    reference: str | None
    groups: list[GroupOut]
    measures: dict[str, ComparisonOut]
    bound: FairnessBoundOut | None
    verdict: str


class BinOut(TypedDict):
    """One bin of forecasts, and how often what was forecast happened."""

    low: float
    high: float
    n: int
    mean: float
    positives: int
    observed: ShareOut


class CalibrationOut(TypedDict):
    """The forecasts of one window, the calibration error and the parts of the Brier score."""

    window_start: Instant
    window_end: Instant
    scheme: Annotated[str, Words(Scheme)]
    count: int
    n: int
    expected_calibration_error: float | None
    largest_calibration_error: float | None
    withheld: str | None
    brier_of_binned_forecasts: float | None
    reliability: float | None
    resolution: float | None
    uncertainty: float | None
    bins: list[BinOut]


class CountSent(TypedDict):
    """The counts of one group in one window: `n` and `selected`, or the four cells. `group` null: nobody recorded it."""

    attribute: str
    group: NotRequired[str | None]
    window_end: Instant
    window_start: NotRequired[Instant | None]
    n: NotRequired[int | None]
    selected: NotRequired[int | None]
    tp: NotRequired[int | None]
    fp: NotRequired[int | None]
    fn: NotRequired[int | None]
    tn: NotRequired[int | None]
    key: NotRequired[str | None]


class CountsSent(TypedDict):
    """Counts sent together."""

    version: NotRequired[str | None]
    source: NotRequired[str | None]
    supersedes: NotRequired[str | None]
    counts: Annotated[list[CountSent], Field(min_length=1, max_length=MOST_ITEMS[COUNTS])]


class BinIn(TypedDict):
    """One bin of forecasts."""

    low: float | int
    high: float | int
    n: int
    mean: NotRequired[float | int | None]
    positives: int


class ForecastsSent(TypedDict):
    """The forecasts of one window in bins."""

    window_end: Instant
    window_start: NotRequired[Instant | None]
    scheme: Annotated[str, Words(Scheme)]
    count: int
    bins: list[BinIn]
    key: NotRequired[str | None]


class CalibrationSent(TypedDict):
    """Windows of forecasts sent together."""

    version: NotRequired[str | None]
    source: NotRequired[str | None]
    supersedes: NotRequired[str | None]
    windows: Annotated[list[ForecastsSent], Field(min_length=1, max_length=MOST_ITEMS[WINDOWS])]


def receipt_out(receipt: Receipt, ledger_seq: int | None) -> CountsReceipt:
    """What became of a delivery. Alerts follow from it shortly after; they are told under alerts."""
    return {"accepted": receipt.accepted, "duplicate": receipt.duplicate, "ledger_seq": ledger_seq}


def window_out(found: WindowFigures, facts: BoundFacts | None) -> FairnessOut:
    """One window of one attribute."""
    window = found.window
    return {
        "attribute": window.attribute,
        "window_start": window.start.isoformat(),
        "window_end": window.end.isoformat(),
        "n": window.cases,
        "unknown": window.unknown,
        "smallest_group": found.fewest,
        "reference": found.reference or None,
        "groups": [_group(each) for each in found.groups],
        "measures": {
            measure.value: _comparison(each, facts if facts and facts.measure is measure else None)
            for measure, each in found.comparisons.items()
        },
        "bound": None if facts is None else {"says": facts.said, "limit": format(facts.limit or 0, "f")},
        "verdict": found.verdict.value,
    }


def _group(each: GroupFigures) -> GroupOut:
    counts = each.counts
    told: GroupOut = {
        "group": each.group,
        "n": each.n,
        "selected": counts.tp + counts.fp if isinstance(counts, Outcomes) else counts.selected,
        "rates": {rate.value: _share(share) for rate, share in each.rates.items()},
        "withheld": {rate.value: why for rate, why in each.withheld.items()},
        "verdict": each.verdict.value,
    }
    if isinstance(counts, Outcomes):
        told["tp"], told["fp"], told["fn"], told["tn"] = counts.tp, counts.fp, counts.fn, counts.tn
    return told


def _share(share: Share) -> ShareOut:
    return {"value": float(share.value), "among": share.cases, "low": share.low, "high": share.high}


def _comparison(found: Comparison, facts: BoundFacts | None) -> ComparisonOut:
    return {
        "means": found.measure.means,
        "groups": [
            {
                "group": each.group,
                "reference": each.reference,
                "value": float(each.value),
                "low": each.low,
                "high": each.high,
                "verdict": judge(each, facts).value if facts else None,
            }
            for each in found.groups
        ],
        "withheld": dict(found.withheld),
        "refused": found.refused or None,
    }


def forecasts_out(found: ForecastFigures) -> CalibrationOut:
    """The forecasts of one window."""
    told = found.forecasts
    return {
        "window_start": told.start.isoformat(),
        "window_end": told.end.isoformat(),
        "scheme": told.scheme.value,
        "count": told.count,
        "n": told.cases,
        "expected_calibration_error": found.error.expected,
        "largest_calibration_error": found.error.largest,
        "withheld": found.error.withheld or None,
        "brier_of_binned_forecasts": found.parts.brier,
        "reliability": found.parts.reliability,
        "resolution": found.parts.resolution,
        "uncertainty": found.parts.uncertainty,
        "bins": [
            {
                "low": each.low,
                "high": each.high,
                "n": each.n,
                "mean": each.mean,
                "positives": each.positives,
                "observed": _share(share),
            }
            for each, share in found.observed
        ],
    }
