"""What differs between two results: by outcome, role, duty, date and tier, in sentences."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from registry.classification.rules.conditions import Answer
from registry.classification.rules.questionnaire import Questionnaire
from registry.classification.rules.scoring import Owed, Result, Starts, answer_said
from registry.kernel.text import counted
from registry.systems.rules.record import Tier


@dataclass(frozen=True, slots=True)
class Scored:
    """What two results are compared by: the tier the answers proposed, what was found by article, and the duties."""

    tier: Tier | None
    findings: Mapping[tuple[str, str], tuple[Starts, ...]]
    """(article, reason) to from when it applies."""
    duties: Mapping[str, Owed]
    roles: frozenset[str]


def changes(before: Scored, after: Scored) -> list[str]:
    """What is otherwise, the gravest first."""
    return [*_tier(before, after), *_findings(before, after), *_roles(before, after), *_duties(before, after)]


def changes_on_rescoring(
    questionnaire: Questionnaire, before: Scored, after: Result, now: Scored
) -> list[str]:
    """The same for one set of answers by another edition: questions it asks anew come first, for without them nothing is found."""
    if after.is_complete:
        return changes(before, now)
    questions = [questionnaire.question(name) for name in after.unanswered]
    first = next(each.text for each in questions if each is not None)
    more = len(after.unanswered) - 1
    rest = f" And {counted(more, 'more question')}." if more else ""
    return [f"This edition asks what the answers do not say: “{first}”{rest}"]


def _tier(before: Scored, after: Scored) -> Iterator[str]:
    if before.tier is not after.tier and before.tier is not None and after.tier is not None:
        yield f"The answers come to {after.tier.value}, before to {before.tier.value}."


def _findings(before: Scored, after: Scored) -> Iterator[str]:
    for (article, says), starts in after.findings.items():
        if (article, says) not in before.findings:
            yield f"New: {says.rstrip('.')} ({article})."
        elif before.findings[article, says] != starts:
            yield f"{article} applies {starts_said(starts)}, before {starts_said(before.findings[article, says])}."
    for article, says in before.findings:
        if (article, says) not in after.findings:
            yield f"No longer: {says.rstrip('.')} ({article})."


def _roles(before: Scored, after: Scored) -> Iterator[str]:
    yield from (f"New role: {role}." for role in sorted(after.roles - before.roles))
    yield from (f"No longer in the role of {role}." for role in sorted(before.roles - after.roles))


def _duties(before: Scored, after: Scored) -> Iterator[str]:
    for name, duty in after.duties.items():
        if name not in before.duties:
            yield f"New duty: {duty.title} ({duty.article})."
        elif before.duties[name].applies != duty.applies:
            was = starts_said(before.duties[name].applies)
            yield f"{duty.title} ({duty.article}) applies {starts_said(duty.applies)}, before {was}."
    for name, duty in before.duties.items():
        if name not in after.duties:
            yield f"No longer a duty: {duty.title} ({duty.article})."


def starts_said(starts: tuple[Starts, ...]) -> str:
    """From when something applies, in few words: "from 2 Dec 2027", "from 2 Aug 2026 or 2 Dec 2027", "on no day"."""
    days = [f"{each.on.day} {each.on:%b %Y}" for each in starts if each.on is not None]
    return f"from {' or '.join(dict.fromkeys(days))}" if days else "on no day"


def answers_changed(
    questionnaire: Questionnaire, before: Mapping[str, Answer], after: Mapping[str, Answer]
) -> list[tuple[str, str | None, str | None]]:
    """Each question answered otherwise: its text, the answer before and after in words, None where it was not asked."""
    found = []
    for question in questionnaire.questions:
        was, now = before.get(question.id), after.get(question.id)
        if was != now:
            said = [None if one is None else answer_said(question, one) for one in (was, now)]
            found.append((question.text, said[0], said[1]))
    return found
