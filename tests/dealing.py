"""In which order the tests of a run stand, so that no process of several is left with a long one at the end."""

from collections.abc import Sequence
from itertools import groupby, islice

import pytest


def dealt(items: Sequence[pytest.Item], processes: int) -> list[pytest.Item]:
    """The tests in the order in which they are given out to so many processes.

    Each process is given as many tests as the others, in their order; what is left at the end is shared out anew. The last
    begins with the journeys: one browser beside other tests, not a browser in each process. The others begin with what is
    slow, a file in turn: its tests may all wait for the same thing to be made.
    """
    slow_first = sorted(items, key=lambda item: not _is(item, "slow"))
    journeys = [item for item in slow_first if _is(item, "journey")]
    others = [item for item in slow_first if not _is(item, "journey")]
    begins: list[list[pytest.Item]] = [[] for _ in range(max(processes - 1, 1))]
    slow = groupby((item for item in others if _is(item, "slow")), _file_of)
    for place, (_, found) in enumerate(slow):
        begins[place % len(begins)] += found
    quick = (item for item in others if not _is(item, "slow"))
    order: list[pytest.Item] = []
    for begin in begins:
        order += [*begin, *islice(quick, max(len(items) // processes - len(begin), 0))]
    return [*order, *journeys, *quick]


def _is(item: pytest.Item, marker: str) -> bool:
    return item.get_closest_marker(marker) is not None


def _file_of(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]
