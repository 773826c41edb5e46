"""A line as small as a word, for lists: the run of a metric and where it stands now."""

from collections.abc import Sequence
from typing import Final

from registry.output.charts.chart import Chart, Reading
from registry.output.charts.marks import drawing, element, line, number, together, verdict_mark
from registry.output.charts.scales import Scale, figure, full_day, span_of
from registry.output.charts.words import reading_words, sentence

WIDTH: Final = 96.0
HEIGHT: Final = 24.0


def sparkline(
    name: str, metric: str, unit: str = "", *, readings: Sequence[Reading], target: float | None = None
) -> Chart:
    """The chart of the readings in the order given, evenly spaced; the last one shaped by its verdict."""
    values = [reading.value for reading in readings]
    targets = [] if target is None else [target]
    up = Scale(*span_of([*values, *targets]), HEIGHT - 5, 5)
    across = Scale(0, max(len(values) - 1, 1), 5, WIDTH - 5)
    places = [(across.at(index), up.at(value)) for index, value in enumerate(values)]
    parts = [line(0, up.at(at), WIDTH, up.at(at), "chart__target") for at in targets]
    if len(places) > 1:
        path = "L".join(f"{number(x)} {number(y)}" for x, y in places)
        parts.append(element("path", class_="chart__line", d=f"M{path}", fill="none"))
    parts += [verdict_mark(readings[-1].verdict, *places[-1], size=3.5)] if readings else []
    title = f"{metric}, latest readings"
    description = sentence(
        [
            f"{len(values)} readings" if values else "no readings yet",
            f"latest {reading_words(readings[-1], unit)}, {readings[-1].verdict.word}" if readings else "",
            f"target {figure(target, unit)}" if target is not None else "",
        ]
    )
    return Chart(
        drawing(
            name, "sparkline", (WIDTH, HEIGHT), title=title, description=description, content=together(*parts)
        ),
        title,
        description,
        ("Date", "Value", "Verdict"),
        tuple((full_day(r.when) if r.when else "", figure(r.value, unit), r.verdict.word) for r in readings),
    )
