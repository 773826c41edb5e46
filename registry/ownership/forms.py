"""Hand-over, answer, seat and transfer forms; what somebody asks of the register in an address."""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import BooleanField, Field

from registry.kernel.errors import Problem
from registry.ownership.rules import REASON_LIMIT
from registry.people.rules import EMAIL_LIMIT, same_email
from registry.web.formkit import Day, Form, Line, Picked, Text, Wanted


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


class Ticked(Field):
    """The numbers of the rows that are ticked."""

    data: list[int]

    def process_data(self, value: Any) -> None:
        self.data = list(value or ())

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        fitting = [value for value in valuelist if value.isascii() and value.isdigit() and len(value) < 10]
        self.data = list(dict.fromkeys(map(int, fitting)))


class PerRow(Field):
    """One text per row, in fields named by this one and the row's number, such as to-17."""

    data: dict[int, str]

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        prefix, sent = f"{self.name}-", formdata or {}
        numbers = {name: name.removeprefix(prefix) for name in sent if name.startswith(prefix)}
        self.process_errors: list[str] = []
        self.data = {
            int(number): sent.get(name, "").replace("\x00", "").strip()[:EMAIL_LIMIT]
            for name, number in numbers.items()
            if number.isascii() and number.isdigit() and len(number) < 10
        }


class TransferForm(Form):
    """Which of somebody's seats go to whom, and why; with what a preview had shown of each."""

    to_id = Picked(
        "Who takes over",
        "For every ticked row that names nobody else.",
        empty="Nobody: as each row says",
    )
    reason = Text(
        "Reason",
        REASON_LIMIT,
        "Everybody concerned sees it, and it stays in the ledger.",
        rows=2,
        required=True,
    )
    seat = Ticked()
    to = PerRow()
    seen = PerRow()

    def emails(self) -> list[str]:
        """The addresses typed beside ticked rows."""
        return [same_email(self.to.data[row]) for row in self.seat.data if self.to.data.get(row)]

    def wishes(self, found: Mapping[str, int]) -> dict[int, int | None]:
        """Who takes over each ticked row: the person typed beside it, else the one for all, else nobody.

        `found` maps e-mail addresses to people; an address nobody has is shown as a problem of the form.
        """
        unknown = sorted(set(self.emails()) - found.keys())
        self.take([Problem("", f"Nobody here has the e-mail address {email}.") for email in unknown])
        return {row: self._taker(row, found) for row in self.seat.data}

    def _taker(self, row: int, found: Mapping[str, int]) -> int | None:
        typed = self.to.data.get(row)
        return found.get(same_email(typed)) if typed else self.to_id.data


class StillMineForm(Form):
    """The owner's word, with a note if they like."""

    note = Text("Note", REASON_LIMIT, "Such as what you looked at, or what is about to change.", rows=2)


class AskedForm(Form):
    """Something asked in the address: it changes nothing, so it needs no token against forged requests."""

    class Meta:
        """Read from the address."""

        csrf = False

    def __init__(self, arguments: Any) -> None:
        super().__init__(formdata=arguments)


class WithinForm(AskedForm):
    """The units a list is narrowed to."""

    unit = Picked("Unit, with those below", empty="All units")
    mine = BooleanField("Only units I head")


class OnDayForm(WithinForm):
    """A day, and whose systems of then."""

    date = Day("On this day")
    owner = Line("Owner then", 200)
    seats = BooleanField("With the other seats")


class DayForm(AskedForm):
    """A day in the past, read from the address."""

    on = Day("On this day")

    def objected(self, problems: list[Problem]) -> bool:
        """Show the problems beside the day; whether there are any, its own included."""
        self.take(problems)
        return bool(self.on.errors)
