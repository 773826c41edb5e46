"""Distributions, their measures and baselines as JSON."""

from typing import Any

from registry.drift.actions import Receipt
from registry.drift.models import Baseline, Distribution, Feature
from registry.drift.rules.comparing import Compared, measure_said, verdict_said
from registry.drift.rules.spreads import Kind


def receipt_out(receipt: Receipt, ledger_seq: int | None) -> dict[str, Any]:
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
        return {**_named(feature), "baseline": None}
    told = {
        "name": baseline.name,
        "reason": baseline.reason,
        "set_at": baseline.set_at.isoformat(),
        "window_start": baseline.window_start.isoformat(),
        "window_end": baseline.window_end.isoformat(),
        "from_window": baseline.distribution_id is not None,
        **_spread(baseline),
    }
    return {**_named(feature), "baseline": told}


def drift_out(compared: Compared) -> dict[str, Any]:
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
