"""The questions of one section; the tier at the end. Field names begin with q_, so that no question can take another's place."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from wtforms import Field, RadioField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget

from registry.classification.actions import Verdict
from registry.classification.rules.questionnaire import Kind, Question
from registry.classification.rules.tiers import RATIONALE_LIMIT
from registry.kernel.errors import Problem, RuleBroken
from registry.systems.rules.record import Tier
from registry.web.formkit import Chosen, Form, Revision, Text

_MARK = "q_"


class Unmarked:
    """Marks a question as neither required nor optional: it can wait, and a run needs it."""

    field_flags: ClassVar[dict[str, bool]] = {"unmarked": True}

    def __call__(self, form: Any, field: Field) -> None:
        """Nothing to check here."""


class One(RadioField):
    """One answer or none yet."""

    def __init__(self, question: Question, **options: Any) -> None:
        choices = [SelectChoice(value=each.value, label=each.says) for each in question.choices]
        super().__init__(
            question.text,
            [Unmarked()],
            choices=choices,
            validate_choice=False,
            description=question.explains,
            **options,
        )

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = valuelist[0] if valuelist else ""


class Several(SelectMultipleField):
    """Any of the answers, as check-boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, question: Question, **options: Any) -> None:
        choices = [SelectChoice(value=each.value, label=each.says) for each in question.choices]
        super().__init__(
            question.text,
            [Unmarked()],
            choices=choices,
            validate_choice=False,
            description=question.explains,
            **options,
        )


class AnswersForm(Form):
    """The answers of one page."""

    version = Revision(default="0")

    @property
    def revision(self) -> int:
        """The revision of the draft the form was opened on; 0 where there was none."""
        return int(self.version.data or 0)

    def answers(self) -> dict[str, Any]:
        """What was chosen, by question; an empty answer where nothing was."""
        return {
            name.removeprefix(_MARK): field.data
            for name, field in self._fields.items()
            if name.startswith(_MARK)
        }


def field_name(question_id: str) -> str:
    """What the field of a question is called."""
    return _MARK + question_id


def first_choice(question_id: str) -> str:
    """The id on the page of a question's first choice: what leads to a question leads there."""
    return f"{_MARK}{question_id}-0"


def form_of(questions: Sequence[Question], answers: Mapping[str, Any] | None, version: int) -> AnswersForm:
    """The form of these questions, filled with these answers; from what was sent where they are None."""
    fields = {
        _MARK + each.id: Several(each) if each.kind is Kind.SEVERAL else One(each) for each in questions
    }
    kind = type("QuestionsForm", (AnswersForm,), fields)
    data = None if answers is None else shown_in(answers, questions, version)
    form: AnswersForm = kind(data=data)
    return form


def shown_in(answers: Mapping[str, Any], questions: Sequence[Question], version: int) -> dict[str, Any]:
    """Answers as the form of these questions shows them."""
    empty: dict[Kind, Any] = {Kind.SEVERAL: []}
    found = {_MARK + each.id: answers.get(each.id, empty.get(each.kind, "")) for each in questions}
    return found | {"version": version}


def on_the_form(refused: RuleBroken) -> RuleBroken:
    """The objections, each beside its question."""
    return RuleBroken([Problem(_MARK + each.field, each.message) for each in refused.problems])


class CompleteForm(Form):
    """The tier, and why where it is another than the answers come to."""

    version = Revision(default="0")
    tier = Chosen(
        "Internal tier",
        Tier,
        "How often owners confirm, how long an alert may wait and what reviews ask for follow from it.",
        empty="As the answers come to, and no lower than before",
    )
    rationale = Text(
        "Why another tier",
        RATIONALE_LIMIT,
        "Needed where it is another than the answers come to, or lower than before. Higher is for everybody who "
        "classifies; lower is for a reviewer who holds no seat on the system.",
        rows=3,
    )

    def verdict(self) -> Verdict:
        """What was chosen."""
        return Verdict(self.tier.data, self.rationale.data or "")
