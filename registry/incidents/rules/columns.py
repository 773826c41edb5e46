"""Which column of a list of incidents is which field: guessed from the usual headings, or mapped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from registry.incidents.rules.receiving import Source, problems_with_source
from registry.incidents.rules.record import tidied
from registry.kernel.dates import DateStyle, Order
from registry.kernel.errors import Problem
from registry.kernel.text import listed, slug

USUAL_SOURCE: Final = "incident list"
# Headings as `slug` writes them.
_USUAL: Final[Mapping[str, tuple[str, ...]]] = {
    "reference": ("reference", "ref", "id", "incident-id", "incident", "ticket", "number", "case"),
    "system": ("system", "ai-system", "system-id", "system-name", "application", "model", "tool"),
    "title": ("title", "short-description", "subject", "name", "headline"),
    "summary": ("summary", "description", "what-happened", "details"),
    "kind": ("kind", "type"),
    "severity": ("severity", "severity-level", "impact-level"),
    "pattern": ("pattern", "failure-pattern", "category"),
    "harms": ("harms", "harm", "harm-class"),
    "affected_count": ("affected-count", "people-affected", "number-affected"),
    "affected_people": ("affected-people", "affected", "who-was-affected"),
    "detected_by": ("detected-by", "noticed-by", "found-by"),
    "status": ("status", "state"),
    "started_at": ("started-at", "started", "began", "occurred", "occurred-at", "began-utc", "start"),
    "detected_at": ("detected-at", "detected", "noticed", "reported", "noticed-utc", "opened", "date"),
    "acknowledged_at": ("acknowledged-at", "acknowledged", "taken-on", "taken-on-utc"),
    "mitigated_at": ("mitigated-at", "mitigated", "harm-stopped", "harm-stopped-utc"),
    "resolved_at": ("resolved-at", "resolved", "resolved-utc", "fixed"),
    "closed_at": ("closed-at", "closed", "closed-utc"),
    "root_cause": ("root-cause", "cause"),
    "factors": ("factors", "contributing-factors"),
}
FIELDS: Final = tuple(_USUAL)
_NEEDED: Final = ("reference", "system", "title", "severity", "pattern", "detected_by", "detected_at")
_ORDERS: Final = {"": Order.UNSTATED, "day_first": Order.DAY_FIRST, "month_first": Order.MONTH_FIRST}


@dataclass(frozen=True, slots=True)
class IncidentMap:
    """Which column each field is read from, what is the same for every row, the source's name and how it writes dates."""

    columns: Mapping[str, str]
    constants: Mapping[str, str]
    source: str = USUAL_SOURCE
    dates: DateStyle = field(default_factory=DateStyle)


def guessed(columns: Sequence[str]) -> IncidentMap:
    """The map that a file's headings suggest."""
    headings = {slug(column): column for column in reversed(columns)}
    found = {
        field: next((headings[each] for each in usual if each in headings), "")
        for field, usual in _USUAL.items()
    }
    return IncidentMap({field: column for field, column in found.items() if column}, {})


def declared(document: Any, columns: Sequence[str]) -> tuple[IncidentMap, list[Problem]]:
    """The map that a map file declares, over what the headings suggest; and the objections to it."""
    guess = guessed(columns)
    if not isinstance(document, dict):
        return guess, [Problem("map", "A map file holds columns, constants, source and dates.")]
    problems = [
        Problem(str(name), "A map file holds columns, constants, source and dates.")
        for name in document
        if name not in {"columns", "constants", "source", "dates"}
    ]
    stated: dict[str, dict[str, str]] = {}
    for part in ("columns", "constants"):
        given = document.get(part) or {}
        stated[part] = (
            {str(name): str(value) for name, value in given.items()} if isinstance(given, dict) else {}
        )
        if not isinstance(given, dict):
            problems.append(Problem(part, "Give a field and its column or value on each line."))
        unknown = [name for name in stated[part] if name not in FIELDS]
        problems += [
            Problem(part, f"There is no field {name}. There are {listed(FIELDS)}.") for name in unknown
        ]
    lost = [column for column in stated["columns"].values() if column not in columns]
    problems += [Problem("columns", f"The file has no column “{column}”.") for column in lost]
    order = document.get("dates") or ""
    if order not in _ORDERS:
        problems.append(Problem("dates", "Say day_first or month_first, or leave it out."))
    source = tidied(str(document.get("source") or USUAL_SOURCE))
    problems += problems_with_source(Source(source, "1"))
    style = DateStyle(_ORDERS.get(order, Order.UNSTATED))
    return IncidentMap({**guess.columns, **stated["columns"]}, stated["constants"], source, style), problems


def problems_with_map(found: IncidentMap, columns: Sequence[str]) -> list[Problem]:
    """What a map lacks for any row to be taken in."""
    missing = [name for name in _NEEDED if name not in found.columns and name not in found.constants]
    if not missing:
        return []
    there = listed([f"“{column}”" for column in columns[:20]])
    says = f"No column is known to hold {listed(missing)}. Say which does in a map file; there are {there}."
    return [Problem("columns", says)]
