"""Receipts and readings as JSON, and alerts with what answers them."""

from datetime import date
from typing import Annotated, NotRequired

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from registry.monitoring.actions.recording import Receipt
from registry.monitoring.models.snapshots import LatestSnapshot, Snapshot
from registry.monitoring.rules.alerts import AlertKind, AlertState, Severity
from registry.monitoring.rules.answers import Level
from registry.monitoring.rules.decoding import MOST_POINTS
from registry.monitoring.rules.fields import LONGEST_KEY
from registry.monitoring.rules.reports.shapes import Remark
from registry.objectives.rules.judging import Verdict
from registry.web.describing import Day, Instant, Words


class RemarkOut(TypedDict):
    """Why something of a file was not taken as it stands, how often, and where it was met first."""

    says: str
    count: int
    examples: list[str]


class ReadingsReceipt(TypedDict):
    """What became of a delivery: how many were new, how they were judged, and the alerts that follow, by number."""

    accepted: int
    duplicate: int
    verdicts: dict[str, int]
    alerts_opened: list[int]
    alerts_resolved: list[int]
    ledger_seq: int | None
    remarks: NotRequired[list[RemarkOut]]


class ReadingOut(TypedDict):
    """One reading; numbers as text, exactly as they were sent."""

    metric: str
    window_start: Instant
    window_end: Instant
    value: str
    n: int | None
    low: str | None
    high: str | None
    group: str
    verdict: Annotated[str, Words(Verdict)]
    key: NotRequired[str]
    revision: NotRequired[int]


class AlertOut(TypedDict):
    """One alert, with how it was answered last; people by number. `previous` is the alert it follows, where it came back."""

    id: int
    system: str
    kind: Annotated[str, Words(AlertKind)]
    severity: Annotated[str, Words(Severity)]
    state: Annotated[str, Words(AlertState)]
    says: str
    group: str
    count: int
    good_run: int
    opened_at: Instant
    first_window_end: Instant | None
    last_bad_window_end: Instant | None
    acknowledged_at: Instant | None
    acknowledged_by_id: int | None
    promised_on: Day | None
    promise_note: str
    snoozed_until: Day | None
    snooze_reason: str
    resolved_at: Instant | None
    resolved_by_id: int | None
    resolved_because: str
    escalated_to: Annotated[str, Words(Level)] | None
    previous: int | None


class AcknowledgeIn(BaseModel):
    """By which day an alert is dealt with, and what will be done."""

    model_config = ConfigDict(extra="forbid")

    promised_on: date
    note: str = ""


class SnoozeIn(BaseModel):
    """Until which day an alert may rest, and why."""

    model_config = ConfigDict(extra="forbid")

    until: date
    reason: str


class PointSent(TypedDict):
    """One reading. What may be left out may be null; without `key` the window is the key."""

    metric: str
    window_end: Instant
    window_start: NotRequired[Instant | None]
    value: float | int
    n: NotRequired[int | None]
    low: NotRequired[float | int | None]
    high: NotRequired[float | int | None]
    group: NotRequired[Annotated[dict[str, str], Field(max_length=5)] | None]
    key: NotRequired[Annotated[str, Field(max_length=LONGEST_KEY)] | None]


class ReadingsSent(TypedDict):
    """Readings sent together."""

    version: NotRequired[str | None]
    source: NotRequired[str | None]
    supersedes: NotRequired[str | None]
    snapshots: Annotated[list[PointSent], Field(min_length=1, max_length=MOST_POINTS)]


def receipt_out(receipt: Receipt, ledger_seq: int | None) -> ReadingsReceipt:
    """What became of a delivery (interfaces.md)."""
    return {
        "accepted": receipt.accepted,
        "duplicate": receipt.duplicate,
        "verdicts": {verdict.value: receipt.verdicts.get(verdict, 0) for verdict in Verdict},
        "alerts_opened": [alert.id or 0 for alert in receipt.weighed.opened],
        "alerts_resolved": [alert.id or 0 for alert in receipt.weighed.resolved],
        "ledger_seq": ledger_seq,
    }


def remark_out(remark: Remark) -> RemarkOut:
    """Something of a file that was left aside."""
    return {"says": remark.says, "count": remark.count, "examples": list(remark.examples)}


def reading_out(each: Snapshot | LatestSnapshot, metric: str) -> ReadingOut:
    """One reading; numbers as text, exactly as they were sent."""
    told: ReadingOut = {
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
        told["key"], told["revision"] = each.client_key, each.revision
    return told
