"""The three tables of the ledger, and the triggers by which the database itself keeps them append-only."""

from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from registry.store.columns import long_text

# Columns are text and whole numbers only, so that no value is parsed on its way to being hashed.
_HASH = sa.String(64)
_NAME = sa.String(63)


class LedgerEntry(SQLModel, table=True):
    """One thing that happened, and its place in the chain."""

    __tablename__ = "ledger_entry"
    __audited__: ClassVar[bool] = False
    __table_args__ = (
        # What the advisory lock promises, held again by the database: a fork cannot be committed.
        sa.UniqueConstraint("prev_hash"),
        sa.UniqueConstraint("leaf_hash"),
        # The history of a system, the log by event and by person, and entries about a thing without changes to it.
        sa.Index(None, "system_id", "seq"),
        sa.Index(None, "event", "seq"),
        sa.Index(None, "actor_id", "seq"),
        sa.Index(None, "subject_kind", "subject_id", "seq"),
    )

    seq: int = Field(sa_column=sa.Column(sa.Integer, primary_key=True, autoincrement=False))
    at: str = Field(sa_type=sa.String(27))
    event: str = Field(sa_type=_NAME)
    subject_kind: str = Field(sa_type=_NAME)
    # No foreign keys: an entry outlives what it describes.
    subject_id: int | None
    system_id: int | None
    actor_id: int | None
    via: str = long_text()
    request_id: str = long_text()
    schema_: int = Field(sa_column=sa.Column("schema", sa.Integer, nullable=False))
    commitment: str = Field(sa_type=_HASH)
    prev_hash: str = Field(sa_type=_HASH)
    leaf_hash: str = Field(sa_type=_HASH)


class LedgerPayload(SQLModel, table=True):
    """What an entry says in words and values, apart from the chain, which holds only the commitment to it."""

    __tablename__ = "ledger_payload"
    __audited__: ClassVar[bool] = False

    seq: int = Field(
        sa_column=sa.Column(
            sa.Integer, sa.ForeignKey("ledger_entry.seq"), primary_key=True, autoincrement=False
        )
    )
    salt: str = Field(sa_type=sa.String(32))
    payload: str = long_text()


class LedgerObject(SQLModel, table=True):
    """A row that an entry changed, and the salted digest of the state it was left in."""

    __tablename__ = "ledger_object"
    __audited__: ClassVar[bool] = False
    # Also the way to the last entry of each row, which verification reads in order of object_id.
    __table_args__ = (sa.UniqueConstraint("kind", "object_id", "seq"),)

    seq: int = Field(
        sa_column=sa.Column(
            sa.Integer, sa.ForeignKey("ledger_entry.seq"), primary_key=True, autoincrement=False
        )
    )
    position: int = Field(sa_column=sa.Column(sa.Integer, primary_key=True, autoincrement=False))
    kind: str = Field(sa_type=_NAME)
    object_id: int
    digest: str = Field(sa_type=_HASH)


ENTRY: sa.Table = LedgerEntry.__table__  # type: ignore[attr-defined]
PAYLOAD: sa.Table = LedgerPayload.__table__  # type: ignore[attr-defined]
OBJECT: sa.Table = LedgerObject.__table__  # type: ignore[attr-defined]

_SAYS = "the ledger is append-only"

# INSERT OR REPLACE deletes the row in its way without running a delete trigger, so SQLite needs a guard on
# every key such a row could collide with, not only the primary one.
_COLLIDES = {
    "ledger_entry": "seq = NEW.seq OR prev_hash = NEW.prev_hash OR leaf_hash = NEW.leaf_hash",
    "ledger_payload": "seq = NEW.seq",
    "ledger_object": "(seq = NEW.seq AND position = NEW.position)"
    " OR (kind = NEW.kind AND object_id = NEW.object_id AND seq = NEW.seq)",
}


def statements(dialect_name: str) -> list[str]:
    """The DDL that makes the three tables append-only on "sqlite" or "postgresql"; run it after they exist.

    It stops the program and its mistakes. Whoever owns the database can drop a trigger; that is what
    verification is for.
    """
    if dialect_name == "sqlite":
        return [statement for table in _COLLIDES for statement in _on_sqlite(table)]
    return [_REFUSES_ON_POSTGRESQL, *(s for table in _COLLIDES for s in _on_postgresql(table))]


def _on_sqlite(table: str) -> list[str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{_SAYS}'); END"
    taken = f"EXISTS (SELECT 1 FROM {table} WHERE {_COLLIDES[table]})"  # noqa: S608 - names from above
    return [
        f"CREATE TRIGGER {table}_is_not_updated BEFORE UPDATE ON {table} {refuse}",
        f"CREATE TRIGGER {table}_is_not_deleted BEFORE DELETE ON {table} {refuse}",
        f"CREATE TRIGGER {table}_is_not_replaced BEFORE INSERT ON {table} WHEN {taken} {refuse}",
    ]


_REFUSES_ON_POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION ledger_refuses() RETURNS trigger LANGUAGE plpgsql AS"
    f" $$ BEGIN RAISE EXCEPTION '{_SAYS}' USING ERRCODE = 'restrict_violation'; END $$"
)


def _on_postgresql(table: str) -> list[str]:
    # ENABLE ALWAYS: an ordinary trigger is silent under session_replication_role = replica.
    refuse = "EXECUTE FUNCTION ledger_refuses()"
    return [
        f"CREATE TRIGGER {table}_is_not_changed BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW {refuse}",
        f"CREATE TRIGGER {table}_is_not_emptied BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {refuse}",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_is_not_changed",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_is_not_emptied",
    ]


@sa.event.listens_for(SQLModel.metadata, "after_create")
def _keep_append_only(
    _metadata: sa.MetaData, connection: sa.Connection, tables: list[sa.Table], **_options: Any
) -> None:
    # create_all() makes the same database as the migrations do, triggers included.
    if OBJECT in tables:
        for statement in statements(connection.dialect.name):
            connection.exec_driver_sql(statement)
