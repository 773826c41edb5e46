"""Receipts and readings as JSON."""

from typing import Any

from registry.monitoring.actions.recording import Receipt
from registry.monitoring.models.snapshots import LatestSnapshot, Snapshot
from registry.objectives.rules.judging import Verdict


def receipt_out(receipt: Receipt, ledger_seq: int | None) -> dict[str, Any]:
    """What became of a delivery (interfaces.md)."""
    return {
        "accepted": receipt.accepted,
        "duplicate": receipt.duplicate,
        "verdicts": {verdict.value: receipt.verdicts.get(verdict, 0) for verdict in Verdict},
        "alerts_opened": [alert.id for alert in receipt.weighed.opened],
        "alerts_resolved": [alert.id for alert in receipt.weighed.resolved],
        "ledger_seq": ledger_seq,
    }


def reading_out(each: Snapshot | LatestSnapshot, metric: str) -> dict[str, Any]:
    """One reading; numbers as text, exactly as they were sent."""
    told = {
        "metric": metric,
        "window_start": each.window_start.isoformat(),
        "window_end": each.window_end.isoformat(),
        "value": format(each.value, "f"),
        "n": each.n,
        "low": None if each.low is None else format(each.low, "f"),
        "high": None if each.high is None else format(each.high, "f"),
        "group": each.group_key,
        "verdict": each.verdict.value,
    }
    if isinstance(each, Snapshot):
        told |= {"key": each.client_key, "revision": each.revision}
    return told
