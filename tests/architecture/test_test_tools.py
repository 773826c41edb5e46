"""What the other tests stand on: no network, a database of one's own, and no silence where there is no PostgreSQL."""

import os
import secrets
import socket
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from urllib.request import urlopen

import pytest
import sqlalchemy as sa
from _pytest.assertion import rewrite
from jsonschema import Draft202012Validator
from sqlmodel import Session, col, select

from registry.kernel import clock
from registry.portfolio.models import KeptFigure
from registry.store import migrate
from registry.worker.models import Cursor
from tests import compiled, conftest, databases, dealing, network, postgres
from tests.architecture.tree import ROOT


@pytest.mark.parametrize(
    "reach",
    [
        lambda: socket.create_connection(("192.0.2.1", 80), timeout=1),
        lambda: socket.create_connection(("2001:db8::1", 80), timeout=1),
        lambda: socket.getaddrinfo("example.org", 80),
        lambda: socket.gethostbyname("example.org"),
        lambda: urlopen("http://example.org", timeout=1),
        lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"", ("192.0.2.1", 53)),
    ],
)
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_no_test_reaches_the_network(reach):
    with pytest.raises(network.OutsideNetworkError):
        reach()


def test_this_machine_itself_can_be_reached(tmp_path):
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as client,
    ):
        assert client.getpeername() == server.getsockname()
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(str(tmp_path / "s"))
        server.listen()
        client.connect(str(tmp_path / "s"))


def test_each_test_has_a_migrated_database_of_its_own(database):
    assert migrate.is_current(database)
    with databases.fresh("sqlite" if database.is_sqlite else "postgresql") as other:
        with database.transaction() as session:
            session.add(Cursor(name="mine"))
        with other.transaction() as session:
            assert session.exec(select(Cursor)).all() == []
        with database.transaction() as session:
            assert session.exec(select(col(Cursor.name))).all() == ["mine"]


def test_a_template_is_filled_once_and_copied_often(database):
    kind = "sqlite" if database.is_sqlite else "postgresql"
    filled = []

    def fill(made):
        migrate.upgrade(made)
        with made.transaction() as session:
            session.add(Cursor(name="in every copy"))
        filled.append(made)

    for _ in range(2):
        with databases.fresh(kind, "counted", fill) as copy, copy.transaction() as session:
            assert session.exec(select(col(Cursor.name))).all() == ["in every copy"]
    assert len(filled) <= 1


def test_a_database_is_lent_again_as_it_was_until_something_is_committed(database, monkeypatch):
    kind = "sqlite" if database.is_sqlite else "postgresql"
    monkeypatch.setattr(databases, "_LENT", {})

    def kept_under(lent, how):
        """The number the next row is given, which is then kept or not."""
        with Session(lent.engine) as session:
            lent.begin(session, read_only=False)
            row = KeptFigure(
                unit_id=0, audience="open", day=date(2026, 1, 1), figure="systems", value=Decimal(1)
            )
            session.add(row)
            session.flush()
            number = row.id
            getattr(session, how)()
        return number

    with databases.lent(kind) as lent:
        first = lent.url
        assert [kept_under(lent, "rollback") for _ in range(2)] == ([1, 1] if lent.is_sqlite else [1, 2])
    with databases.lent(kind) as lent:
        assert (lent.url, kept_under(lent, "rollback")) == (first, 1)
        with lent.transaction(read_only=True) as session:
            assert session.exec(select(KeptFigure)).all() == []
    with databases.lent(kind) as lent:
        assert (lent.url, kept_under(lent, "commit")) == (first, 1)
    with databases.lent(kind) as lent:
        assert lent.url != first
        with lent.transaction(read_only=True) as session:
            assert session.exec(select(KeptFigure)).all() == []
    databases.end_loans()


def test_the_session_is_taken_back(session):
    session.add(Cursor(name="gone"))
    session.flush()
    database = session.get_bind()
    assert session.exec(select(col(Cursor.name))).all() == ["gone"]
    if database.dialect.name == "postgresql":
        with database.connect() as other:
            assert other.execute(sa.select(Cursor.name)).all() == []


def test_the_clock_stands_still(frozen_clock):
    assert clock.now() == clock.now() == frozen_clock


def test_where_no_postgresql_can_be_had_the_test_fails_and_says_so(monkeypatch):
    def none(_folder):
        raise postgres.NoPostgresqlError("It did not start.")

    monkeypatch.setattr(postgres, "address", none)
    with pytest.raises(pytest.fail.Exception, match=r"no PostgreSQL to test on\. It did not start\."):
        next(conftest._opened("postgresql", "never made", lambda _database: None))


