import math
import re
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from registry.output.charts.bars import Bar, bar_chart
from registry.output.charts.chart import Band, Reading, Severity, Verdict
from registry.output.charts.heat import Field, Line, Tone, heat_map
from registry.output.charts.line import Happening, line_chart
from registry.output.charts.marks import WIDTH, drawing, words
from registry.output.charts.pairs import Pair, pair_chart
from registry.output.charts.ruler import ruler
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
from registry.output.charts.sparkline import sparkline
from registry.output.charts.words import band_words
from registry.output.pdf.paint import paint_in
from registry.output.places import static_dir
from tests.output.charts.test_golden import CHARTS, weekly

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<script>alert(1)</script>\"' onload=x \x00\x0b\x1b\ud800 ]]> &amp; \uffff"
ALL_CLASSES = set(paint_in((static_dir() / "css/print.css").read_text()))
VALUES = st.floats(-1e9, 1e9) | st.sampled_from([0.0, -0.0, 1e-9, 0.5])


def parsed(chart):
    return etree.fromstring(str(chart.svg).encode())


def texts(chart):
    return ["".join(element.itertext()) for element in parsed(chart).iter(f"{SVG}text")]


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_plain_labelled_svg_coloured_by_classes_alone(name):
    chart = CHARTS[name]()
    root = parsed(chart)
    assert [child.tag for child in root[:2]] == [f"{SVG}title", f"{SVG}desc"]
    assert (root[0].text, root[1].text) == (chart.title, chart.description)
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == f"{name}-title {name}-desc"
    assert root.get("width") == "100%"
    assert root.get("viewBox")
    colours = {"style", "stroke", "color", "onload", "href"}
    for element in root.iter():
        assert not colours & set(element.attrib)
        assert element.get("fill") in {None, "none"}
        assert {c for c in element.get("class", "").split() if c.startswith("chart__")} <= ALL_CLASSES


@pytest.mark.parametrize("name", CHARTS)
def test_the_table_says_what_the_drawing_shows(name):
    chart = CHARTS[name]()
    assert all(len(row) == len(chart.header) for row in chart.rows)
    assert chart.description.endswith(".")


def test_hostile_words_stay_words_everywhere():
    reading = Reading(1, date(2026, 1, 1), Verdict.WARN, HOSTILE)
    charts = [
        ruler(
            "a",
            HOSTILE,
            HOSTILE,
            baseline=reading,
            target=reading,
            latest=reading,
            bands=[Band(Severity.WARN, 0, 1)],
        ),
        line_chart(
            "a", HOSTILE, HOSTILE, readings=[reading], happenings=[Happening(date(2026, 1, 2), HOSTILE)]
        ),
        sparkline("a", HOSTILE, HOSTILE, readings=[reading]),
        bar_chart("a", HOSTILE, HOSTILE, bars=[Bar(HOSTILE, 1, 2, HOSTILE)]),
        heat_map(
            "a",
            HOSTILE,
            columns=[HOSTILE],
            lines=[Line(HOSTILE, [Field(HOSTILE, Tone.BAD, HOSTILE, HOSTILE)])],
        ),
        pair_chart("a", HOSTILE, names=(HOSTILE, HOSTILE), pairs=[Pair(HOSTILE, 1, 2)]),
    ]
    for chart in charts:
        root = parsed(chart)
        assert not list(root.iter(f"{SVG}script"))
        assert not [name for element in root.iter() for name in element.attrib if name.startswith("on")]


def test_a_chart_that_did_not_escape_would_be_caught():
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(f"<svg><text>{HOSTILE}</text></svg>".encode("utf-8", "replace"))
    assert words("<\x00&\ud800") == "&lt;&amp;"


@pytest.mark.parametrize("name", ["", "A", "a b", 'a"', "1a", "a<"])
def test_a_name_that_cannot_be_an_id_is_a_mistake(name):
    with pytest.raises(ValueError, match="cannot name a chart"):
        ruler(name, "x")


@given(
    baseline=VALUES | st.none(),
    target=VALUES | st.none(),
    latest=VALUES | st.none(),
    edges=st.lists(VALUES, min_size=2, max_size=2).map(sorted),
    verdict=st.sampled_from(Verdict),
)
def test_any_values_give_a_ruler_inside_its_frame(baseline, target, latest, edges, verdict):
    chart = ruler(
        "x",
        "Metric",
        "ms",
        baseline=None if baseline is None else Reading(baseline, date(2026, 1, 1)),
        target=None if target is None else Reading(target),
        latest=None if latest is None else Reading(latest, None, verdict),
        bands=[Band(Severity.BREACH, None, edges[0]), Band(Severity.WARN, *edges)],
    )
    assert_inside(parsed(chart), WIDTH, 138)


