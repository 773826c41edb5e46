"""A register with everything in it goes back one revision and forth again: what it held is held, and its ledger verifies."""

import hashlib
import json

import pytest
import sqlalchemy as sa

from registry.audit.queries import verify
from registry.store import migrate


@pytest.fixture
def everything():
    """Asked for, it has `database` filled with something of everything."""


def columns_of(database):
    """The tables and the names of their columns, as the database itself has them."""
    with database.engine.connect() as connection:
        looked = sa.inspect(connection)
        return {
            table: sorted(column["name"] for column in looked.get_columns(table))
            for table in looked.get_table_names()
            if table != "alembic_version"
        }


def held(database, columns):
    """For each table how many rows it has and a digest of them, by the columns named."""
    found = {}
    with database.engine.connect() as connection:
        for table, names in columns.items():
            quoted = ", ".join(f'"{name}"' for name in names)
            rows = connection.exec_driver_sql(f'SELECT {quoted} FROM "{table}"').fetchall()
            lines = sorted(json.dumps([str(value) for value in row]) for row in rows)
            found[table] = (len(lines), hashlib.sha256("\n".join(lines).encode()).hexdigest())
    return found


def test_what_a_register_holds_survives_its_newest_revision_taken_back_and_made_again(
    database, cast, everything, record_property
):
    newest = columns_of(database)
    whole = held(database, newest)
    migrate.downgrade(database, "-1")
    older = columns_of(database)
    # What the newest revision added goes with it; all else has to be as it was.
    both = {
        table: [name for name in names if name in older[table]]
        for table, names in newest.items()
        if table in older
    }
    back = held(database, both)
    migrate.upgrade(database)
    assert columns_of(database) == newest
    forth = held(database, newest)
    same = [table for table in newest if both.get(table) == newest[table]]
    assert {table: forth[table] for table in same} == {table: whole[table] for table in same}
    assert held(database, both) == back
    assert len(same) > 50
    assert sum(1 for table in same if whole[table][0]) > 40
    with database.transaction(read_only=True) as session:
        problems = verify(session).problems
    # What stood in tables of that revision alone went with it, and the ledger tells of that.
    gone = tuple(f"{table} " for table in newest.keys() - older.keys())
    assert [each for each in problems if not each.says.startswith(gone)] == []
    record_property("tables", len(newest))
    record_property("rows", sum(count for count, _ in whole.values()))
