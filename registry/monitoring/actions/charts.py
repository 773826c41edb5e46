"""Choose which chart looks for slow slides of a metric."""

from sqlmodel import Session

from registry.audit.actions import record
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Problem, RuleBroken
from registry.kernel.events import Event
from registry.monitoring.models.alerts import TrendRule
from registry.monitoring.queries.alerts import trend_rule_of
from registry.monitoring.rules.slides import Chart
from registry.objectives.models import SuccessMetric


def choose_chart(session: Session, actor: Actor, metric: SuccessMetric, chart: Chart) -> TrendRule:
    """Let this chart look for slides of the metric from the next reading on; an alert that stands is left as it is.

    The caller holds the metric's row locked. Raises RuleBroken for a retired metric and for the chart it has.
    """
    require(actor, Permission.BASELINE_SET, metric.system_id)
    if metric.retired_at is not None:
        raise RuleBroken([Problem("", "This metric is retired; no reading of it comes any more.")])
    rule = trend_rule_of(session, metric.id or 0, lock=True)
    if chart is (rule.chart if rule else Chart.CUSUM):
        raise RuleBroken(
            [Problem("chart", "This chart looks for slides already. Choose the other one to change it.")]
        )
    if rule is None:
        rule = TrendRule(metric_id=metric.id or 0, chart=chart)
        session.add(rule)
    else:
        rule.chart = chart
    record(session, actor, Event.METRIC_TREND_CHOSEN, rule, system_id=metric.system_id)
    return rule
