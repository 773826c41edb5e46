"""Which pattern of failure something points to, and what an incident is called that the registry opens by itself."""

from datetime import datetime
from typing import Final

from registry.feedback.rules.feedback import Category
from registry.incidents.rules.kinds import Linked, Pattern, Severity
from registry.kernel.text import shortened
from registry.monitoring.rules.alerts import AlertKind
from registry.objectives.rules.metric import Kind as MetricKind
from registry.systems.rules.record import LINE_LIMIT

# What a monitor saw is minor until a person has looked and raised it.
OPENED_ALONE_AT: Final = Severity.MINOR

_OF_ALERTS: Final = {
    AlertKind.BREACH: Pattern.F1,
    AlertKind.WARN: Pattern.F1,
    AlertKind.TREND: Pattern.F1,
    AlertKind.DRIFT: Pattern.F1,
    AlertKind.QUALITY: Pattern.F1,
    # Nobody is watching what it does.
    AlertKind.SILENCE: Pattern.F5,
    AlertKind.DEPENDENCY: Pattern.F4,
    AlertKind.OVERRIDE_BOUNDS: Pattern.F3,
    # People tell what monitoring did not.
    AlertKind.FEEDBACK_SURGE: Pattern.F5,
}
_OF_METRICS: Final = {
    MetricKind.OVERRIDE_RATE: Pattern.F3,
    MetricKind.LATENCY: Pattern.F4,
    MetricKind.DATA_FRESHNESS: Pattern.F4,
    MetricKind.VOLUME: Pattern.F4,
    MetricKind.USER_SATISFACTION: Pattern.F2,
    MetricKind.BUSINESS_IMPACT: Pattern.F2,
    MetricKind.COST: Pattern.F2,
    MetricKind.TIME_TO_DETECT: Pattern.F5,
    MetricKind.TIME_TO_RESOLVE: Pattern.F5,
    MetricKind.FAIRNESS: Pattern.F6,
}
_OF_FEEDBACK: Final = {
    Category.WRONG: Pattern.F1,
    Category.UNFAIR: Pattern.F6,
    Category.HARMFUL: Pattern.F6,
    Category.SLOW: Pattern.F4,
    Category.UNCLEAR: Pattern.F2,
    Category.PRAISE: Pattern.F5,
    Category.OTHER: Pattern.F5,
}
_OF_LINKS: Final = {Linked.DEPENDENCY: Pattern.F4, Linked.DATA_SOURCE: Pattern.F1}


def pattern_of_alert(kind: AlertKind, metric: MetricKind | None) -> Pattern:
    """The pattern an alert points to. `metric` is the kind of the metric it is about, None where it is about none."""
    if kind is AlertKind.BREACH and metric is None:
        # A breach of no metric: a group of people treated unlike the others.
        return Pattern.F6
    if kind in {AlertKind.BREACH, AlertKind.WARN, AlertKind.TREND} and metric in _OF_METRICS:
        return _OF_METRICS[metric]
    return _OF_ALERTS[kind]


def pattern_of(
    kind: Linked,
    *,
    alert: AlertKind | None = None,
    metric: MetricKind | None = None,
    category: Category | None = None,
) -> Pattern:
    """The pattern that what opens an incident points to."""
    if alert is not None:
        return pattern_of_alert(alert, metric)
    if kind is Linked.SNAPSHOT:
        return pattern_of_alert(AlertKind.WARN, metric)
    if kind is Linked.FEEDBACK:
        return _OF_FEEDBACK[category or Category.OTHER]
    return _OF_LINKS[kind]


def slot_of(system_id: int, pattern: Pattern) -> str:
    """The one place that the unresolved incident has which the registry opened of itself for a system and pattern."""
    return f"{system_id}:{pattern.value}"


def noticed_at(span: tuple[datetime, datetime | None], over_at: datetime | None, now: datetime) -> datetime:
    """When an alert noticed what an incident is opened for. `span` is when it was opened and the end of its last bad window.

    `over_at` is when the incident was resolved that it belonged to before, None where it is the first. Of one raised
    again that is the window's end: when it was opened, the earlier incident had it.
    """
    opened, bad_until = span
    if over_at is None:
        return opened
    return min(max(opened, bad_until or opened, over_at), now)


def title_of(says: str) -> str:
    """What an incident is called that an alert opens: its sentence, on one line."""
    return shortened(says, LINE_LIMIT) or "A guard-rail was breached"
