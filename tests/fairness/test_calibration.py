"""Calibration: worked examples, the published counts of COMPAS, and what holds whatever the forecasts."""

import csv
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.fairness.rules.calibration import (
    Bin,
    Scheme,
    binned,
    brier,
    brier_parts,
    calibration_error,
)
from registry.monitoring.rules.refusals import NotMeasurable, Reason

cases = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60)
schemes = st.sampled_from(Scheme)


def close(value):
    return pytest.approx(value, abs=1e-9, rel=0)


def test_brier_is_the_mean_of_squared_misses():
    assert brier([0.9, 0.2, 0.5], [True, False, True]) == close((0.01 + 0.04 + 0.25) / 3)
    assert brier([1, 0], [True, False]) == 0
    assert brier([0, 1], [True, False]) == 1


def test_expected_calibration_error_weighs_each_gap_by_its_cases():
    found = calibration_error([Bin(60, 30, 36.0), Bin(40, 36, 32.0)], Scheme.EQUAL_WIDTH, 10)
    assert found.expected == close(0.6 * 0.1 + 0.4 * 0.1)
    assert found.largest == close(0.1)
    assert (found.scheme, found.bins, found.cases, found.withheld) == (Scheme.EQUAL_WIDTH, 10, 100, "")


def test_a_gap_tells_too_timid_from_too_bold():
    assert Bin(10, 8, 6.0).gap == close(0.2)
    assert Bin(10, 4, 6.0).gap == close(-0.2)


def test_murphys_parts_add_up_to_the_brier_score_where_a_bin_holds_one_forecast():
    forecasts = [0.1] * 10 + [0.6] * 10 + [0.9] * 5
    outcomes = [True] * 2 + [False] * 8 + [True] * 7 + [False] * 3 + [True] * 5
    parts = brier_parts(binned(forecasts, outcomes, Scheme.EQUAL_WIDTH, 10))
    assert parts.reliability == close((10 * 0.01 + 10 * 0.01 + 5 * 0.01) / 25)
    assert parts.uncertainty == close(14 / 25 * 11 / 25)
    assert parts.brier == close(brier(forecasts, outcomes))


def test_bins_of_equal_width_hold_their_upper_end_and_the_first_also_nothing():
    found = binned([0, 0.1, 0.10001, 0.3, 0.7, 1], [False] * 6, Scheme.EQUAL_WIDTH, 10)
    assert [each.cases for each in found] == [2, 1, 1, 1, 1]
    assert found[1].forecast_sum == close(0.10001)


@pytest.mark.parametrize("bins", range(1, 60))
def test_an_end_of_a_bin_falls_below_it_however_it_is_rounded(bins):
    ends = [place / bins for place in range(1, bins + 1)]
    assert [each.cases for each in binned(ends, [True] * bins, Scheme.EQUAL_WIDTH, bins)] == [1] * bins


def test_bins_of_equal_mass_hold_as_many_each_and_never_part_equal_forecasts():
    found = binned([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], [True] * 6, Scheme.EQUAL_MASS, 3)
    assert [each.cases for each in found] == [2, 2, 2]
    tied = binned([0.5, 0.5, 0.5, 0.9], [True, False, True, True], Scheme.EQUAL_MASS, 2)
    assert [(each.cases, each.came_true) for each in tied] == [(3, 2), (1, 1)]


def test_few_cases_give_a_number_and_say_that_it_should_not_be_judged():
    found = calibration_error([Bin(99, 50, 50.0)], Scheme.EQUAL_MASS, 5)
    assert found.withheld == "There are 99 of the 100 cases that a judgement needs."


@settings(deadline=None)
@given(cases, schemes, st.integers(1, 20))
def test_every_case_stands_in_one_bin_whatever_the_order(pairs, scheme, count):
    forecasts, outcomes = zip(*pairs, strict=True)
    bins = binned(forecasts, outcomes, scheme, count)
    assert sum(each.cases for each in bins) == len(pairs)
    assert sum(each.came_true for each in bins) == sum(outcomes)
    assert len(bins) <= count
    assert bins == binned(forecasts[::-1], outcomes[::-1], scheme, count)


