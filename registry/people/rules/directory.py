"""Who is active, what a person, unit or team must state, and which moves of a unit are legal."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from registry.kernel.errors import Problem
from registry.kernel.text import clean

NAME_LIMIT = 200
EMAIL_LIMIT = 254
FIRST_YEAR, LAST_YEAR = 1950, 2100
_EMAIL = re.compile(r"[^@\s\x00-\x1f<>\",;]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")


class Function(StrEnum):
    """What a team does; the four seats of a sign-off are filled from these."""

    BUSINESS = "business"
    DATA = "data"
    ENGINEERING = "engineering"
    COMPLIANCE = "compliance"
    OPERATIONS = "operations"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What is recorded of a person."""

    name: str
    email: str
    job_title: str = ""
    unit_id: int | None = None
    active_from: date | None = None
    active_to: date | None = None


def is_active(active_from: date | None, active_to: date | None, on: date) -> bool:
    """Whether a person is here on that day: from the first day on, up to and including the last."""
    return (active_from is None or active_from <= on) and (active_to is None or on <= active_to)


def same_email(text: str) -> str:
    """The form in which two e-mail addresses are compared: trimmed and in lower case."""
    return text.strip().lower()


def tidy_line(text: str) -> str:
    """A text on one line in its storable form; one that has none is left for the rules to refuse."""
    line = " ".join(text.split())
    try:
        return clean(line)
    except ValueError:
        return line


def problems_with_person(facts: PersonFacts, *, email_taken: bool) -> list[Problem]:
    """Every objection to a person's record."""
    problems = _name_problems(facts.name, f"Give the person's name in at most {NAME_LIMIT} characters.")
    if len(facts.email) > EMAIL_LIMIT or not _EMAIL.fullmatch(facts.email):
        problems.append(Problem("email", "Give an e-mail address such as ada@example.org."))
    elif email_taken:
        problems.append(Problem("email", "Somebody else already has this e-mail address."))
    if len(facts.job_title) > NAME_LIMIT:
        problems.append(Problem("job_title", f"Shorten this to {NAME_LIMIT} characters."))
    problems += _unstorable("email", facts.email) + _unstorable("job_title", facts.job_title)
    problems += _day_problems("active_from", facts.active_from)
    return problems + problems_with_last_day(facts.active_from, facts.active_to)


def problems_with_last_day(active_from: date | None, last_day: date | None) -> list[Problem]:
    """Objections to somebody's last day: out of range, or before the first."""
    if active_from and last_day and last_day < active_from:
        return [Problem("active_to", "The last day cannot lie before the first.")]
    return _day_problems("active_to", last_day)


def problems_with_leaving(active_from: date | None, last_day: date | None, *, oneself: bool) -> list[Problem]:
    """Objections to noting that somebody leaves. Nobody notes it of themselves: they would lock themselves out."""
    problems = problems_with_last_day(active_from, last_day)
    if last_day is None:
        problems.append(Problem("active_to", "Give the person's last day."))
    if oneself:
        problems.append(Problem("", "Ask another administrator to note that you leave."))
    return problems


def problems_with_unit(
    name: str,
    unit_id: int | None,
    parent_id: int | None,
    parents: Mapping[int, int | None],
    *,
    name_taken: bool,
    head_is_here: bool = True,
) -> list[Problem]:
    """Objections to a unit: no name, a name its parent already has, an unknown unit above, a head who has left, or a
    move that would make it its own ancestor.

    `parents` maps every unit to the unit above it.
    """
    problems = _name_problems(name, f"Give the unit a name of at most {NAME_LIMIT} characters.")
    if name_taken:
        problems.append(Problem("name", "The unit above already has a unit of this name."))
    if parent_id is not None and parent_id not in parents:
        problems.append(Problem("parent_id", "Choose a unit of this organisation."))
    elif unit_id is not None and unit_id in chain_of(parent_id, parents):
        problems.append(Problem("parent_id", "A unit cannot stand below itself."))
    if not head_is_here:
        problems.append(Problem("head_id", "Choose somebody who is here now."))
    return problems


def problems_with_team(
    name: str, *, name_taken: bool, leader_is_here: bool, deputy_is_here: bool, same_person: bool
) -> list[Problem]:
    """Objections to a team: no name or one that is taken, a leader or deputy who has left, one person as both."""
    problems = _name_problems(name, f"Give the team a name of at most {NAME_LIMIT} characters.")
    if name_taken:
        problems.append(Problem("name", "There is already a team of this name."))
    if not leader_is_here:
        problems.append(Problem("leader_id", "Choose somebody who is here now."))
    if not deputy_is_here:
        problems.append(Problem("deputy_id", "Choose somebody who is here now."))
    elif same_person:
        problems.append(Problem("deputy_id", "The deputy stands in for the leader; choose somebody else."))
    return problems


def chain_of(unit_id: int | None, parents: Mapping[int, int | None]) -> tuple[int, ...]:
    """The unit and all units above it, nearest first. Ends at the top, and also at a loop should one ever exist."""
    chain: list[int] = []
    while unit_id is not None and unit_id not in chain:
        chain.append(unit_id)
        unit_id = parents.get(unit_id)
    return tuple(chain)


def below(tops: frozenset[int], parents: Mapping[int, int | None]) -> frozenset[int]:
    """The given units and every unit below them."""
    return frozenset(unit for unit in parents if tops & set(chain_of(unit, parents)))


def outline(parents: Mapping[int, int | None], names: Mapping[int, str]) -> list[tuple[int, int]]:
    """Every unit once as (number, depth), each below the unit above it and among its like by name.

    A loop, should one ever exist, hides none of its units.
    """
    chains = {unit: chain_of(unit, parents) for unit in parents}

    def place(unit: int) -> tuple[tuple[str, int], ...]:
        return tuple((names[each].casefold(), each) for each in reversed(chains[unit]))

    return [(unit, len(chains[unit]) - 1) for unit in sorted(parents, key=place)]


def path_said(unit_id: int | None, parents: Mapping[int, int | None], names: Mapping[int, str]) -> str:
    """A unit with the units above it, as people write it: "Bank / Retail / Cards"."""
    return " / ".join(names[unit] for unit in reversed(chain_of(unit_id, parents)))


def _name_problems(name: str, says: str) -> list[Problem]:
    if not name or len(name) > NAME_LIMIT:
        return [Problem("name", says)]
    return _unstorable("name", name)


def _unstorable(field: str, text: str) -> list[Problem]:
    try:
        clean(text)
    except ValueError as reason:
        return [Problem(field, f"This text {reason}. Remove it and try again.")]
    return []


def _day_problems(field: str, day: date | None) -> list[Problem]:
    if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
        return [Problem(field, f"Give a year between {FIRST_YEAR} and {LAST_YEAR}.")]
    return []
