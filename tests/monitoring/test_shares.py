"""Shares: the golden interval, exact tests however lopsided, and what is no share."""

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.monitoring.rules.refusals import NotMeasurable, Reason
from registry.monitoring.rules.shares import (
    SignificanceTest,
    chance_of_difference,
    fisher_exact,
    two_proportions,
    wilson,
)

F = Fraction

few_cases = st.integers(0, 40)
parts = st.integers(1, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def close(value):
    return pytest.approx(value, abs=1e-9, rel=0)


def test_wilson_of_the_golden_share():
    low, high = wilson(45, 50)
    assert (round(low, 5), round(high, 5)) == (0.78640, 0.95652)
    # Its ends solve (p - k/n)^2 = z^2 p (1 - p) / n, which is how Wilson defined them.
    for end in (low, high):
        assert (end - 0.9) ** 2 == close(1.959963984540054**2 * end * (1 - end) / 50)


@settings(deadline=None)
@given(parts)
def test_wilson_holds_the_share_and_stays_between_nothing_and_all(part):
    low, high = wilson(*part)
    assert 0 <= low <= part[0] / part[1] <= high <= 1


@settings(deadline=None)
@given(parts, st.integers(2, 100))
def test_wilson_narrows_with_more_cases_and_with_less_certainty(part, times):
    counts, among = part
    low, high = wilson(counts, among)
    more = wilson(counts * times, among * times)
    looser = wilson(counts, among, level=0.2)
    assert more[1] - more[0] < high - low
    assert looser[1] - looser[0] < high - low


@settings(deadline=None)
@given(st.integers(1, 1000).flatmap(lambda n: st.tuples(st.integers(0, n - 1), st.just(n))))
def test_wilson_moves_up_with_every_case_counted(part):
    counts, among = part
    assert wilson(counts, among)[0] < wilson(counts + 1, among)[0]
    assert wilson(counts, among)[1] < wilson(counts + 1, among)[1] or counts + 1 == among


def test_fisher_of_the_lady_who_tasted_tea():
    assert fisher_exact(3, 4, 1, 4) == F(34, 70)
    assert fisher_exact(4, 4, 0, 4) == F(2, 70)
    assert fisher_exact(0, 5, 0, 5) == 1


@settings(deadline=None)
@given(few_cases, few_cases, few_cases, few_cases)
def test_fisher_is_a_probability_the_same_both_ways(a, b, c, d):
    if a + b and c + d:
        p = fisher_exact(a, a + b, c, c + d)
        assert 0 < p <= 1
        assert p == fisher_exact(c, c + d, a, a + b) == fisher_exact(b, a + b, d, c + d)


@settings(deadline=None)
@given(few_cases, few_cases, few_cases, few_cases)
def test_fisher_counts_every_table_as_rare_as_the_one_seen(a, b, c, d):
    if a + b and c + d:
        tables = [
            math.comb(a + b, k) * math.comb(c + d, a + c - k)
            for k in range(min(a + b, a + c) + 1)
            if a + c - k >= 0
        ]
        seen = math.comb(a + b, a) * math.comb(c + d, c)
        assert fisher_exact(a, a + b, c, c + d) == F(sum(x for x in tables if x <= seen), sum(tables))


def test_a_small_group_beside_millions_is_judged_exactly_and_at_once():
    p, test = chance_of_difference(0, 8, 600_000, 1_000_000)
    assert test is SignificanceTest.FISHER_EXACT
    # Nobody of eight is the one rarest table: 0.4 ** 8, where all eight would be 0.6 ** 8.
    assert p == pytest.approx(0.4**8, rel=1e-3)
    assert chance_of_difference(2, 900_000, 3, 9)[1] is SignificanceTest.FISHER_EXACT


def test_two_large_groups_are_judged_by_the_test_of_two_proportions():
    assert chance_of_difference(30, 100, 50, 100) == (
        two_proportions(30, 100, 50, 100)[1],
        SignificanceTest.TWO_PROPORTIONS,
    )
    assert chance_of_difference(1, 10, 8, 10)[1] is SignificanceTest.FISHER_EXACT


@settings(deadline=None)
@given(few_cases, few_cases, few_cases, few_cases)
def test_two_proportions_turn_their_sign_with_the_sides(a, b, c, d):
    if a + b and c + d and 0 < a + c < a + b + c + d:
        z, p = two_proportions(a, a + b, c, c + d)
        assert two_proportions(c, c + d, a, a + b) == (-z, p)
        assert 0 < p <= 1


@pytest.mark.parametrize(
    ("attempt", "reason"),
    [
        (lambda: wilson(0, 0), Reason.NO_CASES),
        (lambda: wilson(3, 2), Reason.OUT_OF_RANGE),
        (lambda: two_proportions(5, 5, 7, 7), Reason.NO_SPREAD),
        (lambda: two_proportions(0, 5, 0, 0), Reason.NO_CASES),
        (lambda: fisher_exact(6_000, 12_000, 6_000, 12_000), Reason.OUT_OF_RANGE),
        (lambda: fisher_exact(0, 0, 1, 2), Reason.NO_CASES),
        (lambda: chance_of_difference(3, 2, 1, 2), Reason.OUT_OF_RANGE),
    ],
)
def test_what_is_no_share_is_refused_by_name(attempt, reason):
    with pytest.raises(NotMeasurable) as refused:
        attempt()
    assert refused.value.reason is reason
