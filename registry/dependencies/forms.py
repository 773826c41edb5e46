"""A dependency; ending one; a test of one; the words that settle a reconsideration."""

from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal
from typing import Any

from registry.dependencies.models import Dependency
from registry.dependencies.rules.dependency import (
    MINUTES,
    DependencyFacts,
    Direction,
    OnFailure,
    Outcome,
    Span,
    TrialFacts,
    in_span,
)
from registry.systems.rules.record import LINE_LIMIT, TEXT_LIMIT
from registry.web.formkit import Chosen, Count, Day, Form, Line, Number, Picked, Revision, Text, Wanted

_MARKDOWN = "Markdown is understood."


class EditForm(Form):
    """What is stated of a dependency, apart from its two ends."""

    version = Revision(default="0")
    interface = Line(
        "Interface", LINE_LIMIT, "How it arrives: a REST call, a queue, a nightly file, a table."
    )
    contract_format = Line(
        "Format", LINE_LIMIT, "What the contract is written in, such as OpenAPI, Avro or CSV."
    )
    contract_version = Line(
        "Version of the contract",
        LINE_LIMIT,
        "When it changes, every system this reaches is asked to look again.",
    )
    freshness = Count(
        "No older than", "How old what arrives may be at most. Leave it out where none is promised."
    )
    freshness_unit = Chosen("Counted in", Span, empty=None, default=Span.MINUTES)
    timeout_seconds = Number("Waited for, in seconds", "After which it counts as failed. Such as 1.5.")
    on_failure = Chosen(
        "When it fails",
        OnFailure,
        "What becomes of whoever relies on it.",
        empty="Not stated",
        said=lambda one: one.said,
    )
    failure_words = Text(
        "In your words", TEXT_LIMIT, f"What people notice, who is told, what is lost. {_MARKDOWN}", rows=2
    )
    fallback = Text(
        "Fallback",
        TEXT_LIMIT,
        f"What is done instead until it is back, and for how long that bears. {_MARKDOWN}",
        rows=2,
    )
    owner_id = Picked("Owner", "The person to ask about it.")

    @property
    def revision(self) -> int:
        """The revision the form was opened on."""
        return int(self.version.data or 0)

    def facts(self, **ends: Any) -> DependencyFacts:
        """What was typed, as the rules read it, with the two ends."""
        values = {each.name: self[each.name].data for each in fields(DependencyFacts) if each.name in self}
        number, unit = self.freshness.data, self.freshness_unit.data or Span.MINUTES
        values["freshness_minutes"] = None if number is None else number * MINUTES[unit]
        return DependencyFacts(**{"direction": None, **values, **ends})


class AddForm(EditForm):
    """A new dependency with its two ends."""

    direction = Chosen(
        "Which way", Direction, empty="Choose one", said=lambda one: one.said, validators=[Wanted()]
    )
    other = Line(
        "What it is",
        LINE_LIMIT,
        "The id of a system of the register, such as AI-0042, or the name of a service.",
        required=True,
    )


def shown_in(dependency: Dependency) -> dict[str, Any]:
    """The dependency as the form shows it."""
    values = {each.name: getattr(dependency, each.name) for each in fields(DependencyFacts)}
    return _in_fields(values) | {"version": dependency.version}


def opened_in(state: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A dependency's revision, as the ledger wrote it, in the form's own values; for telling whose change is whose."""
    if state is None:
        return None
    values = dict(state)
    values["on_failure"] = OnFailure(state["on_failure"]) if state.get("on_failure") else None
    seconds = state.get("timeout_seconds")
    values["timeout_seconds"] = Decimal(seconds) if seconds is not None else None
    return _in_fields(values)


def _in_fields(values: dict[str, Any]) -> dict[str, Any]:
    minutes = values["freshness_minutes"]
    number, unit = in_span(minutes) if minutes else (None, Span.MINUTES)
    return values | {"freshness": number, "freshness_unit": unit}


class EndForm(Form):
    """Why one no longer relies on the other."""

    because = Text(
        "What takes its place, or why nothing has to", TEXT_LIMIT, "Kept with it.", rows=2, required=True
    )


class TrialForm(Form):
    """One test of a dependency."""

    tested_on = Day("Tested on")
    outcome = Chosen("Result", Outcome, empty="Choose one", said=lambda one: one.said, validators=[Wanted()])
    tried = Text(
        "What was tried",
        TEXT_LIMIT,
        "Such as: switched it off for ten minutes in the test environment.",
        rows=2,
        required=True,
    )
    note = Text("Evidence", TEXT_LIMIT, "Where the report is, who was there, what was seen.", rows=2)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.tested_on.flags.required = True

    def facts(self) -> TrialFacts:
        """What was typed, as the rules read it."""
        passed = self.outcome.data is Outcome.PASSED if self.outcome.data else None
        return TrialFacts(self.tested_on.data, passed, self.tried.data or "", self.note.data or "")


class SettleForm(Form):
    """What came of looking at a system again."""

    version = Revision()
    words = Text(
        "What you looked at, and what follows",
        TEXT_LIMIT,
        "A sentence is enough, also if nothing has to change. It stays with your name.",
        rows=3,
        required=True,
    )

    @property
    def revision(self) -> int:
        """The revision the form was opened on."""
        return int(self.version.data or 0)
