"""Readings as charts: the line of a metric with its guard-rails, its target, and the verdict of each reading."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from registry.kernel.calendar import Cadence, whole_days
from registry.monitoring.models.snapshots import Snapshot
from registry.objectives.models import SuccessMetric
from registry.objectives.queries import metric_facts
from registry.output.charts.chart import Chart, Reading, Severity, Verdict, outside
from registry.output.charts.line import Happening, line_chart

_DUE_EVERY: Final = {
    Cadence.HOURLY: timedelta(hours=1),
    Cadence.DAILY: timedelta(days=1),
    Cadence.WEEKLY: timedelta(days=7),
    Cadence.MONTHLY: timedelta(days=31),
    Cadence.QUARTERLY: timedelta(days=92),
    Cadence.YEARLY: timedelta(days=366),
}


def metric_chart(
    metric: SuccessMetric, readings: Sequence[Snapshot], happenings: Sequence[Happening] = ()
) -> Chart:
    """The metric over time, oldest reading first, with what happened to the system meanwhile.

    The line is broken where more than two readings in a row were due and none came.
    """
    facts = metric_facts(metric)
    due = _DUE_EVERY.get(facts.cadence) if facts.cadence else None
    return line_chart(
        f"metric-{metric.id}",
        metric.name,
        metric.unit,
        readings=[_reading(each) for each in readings],
        target=None if facts.target is None else float(facts.target),
        bands=[*outside(Severity.WARN, facts.warn), *outside(Severity.BREACH, facts.breach)],
        happenings=happenings,
        gap=None if due is None else 3 * due + timedelta(days=facts.grace_days),
    )


def _reading(each: Snapshot) -> Reading:
    cases = "" if each.n is None else f"n = {each.n:,}"
    days = whole_days(each.window_start, each.window_end)
    return Reading(
        float(each.value), days[1] if days else each.window_end, Verdict(each.verdict.value), cases
    )
