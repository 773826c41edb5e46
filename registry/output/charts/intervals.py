"""Several things on one axis, each as its value within its interval, against the bound they are held to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from registry.kernel.text import shortened
from registry.output.charts.chart import Band, Chart, Verdict
from registry.output.charts.marks import (
    LETTER,
    WIDTH,
    band_class,
    box,
    drawing,
    label,
    line,
    together,
    verdict_mark,
)
from registry.output.charts.scales import Scale, span_of, thousandths, tick_labels, ticks_within
from registry.output.charts.words import band_words, sentence

_ROW: Final = 26.0
_TOP: Final = 6.0
_LONGEST_LABEL: Final = 30
_CAP: Final = 4.0
_HEADER: Final = ("What", "Value", "Interval", "Verdict", "Note")


@dataclass(frozen=True, slots=True)
class Stretch:
    """One value with the ends of its interval; None for the value where it is withheld, and `note` says why.

    `part`, where it has one of its own among the others, stands behind its label: "compared with".
    """

    label: str
    value: float | None
    low: float = 0.0
    high: float = 0.0
    verdict: Verdict = Verdict.NO_GUARD_RAIL
    note: str = ""
    part: str = ""

    @property
    def name(self) -> str:
        """The label, shortened, with its part, which is never cut off."""
        return _with_part(shortened(self.label, _LONGEST_LABEL), self)


def interval_chart(
    name: str, title: str, *, stretches: Sequence[Stretch], bands: Sequence[Band] = ()
) -> Chart:
    """The chart of the stretches in the order given; one whose value is withheld keeps its line and says so.

    Values are shares, ratios or differences and have no unit.
    """
    shown = [each for each in stretches if each.value is not None]
    edges = [edge for band in bands for edge in (band.low, band.high) if edge is not None]
    ends = [end for each in shown for end in (each.low, each.high, each.value or 0.0)]
    left = max((len(each.name) for each in stretches), default=0) * LETTER + 14
    scale = Scale(*span_of([*ends, *edges]), left, WIDTH - 12)
    bottom = _TOP + max(len(stretches), 1) * _ROW
    parts = [_band(band, scale, bottom) for band in bands]
    parts += _axis(scale, bottom) if shown or edges else []
    parts += [_row(each, _TOP + (place + 0.5) * _ROW, scale) for place, each in enumerate(stretches)]
    told = [*(_said(each) for each in stretches), *(band_words(band, "") for band in bands)]
    words, size = sentence(told), (WIDTH, bottom + 22)
    svg = drawing(name, "intervals", size, title=title, description=words, content=together(*parts))
    return Chart(svg, title, words, _HEADER, tuple(_cells(each) for each in stretches))


def _band(band: Band, scale: Scale, bottom: float) -> Markup:
    start = scale.start if band.low is None else scale.at(band.low)
    end = scale.end if band.high is None else scale.at(band.high)
    edges = (scale.at(edge) for edge in (band.low, band.high) if edge is not None)
    lines = (line(x, _TOP, x, bottom, f"chart__edge-{band.severity.value}") for x in edges)
    return together(box(start, _TOP, end - start, bottom - _TOP, band_class(band.severity)), *lines)


def _axis(scale: Scale, bottom: float) -> list[Markup]:
    ticks = ticks_within(scale.low, scale.high)
    parts = [line(scale.start, bottom, scale.end, bottom, "chart__axis")]
    for tick, text in zip(ticks, tick_labels(ticks), strict=True):
        x = scale.at(tick)
        parts.append(line(x, _TOP, x, bottom, "chart__grid"))
        parts.append(label(text, x, bottom + 15, "chart__text-quiet"))
    return parts


def _row(each: Stretch, y: float, scale: Scale) -> Markup:
    words = label(each.name, scale.start - 8, y + 4, anchor="end")
    if each.value is None:
        return words + label("not compared", scale.start + 4, y + 4, "chart__text-quiet", anchor="start")
    low, high = scale.at(each.low), scale.at(each.high)
    caps = (line(x, y - _CAP, x, y + _CAP, "chart__line") for x in (low, high))
    mark = verdict_mark(each.verdict, scale.at(each.value), y, _said(each), size=4.5)
    return together(words, line(low, y, high, y, "chart__line"), *caps, mark)


def _said(each: Stretch) -> str:
    what, value, reach, word, _ = _cells(each)
    return f"{what} {value} ({reach}), {word}" if reach else f"{what} {value}"


def _cells(each: Stretch) -> tuple[str, ...]:
    what = _with_part(each.label, each)
    if each.value is None:
        return what, "not compared", "", each.verdict.word, each.note
    # What is held against itself has no interval.
    reach = f"{thousandths(each.low)} to {thousandths(each.high)}" if each.low < each.high else ""
    return what, thousandths(each.value), reach, each.verdict.word, each.note


def _with_part(label: str, each: Stretch) -> str:
    return f"{label} ({each.part})" if each.part else label
