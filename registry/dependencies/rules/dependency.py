"""What a dependency states, when that may not stand, and how it fares: tested, failing, overdue, without a fallback."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from registry.kernel.calendar import months_after
from registry.kernel.errors import Problem
from registry.kernel.prose import problems_with_prose
from registry.kernel.text import counted
from registry.systems.rules.record import LINE_LIMIT, TEXT_LIMIT, Tier, text_problems

_LONGEST_PROMISE_MINUTES: Final = 5 * 366 * 24 * 60
_LONGEST_TIMEOUT_SECONDS: Final = Decimal(7 * 24 * 3600)
_MOST_DIGITS: Final = 40
_FIRST_YEAR: Final = 1950


class Direction(StrEnum):
    """Which way what passes between the two flows, seen from the system that states it."""

    UPSTREAM = "upstream"
    DOWNSTREAM = "downstream"

    @property
    def said(self) -> str:
        """The direction in a sentence."""
        return {
            Direction.UPSTREAM: "Upstream: this system relies on it",
            Direction.DOWNSTREAM: "Downstream: it relies on this system",
        }[self]


class OnFailure(StrEnum):
    """What becomes of the one that relies when the other does not answer."""

    FAILS_CLOSED = "fails_closed"
    FAILS_OPEN = "fails_open"
    DEGRADES = "degrades"
    STOPS = "stops"

    @property
    def said(self) -> str:
        """The behaviour with what it means."""
        return {
            OnFailure.FAILS_CLOSED: "Fails closed: the case is refused or waits",
            OnFailure.FAILS_OPEN: "Fails open: the case goes on without it",
            OnFailure.DEGRADES: "Degrades: it goes on with less",
            OnFailure.STOPS: "Stops: nothing goes on until it is back",
        }[self]


class Outcome(StrEnum):
    """What came of a test."""

    PASSED = "passed"
    FAILED = "failed"

    @property
    def said(self) -> str:
        """The outcome with what it means."""
        return {
            Outcome.PASSED: "Passed: it behaved as stated here",
            Outcome.FAILED: "Failed: it did not",
        }[self]


class Span(StrEnum):
    """The units a promise of freshness is given in."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"


MINUTES: Final[Mapping[Span, int]] = {
    Span.MINUTES: 1,
    Span.HOURS: 60,
    Span.DAYS: 24 * 60,
    Span.WEEKS: 7 * 24 * 60,
}


def in_span(minutes: int) -> tuple[int, Span]:
    """So many minutes in the largest unit that holds them whole: 120 is 2 hours, 90 stays 90 minutes."""
    fitting = [span for span in Span if minutes % MINUTES[span] == 0]
    return minutes // MINUTES[fitting[-1]], fitting[-1]


def span_said(minutes: int) -> str:
    """So many minutes in words: "2 hours"."""
    number, span = in_span(minutes)
    return counted(number, span.value.removesuffix("s"))


@dataclass(frozen=True, slots=True)
class DependencyFacts:
    """What is stated of a dependency: on another system of the register (by number), or on a service by its name.

    `freshness_minutes`: how old what is handed over may be at most. `timeout_seconds`: how long is waited for it.
    """

    direction: Direction | None
    other_system_id: int | None = None
    service: str = ""
    interface: str = ""
    contract_format: str = ""
    contract_version: str = ""
    freshness_minutes: int | None = None
    timeout_seconds: Decimal | None = None
    on_failure: OnFailure | None = None
    failure_words: str = ""
    fallback: str = ""
    owner_id: int | None = None


# What is said once, when a dependency is added: another partner or another way is another dependency.
FIXED: Final = frozenset({"direction", "other_system_id", "service"})
LINES: Final = ("service", "interface", "contract_format", "contract_version")
TEXTS: Final = ("failure_words", "fallback")


@dataclass(frozen=True, slots=True)
class TrialFacts:
    """One test of a dependency: on which day, whether it passed, what was tried, and where one can read about it."""

    tested_on: date | None
    passed: bool | None
    tried: str = ""
    note: str = ""


def problems_with(facts: DependencyFacts, *, own_id: int, owner_is_active: bool = True) -> list[Problem]:
    """Every objection to a dependency of the system with the number `own_id`."""
    problems = [
        one for name in LINES for one in text_problems(name, getattr(facts, name), LINE_LIMIT, one_line=True)
    ]
    problems += [one for name in TEXTS for one in prose_problems(name, getattr(facts, name))]
    if facts.direction is None:
        problems.append(Problem("direction", "Say whether this system relies on it, or it on this system."))
    if (facts.other_system_id is None) == (facts.service == ""):
        problems.append(
            Problem("other", "Name one thing: a system of the register by its id, or a service by its name.")
        )
    if facts.other_system_id == own_id:
        problems.append(Problem("other", "A system does not depend on itself. Name the other one."))
    if facts.freshness_minutes is not None and not 0 < facts.freshness_minutes <= _LONGEST_PROMISE_MINUTES:
        problems.append(Problem("freshness", "Give a time from one minute to five years."))
    if facts.timeout_seconds is not None and not _is_timeout(facts.timeout_seconds):
        problems.append(
            Problem("timeout_seconds", "Give a time from a thousandth of a second to a week, in seconds.")
        )
    if not owner_is_active:
        problems.append(Problem("owner_id", "Choose somebody who is active; this person has left."))
    return problems


