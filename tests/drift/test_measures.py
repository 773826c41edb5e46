"""Drift: the golden numbers, what each measure promises whatever the counts, and what is refused or withheld."""

import csv
import math
from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from registry.drift.rules.measures import (
    Band,
    Measure,
    Moments,
    Verdict,
    jensen_shannon,
    kolmogorov_smirnov,
    mean_shift,
    psi,
    wasserstein,
)
from registry.monitoring.rules.refusals import NotMeasurable, Reason

E, A = (25, 25, 25, 25), (20, 30, 30, 20)
# x = 1..5 and y = 2, 3, 4, 5, 9 in bins of width one around each whole number.
X, Y = (1, 1, 1, 1, 1, 0, 0, 0, 0), (0, 1, 1, 1, 1, 0, 0, 0, 1)
AROUND = [each + 0.5 for each in range(10)]
JS = [each for each in Measure if each.value.startswith("js_")]


def close(value):
    return pytest.approx(value, abs=1e-9, rel=0)


def js(variant):
    return lambda reference, current: jensen_shannon(reference, current, variant)


def lengths(reference, current):
    return wasserstein(reference, current, range(len(reference) + 1))


OF_COUNTS = [psi, *(js(each) for each in JS), kolmogorov_smirnov, lengths]


@st.composite
def histograms(draw, least=1):
    bins = draw(st.integers(2, 12))
    return tuple(
        draw(st.lists(st.integers(least, 10**6), min_size=bins, max_size=bins).filter(any)) for _ in "ea"
    )


def test_psi_of_the_golden_shares():
    assert psi(E, A).value == close(0.0405465108)
    assert psi(E, A).value == close(0.1 * math.log(1.5))


@pytest.mark.parametrize(
    ("variant", "golden"),
    [
        (Measure.JS_DIVERGENCE_NAT, 0.0050593899),
        (Measure.JS_DIVERGENCE_BIT, 0.0072991568),
        (Measure.JS_DISTANCE_NAT, 0.0711293884),
        (Measure.JS_DISTANCE_BIT, 0.0854351026),
    ],
)
def test_jensen_shannon_of_the_golden_shares_in_each_variant(variant, golden):
    found = jensen_shannon(E, A, variant)
    assert found.value == close(golden)
    assert found.measure is variant


def test_kolmogorov_smirnov_of_the_golden_samples():
    assert kolmogorov_smirnov(X, Y).value == close(0.2)


def test_wasserstein_of_the_golden_samples():
    assert wasserstein(X, Y, AROUND).value == close(1.6)


