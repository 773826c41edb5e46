"""Trends: the handbook's examples, run lengths as promised, and a real model's slide."""

import csv
import math
from itertools import pairwise
from random import Random
from statistics import fmean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.monitoring.rules.refusals import NotMeasurable, Reason
from registry.monitoring.rules.trend import Baseline, baseline_of, cusum, ewma, reference_limits

STANDARD = Baseline(mean=0.0, deviation=1.0, points=1000)

# NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.3 and 6.3.2.4.
CUSUM_VALUES = [324.925, 324.675, 324.725, 324.350, 325.350, 325.225, 324.125, 324.525, 325.225, 324.600]
CUSUM_VALUES += [324.625, 325.150, 328.325, 327.250, 327.825, 328.500, 326.675, 327.775, 326.875, 328.350]
EWMA_VALUES = [52.0, 47.0, 53.0, 49.3, 50.1, 47.0, 51.0, 50.1, 51.2, 50.5]
EWMA_VALUES += [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]
EWMA_PRINTED = [50.60, 49.52, 50.56, 50.18, 50.16, 49.21, 49.75, 49.85, 50.26, 50.33]
EWMA_PRINTED += [50.11, 49.36, 49.52, 50.05, 49.38, 49.92, 50.73, 51.23, 51.94, 51.99]

numbers = st.lists(st.floats(-1e3, 1e3), max_size=40)


def close(value):
    return pytest.approx(value, abs=1e-9, rel=0)


def first(points, side):
    return next((place for place, each in enumerate(points, 1) if getattr(each, side)), None)


def run_length(chart, shift, chance, longest):
    points = chart([chance.gauss(shift, 1) for _ in range(longest)], STANDARD)
    return next((place for place, each in enumerate(points, 1) if each.above or each.below), longest)


def test_the_handbooks_cusum_alarms_at_its_fourteenth_group():
    points = cusum(
        CUSUM_VALUES, Baseline(mean=325, deviation=1, points=100), allowance=0.3175, decision=4.1959
    )
    assert [round(each.up, 2) for each in points[4:6]] == [0.03, 0.0]
    assert points[12].up == close(3.0075)
    assert points[13].up == close(4.94)
    assert first(points, "above") == 14
    assert points[13].up_for == 2
    assert first(points, "below") is None


def test_the_handbooks_ewma_has_the_printed_averages_and_reaches_its_limits():
    points = ewma(EWMA_VALUES, Baseline(mean=50, deviation=2.0539, points=100), weight=0.3, width=3)
    assert [each.average for each in points] == pytest.approx(EWMA_PRINTED, abs=0.0051)
    assert points[-1].high == pytest.approx(52.5884, abs=5e-4)
    assert points[-1].low == pytest.approx(47.4115, abs=5e-4)
    assert not any(each.above or each.below for each in points)


def test_the_limits_of_an_ewma_are_exact_at_each_point():
    points = ewma([0] * 30, STANDARD, weight=0.2, width=3)
    for t, each in enumerate(points, 1):
        assert each.high == close(3 * math.sqrt(0.2 / 1.8 * (1 - 0.8 ** (2 * t))))
        assert each.low == -each.high
    assert points[0].high == close(0.6)


@pytest.mark.parametrize(("chart", "promised"), [(cusum, 10.5), (ewma, 9.6)])
def test_a_shift_of_one_deviation_is_found_as_soon_as_promised(chart, promised):
    chance = Random(7)
    assert fmean(run_length(chart, 1, chance, 120) for _ in range(600)) == pytest.approx(promised, abs=1)


@pytest.mark.parametrize(("chart", "promised"), [(cusum, 464), (ewma, 496)])
def test_without_a_shift_false_alarms_are_as_rare_as_promised(chart, promised):
    chance = Random(11)
    found = fmean(run_length(chart, 0, chance, 2500) for _ in range(100))
    assert found == pytest.approx(promised, rel=0.3)


@settings(deadline=None)
@given(numbers)
def test_turning_the_values_over_turns_both_charts_over(values):
    turned = [-each for each in values]
    for one, other in zip(cusum(values, STANDARD), cusum(turned, STANDARD), strict=True):
        assert (one.up, one.up_for, one.above) == (other.down, other.down_for, other.below)
    for one, other in zip(ewma(values, STANDARD), ewma(turned, STANDARD), strict=True):
        assert one.average == -other.average
        assert one.above == other.below


@settings(deadline=None)
@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e3), st.integers(0, 50))
def test_a_metric_at_its_baseline_never_alarms(mean, deviation, length):
    level = Baseline(mean, deviation, 100)
    assert all((each.up, each.down) == (0, 0) for each in cusum([mean] * length, level))
    assert not any(each.above or each.below for each in ewma([mean] * length, level))


@settings(deadline=None)
@given(numbers, st.integers(-100, 100), st.sampled_from([0.25, 0.5, 2.0, 8.0]))
def test_a_cusum_does_not_depend_on_the_unit(values, shift, scale):
    moved = [shift + scale * each for each in values]
    for one, other in zip(cusum(values, STANDARD), cusum(moved, Baseline(shift, scale, 1000)), strict=True):
        assert (one.up, one.down) == pytest.approx((other.up, other.down), abs=1e-6)


