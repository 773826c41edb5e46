"""One success metric on one axis: where it started, where it should be, where it may not go, where it is now."""

from collections.abc import Sequence
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
from registry.output.charts.scales import Scale, figure, full_day, span_of, tick_labels, ticks_within
from registry.output.charts.words import band_words, reading_words, sentence

HEIGHT: Final = 138.0
_TOP: Final = 50.0
_BOTTOM: Final = 74.0
_MIDDLE: Final = (_TOP + _BOTTOM) / 2


def ruler(
    name: str,
    metric: str,
    unit: str = "",
    *,
    baseline: Reading | None = None,
    target: Reading | None = None,
    latest: Reading | None = None,
    bands: Sequence[Band] = (),
) -> Chart:
    """The chart of one metric. Whatever is None is left out of the drawing and stated as missing in the table.

    `name` makes the ids and must differ between charts of one page. Each reading carries its date where known.
    """
    marks = [mark for mark in (baseline, target, latest) if mark]
    edges = [edge for band in bands for edge in (band.low, band.high) if edge is not None]
    low, high = span_of([*(mark.value for mark in marks), *edges], padding=0.18)
    scale = Scale(low, high, 0, WIDTH)
    taken = [scale.at(mark.value) for mark in marks]
    parts = [box(0, _TOP, WIDTH, _BOTTOM - _TOP, "chart__track")]
    parts += [
        _zone(band, scale, taken) for band in sorted(bands, key=lambda band: band.severity is Severity.BREACH)
    ]
    if marks or edges:
        parts += _ticks(scale, scale.at(baseline.value) if baseline else None)
    else:
        parts.append(label("nothing stated or measured yet", WIDTH / 2, _MIDDLE + 4, "chart__text-quiet"))
    parts += [_baseline(baseline, scale, unit)] if baseline else []
    parts += [_target(target, scale, unit)] if target else []
    parts += [_latest(latest, scale, unit, scale.at(target.value) if target else None)] if latest else []
    parts.append(_legend([(band, band_words(band, unit)) for band in bands]))
    title = f"{metric}: baseline, target and guard-rails"
    description = sentence(
        [
            f"baseline {reading_words(baseline, unit)}" if baseline else "",
            f"target {reading_words(target, unit)}" if target else "",
            f"latest {reading_words(latest, unit)}, {latest.verdict.word}" if latest else "",
            *(band_words(band, unit) for band in bands),
        ]
    )
    return Chart(
        drawing(
            name, "ruler", (WIDTH, HEIGHT), title=title, description=description, content=together(*parts)
        ),
        title,
        description,
        ("What", "Value", "Date", "Note"),
        (
            _row("Baseline", baseline, unit),
            _row("Target", target, unit),
            _row("Latest", latest, unit),
            *(("Guard rail", band_words(band, unit), "", "") for band in bands),
        ),
    )


def _row(what: str, reading: Reading | None, unit: str) -> tuple[str, ...]:
    if reading is None:
        return (what, "not measured" if what == "Latest" else "not stated", "", "")
    note = reading.note or (reading.verdict.word if what == "Latest" else "")
    return (what, figure(reading.value, unit), full_day(reading.when) if reading.when else "", note)


def _ticks(scale: Scale, taken: float | None) -> list[Markup]:
    """The axis, without a number where the line down to the baseline's label runs."""
    ticks = ticks_within(scale.low, scale.high, about=6)
    parts = []
    for tick, text in zip(ticks, tick_labels(ticks), strict=True):
        x = scale.at(tick)
        parts.append(line(x, _BOTTOM, x, _BOTTOM + 4, "chart__axis"))
        if taken is None or abs(x - taken) > len(text) * LETTER / 2 + 3:
            parts.append(label(text, x, _BOTTOM + 15, "chart__text-quiet"))
    return parts


def _zone(band: Band, scale: Scale, taken: Sequence[float]) -> Markup:
    start = scale.at(band.low) if band.low is not None else scale.start
    end = scale.at(band.high) if band.high is not None else scale.end
    edge = f"chart__edge-{band.severity.value}"
    edges = [
        line(scale.at(at), _TOP, scale.at(at), _BOTTOM, edge)
        for at in (band.low, band.high)
        if at is not None
    ]
    return together(
        box(start, _TOP, end - start, _BOTTOM - _TOP, band_class(band.severity)),
        *edges,
        _band_word(band.severity.word, start, end, taken),
    )


def _band_word(word: str, start: float, end: float, taken: Sequence[float]) -> Markup:
    """The band's name where no mark stands; left out of a band too narrow for it, for the legend names it too."""
    half = len(word) * LETTER / 2 + 4
    for place in ((start + end) / 2, start + half, end - half):
        if end - start > 2 * half and all(abs(place - mark) > half + 4 for mark in taken):
            return label(word, place, _MIDDLE + 4, "chart__text-band")
    return Markup("")


def _baseline(reading: Reading, scale: Scale, unit: str) -> Markup:
    x = scale.at(reading.value)
    return together(
        line(x, _MIDDLE + 5, x, _BOTTOM + 24, "chart__leader"),
        element("circle", class_="chart__baseline", cx=x, cy=_MIDDLE, r=5),
        label(f"baseline {reading_words(reading, unit)}", x, _BOTTOM + 35),
    )


def _target(reading: Reading, scale: Scale, unit: str) -> Markup:
    x = scale.at(reading.value)
    flag = f"{number(x)},{number(_TOP - 8)} {number(x + 9)},{number(_TOP - 4)} {number(x)},{number(_TOP)}"
    return together(
        line(x, _TOP - 8, x, _BOTTOM, "chart__target"),
        element("polygon", class_="chart__flag", points=flag),
        line(x, 14, x, _TOP - 8, "chart__leader"),
        label(f"target {reading_words(reading, unit)}", x, 11, STRONG),
    )


def _latest(reading: Reading, scale: Scale, unit: str, taken: float | None) -> Markup:
    x = scale.at(reading.value)
    text = f"latest {reading_words(reading, unit)}, {reading.verdict.word}"
    return together(
        line(x, 34, x, _MIDDLE, "chart__leader"),
        verdict_mark(reading.verdict, x, _MIDDLE, reading.note, size=5),
        _clear_of(taken, text, x),
    )


def _clear_of(taken: float | None, text: str, x: float) -> Markup:
    """The label of the latest reading, beside the line that comes down from the target's label above it."""
    length = len(text) * LETTER
    place, anchor = x, "middle"
    if taken is not None and abs(taken - x) < length / 2 + 6:
        fits_right = taken + 6 + length <= WIDTH
        rightwards = fits_right if taken <= x else taken - 6 - length < 0
        place, anchor = (taken + 6, "start") if rightwards else (taken - 6, "end")
    return label(text, place, 30, STRONG, anchor=anchor)


def _legend(bands: Sequence[tuple[Band, str]]) -> Markup:
    x, parts = 0.0, []
    for band, text in bands:
        parts.append(box(x, HEIGHT - 12, 10, 10, band_class(band.severity)))
        parts.append(label(text, x + 15, HEIGHT - 3, "chart__text-quiet", anchor="start"))
        x += 15 + len(text) * LETTER + 16
    return together(*parts)
