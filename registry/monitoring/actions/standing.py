"""How an alert stands: that it is over or has got worse; and what a watch remembers of a cause."""

from datetime import datetime
from typing import Any

from registry.kernel import clock
from registry.monitoring.models.alerts import Alert
from registry.monitoring.rules.alerts import AlertKind, AlertState, Severity, State


def close(alert: Alert, by_id: int | None, because: str) -> None:
    """Write that an alert is over: by a person, or by itself."""
    alert.state, alert.resolved_at = AlertState.RESOLVED, clock.now()
    alert.resolved_by_id, alert.resolved_because = by_id, because


def worsen(alert: Alert, says: str) -> None:
    """Write that a warning has become a breach. Whatever was answered was answered to something lesser: it waits anew."""
    alert.severity, alert.says = Severity.CRITICAL, says
    if alert.kind is AlertKind.WARN:
        alert.kind = AlertKind.BREACH
    if alert.state is not AlertState.OPEN:
        alert.state, alert.waiting_from, alert.escalated_level = AlertState.OPEN, clock.today(), None
        alert.promised_on, alert.snoozed_until = None, None


def remembered(state: State) -> dict[str, Any]:
    """What a watch keeps of one cause; how bad it is and how often stands in the alert."""
    return {
        "last_bad": state.last_bad.isoformat() if state.last_bad else None,
        "good": [each.isoformat() for each in state.good],
        "over_until": state.over_until.isoformat() if state.over_until else None,
    }


def state_in(memory: dict[str, Any]) -> State:
    """What `remembered` kept."""
    return State(
        last_bad=_instant(memory.get("last_bad")),
        good=tuple(datetime.fromisoformat(each) for each in memory.get("good", ())),
        over_until=_instant(memory.get("over_until")),
    )


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
