"""Units whose head has left or leaves soon: what is wrong, and for how long it has been so."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from registry.people.rules.leaving import day_said

# Long enough to find a successor and to hand over while both are here.
SOON_DAYS: Final = 30


class HeadGap(StrEnum):
    """What is wrong with who heads a unit."""

    LEFT = "head_left"
    LEAVES = "head_leaves"


HEAD_SAID: Final[dict[HeadGap, str]] = {
    HeadGap.LEFT: "Head of a unit has left",
    HeadGap.LEAVES: "Head of a unit leaves soon",
}


@dataclass(frozen=True, slots=True)
class HeadFinding:
    """A unit whose head has left or leaves soon. `days` have passed since the last day; below zero it is still to come."""

    kind: HeadGap
    unit_id: int
    unit_name: str
    head_id: int
    head_name: str
    last_day: date
    days: int

    @property
    def says(self) -> str:
        """What is wrong, in a sentence."""
        verb = "left" if self.kind is HeadGap.LEFT else "leaves"
        return f"{self.head_name}, who heads it, {verb} on {day_said(self.last_day)}."


def head_gap(last_day: date | None, today: date) -> HeadGap | None:
    """What a head's last day makes wrong with a unit: nothing while it is more than thirty days ahead."""
    if last_day is None or (last_day - today).days > SOON_DAYS:
        return None
    return HeadGap.LEFT if last_day < today else HeadGap.LEAVES
