"""Figures: how the company stands with its AI, as numbers. Each number is kept with the list it counts.

Pages, reports and the daily roll-up are made of these; none of them counts anything itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from statistics import median
from typing import Final

from registry.incidents.rules.kinds import Pattern
from registry.incidents.rules.times import Times
from registry.lifecycle.rules.stages import COUNTED
from registry.packs.rules import UNCLASSIFIED
from registry.systems.rules.record import Stage, Tier
from registry.systems.rules.search import NOT_STATED, Search

GRAVE_FROM: Final = 4
"""From which severity on an incident is named at the top."""

IN_USE: Final = tuple(stage.value for stage in Stage if stage in COUNTED)
"""The stages in which a system is in use: what is asked of live systems is asked of these."""

UNRETIRED: Final = tuple(stage.value for stage in Stage if stage is not Stage.RETIRED)

GRAVE_TIERS: Final = (Tier.HIGH.value, Tier.PROHIBITED.value)
TIERS: Final = (*(tier.value for tier in Tier), NOT_STATED)

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """What the portfolio is narrowed to: a unit with those below it, a tier ("none": not classified), a stage, a vendor."""

    unit: int | None = None
    tier: str | None = None
    stage: str | None = None
    vendor: str | None = None

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left out."""
        return self == Scope()

    @property
    def is_kept(self) -> bool:
        """Whether its numbers are kept day by day: those of the whole and of each unit are."""
        return self == Scope(self.unit)

    @property
    def stages(self) -> tuple[str, ...]:
        """Of which stages exposure, coverage and the numbers speak: those in use, or the one that was asked for."""
        return (self.stage,) if self.stage else IN_USE

    @property
    def pairs(self) -> Pairs:
        """The same as parameters of an address."""
        asked = (("unit", self.unit), ("tier", self.tier), ("stage", self.stage), ("vendor", self.vendor))
        return tuple((name, str(value)) for name, value in asked if value is not None)

    def search(self, **picked: Sequence[str]) -> Search | None:
        """The register narrowed to this scope and to what is picked besides; None where the two exclude each other."""
        chosen: dict[str, tuple[str, ...]] = {name: (value,) for name, value in self.pairs}
        for name, values in picked.items():
            # Whatever is picked of what the scope has picked already has to fit both; of units the lower one does.
            both = tuple(each for each in values if each in chosen[name]) if name in chosen else tuple(values)
            chosen[name] = tuple(values) if name == "unit" else both
        return Search(chosen=tuple(chosen.items())) if all(chosen.values()) else None

    def incidents(self, *asked: tuple[str, str]) -> Pairs:
        """The parameters that narrow the list of incidents to this scope and to what is asked besides."""
        named = {"tier": UNCLASSIFIED} if self.tier == NOT_STATED else {}
        return (*((name, named.get(name, value)) for name, value in self.pairs), *asked)


def scope_of(search: Search) -> Scope:
    """The scope a search of the register means, as far as a portfolio has such a filter: the first value of each."""
    first = {name: values[0] for name, values in search.chosen}
    unit = first.get("unit")
    return Scope(int(unit) if unit else None, first.get("tier"), first.get("stage"), first.get("vendor"))


@dataclass(frozen=True, slots=True)
class Count:
    """So many systems, and the search of the register that lists exactly those (None: no search could find one)."""

    n: int
    search: Search | None


@dataclass(frozen=True, slots=True)
class IncidentCount:
    """So many incidents, and the parameters with which their list shows exactly those."""

    n: int
    asked: Pairs


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in one currency. Amounts of different currencies are never added up."""

    currency: str
    amount: Decimal


def money_of(amounts: Iterable[tuple[str, Decimal]]) -> tuple[Money, ...]:
    """The sum of each currency, the largest first."""
    sums: dict[str, Decimal] = {}
    for currency, amount in amounts:
        sums[currency] = sums.get(currency, Decimal()) + amount
    found = sorted(sums.items(), key=lambda one: (-one[1], one[0]))
    return tuple(Money(currency, amount) for currency, amount in found)


@dataclass(frozen=True, slots=True)
class Headline:
    """The six numbers at the top. `measured` of `in_use` have live metrics; value is of the last twelve months."""

    systems: Count
    in_use: Count
    high_risk: Count
    below_gate: Count
    measured: Count
    grave: IncidentCount
    realised: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """Something that waits for somebody: what, and of how many systems or incidents."""

    id: str
    says: str
    count: Count | IncidentCount


@dataclass(frozen=True, slots=True)
class Covered:
    """Of the systems in use, how many have something and how many lack it."""

    id: str
    label: str
    means: str
    having: Count
    lacking: Count

    @property
    def of(self) -> int:
        """Out of how many."""
        return self.having.n + self.lacking.n


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit with all that is below it: how many systems of each tier, and in all. None as its number: the whole."""

    unit: int | None
    name: str
    tiers: Mapping[str, Count]
    total: Count