def test_a_server_that_cannot_be_run_is_no_postgresql(monkeypatch, tmp_path):
    # A name of its own: copies stand beside other runs', and one that was killed may have left its own behind.
    folder = tmp_path / f"run-{secrets.token_hex(8)}"
    folder.mkdir()
    monkeypatch.setattr(postgres, "_works", lambda _programs: False)
    with pytest.raises(postgres.NoPostgresqlError, match="TEST_DATABASE_URL"):
        postgres._programs(folder)
    assert postgres._copies(folder).exists()

    postgres.stop(folder)
    assert not postgres._copies(folder).exists()


def test_a_run_that_was_killed_is_cleared_up_by_the_next():
    """A run of its own in another process: killed at its worst moment, then swept by a second."""
    begin = "import os; from tests import databases; held = databases.begin_run(); print(os.environ[databases.FOLDER], flush=True)"
    environment = {name: value for name, value in os.environ.items() if name != databases.FOLDER}

    def run(rest: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", begin + rest], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
        )

    with run("; import time; time.sleep(60)") as first:
        left = first.stdout.readline().strip()
        with run("; databases.end_run(held)") as second:
            second.communicate(timeout=60)
        assert Path(left).is_dir(), "a run that is alive is left alone"
        first.kill()
    with run("; databases.end_run(held)") as third:
        third.communicate(timeout=60)
    assert not Path(left).is_dir()


def test_settings_of_whoever_runs_the_tests_do_not_reach_them():
    left = {name for name in os.environ if name.startswith("REGISTRY_")}
    assert left <= conftest.KEPT


def test_what_is_compiled_for_all_processes_is_what_pytest_looks_for(pytestconfig, tmp_path, monkeypatch):
    test = tmp_path / "test_one.py"
    test.write_text("def test_one():\n    assert 1 + 1 == 3\n", encoding="utf-8")
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    compiled.compile_tests([test], pytestconfig)
    assert rewrite._read_pyc(test, compiled.kept_of(test), lambda _said: None) is not None
    before = compiled.kept_of(test).stat().st_mtime_ns
    compiled.compile_tests([test], pytestconfig)
    assert compiled.kept_of(test).stat().st_mtime_ns == before
    assert Path(__file__) in compiled.asked_for(pytestconfig)


class Listed:
    """A test, by what its place in a run depends on."""

    def __init__(self, nodeid, *markers):
        self.nodeid, self.markers = nodeid, markers

    def get_closest_marker(self, name):
        return name if name in self.markers else None


@pytest.mark.parametrize("processes", [1, 2, 3, 4])
def test_each_process_begins_with_what_is_slow_and_the_last_with_the_journeys(processes):
    slow = [Listed(f"test_{file}.py::test_{each}", "slow") for file in "abc" for each in range(2)]
    journeys = [
        Listed("test_j.py::test_1", "journey"), Listed("test_j.py::test_2", "journey", "slow")
    ]  # fmt: skip
    quick = [Listed(f"test_{file}.py::test_quick_{each}") for file in "abc" for each in range(20)]
    items = [*quick[:30], *journeys, *slow, *quick[30:]]
    order = dealing.dealt(items, processes)
    assert sorted(map(id, order)) == sorted(map(id, items))
    assert [item for item in order if item in journeys] == [*reversed(journeys)]
    size = len(items) // processes
    begins = [order[place * size] for place in range(max(processes - 1, 1))]
    assert begins == slow[::2][: len(begins)]
    if processes > 1:
        assert order[(processes - 1) * size] is journeys[1]


def test_every_test_is_in_the_share_of_one_process(monkeypatch, tmp_path):
    files = [tmp_path / f"test_{number}.py" for number in range(7)]
    shares = []
    for process in range(3):
        monkeypatch.setenv("PYTEST_XDIST_WORKER", f"gw{process}")
        monkeypatch.setenv("PYTEST_XDIST_WORKER_COUNT", "3")
        shares += compiled.share(files)
    assert sorted(shares) == files


def test_an_address_in_a_schema_is_held_to_its_grammar():
    checker = Draft202012Validator.FORMAT_CHECKER
    for name in ("iri", "iri-reference"):
        assert checker.conforms("https://registry.example.org/a?b#c", name)
        assert not checker.conforms("https://registry.example.org/a b", name)


def test_every_journey_stands_where_the_script_looks_for_them():
    tests, looked_in = ROOT / "tests", {"journeys", "web"}
    marked = [
        path.relative_to(tests).parts[0]
        for path in tests.rglob("test_*.py")
        if path != Path(__file__) and "mark.journey" in path.read_text(encoding="utf-8")
    ]
    assert marked
    assert set(marked) <= looked_in
