"""What people may answer to an alert, and who is told when nobody does."""

from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from registry.kernel.errors import Problem
from registry.monitoring.rules.alerts import AlertState
from registry.systems.rules.record import text_problems

PROMISE_DAYS: Final = 90
REASON_LIMIT: Final = 2_000


class Level(StrEnum):
    """Who is told of an alert that nobody answers, in the order they are told."""

    DEPUTY = "deputy"
    UNIT_HEAD = "unit_head"


_ROLE_SAID: Final = {Level.DEPUTY: "deputy", Level.UNIT_HEAD: "head of the unit"}


def step_said(level: Level, *, somebody: bool) -> str:
    """Who is told at this level, or that it has nobody to tell whom the owner is not."""
    role = _ROLE_SAID[level]
    return f"the {role} is told" if somebody else f"there is no {role} to tell, other than the owner"


def problems_with_acknowledging(
    state: AlertState, promised_on: date | None, note: str, today: date
) -> list[Problem]:
    """Objections to taking an alert on with a promise: by which day it is dealt with."""
    problems = [*over(state), *text_problems("note", note, REASON_LIMIT)]
    return [*problems, *_day_problems("promised_on", promised_on, today, "it will be dealt with")]


def problems_with_snoozing(state: AlertState, until: date | None, reason: str, today: date) -> list[Problem]:
    """Objections to letting an alert rest until a day. Resting without a reason would be looking away."""
    problems = [*over(state), *text_problems("reason", reason, REASON_LIMIT)]
    if not reason:
        problems.append(Problem("reason", "Say why it can wait, for whoever looks at it meanwhile."))
    if until == today:
        return [*problems, Problem("until", "Choose a day after today.")]
    return [*problems, *_day_problems("until", until, today, "it may rest")]


def problems_with_resolving(state: AlertState, because: str) -> list[Problem]:
    """Objections to calling an alert over by hand."""
    problems = [*over(state), *text_problems("because", because, REASON_LIMIT)]
    if not because:
        problems.append(
            Problem("because", "Say what was found and done; the next such alert will name this one.")
        )
    return problems


def over(state: AlertState) -> list[Problem]:
    """The objection to whatever is done to an alert that is resolved."""
    if state is not AlertState.RESOLVED:
        return []
    return [Problem("", "This alert is resolved already. If the trouble comes back, a new one will name it.")]


def _day_problems(field: str, day: date | None, today: date, what: str) -> list[Problem]:
    if day is None:
        return [
            Problem(
                field,
                f"Give the day until which {what}." if field == "until" else f"Give the day by which {what}.",
            )
        ]
    if day < today:
        return [Problem(field, "This day has passed; choose one from today on.")]
    if day > today + timedelta(days=PROMISE_DAYS):
        return [Problem(field, f"Choose a day within the next {PROMISE_DAYS} days.")]
    return []


def waits(state: AlertState, waiting_from: date, today: date) -> bool:
    """Whether the alert needs somebody's answer now: nobody gave one, or the day they named is over."""
    return state is not AlertState.RESOLVED and waiting_from <= today


def waiting_after_promise(promised_on: date) -> date:
    """The day from which an alert waits again once it was promised to be dealt with by that day."""
    return promised_on + timedelta(days=1)


def next_level(taken: Level | None, waiting_from: date, answer_days: int, today: date) -> Level | None:
    """Who is to be told now of an alert that has waited since that day; None where nobody is yet, or everybody was.

    The deputy after `answer_days`, the head of the unit after twice as many. One at a time: where both are due, the
    deputy is told first.
    """
    following = {None: (Level.DEPUTY, 1), Level.DEPUTY: (Level.UNIT_HEAD, 2)}
    if taken not in following:
        return None
    level, times = following[taken]
    return level if waiting_from + timedelta(days=times * answer_days) <= today else None