@settings(deadline=None)
@given(numbers)
def test_sums_are_never_negative_and_a_larger_allowance_never_adds_to_them(values):
    for narrow, wide in zip(
        cusum(values, STANDARD, allowance=0.25), cusum(values, STANDARD, allowance=0.75), strict=True
    ):
        assert 0 <= wide.up <= narrow.up
        assert 0 <= wide.down <= narrow.down


@settings(deadline=None)
@given(st.floats(0.01, 1), st.integers(2, 60))
def test_the_limits_of_an_ewma_widen_towards_their_last_width(weight, length):
    highs = [each.high for each in ewma([0] * length, STANDARD, weight=weight, width=3)]
    assert all(low <= high + 1e-12 for low, high in pairwise(highs))
    assert highs[-1] <= 3 * math.sqrt(weight / (2 - weight)) + 1e-12


def test_a_weight_of_one_is_the_plain_chart_of_single_values():
    points = ewma([1, -4, 2], STANDARD, weight=1, width=3)
    assert [(each.average, each.high) for each in points] == [(1, 3), (-4, 3), (2, 3)]
    assert [each.below for each in points] == [False, True, False]


def test_a_short_baseline_says_that_its_alarms_should_not_be_believed():
    assert baseline_of([1, 2, 3]).withheld == "The baseline holds 3 of the 20 points that an alarm needs."
    assert baseline_of(range(20)).withheld == ""
    assert baseline_of([1, 2, 3]) == Baseline(mean=2, deviation=1, points=3)


@pytest.mark.realdata
def test_limits_of_a_real_model_are_the_published_ones(real_data):
    chunks = performance(real_data)
    for metric in ("roc_auc", "f1", "accuracy", "precision", "recall"):
        low, high = reference_limits(values_of(chunks, metric, "reference"))
        assert low == close(float(chunks[0][f"{metric}.lower_threshold"]))
        assert high == close(float(chunks[0][f"{metric}.upper_threshold"]))
        alarms = [not low <= each <= high for each in values_of(chunks, metric, "analysis")]
        published = [each[f"{metric}.alert"] == "True" for each in chunks if is_in(each, "analysis")]
        assert alarms == published


@pytest.mark.realdata
def test_limits_of_a_real_models_drift_are_the_published_ones_for_every_input(real_data):
    with (real_data / "drift" / "ma_employment_univariate_drift.csv").open(newline="") as file:
        chunks = list(csv.DictReader(file))
    measured = [name for name in chunks[0] if name.endswith(".jensen_shannon.value")]
    assert len(measured) > 10
    for name in measured:
        threshold = name.replace(".value", ".upper_threshold")
        reference = [float(each[name]) for each in chunks if each["chunk.chunk.period"] == "reference"]
        assert reference_limits(reference)[1] == close(float(chunks[0][threshold]))


@pytest.mark.realdata
def test_both_charts_see_a_real_models_slide_before_any_single_value_passes_its_limits(real_data):
    chunks = performance(real_data)
    baseline = baseline_of(values_of(chunks, "roc_auc", "reference"))
    assert baseline.withheld == "The baseline holds 14 of the 20 points that an alarm needs."
    values = values_of(chunks, "roc_auc", "analysis")
    keys = [each["chunk.key"] for each in chunks if is_in(each, "analysis")]
    fall = keys.index("[135000:139999]")
    for chart in (cusum, ewma):
        points = chart(values, baseline)
        assert points[fall].below
        assert first(points, "below") - 1 < fall


def performance(real_data):
    path = real_data / "drift" / "ma_employment_realized_performance.csv"
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def is_in(chunk, period):
    return chunk["chunk.period"] == period


def values_of(chunks, metric, period):
    return [float(each[f"{metric}.value"]) for each in chunks if is_in(each, period)]


@pytest.mark.parametrize(
    ("attempt", "reason"),
    [
        (lambda: baseline_of([1]), Reason.TOO_FEW),
        (lambda: baseline_of([1, 1, 1]), Reason.NO_SPREAD),
        (lambda: baseline_of([1, math.nan]), Reason.NOT_A_NUMBER),
        (lambda: reference_limits([1, math.inf]), Reason.INFINITE),
        (lambda: Baseline(math.nan, 1, 20), Reason.NOT_A_NUMBER),
        (lambda: Baseline(0, -1, 20), Reason.NEGATIVE),
        (lambda: cusum([0, math.nan], STANDARD), Reason.NOT_A_NUMBER),
        (lambda: cusum([math.inf], STANDARD), Reason.INFINITE),
        (lambda: cusum([1e300], Baseline(0, 1e-300, 20)), Reason.INFINITE),
        (lambda: cusum([], STANDARD, allowance=-1), Reason.OUT_OF_RANGE),
        (lambda: cusum([], STANDARD, decision=0), Reason.NO_SPREAD),
        (lambda: ewma([math.nan], STANDARD), Reason.NOT_A_NUMBER),
        (lambda: ewma([], STANDARD, weight=1.5), Reason.OUT_OF_RANGE),
        (lambda: ewma([], STANDARD, weight=0), Reason.NO_SPREAD),
        (lambda: ewma([], STANDARD, width=math.nan), Reason.NOT_A_NUMBER),
        (lambda: ewma([], Baseline(0, 1e300, 20), width=1e300), Reason.INFINITE),
    ],
)
def test_what_has_no_honest_number_is_refused_by_name(attempt, reason):
    with pytest.raises(NotMeasurable) as refused:
        attempt()
    assert refused.value.reason is reason
