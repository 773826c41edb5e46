"""What the portfolio asks of the systems in its scope: by which searches each of its numbers is counted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from registry.portfolio.rules.figures import GRAVE_TIERS, UNRETIRED, Scope
from registry.systems.rules.record import AUTONOMY, Reversibility, Tier, autonomy_said
from registry.systems.rules.search import NOT_STATED, Search

UNSURE: Final = ("to_be_confirmed", "has_left")


@dataclass(frozen=True, slots=True)
class Asked:
    """A number to be counted: its name, its words, and the two searches of those that have something and those that lack it."""

    id: str
    label: str
    means: str
    having: Search | None
    lacking: Search | None


_COVERED: Final = (
    (
        "measurable",
        "Objective with a metric",
        "a stated problem, and a metric in use to tell whether it is solved",
    ),
    ("measured", "Live metrics", "readings have come, and none that is due stays away"),
    (
        "reviewed",
        "Review that holds",
        "the newest decision approves, has not run out, and no condition is overdue",
    ),
    ("carded", "Signed card", "an edition of its card is approved"),
    ("tested", "Signed tests", "the tests of the live version are signed for as they stand"),
    ("overseen", "Oversight in force", "a plan for oversight, and somebody here in the seat of overseer"),
    ("compliant", "In compliance", "not below what its gate asks, at the last daily check"),
)

_WAITING: Final = (
    ("alert", "a critical alert is not resolved"),
    ("stop", "it was stopped and waits for leave to go on"),
    ("review", "a review is with the reviewers"),
    ("review_late", "its owner is late in handing in a review"),
    ("autonomy", "more autonomy is asked for"),
    ("waiver", "a waiver is asked for"),
    ("waiver_ending", "a waiver ends within 30 days"),
    ("condition", "a condition of an approval is due within 30 days, or overdue"),
    ("card", "a card waits for its decision"),
)


def of_headline(scope: Scope) -> Mapping[str, Search | None]:
    """The searches behind the numbers at the top."""
    stages = scope.stages
    return {
        "systems": scope.search(),
        "in_use": scope.search(stage=stages),
        "high_risk": scope.search(stage=stages, tier=GRAVE_TIERS),
        "below_gate": scope.search(stage=stages, assurance=("no_compliant",)),
        "measured": scope.search(stage=stages, assurance=("measured",)),
    }


def of_decisions(scope: Scope) -> list[tuple[str, str, Search | None]]:
    """What may wait for somebody: its name, its words, and the search of the systems of which it does."""
    stages = scope.stages
    # What few systems have comes first: a database asks no further about the others.
    return [
        (
            "prohibited",
            "the tier is prohibited, and it is in use",
            scope.search(stage=stages, tier=(Tier.PROHIBITED.value,)),
        ),
        *((name, says, scope.search(waits=(name,), stage=UNRETIRED)) for name, says in _WAITING),
        (
            "unowned",
            "in use, and no accountable owner is confirmed",
            scope.search(stage=stages, owner_state=UNSURE),
        ),
        (
            "below_gate",
            "in use, and out of compliance",
            scope.search(stage=stages, assurance=("no_compliant",)),
        ),
    ]


def of_coverage(scope: Scope) -> list[Asked]:
    """What every system in use should have."""
    stages = scope.stages
    owner = Asked(
        "owner",
        "Accountable owner",
        "one person, still here, who has accepted it",
        scope.search(stage=stages, owner_state=("confirmed",)),
        scope.search(stage=stages, owner_state=UNSURE),
    )
    return [
        owner,
        *(
            Asked(
                name,
                label,
                means,
                scope.search(stage=stages, assurance=(name,)),
                scope.search(stage=stages, assurance=(f"no_{name}",)),
            )
            for name, label, means in _COVERED
        ),
    ]


def of_autonomy(scope: Scope) -> list[tuple[str, Search | None]]:
    """The levels of autonomy, and what is not stated."""
    levels = [(str(level), autonomy_said(level)) for level in AUTONOMY]
    return [
        (label, scope.search(stage=scope.stages, autonomy=(value,)))
        for value, label in (*levels, (NOT_STATED, "not stated"))
    ]


def of_affected(scope: Scope) -> list[tuple[str, Search | None]]:
    """How many people a system says it affects, in bands."""
    bands = (
        ("from_100000", "100,000 or more"),
        ("under_100000", "1,000 to 99,999"),
        ("under_1000", "fewer than 1,000"),
        (NOT_STATED, "not stated"),
    )
    return [(label, scope.search(stage=scope.stages, affected=(value,))) for value, label in bands]


def of_reversible(scope: Scope) -> list[tuple[str, Search | None]]:
    """Whether what is decided on the output can be undone."""
    kinds = [(each.value, each.said) for each in reversed(Reversibility)]
    return [
        (label, scope.search(stage=scope.stages, reversible=(value,)))
        for value, label in (*kinds, (NOT_STATED, "Not stated"))
    ]


def of_value(scope: Scope) -> Mapping[str, Search | None]:
    """The systems that state an expected value, and those that brought some."""
    return {
        "expecting": scope.search(assurance=("valued",)),
        "realising": scope.search(assurance=("realised",)),
    }


def of_orphans(scope: Scope) -> Search | None:
    """The systems whose accountable owner has left."""
    return scope.search(owner_state=("has_left",), stage=UNRETIRED)
