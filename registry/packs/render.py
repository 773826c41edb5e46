"""A statement of applicability as CSV."""

from collections.abc import Mapping
from datetime import date

from registry.output.tables import as_of, to_csv
from registry.packs.models import ControlStatement
from registry.packs.rules import Pack

_HEADINGS = (
    "Framework",
    "Edition",
    "Group",
    "Control",
    "Title",
    "Applies",
    "Why",
    "How it is answered",
    "State",
    "Who answers",
    "Stated on",
    "Stated by edition",
    "Shared practices",
)


def statement_csv(
    framework: Pack,
    stated: Mapping[str, ControlStatement],
    names: Mapping[int, str],
    day: date | None = None,
) -> bytes:
    """Every control of a framework with what is stated of it; empty cells where nothing is. `day`: as of which past day."""
    rows = []
    for control in framework.controls:
        row = stated.get(control.id)
        rows.append(
            (
                framework.title,
                framework.edition,
                control.group,
                control.id,
                control.title,
                row.applicable if row else None,
                row.because if row else None,
                row.how if row else None,
                row.status.said if row and row.status else None,
                names.get(row.owner_id or 0) if row else None,
                row.stated_at.date() if row else None,
                row.edition if row else None,
                ", ".join(control.practices),
            )
        )
    return to_csv(*as_of(day, _HEADINGS, rows))
