"""What an incident is tied to: things it was noticed by, systems, people, other incidents; and evidence that is held."""

from collections.abc import Iterable
from typing import Final

from wtforms import SelectField

from registry.incidents.rules.kinds import Linked
from registry.incidents.rules.record import ENTRY_LIMIT
from registry.kernel.errors import Problem, RuleBroken
from registry.web.formkit import Chosen, Count, Form, Line, Picked, Text

_KEY_LIMIT = 20
_LINKED: Final = {
    Linked.ALERT: "An alert",
    Linked.SNAPSHOT: "A reading",
    Linked.FEEDBACK: "A piece of feedback",
    Linked.DEPENDENCY: "A dependency",
    Linked.DATA_SOURCE: "A data source",
}


class LinkForm(Form):
    """A thing chosen from the newest of its kind, or told by kind and number."""

    thing = SelectField(
        "What",
        description="The newest of each kind of the systems it touches.",
        default="",
        validate_choice=False,
    )
    kind = Chosen("Or something older", Linked, empty="Nothing older", said=lambda one: _LINKED[one])
    target_id = Count("Its number", "As it stands in the address of its page.")

    def offer(self, candidates: Iterable[tuple[str, str]]) -> None:
        """What can be chosen, each as value and words."""
        self.thing.choices = [("", "Choose one"), *candidates]

    def chosen(self) -> tuple[Linked, int] | None:
        """What was chosen or told; None where neither was. Raises RuleBroken for what was not offered."""
        if self.thing.data:
            if self.thing.data not in {value for value, _ in self.thing.choices}:
                raise RuleBroken([Problem("thing", "Choose one of the list.")])
            kind, _, number = self.thing.data.partition(":")
            return Linked(kind), int(number)
        if self.kind.data is None or self.target_id.data is None:
            return None
        return self.kind.data, self.target_id.data


class SystemForm(Form):
    """A further system the incident touches."""

    key = Line("Id of the system", _KEY_LIMIT, "Such as AI-0042.", required=True)


class PersonForm(Form):
    """Somebody who is to be told of it."""

    person_id = Picked(
        "Who", "Somebody who may know of every system it touches.", empty="Choose one", required=True
    )


class UntoldForm(Form):
    """Somebody who need no longer be told of it."""

    person_id = Picked("Who", empty="Choose one", required=True)
    because = Text("Why", ENTRY_LIMIT, "It stands in the timeline.", rows=3, required=True)


class OffForm(Form):
    """A system the incident does not touch after all."""

    system_id = Picked("Which", "The system it was found at stays.", empty="Choose one", required=True)
    because = Text("Why", ENTRY_LIMIT, "It stands in the timeline.", rows=3, required=True)


class OtherForm(Form):
    """Another incident."""

    number = Count("Number of the other incident", "As it stands in its title and its address.")

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)
        self.number.flags.required = True


class BecauseForm(Form):
    """A reason."""

    because = Text("Why", ENTRY_LIMIT, "It stands in the timeline.", rows=3, required=True)
