"""Submitting, giving and deciding reviews; findings and conditions; attesting, signing, waiving."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from wtforms import BooleanField, HiddenField, SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget

from registry.reviews.rules.decisions import ConditionFacts, DecisionFacts
from registry.reviews.rules.findings import FindingFacts
from registry.reviews.rules.kinds import NAME_LIMIT, Decision, Kind, Severity, Signed
from registry.reviews.rules.waivers import WaiverFacts
from registry.systems.rules.record import LINE_LIMIT, TEXT_LIMIT
from registry.web.confirming import own_password
from registry.web.formkit import Chosen, Day, Form, Line, Picked, Text, Wanted

_MARKDOWN = "Markdown is understood."
_CONDITIONS = 3


class Frameworks(SelectMultipleField):
    """Any of the frameworks in force, as check-boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, **options: Any) -> None:
        super().__init__(
            "Frameworks",
            choices=[],
            description="Whose controls are asked for. The baseline always is.",
            **options,
        )

    def offer(self, editions: Mapping[str, str]) -> None:
        """The editions to choose from with their titles, the first of which is always asked."""
        self.choices = [
            SelectChoice(value=said, label=f"{title} ({said})") for said, title in list(editions.items())[1:]
        ]


class SubmitForm(Form):
    """What hands a system's record to the reviewers."""

    kind = Chosen(
        "Why it is reviewed", Kind, "One of each kind goes on at a time.", said=lambda one: one.said
    )
    note = Text(
        "Note to the reviewer",
        TEXT_LIMIT,
        f"What is to be decided, and what has changed since last time. {_MARKDOWN}",
        required=True,
    )
    packs = Frameworks()


class AgainForm(Form):
    """What hands a review to the reviewers once more."""

    note = Text("Note to the reviewer", TEXT_LIMIT, "What you have changed.", required=True)


class AssignForm(Form):
    """Who has a review."""

    reviewer_id = Picked(
        "Reviewer", "Somebody who holds no seat on the system and has not written its record.", required=True
    )


class FrameForm(Form):
    """The frameworks of a review."""

    packs = Frameworks()


class ChecklistForm(Form):
    """Carries the token that proves the page was ours, and the objections to what was answered."""


class DecideForm(Form):
    """A decision on the content that was read."""

    content_sha256 = HiddenField()
    decision = Chosen(
        "Decision",
        Decision,
        "It binds to the record as it was submitted.",
        empty="Choose",
        said=lambda one: one.said,
        validators=[Wanted()],
    )
    reason = Text("Reason", TEXT_LIMIT, f"The owner acts on this. {_MARKDOWN}", rows=3)
    condition_1 = Line("Condition", LINE_LIMIT, "Only where you approve with conditions.")
    due_1 = Day("To be met by")
    condition_2 = Line("Second condition", LINE_LIMIT)
    due_2 = Day("To be met by")
    condition_3 = Line("Third condition", LINE_LIMIT)
    due_3 = Day("To be met by")
    password = own_password()

    def facts(self) -> DecisionFacts:
        """As the rules read it; a condition is one of which the words or the day are given."""
        given = [
            ConditionFacts(self[f"condition_{number}"].data or "", self[f"due_{number}"].data)
            for number in range(1, _CONDITIONS + 1)
        ]
        return DecisionFacts(
            self.decision.data,
            self.reason.data or "",
            self.content_sha256.data or "",
            tuple(each for each in given if each.text or each.due_on),
        )


class FindingForm(Form):
    """What a review finds wanting."""

    title = Line("What is wanting", LINE_LIMIT, "In one line.", required=True)
    detail = Text("Detail", TEXT_LIMIT, _MARKDOWN, rows=3)
    severity = Chosen(
        "Severity",
        Severity,
        "Nothing is approved beside one of high severity until it is verified as mended.",
    )
    owner_id = Picked("Who mends it", "It stands on their desk.", required=True)
    due_on = Day("By", "The day it has to be mended by.")

    def facts(self) -> FindingFacts:
        """As the rules read it."""
        return FindingFacts(
            self.title.data or "",
            self.detail.data or "",
            self.severity.data,
            self.owner_id.data,
            self.due_on.data,
        )


class NoteForm(Form):
    """What was done, or what is seen."""

    note = Text("Note", TEXT_LIMIT, "What was done, or by what you see it.", rows=3, required=True)


class AttestForm(Form):
    """An owner's word."""

    content_sha256 = HiddenField()
    agrees = BooleanField("I state all of this of this system, as its accountable owner.", [Wanted()])
    printed_name = Line("Your name in print", NAME_LIMIT, required=True)
    password = own_password()


class SignForm(Form):
    """A signature for one seat."""

    seat = Chosen("Seat", Signed, "You sign for a seat you hold.", empty="Choose", validators=[Wanted()])
    printed_name = Line("Your name in print", NAME_LIMIT, required=True)
    password = own_password()


class WaiverForm(Form):
    """What need not be met for a while."""

    subject = SelectField(
        "What is waived",
        [Wanted()],
        choices=[],
        description="A control of a framework, or a criterion of a gate.",
    )
    because = Text(
        "Why", TEXT_LIMIT, "Why it cannot be met now, and what stands in for it meanwhile.", required=True
    )
    until = Day("Until", "Its last day. It expires by itself.")

    def offer(self, subjects: Mapping[str, str]) -> None:
        """What can be waived, by id with what it asks for."""
        self.subject.choices = [
            SelectChoice(value="", label="Choose"),
            *(SelectChoice(value=key, label=said) for key, said in subjects.items()),
        ]

    def facts(self) -> WaiverFacts:
        """As the rules read it."""
        return WaiverFacts(self.subject.data or "", self.because.data or "", self.until.data)


class Verdict(StrEnum):
    """What becomes of a waiver that was asked for."""

    GRANT = "grant"
    REFUSE = "refuse"


class WaiverDecisionForm(Form):
    """Whether a waiver is granted."""

    verdict = Chosen("Decision", Verdict, empty="Choose", validators=[Wanted()])
    because = Text("Why", TEXT_LIMIT, "Whoever asked reads this.", rows=3, required=True)
    until = Day("Until", "No later than asked for.")
    password = own_password()

    def granted(self) -> bool | None:
        """As the rules read it."""
        return None if self.verdict.data is None else self.verdict.data is Verdict.GRANT

    def day(self) -> date | None:
        """Its last day."""
        found: date | None = self.until.data
        return found


class BecauseForm(Form):
    """Why something ends before its day."""

    because = Text("Why", TEXT_LIMIT, "Shown to whoever asked for it.", rows=3, required=True)
