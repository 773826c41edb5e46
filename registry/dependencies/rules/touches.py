"""Whom a change touches: everything downstream of where it happens, each with how far away it is. Circles are allowed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

# Whom each system hands something on to, and through which interface.
Graph = Mapping[int, Mapping[int, str]]


@dataclass(frozen=True, slots=True)
class Reached:
    """How a change comes to a system: in how many steps, and over which neighbour last; None where it begins."""

    distance: int
    through: int | None


def touches(graph: Graph, starts: Iterable[int]) -> dict[int, Reached]:
    """Every system that a change at the starts reaches, nearest first; the starts themselves are at distance 0.

    Each is reached once, by a shortest way, however many circles there are. Of several shortest ways the one over the
    lowest numbers is told, so that the same register always gives the same answer.
    """
    found = {start: Reached(0, None) for start in sorted(set(starts))}
    ring = list(found)
    while ring:
        following = []
        for system in ring:
            for below in sorted(graph.get(system, ())):
                if below not in found:
                    found[below] = Reached(found[system].distance + 1, system)
                    following.append(below)
        ring = following
    return found