@pytest.mark.parametrize(
    ("size", "golden", "places"),
    [(50, 0.677, 3), (100, 0.338, 3), (200, 0.169, 3), (500, 0.068, 3), (5000, 0.0068, 4)],
)
def test_the_critical_psi_of_ten_bins_is_that_of_the_table(size, golden, places):
    assert round(psi([size // 10] * 10, [size // 10] * 10).critical, places) == golden


def test_the_same_psi_means_chance_in_few_cases_and_drift_in_many():
    few, more = psi([10] * 10, [5, 15] * 5), psi([100] * 10, [50, 150] * 5)
    assert few.value == pytest.approx(more.value)
    assert few.band is more.band is Band.SIGNIFICANT
    assert (few.verdict, more.verdict) == (Verdict.CHANCE, Verdict.DRIFT)


def test_what_passes_chance_but_is_little_by_custom_is_called_slight():
    found = psi([5000, 5000], [5500, 4500])
    assert (found.band, found.verdict) == (Band.LITTLE, Verdict.SLIGHT)


@pytest.mark.parametrize(
    ("value", "band"),
    [(0.0999, Band.LITTLE), (0.1001, Band.MODERATE), (0.2499, Band.MODERATE), (0.2501, Band.SIGNIFICANT)],
)
def test_the_bands_of_psi_turn_at_a_tenth_and_a_quarter(value, band):
    low, high = 0.0, 0.499
    while high - low > 1e-10:  # how far two even bins must lean apart for that index
        lean = (low + high) / 2
        index = 4 * lean * math.log((0.5 + lean) / (0.5 - lean))
        low, high = (lean, high) if index < value else (low, lean)
    more, less = (round((0.5 + each) * 10**9) for each in (low, -low))
    found = psi([more, less], [less, more])
    assert found.value == pytest.approx(value, abs=1e-7)
    assert found.band is band


@pytest.mark.parametrize("variant", JS)
def test_a_jensen_shannon_distance_of_a_tenth_is_significant_in_every_variant(variant):
    assert jensen_shannon([500, 500], [640, 360], variant).band is Band.SIGNIFICANT
    assert jensen_shannon([500, 500], [600, 400], variant).band is Band.LITTLE
    assert jensen_shannon([500, 500], [600, 400], variant).verdict is Verdict.SLIGHT


def test_without_drift_about_one_in_twenty_passes_the_critical_value():
    chance, bins, rounds = Random(1), 5, 600
    beyond = {"psi": 0, "js": 0, "ks": 0, "w1": 0}
    for _ in range(rounds):
        e, a = ([0] * bins for _ in range(2))
        for counted, cases in ((e, 400), (a, 200)):
            for place in chance.choices(range(bins), k=cases):
                counted[place] += 1
        for name, found in zip(
            beyond, (psi(e, a), jensen_shannon(e, a), kolmogorov_smirnov(e, a), lengths(e, a)), strict=True
        ):
            beyond[name] += found.verdict is not Verdict.CHANCE
    assert 0.03 < beyond["psi"] / rounds < 0.07
    assert 0.03 < beyond["js"] / rounds < 0.07
    assert beyond["ks"] / rounds < 0.05, "gaps inside bins go unseen: cautious"
    assert 0.03 < beyond["w1"] / rounds < 0.07


@pytest.mark.parametrize("weights", [[1] * 20, [2.0**-each for each in range(12)], [1, 0, 0, 0, 9], [1, 1]])
def test_the_chance_of_an_area_is_about_as_stated_whatever_the_shape(weights):
    chance, rounds, beyond = Random(5), 500, 0
    edges = [1.5**each for each in range(len(weights) + 1)]
    for _ in range(rounds):
        e, a = ([0] * len(weights) for _ in range(2))
        for counted, cases in ((e, 300), (a, 150)):
            for place in chance.choices(range(len(weights)), weights, k=cases):
                counted[place] += 1
        beyond += wasserstein(e, a, edges).verdict is not Verdict.CHANCE
    assert 0.02 < beyond / rounds < 0.08


@pytest.mark.parametrize("measure", OF_COUNTS)
@settings(deadline=None)
@given(pair=histograms())
def test_each_measure_is_the_same_both_ways_and_never_negative(measure, pair):
    e, a = pair
    assert measure(e, a).value == pytest.approx(measure(a, e).value, rel=1e-12, abs=1e-15)
    assert measure(e, a).value >= 0


@pytest.mark.parametrize("measure", OF_COUNTS)
@settings(deadline=None)
@given(pair=histograms(least=0), times=st.integers(1, 1000))
def test_equal_shares_have_no_drift_however_many_cases(measure, pair, times):
    found = measure(pair[0], [each * times for each in pair[0]])
    assert found.value == pytest.approx(0, abs=1e-12)
    assert found.band is Band.LITTLE
    assert found.verdict in {Verdict.CHANCE, Verdict.WITHHELD}


@pytest.mark.parametrize("measure", OF_COUNTS[:-1])
@settings(deadline=None)
@given(pair=histograms())
def test_merging_bins_never_adds_to_psi_divergence_or_the_largest_gap(measure, pair):
    merged = [(each[0] + each[1], *each[2:]) for each in pair]
    assert measure(*merged).value <= measure(*pair).value + 1e-12


@settings(deadline=None)
@given(pair=histograms())
def test_dividing_bins_in_the_same_proportion_on_both_sides_changes_nothing(pair):
    finer = [[part for each in side for part in (each, 3 * each)] for side in pair]
    coarser = [[4 * each for each in side] for side in pair]
    for measure in (psi, *(js(each) for each in JS), kolmogorov_smirnov):
        assert measure(*finer).value == pytest.approx(measure(*coarser).value, rel=1e-9, abs=1e-12)
    coarse_edges = range(len(coarser[0]) + 1)
    fine_edges = sorted({*coarse_edges, *(each + 0.25 for each in coarse_edges[:-1])})
    assert wasserstein(*finer, fine_edges).value == pytest.approx(
        wasserstein(*coarser, coarse_edges).value, rel=1e-9, abs=1e-12
    )


@settings(deadline=None)
@given(pair=histograms(least=0))
def test_jensen_shannon_and_the_largest_gap_have_their_bounds(pair):
    assert 0 <= jensen_shannon(*pair, Measure.JS_DIVERGENCE_NAT).value <= math.log(2)
    assert 0 <= jensen_shannon(*pair, Measure.JS_DISTANCE_BIT).value <= 1
    assert 0 <= kolmogorov_smirnov(*pair).value <= 1
    edges = range(len(pair[0]) + 1)
    assert wasserstein(*pair, edges).value <= len(pair[0]) * kolmogorov_smirnov(*pair).value + 1e-12


@settings(deadline=None)
@given(pair=histograms(least=0), shift=st.floats(-1e6, 1e6), scale=st.floats(1e-3, 1e3))
def test_wasserstein_follows_the_unit_and_normalised_does_not(pair, shift, scale):
    edges = range(len(pair[0]) + 1)
    moved = [shift + scale * each for each in edges]
    assume(all(b - a > scale / 2 for a, b in pairwise(moved)))
    assert wasserstein(*pair, moved).value == pytest.approx(
        scale * wasserstein(*pair, edges).value, rel=1e-4, abs=1e-9
    )
    if scale >= 0.01:
        assert wasserstein(*pair, moved, normalised=True).value == pytest.approx(
            wasserstein(*pair, edges, normalised=True).value, rel=1e-4, abs=1e-9
        )


def test_disjoint_samples_are_as_far_apart_as_can_be():
    assert jensen_shannon([9, 0], [0, 9], Measure.JS_DIVERGENCE_BIT).value == close(1)
    assert kolmogorov_smirnov([9, 0], [0, 9]).value == 1
    assert wasserstein([9, 0], [0, 9], [0, 1, 2]).value == close(1)


def test_gaps_that_change_sign_inside_a_bin_are_measured_on_both_sides():
    # The running shares cross in the middle bin: 0 to .3, .3 to -.3, -.3 to 0.
    assert wasserstein([6, 1, 3], [3, 7, 0], [0, 1, 2, 3]).value == close(0.15 + 0.15 + 0.15)


def test_normalised_wasserstein_divides_by_the_deviation_of_the_reference():
    # Spread evenly over 0 to 12 the deviation is 12 / sqrt(12).
    found = wasserstein([10, 10], [5, 15], [0, 6, 12], normalised=True)
    assert found.value == close(wasserstein([10, 10], [5, 15], [0, 6, 12]).value / math.sqrt(12))


def test_a_mean_shift_is_signed_and_judged_by_both_samples_own_spread():
    before = Moments(cases=400, mean=10, deviation=2)
    down = mean_shift(before, Moments(cases=100, mean=9, deviation=4))
    assert down.value == close(-0.5)
    assert down.critical == close(1.959963984540054 * math.sqrt(1 / 400 + 4 / 100))
    assert (down.band, down.verdict) == (Band.MODERATE, Verdict.DRIFT)
    assert mean_shift(before, replace(before, mean=10.1)).verdict is Verdict.CHANCE
    assert mean_shift(before, replace(before, mean=10.3)).verdict is Verdict.SLIGHT
    assert mean_shift(before, replace(before, cases=29, mean=20)).verdict is Verdict.WITHHELD


def test_a_verdict_is_withheld_where_bins_would_hold_too_few_and_says_which():
    found = psi([30, 3], [60, 5])
    assert found.verdict is Verdict.WITHHELD
    assert (
        found.withheld
        == "Without drift bin 2 would hold 2.7 of the 5 cases that a verdict needs in the smaller sample."
    )
    assert psi([30, 30], [60, 5]).verdict is Verdict.DRIFT
    assert jensen_shannon([9], [9]).withheld.startswith("Every case falls into the same bin")
    assert (
        kolmogorov_smirnov(X, Y).withheld
        == "The smaller sample holds 5 of the 30 cases that a verdict needs."
    )
    assert wasserstein(X, Y, AROUND).verdict is Verdict.WITHHELD
    for measure in OF_COUNTS:
        assert measure([0, 99], [0, 99]).withheld.startswith("Every case falls into the same bin")


def test_bins_empty_on_both_sides_change_nothing():
    bare, padded = psi([50, 50], [30, 70]), psi([50, 0, 50], [30, 0, 70])
    assert (padded.value, padded.critical, padded.withheld) == (bare.value, bare.critical, "")


def test_a_bin_empty_on_one_side_needs_declared_cases_which_stay_with_the_result():
    with pytest.raises(NotMeasurable, match="Bin 2 is empty on one side only") as refused:
        psi([5, 5], [10, 0])
    assert refused.value.reason is Reason.EMPTY_BIN
    mended = psi([5, 5], [10, 0], added=0.5)
    assert mended.added == 0.5
    assert mended.value == close((10.5 / 11 - 0.5) * math.log(21))


@pytest.mark.parametrize("measure", OF_COUNTS)
@pytest.mark.parametrize(
    ("reference", "current", "reason"),
    [
        ([1, 2], [1, 2, 3], Reason.BINS_DIFFER),
        ([1, -2], [1, 2], Reason.NEGATIVE),
        ([1, 2], [1, 2.5], Reason.NOT_WHOLE),
        ([1, math.nan], [1, 2], Reason.NOT_A_NUMBER),
        ([1, 2], [1, math.inf], Reason.INFINITE),
        ([1, 2], [0, 0], Reason.NO_CASES),
        ([], [], Reason.NO_CASES),
        ([1, 10**400], [1, 2], Reason.INFINITE),
        ([1, 2**60], [1, 2], Reason.OUT_OF_RANGE),
    ],
)
def test_what_is_no_pair_of_histograms_is_refused_by_name(measure, reference, current, reason):
    with pytest.raises(NotMeasurable) as refused:
        measure(reference, current)
    assert refused.value.reason is reason


@pytest.mark.parametrize(
    ("edges", "reason"),
    [
        ([0, 1], Reason.BINS_DIFFER),
        ([0, 1, 1], Reason.EDGES_DISORDERED),
        ([0, 2, 1], Reason.EDGES_DISORDERED),
        ([0, 1, math.inf], Reason.INFINITE),
        ([math.nan, 1, 2], Reason.NOT_A_NUMBER),
        ([-1.7e308, 0, 1.7e308], Reason.INFINITE),
    ],
)
def test_edges_that_are_no_edges_are_refused_by_name(edges, reason):
    with pytest.raises(NotMeasurable) as refused:
        wasserstein([1, 2], [1, 2], edges)
    assert refused.value.reason is reason


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"mean": math.nan}, Reason.NOT_A_NUMBER),
        ({"mean": -math.inf}, Reason.INFINITE),
        ({"deviation": 0.0}, Reason.NO_SPREAD),
        ({"deviation": -1.0}, Reason.NEGATIVE),
        ({"cases": 0}, Reason.NO_CASES),
    ],
)
def test_a_reference_without_a_mean_or_a_spread_is_refused_by_name(changed, reason):
    whole = Moments(cases=40, mean=1.0, deviation=1.0)
    with pytest.raises(NotMeasurable) as refused:
        mean_shift(replace(whole, **changed), whole)
    assert refused.value.reason is reason


@pytest.mark.parametrize("level", [0, 1, -0.1, math.nan])
def test_a_level_that_is_no_probability_is_refused(level):
    with pytest.raises(NotMeasurable):
        psi(E, A, level=level)


def test_a_variant_of_another_measure_is_refused():
    with pytest.raises(ValueError, match="no variant"):
        jensen_shannon(E, A, Measure.PSI)


@pytest.mark.realdata
def test_real_scores_drift_between_young_and_old_and_not_between_halves_taken_in_turn(real_data):
    with (real_data / "fairness" / "compas_for_aequitas.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))

    def scores(some):
        high = sum(float(each["score"]) == 1 for each in some)
        return [len(some) - high, high]

    young, old = (
        scores([each for each in rows if each["age_cat"] == said])
        for said in ("Less than 25", "Greater than 45")
    )
    for measure in (psi, jensen_shannon, kolmogorov_smirnov, lengths):
        assert measure(young, old).verdict is Verdict.DRIFT
        assert measure(scores(rows[::2]), scores(rows[1::2])).verdict is Verdict.CHANCE
