"""What the tests of the ledger do over and over: write with an entry, verify, look at the log."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from registry.audit.actions import record
from registry.audit.models import CHECKPOINT, ENTRY, KEY, OBJECT, PAYLOAD
from registry.audit.queries import Verification, verify
from registry.audit.queries.verification import examine
from registry.kernel.actor import Actor
from registry.kernel.events import Event
from registry.store.columns import Row
from registry.store.session import Database
from tests.audit.things import KINDS, Thing

ADA = Actor(person_id=4, name="Ada Owner", via="session", request_id="r-17")
EDITED = Event.SYSTEM_EDITED


@contextmanager
def recorded(database: Database, event: Event = EDITED) -> Iterator[Session]:
    """A transaction with one entry at its end, about nothing in particular."""
    with database.transaction() as session:
        yield session
        record(session, ADA, event, None, subject_kind="test", system_id=1)


def add(database: Database, *rows: Row) -> list[int]:
    with recorded(database) as session:
        session.add_all(rows)
    return [row.id or 0 for row in rows]


def edit(database: Database, number: int, **values: Any) -> None:
    with recorded(database) as session:
        thing = session.get(Thing, number)
        for name, value in values.items():
            setattr(thing, name, value)


def checked(database: Database, **options: Any) -> Verification:
    with database.transaction(read_only=True) as session:
        return verify(session, kinds=KINDS, **options)


def examined(connection: sa.Connection, **options: Any) -> Verification:
    return examine(connection, kinds=KINDS, **options)


def payloads(database: Database) -> list[dict[str, Any]]:
    with database.transaction(read_only=True) as session:
        texts = session.connection().execute(sa.select(PAYLOAD.c.payload).order_by(PAYLOAD.c.seq)).scalars()
        return [json.loads(text) for text in texts]


def objects(database: Database) -> list[tuple[int, str, int]]:
    columns = (OBJECT.c.seq, OBJECT.c.kind, OBJECT.c.object_id)
    with database.transaction(read_only=True) as session:
        rows = session.connection().execute(sa.select(*columns).order_by(OBJECT.c.seq, OBJECT.c.position))
        return [tuple(row) for row in rows]


@contextmanager
def behind(database: Database) -> Iterator[sa.Connection]:
    """A connection as a database administrator has it: no triggers, no foreign keys, committed at the end."""
    with unguarded(database) as connection:
        yield connection
        connection.commit()


@contextmanager
def unguarded(database: Database) -> Iterator[sa.Connection]:
    """The same, with everything undone at the end unless committed. Triggers stay dropped on SQLite."""
    with database.engine.connect() as connection:
        if database.is_sqlite:
            connection.rollback()
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
            connection.begin()
            triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            for name in connection.exec_driver_sql(triggers).scalars().all():
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
            connection.commit()
        else:
            connection.exec_driver_sql("SET session_replication_role = replica")
            for table in (ENTRY, PAYLOAD, OBJECT, KEY, CHECKPOINT):
                connection.exec_driver_sql(f"ALTER TABLE {table.name} DISABLE TRIGGER ALL")
            connection.commit()
        yield connection
        connection.rollback()
        if database.is_sqlite:
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")
            connection.rollback()
        else:
            connection.exec_driver_sql("SET session_replication_role = origin")
            connection.commit()
