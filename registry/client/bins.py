"""Counts in bins, which is all of a distribution that need leave the machine it was seen on"""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import SupportsFloat


def bin_counts(values: Iterable[SupportsFloat], edges: Sequence[float]) -> list[int]:
    """How many values lie in each bin between rising edges, its lower edge belonging to it.

    What lies below the first edge or above the last is counted in the bin next to it: data that moved out of
    its old range is what a comparison must see. Raises ValueError for fewer than two edges, edges that do not rise, and NaN.
    """
    if len(edges) < 2 or not all(low < high for low, high in pairwise(edges)):
        raise ValueError("give at least two edges, each above the one before it")
    counts, inner = [0] * (len(edges) - 1), list(edges[1:-1])
    for value in values:
        number = float(value)
        if math.isnan(number):
            raise ValueError("NaN lies in no bin; count missing values by themselves")
        counts[bisect_right(inner, number)] += 1
    return counts


def edges_of(baseline: Iterable[SupportsFloat], bins: int = 10) -> list[float]:
    """Edges that part a baseline into bins of about equally many values; fewer bins where values are often equal.

    Raises ValueError for a baseline of fewer than two different finite values.
    """
    ordered = sorted(float(value) for value in baseline)
    if not ordered or not all(map(math.isfinite, ordered)) or ordered[0] == ordered[-1] or bins < 1:
        raise ValueError("a baseline needs two different values, none of them NaN or infinite")
    last = len(ordered) - 1
    return sorted({ordered[round(last * place / bins)] for place in range(bins + 1)})
