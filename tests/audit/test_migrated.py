"""The migrations make the same append-only ledger as the models say."""

import sqlalchemy as sa

from registry.store import migrate
from tests import databases

TRIGGERS = {
    "sqlite": "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'ledger%'",
    "postgresql": "SELECT tgname, tgrelid::regclass::text, tgenabled::text, pg_get_triggerdef(oid), prosrc"
    " FROM pg_trigger JOIN (SELECT oid AS function, prosrc FROM pg_proc) AS known ON function = tgfoid"
    " WHERE NOT tgisinternal AND tgrelid::regclass::text LIKE 'ledger%'",
}


def triggers_of(database, kind) -> list[tuple]:
    with database.engine.connect() as connection:
        return sorted(tuple(row) for row in connection.execute(sa.text(TRIGGERS[kind])))


def test_the_migrated_triggers_are_those_of_the_models(database):
    kind = "sqlite" if database.is_sqlite else "postgresql"
    with databases.fresh(kind, "migrated", migrate.upgrade) as migrated:
        assert triggers_of(migrated, kind) == triggers_of(database, kind) != []