@settings(deadline=None)
@given(cases, schemes, st.integers(1, 20))
def test_errors_have_their_bounds_and_the_largest_gap_is_the_larger(pairs, scheme, count):
    forecasts, outcomes = zip(*pairs, strict=True)
    found = calibration_error(binned(forecasts, outcomes, scheme, count), scheme, count)
    assert 0 <= found.expected <= found.largest + 1e-12
    assert found.largest <= 1
    assert 0 <= brier(forecasts, outcomes) <= 1


@settings(deadline=None)
@given(cases, schemes, st.integers(2, 20))
def test_merging_all_bins_never_adds_to_the_expected_error(pairs, scheme, count):
    forecasts, outcomes = zip(*pairs, strict=True)
    one, many = (
        calibration_error(binned(forecasts, outcomes, scheme, each), scheme, each) for each in (1, count)
    )
    assert one.expected <= many.expected + 1e-12


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10), st.booleans()), min_size=1, max_size=60))
def test_murphys_parts_always_add_up_for_forecasts_in_tenths(pairs):
    forecasts, outcomes = [tenths / 10 for tenths, _ in pairs], [each for _, each in pairs]
    groups = {
        p: [y for q, y in zip(forecasts, outcomes, strict=True) if q == p] for p in sorted(set(forecasts))
    }
    parts = brier_parts([Bin(len(ys), sum(ys), min(p * len(ys), len(ys))) for p, ys in groups.items()])
    assert parts.brier == close(brier(forecasts, outcomes))
    assert 0 <= parts.resolution <= parts.uncertainty + 1e-12


@pytest.mark.realdata
def test_the_brier_score_of_compas_is_its_published_share_of_mistakes(real_data):
    with (real_data / "fairness" / "compas_for_aequitas.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    forecasts, outcomes = (
        [float(each["score"]) for each in rows],
        [each["label_value"] == "1" for each in rows],
    )
    tn, fp, fn, tp = 2681, 1282, 1216, 2035
    total = tn + fp + fn + tp
    assert brier(forecasts, outcomes) == close((fp + fn) / total)
    bins = binned(forecasts, outcomes, Scheme.EQUAL_WIDTH, 10)
    assert bins == (Bin(tn + fn, fn, 0.0), Bin(tp + fp, tp, float(tp + fp)))
    assert calibration_error(bins, Scheme.EQUAL_WIDTH, 10).expected == close((fp + fn) / total)
    assert calibration_error(bins, Scheme.EQUAL_WIDTH, 10).largest == close(fp / (tp + fp))
    assert brier_parts(bins).brier == close((fp + fn) / total)


@pytest.mark.parametrize(
    ("attempt", "reason"),
    [
        (lambda: brier([], []), Reason.NO_CASES),
        (lambda: brier([0.5], []), Reason.BINS_DIFFER),
        (lambda: brier([math.nan], [True]), Reason.NOT_A_NUMBER),
        (lambda: brier([math.inf], [True]), Reason.INFINITE),
        (lambda: brier([1.01], [True]), Reason.OUT_OF_RANGE),
        (lambda: brier([0.5], [2]), Reason.OUT_OF_RANGE),
        (lambda: brier([0.5], [math.nan]), Reason.OUT_OF_RANGE),
        (lambda: binned([0.5], [True], Scheme.EQUAL_MASS, 0), Reason.OUT_OF_RANGE),
        (lambda: Bin(2, 3, 1.0), Reason.OUT_OF_RANGE),
        (lambda: Bin(2, 1, 2.5), Reason.OUT_OF_RANGE),
        (lambda: Bin(2, 1, math.nan), Reason.NOT_A_NUMBER),
        (lambda: brier_parts([]), Reason.NO_CASES),
        (lambda: brier_parts([Bin(0, 0, 0.0), Bin(1, 1, 1.0)]), Reason.EMPTY_BIN),
        (lambda: calibration_error([Bin(1, 1, 1.0)] * 3, Scheme.EQUAL_MASS, 2), Reason.BINS_DIFFER),
    ],
)
def test_what_has_no_honest_number_is_refused_by_name(attempt, reason):
    with pytest.raises(NotMeasurable) as refused:
        attempt()
    assert refused.value.reason is reason
