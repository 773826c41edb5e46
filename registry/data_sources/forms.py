"""A source; retiring one; attaching one to a system and ending that; quality checks and their results."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final

from wtforms import BooleanField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget

from registry.data_sources.models import DataSource
from registry.data_sources.rules.quality import UNIT_LIMIT, CheckFacts, Dimension, ResultFacts
from registry.data_sources.rules.sources import (
    NAME_LIMIT,
    Classification,
    Purpose,
    SourceFacts,
    Stated,
)
from registry.data_sources.rules.uses import NOTE_LIMIT
from registry.kernel.calendar import Cadence
from registry.kernel.guard_rails import Bound
from registry.kernel.text import worded
from registry.systems.rules.record import LINE_LIMIT, TEXT_LIMIT
from registry.web.formkit import Chosen, Day, Form, Line, Number, Picked, Revision, Text, Wanted

_MARKDOWN = "Markdown is understood."
_CLASSES: Final[Mapping[Classification, str]] = {
    Classification.PUBLIC: "Public: anybody may see it",
    Classification.INTERNAL: "Internal: for people who work here",
    Classification.CONFIDENTIAL: "Confidential: for those who need it",
    Classification.SECRET: "Secret: for named people only",
}
_ANSWERS: Final[Mapping[Stated, str]] = {
    Stated.UNKNOWN: "Not known yet",
    Stated.YES: "Yes",
    Stated.NO: "No",
}


class Purposes(SelectMultipleField):
    """Any of the purposes, as check-boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label: str, description: str, **options: Any) -> None:
        choices = [SelectChoice(value=one.value, label=worded(one.value).capitalize()) for one in Purpose]
        super().__init__(label, choices=choices, description=description, **options)


class SourceForm(Form):
    """Everything stated of a data source."""

    version = Revision(default="0")
    name = Line("Name", NAME_LIMIT, "The name people use for it; no two sources share one.", required=True)
    description = Text(
        "Description", TEXT_LIMIT, f"What is in it: of what, how much, since when. {_MARKDOWN}", rows=3
    )
    provenance = Text(
        "Provenance",
        TEXT_LIMIT,
        f"Where it comes from, how it was collected or made, and what was done to it. {_MARKDOWN}",
    )
    known_gaps = Text(
        "Known gaps and biases",
        TEXT_LIMIT,
        f"Who or what is missing, over-represented, mislabelled or out of date. {_MARKDOWN}",
    )

    owner_id = Picked("Owner", "Answers for the source and decides who may use it.", validators=[Wanted()])
    steward_id = Picked("Steward", "Looks after its quality from day to day.")
    custodian = Line("Custodian", LINE_LIMIT, "Who runs the storage: a team, a department or a supplier.")

    classification = Chosen(
        "Classification",
        Classification,
        "Who may see it.",
        empty="Not stated",
        said=lambda one: _CLASSES[one],
    )
    personal_data = Chosen(
        "Personal data",
        Stated,
        "Anything that concerns a person who can be identified.",
        default=Stated.UNKNOWN,
        said=lambda one: _ANSWERS[one],
    )
    special_category = Chosen(
        "Special categories of personal data",
        Stated,
        "Health, origin, religion, opinions, union membership, sex life, genetic or biometric data (GDPR Art. 9).",
        default=Stated.UNKNOWN,
        said=lambda one: _ANSWERS[one],
    )
    lawful_basis = Line(
        "Lawful basis",
        LINE_LIMIT,
        "What allows the personal data to be used: consent, contract, legal duty, …",
    )
    licence = Line(
        "Licence", LINE_LIMIT, "The licence or contract it is used under; “own data” where it is yours."
    )
    licence_expires_on = Day("Licence runs out on")
    consent = Line("Consent", LINE_LIMIT, "The consent people gave, and where it is kept.")
    consent_expires_on = Day("Consent runs out on")
    allowed_purposes = Purposes(
        "Purposes it may be used for",
        "Tick them only where classification, licence or consent rule others out; then no other is accepted.",
    )
    retention = Line("Retention", LINE_LIMIT, "How long it is kept, and what happens then.")

    location = Line("Location", LINE_LIMIT, "Where it is kept: system, region, path.")
    freshness_promised = Line(
        "Freshness promised", LINE_LIMIT, "How old it may be when it arrives, such as “by 6:00 each day”."
    )
    schema_version = Line("Schema version", LINE_LIMIT, "The version of its format that systems rely on.")

    # The page shows the source in these parts, in this order.
    PARTS: Final = (
        ("What it is", "", ("name", "description", "provenance", "known_gaps")),
        ("Who answers for it", "", ("owner_id", "steward_id", "custodian")),
        (
            "What may be done with it",
            "Say what is so today. Not knowing is recorded as not known, never as no.",
            (
                "classification",
                "personal_data",
                "special_category",
                "lawful_basis",
                "licence",
                "licence_expires_on",
                "consent",
                "consent_expires_on",
                "allowed_purposes",
                "retention",
            ),
        ),
        ("How it arrives", "", ("location", "freshness_promised", "schema_version")),
    )

    @property
    def revision(self) -> int:
        """The revision the form was opened on."""
        return int(self.version.data or 0)

    def facts(self) -> SourceFacts:
        """What was typed, as the rules read it."""
        values = {each.name: self[each.name].data for each in fields(SourceFacts)}
        values["allowed_purposes"] = tuple(
            one for one in Purpose if one.value in (self.allowed_purposes.data or ())
        )
        return SourceFacts(**values)


