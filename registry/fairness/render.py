"""Groups as intervals against the bound they are held to; forecasts against what happened."""

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from registry.fairness.queries.bounds import Stood
from registry.fairness.rules.bounds import BoundFacts, judge
from registry.fairness.rules.comparing import Rate
from registry.fairness.rules.figures import ForecastFigures, WindowFigures
from registry.objectives.rules.judging import Verdict
from registry.output.charts import chart
from registry.output.charts.chart import Band, Chart, Severity
from registry.output.charts.forecasts import Dot, forecast_chart
from registry.output.charts.intervals import Stretch, interval_chart
from registry.output.markdown import to_html


def groups_chart(name: str, found: WindowFigures, facts: BoundFacts | None) -> Chart:
    """The groups of one window by the measure of the bound; by their selection rates where there is none."""
    attribute = found.window.attribute
    if facts is None or facts.measure is None:
        title = f"Selection rate by {attribute}"
        return interval_chart(name, title, stretches=_stretches(found, facts))
    return interval_chart(
        name,
        f"{facts.measure.said} by {attribute}",
        stretches=_stretches(found, facts),
        bands=[
            Band(Severity.BREACH, high=float(end)) if place == 0 else Band(Severity.BREACH, low=float(end))
            for place, end in enumerate(facts.ends)
            if end is not None
        ],
    )


def is_compared(found: WindowFigures, facts: BoundFacts | None) -> bool:
    """Whether a window has anything to draw: a group held against another, or a rate where no bound names a measure."""
    return any(each.value is not None for each in _stretches(found, facts))


def _stretches(found: WindowFigures, facts: BoundFacts | None) -> list[Stretch]:
    return _rates(found) if facts is None or facts.measure is None else _compared(found, facts)


def _rates(found: WindowFigures) -> list[Stretch]:
    made = []
    for each in found.groups:
        share = each.rates.get(Rate.SELECTION)
        note = each.withheld.get(Rate.SELECTION, f"n = {each.n:,}")
        if share is None:
            made.append(Stretch(each.group, None, verdict=chart.Verdict.TOO_FEW, note=note))
        else:
            made.append(Stretch(each.group, float(share.value), share.low, share.high, note=note))
    return made


def _compared(found: WindowFigures, facts: BoundFacts) -> list[Stretch]:
    if facts.measure is None:
        return []
    comparison = found.comparisons[facts.measure]
    known = {each.group: each for each in comparison.groups}
    against = {each.reference for each in comparison.groups if each.reference != each.group}
    made = []
    for group in found.groups:
        each = known.get(group.group)
        if each is None:
            why = comparison.withheld.get(group.group, comparison.refused)
            made.append(Stretch(group.group, None, verdict=chart.Verdict.TOO_FEW, note=why))
            continue
        verdict = _drawn(judge(each, facts))
        note = f"n = {each.cases:,}"
        if each.reference != each.group:
            note += f", against {each.reference}"
        part = "compared with" if each.group in against else ""
        made.append(Stretch(group.group, float(each.value), each.low, each.high, verdict, note, part))
    return made


def _drawn(verdict: Verdict) -> chart.Verdict:
    return chart.Verdict(verdict.value)


def bound_lines(stood: Sequence[Stood]) -> list[dict[str, Any]]:
    """A bound over time as the lines of a timeline, newest first; why these groups only where that was news."""
    before: Sequence[Stood | None] = [*stood[1:], None]
    return [_bound_line(each, earlier) for each, earlier in zip(stood, before, strict=True)]


def _bound_line(each: Stood, earlier: Stood | None) -> dict[str, Any]:
    facts = each.facts
    said = f"{facts.said[0].upper()}{facts.said[1:]}, for groups of {facts.fewest or 0:,} cases or more"
    is_news = earlier is None or earlier.facts.why_groups != facts.why_groups
    why = [to_html(facts.reason), *([to_html(facts.why_groups)] if is_news else [])]
    return {"at": each.at, "who": each.who, "said": said, "detail": Markup("").join(why)}


def calibration_chart(name: str, found: ForecastFigures) -> Chart:
    """The bins of one window against the diagonal."""
    dots = [
        Dot(each.mean, float(share.value), share.low, share.high, each.n) for each, share in found.observed
    ]
    return forecast_chart(name, "Forecasts against what happened", dots=dots)