@given(
    st.lists(
        st.tuples(VALUES, st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.sampled_from(Verdict)), max_size=30
    )
)
def test_any_readings_give_a_line_inside_its_frame(points):
    readings = [Reading(value, when, verdict) for value, when, verdict in points]
    assert_inside(
        parsed(line_chart("x", "Metric", readings=readings, target=1, bands=[Band(Severity.WARN, 0, None)])),
        WIDTH,
        220,
    )
    assert_inside(parsed(sparkline("x", "Metric", readings=readings, target=1)), 96, 24)


def assert_inside(root, width, height):
    for element in root.iter():
        for name in ("x", "x1", "x2", "cx"):
            assert -0.01 <= float(element.get(name, 0)) <= width + 0.01
        for name in ("y", "y1", "y2", "cy"):
            assert -0.01 <= float(element.get(name, 0)) <= height + 0.01
        for name in ("width", "height"):
            assert element.get(name) == "100%" or 0 <= float(element.get(name, 0)) <= width + 0.01
        assert "nan" not in " ".join(element.attrib.values())


def test_what_is_missing_is_said_and_never_drawn_as_zero():
    chart = ruler("x", "Metric", target=Reading(3))
    assert chart.rows[0] == ("Baseline", "not stated", "", "")
    assert chart.rows[2] == ("Latest", "not measured", "", "")
    assert not list(parsed(chart).iter(f"{SVG}circle"))


def test_every_verdict_has_a_shape_and_a_word_of_its_own():
    shapes = set()
    for verdict in Verdict:
        (mark,) = [
            element
            for element in parsed(sparkline("x", "M", readings=[Reading(1, None, verdict)])).iter()
            if "chart__point" in element.get("class", "")
        ]
        ring = "too-few" in mark.get("class")
        shapes.add((mark.tag, mark.get("r"), ring))
        assert verdict.word in sparkline("x", "M", readings=[Reading(1, None, verdict)]).description
    assert len(shapes) == len(Verdict) == len({verdict.word for verdict in Verdict})


def test_the_words_of_two_labels_never_lie_on_a_line_that_comes_down_between_them():
    for target in (39.0, 39.9, 40.0, 40.1, 41.0):
        chart = ruler(
            "x",
            "M",
            target=Reading(target, date(2026, 1, 1)),
            latest=Reading(40, date(2026, 1, 1)),
            bands=[Band(Severity.WARN, 20, 60)],
        )
        root = parsed(chart)
        leader = next(float(e.get("x1")) for e in root.iter(f"{SVG}line") if e.get("y1") == "14")
        near = next(e for e in root.iter(f"{SVG}text") if e.text.startswith("latest"))
        start, length = float(near.get("x")), len(near.text) * 6.2
        low, high = {"start": (start, start + length), "end": (start - length, start)}.get(
            near.get("text-anchor"), (start - length / 2, start + length / 2)
        )
        assert not low < leader < high


def test_a_silence_breaks_the_line():
    readings = [Reading(1, date(2026, 1, day)) for day in (1, 2, 20, 21)]
    unbroken = line_chart("x", "M", readings=readings)
    broken = line_chart("x", "M", readings=readings, gap=timedelta(days=7))
    paths = [next(parsed(chart).iter(f"{SVG}path")).get("d").count("M") for chart in (unbroken, broken)]
    assert paths == [1, 2]


def test_readings_are_drawn_in_the_order_of_time():
    ordered = list(weekly(5))
    assert line_chart("x", "M", readings=ordered[::-1]) == line_chart("x", "M", readings=ordered)


def test_a_reading_without_a_date_has_no_place_on_a_time_axis():
    with pytest.raises(ValueError, match="needs a date"):
        line_chart("x", "M", readings=[Reading(1)])


def test_many_readings_keep_marks_only_where_something_is_said():
    readings = [
        Reading(1, date(2026, 1, 1) + timedelta(days=n), Verdict.BREACH if n == 50 else Verdict.MET)
        for n in range(200)
    ]
    marks = [
        e
        for e in parsed(line_chart("x", "M", readings=readings)).iter()
        if "chart__point" in e.get("class", "")
    ]
    assert [mark.tag for mark in marks] == [f"{SVG}rect", f"{SVG}circle"]


def test_two_happenings_close_together_do_not_write_over_each_other():
    happenings = [Happening(date(2026, 6, 1), "first"), Happening(date(2026, 6, 2), "second")]
    chart = line_chart("x", "M", readings=list(weekly()), happenings=happenings)
    assert "first" in texts(chart)
    assert "second" not in texts(chart)
    assert "second on 2 Jun 2026" in chart.description


def test_of_many_pairs_those_that_moved_most_are_drawn_and_all_are_in_the_table():
    pairs = [Pair(f"bin {each}", 10, 10 + each) for each in range(60)]
    chart = pair_chart("x", "M", names=("before", "now"), pairs=pairs)
    assert len(chart.rows) == 60
    assert "The 40 that moved most of 60" in chart.description
    assert sum("bin " in text for text in texts(chart)) == 40


def test_a_line_of_a_heat_map_has_a_field_for_every_column():
    with pytest.raises(ValueError, match="one field for every column"):
        heat_map("x", "M", columns=["a", "b"], lines=[Line("c", [None])])


