"""How the cases of a feature spread: counts between edges or by category; the same thing known again, and its digest line."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from registry.drift.rules.decoding import MOST_DISTRIBUTIONS, DistributionIn
from registry.kernel.errors import Problem
from registry.monitoring.rules.batches import AHEAD, GROUP_LIMIT, MOST_PROBLEMS, window_refused
from registry.monitoring.rules.points import written

MOST_FEATURES: Final = 2_000
"""How many features of one system are watched at most, each group of one counted by itself."""


class Kind(StrEnum):
    """How the bins of a distribution are told apart."""

    NUMERIC = "numeric"
    CATEGORICAL = "categorical"

    @property
    def said(self) -> str:
        """The kind in words."""
        return "between edges" if self is Kind.NUMERIC else "by category"


@dataclass(frozen=True, slots=True)
class Spread:
    """How many cases lie where. `bins` are the edges as digits, one more than counts, or the names of categories.

    Equal edges are equal texts, however they were written. `missing` counts cases without a value, which are in no
    bin; `mean` and `variance` are those of the values, where they were told.
    """

    kind: Kind
    bins: tuple[str, ...]
    counts: tuple[int, ...]
    missing: int = 0
    mean: Decimal | None = None
    variance: Decimal | None = None

    @property
    def n(self) -> int:
        """The number of cases that have a value."""
        return sum(self.counts)

    @property
    def labels(self) -> tuple[str, ...]:
        """What each bin is called."""
        if self.kind is Kind.CATEGORICAL:
            return self.bins
        return tuple(f"{low} to {high}" for low, high in zip(self.bins, self.bins[1:], strict=False))

    @property
    def edges(self) -> tuple[float, ...]:
        """The edges as numbers; none by category."""
        return tuple(float(each) for each in self.bins) if self.kind is Kind.NUMERIC else ()


# A feature of a system: its name, and the group it is watched for as canonical JSON ("" for everybody).
Named = tuple[str, str]
# What makes a distribution the same one: feature, group, window, client key; instants as `written` gives them.
Place = tuple[str, str, str, str, str]


def spread_of(each: DistributionIn) -> Spread:
    """What a distribution that was sent says."""
    kind = Kind.CATEGORICAL if each.categories else Kind.NUMERIC
    bins = each.categories or tuple(_digits(edge) for edge in each.edges)
    return Spread(kind, bins, each.counts, each.missing, each.mean, each.variance)


def place_of(each: DistributionIn) -> Place:
    """Where a distribution belongs; a second one there is a repetition or a contradiction."""
    return each.feature, each.group, written(each.window_start), written(each.window_end), each.key


def problems_with(distributions: Sequence[DistributionIn], at: datetime) -> list[Problem]:
    """Every objection to a batch received at `at`, as "distributions.3.counts"; beyond a hundred their number only."""
    if not distributions:
        return [Problem("distributions", "Send at least one distribution.")]
    if len(distributions) > MOST_DISTRIBUTIONS:
        return [Problem("distributions", f"Send at most {MOST_DISTRIBUTIONS:,} distributions at once.")]
    found: list[Problem] = []
    seen: dict[Place, int] = {}
    for number, each in enumerate(distributions):
        found += [
            Problem(f"distributions.{number}.{field}", says) for field, says in problems_with_one(each, at)
        ]
        first = seen.setdefault(place_of(each), number)
        if first != number and spread_of(each) != spread_of(distributions[first]):
            says = f"Distribution {first} of this batch gives the same feature, window and key other counts."
            found.append(Problem(f"distributions.{number}.counts", says))
    if len(found) > MOST_PROBLEMS:
        rest = len(found) - MOST_PROBLEMS
        return [*found[:MOST_PROBLEMS], Problem("distributions", f"And {rest:,} more objections.")]
    return found


def problems_with_one(each: DistributionIn, at: datetime) -> Iterable[tuple[str, str]]:
    """Objections to one distribution received at `at`, as (field, message)."""
    yield from window_refused(each.window_start, each.window_end, at + AHEAD)
    if len(each.group) > GROUP_LIMIT:
        yield "group", f"A group's names and values together take at most {GROUP_LIMIT} characters."


def problems_with_new(known: int, new: int) -> list[Problem]:
    """The objection to more features than one system is watched for."""
    if known + new <= MOST_FEATURES:
        return []
    says = (
        f"This system would have {known + new:,} features, groups counted one by one; at most {MOST_FEATURES:,} are "
        "watched. Send those that matter."
    )
    return [Problem("distributions", says)]


def line_of(place: Place, revision: int, spread: Spread) -> str:
    """One distribution as its batch's digest covers it: everything that means something, in a fixed order.

    No text of a distribution holds the control characters between them (registry.kernel.text.clean).
    """
    numbers = (_told(spread.mean), _told(spread.variance))
    parts = (
        *place, str(revision), spread.kind.value, "\x1e".join(spread.bins), "\x1e".join(map(str, spread.counts)),
        str(spread.missing), *numbers,
    )  # fmt: skip
    return "\x1f".join(parts)


def told_apart(places: Iterable[Place]) -> Mapping[Named, None]:
    """The features that distributions are of, each once, in the order they come."""
    return dict.fromkeys((name, group) for name, group, *_ in places)


def _digits(edge: Decimal) -> str:
    return "0" if not edge else f"{edge.normalize():f}"


def _told(number: Decimal | None) -> str:
    return "" if number is None else f"{number:f}"
