"""Bounds of the override rate; what an overseer was trained in; a drill."""

from enum import StrEnum
from typing import Any

from wtforms import BooleanField

from registry.oversight.models import OverrideBounds
from registry.oversight.rules import Bounds, DrillFacts, Training
from registry.systems.rules.record import LINE_LIMIT, TEXT_LIMIT
from registry.web.formkit import Chosen, Count, Day, Form, Line, Number, Picked, Revision, Text, Wanted


class BoundsForm(Form):
    """How often people may override the system without anybody having to ask why."""

    version = Revision(default="0")
    low = Number("Low bound, in percent", "Below it, perhaps nobody looks any more.")
    high = Number("High bound, in percent", "Above it, it is wrong too often.")
    because = Text("Why these", TEXT_LIMIT, "What was seen so far, or how often people err.", required=True)

    def bounds(self) -> Bounds:
        """What was typed, as the rules read it."""
        return Bounds(self.low.data, self.high.data, self.because.data or "")

    @property
    def revision(self) -> int:
        """The revision the form was opened on, 0 where there was none."""
        return int(self.version.data or 0)


def shown_in(row: OverrideBounds) -> dict[str, Any]:
    """The bounds as the form shows them."""
    return {"low": row.low, "high": row.high, "because": row.because, "version": row.version}


class TrainingForm(Form):
    """What an overseer was trained in."""

    person_id = Picked("Overseer", empty="Choose a person", required=True)
    what = Line("Trained in", LINE_LIMIT, "Such as: reading its scores, and stopping it.", required=True)
    on_day = Day("On")
    valid_until = Day("Counts until", "Empty: it does not run out.")
    may_stop = BooleanField("They have the word and the access to stop it")

    def training(self) -> Training:
        """What was typed, as the rules read it."""
        return Training(
            self.person_id.data,
            self.what.data or "",
            self.on_day.data,
            self.valid_until.data,
            bool(self.may_stop.data),
        )


class Result(StrEnum):
    """What came of a drill."""

    STOPPED = "stopped"
    WENT_ON = "went_on"


class DrillForm(Form):
    """One try of stopping the system."""

    on_day = Day("On")
    tried = Text("What was tried", TEXT_LIMIT, "Such as: asked the shift to stop it without warning.", rows=3)
    worked = Chosen(
        "Result",
        Result,
        empty="Choose one",
        said=lambda one: "It stopped" if one is Result.STOPPED else "It went on",
        validators=[Wanted()],
    )
    seconds = Count("Seconds until it had stopped")
    led_by_id = Picked("Led by")

    def drill(self) -> DrillFacts:
        """What was typed, as the rules read it."""
        worked = self.worked.data is Result.STOPPED if self.worked.data else None
        return DrillFacts(
            self.on_day.data, self.tried.data or "", worked, self.seconds.data, self.led_by_id.data
        )
