"""Rows in bulk: numbered here, kept until there are many, and written past the objects in the order the tables need."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from typing import Any, cast

import sqlalchemy as sa
from sqlmodel import SQLModel

from registry.audit.queries.state import table_of
from registry.store.columns import Row
from registry.store.session import Database

Values = Sequence[Any]

# What the text form of COPY takes for the end of a value or of a row, and the sign that says otherwise.
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_AT_ONCE = 20_000


class Loader:
    """Rows on their way into a database nobody else writes to meanwhile."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._dialect = database.engine.dialect
        self._last: dict[sa.Table, int] = {}
        self._waiting: dict[sa.Table, list[Row]] = defaultdict(list)
        self._writers: dict[sa.Table, list[Callable[[Row], Any]]] = {}

    def number_for(self, table: sa.Table, count: int = 1) -> int:
        """The first of so many row numbers nobody has."""
        if table not in self._last:
            with self.database.transaction(read_only=True) as session:
                held = session.connection().execute(sa.select(sa.func.max(table.c.id))).scalar_one()
            self._last[table] = held or 0
        self._last[table] += count
        return self._last[table] - count + 1

    def add(self, *rows: Row) -> None:
        """Give these rows their numbers, and write them with the next flush: until then they may change."""
        for row in rows:
            table = table_of(type(row))
            if row.id is None:
                row.id = self.number_for(table)
            self._waiting[table].append(row)

    def flush(self) -> None:
        """Write what waits, all of it or nothing."""
        with self.database.transaction() as session:
            connection = session.connection()
            if self.database.is_sqlite:
                connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
            for table in SQLModel.metadata.sorted_tables:
                if rows := self._waiting.pop(table, None):
                    write(connection, table, table.columns.keys(), self._values(table, rows))

    def _values(self, table: sa.Table, rows: list[Row]) -> Iterator[Values]:
        if table not in self._writers:
            self._writers[table] = [self._writer(type(rows[0]), column) for column in table.columns]
        writers = self._writers[table]
        return ([write_(row) for write_ in writers] for row in rows)

    def _writer(self, kind: type[Row], column: sa.Column[Any]) -> Callable[[Row], Any]:
        """How a row's value of a column is handed to the driver."""
        name = sa.inspect(kind).get_property_by_column(column).key
        process = column.type.dialect_impl(self._dialect).bind_processor(self._dialect)
        if isinstance(column.type, sa.JSON):
            process = _as_json
        if process is None:
            return lambda row: getattr(row, name)
        return lambda row: process(getattr(row, name))

    def finish(self) -> None:
        """Let the database go on numbering where this ends, and know what its tables hold."""
        with self.database.transaction() as session:
            connection = session.connection()
            for table in self._last if not self.database.is_sqlite else ():
                connection.execute(
                    sa.text(
                        f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), max(id)) FROM {table.name}"  # noqa: S608 - a table of ours
                    )
                )
        with self.database.engine.begin() as connection:
            # Nothing has looked through these tables yet: without this both databases would guess.
            connection.exec_driver_sql("ANALYZE")


def write(connection: sa.Connection, table: sa.Table, columns: Iterable[str], rows: Iterable[Values]) -> None:
    """Write rows given as the driver takes them, in the order of these columns."""
    names, driver = list(columns), cast(Any, connection.connection)
    told = ", ".join(f'"{name}"' for name in names)
    with closing(driver.cursor()) as cursor:
        if connection.dialect.name == "sqlite":
            places = ", ".join("?" * len(names))
            cursor.executemany(f'INSERT INTO "{table.name}" ({told}) VALUES ({places})', rows)  # noqa: S608
            return
        with cursor.copy(f'COPY "{table.name}" ({told}) FROM STDIN') as copy:
            for some in _some(rows):
                copy.write("\n".join(["\t".join(map(_copied, row)) for row in some]) + "\n")


def _some(rows: Iterable[Values]) -> Iterator[list[Values]]:
    some: list[Values] = []
    for row in rows:
        some.append(row)
        if len(some) == _AT_ONCE:
            yield some
            some = []
    if some:
        yield some


def _as_json(value: Any) -> str | None:
    # To the driver of PostgreSQL it is an object of its own, which the text form of COPY does not take.
    return None if value is None else json.dumps(value)


def _copied(value: Any) -> str:
    if value is None:
        return "\\N"
    return value.translate(_ESCAPED) if isinstance(value, str) else str(value)
