"""What happened to an alert, as lines of a timeline: in words, from the ledger."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from registry.audit.queries import HistoryItem
from registry.kernel.events import Event
from registry.kernel.text import counted
from registry.monitoring.rules.alerts import CORRECTED
from registry.web.viewkit import ago, day

_SAID: Final[Mapping[str, tuple[str, str]]] = {
    Event.ALERT_RAISED: ("Raised", "bad"),
    Event.ALERT_ACKNOWLEDGED: ("Taken on", "info"),
    Event.ALERT_SNOOZED: ("Laid to rest", "neutral"),
    Event.ALERT_RESOLVED: ("Called over", "good"),
    Event.ALERT_ESCALATED: ("Passed on, for nobody had answered", "warn"),
}
_WORTH_SAYING: Final[Mapping[str, str]] = {
    "says": "",
    "promised_on": "by ",
    "promise_note": "",
    "snoozed_until": "until ",
    "snooze_reason": "",
    "resolved_because": "",
}
_DAYS: Final = frozenset({"promised_on", "snoozed_until"})


def happened(entries: Sequence[HistoryItem]) -> list[dict[str, Any]]:
    """The lines of an alert's timeline, in the order of its entries."""
    return [_line(entry) for entry in entries]


def _line(entry: HistoryItem) -> dict[str, Any]:
    after = {each.column: each.after for one in entry.objects for each in one.changes}
    said, kind = _SAID.get(entry.event) or _by_readings(entry, after)
    told = [
        f"{before}{_shown(column, after[column])}"
        for column, before in _WORTH_SAYING.items()
        if after.get(column)
    ]
    told += _counts(after)
    if entry.event == Event.ALERT_ESCALATED:
        told = [*entry.said.values()]
    return {
        "at": entry.at,
        "ago": ago(entry.at),
        "who": entry.actor,
        "said": said,
        "kind": kind,
        # What was written may end in a full stop of its own.
        "detail": "; ".join(part.rstrip(".") for part in told),
    }


def _shown(column: str, value: Any) -> str:
    """A value as people read it; the ledger spells a day 2026-11-16."""
    return day(date.fromisoformat(value)) if column in _DAYS else str(value)


def _counts(after: Mapping[str, Any]) -> list[str]:
    """How often it had been seen, where that was more than once, and how many good readings had followed."""
    seen, good = after.get("count") or 0, after.get("good_run") or 0
    told = [f"seen {counted(seen, 'time')} by then"] if seen > 1 else []
    return told + ([f"{counted(good, 'good window')} in a row"] if good else [])


def _by_readings(entry: HistoryItem, after: Mapping[str, Any]) -> tuple[str, str]:
    """What an entry about readings did to the alert."""
    if any(one.verb == "added" for one in entry.objects):
        return "Opened by a reading", "bad"
    if after.get("state") == "resolved":
        said = "Taken back" if after.get("resolved_because") == CORRECTED else "Over by itself"
        return said, "good"
    if "severity" in after:
        return "Got worse", "bad"
    return ("Seen again", "warn") if "count" in after else ("A good reading came", "neutral")
