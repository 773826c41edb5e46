"""A database per test: a copy of a template that is made once per run, as a SQLite file or in PostgreSQL.

Copies, not deletions: the ledger's tables refuse to be emptied, and a test may commit from many threads.
"""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import IO, Any, Literal

import psycopg
import sqlalchemy as sa

from registry.store import migrate
from registry.store.session import Database
from tests import postgres

Kind = Literal["sqlite", "postgresql"]
Fill = Callable[[Database], object]
How = Callable[[Kind, str, Fill], AbstractContextManager[Database]]
KINDS: tuple[Kind, ...] = ("sqlite", "postgresql")

FOLDER = "REGISTRY_TEST_FOLDER"
_PREFIX = "registry-tests-"
_MEMORY = Path("/dev/shm")
_ROOM_BYTES = 1 << 30
_LEFT_SECONDS = 0.05
_MINE = count()
_LINES: "dict[int, psycopg.Connection[Any]]" = {}
_IDLE: dict[Kind, list[Database]] = {kind: [] for kind in KINDS}
# What is taken back leaves gaps behind: after so many tests the next has a new copy.
_MOST_LOANS = 40


def begin_run() -> IO[str]:
    """Make this run's folder, which its worker processes find by environment; keep the handle until the end."""
    place = _place()
    for old in place.glob(f"{_PREFIX}*"):
        _sweep(old)
    draft = Path(tempfile.mkdtemp(prefix=f".{_PREFIX}", dir=place))
    alive = (draft / "alive").open("w")
    fcntl.flock(alive, fcntl.LOCK_EX)
    # Only now under the name by which runs are swept: nobody may take it for one whose process has died.
    os.environ[FOLDER] = str(draft.rename(place / draft.name.removeprefix(".")))
    return alive


def leave() -> None:
    """Hang up this process's line to the server."""
    for process in [each for each in _LINES if each == os.getpid()]:
        _LINES.pop(process).close()


def end_run(alive: IO[str]) -> None:
    """Stop what the run started and leave nothing behind."""
    folder = _folder()
    if "TEST_DATABASE_URL" in os.environ:
        _drop_templates(folder)
    leave()
    postgres.stop(folder)
    shutil.rmtree(folder)
    alive.close()
    del os.environ[FOLDER]


@contextmanager
def fresh(kind: Kind, template: str = "migrated", fill: Fill = migrate.upgrade) -> Iterator[Database]:
    """A database of one's own, filled like the template; `fill` is called once per run and template."""
    with _copied(kind, template, fill) as url:
        database = _led_to(url, _IDLE[kind].pop() if _IDLE[kind] else Database(url))
        try:
            yield database
        finally:
            database.dispose()
            _IDLE[kind].append(database)


@contextmanager
def lent(kind: Kind, template: str = "migrated", fill: Fill = migrate.upgrade) -> Iterator[Database]:
    """The same for who takes back all that they write: lent to the next as it is, until somebody commits to it."""
    loan = _LENT.pop((kind, template), None) or _Loan(kind, template, fill)
    try:
        yield loan.database
    finally:
        if loan.is_as_it_was():
            _LENT[kind, template] = loan
        else:
            loan.end()


def end_loans() -> None:
    """Clear up what this process could have lent again."""
    while _LENT:
        _LENT.popitem()[1].end()


class _Loan:
    """A database that is lent again and again, its connection kept open and warm."""

    def __init__(self, kind: Kind, template: str, fill: Fill) -> None:
        self._held = ExitStack()
        self.database = self._held.enter_context(fresh(kind, template, fill))
        self._left, self._is_kept = _MOST_LOANS, False
        sa.event.listen(self.database.engine, "commit", self._note)
        self._counted = self._sequences()

    def is_as_it_was(self) -> bool:
        """Whether nothing was committed and nobody still works on it; what a rollback leaves, sequences, is set back."""
        self._left -= 1
        pool: Any = self.database.engine.pool
        if self._is_kept or not self._left or pool.checkedout():
            return False
        moved = [name for name, last in self._sequences().items() if last != self._counted[name]]
        if moved:
            with self.database.engine.connect() as connection:
                for name in moved:
                    last = self._counted[name]
                    asked = {"name": name, "to": last or 1, "used": last is not None}
                    connection.execute(sa.text("SELECT setval(CAST(:name AS regclass), :to, :used)"), asked)
        return True

    def end(self) -> None:
        """Lend it no more."""
        sa.event.remove(self.database.engine, "commit", self._note)
        self._held.close()

    def _note(self, connection: sa.Connection) -> None:
        options = connection.get_execution_options()
        self._is_kept |= not (options.get("sqlite_read_only") or options.get("postgresql_readonly"))

    def _sequences(self) -> dict[str, int | None]:
        """The number each of PostgreSQL's sequences gave last; SQLite takes its own back."""
        if self.database.is_sqlite:
            return {}
        with self.database.engine.connect() as connection:
            found = connection.exec_driver_sql("SELECT sequencename, last_value FROM pg_sequences")
            return {name: last for name, last in found}  # noqa: C416 - mypy sees rows, not pairs


_LENT: dict[tuple[Kind, str], _Loan] = {}


