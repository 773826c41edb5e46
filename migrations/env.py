"""Runs the migrations: on a connection of their own, whole or not at all, one host at a time."""

import re
from typing import Any

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.runtime.migration import MigrationContext
from sqlalchemy.dialects import postgresql
from sqlmodel.sql.sqltypes import AutoString

from registry.settings import Settings
from registry.store.migrate import ADDRESS
from registry.tables import metadata

# A number no other part of the program locks on; this one spells "schema".
_LOCK = 0x736368656D61
_QUEUE = "15min"  # for another host to finish its upgrade
_TABLE = "10s"  # for a table; whoever waits longer holds up every reader behind it
_STATEMENT = "30min"
_SQLITE_QUEUE_MS = 60_000
_A_MONTH = re.compile(r"snapshot_y\d{4}m\d{2}")


def address() -> sa.URL:
    """The database the caller names; for Alembic's own command line, that of the settings."""
    named = context.config.attributes.get(ADDRESS)
    return sa.make_url(named or Settings.from_environment().database)


def run() -> None:
    engine = sa.create_engine(address(), poolclass=sa.NullPool)
    on_sqlite = engine.dialect.name == "sqlite"
    if on_sqlite:
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    with engine.connect() as connection:
        if not on_sqlite:
            _queue_up(connection)
        context.configure(
            connection=connection,
            target_metadata=metadata,
            transactional_ddl=True,
            # On SQLite the transaction is the lock, so it spans the whole way: the revision that stands is read
            # inside it, and of two processes that start at once the second finds nothing left to do.
            transaction_per_migration=not on_sqlite,
            on_version_apply=_refuse_orphans,
            render_as_batch=True,
            compare_type=True,
            compare_server_default=True,
            render_item=_render_item,
            include_name=_is_ours,
            autogenerate_plugins=["alembic.autogenerate.*", "alembic.ext.checkconstraint_byname"],
        )
        with context.begin_transaction():
            context.run_migrations()


def _is_ours(name: str | None, kind: str, _parents: Any) -> bool:
    """Leave out the months of the partitioned table of readings: they come with the readings, not with a revision."""
    return kind != "table" or name is None or not _A_MONTH.fullmatch(name)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver commits before DDL on its own account; with that off, a failed migration leaves nothing behind.
    connection.isolation_level = None
    # Batch mode drops the old table. With foreign keys on, that would delete every row that refers to it.
    connection.execute("PRAGMA foreign_keys=OFF")
    # And it renames the new one: triggers elsewhere that name the table must survive the moment without it.
    connection.execute("PRAGMA legacy_alter_table=ON")
    connection.execute(f"PRAGMA busy_timeout={_SQLITE_QUEUE_MS}")


def _queue_up(connection: sa.Connection) -> None:
    connection.exec_driver_sql(f"SET lock_timeout = '{_QUEUE}'")
    connection.exec_driver_sql(f"SET statement_timeout = '{_STATEMENT}'")
    connection.exec_driver_sql(f"SELECT pg_advisory_lock({_LOCK})")  # until this connection closes
    connection.exec_driver_sql(f"SET lock_timeout = '{_TABLE}'")
    connection.commit()


def _refuse_orphans(*, ctx: MigrationContext, step: Any, **_more: Any) -> None:
    """Foreign keys were off on SQLite: look for rows they would have refused while it can all be taken back."""
    if ctx.dialect.name != "sqlite" or ctx.connection is None:
        return
    orphans = ctx.connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if orphans:
        named = ", ".join(sorted({f"{child} (of {parent})" for child, _row, parent, _key in orphans}))
        raise RuntimeError(
            f"{step.up_revision_id} leaves {len(orphans)} rows without the row they refer to: {named}"
        )


def _render_item(kind: str, item: Any, autogen: AutogenContext) -> str | bool:
    """Write plain column types, so that a migration still runs when the program's own have changed or gone."""
    if kind != "type":
        return False
    if isinstance(item, sa.Enum) and not item.native_enum:
        return f"sa.String(length={item.length})"
    if isinstance(item, AutoString):
        return f"sa.String(length={item.length})" if item.length else "sa.Text()"
    if isinstance(item, sa.JSON) and not isinstance(item, postgresql.JSON):
        autogen.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")'
    if isinstance(item, sa.types.TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    return False


if context.is_offline_mode():
    raise SystemExit("Migrations read the database as they go, so they cannot be written out as SQL.")
run()
