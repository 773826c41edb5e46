"""Findings of a review: what one states, and who resolves and verifies it."""

from dataclasses import dataclass
from datetime import date

from registry.kernel.calendar import months_after
from registry.kernel.errors import Problem
from registry.reviews.rules.kinds import FindingState, Severity
from registry.systems.rules.record import LINE_LIMIT, TEXT_LIMIT, text_problems


@dataclass(frozen=True, slots=True)
class FindingFacts:
    """What a reviewer found wanting, who mends it and until when."""

    title: str
    detail: str
    severity: Severity | None
    owner_id: int | None
    due_on: date | None


def problems_with_finding(
    facts: FindingFacts, today: date, *, owner_is_here: bool, owner_may_know: bool = True
) -> list[Problem]:
    """Objections to a finding. Nobody is given one on a system they may not know of: they could not read it."""
    problems = text_problems("title", facts.title, LINE_LIMIT, one_line=True)
    problems += text_problems("detail", facts.detail, TEXT_LIMIT)
    if not facts.title.strip():
        problems.append(Problem("title", "Say in one line what is wanting."))
    if facts.severity is None:
        problems.append(Problem("severity", "Say how much it matters."))
    if facts.owner_id is None or not owner_is_here:
        problems.append(Problem("owner_id", "Choose who mends it: somebody who is here."))
    elif not owner_may_know:
        problems.append(Problem("owner_id", "They may not see this system. Choose somebody who may."))
    if facts.due_on is None or not today <= facts.due_on <= months_after(today, 24):
        problems.append(Problem("due_on", "Give a day from today on, within two years."))
    return problems


def problems_with_resolving(state: FindingState, note: str) -> list[Problem]:
    """Objections to saying that a finding is mended."""
    if state is not FindingState.OPEN:
        return [Problem("", "This finding is not open.")]
    if not note.strip():
        return [Problem("note", "Say what was done.")]
    return text_problems("note", note, TEXT_LIMIT)


def problems_with_verifying(state: FindingState, note: str) -> list[Problem]:
    """Objections to agreeing that a finding is mended, or to saying that it is not."""
    if state is not FindingState.RESOLVED:
        return [Problem("", "Only what its owner has resolved can be verified.")]
    return text_problems("note", note, TEXT_LIMIT)
