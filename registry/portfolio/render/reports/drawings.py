"""The drawings of a report: the tiers of the systems, coverage, the patterns of failure, and value by currency."""

from collections.abc import Iterator, Mapping
from typing import Final

from registry.output.charts.bars import Bar, bar_chart
from registry.output.charts.chart import Chart
from registry.portfolio.rules.figures import TIERS, Figures
from registry.portfolio.rules.reports.tables import TIER_SAID, looked_at

_LONGEST_PATTERN: Final = 44


def drawings(figures: Figures) -> Mapping[str, Chart]:
    """Every drawing by the name of the table it stands at."""
    return dict(_drawings(figures))


def _drawings(found: Figures) -> Iterator[tuple[str, Chart]]:
    stage, whole = looked_at(found), found.exposure.whole
    tiers = [Bar(TIER_SAID[tier], whole.tiers[tier].n, whole.total.n) for tier in TIERS]
    yield "exposure", bar_chart("exposure", f"Systems {stage} by risk tier", bars=tiers)
    autonomy = [Bar(_capital(each.label), each.count.n, whole.total.n) for each in found.exposure.autonomy]
    yield "autonomy", bar_chart("autonomy", f"Systems {stage} by level of autonomy", bars=autonomy)
    covered = [Bar(each.label, each.having.n, each.of) for each in found.coverage]
    yield "coverage", bar_chart("coverage", f"What systems {stage} have of what they should", bars=covered)
    measured = [Bar(each.label, each.measured, found.headline.in_use.n) for each in found.numbers]
    yield "numbers", bar_chart("numbers", f"Systems {stage} that measure each number", bars=measured)
    why = [Bar(each.pattern.said, each.count.n) for each in found.why]
    yield (
        "why",
        bar_chart(
            "why",
            "Incidents of the last twelve months by pattern of failure",
            bars=why,
            longest=_LONGEST_PATTERN,
        ),
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
