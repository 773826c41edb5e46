"""What the ledger tells of units: of one, newest first; of all, in the order it happened."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from registry.audit import queries as audit
from registry.audit.queries import HistoryItem
from registry.people.rules.unit_history import UnitChange

_KIND = "business_unit"


def changes_of_unit(session: Session, unit_id: int, *, limit: int) -> list[UnitChange]:
    """What happened to one unit, newest first."""
    found = _changes(audit.history_of(session, _KIND, unit_id, limit=limit))
    # What lies before it was made is the story of a removed unit that had the same number.
    made = next((place for place, change in enumerate(found) if change.added), len(found))
    return found[: made + 1]


def changes_of_units(session: Session, until: datetime) -> list[UnitChange]:
    """What happened to every unit up to that instant, oldest first; in one statement."""
    return _changes(audit.changes_to(session, _KIND, until))


def _changes(items: Sequence[HistoryItem]) -> list[UnitChange]:
    return [
        UnitChange(
            item.seq,
            item.at,
            item.actor,
            one.object_id,
            one.verb == "added",
            {change.column: (change.before, change.after) for change in one.changes},
        )
        for item in items
        for one in item.objects
        if one.kind == _KIND
    ]
