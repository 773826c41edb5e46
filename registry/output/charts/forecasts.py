"""Forecasts against what happened: each bin at its mean forecast and the share that came true, beside the diagonal."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from registry.output.charts.chart import Chart
from registry.output.charts.marks import WIDTH, drawing, element, label, line, together
from registry.output.charts.scales import Scale, thousandths, tick_labels, ticks_within
from registry.output.charts.words import sentence

HEIGHT: Final = 268.0
_LEFT: Final = 44.0
_BOTTOM: Final = 226.0
_LARGEST: Final = 7.0
_SMALLEST: Final = 2.5


@dataclass(frozen=True, slots=True)
class Dot:
    """One bin: the mean of its forecasts, the share that came true with its interval, and how many forecasts."""

    forecast: float
    observed: float
    low: float
    high: float
    cases: int


def forecast_chart(name: str, title: str, *, dots: Sequence[Dot]) -> Chart:
    """The chart of the dots, in the order of their forecasts; the larger the dot, the more forecasts it stands for."""
    across, up = Scale(0, 1, _LEFT, WIDTH - 12), Scale(0, 1, _BOTTOM, 8)
    most = max((dot.cases for dot in dots), default=1) or 1
    ordered = sorted(dots, key=lambda dot: dot.forecast)
    parts = [*_frame(across, up), *(_dot(dot, across, up, most) for dot in ordered)]
    description = sentence(
        [
            "on the dashed line forecasts come true as often as they say" if dots else "no forecasts yet",
            *(
                f"forecast {thousandths(dot.forecast)}, came true {thousandths(dot.observed)} (n = {dot.cases:,})"
                for dot in ordered
            ),
        ]
    )
    return Chart(
        drawing(
            name,
            "forecasts",
            (WIDTH, HEIGHT),
            title=title,
            description=description,
            content=together(*parts),
        ),
        title,
        description,
        ("Mean forecast", "Came true", "Interval", "Forecasts"),
        tuple(
            (
                thousandths(dot.forecast),
                thousandths(dot.observed),
                f"{thousandths(dot.low)} to {thousandths(dot.high)}",
                f"{dot.cases:,}",
            )
            for dot in ordered
        ),
    )


def _frame(across: Scale, up: Scale) -> list[Markup]:
    ticks = ticks_within(0, 1)
    parts = [line(across.start, up.start, across.end, up.start, "chart__axis")]
    for tick, text in zip(ticks, tick_labels(ticks), strict=True):
        x, y = across.at(tick), up.at(tick)
        parts.append(line(across.start, y, across.end, y, "chart__grid"))
        parts.append(label(text, across.start - 6, y + 4, "chart__text-quiet", anchor="end"))
        parts.append(label(text, x, up.start + 15, "chart__text-quiet"))
    parts.append(line(across.start, up.start, across.end, up.end, "chart__target"))
    parts.append(label("mean forecast", across.end, HEIGHT - 8, anchor="end"))
    parts.append(label("share that came true", across.start + 6, up.end + 10, anchor="start"))
    return parts


def _dot(dot: Dot, across: Scale, up: Scale, most: int) -> Markup:
    x, size = across.at(dot.forecast), max(_SMALLEST, _LARGEST * (dot.cases / most) ** 0.5)
    told = f"forecast {thousandths(dot.forecast)}, came true {thousandths(dot.observed)}, n = {dot.cases:,}"
    hint = element("title", told)
    reach = line(x, up.at(dot.low), x, up.at(dot.high), "chart__leader")
    return reach + element("circle", hint, class_="chart__baseline", cx=x, cy=up.at(dot.observed), r=size)
