"""Section 3: what the system is for, the numbers by which success is judged, the value it has brought."""

from registry.cards.rules.facts import CardFacts, Metric, Objective, Rail
from registry.cards.rules.operation import latest_said
from registry.cards.rules.shapes import NOT_MEASURED, Field, Group, Items, Section, Table, compared
from registry.cards.rules.words import (
    always,
    amount,
    cell,
    chosen,
    conditional,
    counted,
    dated,
    day,
    day_of,
    line,
    optional,
    prose,
    said,
    tabled,
)
from registry.kernel.guard_rails import Bound, number_said
from registry.kernel.text import counted as counted_words
from registry.kernel.text import listed
from registry.objectives.rules.metric import Kind
from registry.objectives.rules.objective import realised_by_currency

MOST_ENTRIES = 12
"""How many entries of realised value are printed; card.json holds all of them."""


def objective(facts: CardFacts) -> Section:
    """Section 3: the objective in words, one group per success metric, value expected and realised."""
    what = facts.objective or Objective()
    groups = tuple(_group(metric, index) for index, metric in enumerate(facts.metrics))
    return Section(
        3,
        "Business objective and value",
        (
            always("3.1a", "Problem", prose(what.problem)),
            always("3.1b", "Decision or task that changes", prose(what.decision_changed)),
            always("3.1c", "Who acts on it", prose(what.who_acts)),
            always("3.1d", "Value expected a year", amount(what.expected_value, what.currency)),
            optional("3.1e", "Value realised", _realised(facts), NOT_MEASURED),
            always("3.2", "Success metrics", compared("Metric", groups), "no success metric is defined"),
            *_retired(facts),
            conditional("3.3a", "How it was done before", prose(what.done_today), applies=True),
            conditional("3.3b", "Result without the system", prose(what.todays_result), applies=True),
            conditional("3.3c", "Alternatives considered", prose(what.why_ai), applies=True),
            conditional("3.4", "Result that makes us stop", prose(what.stop_condition), applies=True),
        ),
        groups,
    )


def metric_row(metric: Metric) -> tuple[str, ...]:
    """A metric in one line: name, baseline, target, latest value."""
    return (
        cell(line(metric.name)),
        cell(amount(metric.baseline, metric.unit), NOT_MEASURED),
        cell(amount(metric.target, metric.unit)),
        latest_said(metric),
    )


def metric_chart(index: int) -> str:
    """The name of the drawing of the metric at this place."""
    return f"metric-{index + 1}"


def _group(metric: Metric, index: int) -> Group:
    unit = metric.unit
    baseline = dated(amount(metric.baseline, unit), metric.baseline_on, "measured")
    target = dated(amount(metric.target, unit), metric.target_on, "by")
    return Group(
        cell(line(metric.name)),
        (
            tabled(said("3.2a", "Measures", metric.kind.said.partition(":")[0])),
            tabled(always("3.2b", "Unit", line(unit))),
            tabled(always("3.2c", "Better when", _better(metric))),
            tabled(always("3.2d", "Baseline", baseline, NOT_MEASURED)),
            tabled(always("3.2e", "Target", target)),
            tabled(always("3.2f", "Due", _cadence(metric))),
            tabled(always("3.2g", "Owner of the number", line(metric.number_owner))),
            always("3.2h", "Guard-rails", rails(metric), "none; no value is judged"),
            always("3.2i", "Where the number comes from", line(metric.origin)),
            always("3.2j", "Why this metric", prose(metric.why_appropriate)),
            optional("3.2k", "How it is computed", _computed(metric)),
            *_groups(metric),
        ),
        metric_chart(index) if _is_drawable(metric) else "",
    )


def _is_drawable(metric: Metric) -> bool:
    return any(each is not None for each in (metric.baseline, metric.target, metric.warn, metric.breach))


def _better(metric: Metric) -> str | None:
    return chosen(metric.direction.value.removesuffix("_is_better")) if metric.direction else None


def rails(metric: Metric) -> str | None:
    """Both guard-rails in words: "Warning below 0.9; breach below 0.85"; None when the metric has none."""
    named = (("warning", metric.warn), ("breach", metric.breach))
    parts = [f"{what} {_outside(rail, line(metric.unit) or '')}" for what, rail in named if rail]
    return "; ".join(parts).capitalize() if parts else None


def _outside(rail: Rail, unit: str) -> str:
    low, high = number_said(rail.low), number_said(rail.high)
    said = {
        Bound.AT_LEAST: f"below {low}",
        Bound.AT_MOST: f"above {high}",
        Bound.BETWEEN: f"outside {low} to {high}",
    }[rail.bound]
    return f"{said} {unit}".strip()


def _cadence(metric: Metric) -> str | None:
    if metric.cadence is None:
        return None
    grace = f", {counted_words(metric.grace_days, 'day')} grace" if metric.grace_days else ""
    return f"{metric.cadence.value}{grace}"


def _computed(metric: Metric) -> str | None:
    parts = []
    if metric.aggregation:
        parts.append(metric.aggregation.said)
    if metric.minimum_sample is not None:
        parts.append(f"from at least {counted(metric.minimum_sample)} cases")
    return " ".join(parts) or None


def _groups(metric: Metric) -> tuple[Field, ...]:
    fairness = metric.kind is Kind.FAIRNESS
    named = listed([name for name in map(line, metric.groups) if name]) or None
    return (conditional("3.2l", "Groups compared", named, applies=fairness),) if fairness or named else ()


def _retired(facts: CardFacts) -> tuple[Field, ...]:
    lines = tuple(
        f"{cell(line(each.name))}, retired {day_of(each.retired_at)}: {cell(line(each.because))}"
        for each in facts.retired_metrics
    )
    return (said("3.2m", "Metrics no longer used", Items(lines)),) if lines else ()


def _realised(facts: CardFacts) -> Table | None:
    if not facts.realised:
        return None
    newest = sorted(facts.realised, key=lambda entry: entry.on, reverse=True)
    rows = [
        (cell(day(entry.on)), number_said(entry.amount), cell(line(entry.currency)), cell(line(entry.source)))
        for entry in newest[:MOST_ENTRIES]
    ]
    sums = realised_by_currency((entry.amount, entry.currency) for entry in facts.realised)
    rows += [
        (
            f"Sum of {counted_words(_entries(facts, currency), 'entry', 'entries')}",
            number_said(total),
            cell(line(currency)),
            "computed from all entries",
        )
        for currency, total in sums.items()
    ]
    return Table(("Up to", "Amount", "Currency", "Source"), tuple(rows), frozenset({1}))


def _entries(facts: CardFacts, currency: str) -> int:
    return sum(entry.currency == currency for entry in facts.realised)
