"""Which edition of the questionnaire is in force on a day, and what an edition somebody adds must satisfy beside the others."""

from collections.abc import Sequence
from datetime import date

from registry.classification.rules.questionnaire import Questionnaire
from registry.kernel.text import as_counted

ACT = "eu-ai-act-classification"
"""The questionnaire systems are classified by."""


def in_force(editions: Sequence[Questionnaire], on: date) -> Questionnaire:
    """The edition by which systems are classified on that day: the latest that is in force.

    Raises LookupError where none is yet.
    """
    there = [each for each in editions if each.id == ACT and each.effective_from <= on]
    if not there:
        raise LookupError(f"no edition of {ACT} is in force on {on.isoformat()}")
    return max(there, key=lambda each: (each.effective_from, as_counted(each.edition)))


def together(shipped: Sequence[Questionnaire], added: Sequence[Questionnaire]) -> list[Questionnaire]:
    """All editions. One that was added stays what runs here were made by, also when a later release of the registry ships
    one of the same name.
    """
    ours = {each.said for each in added}
    return [*(each for each in shipped if each.said not in ours), *added]


def problems_with_adding(added: Questionnaire, others: Sequence[Questionnaire], today: date) -> list[str]:
    """Objections to adding a sound edition beside those there are: it has to be in force on some day from today on."""
    if added.id != ACT:
        return [f"Systems are classified by {ACT}; this is {added.id}."]
    problems = []
    if added.as_of > today:
        problems.append("Its as_of lies in the future; it is the day on which the law was read.")
    if in_force([*others, added], max(today, added.effective_from)) is not added:
        problems.append(
            "A later edition is in force already, so this one never would be; give it a later day."
        )
    return problems
