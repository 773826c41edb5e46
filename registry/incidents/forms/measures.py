"""A corrective action and its steps; a report to an authority and its steps."""

from typing import Any

from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from registry.incidents.forms.instants import Instant
from registry.incidents.rules.corrective import ActionFacts
from registry.incidents.rules.record import ENTRY_LIMIT, PROSE_LIMIT
from registry.packs.rules import ReportingRule
from registry.systems.rules.record import LINE_LIMIT
from registry.web.formkit import Day, Form, Line, Picked, Revision, Text, Wanted


class ActionForm(Form):
    """What somebody does by a day so that it does not happen again."""

    title = Line(
        "What is to be done", LINE_LIMIT, "So that somebody else can see whether it was.", required=True
    )
    detail = Text("More about it", PROSE_LIMIT, "Markdown is understood.", rows=3)
    owner_id = Picked("Who does it", empty="Choose one", required=True)
    due_on = Day("Due on", "It stays on their desk until somebody else has verified it.")
    system_id = Picked("On which system", empty="The one it was found at")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.due_on.flags.required = True

    def facts(self) -> ActionFacts:
        """What was typed, as the rules read it."""
        return ActionFacts(
            self.title.data or "",
            self.detail.data or "",
            self.owner_id.data,
            self.due_on.data,
            self.system_id.data,
        )


class EditActionForm(ActionForm):
    """The same, and why its day moves."""

    version = Revision(default="0")
    because = Text("Why it changes", ENTRY_LIMIT, "Needed where the due day moves.", rows=2)

    @property
    def revision(self) -> int:
        """The revision the form was opened on."""
        return int(self.version.data or 0)


class DoneForm(Form):
    """What was done."""

    note = Text("What was done", ENTRY_LIMIT, "So that somebody else can verify it.", rows=3, required=True)


class VerifyForm(Form):
    """How it was seen that it holds."""

    note = Text("How you saw that it holds", ENTRY_LIMIT, rows=3, required=True)


class ReopenForm(Form):
    """What is missing, and by when."""

    because = Text("What is still missing", ENTRY_LIMIT, rows=3, required=True)
    due_on = Day("Due on", "Left out, the day it had.")


class DropForm(Form):
    """Why it need not be done."""

    because = Text("Why it need not be done", ENTRY_LIMIT, rows=3, required=True)


class ReportForm(Form):
    """Which duty, towards whom, from when on."""

    duty = SelectField("Duty", [Wanted()], validate_choice=False)
    authority = Line(
        "Authority", LINE_LIMIT, "Such as the market surveillance authority of Germany.", required=True
    )
    zone = Line(
        "Time zone of the authority",
        60,
        "Its days count, not ours.",
        required=True,
        default="Europe/Brussels",
        render_kw={"list": "known-zones", "autocomplete": "off"},
    )
    aware_at = Instant("Somebody here became aware", "The days count from the day after.", required=True)

    def offer(self, duties: ReportingRule) -> None:
        """The duties of the edition in force to choose from."""
        self.duty.choices = [
            SelectChoice(value="", label="Choose one"),
            *(
                SelectChoice(value=one.id, label=f"{one.says} ({one.days} days, {one.article})")
                for one in duties.duties
            ),
        ]


class MoveDueForm(Form):
    """Another instant until which it is due."""

    at = Instant("To be sent before", "In place of the computed one, which stays beside it.", required=True)
    because = Text("Why another day holds", ENTRY_LIMIT, "An authority may ask.", rows=3, required=True)


class AwareForm(Form):
    """Another instant of awareness."""

    aware_at = Instant("Somebody here became aware", "The days count from the day after.", required=True)
    because = Text("What was wrong", ENTRY_LIMIT, "An authority may ask.", rows=3, required=True)


class SentForm(Form):
    """When it was sent, and how it can be found again."""

    at = Instant("Sent", required=True)
    reference = Line(
        "Reference", LINE_LIMIT, "The authority's file number, or the name of the document.", required=True
    )
