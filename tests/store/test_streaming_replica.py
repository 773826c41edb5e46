"""A replica that streams from its primary: it catches up, stands still, dies and is promoted, and reports stay right.

On two servers of their own: those of other tests keep no log that another could follow.
"""

import os
import shutil
import signal
import tempfile
import threading
import time
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from sqlmodel import func, select

from registry.app import create_app
from registry.audit.models import LedgerEntry
from registry.audit.queries.replicas import mark
from registry.cli import Broken, _refuse_unless_safe
from registry.portfolio import actions, jobs
from registry.portfolio.models import PortfolioReport
from registry.portfolio.queries.reports import report
from registry.portfolio.rules.figures import Scope
from registry.portfolio.rules.reports.filing import ReportKind, ReportState
from registry.settings import Settings
from registry.store import migrate
from registry.store.replicas import LongReads, Replica, Source
from registry.store.session import Database
from registry.systems.models import System
from registry.wiring import FOLLOW_UPS
from registry.worker import actions as worker
from tests import postgres
from tests.cast import find_cast, raise_cast
from tests.operations.test_pages import metrics, number
from tests.portfolio.organised import organise

pytestmark = [pytest.mark.long, pytest.mark.slow]

HANDLERS = worker.by_name(FOLLOW_UPS, {})


class Two:
    """A primary with the cast in it, and the address of the server that follows it."""

    def __init__(self, folder):
        self.folder, self.url = folder, postgres._started(folder)
        self.database = Database(self.url)
        migrate.upgrade(self.database)
        with self.database.transaction() as session:
            raise_cast(session)
        with self.database.transaction(read_only=True) as session:
            self.cast = find_cast(session)
        self.replica_url = postgres.following(folder)

    def told_replica(self, statement):
        where = self.folder / "pg" / postgres.REPLICA
        with closing(psycopg.connect(host=str(where), user="postgres", autocommit=True)) as line:
            line.execute(statement)

    def kill_replica(self):
        running = self.folder / "pg" / f"{postgres.REPLICA}-data" / "postmaster.pid"
        os.kill(int(running.read_text().split()[0]), signal.SIGQUIT)
        while running.exists():
            time.sleep(0.05)

    def start_replica(self):
        home = self.folder / "pg"
        postgres._served(self.folder, home / f"{postgres.REPLICA}-data", home / postgres.REPLICA)


@pytest.fixture(scope="module")
def both():
    # Not in memory, and by a short name: a socket's may not be long.
    folder = Path(tempfile.mkdtemp(prefix="registry-two-", dir="/tmp"))
    streaming = {**postgres._FAST, "wal_level": "replica", "max_wal_senders": "4", "max_connections": "40"}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(postgres, "_FAST", streaming)
        try:
            started = Two(folder)
            yield started
            started.database.dispose()
        finally:
            postgres.stop(folder)
            shutil.rmtree(folder)


@pytest.fixture
def two(both, tmp_path, monkeypatch):
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(tmp_path))
    yield both
    both.database.replica = None


@contextmanager
def led_to(two, url):
    two.database.replica = Replica(url)
    try:
        yield LongReads(two.database, mark, wait_seconds=1)
    finally:
        two.database.replica.dispose()
        two.database.replica = None


def systems(session):
    return session.scalar(select(func.count()).select_from(System))


def made(two, number):
    with two.database.transaction(read_only=True) as session:
        events = session.exec(select(LedgerEntry.event).where(LedgerEntry.event == "report.made")).all()
        return session.get_one(PortfolioReport, number), len(events)


def ask_and_work(two):
    with two.database.transaction() as session:
        number = actions.ask(session, two.cast.actor(session, "eva"), ReportKind.TABLES, Scope()).id
    while worker.follow(two.database, FOLLOW_UPS):
        pass
    while worker.run_next(two.database, HANDLERS):
        pass
    return number


