"""How large a generated register is to be, and how what there is of a thing is dealt out: unevenly, and nothing left over."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise


@dataclass(frozen=True, slots=True)
class Wanted:
    """How many of each there are to be; equal for equal seeds, apart from the time of day.

    `periods` are seats held by a person or team for a time; each system has one at least, its owner's. `entries` are those
    of the ledger: where the rest needs more of them, there are more. None leaves a number to what the systems ask for.
    """

    systems: int
    snapshots: int | None = None
    periods: int | None = None
    entries: int | None = None
    people: int | None = None
    seed: int = 0

    @property
    def snapshots_in_all(self) -> int:
        """Readings: ten for each system where no number is given."""
        return 10 * self.systems if self.snapshots is None else self.snapshots

    @property
    def periods_in_all(self) -> int:
        """Seats held: three for each system where no number is given, and never fewer than systems."""
        return max(self.systems, 3 * self.systems if self.periods is None else self.periods)

    @property
    def people_in_all(self) -> int:
        """People: one for each fifteen systems where no number is given, at least forty and at most a thousand."""
        return max(40, min(1_000, self.systems // 15)) if self.people is None else self.people


def shares(total: int, weights: Sequence[float]) -> list[int]:
    """A whole number dealt out by weight, so that the parts add up to it; nothing at all where nothing weighs."""
    in_all = sum(weights)
    if not in_all:
        return [0] * len(weights)
    bounds = [0, *(round(total * reached / in_all) for reached in accumulate(weights))]
    return [after - before for before, after in pairwise(bounds)]


def uneven(draw: random.Random, spread: float = 1.0) -> float:
    """A weight as they are found in any house: most are small and a few are very large (log-normal)."""
    return draw.lognormvariate(0, spread)
