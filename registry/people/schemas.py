"""People and units as JSON."""

from datetime import date
from typing import Any

from registry.people.models import BusinessUnit, Person
from registry.people.rules import is_active


def person_brief(person: Person, unit: str | None, today: date) -> dict[str, Any]:
    """One line of the directory. `here` says whether they are here today."""
    return {
        "number": person.id,
        "name": person.name,
        "email": person.email,
        "job_title": person.job_title,
        "unit_number": person.unit_id,
        "unit": unit,
        "active_from": person.active_from.isoformat() if person.active_from else None,
        "active_to": person.active_to.isoformat() if person.active_to else None,
        "here": is_active(person.active_from, person.active_to, today),
        "version": person.version,
    }


def unit_brief(unit: BusinessUnit, path: str, head: Person | None) -> dict[str, Any]:
    """One unit with its place in the tree."""
    return {
        "number": unit.id,
        "name": unit.name,
        "path": path,
        "parent_number": unit.parent_id,
        "head": head.email if head else None,
        "version": unit.version,
    }
