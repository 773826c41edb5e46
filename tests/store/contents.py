"""Everything a database holds, to be compared with what it holds later."""

import hashlib
from collections.abc import Collection

import sqlalchemy as sa

from registry.store.session import Database
from registry.tables import metadata


def counts(database: Database) -> dict[str, int]:
    """How many rows each table has."""
    with database.engine.connect() as connection:
        return {
            table.name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
        }


def digests(database: Database, besides: Collection[str] = ()) -> dict[str, str]:
    """The SHA-256 of every table's rows, those of some tables left out."""
    with database.engine.connect() as connection:
        return {
            table.name: _digest(connection, table)
            for table in metadata.sorted_tables
            if table.name not in besides
        }


def _digest(connection: sa.Connection, table: sa.Table) -> str:
    digest = hashlib.sha256()
    for row in connection.execute(sa.select(table).order_by(*table.primary_key)):
        digest.update(repr(tuple(row)).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()
