"""A transaction commits whole or not at all, reads cannot write, and SQLite is set up to keep what it acknowledged."""

import signal
import threading
import time

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from registry.store.session import Database, at_the_end, finish
from registry.worker.models import Cursor
from tests.store.contents import digests


def names(database: Database) -> list[str]:
    with database.transaction(read_only=True) as session:
        return sorted(session.scalars(sa.select(Cursor.name)))


def test_a_block_that_ends_well_is_kept(database):
    with database.transaction() as session:
        session.add(Cursor(name="kept"))
    assert names(database) == ["kept"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_block_that_raises_leaves_nothing(database, error):
    with pytest.raises(error), database.transaction() as session:
        session.add(Cursor(name="lost"))
        session.flush()
        raise error
    assert names(database) == []


# As long as whoever presses Ctrl-C would have to wait for it otherwise.
LONG = {
    "postgresql": "SELECT pg_sleep(60)",
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000) SELECT count(*) FROM n",
}


def test_one_who_is_interrupted_in_the_midst_of_a_statement_leaves_nothing_and_keeps_nobody_waiting(database):
    def press(_signal, _frame):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, press)
    try:
        with pytest.raises(KeyboardInterrupt), database.transaction() as session:
            session.add(Cursor(name="lost"))
            session.flush()
            signal.setitimer(signal.ITIMER_REAL, 0.1)
            session.connection().exec_driver_sql(LONG[database.engine.dialect.name]).scalar()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    began = time.monotonic()
    with database.transaction() as session:
        session.add(Cursor(name="kept"))
    assert (names(database), time.monotonic() - began < 5) == (["kept"], True)
    pool = database.engine.pool
    assert getattr(pool, "checkedout", int)() == 0


def test_a_commit_that_fails_leaves_nothing(database):
    def refuse(_session: Session) -> None:
        raise ValueError("the ledger cannot be written")

    with pytest.raises(ValueError, match="ledger"), database.transaction() as session:
        session.add(Cursor(name="lost"))
        at_the_end(session, refuse)
    assert names(database) == []


WRITES = [
    "INSERT INTO cursor (name, seq) VALUES ('by hand', 1)",
    "UPDATE cursor SET seq = 9",
    "DELETE FROM cursor",
    "CREATE TABLE more (id INTEGER)",
    "DROP TABLE cursor",
]


@pytest.fixture
def written(database):
    with database.transaction() as session:
        session.add(Cursor(name="stands", seq=1))
    return database


@pytest.mark.parametrize("statement", WRITES)
def test_the_database_itself_refuses_a_write_in_a_reading_transaction(written, statement):
    before = digests(written)
    with pytest.raises(sa.exc.DBAPIError) as refused, written.transaction(read_only=True) as session:
        session.connection().exec_driver_sql(statement)
    assert any(said in str(refused.value) for said in ("readonly database", "read-only transaction"))
    assert digests(written) == before


@pytest.mark.parametrize("statement", WRITES[:3])
def test_in_a_writing_transaction_the_same_statements_go_through(written, statement):
    before = digests(written)
    with written.transaction() as session:
        session.connection().exec_driver_sql(statement)
    assert digests(written) != before


def test_an_object_changed_while_reading_is_refused_and_not_silently_forgotten(written):
    with pytest.raises(sa.exc.DBAPIError), written.transaction(read_only=True) as session:
        session.scalars(sa.select(Cursor)).one().seq = 2
        session.flush()


def test_a_connection_that_was_read_with_can_be_written_with_again(database):
    with database.transaction(read_only=True) as session:
        session.connection().exec_driver_sql("SELECT 1")
    with database.transaction() as session:
        session.add(Cursor(name="after"))
    with database.transaction(read_only=True) as session:
        assert session.scalars(sa.select(Cursor.name)).all() == ["after"]


def test_what_is_left_for_the_end_runs_once_after_everything_is_stored(database):
    seen = []

    def look(session: Session) -> None:
        seen.append(session.scalars(sa.select(Cursor.name)).all())

    with database.transaction() as session:
        at_the_end(session, look)
        at_the_end(session, look)
        session.add(Cursor(name="late"))
    assert seen == [["late"]]


def test_a_reading_transaction_runs_nothing_at_its_end(database):
    seen = []
    with database.transaction(read_only=True) as session:
        at_the_end(session, seen.append)
    assert seen == []


def test_finishing_twice_runs_what_was_left_once(session):
    seen = []
    at_the_end(session, seen.append)
    finish(session)
    finish(session)
    assert seen == [session]


def test_a_reader_sees_one_moment_and_never_half_a_transaction(written):
    half, done = threading.Event(), threading.Event()

    def write():
        with written.transaction() as session:
            session.add(Cursor(name="first"))
            session.flush()
            half.set()
            done.wait(10)
            session.add(Cursor(name="second"))

    writer = threading.Thread(target=write)
    writer.start()
    half.wait(10)
    assert names(written) == ["stands"]
    done.set()
    writer.join()
    assert names(written) == ["first", "second", "stands"]


def test_sqlite_keeps_what_it_acknowledged_and_minds_foreign_keys(sqlite_only):
    with sqlite_only.engine.connect() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "trusted_schema", "busy_timeout")
        }
    # synchronous 2 is FULL: a commit that was acknowledged outlives a power failure (SQLite, pragma.html).
    assert settings == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "trusted_schema": 0,
        "busy_timeout": 20_000,
    }


def test_a_writing_transaction_on_sqlite_takes_its_turn_at_once(sqlite_only):
    """Two that both read before they wrote would each undo the other, or one would fail half way."""
    with sqlite_only.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE tally (n INTEGER)")
        connection.exec_driver_sql("INSERT INTO tally VALUES (0)")

    def add():
        for _ in range(25):
            with sqlite_only.transaction() as session:
                n = session.connection().exec_driver_sql("SELECT n FROM tally").scalar()
                session.connection().exec_driver_sql(f"UPDATE tally SET n = {n + 1}")

    threads = [threading.Thread(target=add) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    with sqlite_only.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT n FROM tally").scalar() == 100


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_the_server_keeps_the_plans_of_more_statements_than_the_driver_would_have_it(database):
    statements = [sa.text(f"SELECT {number} FROM cursor") for number in range(150)]
    for _ in range(7):
        # A transaction each, as pages have them: the connection used last is used again.
        with database.transaction(read_only=True) as session:
            for statement in statements:
                session.execute(statement)
    with database.transaction(read_only=True) as session:
        kept = session.scalar(sa.text("SELECT count(*) FROM pg_prepared_statements"))
    assert kept >= len(statements)