def test_reports_are_read_from_it_while_it_follows_and_are_right_whatever_becomes_of_it(
    two, tmp_path, monkeypatch, caplog
):
    caplog.set_level("INFO", "registry.replica")
    app = create_app(
        Settings(data_dir=tmp_path, database_url=two.url, secret_key=os.urandom(20).hex()), two.database
    )

    # It follows: what was written a moment ago is in what it answers.
    with led_to(two, two.replica_url) as reads:
        for more in range(3):
            with two.database.transaction() as session:
                organise(session, two.cast, 1, seed=more)
                before = systems(session)
            assert LongReads(two.database, mark).ask(systems) == before
        first = ask_and_work(two)
        assert (made(two, first)[0].state, made(two, first)[1]) == (ReportState.FILED, 1)
        assert "read from the replica" in caplog.text
        found = metrics(app)
        assert number(found, "registry_long_reads_total", source="replica") == 1
        assert number(found, "registry_replica_up") == 1

        # It stands still: it is waited for, passed over, told; and asked again once it goes on.
        two.told_replica("SELECT pg_wal_replay_pause()")
        with two.database.transaction() as session:
            organise(session, two.cast, 1, seed=9)
            before = systems(session)
        assert (reads.ask(systems), list(reads.told)) == (before, [Source.DATABASE])
        assert "it lacked" in caplog.text
        two.database.replica._looked = None
        found = metrics(app)
        assert number(found, "registry_replica_behind_entries") >= 1
        assert number(found, "registry_replica_lag_seconds") > 0
        threading.Timer(1, two.told_replica, ["SELECT pg_wal_replay_resume()"]).start()
        patient = LongReads(two.database, mark, wait_seconds=60)
        assert (patient.ask(systems), list(patient.told)) == (before, [Source.REPLICA])

        # What is read stands in the way of what it has to replay: that is broken off, and asked of the database.
        two.told_replica("ALTER SYSTEM SET max_standby_streaming_delay = 0")
        two.told_replica("SELECT pg_reload_conf()")
        with two.database.engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE in_the_way AS SELECT 1 AS one")
        with two.database.transaction() as session:
            organise(session, two.cast, 1, seed=10)
            before = systems(session)

        def stands_in_the_way(session):
            if session.connection().exec_driver_sql("SELECT pg_is_in_recovery()").scalar():
                session.connection().exec_driver_sql("SELECT one FROM in_the_way")
                with two.database.engine.begin() as connection:
                    connection.exec_driver_sql("DROP TABLE in_the_way")
                time.sleep(1)
            return systems(session)

        broken = LongReads(two.database, mark)
        assert (broken.ask(stands_in_the_way), list(broken.told)) == (before, [Source.DATABASE])
        assert "conflict with recovery" in caplog.text

        # It dies in the midst of a report: that is counted anew, filed once, and says what it would have said.
        def dies_midway(session, *asked, **more):
            if session.connection().exec_driver_sql("SELECT pg_is_in_recovery()").scalar():
                two.kill_replica()
            return report(session, *asked, **more)

        with monkeypatch.context() as patched:
            patched.setattr(jobs, "report", dies_midway)
            second = ask_and_work(two)
        filed, times = made(two, second)
        assert (filed.state, times) == (ReportState.FILED, 2)
        two.database.replica._looked = None
        assert number(metrics(app), "registry_long_reads_total", source="database") == 1
        ready = app.test_client().get("/readyz")
        assert (ready.status_code, "read replica" in ready.json["lacking"]) == (200, True)

        # It is back: the next report is read from it, over a connection made anew.
        two.start_replica()
        ask_and_work(two)
        assert number(metrics(app), "registry_long_reads_total", source="replica") == 2


def test_what_is_no_replica_of_this_database_is_refused_for_what_it_is(two):
    with two.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as line:
        line.exec_driver_sql("CREATE DATABASE another")
        line.exec_driver_sql("CREATE ROLE reader LOGIN")
        line.exec_driver_sql("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
    with two.database.transaction() as session:
        organise(session, two.cast, 1, seed=11)
    there = sa.make_url(two.replica_url)

    def as_address(**changed):
        return there.set(**changed).render_as_string(hide_password=False)

    def refused(url):
        with led_to(two, url) as reads:
            reads.ask(systems)
            assert list(reads.told) == [Source.DATABASE]
            return start_says(two)

    # A role that owns nothing, as the application's, may see all that is looked at.
    with led_to(two, as_address(username="reader")):
        patient = LongReads(two.database, mark)
        assert (patient.ask(systems) > 0, list(patient.told)) == (True, [Source.REPLICA])
    assert "follows no other server" in refused(two.url)
    assert "another database" in refused(as_address(database="another"))
    with led_to(two, two.replica_url) as reads:
        assert reads.ask(systems) > 0
        # Its connection outlives this.
        two.told_replica("SELECT pg_promote()")
        later = LongReads(two.database, mark)
        assert (later.ask(systems) > 0, list(later.told)) == (True, [Source.DATABASE])
    assert "follows no other server" in refused(two.replica_url)


def start_says(two):
    with pytest.raises(Broken) as told:
        _refuse_unless_safe(Settings(one_role=True), two.database)
    return str(told.value)