def test_a_negative_bar_is_a_mistake():
    with pytest.raises(ValueError, match="less often than never"):
        pair_chart("x", "M", names=("a", "b"), pairs=[Pair("a", -1, 1)])
    with pytest.raises(ValueError, match="shorter than nothing"):
        bar_chart("x", "M", bars=[Bar("a", -1)])


@given(st.floats(-1e12, 1e12), st.floats(1e-6, 1e12), st.integers(2, 10))
def test_ticks_are_round_ordered_and_between_the_ends(low, span, about):
    high = low + span
    if high - low < abs(low) * 1e-9:
        return
    ticks = ticks_within(low, high, about)
    steps = [b - a for a, b in pairwise(ticks)]
    assert len(ticks) <= about + 2
    assert all(low - span * 1e-6 <= tick <= high + span * 1e-6 for tick in ticks)
    assert all(math.isclose(step, steps[0], rel_tol=1e-3) for step in steps)


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (0.77, 0.93, ["0.80", "0.85", "0.90"]),
        (0, 100, ["0", "20", "40", "60", "80", "100"]),
        (-3, 3, ["-2", "0", "2"]),
        (950, 1260, ["1,000", "1,100", "1,200"]),
        (0.0001, 0.0009, ["0.0002", "0.0004", "0.0006", "0.0008"]),
    ],
)
def test_ticks_read_as_a_person_would_choose_them(low, high, labels):
    assert tick_labels(ticks_within(low, high)) == labels


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0, "", "0"),
        (-0.0, "ms", "0\u00a0ms"),
        (0.912, "", "0.912"),
        (0.9, "", "0.9"),
        (1204, "ms", "1,204\u00a0ms"),
        (12.3456, "%", "12.35\u00a0%"),
        (1_234_567.8, "EUR", "1,234,568\u00a0EUR"),
        (0.000123456, "", "0.0001235"),
        (-5, "", "-5"),
        (math.nan, "", "not measured"),
        (math.inf, "", "not measured"),
    ],
)
def test_figures_read_as_a_person_would_write_them(value, unit, text):
    assert figure(value, unit) == text


@pytest.mark.parametrize(
    ("first", "last", "labels"),
    [
        (date(2026, 11, 1), date(2026, 11, 6), ["1 Nov", "2 Nov", "3 Nov", "4 Nov", "5 Nov", "6 Nov"]),
        (
            date(2026, 1, 15),
            date(2026, 7, 1),
            ["Feb 2026", "Mar 2026", "Apr 2026", "May 2026", "Jun 2026", "Jul 2026"],
        ),
        (
            date(2020, 5, 1),
            date(2026, 5, 1),
            ["Jan 2021", "Jan 2022", "Jan 2023", "Jan 2024", "Jan 2025", "Jan 2026"],
        ),
    ],
)
def test_dates_on_an_axis_are_round(first, last, labels):
    assert [label for _, label in date_ticks(moment(first), moment(last))] == labels


@given(st.dates(date(1980, 1, 1), date(2100, 1, 1)), st.integers(1, 20_000))
def test_any_stretch_of_time_gets_a_few_dates_within_it(first, days):
    last = first + timedelta(days=days)
    ticks = date_ticks(moment(first), moment(last))
    assert len(ticks) <= 13
    assert all(moment(first) <= at <= moment(last) for at, _ in ticks)


def test_an_instant_counts_by_its_day_in_utc():
    late = datetime(2026, 11, 1, 23, 30, tzinfo=timezone(timedelta(hours=-2)))
    assert full_day(late) == "2 Nov 2026"
    assert moment(date(2026, 11, 1)) == moment(datetime(2026, 11, 1, tzinfo=UTC))


def test_values_beyond_the_scale_stay_at_its_edge():
    scale = Scale(0, 10, 100, 200)
    assert (scale.at(-5), scale.at(5), scale.at(15)) == (100, 150, 200)


def test_a_span_is_never_empty():
    for values in ([], [5], [0], [math.nan], [3, 3]):
        low, high = span_of(values)
        assert low < high


@pytest.mark.parametrize(
    ("band", "text"),
    [
        (Band(Severity.BREACH, None, 0.8), "breach below 0.8\u00a0s"),
        (Band(Severity.WARN, 3), "warning above 3\u00a0s"),
        (Band(Severity.WARN, 1, 2), "warning from 1 to 2\u00a0s"),
        (Band(Severity.BREACH, None, 0), "breach below 0\u00a0s"),
        (Band(Severity.BREACH), "breach"),
    ],
)
def test_bands_are_said_in_words(band, text):
    assert band_words(band, "s") == text


def test_a_drawing_needs_no_other_markup_than_its_own():
    assert re.fullmatch(
        r"<svg [^>]*><title[^>]*>t</title><desc[^>]*>d</desc></svg>",
        drawing("a", "k", (1, 2), title="t", description="d", content=words("")),
    )
