"""Drawings kept as files: a change in any of them must be looked at and then kept with UPDATE_GOLDEN=1."""

import os
import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from registry.output.charts.bars import Bar, bar_chart
from registry.output.charts.chart import Band, Reading, Severity, Verdict
from registry.output.charts.forecasts import Dot, forecast_chart
from registry.output.charts.heat import Field, Line, Tone, heat_map
from registry.output.charts.intervals import Stretch, interval_chart
from registry.output.charts.line import Happening, line_chart
from registry.output.charts.pairs import Pair, pair_chart
from registry.output.charts.ruler import ruler
from registry.output.charts.sparkline import sparkline

GOLDEN = Path(__file__).parent / "golden"
FLOOR = [Band(Severity.BREACH, None, 0.8), Band(Severity.WARN, 0.8, 0.85)]
CEILING = [Band(Severity.WARN, 35, 45), Band(Severity.BREACH, 45, None)]
START = date(2026, 5, 3)
STEADY = Field("·", Tone.GOOD, "as chance has it", "0.01")


def weekly(count=20):
    dice = random.Random(7)
    verdicts = list(Verdict)
    for index in range(count):
        value = round(0.9 - index * 0.004 + dice.uniform(-0.01, 0.01), 3)
        yield Reading(
            value, START + timedelta(weeks=index), verdicts[index % len(verdicts)], f"n = {800 + index}"
        )


CHARTS = {
    "ruler": lambda: ruler(
        "ruler",
        "Sensitivity",
        baseline=Reading(0.78, date(2026, 3, 2)),
        target=Reading(0.9, date(2026, 12, 31)),
        latest=Reading(0.845, date(2026, 11, 1), Verdict.WARN, "n = 1,204"),
        bands=FLOOR,
    ),
    "ruler-crowded": lambda: ruler(
        "ruler-crowded",
        "Time to read",
        "min",
        baseline=Reading(40, date(2026, 3, 2)),
        target=Reading(39.5, date(2026, 12, 31)),
        latest=Reading(40.2, date(2026, 11, 1), Verdict.BREACH),
        bands=CEILING,
    ),
    "ruler-empty": lambda: ruler("ruler-empty", "Not yet measured"),
    "ruler-target-only": lambda: ruler("ruler-target-only", "Cost per case", "EUR", target=Reading(0)),
    "line": lambda: line_chart(
        "line",
        "Sensitivity",
        readings=list(weekly()),
        target=0.9,
        bands=FLOOR,
        happenings=[Happening(date(2026, 8, 12), "2026.2 live"), Happening(date(2026, 8, 15), "INC-0031")],
    ),
    "line-gap": lambda: line_chart(
        "line-gap", "Wait", "min", readings=[*list(weekly(6)), *list(weekly(20))[12:]], gap=timedelta(days=20)
    ),
    "line-one": lambda: line_chart(
        "line-one", "Wait", "min", readings=[Reading(5, datetime(2026, 11, 1, 23, tzinfo=UTC), Verdict.MET)], bands=CEILING
    ),
    "line-empty": lambda: line_chart("line-empty", "Wait", readings=[]),
    "sparkline": lambda: sparkline("sparkline", "Sensitivity", readings=list(weekly()), target=0.9),
    "sparkline-empty": lambda: sparkline("sparkline-empty", "Sensitivity", readings=[]),
    "bars": lambda: bar_chart(
        "bars",
        "Completeness by section",
        "fields",
        bars=[Bar("Identity", 9, 9), Bar("Ownership and accountability of the whole system", 7, 8), Bar("Fairness", 0, 4)],
    ),
    "heat": lambda: heat_map(
        "heat",
        "Drift by feature and window",
        columns=["12 Oct", "19 Oct", "26 Oct", "2 Nov"],
        lines=[
            Line("age of the claimant", [STEADY, STEADY, Field("M", Tone.WARN, "moved moderately", "0.14"), Field("S", Tone.BAD, "moved significantly", "0.31")]),
            Line("region", [None, Field("L", Tone.SLIGHT, "a little moved"), Field("?", Tone.NONE, "too few cases to say"), STEADY]),
        ],
    ),
    "heat-crowded": lambda: heat_map(
        "heat-crowded", "Drift", columns=[f"{day} Nov" for day in range(1, 31)], lines=[Line("a" * 60, [STEADY] * 30)]
    ),
    "heat-empty": lambda: heat_map("heat-empty", "Drift", columns=[], lines=[]),
    "pairs": lambda: pair_chart(
        "pairs", "Age", names=("training data", "2 Nov 2026"), pairs=[Pair("0 to 18", 120, 40), Pair("18 to 40", 800, 700), Pair("over 40", 80, 0)]
    ),
    "pairs-empty": lambda: pair_chart("pairs-empty", "Age", names=("before", "now"), pairs=[]),
    "intervals": lambda: interval_chart(
        "intervals",
        "Impact ratio by sex",
        stretches=[
            Stretch("female", 0.71, 0.64, 0.78, Verdict.BREACH, "n = 1,395"),
            Stretch("male", 1, 1, 1, Verdict.MET, "n = 5,819", "compared with"),
            Stretch("diverse, with a name longer than fits", 0.78, 0.5, 1.2, Verdict.WARN, "n = 40"),
            Stretch("not stated", None, verdict=Verdict.TOO_FEW, note="It has 9 cases."),
        ],
        bands=[Band(Severity.BREACH, None, 0.8)],
    ),
    "intervals-empty": lambda: interval_chart("intervals-empty", "Impact ratio", stretches=[]),
    "forecasts": lambda: forecast_chart(
        "forecasts",
        "Forecasts against what happened",
        dots=[Dot(0.05, 0.06, 0.03, 0.1, 400), Dot(0.45, 0.6, 0.5, 0.7, 90), Dot(0.95, 0.9, 0.7, 1, 12)],
    ),
    "forecasts-empty": lambda: forecast_chart("forecasts-empty", "Forecasts against what happened", dots=[]),
    "bars-without-whole": lambda: bar_chart("bars-without-whole", "Incidents", bars=[Bar("F1", 3), Bar("F2", 12), Bar("F3", 0)]),
}  # fmt: skip


@pytest.mark.parametrize("name", CHARTS)
def test_the_drawing_is_the_one_that_was_looked_at(name):
    drawn = str(CHARTS[name]().svg).replace("><", ">\n<") + "\n"
    path = GOLDEN / f"{name}.svg"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(drawn, "utf-8")
    assert drawn == path.read_text("utf-8")


@pytest.mark.parametrize("name", CHARTS)
def test_drawing_twice_gives_the_same_bytes(name):
    assert CHARTS[name]() == CHARTS[name]()


def test_no_golden_file_is_left_over():
    assert {path.stem for path in GOLDEN.glob("*.svg")} == set(CHARTS)
