"""Two roles on PostgreSQL: one that owns the tables and migrates them, one the application works as and that owns nothing.

Who owns a table can change whatever triggers guard it. So the application's role may add to the ledger and read it, and
the database itself refuses it the rest.
"""

from collections.abc import Collection
from typing import Final

import sqlalchemy as sa

from registry.store.session import Database

_A_MONTH: Final = "snapshot_y"
_CHANGES: Final = ("UPDATE", "DELETE", "TRUNCATE")

_TABLES: Final = sa.text(
    "SELECT c.relname FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace"
    " AND c.relkind IN ('r', 'p') ORDER BY c.relname"
)
_POWER: Final = sa.text(
    "SELECT c.relname, pg_has_role(c.relowner, 'USAGE'), has_table_privilege(c.oid, 'UPDATE'),"
    " has_table_privilege(c.oid, 'DELETE'), has_table_privilege(c.oid, 'TRUNCATE')"
    " FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relname IN :names"
    " ORDER BY c.relname"
).bindparams(sa.bindparam("names", expanding=True))
_MAY_ERASE: Final = sa.text("SELECT has_table_privilege(:role, 'ledger_payload', 'DELETE')")
_DURABLE: Final = ("fsync", "full_page_writes", "synchronous_commit")


class NotGranted(Exception):
    """The role cannot be given what the application needs and no more; the sentence says why."""


def grant(database: Database, role: str, *, added_only: Collection[str], may_erase: bool | None) -> list[str]:
    """Give the application's role what it needs and take the rest from it; run as the owner. Returns what was said.

    `added_only` are the tables it may read and add to. With `may_erase` it may also delete what a ledger entry says,
    which the ledger's own trigger allows once a later entry tells of it; None leaves that as it is. Raises NotGranted for a role that is the
    owner itself or has its rights, for nothing could be taken from it.
    """
    with database.engine.begin() as connection:
        quoted = connection.dialect.identifier_preparer.quote_identifier(role)
        _refuse_owner(connection, role)
        if may_erase is None:
            may_erase = bool(connection.execute(_MAY_ERASE, {"role": role}).scalar())
        said = list(_statements(connection, quoted, added_only, may_erase=may_erase))
        for each in said:
            connection.exec_driver_sql(each)
    return said


def _refuse_owner(connection: sa.Connection, role: str) -> None:
    found = connection.execute(
        sa.text(
            "SELECT rolsuper OR pg_has_role(rolname, current_user, 'USAGE') FROM pg_roles WHERE rolname = :role"
        ),
        {"role": role},
    ).scalar()
    if found is None:
        raise NotGranted(f"There is no role {role}. Create it first: CREATE ROLE {role} LOGIN PASSWORD '...'")
    if found:
        raise NotGranted(f"The role {role} has the rights of the owner: nothing can be kept from it.")


def _statements(
    connection: sa.Connection, role: str, added_only: Collection[str], *, may_erase: bool
) -> list[str]:
    quote = connection.dialect.identifier_preparer.quote_identifier
    here = connection.execute(sa.text("SELECT current_schema(), current_database()")).one()
    schema, name = (quote(each) for each in here)
    found = [table for table in connection.execute(_TABLES).scalars() if not table.startswith(_A_MONTH)]
    guarded = [table for table in found if table in added_only]
    free = [table for table in found if table not in added_only and table != "alembic_version"]
    statements = [
        # A past day is put together in a schema of its own.
        f"GRANT CONNECT, CREATE, TEMPORARY ON DATABASE {name} TO {role}",
        f"GRANT USAGE ON SCHEMA {schema} TO {role}",
        f"REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC, {role}",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM PUBLIC, {role}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {', '.join(free)} TO {role}",
        f"GRANT SELECT, INSERT ON {', '.join(guarded)} TO {role}",
        f"GRANT SELECT ON alembic_version TO {role}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
    ]
    return [*statements, f"GRANT DELETE ON ledger_payload TO {role}"] if may_erase else statements


def power_over(database: Database, tables: Collection[str]) -> list[str]:
    """What the role of this connection could do to these tables beyond reading and adding, a sentence each."""
    if database.is_sqlite:
        return []
    said = []
    with database.engine.connect() as connection:
        for table, owns, *allowed in connection.execute(_POWER, {"names": list(tables)}):
            if owns:
                said.append(f"it owns {table}, or has the rights of its owner")
                continue
            # What an entry said may be erased, where that was granted: the table's trigger sees to the rest.
            more = [
                word
                for word, may in zip(_CHANGES, allowed, strict=True)
                if may and (table, word) != ("ledger_payload", "DELETE")
            ]
            said += [f"it may {word} {table}" for word in more]
    return said


def doubts_about(database: Database) -> list[str]:
    """Settings of the server under which what was acknowledged may be lost with the power, a sentence each."""
    if database.is_sqlite:
        return []
    with database.engine.connect() as connection:
        stand = {name: connection.exec_driver_sql(f"SHOW {name}").scalar() for name in _DURABLE}
    return [f"{name} is off on the database server" for name, value in stand.items() if value == "off"]
