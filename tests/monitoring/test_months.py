"""A month of readings is moved to another disk, or dumped by itself, as docs/operations.md says: nothing of it is lost."""

import re
import secrets
import tempfile
from pathlib import Path

import pytest
import sqlalchemy as sa

from registry.audit.queries import verify
from registry.store.session import Database
from tests import databases, postgres

pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)

WRITTEN = "snapshot_y2026m10"
OPERATIONS = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
MONTHS = sa.text(
    "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'snapshot'::regclass ORDER BY 1"
)


def block(kind: str) -> str:
    """The statements of the document that name a month."""
    [found] = [each for each in re.findall(rf"```{kind}\n(.*?)```", OPERATIONS, re.DOTALL) if WRITTEN in each]
    return found


def fullest(database):
    """The month with the most readings, and how many there are in it and in all."""
    with database.engine.connect() as connection:
        counted = {
            month: connection.exec_driver_sql(f"SELECT count(*) FROM {month}").scalar_one()
            for month in connection.scalars(MONTHS)
        }
    month = max(counted, key=counted.get)
    assert counted[month] > 0
    return month, counted[month], sum(counted.values())


def run(database, name, *arguments):
    folder = databases._folder()
    url = database.url
    where = ["--host", str(url.host or url.query["host"]), "--username", str(url.username)]
    postgres._run(postgres._programs(folder), folder, name, *where, *arguments)


def is_whole(database):
    with database.transaction(read_only=True) as session:
        return verify(session).problems == []


@pytest.fixture
def everything():
    """With readings of several months in it."""


@pytest.fixture
def room():
    """A folder that the server's programs may write to."""
    with tempfile.TemporaryDirectory(prefix="registry-months-", dir="/tmp") as folder:
        Path(folder).chmod(0o777)
        yield Path(folder)


@pytest.fixture
def slow(database):
    """Another disk, as far as the server can tell."""
    name, autocommit = f"slow_{secrets.token_hex(4)}", {"isolation_level": "AUTOCOMMIT"}
    with database.engine.connect().execution_options(**autocommit) as line:
        line.exec_driver_sql("SET allow_in_place_tablespaces = on")
        line.exec_driver_sql(f"CREATE TABLESPACE {name} LOCATION ''")
        yield name
        for kind in ("TABLE", "INDEX"):
            line.exec_driver_sql(f"ALTER {kind} ALL IN TABLESPACE {name} SET TABLESPACE pg_default")
        line.exec_driver_sql(f"DROP TABLESPACE {name}")


def test_a_month_that_is_moved_goes_with_its_indexes_and_is_read_as_before(database, everything, slow, room):
    month, count, _ = fullest(database)
    told = room / "move.sql"
    told.write_text(block("sql").replace(WRITTEN, month).replace("TABLESPACE slow", f"TABLESPACE {slow}"))
    run(database, "psql", f"--dbname={database.url.database}", "--set=ON_ERROR_STOP=1", f"--file={told}")
    where = sa.text(
        "SELECT relkind, count(*), sum(CAST(spcname = :name AS int)) FROM pg_class"
        " LEFT JOIN pg_tablespace ON pg_tablespace.oid = reltablespace WHERE pg_class.oid = CAST(:month AS regclass)"
        " OR pg_class.oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = CAST(:month AS regclass)) GROUP BY 1"
    )
    with database.engine.connect() as connection:
        parts = {
            kind: tuple(rest) for kind, *rest in connection.execute(where, {"name": slow, "month": month})
        }
    assert parts == {"r": (1, 1), "i": (3, 3)}
    assert fullest(database)[:2] == (month, count)


@pytest.mark.long
def test_a_month_dumped_by_itself_and_the_rest_without_it_are_the_register(database, everything, room):
    month, count, together = fullest(database)
    name = f"restored_{secrets.token_hex(4)}"
    told = (
        block("bash")
        .replace(f"{WRITTEN}.dump", f"{room}/month.dump")
        .replace("rest.dump", f"{room}/rest.dump")
    )
    told = (
        told.replace(WRITTEN, month)
        .replace("=restored", f"={name}")
        .replace(" registry\n", f" {database.url.database}\n")
    )
    run(database, "createdb", "--template=template0", name)
    try:
        for line in told.strip().splitlines():
            run(database, *line.split())
        restored = Database(database.url.set(database=name).render_as_string(hide_password=False))
        assert fullest(restored) == (month, count, together)
        assert is_whole(restored)
        restored.dispose()
    finally:
        run(database, "dropdb", "--force", name)
