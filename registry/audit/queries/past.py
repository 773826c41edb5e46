"""The rows of every audited table as they stood at an entry of the ledger."""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session

from registry.audit.models import ENTRY, OBJECT, PAYLOAD
from registry.audit.queries.state import audited_tables, readers_of, state_of_row, table_of
from registry.audit.rules.states import MASKED
from registry.kernel import clock
from registry.kernel.events import Event
from registry.store.columns import Row
from registry.store.past import Mark, ended
from registry.store.past.recipe import Values as RowValues

_AT_ONCE: Final = 500
_LATER = OBJECT.alias("later")

Values = dict[str, Any]


def moment_of(session: Session, day: date) -> Mark | None:
    """The last entry written by the end of a day (UTC); None where there is none. Some twenty look-ups by number."""
    last = session.connection().scalar(sa.select(sa.func.max(ENTRY.c.seq))) or 0
    until = clock.written(ended(day))
    # Entries stand in the order of their instants, so the place is found by halving.
    low, high = 0, last
    while low < high:
        middle = (low + high + 1) // 2
        at = session.connection().scalar(sa.select(ENTRY.c.at).where(ENTRY.c.seq == middle))
        low, high = (middle, high) if at is not None and at <= until else (low, middle - 1)
    return Mark(low, last_erasure(session)) if low else None


def last_erasure(session: Session) -> int:
    """The number of the last entry that says something was erased; 0 where nothing ever was."""
    erased = sa.select(sa.func.max(ENTRY.c.seq)).where(ENTRY.c.event == Event.ENTRY_ERASED.value)
    return session.connection().scalar(erased) or 0


def states_told(session: Session, seq: int, most: int) -> int:
    """How many states of rows the ledger tells of up to an entry, counted no further than to `most`."""
    told = sa.select(OBJECT.c.seq).where(OBJECT.c.seq <= seq).limit(most).subquery()
    return session.connection().scalar(sa.select(sa.func.count()).select_from(told)) or 0


def rows_told(session: Session, seq: int) -> int:
    """How many rows the ledger tells of up to an entry: as many as rows_at() gives, and those that were deleted."""
    rows = sa.select(OBJECT.c.kind, OBJECT.c.object_id).where(OBJECT.c.seq <= seq).distinct().subquery()
    return session.connection().scalar(sa.select(sa.func.count()).select_from(rows)) or 0


def rows_at(session: Session, seq: int) -> Iterator[tuple[sa.Table, list[RowValues]]]:
    """The rows of all audited tables as the entry of that number left them, in portions of at most some hundreds.

    Of each row its last entry by then tells its whole state. What the ledger masks is as it is today, and what was erased
    as the next entry that still has its words says it was, or else as it is today.
    """
    kinds = audited_tables()
    readers = {name: readers_of(table_of(kind)) for name, kind in kinds.items()}
    for start in range(0, seq, _AT_ONCE):
        last_told = _last_told(session, start, min(start + _AT_ONCE, seq), seq)
        found: defaultdict[str, list[Values]] = defaultdict(list)
        for kind, state in _states(session, last_told):
            # A kind that this version no longer has is in the log and nowhere else.
            if kind in readers and state is not None:
                found[kind].append(_values(readers[kind], state))
        for kind, values in found.items():
            _unmask(session, kinds[kind], values)
            yield table_of(kinds[kind]), list[RowValues](values)


def _values(readers: Mapping[str, Callable[[Any], Any]], state: Mapping[str, Any]) -> Values:
    return {name: read(state[name]) if name in state else None for name, read in readers.items()}


def _last_told(session: Session, after: int, until: int, seq: int) -> dict[int, set[tuple[str, int]]]:
    """By entry of this stretch: the rows of which it is the last to tell by `seq`."""
    query = sa.select(OBJECT.c.seq, OBJECT.c.kind, OBJECT.c.object_id).where(
        OBJECT.c.seq > after,
        OBJECT.c.seq <= until,
        ~sa.exists().where(
            _LATER.c.kind == OBJECT.c.kind,
            _LATER.c.object_id == OBJECT.c.object_id,
            _LATER.c.seq > OBJECT.c.seq,
            _LATER.c.seq <= seq,
        ),
    )
    found: defaultdict[int, set[tuple[str, int]]] = defaultdict(set)
    for number, kind, object_id in session.connection().execute(query):
        found[number].add((kind, object_id))
    return found


def _states(
    session: Session, wanted: Mapping[int, Collection[tuple[str, int]]]
) -> Iterator[tuple[str, Mapping[str, Any] | None]]:
    query = sa.select(PAYLOAD.c.seq, PAYLOAD.c.payload).where(PAYLOAD.c.seq.in_(sorted(wanted)))
    told = {row.seq: row.payload for row in session.connection().execute(query)} if wanted else {}
    for seq, keys in wanted.items():
        if seq in told:
            for one in json.loads(told[seq])["objects"]:
                if (one["kind"], one["id"]) in keys:
                    yield one["kind"], one["after"]
        else:
            yield from ((kind, _told_later(session, seq, kind, number)) for kind, number in keys)


def _told_later(session: Session, seq: int, kind: str, number: int) -> Mapping[str, Any] | None:
    """The state of a row after an entry whose words were erased: by the next that tells of it, or by the row itself."""
    query = (
        sa.select(PAYLOAD.c.payload)
        .join_from(PAYLOAD, OBJECT, OBJECT.c.seq == PAYLOAD.c.seq)
        .where(OBJECT.c.kind == kind, OBJECT.c.object_id == number, OBJECT.c.seq > seq)
        .order_by(OBJECT.c.seq)
        .limit(1)
    )
    payload = session.connection().scalar(query)
    if payload is not None:
        one = next(
            each for each in json.loads(payload)["objects"] if (each["kind"], each["id"]) == (kind, number)
        )
        return {**(one["after"] or {}), **(one["before"] or {})}
    table = table_of(audited_tables()[kind]) if kind in audited_tables() else None
    row = (
        session.execute(sa.select(table).where(table.c.id == number)).mappings().one_or_none()
        if table is not None
        else None
    )
    return None if row is None or table is None else state_of_row(row, table)


def _unmask(session: Session, kind: type[Row], values: list[Values]) -> None:
    if not kind.__masked__:
        return
    table = table_of(kind)
    columns = [table.c[name] for name in sorted(kind.__masked__)]
    query = sa.select(table.c.id, *columns).where(table.c.id.in_([each["id"] for each in values]))
    today = {row["id"]: row for row in session.connection().execute(query).mappings()}
    for each in values:
        held = today.get(each["id"])
        each |= {
            column.name: held[column.name] if held else _blank(column)
            for column in columns
            if each[column.name] is not None
        }


def _blank(column: sa.Column[Any]) -> Any:
    if column.nullable:
        return None
    return MASKED if isinstance(column.type, sa.String) else {} if isinstance(column.type, sa.JSON) else 0
