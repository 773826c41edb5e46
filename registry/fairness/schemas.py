"""Receipts, windows and forecasts as JSON: the counts as they were sent, and everything computed from them."""

from typing import Any

from registry.fairness.actions.receiving import Receipt
from registry.fairness.rules.bounds import BoundFacts, judge
from registry.fairness.rules.comparing import Outcomes, Share
from registry.fairness.rules.figures import ForecastFigures, GroupFigures, WindowFigures
from registry.fairness.rules.measures import Comparison


def receipt_out(receipt: Receipt, ledger_seq: int | None) -> dict[str, Any]:
    """What became of a delivery. Alerts follow from it shortly after; they are told under alerts."""
    return {"accepted": receipt.accepted, "duplicate": receipt.duplicate, "ledger_seq": ledger_seq}


def window_out(found: WindowFigures, facts: BoundFacts | None) -> dict[str, Any]:
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


def _group(each: GroupFigures) -> dict[str, Any]:
    counts = each.counts
    if isinstance(counts, Outcomes):
        told = {name: getattr(counts, name) for name in ("tp", "fp", "fn", "tn")}
        selected = counts.tp + counts.fp
    else:
        told, selected = {}, counts.selected
    return {
        "group": each.group,
        "n": each.n,
        "selected": selected,
        **told,
        "rates": {rate.value: _share(share) for rate, share in each.rates.items()},
        "withheld": {rate.value: why for rate, why in each.withheld.items()},
        "verdict": each.verdict.value,
    }


def _share(share: Share) -> dict[str, Any]:
    return {"value": float(share.value), "among": share.cases, "low": share.low, "high": share.high}


def _comparison(found: Comparison, facts: BoundFacts | None) -> dict[str, Any]:
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


def forecasts_out(found: ForecastFigures) -> dict[str, Any]:
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
            {"low": each.low, "high": each.high, "n": each.n, "mean": each.mean, "positives": each.positives}
            | {"observed": _share(share)}
            for each, share in found.observed
        ],
    }