def _led_to(url: str, database: Database) -> Database:
    """The same engine with other tables behind it: what it has compiled stays compiled."""
    database.url = sa.make_url(url)
    if not sa.event.contains(database.engine, "do_connect", _connect):
        database.engine.dialect.registry_database = database
        sa.event.listen(database.engine, "do_connect", _connect)
    return database


def _connect(dialect: Any, _record: Any, _arguments: Any, _parameters: Any) -> Any:
    arguments, parameters = dialect.create_connect_args(dialect.registry_database.url)
    return dialect.connect(*arguments, **parameters)


@contextmanager
def empty(kind: Kind) -> Iterator[Database]:
    """A database without any table."""
    with fresh(kind, "empty", lambda _database: None) as database:
        yield database


@contextmanager
def _copied(kind: Kind, template: str, fill: Fill) -> Iterator[str]:
    import registry.tables  # noqa: F401 - completes the metadata

    source = _template(kind, template, fill)
    mine = f"{os.getpid()}_{next(_MINE)}"
    if kind == "sqlite":
        copy = _folder() / f"{mine}.sqlite3"
        shutil.copyfile(source, copy)
        try:
            yield f"sqlite:///{copy}"
        finally:
            for part in ("", "-wal", "-shm"):
                copy.with_name(copy.name + part).unlink(missing_ok=True)
        return
    name = f"{_name('t')}_{mine}"
    # Copying files is the quickest way in memory; on a disk it waits for a checkpoint.
    strategy = "FILE_COPY" if _folder().parent == _MEMORY else "WAL_LOG"
    _order(f'CREATE DATABASE "{name}" TEMPLATE "{source}" STRATEGY {strategy}')
    try:
        yield _on_server(name)
    finally:
        _wait_until_left(name)
        _order(f'DROP DATABASE "{name}" WITH (FORCE)')


def _template(kind: Kind, name: str, fill: Fill) -> str:
    """The file or database to copy, made by whichever process of the run asks first."""
    made = _folder() / f"{name}.{kind}.made"
    source = (
        str(_folder() / f"{name}.template.sqlite3") if kind == "sqlite" else f"{_name('template')}_{name}"
    )
    with postgres.locked(_folder(), f"{name}.{kind}"):
        if not made.exists():
            database = Database(_blank(kind, source))
            fill(database)
            database.dispose()
            made.touch()
    return source


def _blank(kind: Kind, source: str) -> str:
    if kind == "sqlite":
        Path(source).write_bytes(b"")
        return f"sqlite:///{source}"
    _order(f'DROP DATABASE IF EXISTS "{source}" WITH (FORCE)')
    _order(f'CREATE DATABASE "{source}" TEMPLATE template0')
    return _on_server(source)


def _order(statement: str) -> None:
    _line().execute(statement)


def _line() -> "psycopg.Connection[Any]":
    """This process's own line to the server, on which databases are made and dropped."""
    if os.getpid() not in _LINES:
        _LINES[os.getpid()] = _connected(postgres.address(_folder()))
    return _LINES[os.getpid()]


def _connected(address: str) -> "psycopg.Connection[Any]":
    url = sa.make_url(address)
    parts = {"host": url.host or url.query.get("host"), "port": url.port, "user": url.username}
    parts |= {"password": url.password, "dbname": url.database or "postgres"}
    try:
        return psycopg.connect(autocommit=True, **{name: part for name, part in parts.items() if part})
    except psycopg.OperationalError as refused:
        raise postgres.NoPostgresqlError(f"The server does not answer: {refused}") from None


def _wait_until_left(name: str) -> None:
    """Give the server the milliseconds its processes take to leave; whoever stays is thrown out by the order itself.

    An order to drop a database that meets one of them looks again only after a tenth of a second.
    """
    server = _line()
    give_up = time.monotonic() + _LEFT_SECONDS
    while time.monotonic() < give_up:
        if not server.execute("SELECT FROM pg_stat_activity WHERE datname = %s", [name]).fetchall():
            return
        time.sleep(0.001)


def _on_server(name: str) -> str:
    url = sa.make_url(postgres.address(_folder())).set(database=name)
    return url.render_as_string(hide_password=False)


def _drop_templates(folder: Path) -> None:
    for made in folder.glob("*.postgresql.made"):
        name = made.name.removesuffix(".postgresql.made")
        _order(f'DROP DATABASE IF EXISTS "{_name("template")}_{name}" WITH (FORCE)')


def _name(what: str) -> str:
    return f"{_folder().name.replace('-', '_')}_{what}".lower()


def _folder() -> Path:
    return Path(os.environ[FOLDER])


def _place() -> Path:
    """Memory where there is enough of it: every test makes a database, and none has to outlive the run."""
    try:
        room = shutil.disk_usage(_MEMORY).free
    except OSError:
        room = 0
    writable = room >= _ROOM_BYTES and os.access(_MEMORY, os.W_OK)
    # Not TMPDIR: the name of PostgreSQL's socket has to stay short.
    return _MEMORY if writable else Path("/tmp")


def _sweep(old: Path) -> None:
    """Clear up after a run that was killed: its lock is free."""
    try:
        with (old / "alive").open("r+") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            postgres.stop(old)
            shutil.rmtree(old, ignore_errors=True)
    except OSError:
        return
