"""The drawings of a card: one ruler per metric, and how complete each section is."""

from datetime import date
from decimal import Decimal

from registry.cards.rules.control import COMPLETENESS_CHART
from registry.cards.rules.facts import CardFacts, Metric
from registry.cards.rules.objective import metric_chart
from registry.cards.rules.shapes import Card
from registry.cards.rules.words import line
from registry.output.charts.bars import Bar, bar_chart
from registry.output.charts.chart import Chart, Reading, Severity, outside
from registry.output.charts.ruler import ruler


def drawings(facts: CardFacts, card: Card) -> dict[str, Chart]:
    """Every drawing the card names, by that name."""
    wanted = {group.chart for section in card.sections for group in section.groups}
    drawn = {
        metric_chart(index): _ruler(metric, metric_chart(index))
        for index, metric in enumerate(facts.metrics)
        if metric_chart(index) in wanted
    }
    return {COMPLETENESS_CHART: _completeness(card), **drawn}


def _completeness(card: Card) -> Chart:
    bars = [
        Bar(f"{section.number} {section.title}", section.stated, section.asked)
        for section in card.sections
        if section.asked
    ]
    return bar_chart(COMPLETENESS_CHART, "Required fields stated, by section", bars=bars)


def _ruler(metric: Metric, name: str) -> Chart:
    return ruler(
        name,
        line(metric.name) or metric.slug,
        line(metric.unit) or "",
        baseline=_reading(metric.baseline, metric.baseline_on),
        target=_reading(metric.target, metric.target_on),
        bands=[*outside(Severity.WARN, metric.warn), *outside(Severity.BREACH, metric.breach)],
    )


def _reading(value: Decimal | None, when: date | None) -> Reading | None:
    return None if value is None else Reading(float(value), when)
