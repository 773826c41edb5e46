"""What an incident is tied to: things it was noticed by, systems, people, other incidents; and evidence that is held."""

from typing import Final

from registry.incidents.rules.kinds import Linked
from registry.incidents.rules.record import ENTRY_LIMIT
from registry.web.formkit import Chosen, Count, Form, Line, Picked, Text, Wanted

_KEY_LIMIT = 20
_LINKED: Final = {
    Linked.ALERT: "An alert",
    Linked.SNAPSHOT: "A reading",
    Linked.FEEDBACK: "A piece of feedback",
    Linked.DEPENDENCY: "A dependency",
    Linked.DATA_SOURCE: "A data source",
}


class LinkForm(Form):
    """A thing by its kind and number."""

    kind = Chosen("What", Linked, empty="Choose one", said=lambda one: _LINKED[one], validators=[Wanted()])
    target_id = Count("Its number", "As it stands in the address of its page.")

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)
        self.target_id.flags.required = True


class SystemForm(Form):
    """A further system the incident touches."""

    key = Line("Id of the system", _KEY_LIMIT, "Such as AI-0042.", required=True)


class PersonForm(Form):
    """Somebody who is to be told of it."""

    person_id = Picked(
        "Who", "Somebody who may know of every system it touches.", empty="Choose one", required=True
    )


class OtherForm(Form):
    """Another incident."""

    number = Count("Number of the other incident", "As it stands in its title and its address.")

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)
        self.number.flags.required = True


class BecauseForm(Form):
    """A reason."""

    because = Text("Why", ENTRY_LIMIT, "It stands in the timeline.", rows=3, required=True)
