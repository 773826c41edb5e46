"""Answers to a whole questionnaire from the few that matter."""

from collections.abc import Mapping
from typing import Any

from registry.classification.rules.questionnaire import Kind, Question, Questionnaire
from registry.classification.rules.scoring import score

_FIRST: Mapping[str, Any] = {"jurisdictions": ["eu"], "infers": "yes", "autonomy": "yes"}


def whole(questionnaire: Questionnaire, given: Mapping[str, Any]) -> dict[str, Any]:
    """An AI system in the Union with these answers; every other question that is asked is answered no, or none."""
    answers = {**_FIRST, **given}
    while unanswered := score(questionnaire, answers).unanswered:
        for name in unanswered:
            question = questionnaire.question(name)
            if question is not None:
                answers[name] = _nothing(question)
    return answers


def _nothing(question: Question) -> Any:
    if question.kind is Kind.YES_NO:
        return "no"
    value = "none" if "none" in question.values else question.values[-1]
    return [value] if question.kind is Kind.SEVERAL else value
