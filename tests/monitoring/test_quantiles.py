"""Tails and quantiles against closed forms and the printed tables."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.monitoring.rules.quantiles import (
    chi_square_critical,
    chi_square_tail,
    kolmogorov_critical,
    kolmogorov_tail,
    normal_one_sided,
    normal_tails,
    normal_two_sided,
)
from registry.monitoring.rules.refusals import NotMeasurable


@pytest.mark.parametrize(
    ("degrees", "level", "printed"),
    [
        (1, 0.05, 3.841),
        (2, 0.05, 5.991),
        (9, 0.05, 16.919),
        (9, 0.01, 21.666),
        (30, 0.05, 43.773),
        (100, 0.05, 124.342),
    ],
)
def test_chi_square_is_that_of_the_printed_tables(degrees, level, printed):
    assert round(chi_square_critical(level, degrees), 3) == printed


def test_chi_square_of_one_and_two_degrees_has_its_closed_forms():
    assert chi_square_critical(0.05, 1) == pytest.approx(normal_two_sided(0.05) ** 2, abs=1e-9)
    assert chi_square_critical(0.05, 2) == pytest.approx(-2 * math.log(0.05), abs=1e-12)


@settings(deadline=None)
@given(st.floats(0, 1e5), st.floats(0, 1e5), st.integers(1, 500))
def test_the_tail_of_chi_square_falls_and_stays_a_probability(one, other, degrees):
    low, high = sorted((one, other))
    assert 0 <= chi_square_tail(high, degrees) <= chi_square_tail(low, degrees) + 1e-9 <= 1 + 1e-9


@settings(deadline=None)
@given(st.floats(1e-9, 1 - 1e-9), st.integers(1, 300))
def test_the_critical_value_has_the_tail_it_was_asked_for(level, degrees):
    assert chi_square_tail(chi_square_critical(level, degrees), degrees) == pytest.approx(level, rel=1e-6)


def test_kolmogorov_is_that_of_the_printed_tables_and_its_two_series_meet():
    assert [round(kolmogorov_critical(level), 4) for level in (0.10, 0.05, 0.01)] == [1.2238, 1.3581, 1.6276]
    assert kolmogorov_tail(math.nextafter(1, 0)) == pytest.approx(kolmogorov_tail(1), abs=1e-14)
    assert kolmogorov_tail(0) == kolmogorov_tail(0.039) == 1


def test_the_normal_has_its_tails():
    assert normal_one_sided(0.05) == pytest.approx(1.6448536269514722, abs=1e-12)
    assert normal_two_sided(0.05) == pytest.approx(1.959963984540054, abs=1e-12)
    assert normal_tails(-1.959963984540054) == pytest.approx(0.05, abs=1e-12)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_is_not_finite_has_no_tail(value):
    for tail in (lambda x: chi_square_tail(x, 3), kolmogorov_tail, normal_tails):
        with pytest.raises(NotMeasurable):
            tail(value)


def test_chi_square_without_degrees_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        chi_square_tail(1, 0)
