"""Long questions: put to the replica once it has come far enough, else to the database; with another database as a stand-in for it.

What only a server that follows another can show is in test_streaming_replica.py.
"""

from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from registry.audit.queries.fitness import lacking
from registry.audit.queries.replicas import mark, stranger
from registry.store import replicas
from registry.store.replicas import LongReads, Replica, Source
from registry.worker.actions import reading_long
from registry.worker.models import Cursor
from tests import databases
from tests.cast import raise_cast
from tests.operations.test_pages import metrics, number

pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


def address(database):
    return database.url.render_as_string(hide_password=False)


@contextmanager
def replica_of(database, url):
    database.replica = Replica(url)
    try:
        yield LongReads(database, mark, wait_seconds=0)
    finally:
        database.replica.dispose()
        del database.replica


@pytest.fixture
def taken_for_one(monkeypatch):
    """Whatever is asked says it follows the database."""
    monkeypatch.setattr(replicas, "_HOME", sa.text("SELECT true, 'cluster', 'database', 'schema'"))


def isolation(session: Session) -> str:
    return session.connection().exec_driver_sql("SHOW transaction_isolation").scalar_one()


def test_a_replica_that_has_come_as_far_answers_and_who_answered_is_counted(
    database, cast, app, taken_for_one
):
    with replica_of(database, address(database)):
        for _ in range(2):
            with reading_long(database) as reads:
                assert reads.ask(isolation) == reads.ask(isolation) == "repeatable read"
        found, newest = metrics(app), number(metrics(app), "registry_ledger_entries")
        assert number(found, "registry_long_reads_total", source="replica") == 4
        assert number(found, "registry_long_reads_entry", source="replica") == newest > 0
        assert [number(found, f"registry_replica_{each}") for each in ("up", "behind_entries")] == [1, 0]
    assert "registry_replica_up" not in metrics(app)


def test_without_one_the_database_answers_and_nothing_is_counted(database, cast, app):
    with reading_long(database) as reads:
        assert reads.ask(isolation) == "repeatable read"
    assert "registry_long_reads_total" not in metrics(app)


def test_one_that_is_behind_or_another_is_passed_over_and_told(database, cast, app, taken_for_one, caplog):
    with databases.fresh("postgresql") as empty, replica_of(database, address(empty)) as reads:
        assert reads.ask(isolation) == "repeatable read"
        found, entries = metrics(app), reads.told[Source.DATABASE].seq
        assert number(found, "registry_replica_behind_entries") == entries > 0
        assert number(found, "registry_replica_lag_seconds") > 0
    with databases.fresh("postgresql") as other:
        with other.transaction() as session:
            raise_cast(session)
        with replica_of(database, address(other)) as reads:
            reads.ask(isolation)
            assert list(reads.told) == [Source.DATABASE]
            assert number(metrics(app), "registry_replica_up") == 0
        with other.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
        with replica_of(database, address(other)) as reads:
            reads.ask(isolation)
            assert (list(reads.told), stranger(database)) == ([Source.DATABASE], "")
    told = [each.getMessage() for each in caplog.records if each.name == "registry.replica"]
    for line, says in zip(
        told, (f"lacked {entries} entries", "ledger is another one", "revision 0001"), strict=True
    ):
        assert says in line


def test_a_server_that_follows_none_or_another_database_is_refused(database, cast, tmp_path, monkeypatch):
    for home, says in (
        ("false, 'c', 'd', 's'", "follows no other server"),
        ("true, random()::text, 'd', 's'", "replica of another database"),
    ):
        monkeypatch.setattr(replicas, "_HOME", sa.text(f"SELECT {home}"))
        with replica_of(database, address(database)) as reads:
            assert says in lacking(database, tmp_path / "none")["read replica"]
            reads.ask(isolation)
            assert list(reads.told) == [Source.DATABASE]


def test_what_is_broken_off_is_asked_once_more_of_the_database_and_a_wrong_question_is_not(
    database, cast, taken_for_one
):
    asked = []

    def breaks_off(session):
        asked.append(session)
        if len(asked) == 1:
            session.connection().exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")
        return session.scalar(sa.select(sa.func.count()).select_from(Cursor))

    def is_wrong(session):
        asked.append(session)
        session.connection().exec_driver_sql("SELECT nothing FROM nowhere")

    with replica_of(database, address(database)) as reads:
        assert reads.ask(breaks_off) == 0
        assert len(asked) == 2
        # For this piece of work it is not tried again, which might be waiting for it once more.
        reads.ask(isolation)
        assert reads.told[Source.DATABASE].count == 2
        with pytest.raises(sa.exc.ProgrammingError):
            LongReads(database, mark).ask(is_wrong)
        assert len(asked) == 3


def test_one_that_cannot_be_reached_is_told_and_costs_nothing_else(database, cast, app, tmp_path):
    with replica_of(database, "postgresql+psycopg://nobody@127.0.0.1:1/nothing") as reads:
        assert reads.ask(isolation) == "repeatable read"
        assert number(metrics(app), "registry_replica_up") == 0
        ready = app.test_client().get("/readyz")
        assert (ready.status_code, "read replica" in ready.json["lacking"]) == (200, True)
