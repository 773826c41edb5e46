"""What a database is made of, as sorted lines of text: to compare one with another, or one with itself later."""

import sqlalchemy as sa

from registry.store.session import Database

# Alembic's own table stays when the last revision is taken back.
_OWN = "alembic_version"

_ON_SQLITE = f"SELECT type, tbl_name, sql FROM sqlite_master WHERE tbl_name <> '{_OWN}'"

_ON_POSTGRESQL = f"""
SELECT 'column', table_name, concat_ws(' ', column_name, data_type, character_maximum_length, is_nullable, column_default)
  FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> '{_OWN}'
UNION ALL SELECT 'constraint', conrelid::regclass::text, conname || ' ' || pg_get_constraintdef(oid)
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> '{_OWN}'
UNION ALL SELECT 'index', tablename, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> '{_OWN}'
UNION ALL SELECT 'trigger', tgrelid::regclass::text, tgenabled::text || ' ' || pg_get_triggerdef(oid)
  FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'function', '', pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
"""


def anatomy(database: Database) -> list[tuple[str, str, str]]:
    """Every table, column, constraint, index, trigger and function, with its definition."""
    query = _ON_SQLITE if database.is_sqlite else _ON_POSTGRESQL
    with database.engine.connect() as connection:
        found = connection.exec_driver_sql(query.replace("%", "%%")).fetchall()
    return sorted((kind, table, " ".join((told or "").split())) for kind, table, told in found)


def guards(database: Database) -> list[tuple[str, str, str]]:
    """Triggers and functions only: what models do not describe and comparison by Alembic does not see."""
    return [part for part in anatomy(database) if part[0] in {"trigger", "function"}]


def tables(database: Database) -> set[str]:
    """The names of its tables, but for Alembic's own."""
    with database.engine.connect() as connection:
        return set(sa.inspect(connection).get_table_names()) - {_OWN}
