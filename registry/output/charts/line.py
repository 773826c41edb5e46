"""Readings over time with target, guard-rail bands and events; each point shaped by its verdict."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from markupsafe import Markup

from registry.output.charts.chart import Band, Chart, Reading, Severity
from registry.output.charts.marks import (
    LETTER,
    STRONG,
    WIDTH,
    band_class,
    box,
    drawing,
    element,
    label,
    line,
    number,
    together,
    verdict_mark,
)
from registry.output.charts.scales import (
    Scale,
    date_ticks,
    figure,
    full_day,
    moment,
    span_of,
    tick_labels,
    ticks_within,
)
from registry.output.charts.words import band_words, reading_words, sentence

HEIGHT: Final = 220.0
_TOP: Final = 20.0
_BOTTOM: Final = 176.0
_RIGHT: Final = WIDTH - 10.0
_DAY: Final = 86_400.0
_MOST_MARKED: Final = 120
"""Beyond so many readings only those that are not within their guard-rails keep a mark of their own."""


@dataclass(frozen=True, slots=True)
class Happening:
    """Something on the time axis that may explain the line: a version going live, an incident."""

    when: date | datetime
    what: str


@dataclass(frozen=True, slots=True)
class _Plot:
    """The two scales of one drawing."""

    across: Scale
    up: Scale

    def at(self, reading: Reading) -> tuple[float, float]:
        return self.across.at(_moment_of(reading)), self.up.at(reading.value)


def line_chart(
    name: str,
    metric: str,
    unit: str = "",
    *,
    readings: Sequence[Reading],
    target: float | None = None,
    bands: Sequence[Band] = (),
    happenings: Sequence[Happening] = (),
    gap: timedelta | None = None,
) -> Chart:
    """The chart of one metric over time. Raises ValueError for a reading without a date.

    Where two readings lie further apart than `gap` the line is broken, so that a silence does not look like a trend.
    """
    ordered = sorted(readings, key=_moment_of)
    plot = _plot(ordered, target, bands, happenings)
    empty = label("no readings yet", WIDTH / 2, _BOTTOM / 2, "chart__text-quiet")
    parts = [_frame(plot, unit) if ordered else empty]
    parts += [_band(band, plot) for band in sorted(bands, key=lambda band: band.severity is Severity.BREACH)]
    parts += _happenings(happenings, plot)
    parts += [_target(target, plot, unit, ordered[-3:])] if target is not None else []
    parts += [_path(ordered, plot, gap)] if ordered else []
    parts += [_point(reading, plot, unit) for reading in _marked(ordered)]
    title = f"{metric} over time"
    description = _described(ordered, unit, target, bands, happenings)
    return Chart(
        drawing(
            name, "line", (WIDTH, HEIGHT), title=title, description=description, content=together(*parts)
        ),
        title,
        description,
        ("Date", "Value", "Verdict", "Note"),
        tuple((_day(r), figure(r.value, unit), r.verdict.word, r.note) for r in ordered),
    )


def _moment_of(reading: Reading) -> float:
    if reading.when is None:
        raise ValueError("a reading on a time axis needs a date")
    return moment(reading.when)


def _day(reading: Reading) -> str:
    return full_day(reading.when) if reading.when else ""


def _plot(
    ordered: Sequence[Reading], target: float | None, bands: Sequence[Band], happenings: Sequence[Happening]
) -> _Plot:
    edges = [edge for band in bands for edge in (band.low, band.high) if edge is not None]
    targets = [] if target is None else [target]
    up = Scale(
        *span_of([*(reading.value for reading in ordered), *edges, *targets], padding=0.14), _BOTTOM, _TOP
    )
    days = [*(_moment_of(reading) for reading in ordered), *(moment(each.when) for each in happenings)]
    low, high = min(days, default=0.0), max(days, default=0.0)
    # A single reading stands in the middle of a week, not of a decade.
    air = max((high - low) * 0.02, 0 if high - low > _DAY else 3.5 * _DAY)
    low, high = low - air, high + air
    left = max((len(text) for text in tick_labels(ticks_within(up.low, up.high))), default=1) * LETTER + 12
    return _Plot(Scale(low, high, left, _RIGHT), up)


def _frame(plot: _Plot, unit: str) -> Markup:
    left = plot.across.start
    ticks = ticks_within(plot.up.low, plot.up.high)
    parts = [line(left, _BOTTOM, _RIGHT, _BOTTOM, "chart__axis")]
    parts += [label(f"in {unit}", 2, 10, "chart__text-quiet", anchor="start")] if unit else []
    for tick, text in zip(ticks, tick_labels(ticks), strict=True):
        y = plot.up.at(tick)
        parts.append(line(left, y, _RIGHT, y, "chart__grid"))
        parts.append(label(text, left - 6, y + 4, "chart__text-quiet", anchor="end"))
    for at, text in date_ticks(plot.across.low, plot.across.high):
        x = plot.across.at(at)
        parts.append(line(x, _BOTTOM, x, _BOTTOM + 4, "chart__axis"))
        parts.append(label(text, x, _BOTTOM + 16, "chart__text-quiet"))
    return together(*parts)


def _band(band: Band, plot: _Plot) -> Markup:
    top = plot.up.at(band.high) if band.high is not None else _TOP
    bottom = plot.up.at(band.low) if band.low is not None else _BOTTOM
    left = plot.across.start
    parts = [box(left, top, _RIGHT - left, bottom - top, band_class(band.severity))]
    edge = f"chart__edge-{band.severity.value}"
    parts += [
        line(left, plot.up.at(at), _RIGHT, plot.up.at(at), edge)
        for at in (band.low, band.high)
        if at is not None
    ]
    if bottom - top > 13:
        word_at = bottom - 4 if band.low is None else top + 11
        parts.append(label(band.severity.word, left + 5, word_at, "chart__text-band", anchor="start"))
    return together(*parts)


def _target(target: float, plot: _Plot, unit: str, last: Sequence[Reading]) -> Markup:
    """The target's line, its words on the side of it where the newest readings are not."""
    y = plot.up.at(target)
    text = f"target {figure(target, unit)}"
    crowded = any(y - 20 < plot.up.at(reading.value) <= y + 2 for reading in last)
    above = y > _TOP + 12 and (not crowded or y > _BOTTOM - 14)
    words_at = y - 4 if above else y + 12
    words = label(text, _RIGHT - 2, words_at, STRONG, anchor="end")
    return line(plot.across.start, y, _RIGHT, y, "chart__target") + words


