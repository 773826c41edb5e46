"""Horizontal bars with their labels: how much of each thing, out of how much."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from registry.kernel.text import shortened
from registry.output.charts.chart import Chart
from registry.output.charts.marks import LETTER, WIDTH, box, drawing, label, together
from registry.output.charts.scales import Scale, figure
from registry.output.charts.words import sentence

_ROW: Final = 21.0
_LONGEST_LABEL: Final = 34
_ROOM_FOR_FIGURE: Final = 78.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: `value` out of `whole`, or on the scale of the longest bar when there is no whole."""

    label: str
    value: float
    whole: float | None = None
    note: str = ""


def bar_chart(
    name: str, title: str, unit: str = "", *, bars: Sequence[Bar], longest: int = _LONGEST_LABEL
) -> Chart:
    """The chart of the bars in the order given, each label cut to so many letters. Raises ValueError for a negative value."""
    if any(bar.value < 0 or (bar.whole is not None and bar.whole < 0) for bar in bars):
        raise ValueError("a bar cannot be shorter than nothing")
    left = max((min(len(bar.label), longest) for bar in bars), default=0) * LETTER + 10
    most = max((bar.value for bar in bars if bar.whole is None), default=0.0)
    rows = [
        _row(bar, index, Scale(0, 1, left, WIDTH - _ROOM_FOR_FIGURE), (most, longest), unit)
        for index, bar in enumerate(bars)
    ]
    description = sentence([f"{bar.label}: {_amount(bar, unit)}" for bar in bars])
    return Chart(
        drawing(
            name,
            "bars",
            (WIDTH, max(len(bars), 1) * _ROW + 2),
            title=title,
            description=description,
            content=together(*rows),
        ),
        title,
        description,
        ("What", "Amount", "Note"),
        tuple((bar.label, _amount(bar, unit), bar.note) for bar in bars),
    )


def _row(bar: Bar, index: int, scale: Scale, longest: tuple[float, int], unit: str) -> Markup:
    top = index * _ROW + 3
    most, letters = longest
    whole = most if bar.whole is None else bar.whole
    track = scale.end if bar.whole is not None else scale.start
    end = scale.at(bar.value / whole) if whole else scale.start
    return together(
        label(shortened(bar.label, letters), scale.start - 8, top + 12, anchor="end"),
        box(scale.start, top, track - scale.start, _ROW - 6, "chart__track"),
        box(scale.start, top, end - scale.start, _ROW - 6, "chart__bar"),
        label(_amount(bar, unit), WIDTH, top + 12, "chart__text-quiet", anchor="end"),
    )


def _amount(bar: Bar, unit: str) -> str:
    if bar.whole is None:
        return figure(bar.value, unit)
    return f"{figure(bar.value)} of {figure(bar.whole, unit)}"
