"""Runs and questionnaires as JSON; answers to be made a run of."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from registry.classification.actions import Verdict
from registry.classification.models import ClassificationRun
from registry.classification.rules.questionnaire import Question, Questionnaire
from registry.classification.rules.scoring import follows_from
from registry.people.models import Person
from registry.systems.rules.record import Tier


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


def questionnaire_out(found: Questionnaire) -> dict[str, Any]:
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


def _question(found: Questionnaire, each: Question) -> dict[str, Any]:
    return {
        "id": each.id,
        "section": each.section,
        "text": each.text,
        "explains": each.explains,
        "kind": each.kind.value,
        "choices": [{"value": one.value, "says": one.says, "alone": one.alone} for one in each.choices],
        "follows_from": [led.question for led in follows_from(found, each)],
    }
