"""Which alerts point to a pattern of failure: the same table as for opening, read the other way."""

from functools import cache
from itertools import product

from registry.incidents.rules.kinds import Pattern
from registry.incidents.rules.opening import pattern_of_alert
from registry.monitoring.rules.alerts import AlertKind
from registry.objectives.rules.metric import Kind as MetricKind

About = tuple[AlertKind, MetricKind | None]


@cache
def alerts_pointing_to(pattern: Pattern) -> frozenset[About]:
    """The kinds of alerts, each with the kind of metric it is about (None: about none), that point to the pattern."""
    everything = product(AlertKind, (None, *MetricKind))
    return frozenset(about for about in everything if pattern_of_alert(*about) is pattern)
