"""Checks on the quality of a data source: what one states, when a result meets it, when the next is due."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from registry.data_sources.rules.sources import prose_problems
from registry.kernel.calendar import Cadence, due_after
from registry.kernel.errors import Problem
from registry.kernel.guard_rails import Bound, number_problems, rail_problems
from registry.systems.rules.record import LINE_LIMIT, text_problems

UNIT_LIMIT: Final = 60


class Dimension(StrEnum):
    """What about the data a check looks at (ISO/IEC 25012 names the first five; the last is for learning data)."""

    COMPLETENESS = "completeness"
    VALIDITY = "validity"
    UNIQUENESS = "uniqueness"
    TIMELINESS = "timeliness"
    CONSISTENCY = "consistency"
    REPRESENTATIVENESS = "representativeness"

    @property
    def said(self) -> str:
        """The dimension with the question it asks."""
        return f"{self.value.capitalize()}: {_ASKS[self]}"


_ASKS: Final = {
    Dimension.COMPLETENESS: "is anything missing?",
    Dimension.VALIDITY: "do values keep to their format and range?",
    Dimension.UNIQUENESS: "is each thing there once?",
    Dimension.TIMELINESS: "is it recent enough?",
    Dimension.CONSISTENCY: "do its parts agree with each other and with other sources?",
    Dimension.REPRESENTATIVENESS: "are the people and cases it stands for all in it?",
}


class CheckState(StrEnum):
    """How a check stands. One that was not met may be overdue as well."""

    NOT_MET = "not_met"
    OVERDUE = "overdue"
    NEVER = "never_measured"
    MET = "met"

    @property
    def said(self) -> str:
        """The state as a heading."""
        return self.value.replace("_", " ").capitalize()

    @property
    def means(self) -> str:
        """What it says of a check."""
        return {
            CheckState.NOT_MET: "by the latest result",
            CheckState.OVERDUE: "a new result should have come",
            CheckState.NEVER: "no result at all",
            CheckState.MET: "and recent enough",
        }[self]


@dataclass(frozen=True, slots=True)
class CheckFacts:
    """What a quality check states: the rule in words, the acceptable result, how often it is looked at."""

    dimension: Dimension | None
    rule: str
    unit: str = ""
    bound: Bound | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    cadence: Cadence | None = None


@dataclass(frozen=True, slots=True)
class ResultFacts:
    """One result of a check."""

    measured_on: date | None
    value: Decimal | None
    note: str = ""


def problems_with_check(facts: CheckFacts) -> list[Problem]:
    """Every objection to a quality check. A check without a bound or a cadence could never fail, so both are needed."""
    problems = [
        *text_problems("rule", facts.rule, LINE_LIMIT, one_line=True),
        *text_problems("unit", facts.unit, UNIT_LIMIT, one_line=True),
    ]
    if facts.dimension is None:
        problems.append(Problem("dimension", "Choose what about the data the check looks at."))
    if not facts.rule:
        problems.append(
            Problem("rule", "Say what is counted or measured, so that another gets the same number.")
        )
    if facts.bound is None:
        problems.append(Problem("bound", "Choose at least, at most or between."))
    if facts.cadence is None:
        problems.append(Problem("cadence", "Say how often a result is due."))
    # The form's fields are called bound, low and high; the rail's objections name them after the rail.
    found = rail_problems("rail", facts.bound, facts.low, facts.high) if facts.bound else []
    return problems + [Problem(each.field.removeprefix("rail_"), each.message) for each in found]


def problems_with_result(facts: ResultFacts, *, today: date) -> list[Problem]:
    """Every objection to a result."""
    problems = [*number_problems("value", facts.value), *prose_problems("note", facts.note)]
    if facts.value is None:
        problems.append(Problem("value", "Give the result as a number."))
    if facts.measured_on is None:
        problems.append(Problem("measured_on", "Give the day it was measured."))
    elif facts.measured_on > today:
        problems.append(
            Problem("measured_on", "A result is measured by a day that has come; this one lies ahead.")
        )
    elif facts.measured_on.year < 1950:
        problems.append(Problem("measured_on", "Give a day from 1950 on."))
    return problems


def is_overdue(last: date | None, cadence: Cadence, on: date) -> bool:
    """Whether a result should have come by that day. A check without any result is due from the start."""
    return last is None or due_after(last, cadence) < on
