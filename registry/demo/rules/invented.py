"""What the demonstration is made of: invented systems to any number, the same ones each time."""

import random
from dataclasses import dataclass

from registry.systems.rules.record import Kind, Stage, Tier

_THINGS = (
    "invoice",
    "claim",
    "contract",
    "visit",
    "payment",
    "call",
    "letter",
    "order",
    "shift",
    "repair",
    "meter",
    "parcel",
)
_DOINGS = (
    "triage",
    "forecast",
    "matching",
    "summary",
    "check",
    "search",
    "ranking",
    "routing",
    "estimate",
    "translation",
)
_WAYS = (
    "Sorts",
    "Forecasts",
    "Matches",
    "Summarises",
    "Checks",
    "Finds",
    "Ranks",
    "Routes",
    "Estimates",
    "Translates",
)
_PLACES = ("north", "south", "east", "west", "harbour", "airport", "city", "valley", "coast", "lakes")


def invented(number: int) -> tuple[str, str]:
    """The name and summary of the so-manieth invented system; equal for equal numbers."""
    draw = random.Random(number)  # noqa: S311 - variety, not secrecy
    which = draw.randrange(len(_DOINGS))
    thing, place = draw.choice(_THINGS), draw.choice(_PLACES)
    name = f"{thing.capitalize()} {_DOINGS[which]} {place} {number}"
    return name, f"{_WAYS[which]} every {thing} of the {place} branch for the people who handle them."


@dataclass(frozen=True, slots=True)
class Traits:
    """What is stated of an invented system, as unevenly as in a register that has been lived in."""

    stage: Stage
    tier: Tier | None
    kind: Kind | None
    autonomy: int | None
    vendor: str
    restricted: bool
    confirmed: bool
    has_deputy: bool
    has_objective: bool
    has_metric: bool
    has_data: bool


_STAGES = {
    Stage.PROPOSED: 22,
    Stage.IN_DEVELOPMENT: 18,
    Stage.IN_VALIDATION: 8,
    Stage.PILOT: 12,
    Stage.LIVE: 28,
    Stage.RESTRICTED: 1,
    Stage.SUSPENDED: 2,
    Stage.RETIRED: 9,
}
_TIERS = {Tier.MINIMAL: 24, Tier.LIMITED: 30, Tier.HIGH: 14, Tier.PROHIBITED: 1, None: 31}
_VENDORS = (
    "Northgate",
    "Brightwater",
    "Calder Systems",
    "Ostrava Data",
    "Fennel",
    "Tidewater AI",
    "Lumen & Co",
)


def traits(number: int) -> Traits:
    """What is stated of the so-manieth invented system; equal for equal numbers."""
    draw = random.Random(-1 - number)  # noqa: S311 - variety, not secrecy
    return Traits(
        stage=draw.choices(list(_STAGES), list(_STAGES.values()))[0],
        tier=draw.choices(list(_TIERS), list(_TIERS.values()))[0],
        kind=draw.choice([*Kind, None]),
        autonomy=draw.choice([1, 1, 2, 2, 2, 3, 4, 5, None, None]),
        vendor=_vendor(draw),
        restricted=draw.random() < 0.05,
        confirmed=draw.random() < 0.7,
        has_deputy=draw.random() < 0.4,
        has_objective=draw.random() < 0.6,
        has_metric=draw.random() < 0.5,
        has_data=draw.random() < 0.4,
    )


def _vendor(draw: random.Random) -> str:
    # A few vendors have most of what is bought, and many have one thing each.
    if draw.random() < 0.6:
        return ""
    return draw.choice(_VENDORS) if draw.random() < 0.8 else f"Supplier {draw.randrange(400)}"
