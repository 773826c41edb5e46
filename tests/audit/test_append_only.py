"""The database itself refuses to change or drop what the ledger holds, also where the program is not asked."""

import re
import sqlite3
from collections import Counter

import psycopg
import pytest

from registry.audit.models import statements
from tests.audit.doing import add, checked
from tests.audit.things import Thing

TABLES = ["ledger_entry", "ledger_payload", "ledger_object"]
COLUMN = {"ledger_entry": "event", "ledger_payload": "payload", "ledger_object": "digest"}


@pytest.fixture
def filled(database):
    add(database, Thing(name="a"), Thing(name="b"))
    return database


def refused(database, *lines: str) -> bool:
    """Whether the ledger's own triggers stop these lines, as somebody with a database shell would type them."""
    connection = (
        sqlite3.connect(database.url.database) if database.is_sqlite else database.engine.raw_connection()
    )
    try:
        cursor = connection.cursor()
        for line in lines:
            cursor.execute(line)
        connection.commit()
    except (sqlite3.IntegrityError, psycopg.errors.RestrictViolation) as error:
        return "the ledger is append-only" in str(error)
    else:
        return False
    finally:
        connection.rollback()
        connection.close()


@pytest.mark.parametrize("table", TABLES)
def test_rows_are_neither_updated_nor_deleted(filled, table):
    assert refused(filled, f"UPDATE {table} SET {COLUMN[table]} = ''")
    assert refused(filled, f"UPDATE {table} SET seq = seq + 100")
    assert refused(filled, f"DELETE FROM {table}")
    assert checked(filled).ok


def copied(table: str, other: dict[str, str]) -> str:
    """INSERT OR REPLACE of a row like the first, with some columns given another value."""
    names = {
        "ledger_entry": "seq at event subject_kind subject_id system_id actor_id via request_id schema commitment"
        " prev_hash leaf_hash",
        "ledger_payload": "seq salt payload",
        "ledger_object": "seq position kind object_id digest",
    }[table].split()
    values = ", ".join(other.get(name, name) for name in names)
    return f"INSERT OR REPLACE INTO {table} ({', '.join(names)}) SELECT {values} FROM {table} LIMIT 1"


# Each collides with a row on one key only; every one of them would delete that row without a delete trigger.
REPLACEMENTS = [
    ("ledger_entry", {"event": "'x'", "prev_hash": "'x'", "leaf_hash": "'x'"}),
    ("ledger_entry", {"seq": "99", "leaf_hash": "'x'"}),
    ("ledger_entry", {"seq": "99", "prev_hash": "'x'"}),
    ("ledger_payload", {"payload": "'x'"}),
    ("ledger_object", {"kind": "'x'", "digest": "'x'"}),
    ("ledger_object", {"position": "99", "digest": "'x'"}),
]


@pytest.mark.parametrize(("table", "other"), REPLACEMENTS)
def test_insert_or_replace_does_not_pass_on_sqlite(on_sqlite, table, other):
    add(on_sqlite, Thing(name="a"))
    assert refused(on_sqlite, copied(table, other))
    assert checked(on_sqlite).ok


@pytest.mark.parametrize(("table", "other"), REPLACEMENTS)
def test_without_its_guard_insert_or_replace_would_pass(on_sqlite, table, other):
    add(on_sqlite, Thing(name="a"))
    assert not refused(on_sqlite, f"DROP TRIGGER {table}_is_not_replaced", copied(table, other))
    assert not checked(on_sqlite).ok


def test_an_upsert_does_not_pass(filled):
    line = (
        "INSERT INTO ledger_payload (seq, salt, payload) VALUES (1, 'x', 'x')"
        " ON CONFLICT (seq) DO UPDATE SET payload = 'x'"
    )
    assert refused(filled, line)
    assert checked(filled).ok


@pytest.mark.parametrize("table", TABLES)
def test_truncate_does_not_pass_on_postgresql(on_postgresql, table):
    add(on_postgresql, Thing(name="a"))
    assert refused(on_postgresql, f"TRUNCATE {table} CASCADE")
    assert checked(on_postgresql).ok


def test_the_replica_role_does_not_silence_the_triggers_on_postgresql(on_postgresql):
    add(on_postgresql, Thing(name="a"))
    role = "SET session_replication_role = replica"
    assert refused(on_postgresql, role, "DELETE FROM ledger_object")
    assert refused(on_postgresql, role, "TRUNCATE ledger_object")


def test_triggers_that_are_not_always_enabled_would_be_silenced_on_postgresql(on_postgresql):
    add(on_postgresql, Thing(name="a"))
    role = "SET session_replication_role = replica"
    ordinary = "ALTER TABLE ledger_object ENABLE TRIGGER ledger_object_is_not_changed"
    assert not refused(on_postgresql, ordinary, role, "DELETE FROM ledger_object")


def test_every_table_has_its_statements_for_both_databases():
    for dialect, each in (("sqlite", 3), ("postgresql", 4)):
        lines = statements(dialect)
        about = [
            re.findall(r"\b(?:ON|ALTER TABLE) (ledger_\w+)", line.partition(" BEGIN ")[0])[:1]
            for line in lines
        ]
        named = Counter(name for names in about for name in names)
        assert named == dict.fromkeys([*TABLES, "ledger_key", "ledger_checkpoint"], each)
