"""What is set on several systems at once: fields, tags, an offer of the accountable seat, another seat."""

from typing import Any

from wtforms import SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget

from registry.annotations.rules.tags import MOST_TAGS, names_in
from registry.annotations.rules.tags import NAME_LIMIT as TAG_LIMIT
from registry.kernel.actor import Seat
from registry.ownership.rules import REASON_LIMIT, SEAT_SAID
from registry.systems.rules.bulk import CLEARABLE, FIELDS
from registry.systems.rules.record import LINE_LIMIT, Kind, Visibility
from registry.web.formkit import Chosen, Form, Line, Picked, Text, Wanted

_AS_IT_IS = "Leave as it is"
_LINE_HELP = "Left empty, it stays as it is."
_TAGS_LIMIT = MOST_TAGS * (TAG_LIMIT + 2)
_KNOWN = {"list": "known-tags", "autocomplete": "off"}


class Emptied(SelectMultipleField):
    """The fields to empty, as check-boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label: str, description: str, **options: Any) -> None:
        choices = [SelectChoice(value=name, label=FIELDS[name]) for name in CLEARABLE]
        super().__init__(label, choices=choices, description=description, **options)


class FieldsForm(Form):
    """Values that the selected systems are to state."""

    unit_id = Picked(FIELDS["unit_id"], empty=_AS_IT_IS)
    kind = Chosen(FIELDS["kind"], Kind, empty=_AS_IT_IS, said=lambda kind: kind.said)
    visibility = Chosen(
        FIELDS["visibility"],
        Visibility,
        "Restricted systems are visible only to those who hold a seat on them, the heads of their unit, "
        "reviewers, auditors and administrators.",
        empty=_AS_IT_IS,
        said=lambda one: {
            Visibility.COMPANY: "Everybody in the company",
            Visibility.RESTRICTED: "Restricted",
        }[one],
    )
    vendor_name = Line(FIELDS["vendor_name"], LINE_LIMIT, _LINE_HELP)
    deployed_where = Line(FIELDS["deployed_where"], LINE_LIMIT, _LINE_HELP)
    regions = Line(FIELDS["regions"], LINE_LIMIT, _LINE_HELP)
    complaints_contact = Line(FIELDS["complaints_contact"], LINE_LIMIT, _LINE_HELP)
    clear = Emptied("Empty these", "What they state now is taken out.")

    @property
    def values(self) -> dict[str, Any]:
        """The fields that were given, by name."""
        given = {name: self[name].data for name in FIELDS}
        return {name: value for name, value in given.items() if value not in {None, ""}}

    @property
    def emptied(self) -> dict[str, Any]:
        """The fields to empty, with what an empty one holds."""
        return {name: None if name == "kind" else "" for name in self.clear.data or ()}


class TagsForm(Form):
    """Tags the selected systems are to carry, or no longer."""

    add = Line("Add", _TAGS_LIMIT, "Commas stand between several.", render_kw=_KNOWN)
    remove = Line("Take off", _TAGS_LIMIT, "Commas stand between several.", render_kw=_KNOWN)

    @property
    def names(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The tags to add, and those to take off."""
        return names_in(self.add.data or ""), names_in(self.remove.data or "")


class HandOverForm(Form):
    """Who is asked to answer for the selected systems, and why."""

    to_id = Picked(
        "New accountable owner of all",
        "They are asked to accept. Until then nothing changes. An address beside a system goes before this.",
        empty="As said beside each system",
    )
    reason = Text(
        "Reason", REASON_LIMIT, "Both sides see it, and it stays in the ledger.", rows=3, required=True
    )


class SeatForm(Form):
    """Who sits in one seat of all selected systems."""

    seat = Chosen("Seat", Seat, said=lambda seat: SEAT_SAID[seat][0], validators=[Wanted()])
    person_id = Picked("Person", empty="Nobody")
    team_id = Picked("Or a team", empty="No team")
    reason = Text("Note", REASON_LIMIT, "Such as what was agreed.", rows=2)

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        # The accountable seat moves by hand-over, which the new owner accepts.
        self.seat.choices = [one for one in self.seat.choices if one.value != Seat.OWNER.value]