def _is_timeout(seconds: Decimal) -> bool:
    # To the thousandth, and written out in no more digits than a column holds.
    exact = seconds.is_finite() and 0 < seconds <= _LONGEST_TIMEOUT_SECONDS
    return exact and seconds == round(seconds, 3) and len(format(seconds, "f")) <= _MOST_DIGITS


def problems_with_twin(*, is_stated: bool) -> list[Problem]:
    """The objection to stating what stands already: the same other end, the same direction, the same interface."""
    says = (
        "This is stated already, through the same interface. Edit what is there, or name another interface."
    )
    return [Problem("interface", says)] if is_stated else []


def problems_with_test(facts: TrialFacts, *, today: date) -> list[Problem]:
    """Every objection to a test."""
    problems = [*prose_problems("tried", facts.tried), *prose_problems("note", facts.note)]
    if facts.passed is None:
        problems.append(Problem("outcome", "Say whether it passed or failed."))
    if not facts.tried:
        problems.append(Problem("tried", "Say what was tried, so that the next person can try it again."))
    if facts.tested_on is None:
        problems.append(Problem("tested_on", "Give the day of the test."))
    elif not facts.tested_on.year >= _FIRST_YEAR:
        problems.append(Problem("tested_on", f"Give a day from {_FIRST_YEAR} on."))
    elif facts.tested_on > today:
        problems.append(
            Problem("tested_on", "A test is recorded once it has been made; this day lies ahead.")
        )
    return problems


def prose_problems(name: str, text: str) -> list[Problem]:
    """Objections to one Markdown text: what cannot be stored, and what would be too long to read or format."""
    problems = text_problems(name, text, TEXT_LIMIT)
    return problems or [Problem(name, f"This text {reason}") for reason in problems_with_prose(text)]


class Status(StrEnum):
    """How a dependency fares."""

    FAILING = "failing"
    UNTESTED = "untested"
    OVERDUE = "test_overdue"
    NO_FALLBACK = "no_fallback"
    TESTED = "tested"


@dataclass(frozen=True, slots=True)
class Standing:
    """One thing to know about a dependency, in a word and in a sentence."""

    status: Status
    says: str


# A test is asked for as often as an owner's word: the riskier the system, the sooner.
_MONTHS: Final[Mapping[Tier | None, int]] = {
    Tier.PROHIBITED: 3,
    Tier.HIGH: 3,
    Tier.LIMITED: 6,
    Tier.MINIMAL: 12,
    None: 12,
}
_NEEDS_FALLBACK: Final = frozenset({Tier.HIGH, Tier.PROHIBITED})


def trial_due_on(last: date, tier: Tier | None) -> date:
    """The last day on which a test made then still counts: three months for a high risk, six for a limited one, else a year."""
    return months_after(last, _MONTHS[tier])


def standings(
    facts: DependencyFacts, last: TrialFacts | None, tier: Tier | None, today: date
) -> tuple[Standing, ...]:
    """How a dependency of a system of that tier fares: what its last test says, then a fallback that is missing.

    A fallback is asked only of what a high-risk system itself relies on: what others do without it is theirs to say.
    """
    found = [_of_test(last, tier, today)]
    if facts.direction is Direction.UPSTREAM and tier in _NEEDS_FALLBACK and not facts.fallback:
        says = "A high-risk system relies on this, and nothing says what is done instead when it is gone."
        found.append(Standing(Status.NO_FALLBACK, says))
    return tuple(found)


def _of_test(last: TrialFacts | None, tier: Tier | None, today: date) -> Standing:
    if last is None or last.tested_on is None:
        return Standing(
            Status.UNTESTED, "Nobody has recorded a test: that it fails as stated is only a hope."
        )
    if not last.passed:
        return Standing(Status.FAILING, "The last test failed. Mend it, then record a test that passes.")
    due = trial_due_on(last.tested_on, tier)
    if due < today:
        late = counted((today - due).days, "day")
        says = f"A test counts for {counted(_MONTHS[tier], 'month')} here; the next has been due for {late}."
        return Standing(Status.OVERDUE, says)
    left = counted((due - today).days, "day")
    return Standing(Status.TESTED, f"The last test passed; the next is due in {left}.")