@dataclass(frozen=True, slots=True)
class Band:
    """One choice of something that every system has one of, such as a level of autonomy, and how many have it."""

    label: str
    count: Count


@dataclass(frozen=True, slots=True)
class Exposure:
    """Where the systems are and what they may do. `people` is the sum of what they state of people affected."""

    units: tuple[UnitRow, ...]
    more_units: int
    whole: UnitRow
    autonomy: tuple[Band, ...]
    affected: tuple[Band, ...]
    people: int
    reversible: tuple[Band, ...]


@dataclass(frozen=True, slots=True)
class NumberRow:
    """One of the numbers a business asks for: how the newest readings of the systems in use stand. "unmeasured" is not zero."""

    id: str
    label: str
    standing: Mapping[str, Count]

    @property
    def measured(self) -> int:
        """How many systems measure it."""
        return sum(count.n for name, count in self.standing.items() if name != "unmeasured")


@dataclass(frozen=True, slots=True)
class PatternRow:
    """A pattern of failure and the incidents of the last twelve months that are put down to it."""

    pattern: Pattern
    count: IncidentCount


@dataclass(frozen=True, slots=True)
class Value:
    """Value expected per year of the systems that state it, and realised over the last twelve months."""

    expected: tuple[Money, ...]
    expecting: Count
    realised: tuple[Money, ...]
    realising: Count
    since: date


@dataclass(frozen=True, slots=True)
class VendorRow:
    """A vendor: its systems, those in use, and those of a high or prohibited tier."""

    name: str
    systems: Count
    in_use: Count
    high_risk: Count


@dataclass(frozen=True, slots=True)
class OwnerRow:
    """Somebody who answers for systems: how many, and how many of them are in use."""

    person: int
    name: str
    systems: Count
    in_use: Count


@dataclass(frozen=True, slots=True)
class Orphans:
    """Systems that are not retired and whose accountable owner has left, and for how many days: the middle one, the longest."""

    count: Count
    median_days: int | None
    longest_days: int | None


def orphans_of(count: Count, left_on: Sequence[date], today: date) -> Orphans:
    """How long systems have stood without an owner who is here, by the last day of each owner."""
    days = [(today - each).days for each in left_on]
    return Orphans(count, int(median(days)), max(days)) if days else Orphans(count, None, None)


@dataclass(frozen=True, slots=True)
class FrameworkRow:
    """A framework in force: its controls, those stated to be in place, and those some system was found to meet (None: never asked)."""

    id: str
    title: str
    edition: str
    controls: int
    in_place: int
    met: int | None


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything the portfolio says of one scope, to one reader, on one day in UTC."""

    on: date
    scope: Scope
    headline: Headline
    decisions: tuple[Decision, ...]
    exposure: Exposure
    coverage: tuple[Covered, ...]
    numbers: tuple[NumberRow, ...]
    why: tuple[PatternRow, ...]
    times: Times
    timed: IncidentCount
    value: Value
    vendors: tuple[VendorRow, ...]
    more_vendors: int
    owners: tuple[OwnerRow, ...]
    orphans: Orphans
    frameworks: tuple[FrameworkRow, ...] = field(default=())

    @property
    def incidents(self) -> int:
        """The incidents of all patterns over the last twelve months."""
        return sum(row.count.n for row in self.why)


def quarter_end_before(today: date) -> date:
    """The last day of the quarter before the running one."""
    return date(today.year, today.month - (today.month - 1) % 3, 1) - timedelta(days=1)
