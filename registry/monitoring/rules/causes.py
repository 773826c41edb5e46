"""What an alert would be about, and how it is called and said."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from registry.kernel.calendar import last_day
from registry.monitoring.rules.alerts import AlertKind, Severity
from registry.monitoring.rules.readings import Reading
from registry.monitoring.rules.saying import rail_said, slide_said
from registry.monitoring.rules.slides import Chart
from registry.objectives.rules.judging import Verdict
from registry.objectives.rules.metric import Kind, MetricFacts

# What a reading is judged where an alert about it is that bad.
VERDICTS: Final = {Severity.WARNING: Verdict.WARN, Severity.CRITICAL: Verdict.BREACH}


@dataclass(frozen=True, slots=True)
class Cause:
    """What an alert would be about: values outside their guard-rails (WARN) or a slide (TREND), of one series."""

    kind: AlertKind
    metric: MetricFacts
    group: str
    chart: Chart

    def called(self, severity: Severity) -> AlertKind:
        """The kind of an alert of this cause that is so bad."""
        if self.kind is AlertKind.TREND:
            return self.kind
        if self.metric.kind is Kind.OVERRIDE_RATE:
            return AlertKind.OVERRIDE_BOUNDS
        return AlertKind.BREACH if severity is Severity.CRITICAL else self.kind

    def said(self, severity: Severity, bad: Sequence[Reading]) -> str:
        """The cause in a sentence: the newest value that is so bad, or that they slide."""
        if self.kind is AlertKind.TREND:
            return slide_said(self.metric, self.group, bad[-1].window_end.date(), self.chart)
        newest = ([one for one in bad if one.verdict is VERDICTS[severity]] or bad)[-1]
        return rail_said(
            self.metric, newest.value, newest.group, last_day(newest.window_start, newest.window_end)
        )