def source_shown(source: DataSource) -> dict[str, Any]:
    """The source as the form shows it."""
    values = {each.name: getattr(source, each.name) for each in fields(SourceFacts)}
    return values | {"version": source.version}


def source_opened(state: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A source's revision, as the ledger wrote it, in the form's own values; for telling whose change is whose."""
    if state is None:
        return None
    level = state.get("classification")
    return {**state, "classification": Classification(level) if level else None}


class RetireForm(Form):
    """Why a source is no longer to be used."""

    because = Text(
        "Why it is no longer to be used",
        TEXT_LIMIT,
        "Shown to every system that still uses it.",
        required=True,
    )


class AttachForm(Form):
    """A source of the catalogue, or a new one, and what the system uses it for."""

    source = Line(
        "Source",
        NAME_LIMIT,
        "Its name or its id, such as DS-0007. The catalogue's sources are offered as you type.",
        required=True,
        render_kw={"list": "known-sources", "autocomplete": "off"},
    )
    is_new = BooleanField(
        "The catalogue does not have it yet: add it, with me as its owner",
        description="You can state the rest of it afterwards.",
    )
    purpose = Chosen(
        "Used for", Purpose, empty="Choose a purpose", said=lambda one: one.said, validators=[Wanted()]
    )
    note = Text(
        "Note", NOTE_LIMIT, f"Which part of it, which period, how it is prepared. {_MARKDOWN}", rows=2
    )


class EndForm(Form):
    """Why a system no longer uses a source."""

    because = Text("Why, if it helps a later reader", TEXT_LIMIT, "Kept with the use.", rows=2)


class CheckForm(Form):
    """A check on a source's quality."""

    dimension = Chosen(
        "What it looks at", Dimension, empty="Choose one", said=lambda one: one.said, validators=[Wanted()]
    )
    rule = Line(
        "Rule", LINE_LIMIT, "What is counted, such as “rows with a birth date, of all rows”.", required=True
    )
    unit = Line("Unit", UNIT_LIMIT, "Such as %, days, rows.")
    bound = Chosen("Acceptable result", Bound, empty="Choose one", validators=[Wanted()])
    low = Number("Lower bound")
    high = Number("Upper bound")
    cadence = Chosen("A result is due", Cadence, empty="Choose one", validators=[Wanted()])

    def facts(self) -> CheckFacts:
        """What was typed, as the rules read it."""
        return CheckFacts(**{each.name: self[each.name].data for each in fields(CheckFacts)})


class ResultForm(Form):
    """One result of a check."""

    measured_on = Day("Measured on")
    value = Number("Result")
    note = Text("Note", TEXT_LIMIT, "What explains it, or what is done about it.", rows=2)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.measured_on.flags.required = self.value.flags.required = True

    def facts(self) -> ResultFacts:
        """What was typed, as the rules read it."""
        return ResultFacts(**{each.name: self[each.name].data for each in fields(ResultFacts)})
