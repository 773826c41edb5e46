"""Runs and questionnaires as JSON; answers to be made a run of."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from registry.classification.actions import Verdict
from registry.classification.models import ClassificationRun
from registry.classification.rules.questionnaire import Question, Questionnaire
from registry.classification.rules.scoring import follows_from
from registry.people.models import Person
from registry.systems.rules.record import Tier
from registry.web.describing import Day, Instant, Words


class RunOut(TypedDict):
    """One run. `answers` are by question; the outcomes, roles and duties it came to stand beside, as the edition names them."""

    key: str
    questionnaire: str
    edition: str
    made_at: Instant
    made_by: str | None
    tier: Annotated[str, Words(Tier)]
    rationale: str | None
    proposed_tier: Annotated[str, Words(Tier)]
    proposed_because: str
    answers: dict[str, Any]
    outcomes: list[Any]
    roles: list[Any]
    duties: list[Any]


class RunsOut(TypedDict):
    """The runs of a system, newest first: the first of the first page stands. `classify_again`: what the edition in force would change."""

    tier: Annotated[str, Words(Tier)] | None
    classify_again: list[str]
    items: list[RunOut]
    next: str | None


class SectionOut(TypedDict):
    """One section of a questionnaire."""

    id: str
    title: str
    explains: str


class ChoiceOut(TypedDict):
    """One answer that can be given; `alone` where it stands with no other."""

    value: str
    says: str
    alone: bool


class QuestionOut(TypedDict):
    """One question, and the earlier ones it follows from."""

    id: str
    section: str
    text: str
    explains: str
    kind: str
    choices: list[ChoiceOut]
    follows_from: list[str]


class QuestionnaireOut(TypedDict):
    """What is asked today, in order."""

    questionnaire: str
    edition: str
    title: str
    source: str
    as_of: Day
    effective_from: Day
    sections: list[SectionOut]
    questions: list[QuestionOut]


class RunIn(BaseModel):
    """Every answer, the tier where another is set than the answers come to, and the key of the run it takes the place of."""

    model_config = ConfigDict(extra="forbid")

    answers: dict[str, str | list[str]] = Field(max_length=500)
    tier: Tier | None = None
    rationale: str = ""
    supersedes: str | None = None

    def verdict(self) -> Verdict:
        """The tier that is set, and why."""
        return Verdict(self.tier, self.rationale)


def run_out(run: ClassificationRun, people: Mapping[int, Person]) -> dict[str, Any]:
    """One run, whole."""
    by = people.get(run.made_by_id or 0)
    return {
        "key": run.key,
        "questionnaire": run.questionnaire,
        "edition": run.edition,
        "made_at": run.made_at.isoformat(),
        "made_by": by.email if by else None,
        "tier": run.tier.value,
        "rationale": run.rationale or None,
        "proposed_tier": run.proposed_tier.value,
        "proposed_because": run.proposed_because,
        "answers": run.answers,
        **run.outcomes,
    }


def questionnaire_out(found: Questionnaire) -> QuestionnaireOut:
    """The edition in force: what it asks, in order, and after which answers."""
    return {
        "questionnaire": found.id,
        "edition": found.edition,
        "title": found.title,
        "source": found.source,
        "as_of": found.as_of.isoformat(),
        "effective_from": found.effective_from.isoformat(),
        "sections": [
            {"id": each.id, "title": each.title, "explains": each.explains} for each in found.sections
        ],
        "questions": [_question(found, each) for each in found.questions],
    }


def _question(found: Questionnaire, each: Question) -> QuestionOut:
    return {
        "id": each.id,
        "section": each.section,
        "text": each.text,
        "explains": each.explains,
        "kind": each.kind.value,
        "choices": [{"value": one.value, "says": one.says, "alone": one.alone} for one in each.choices],
        "follows_from": [led.question for led in follows_from(found, each)],
    }
