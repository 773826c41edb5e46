"""What happened to an alert, as lines of a timeline: in words, from the ledger."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from registry.audit.queries import HistoryItem
from registry.kernel.events import Event
from registry.monitoring.rules.alerts import CORRECTED
from registry.web.viewkit import ago

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
    "count": "seen so often: ",
}


def happened(entries: Sequence[HistoryItem]) -> list[dict[str, Any]]:
    """The lines of an alert's timeline, in the order of its entries."""
    return [_line(entry) for entry in entries]


def _line(entry: HistoryItem) -> dict[str, Any]:
    after = {each.column: each.after for one in entry.objects for each in one.changes}
    said, kind = _SAID.get(entry.event) or _by_readings(entry, after)
    told = [f"{before}{after[column]}" for column, before in _WORTH_SAYING.items() if after.get(column)]
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
