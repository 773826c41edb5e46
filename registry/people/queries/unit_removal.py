"""What a unit has left behind: the records that name it now, and those that ever did."""

import sqlalchemy as sa
from sqlmodel import Session

from registry.audit import queries as audit
from registry.kernel.events import Event
from registry.people.models import BusinessUnit
from registry.people.rules.unit_removal import UnitTraces

_KIND = "business_unit"
# Renaming leaves no trace on anything else; whatever else has moved gave somebody sight of something.
_HARMLESS = frozenset({"name"})
_WHOLE_STORY = 10_000


def traces_of(session: Session, unit: BusinessUnit) -> UnitTraces:
    """What is and was in this unit, by the database's own references to units: no feature that has any is overlooked."""
    number = unit.id or 0
    columns = _references()
    now = {column.table.name: 0 for column in columns}
    for column in columns:
        count = sa.select(sa.func.count()).select_from(column.table).where(column == number)
        now[column.table.name] += session.execute(count).scalar_one()
    made = made_at(session, number)
    pairs = {(column.table.name, column.name) for column in columns}
    ever = audit.kinds_that_named(session, pairs, number, made)
    return UnitTraces(now, ever, _has_changed(session, number, made))


def made_at(session: Session, unit_id: int) -> int:
    """The number of the ledger entry that made this unit. A database may give the number of a removed unit again: what lies
    before this entry is that other one's story.
    """
    return audit.last_entry(session, Event.UNIT_ADDED, _KIND, unit_id) or 0


def _has_changed(session: Session, unit_id: int, made: int) -> bool:
    story = audit.history_of(session, _KIND, unit_id, limit=_WHOLE_STORY)
    return any(column not in _HARMLESS for item in story if item.seq > made for column, _, _ in item.changes)


def _references() -> list[sa.Column[int]]:
    """Every column of the database that refers to a unit."""
    unit: sa.Table = BusinessUnit.__table__  # type: ignore[attr-defined]
    return [
        column
        for table in unit.metadata.sorted_tables
        for column in table.columns
        if any(key.column is unit.c.id for key in column.foreign_keys)
    ]