def _happenings(happenings: Sequence[Happening], plot: _Plot) -> list[Markup]:
    """A mark below the axis for each; where two stand too close for both words, the description has the second."""
    parts, free_from = [], 0.0
    for each in sorted(happenings, key=lambda each: moment(each.when)):
        x = plot.across.at(moment(each.when))
        half = len(each.what) * LETTER / 2
        # No taller than the ticks, so that it hides no date.
        foot = _BOTTOM + 7
        flag = f"{number(x)},{number(_BOTTOM)} {number(x + 4)},{number(foot)} {number(x - 4)},{number(foot)}"
        hint = element("title", f"{each.what}, {full_day(each.when)}")
        parts.append(line(x, _TOP, x, _BOTTOM, "chart__event"))
        parts.append(element("polygon", hint, class_="chart__event-mark", points=flag))
        if x - half >= free_from:
            # At the right edge the words end where the drawing does.
            middle = max(min(x, WIDTH - half - 2), half)
            parts.append(label(each.what, middle, _BOTTOM + 34, "chart__text-quiet"))
            free_from = middle + half + LETTER
    return parts


def _path(ordered: Sequence[Reading], plot: _Plot, gap: timedelta | None) -> Markup:
    steps, before = [], None
    for reading in ordered:
        now = _moment_of(reading)
        broken = before is None or (gap is not None and now - before > gap.total_seconds())
        x, y = plot.at(reading)
        steps.append(f"{'M' if broken else 'L'}{number(x)} {number(y)}")
        before = now
    return element("path", class_="chart__line", d="".join(steps), fill="none")


def _marked(ordered: Sequence[Reading]) -> Sequence[Reading]:
    if len(ordered) <= _MOST_MARKED:
        return ordered
    quiet = {"met", "no_guard_rail"}
    return [reading for reading in ordered[:-1] if reading.verdict.value not in quiet] + [ordered[-1]]


def _point(reading: Reading, plot: _Plot, unit: str) -> Markup:
    hint = ", ".join(filter(None, (reading_words(reading, unit), reading.verdict.word, reading.note)))
    return verdict_mark(reading.verdict, *plot.at(reading), hint, size=3.5)


def _described(
    ordered: Sequence[Reading],
    unit: str,
    target: float | None,
    bands: Sequence[Band],
    happenings: Sequence[Happening],
) -> str:
    count, least, most = len(ordered), min, max
    values = [reading.value for reading in ordered]
    return sentence(
        [
            f"{count} readings from {_day(ordered[0])} to {_day(ordered[-1])}"
            if ordered
            else "no readings yet",
            f"lowest {figure(least(values), unit)}, highest {figure(most(values), unit)}" if ordered else "",
            f"latest {reading_words(ordered[-1], unit)}, {ordered[-1].verdict.word}" if ordered else "",
            f"target {figure(target, unit)}" if target is not None else "",
            *(band_words(band, unit) for band in bands),
            *(f"{each.what} on {full_day(each.when)}" for each in happenings),
        ]
    )
