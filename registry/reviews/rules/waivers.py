"""Waivers: what one states, how long it may hold, and where it stands on a day."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from registry.kernel.errors import Problem
from registry.kernel.text import counted
from registry.reviews.rules.kinds import WaiverState
from registry.systems.rules.record import LINE_LIMIT, TEXT_LIMIT, text_problems


@dataclass(frozen=True, slots=True)
class WaiverFacts:
    """What is not to be met for a while: a control or criterion by its id, why, and until when."""

    subject: str
    because: str
    until: date | None


def problems_with_waiver(facts: WaiverFacts, today: date, most_days: int) -> list[Problem]:
    """Objections to asking for a waiver."""
    problems = text_problems("subject", facts.subject, LINE_LIMIT, one_line=True)
    problems += text_problems("because", facts.because, TEXT_LIMIT)
    if not facts.subject.strip():
        problems.append(Problem("subject", "Name the control or criterion that is to be waived."))
    if not facts.because.strip():
        problems.append(Problem("because", "Say why it cannot be met now and what stands in for it."))
    return problems + until_problems(facts.until, today, most_days)


def until_problems(until: date | None, today: date, most_days: int) -> list[Problem]:
    """Objections to the last day of a waiver."""
    if until is None or not today < until <= today + timedelta(days=most_days):
        return [Problem("until", f"Give a day to come, at most {counted(most_days, 'day')} from now.")]
    return []


def standing_of(granted: bool | None, revoked_at: datetime | None, until: date, today: date) -> WaiverState:
    """Where a waiver stands on that day; its last day still counts. `granted` is None while nobody has decided."""
    if granted is None:
        return WaiverState.ASKED
    if not granted:
        return WaiverState.REFUSED
    if revoked_at is not None:
        return WaiverState.REVOKED
    return WaiverState.EXPIRED if today > until else WaiverState.GRANTED
