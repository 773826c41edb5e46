"""Capture by machine: no audited row can change without the session noticing, or commit without an entry."""

import re
import weakref
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Mapper, RelationshipProperty, Session, SessionTransaction, object_session
from sqlmodel import Session as HouseSession

from registry.audit.actions.journal import Journal, UnrecordedChange, journal_of
from registry.audit.actions.writing import write_entries
from registry.audit.queries.state import audited_tables, state_of_row, table_of, writers_of
from registry.store.columns import Row
from registry.store.session import at_the_end

# Statements that change rows, and the table they name. It need not understand SQL: it looks only at what is
# sent outside a flush, where a false alarm would show in the first test that runs the line.
_CHANGES_ROWS = re.compile(
    r"\b(?:(?:insert(?:\s+or\s+\w+)?|merge|replace)\s+into|update(?:\s+or\s+\w+)?(?:\s+only)?"
    r"|delete\s+from(?:\s+only)?|truncate(?:\s+table)?(?:\s+only)?|copy)"
    r"""\s+(?:["`\[]?\w+["`\]]?\s*\.\s*)?["`\[]?(\w+)""",
    re.IGNORECASE,
)

_OWNERS: weakref.WeakKeyDictionary[sa.Connection, weakref.ref[Session]] = weakref.WeakKeyDictionary()


@event.listens_for(Row, "after_insert", propagate=True)
def _added(_mapper: Mapper[Any], _connection: sa.Connection, row: Row) -> None:
    if row.__audited__:
        _journal(row).added(row)


@event.listens_for(Row, "before_update", propagate=True)
def _changed(mapper: Mapper[Any], connection: sa.Connection, row: Row) -> None:
    if not row.__audited__:
        return
    old = _old_values(mapper, connection, row)
    if "id" in old:
        raise UnrecordedChange(f"{type(row).__name__} {old['id']}: the number of a row never changes")
    if old:
        _journal(row).changed(row, old)


@event.listens_for(Row, "before_delete", propagate=True)
def _removed(_mapper: Mapper[Any], connection: sa.Connection, row: Row) -> None:
    if row.__audited__:
        table = table_of(type(row))
        # A row that somebody else deleted meanwhile has no state; the flush itself then finds nothing to delete.
        stored = connection.execute(sa.select(table).where(table.c.id == row.id)).mappings().one_or_none()
        _journal(row).removed(row, state_of_row(stored, table) if stored else {})


def _old_values(mapper: Mapper[Any], connection: sa.Connection, row: Row) -> dict[str, Any]:
    """The changed columns with their old values, as the ledger writes them; None for empty."""
    table = table_of(type(row))
    state = sa.inspect(row)
    old: dict[str, Any] = {}
    stored: Any = None
    for name, write in writers_of(table):
        history = state.attrs[mapper.get_property_by_column(table.c[name]).key].history
        if not history.has_changes():
            continue
        if history.deleted:
            value = history.deleted[0]
        else:
            # A value set before the old one was loaded, or a JSON value changed in place: only the database knows.
            stored = (
                stored or connection.execute(sa.select(table).where(table.c.id == row.id)).mappings().one()
            )
            value = stored[name]
        old[name] = None if value is None else write(value)
    return old


def _journal(row: Row) -> Journal:
    session = object_session(row)
    if session is None:
        raise UnrecordedChange(f"a {type(row).__name__} was changed outside a session")
    if isinstance(session, HouseSession):
        at_the_end(session, write_entries)
    return journal_of(session)


@event.listens_for(Session, "before_flush")
def _flush_begins(session: Session, _context: Any, _instances: Any) -> None:
    journal_of(session).flushing = True


@event.listens_for(Session, "after_flush")
def _flush_ended(session: Session, _context: Any) -> None:
    journal_of(session).flushing = False


@event.listens_for(Session, "before_commit")
def _refuse_unwritten(session: Session) -> None:
    """The last gate, for a commit that did not come by way of transaction()."""
    if session.in_nested_transaction():
        return
    session.flush()
    journal = journal_of(session)
    journal.refuse_if_unclaimed()
    if journal.pending:
        raise UnrecordedChange(
            "entries were recorded where none are written: read-only, or committed past finish()"
        )


@event.listens_for(Session, "after_transaction_create")
def _savepoint_set(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        journal_of(session).mark(transaction)


@event.listens_for(Session, "after_soft_rollback")
def _take_back(session: Session, previous: SessionTransaction) -> None:
    journal = journal_of(session)
    journal.flushing = False
    if previous.nested:
        journal.return_to(previous)
    elif previous.parent is None:
        journal.clear()


@event.listens_for(Session, "after_begin")
def _own(session: Session, _transaction: SessionTransaction, connection: sa.Connection) -> None:
    _OWNERS[connection] = weakref.ref(session)


@event.listens_for(sa.Engine, "before_cursor_execute")
def _refuse_bulk(connection: sa.Connection, _cursor: Any, statement: str, *_more: Any) -> None:
    """Refuse statements that change audited rows without loading them: nobody would know the values before.

    Only on a session's connection; a migration or a repair by hand uses others, and verification sees those.
    """
    if statement.startswith("SELECT") or (reference := _OWNERS.get(connection)) is None:
        return
    owner = reference()
    # Both: the flag alone would stay up if a flush were stopped before it began.
    if owner is None or (owner._flushing and journal_of(owner).flushing):  # noqa: SLF001 - no public twin
        return
    named = _tables_changed_by(statement)
    if named and (audited := sorted(named & audited_tables().keys())):
        raise UnrecordedChange(
            f"a statement changes {', '.join(audited)} past the ledger; load the rows and change them"
        )


@lru_cache(maxsize=512)
def _tables_changed_by(statement: str) -> frozenset[str]:
    return frozenset(name.lower() for name in _CHANGES_ROWS.findall(statement))


@event.listens_for(Row, "mapper_configured", propagate=True)
def _refuse_ways_past(mapper: Mapper[Any], kind: type[Row]) -> None:
    """Refuse a mapping by which rows would change unseen, when the program starts."""
    if kind.__audited__ and (ways := list(_ways_past(mapper))):
        raise UnrecordedChange(f"{kind.__name__} can change past the ledger: {'; '.join(ways)}")


def _ways_past(mapper: Mapper[Any]) -> list[str]:
    ways = []
    for one in mapper.relationships:
        ways += _ways_of(one)
    for key in mapper.local_table.foreign_keys:
        for when, does in (("ON DELETE", key.ondelete), ("ON UPDATE", key.onupdate)):
            if does and does.upper() in {"CASCADE", "SET NULL", "SET DEFAULT"}:
                ways.append(
                    f"{when} {does} on {key.parent.name} is done by the database; let the program do it"
                )
    return ways


def _ways_of(one: RelationshipProperty[Any]) -> list[str]:
    ways = []
    if one.secondary is not None and not one.viewonly:
        ways.append(f"{one.key} writes a link table; make each link a Row of its own")
    if one.post_update:
        ways.append(f"{one.key} uses post_update, which announces no change")
    return ways
