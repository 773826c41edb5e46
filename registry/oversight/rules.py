"""What the oversight of a system must state: overseers' training, bounds of the override rate, drills of the stop."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from registry.kernel.errors import Problem
from registry.kernel.prose import problems_with_prose
from registry.systems.rules.record import LINE_LIMIT, TEXT_LIMIT, text_problems

_FIRST_YEAR: Final = 1990
_LAST_YEAR: Final = 2100
# A week: what takes longer to stop was not stopped.
LONGEST_STOP_SECONDS: Final = 7 * 24 * 3600
DRILL_DAYS: Final = 365


@dataclass(frozen=True, slots=True)
class Bounds:
    """Between which shares of outputs, in percent, people may override the system without anybody having to ask why.

    Above the high bound it is wrong too often; below the low one nobody may be looking.
    """

    low: Decimal | None
    high: Decimal | None
    because: str = ""


def problems_with_bounds(bounds: Bounds) -> list[Problem]:
    """Objections to bounds of the override rate."""
    problems = [
        Problem(name, "Give a share from 0 to 100 percent.")
        for name in ("low", "high")
        for value in [getattr(bounds, name)]
        if value is None or not (value.is_finite() and 0 <= value <= 100)
    ]
    if not problems and bounds.low is not None and bounds.high is not None and bounds.low >= bounds.high:
        problems.append(Problem("high", "The high bound lies above the low one."))
    if not bounds.because:
        problems.append(Problem("because", "Say why these bounds fit this system."))
    return problems + _prose("because", bounds.because)


@dataclass(frozen=True, slots=True)
class Rate:
    """How often people overrode the outputs they spoke of in some stretch of time: so many of so many."""

    overridden: int
    told: int

    @property
    def percent(self) -> Decimal | None:
        """The share in percent, or None where nothing was said."""
        return Decimal(100 * self.overridden) / self.told if self.told else None


def objection_to_rate(rate: Rate, bounds: Bounds) -> str:
    """What is suspicious about an override rate, in a sentence; "" where it lies within the bounds or nothing was said."""
    share = rate.percent
    if share is None or bounds.low is None or bounds.high is None:
        return ""
    if share > bounds.high:
        return "People override it more often than was thought bearable: it may not fit its cases any more."
    if share < bounds.low:
        return "People override it less often than was thought likely: perhaps nobody looks any more."
    return ""


@dataclass(frozen=True, slots=True)
class Training:
    """What an overseer was trained in, when, until when that counts, and whether they have the word and the means to stop."""

    person_id: int | None
    what: str
    on_day: date | None
    valid_until: date | None = None
    may_stop: bool = False


def problems_with_training(
    training: Training, *, is_overseer: bool, is_own: bool, today: date
) -> list[Problem]:
    """Objections to a training; `is_own`: whoever records it was trained themselves."""
    problems = text_problems("what", training.what, LINE_LIMIT, one_line=True)
    if not training.what:
        problems.append(Problem("what", "Say what they were trained in."))
    if not is_overseer:
        says = "Choose somebody who holds the seat of overseer on this system."
        problems.append(Problem("person_id", says))
    if is_own and training.may_stop:
        says = "That you have the word and the means to stop it, somebody else records."
        problems.append(Problem("may_stop", says))
    if problem := _day_problem("on_day", training.on_day, today):
        problems.append(problem)
    elif training.valid_until and not _follows(training.valid_until, training.on_day):
        problems.append(Problem("valid_until", "A training counts from its day on, not until before it."))
    return problems


def _follows(until: date, day: date | None) -> bool:
    return day is not None and day <= until <= date(_LAST_YEAR, 12, 31)


def counts_on(valid_until: date | None, day: date) -> bool:
    """Whether a training still counts on that day, which is included."""
    return valid_until is None or day <= valid_until


@dataclass(frozen=True, slots=True)
class DrillFacts:
    """One try of stopping the system: when, what was tried, whether it worked and within how many seconds."""

    on_day: date | None
    tried: str
    worked: bool | None
    seconds: int | None = None
    led_by_id: int | None = None


def problems_with_drill(drill: DrillFacts, *, leader_is_here: bool, today: date) -> list[Problem]:
    """Objections to a drill."""
    problems = _prose("tried", drill.tried)
    if not drill.tried:
        problems.append(Problem("tried", "Say what was tried."))
    if problem := _day_problem("on_day", drill.on_day, today):
        problems.append(problem)
    if drill.worked is None:
        problems.append(Problem("worked", "Say whether it stopped."))
    if drill.worked and drill.seconds is None:
        problems.append(Problem("seconds", "Say after how many seconds it had stopped."))
    if drill.seconds is not None and not 0 <= drill.seconds <= LONGEST_STOP_SECONDS:
        problems.append(Problem("seconds", "Give whole seconds, at most those of a week."))
    if not leader_is_here:
        problems.append(Problem("led_by_id", "Choose somebody who is active; this person has left."))
    return problems


def is_current_drill(on_day: date, *, worked: bool, today: date) -> bool:
    """Whether a drill still shows that stopping works: it did, and not longer than a year ago."""
    return worked and today - on_day <= timedelta(days=DRILL_DAYS)


def _day_problem(name: str, day: date | None, today: date) -> Problem | None:
    if day is None:
        return Problem(name, "Give the day.")
    if day > today:
        return Problem(name, "This day has not come yet.")
    return None if day.year >= _FIRST_YEAR else Problem(name, f"Give a day from {_FIRST_YEAR} on.")


def _prose(name: str, text: str) -> list[Problem]:
    stored = text_problems(name, text, TEXT_LIMIT)
    return stored or [Problem(name, f"This text {says}") for says in problems_with_prose(text)]
