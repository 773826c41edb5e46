"""A share of cases: its interval, and whether two of them differ by more than chance"""

import math
from enum import StrEnum
from fractions import Fraction
from typing import Final

from registry.monitoring.rules.quantiles import normal_tails, normal_two_sided
from registry.monitoring.rules.refusals import NotMeasurable, Reason, counted

LEVEL: Final = 0.05
FEWEST_EXPECTED: Final = 5  # per cell, for the normal limit (Cochran 1954)
LARGEST_MARGIN: Final = 5_000  # beyond it exact arithmetic takes seconds


class SignificanceTest(StrEnum):
    """A test of whether two shares differ by more than chance."""

    TWO_PROPORTIONS = "two_proportions"
    FISHER_EXACT = "fisher_exact"


def wilson(counts: int, among: int, *, level: float = LEVEL) -> tuple[float, float]:
    """The score interval of a share (Wilson 1927), which keeps inside 0 to 1 and its promise for rare cases.

    Raises NotMeasurable for no cases, and where more are counted than there are.
    """
    _refuse_no_share(counts, among)
    k, n = counts, among
    z = normal_two_sided(level)
    middle = (k + z * z / 2) / (n + z * z)
    reach = z * math.sqrt(k * (n - k) / n + z * z / 4) / (n + z * z)
    # At the two ends the interval touches 0 or 1 exactly; rounding alone would leave it a hair beside.
    return 0.0 if k == 0 else max(0.0, middle - reach), 1.0 if k == n else min(1.0, middle + reach)


def two_proportions(counts: int, among: int, others: int, among_others: int) -> tuple[float, float]:
    """The z of the first share less the second, shares pooled, and its two-sided p (Fleiss, Levin and Paik 2003).

    Raises NotMeasurable for no cases, and where all or none are counted on both sides: the pooled share then
    has no spread.
    """
    _refuse_no_share(counts, among)
    _refuse_no_share(others, among_others)
    pooled = Fraction(counts + others, among + among_others)
    variance = pooled * (1 - pooled) * (Fraction(1, among) + Fraction(1, among_others))
    if variance == 0:
        raise NotMeasurable(
            Reason.NO_SPREAD, "All cases on both sides ended alike, so there is no spread to judge by."
        )
    z = float(Fraction(counts, among) - Fraction(others, among_others)) / math.sqrt(variance)
    return z, normal_tails(z)


def fisher_exact(counts: int, among: int, others: int, among_others: int) -> Fraction:
    """The exact two-sided p for two shares: all tables as rare as this one or rarer (Fisher 1935). For small groups.

    Raises NotMeasurable for no cases, and where even the smallest margin of the table is above LARGEST_MARGIN: the
    test of two proportions serves there, and exact arithmetic would take seconds.
    """
    _refuse_no_share(counts, among)
    _refuse_no_share(others, among_others)
    rows, columns = (among, among_others), (counts + others, among + among_others - counts - others)
    # The table is turned until its first row is its smallest margin, which keeps the numbers short: what is rare
    # stays quick to judge beside millions. Turning a table does not change its p.
    cells = ((counts, among - counts), (others, among_others - others))
    if min(columns) < min(rows):
        rows, columns, cells = columns, rows, ((counts, others), (among - counts, among_others - others))
    small, seen = min(zip(rows, (cells[0][0], cells[1][0]), strict=True))
    if small > LARGEST_MARGIN:
        raise NotMeasurable(Reason.OUT_OF_RANGE, "There are enough cases for the test of two proportions.")
    one, other = columns
    every = rarer = 0
    threshold = math.comb(one, seen) * math.comb(other, small - seen)
    first = max(0, small - other)
    ways = math.comb(one, first) * math.comb(other, small - first)
    for k in range(first, min(small, one) + 1):
        every += ways
        rarer += ways if ways <= threshold else 0
        ways = ways * (one - k) * (small - k) // ((k + 1) * (other - small + k + 1))
    return Fraction(rarer, every)


def chance_of_difference(
    counts: int, among: int, others: int, among_others: int
) -> tuple[float, SignificanceTest]:
    """How probable so large a difference of two shares is where there is none, and the test that says so.

    Fisher's where a cell would hold fewer than five cases without a difference (Cochran 1954), else that of two
    proportions. Raises as those do.
    """
    _refuse_no_share(counts, among)
    _refuse_no_share(others, among_others)
    cases, total = among + among_others, counts + others
    expected = Fraction(min(among, among_others) * min(total, cases - total), cases)
    if expected < FEWEST_EXPECTED:
        return float(fisher_exact(counts, among, others, among_others)), SignificanceTest.FISHER_EXACT
    return two_proportions(counts, among, others, among_others)[1], SignificanceTest.TWO_PROPORTIONS


def _refuse_no_share(counts: int, among: int) -> None:
    k, n = counted("number counted", counts), counted("number of cases", among)
    if n == 0:
        raise NotMeasurable(Reason.NO_CASES, "There are no cases to take a share of.")
    if k > n:
        raise NotMeasurable(Reason.OUT_OF_RANGE, f"{k} of {n} cases is more than there are.")
