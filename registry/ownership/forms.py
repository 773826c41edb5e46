"""Hand-over, answer and seat forms; the day somebody asks about."""

from typing import Any

from registry.kernel.errors import Problem
from registry.ownership.rules import REASON_LIMIT
from registry.web.formkit import Day, Form, Picked, Text, Wanted


class OfferForm(Form):
    """To whom a system is handed over, and why."""

    to_id = Picked(
        "New accountable owner",
        "They are asked to accept. Until then nothing changes.",
        empty="Choose a person",
        validators=[Wanted()],
    )
    reason = Text(
        "Reason", REASON_LIMIT, "Both of you see it, and it stays in the ledger.", rows=3, required=True
    )


class AcceptForm(Form):
    """A button and nothing else; carries the token that proves the page was ours."""


class DeclineForm(Form):
    """Why somebody does not take a system on."""

    answer = Text(
        "Why you decline", REASON_LIMIT, "So that the owner knows what to do next.", rows=3, required=True
    )


class SeatForm(Form):
    """Who sits in a seat: one person, or one team."""

    person_id = Picked("Person", empty="Nobody")
    team_id = Picked("Or a team", empty="No team")
    reason = Text("Note", REASON_LIMIT, "Such as why this person, or what was agreed.", rows=2)


class DayForm(Form):
    """A day in the past, read from the address."""

    on = Day("On this day")

    class Meta:
        """It changes nothing, so it needs no token against forged requests."""

        csrf = False

    def __init__(self, arguments: Any) -> None:
        super().__init__(formdata=arguments)

    def objected(self, problems: list[Problem]) -> bool:
        """Show the problems beside the day; whether there are any, its own included."""
        self.take(problems)
        return bool(self.on.errors)
