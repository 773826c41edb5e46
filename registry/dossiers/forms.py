"""Beginning a dossier; a case; a run; a file of results; signing."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from wtforms import FileField, HiddenField

from registry.dossiers.rules.cases import NAME_LIMIT, REFERENCE_LIMIT, CaseFacts, CaseType, Outcome, RunFacts
from registry.systems.rules.record import TEXT_LIMIT
from registry.web.confirming import own_password
from registry.web.formkit import Chosen, Day, Form, Line, Picked, Text, Wanted


class Answer(StrEnum):
    """Yes or no, where an answer is owed."""

    YES = "yes"
    NO = "no"


_SIMILAR: Final[Mapping[Answer, str]] = {
    Answer.YES: "Yes: the load, data and surroundings of use",
    Answer.NO: "No: they differed, as said below",
}


def _similar() -> Chosen:
    return Chosen(
        "Conditions similar to those of use",
        Answer,
        empty="Choose one",
        said=lambda one: _SIMILAR[one],
        validators=[Wanted()],
    )


def _why() -> Text:
    asked = "What made them similar, or what was different: load, data, hardware, people."
    return Text("Why", TEXT_LIMIT, asked, rows=2, required=True)


def answered(chosen: Any) -> bool | None:
    """Whether an answer was yes; None where none was given."""
    return None if chosen is None else chosen is Answer.YES


class BeginForm(Form):
    """The version whose tests begin."""

    version_id = Picked("Version", empty="Choose a version", required=True)


class CaseForm(Form):
    """One thing that is tried."""

    type = Chosen(
        "What it tries", CaseType, empty="Choose one", said=lambda one: one.said, validators=[Wanted()]
    )
    name = Line("Name", NAME_LIMIT, "Such as “claim without a date”. No two cases share one.", required=True)
    expected = Text("What should happen", TEXT_LIMIT, "Said before it is tried.", rows=2, required=True)
    steps = Text("Steps", TEXT_LIMIT, "What is done, so that somebody else can do it again.", rows=3)
    reference = Line(
        "Name in the test tool",
        REFERENCE_LIMIT,
        "Such as tests.bias.minors: results of files find the case by it.",
    )

    def facts(self) -> CaseFacts:
        """What was typed, as the rules read it."""
        return CaseFacts(
            self.type.data,
            self.name.data or "",
            self.reference.data or "",
            self.expected.data or "",
            self.steps.data or "",
        )


class RunForm(Form):
    """How one case went once."""

    case_id = Picked("Case", empty="Choose a case", required=True)
    outcome = Chosen("How it ended", Outcome, empty="Choose one", validators=[Wanted()])
    actual = Text("What happened", TEXT_LIMIT, "Needed where it failed or was skipped.", rows=3)
    ran_on = Day("Run on", render_kw={"required": True})
    is_similar = _similar()
    similar_because = _why()
    evidence_id = Picked("Evidence", "A report, a log: add it on the evidence page first.", empty="None")

    def facts(self) -> RunFacts:
        """What was typed, as the rules read it."""
        return RunFacts(
            self.outcome.data,
            self.actual.data or "",
            self.ran_on.data,
            answered(self.is_similar.data),
            self.similar_because.data or "",
        )


class ResultsForm(Form):
    """A file of results, and what holds for all of it."""

    file = FileField(
        "File",
        description="JUnit XML as test tools write it, or CSV in UTF-8 with the columns name and outcome; reference, type, "
        "actual and ran_on may be there.",
        render_kw={"required": True},
    )
    type = Chosen(
        "What new tests try",
        CaseType,
        "Needed where the file holds tests that are not here yet and says of none what it tries. Their cases are marked: "
        "the type is assumed.",
        empty="The file says it, or nothing in it is new",
        said=lambda one: one.said,
    )
    is_similar = _similar()
    similar_because = _why()


class SignForm(Form):
    """The statement that goes with a signature, and what it is for."""

    content = HiddenField()
    words = Text(
        "What the tests show",
        TEXT_LIMIT,
        "What passed and failed, and why types without a case are not needed. Kept for good, with your name.",
        rows=4,
        required=True,
    )
    password = own_password()
