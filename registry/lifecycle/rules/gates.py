"""What stands between a system and a stage: each criterion asked of it, whether it holds, and the failure it prevents."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from registry.lifecycle.rules.stages import LADDER
from registry.packs.rules import PATTERNS, GateCriterion
from registry.systems.rules.record import Stage, Tier

# Facts of a gate beside those of the record.
GATE_FACTS: Final = frozenset(
    {"performance_answered", "compliance_answered", "dependencies_tested", "version_approved", "version_live"}
    | {"overseer_trained", "override_bounds", "drill_current", "no_critical_alert", "not_silent", "measured"}
    | {"drift_watched", "feedback_open", "no_grave_incident", "record_complete"}
)
# Facts about who allowed it: many statements, and only the later gates ask.
ASSURED: Final = frozenset(
    {"classified", "not_prohibited", "reviewed", "signed_off", "no_grave_finding", "risks_accepted"}
    | {"tests_signed"}
)
GATE_CONDITIONS: Final = frozenset({"depends", "learned"})
# The pages of a system on which something can be mended.
TABS: Final = frozenset(
    {
        "overview",
        "edit",
        "ownership",
        "objective",
        "metrics",
        "data",
        "versions",
        "dependencies",
        "monitoring",
    }
    | {
        "drift",
        "feedback",
        "alerts",
        "incidents",
        "oversight",
        "classification",
        "compliance",
        "risks",
        "tests",
    }
)
# From severe on, an incident keeps a system from going live.
GRAVE_FROM: Final = 4
_TIERS: Final = tuple(Tier)


@dataclass(frozen=True, slots=True)
class Waived:
    """That a criterion need not hold until a day, and the public id of the waiver that says so."""

    until: date
    key: str


@dataclass(frozen=True, slots=True)
class Subject:
    """What a gate is asked of: tier and autonomy of the system, its facts, the conditions it is in, what is waived."""

    tier: Tier | None
    autonomy: int | None
    facts: Mapping[str, bool]
    conditions: Mapping[str, bool]
    waived: Mapping[str, Waived]


@dataclass(frozen=True, slots=True)
class Line:
    """One criterion of a gate and how the system stands to it."""

    id: str
    pattern: str
    says: str
    met: bool
    tab: str
    field: str
    waived: Waived | None = None

    @property
    def prevents(self) -> str:
        """The failure pattern in words."""
        return PATTERNS[self.pattern]

    @property
    def holds(self) -> bool:
        """Whether it is met, or waived for now."""
        return self.met or self.waived is not None


@dataclass(frozen=True, slots=True)
class Gate:
    """Every criterion a stage asks of a system, in the order of the pack, and the edition that asks."""

    to: Stage
    pack: str
    edition: str
    lines: tuple[Line, ...]

    @property
    def open(self) -> tuple[Line, ...]:
        """What does not hold."""
        return tuple(line for line in self.lines if not line.holds)

    @property
    def holds(self) -> bool:
        """Whether nothing stands in the way."""
        return not self.open

    @property
    def done(self) -> int:
        """How many criteria hold."""
        return len(self.lines) - len(self.open)


def facts_asked(criteria: Sequence[GateCriterion], stages: Iterable[Stage]) -> frozenset[str]:
    """The facts that the gates to these stages may ask for."""
    reached = max((LADDER.index(stage) for stage in stages), default=0)
    return frozenset(each.fact for each in criteria if LADDER.index(Stage(each.to)) <= reached)


def gate(criteria: Sequence[GateCriterion], to: Stage, subject: Subject) -> tuple[Line, ...]:
    """Each criterion that a stage asks of the subject: those of the stage itself and of every one before it.

    Raises KeyError for a fact or condition nobody computed: a silent "holds" would be a lie.
    """
    reached = LADDER.index(to)
    return tuple(
        Line(
            each.id,
            each.pattern,
            each.says,
            subject.facts[each.fact],
            each.tab,
            each.field,
            # What is met needs no waiver.
            None if subject.facts[each.fact] or not each.waivable else subject.waived.get(each.id),
        )
        for each in criteria
        if LADDER.index(Stage(each.to)) <= reached and _is_asked(each, subject)
    )


def _is_asked(each: GateCriterion, subject: Subject) -> bool:
    if each.when and not subject.conditions[each.when]:
        return False
    if each.tier and not _reaches(subject.tier, Tier(each.tier)):
        return False
    return (subject.autonomy or 0) >= each.autonomy


def _reaches(tier: Tier | None, least: Tier) -> bool:
    # A system nobody has classified is asked what its tier adds once somebody has; that it is classified is never waived.
    return tier is not None and _TIERS.index(tier) >= _TIERS.index(least)


def frozen(found: Gate) -> list[dict[str, Any]]:
    """A gate as it is kept with the change of stage it allowed."""
    return [
        {"id": line.id, "pattern": line.pattern, "says": line.says, "met": line.met}
        | ({"waived_by": line.waived.key, "until": line.waived.until.isoformat()} if line.waived else {})
        for line in found.lines
    ]
