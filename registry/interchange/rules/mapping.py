"""How a person lets a file be read: which sheet and characters, which column is which field, what identifies a row."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from registry.interchange.rules.profiles import FieldMap, Profile, SourceMap, UnitPart
from registry.interchange.rules.targets import REGISTRY_ID, TARGETS, Reader
from registry.interchange.rules.texts import folded
from registry.kernel.dates import Order
from registry.kernel.errors import Problem
from registry.kernel.text import worded

UNIT: Final = "unit"
DATA: Final = "data"
MOST_COLUMNS: Final = 250
MOST_IN_KEY: Final = 6
FIELDS_PER_COLUMN: Final = 2
_SAID: Final[Mapping[str, str]] = {
    "name": "Name of the system",
    "summary": "What it does",
    REGISTRY_ID: "Id in this register",
    UNIT: "Unit (top first)",
    DATA: "Data it uses",
    "owner_email": "Owner's e-mail",
    "owner_name": "Owner's name",
    "objective_problem": "The problem it solves",
    "objective_outputs": "What it puts out",
    "affected_count": "Number of people affected",
    "out_of_scope": "Uses out of scope",
    "in_service_on": "In service since",
    "retired_on": "Retired on",
    "deployed_where": "Where it runs",
    "complaints_contact": "Contact for complaints",
    "vendor_name": "Vendor",
    "vendor_data_access": "Vendor's access to data",
    "vendor_exit": "Way out of the vendor",
}
FIELDS: Final[Mapping[str, str]] = {
    **_SAID,
    **{target: worded(target).capitalize() for target in TARGETS if target not in _SAID},
}
"""Every field a column may be read into, with its words, those most wanted first."""


@dataclass(frozen=True, slots=True)
class How:
    """How the bytes are read; empty means guessed."""

    sheet: str = ""
    heading_row: int | None = None
    encoding: str = ""


@dataclass(frozen=True, slots=True)
class Choices:
    """The profile one starts from, the fields of each column that is read, what identifies a row, the order of dates."""

    profile: str
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    key: tuple[str, ...] = ()
    dates: Order = Order.UNSTATED


def choices_of(profile: Profile, columns: Sequence[str]) -> Choices:
    """What a fitted profile does with these columns by itself."""
    fields: dict[str, list[str]] = {column: [] for column in columns}
    for each in profile.fields:
        for column in each.columns:
            fields[column].append(each.target)
    for part in profile.unit:
        if part.column:
            fields[part.column].append(UNIT)
    for source in profile.data_sources:
        fields[source.column].append(DATA)
    read = {column: tuple(dict.fromkeys(found)) for column, found in fields.items() if found}
    return Choices(profile.id, read, profile.natural_key, profile.dates.order)


def chosen(
    profile: Profile, choices: Choices, wordings: Mapping[str, Mapping[str, Any]], own_id: str = ""
) -> Profile:
    """The fitted profile with the person's choices in place of its own; what they left alone stays as it was.

    A row's key begins with the profile's id, so a key of other columns needs another id: `own_id`, that of a profile
    saved under a name, or one made from the columns.
    """
    fields = [
        replace(each, columns=kept)
        for each in profile.fields
        if (kept := tuple(one for one in each.columns if each.target in choices.columns.get(one, ())))
    ]
    known = {(each.target, column) for each in profile.fields for column in each.columns}
    fields += [
        FieldMap(target, (column,), wordings.get(target, {}) if TARGETS[target] is Reader.WORD else None)
        for column, targets in choices.columns.items()
        for target in targets
        if target in TARGETS and (target, column) not in known
    ]
    return replace(
        profile,
        id=own_id or (profile.id if choices.key == profile.natural_key else _id_for(choices.key)),
        fields=tuple(fields),
        natural_key=choices.key,
        unit=_unit(profile, choices),
        data_sources=_sources(profile, choices),
        dates=replace(profile.dates, order=choices.dates),
    )


def _unit(profile: Profile, choices: Choices) -> tuple[UnitPart, ...]:
    wanted = [column for column, targets in choices.columns.items() if UNIT in targets]
    kept = [part for part in profile.unit if part.constant or part.column in wanted]
    known = {part.column for part in kept}
    return (*kept, *(UnitPart(column=column) for column in wanted if column not in known))


def _sources(profile: Profile, choices: Choices) -> tuple[SourceMap, ...]:
    wanted = [column for column, targets in choices.columns.items() if DATA in targets]
    kept = [source for source in profile.data_sources if source.column in wanted]
    known = {source.column for source in kept}
    more = (SourceMap(column, column, "operational_input") for column in wanted if column not in known)
    return (*kept, *more)


def _id_for(key: Sequence[str]) -> str:
    said = "\n".join(folded(column) for column in key)
    return f"mapped-{hashlib.sha256(said.encode()).hexdigest()[:8]}"


def problems_with(choices: Choices, *, constants: Collection[str] = ()) -> list[Problem]:
    """Every objection to a mapping. `constants` are the fields the profile fills for the whole file."""
    problems = []
    targets = [target for each in choices.columns.values() for target in each]
    # A row that says which system of ours it is about need not name it again.
    if not {"name", REGISTRY_ID} & {*targets, *constants}:
        problems.append(
            Problem("", "No column is read as the name of the system. Choose the one that names each system.")
        )
    unknown = sorted({target for target in targets if target not in FIELDS})
    problems += [Problem("", f"There is no field “{target[:40]}”.") for target in unknown]
    if len(choices.key) > MOST_IN_KEY:
        problems.append(Problem("", f"At most {MOST_IN_KEY} columns together identify a row."))
    return problems


def problems_with_columns(count: int) -> list[Problem]:
    """Objections to a file that has more columns than one can map on a page."""
    if count <= MOST_COLUMNS:
        return []
    said = f"The file has {count:,} columns; at most {MOST_COLUMNS} can be mapped on a page."
    return [
        Problem("", f"{said} Leave out those that are not needed, or use registry import with a map file.")
    ]


def fitting(saved: Mapping[int, Choices], columns: Sequence[str]) -> int | None:
    """The number of the saved mapping that these headings call for: all its columns are there, and most of theirs."""
    present = {folded(column) for column in columns}
    fit = {
        number: len(choices.columns)
        for number, choices in saved.items()
        if choices.columns and {folded(column) for column in choices.columns} <= present
    }
    return max(fit, key=lambda number: (fit[number], number), default=None)


def respelled(choices: Choices, columns: Sequence[str]) -> Choices:
    """The choices with each column under the name this file gives it; columns it has not are left out."""
    there = {folded(column): column for column in reversed(columns)}
    return replace(
        choices,
        columns={there[folded(one)]: to for one, to in choices.columns.items() if folded(one) in there},
        key=tuple(there[folded(one)] for one in choices.key if folded(one) in there),
    )


def as_document(choices: Choices) -> dict[str, Any]:
    """The choices as JSON takes them."""
    return {
        "profile": choices.profile,
        # As pairs: their order decides which of two columns counts, and no database keeps that of an object's keys.
        "columns": [[column, list(targets)] for column, targets in choices.columns.items()],
        "key": list(choices.key),
        "dates": choices.dates.value,
    }


def from_document(document: Mapping[str, Any]) -> Choices:
    """The choices that `as_document` wrote."""
    return Choices(
        document["profile"],
        {column: tuple(targets) for column, targets in document["columns"]},
        tuple(document["key"]),
        Order(document["dates"]),
    )
