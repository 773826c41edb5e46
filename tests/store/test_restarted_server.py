"""PostgreSQL goes down at once and comes back, and its connections are ended: nothing acknowledged is lost, and work goes on.

On a server of its own that waits for its disk, as one in production does; the servers of other tests do not.
"""

import secrets
import shutil
import tempfile
import threading
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from registry.accounts import actions as accounts
from registry.app import create_app
from registry.audit.queries import verify
from registry.settings import Settings
from registry.store import migrate
from registry.store.session import Database
from registry.systems.models import System
from tests import postgres
from tests.cast import find_cast, raise_cast

pytestmark = [pytest.mark.long, pytest.mark.slow]

LASTING = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "max_connections": "40"}
WRITERS, AFTERWARDS_SECONDS = 4, 5.0
END_ALL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"


class Server:
    """A PostgreSQL that keeps what it acknowledged."""

    def __init__(self, folder):
        self.folder, self.url = folder, postgres._started(folder)

    def restart(self):
        options = " ".join(f"-c {name}={value}" for name, value in postgres._FAST.items())
        home = self.folder / "pg"
        postgres._run(
            postgres._programs(self.folder), self.folder, "pg_ctl", "-D", home / "data", "-m", "immediate",
            "-w", "-l", home / "restarted.log", "-o", f"-k {home} -h '' {options}", "restart",
        )  # fmt: skip

    def asked(self, query):
        with closing(psycopg.connect(host=str(self.folder / "pg"), user="postgres", autocommit=True)) as line:
            return line.execute(query).fetchall()


@pytest.fixture
def server(monkeypatch):
    # Not in memory, and by a short name: a socket's may not be long.
    folder = Path(tempfile.mkdtemp(prefix="registry-pg-", dir="/tmp"))
    monkeypatch.setattr(postgres, "_FAST", LASTING)
    try:
        started = Server(folder)
        assert started.asked("SHOW synchronous_commit") == started.asked("SHOW fsync") == [("on",)]
        yield started
    finally:
        postgres.stop(folder)
        shutil.rmtree(folder)


@dataclass
class Work:
    """What writers were told, and when."""

    acknowledged: list[str] = field(default_factory=list)
    failed: list[float] = field(default_factory=list)
    others: list[int] = field(default_factory=list)


@contextmanager
def writing(app, bearer, unit, owner):
    """Writers who register one system after another, each going on whatever it is told."""
    work, stop, numbers = Work(), threading.Event(), count(1)

    def on_and_on():
        client = app.test_client()
        while not stop.is_set():
            facts = {
                "name": f"System {next(numbers)}",
                "summary": "Sorts.",
                "unit_id": unit,
                "owner_id": owner,
            }
            reply = client.post("/api/v1/systems", json=facts, headers=bearer)
            if reply.status_code == 201:
                work.acknowledged.append(reply.json["key"])
            elif reply.status_code >= 500:
                work.failed.append(time.monotonic())
                time.sleep(0.05)
            else:
                work.others.append(reply.status_code)

    writers = [threading.Thread(target=on_and_on) for _ in range(WRITERS)]
    for each in writers:
        each.start()
    try:
        yield work
    finally:
        stop.set()
        for each in writers:
            each.join()


@pytest.mark.parametrize(
    ("restarts", "ends"), [pytest.param(2, 3, id="few"), pytest.param(15, 20, id="many")]
)
def test_the_server_may_go_and_come_back(server, tmp_path, restarts, ends, record_property):
    database = Database(server.url)
    migrate.upgrade(database)
    with database.transaction() as session:
        raise_cast(session)
    with database.transaction() as session:
        cast = find_cast(session)
        scopes = frozenset({"registry:read", "systems:write"})
        token, _ = accounts.issue_token(
            session, cast.actor(session, "ada"), cast.people["ada"], "writer", scopes
        )
    app = create_app(Settings(data_dir=tmp_path, secret_key=secrets.token_urlsafe(48)), database)
    bearer, outages = {"Authorization": f"Bearer {token}"}, []

    def interrupted(act, pause):
        begun = time.monotonic()
        act()
        outages.append((begun, time.monotonic() + AFTERWARDS_SECONDS))
        time.sleep(pause)

    with writing(app, bearer, cast.units["claims"].id, cast.number("ada")) as work:
        time.sleep(1)
        for _ in range(restarts):
            interrupted(server.restart, 1)
        for _ in range(ends):
            interrupted(lambda: server.asked(END_ALL), 0.3)
        time.sleep(AFTERWARDS_SECONDS + 1)
    record_property("database", "postgresql")
    record_property("acknowledged", len(work.acknowledged))
    record_property("refused while it was away", len(work.failed))
    assert len(work.acknowledged) > 2 * (restarts + ends)
    assert work.others == []
    assert [at for at in work.failed if not any(begun <= at <= over for begun, over in outages)] == []
    # Nobody asks meanwhile: whoever asks next meets none of the connections that are gone.
    server.asked(END_ALL)
    assert app.test_client().get("/api/v1/systems", headers=bearer).status_code == 200
    with database.transaction(read_only=True) as session:
        assert verify(session).problems == []
    with database.transaction(read_only=True) as session:
        lost = set(work.acknowledged) - {system.key for system in session.scalars(sa.select(System))}
    database.dispose()
    record_property("lost", len(lost))
    assert lost == set()
