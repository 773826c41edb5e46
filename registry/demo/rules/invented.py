"""What the demonstration is made of: invented systems to any number, the same ones each time."""

import random

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
