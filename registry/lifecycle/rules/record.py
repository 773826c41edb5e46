"""What a record still lacks, criterion by criterion, each with the failure it prevents and where to mend it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from registry.lifecycle.rules.gates import ASSURED, GATE_CONDITIONS, GATE_FACTS, TABS
from registry.lifecycle.rules.stages import LADDER
from registry.packs.rules import PATTERNS, Criterion, Known
from registry.systems.rules.record import Tier

FACTS = frozenset(
    {"owner_confirmed", "deputy", "overseer", "objective_problem", "objective_decision", "objective_today"}
    | {"objective_stop", "metric_measurable", "metric_guarded", "data_sources", "operational_input"}
    | {"personal_data_known", "kind", "intended_use", "out_of_scope", "affected_people", "autonomy"}
    | {
        "reversibility",
        "oversight_plan",
        "deployed_where",
        "vendor_exit",
        "complaints_contact",
        "known_limitations",
    }
)
CONDITIONS = frozenset({"uses_data", "acts", "bought"})
# From "decides with approval" upwards the output acts unless somebody intervenes.
ACTING_AUTONOMY = 3
# What a pack may ask for: facts computed of a record or for a gate, conditions of a system, tiers, stages with a gate.
KNOWN = Known(
    FACTS,
    CONDITIONS,
    frozenset(Tier),
    gate_facts=FACTS | GATE_FACTS | ASSURED,
    gate_conditions=CONDITIONS | GATE_CONDITIONS,
    stages=frozenset(LADDER[1:]),
    tabs=TABS,
)


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the checklist."""

    id: str
    pattern: str
    says: str
    holds: bool
    tab: str
    field: str

    @property
    def prevents(self) -> str:
        """The failure pattern in words."""
        return PATTERNS[self.pattern]


@dataclass(frozen=True, slots=True)
class Standing:
    """How much of what is asked of a record it states."""

    items: tuple[Item, ...]

    @property
    def done(self) -> int:
        return sum(item.holds for item in self.items)

    @property
    def total(self) -> int:
        return len(self.items)

    @property
    def missing(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if not item.holds)


def checklist(
    criteria: Sequence[Criterion], facts: Mapping[str, bool], conditions: Mapping[str, bool]
) -> Standing:
    """Each criterion that applies to the record, with whether it holds.

    Raises KeyError for a criterion that asks for a fact or condition nobody computed: a silent "holds"
    would be a lie.
    """
    return Standing(
        tuple(
            Item(each.id, each.pattern, each.says, facts[each.fact], each.tab, each.field)
            for each in criteria
            if not each.when or conditions[each.when]
        )
    )


@dataclass(frozen=True, slots=True)
class Gauge:
    """One failure pattern on one system: which of its criteria hold and which are missing."""

    id: str
    name: str
    holding: tuple[str, ...]
    missing: tuple[str, ...]


def gauges(standing: Standing) -> list[Gauge]:
    """The six failure patterns, in their order."""
    return [
        Gauge(
            pattern,
            name,
            tuple(item.says for item in standing.items if item.pattern == pattern and item.holds),
            tuple(item.says for item in standing.items if item.pattern == pattern and not item.holds),
        )
        for pattern, name in PATTERNS.items()
    ]
