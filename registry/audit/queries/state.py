"""The state of a row as the ledger writes it: the same from memory, from SQLite and from PostgreSQL."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from registry.audit.rules import states
from registry.audit.rules.states import State
from registry.store.columns import Exact, Instant, Row

Writer = Callable[[Any], Any]

# In this order: an Enum is a String to SQLAlchemy, and an Exact is stored as one.
_WRITERS: tuple[tuple[type[Any], Writer], ...] = (
    (Instant, states.instant),
    (Exact, states.exact),
    (sa.Enum, states.chosen),
    (sa.Boolean, states.yes_no),
    (sa.Integer, states.whole),
    (sa.Float, states.real),
    (sa.Date, states.day),
    (sa.JSON, states.nested),
    (sa.Uuid, states.identifier),
    (sa.LargeBinary, states.octets),
    (sa.String, states.text),
)
# The way back, for a change that is taken back.
_READERS: tuple[tuple[type[Any], Writer], ...] = (
    (Instant, datetime.fromisoformat),
    (Exact, Decimal),
    (sa.Float, float),
    (sa.Date, date.fromisoformat),
    (sa.JSON, states.unnested),
    (sa.Uuid, UUID),
    (sa.LargeBinary, bytes.fromhex),
)


@cache
def writers_of(table: sa.Table) -> tuple[tuple[str, Writer], ...]:
    """How each column of a table is written, in the order of the columns.

    Raises TypeError for a column type without one certain spelling on both databases, such as a date-time
    without a zone or a Numeric, which SQLite keeps as a binary fraction.
    """
    return tuple((column.name, _writer_of(column, column.type)) for column in table.columns)


def state_of_row(values: Mapping[Any, Any], table: sa.Table) -> State:
    """The state of a row given as column name to value. Raises TypeError where a value is not of its column's kind."""
    return state_from((values[column.name] for column in table.columns), writers_of(table))


def state_from(values: Iterable[Any], writers: tuple[tuple[str, Writer], ...]) -> State:
    """The state of a row given as values in the order of its columns."""
    return {
        name: write(value) for (name, write), value in zip(writers, values, strict=True) if value is not None
    }


def value_of(kind: type[Row], column: str, written: Any) -> Any:
    """The value of a column that the ledger wrote so; None for a column that held nothing."""
    return None if written is None else _reader_of(table_of(kind).c[column].type)(written)


@cache
def readers_of(table: sa.Table) -> Mapping[str, Writer]:
    """How each column of a table is read back from what `writers_of` makes of it."""
    return {column.name: _reader_of(column.type) for column in table.columns}


def _reader_of(type_: Any) -> Writer:
    if isinstance(type_, sa.Enum):
        return type_.enum_class or _as_written
    return next((read for known, read in _READERS if isinstance(type_, known)), _as_written)


def _as_written(written: Any) -> Any:
    return written


@sa.event.listens_for(Row, "instrument_class", propagate=True)
def _another_table(*_told: Any) -> None:
    audited_tables.cache_clear()


# Asked of every statement that changes rows.
@cache
def audited_tables() -> Mapping[str, type[Row]]:
    """Every table whose changes belong in the ledger, by name."""
    found: dict[str, type[Row]] = {}
    classes: list[type[Row]] = [Row]
    while classes:
        kind = classes.pop()
        classes.extend(kind.__subclasses__())
        if kind.__audited__ and hasattr(kind, "__table__"):
            found[table_of(kind).name] = kind
    return found


def table_of(kind: type[Row]) -> sa.Table:
    """The table behind a class of rows."""
    table: sa.Table = kind.__table__  # type: ignore[attr-defined]
    return table


def _writer_of(column: sa.Column[Any], type_: Any) -> Writer:
    for kind, write in _WRITERS:
        if isinstance(type_, kind):
            return write
    if isinstance(type_, sa.types.TypeDecorator):
        return _writer_of(column, type_.impl_instance)
    raise TypeError(f"{column} is a {type_!r}, which the ledger has no certain way to write")
