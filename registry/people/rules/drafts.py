"""draft_of(): one row of a people file as the person it describes, or the reasons why it describes none."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from registry.kernel.dates import PartialDate, Precision, read_date
from registry.kernel.rows import RowProblem
from registry.kernel.text import shortened
from registry.people.rules.columns import ColumnMap
from registry.people.rules.directory import (
    NAME_LIMIT,
    PersonFacts,
    problems_with_person,
    same_email,
    tidy_line,
)
from registry.people.rules.unit_paths import Path, path_of, problem_with_path

_VALUE_SHOWN: Final = 80
_NOTHING: Final = frozenset({"", "-", "--", "n/a", "none", "null", "unknown", "unbekannt", "keine", "#n/a"})
# What HR systems write for "no end in sight".
_NEVER: Final = re.compile(r"\b(?:9999|2999|2099)\b")
_COLUMN_OF: Final = {"active_from": "first_day", "active_to": "last_day"}


@dataclass(frozen=True, slots=True)
class PersonDraft:
    """A person as one row describes them; what the row leaves blank is "", () or None. `unit` is a path from the top."""

    row: int
    email: str
    name: str
    job_title: str = ""
    unit: Path = ()
    active_from: date | None = None
    active_to: date | None = None

    def stated(self) -> dict[str, Any]:
        """What the row says, field by field, in a form that can be kept: days as text, the unit as a list of names."""
        said: dict[str, Any] = {
            "name": self.name,
            "job_title": self.job_title,
            "unit": list(self.unit),
            "active_from": self.active_from.isoformat() if self.active_from else "",
            "active_to": self.active_to.isoformat() if self.active_to else "",
        }
        return {name: value for name, value in said.items() if value}


@dataclass(frozen=True, slots=True)
class RowRead:
    """What was read of one row: a draft, or none when the row is refused; and everything that has to be told of it.

    `email` is kept also of a refused row, so that nobody is taken for a leaver because their row has a mistake.
    """

    row: int
    draft: PersonDraft | None
    email: str = ""
    above: Path = ()
    problems: tuple[RowProblem, ...] = ()


@dataclass(slots=True)
class _Reading:
    mapping: ColumnMap
    row: int
    cells: Mapping[str, str]
    problems: list[RowProblem] = field(default_factory=list)

    def text(self, target: str) -> tuple[str, str]:
        """The first cell of a field that states anything, tidied, with its column."""
        for column in self.mapping.columns.get(target, ()):
            value = tidy_line(self.cells.get(column, ""))
            if value.casefold() not in _NOTHING:
                return value, column
        return "", self.mapping.column(target)

    def tell(self, column: str, value: str, message: str) -> None:
        self.problems.append(RowProblem(self.row, column, shortened(value, _VALUE_SHOWN), message))


def draft_of(mapping: ColumnMap, row: int, cells: Mapping[str, str]) -> RowRead:
    """One row read. Pure; `cells` holds the texts by column."""
    reading = _Reading(mapping, row, cells)
    email, _ = reading.text("email")
    email = same_email(email.removeprefix("mailto:"))
    title, title_column = reading.text("job_title")
    if len(title) > NAME_LIMIT:
        reading.tell(title_column, title, f"Only the first {NAME_LIMIT} characters are kept.")
        title = shortened(title, NAME_LIMIT)
    unit, above = _unit(reading)
    draft = PersonDraft(
        row, email, _name(reading), title, unit, _day(reading, "first_day"), _day(reading, "last_day")
    )
    facts = PersonFacts(draft.name, email, title, None, draft.active_from, draft.active_to)
    refused = problems_with_person(facts, email_taken=False)
    for problem in refused:
        value, column = reading.text(_COLUMN_OF.get(problem.field, problem.field))
        reading.tell(column, value, problem.message)
    return RowRead(row, None if refused else draft, email, above, tuple(reading.problems))


def _name(reading: _Reading) -> str:
    first, last = reading.text("first_name")[0], reading.text("last_name")[0]
    whole = reading.text("name")[0]
    if whole and not (first and last):
        # "Muster, Max" is how directories sort names; people are called Max Muster.
        family, comma, given = whole.partition(", ")
        return f"{given} {family}".strip() if comma and given and "," not in given else whole
    return f"{first} {last}".strip()


def _unit(reading: _Reading) -> tuple[Path, Path]:
    text, column = reading.text("unit")
    unit, above = path_of(text), path_of(reading.text("parent_unit")[0])
    problem = problem_with_path(above + unit)
    if problem:
        reading.tell(column, text, f"{problem} The person's unit is left open.")
        return (), ()
    return unit, above if unit else ()


def _day(reading: _Reading, target: str) -> date | None:
    text, column = reading.text(target)
    if not text or _NEVER.search(text):
        return None
    found = read_date(text, reading.mapping.dates)
    if isinstance(found, PartialDate):
        if found.precision is Precision.DAY:
            return found.on
        found = "This is no whole date. Write it as 2026-11-30."
    reading.tell(column, text, f"{found} The row is read without it.")
    return None


def placed(read: RowRead, paths: Mapping[tuple[Path, Path], Path]) -> RowRead:
    """The row with its unit under the unit that the file as a whole puts above it (`unit_paths.chained`)."""
    if read.draft is None or not read.draft.unit:
        return read
    return replace(read, draft=replace(read.draft, unit=paths[read.draft.unit, read.above]))
