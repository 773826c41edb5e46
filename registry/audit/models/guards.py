"""The triggers by which the database itself keeps the ledger append-only."""

from collections.abc import Collection
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import SQLModel

from registry.audit.models.checkpoints import CHECKPOINT, KEY
from registry.audit.models.ledger import ENTRY, OBJECT, PAYLOAD

_SAYS = "the ledger is append-only"

# INSERT OR REPLACE deletes the row in its way without running a delete trigger, so SQLite needs a guard on
# every key such a row could collide with, not only the primary one.
_COLLIDES: Final = {
    ENTRY.name: "seq = NEW.seq OR prev_hash = NEW.prev_hash OR leaf_hash = NEW.leaf_hash",
    PAYLOAD.name: "seq = NEW.seq",
    OBJECT.name: "(seq = NEW.seq AND position = NEW.position)"
    " OR (kind = NEW.kind AND object_id = NEW.object_id AND seq = NEW.seq)",
    KEY.name: "id = NEW.id OR key_id = NEW.key_id",
    CHECKPOINT.name: "size = NEW.size",
}

GUARDED: Final = tuple(_COLLIDES)
"""The tables that are added to and never changed."""

# The one thing that may go: the words of an entry, once a later entry says that they are erased.
_ERASED = (
    "EXISTS (SELECT 1 FROM ledger_entry WHERE subject_kind = 'ledger_entry' AND subject_id = OLD.seq"
    " AND event = 'entry.erased' AND seq > OLD.seq)"
)


def statements(dialect_name: str, tables: Collection[str] = tuple(_COLLIDES)) -> list[str]:
    """The DDL that makes these tables of the ledger append-only on "sqlite" or "postgresql"; run it after they exist.

    It stops the program and its mistakes. Whoever owns the database can drop a trigger; that is what
    verification is for.
    """
    guarded = [table for table in _COLLIDES if table in tables]
    if dialect_name == "sqlite":
        return [statement for table in guarded for statement in _on_sqlite(table)]
    functions = [_REFUSES_ON_POSTGRESQL, _REFUSES_UNLESS_ERASED_ON_POSTGRESQL]
    return [*functions, *(statement for table in guarded for statement in _on_postgresql(table))]


def _on_sqlite(table: str) -> list[str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{_SAYS}'); END"
    taken = f"EXISTS (SELECT 1 FROM {table} WHERE {_COLLIDES[table]})"  # noqa: S608 - names from above
    but = f"WHEN NOT {_ERASED} " if table == PAYLOAD.name else ""
    return [
        f"CREATE TRIGGER {table}_is_not_updated BEFORE UPDATE ON {table} {refuse}",
        f"CREATE TRIGGER {table}_is_not_deleted BEFORE DELETE ON {table} {but}{refuse}",
        f"CREATE TRIGGER {table}_is_not_replaced BEFORE INSERT ON {table} WHEN {taken} {refuse}",
    ]


_REFUSES_ON_POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION ledger_refuses() RETURNS trigger LANGUAGE plpgsql AS"
    f" $$ BEGIN RAISE EXCEPTION '{_SAYS}' USING ERRCODE = 'restrict_violation'; END $$"
)
_REFUSES_UNLESS_ERASED_ON_POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION ledger_refuses_unless_erased() RETURNS trigger LANGUAGE plpgsql AS"
    f" $$ BEGIN IF TG_OP = 'DELETE' AND {_ERASED} THEN RETURN OLD; END IF;"
    f" RAISE EXCEPTION '{_SAYS}' USING ERRCODE = 'restrict_violation'; END $$"
)


def _on_postgresql(table: str) -> list[str]:
    # ENABLE ALWAYS: an ordinary trigger is silent under session_replication_role = replica.
    refuse = "EXECUTE FUNCTION ledger_refuses()"
    changed = "EXECUTE FUNCTION ledger_refuses_unless_erased()" if table == PAYLOAD.name else refuse
    return [
        f"CREATE TRIGGER {table}_is_not_changed BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW {changed}",
        f"CREATE TRIGGER {table}_is_not_emptied BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {refuse}",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_is_not_changed",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_is_not_emptied",
    ]


@sa.event.listens_for(SQLModel.metadata, "after_create")
def _keep_append_only(
    _metadata: sa.MetaData, connection: sa.Connection, tables: list[sa.Table], **_options: Any
) -> None:
    # create_all() makes the same database as the migrations do, triggers included.
    made = [table.name for table in tables if table.name in _COLLIDES]
    if made:
        for statement in statements(connection.dialect.name, made):
            connection.exec_driver_sql(statement)
