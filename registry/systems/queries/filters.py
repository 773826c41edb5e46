"""FILTERS: what an address narrows the register by beside its facets.

A number on another page leads to the register narrowed so, and the list holds exactly what the number counts: both are
made of the clauses here. Nothing is counted for them on the register itself, where they would cost more than they tell.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col

from registry.systems.models import System
from registry.systems.queries.assured import LATEST, METRIC, SOON_DAYS, Clauses, assured, waiting
from registry.systems.rules.record import Reversibility
from registry.systems.rules.search import NOT_STATED

LACKING = "no_"
"""What stands before the name of something to ask for the systems that are without it."""


@dataclass(frozen=True, slots=True)
class Filter:
    """One thing an address narrows by: its parameter, its name for people, its values with their words, and their clauses."""

    name: str
    label: str
    said: Mapping[str, str]
    clauses: Callable[[Session, date], Clauses]

    def knows(self, value: str) -> bool:
        """Whether the value is one this filter could hold."""
        return value in self.said


# What there is to show, in words that follow "has" and "lacks".
_ASSURED: Final = {
    "measurable": "an objective with a metric",
    "measured": "live metrics",
    "reviewed": "a review that holds",
    "carded": "an approved card",
    "tested": "signed tests",
    "overseen": "oversight in force",
    "valued": "a value expected of it",
    "realised": "value realised in twelve months",
}

_WAITING: Final = {
    "alert": "an answer to a critical alert",
    "stop": "leave to go on after a stop",
    "review": "a decision by a reviewer",
    "review_late": "a review that is overdue",
    "autonomy": "a decision on more autonomy",
    "waiver": "a decision on a waiver",
    "waiver_ending": f"a waiver to end within {SOON_DAYS} days",
    "condition": f"a condition due within {SOON_DAYS} days, or overdue",
    "card": "a decision on a card",
}

# The numbers a business asks of a system that metrics give, with the kinds of those.
NUMBERS: Final = {
    "accuracy": "Accuracy",
    "error_rate": "Error rate",
    "user_satisfaction": "User satisfaction",
    "business_impact": "Business impact",
}
# How the newest readings of a number stand, the worst of several; by how bad that is.
UNMEASURED: Final = "unmeasured"
RANKED: Final = ("unjudged", "met", "warn", "breach")
_STANDS: Final = {
    "met": "within guard-rails",
    "warn": "in warning",
    "breach": "in breach",
    "unjudged": "measured, not judged",
    UNMEASURED: "not measured",
}

# Up to how many people a system states that it affects; the last band is open.
_BANDS: Final = {"under_1000": (0, 999), "under_100000": (1_000, 99_999), "from_100000": (100_000, None)}
_BANDS_SAID: Final = {
    "under_1000": "fewer than 1,000",
    "under_100000": "1,000 to 99,999",
    "from_100000": "100,000 or more",
    NOT_STATED: "not stated",
}


def worst_readings() -> Any:
    """By system and kind of number the rank of its newest readings of everybody, the worst where there are several."""
    rank = sa.case(*((LATEST.c.verdict == RANKED[at], at) for at in (1, 2, 3)), else_=0)
    return (
        sa.select(METRIC.c.system_id, METRIC.c.kind, sa.func.max(rank).label("rank"))
        .join(LATEST, LATEST.c.metric_id == METRIC.c.id)
        .where(METRIC.c.retired_at.is_(None), METRIC.c.kind.in_(sorted(NUMBERS)), LATEST.c.group_key == "")
        .group_by(METRIC.c.system_id, METRIC.c.kind)
    )


def _measuring(number: str) -> Any:
    """The systems that measure it, beside the rank of their readings."""
    # Named after its number: the same text twice in one statement would be one table in it.
    worst = worst_readings().subquery(f"worst_{number}")
    return worst, sa.select(worst.c.system_id).where(worst.c.kind == number)


def _stands(measuring: Callable[[str], Any], number: str, rank: int | None) -> ColumnElement[bool]:
    (worst, measured), system = measuring(number), col(System.id)
    return system.not_in(measured) if rank is None else system.in_(measured.where(worst.c.rank == rank))


def _numbers(_session: Session, _today: date) -> Clauses:
    measuring = cache(_measuring)
    ranks: dict[str, int | None] = {
        **{standing: rank for rank, standing in enumerate(RANKED)},
        UNMEASURED: None,
    }
    return {
        f"{number}.{standing}": partial(_stands, measuring, number, rank)
        for number in NUMBERS
        for standing, rank in ranks.items()
    }


def _assurances(session: Session, today: date) -> Clauses:
    found = assured(session, today)
    return {**found, **{LACKING + name: partial(_lacks, clause) for name, clause in found.items()}}


def _lacks(clause: Callable[[], ColumnElement[bool]]) -> ColumnElement[bool]:
    return ~clause()


def _affected(_session: Session, _today: date) -> Clauses:
    return {
        **{name: partial(_within, *band) for name, band in _BANDS.items()},
        NOT_STATED: lambda: col(System.affected_count).is_(None),
    }


def _within(low: int, high: int | None) -> ColumnElement[bool]:
    count = col(System.affected_count)
    return count.is_not(None) & (count >= low) & (sa.true() if high is None else count <= high)


def _reversible(_session: Session, _today: date) -> Clauses:
    return {
        **{each.value: partial(_states, each) for each in Reversibility},
        NOT_STATED: lambda: col(System.reversibility).is_(None),
    }


def _states(which: Reversibility) -> ColumnElement[bool]:
    return and_(col(System.reversibility).is_not(None), col(System.reversibility) == which)


FILTERS: Sequence[Filter] = (
    Filter(
        "assurance",
        "Assurance",
        {
            **{name: f"has {words}" for name, words in _ASSURED.items()},
            **{LACKING + name: f"lacks {words}" for name, words in _ASSURED.items()},
            "compliant": "not out of compliance",
            f"{LACKING}compliant": "out of compliance with its gate",
        },
        _assurances,
    ),
    Filter("waits", "Waits for", _WAITING, waiting),
    Filter(
        "number",
        "Number",
        {
            f"{number}.{standing}": f"{label}: {words}"
            for number, label in NUMBERS.items()
            for standing, words in _STANDS.items()
        },
        _numbers,
    ),
    Filter("affected", "People affected", _BANDS_SAID, _affected),
    Filter(
        "reversible",
        "Its decisions",
        {**{each.value: each.said.lower() for each in Reversibility}, NOT_STATED: "not stated"},
        _reversible,
    ),
)
FILTER_BY_NAME: Mapping[str, Filter] = {each.name: each for each in FILTERS}


def filtered(session: Session, name: str, values: Sequence[str], today: date) -> ColumnElement[bool]:
    """The systems that have one of these values in the filter."""
    clauses = FILTER_BY_NAME[name].clauses(session, today)
    return or_(*(clauses[value]() for value in values))
