"""Engine and transaction(): commit on a normal exit, roll back on any exception."""

import copy
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import sqlalchemy as sa
from sqlalchemy.orm import sessionmaker
from sqlmodel import Session

from registry.store import folding
from registry.store.turns import Turns

if TYPE_CHECKING:
    from registry.store.replicas import Replica

Finisher = Callable[[Session], None]

# Where a feature leaves what must be written at the very end of the transaction (the ledger does).
_FINISHERS = "finishers"
# Where a connection to SQLite notes what it was last told.
_READ_ONLY = "read_only"
_SQLITE_BUSY_MS = 20_000
_SQLITE_PAUSE_SECONDS = 0.02
# Read where the system keeps it, for all processes once: a table longer than the 2 MB of a connection was copied from there
# anew by each statement that goes through it, which was half of what that took.
_SQLITE_MAPPED_BYTES = 256 * 1024 * 1024
# How many statements stay put together: more than the program has, for to put one together costs more than to run it.
_STATEMENTS_KEPT = 3_000
# How many of them PostgreSQL keeps a plan of, for each connection: what the pages ask by turns, and not each length of a list.
_PLANS_KEPT = 500


class Database:
    """One engine and its session factory. Pages, the worker, the command line and tests all use this."""

    replica: "Replica | None" = None
    """A copy that follows this one, which long questions are put to (store.replicas); None where there is none."""
    _check: Finisher | None = None

    def __init__(self, url: str, *, pool_size: int = 8) -> None:
        self.url = sa.make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        options: dict[str, Any] = {"pool_pre_ping": not self.is_sqlite, "query_cache_size": _STATEMENTS_KEPT}
        # What an error says ends up in logs and on the list of jobs: never the values, a password's hash among them.
        options["hide_parameters"] = True
        if not self.is_sqlite:
            # The connection used last has the most plans at hand; one by turns would make all of them on each.
            options |= {"pool_size": pool_size, "max_overflow": pool_size, "pool_use_lifo": True}
        self.engine = sa.create_engine(self.url, **options)
        if self.is_sqlite:
            sa.event.listen(self.engine, "connect", _prepare_sqlite)
            sa.event.listen(self.engine, "begin", _begin_sqlite)
            sa.event.listen(self.engine, "invalidate", _let_go_of_sqlite)
        else:
            sa.event.listen(self.engine, "connect", _prepare_postgresql)
        self._sessions = sessionmaker(self.engine, class_=Session, expire_on_commit=False)
        self._turns = (
            Turns(Path(f"{self.url.database}-turn"), _SQLITE_BUSY_MS / 1_000) if self.is_sqlite else None
        )

    def guarded(self, check: Finisher) -> Self:
        """The same database for one user of it: each of its writing transactions is kept only if the check lets it.

        The check is called with all that is to be written sent to the database, before the ledger takes its place; it
        raises to have nothing kept.
        """
        guarded = copy.copy(self)
        guarded._check = check  # noqa: SLF001 - a copy of our own
        return guarded

    @contextmanager
    def transaction(self, *, read_only: bool = False) -> Iterator[Session]:
        """A session that commits when the block ends well and rolls back when it raises.

        A read-only transaction is held to it by the database itself, so a page that is only looked at
        cannot change anything.
        """
        turn = nullcontext() if read_only or self._turns is None else self._turns.taken()
        with turn, self._sessions() as session:
            self.begin(session, read_only=read_only)
            try:
                yield session
                if read_only:
                    _let_go(session)
                else:
                    if self._check is not None:
                        session.flush()
                        self._check(session)
                    finish(session)
                session.commit()
            except BaseException:
                if read_only:
                    _let_go(session)
                session.rollback()
                raise

    @contextmanager
    def glance(self) -> Iterator[Session]:
        """A session for a few questions that come before a writing transaction. What is changed in it is not kept."""
        with self._sessions() as session:
            self.begin(session, read_only=None)
            try:
                yield session
            finally:
                _let_go(session)
                session.rollback()

    def begin(self, session: Session, *, read_only: bool | None) -> None:
        """Open the database transaction of a session, for writing or held to reading; None: for reading, unheld."""
        session.connection(
            execution_options={"sqlite_read_only": read_only}
            if self.is_sqlite
            else {"postgresql_readonly": read_only is not False}
        )

    def dispose(self) -> None:
        """Close every pooled connection, those to its replica with them."""
        self.engine.dispose()
        if self.replica is not None:
            self.replica.dispose()


def hold_still(connection: sa.Connection) -> None:
    """Let everything this transaction reads be of one instant. Call it first thing in a read-only transaction."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")


def _let_go(session: Session) -> None:
    """Let what was read stay as it was read: to roll back empties every row the session holds, and somebody may remember it."""
    session.expunge_all()


def at_the_end(session: Session, finisher: Finisher) -> None:
    """Run the finisher just before this transaction commits, once, however often it is asked for."""
    finishers = session.info.setdefault(_FINISHERS, [])
    if finisher not in finishers:
        finishers.append(finisher)


def finish(session: Session) -> None:
    """Flush, then run what was left for the end. Called by transaction(); call it yourself only in tests."""
    session.flush()
    for finisher in session.info.pop(_FINISHERS, []):
        finisher(session)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own transaction handling loses updates (360 expected, 64 kept, when it was measured);
    # with it off, BEGIN below decides.
    connection.isolation_level = None
    # SQLite's own lower() knows ASCII only: "Özil" would not be found by typing it.
    connection.create_function("lower", 1, _lower, deterministic=True)
    folding.prepare_sqlite(connection)
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={_SQLITE_BUSY_MS}",
        "synchronous=FULL",
        "foreign_keys=ON",
        "trusted_schema=OFF",
        f"mmap_size={_SQLITE_MAPPED_BYTES}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    _write_ahead(cursor)
    cursor.close()


def _prepare_postgresql(connection: Any, _record: Any) -> None:
    # The driver lets the server keep a hundred plans. The pages together ask more, and by turns each put out another's plan
    # before it was used again: a third of what the desk waited for was planning.
    connection.prepared_max = _PLANS_KEPT


def _let_go_of_sqlite(connection: Any, _record: Any, _error: BaseException | None) -> None:
    # One that is given up in the midst of a statement (Ctrl-C, a worker told to stop) is closed only when its cursor is
    # gone, and whoever handles the exception still holds that: until then nobody else could write.
    with suppress(sqlite3.Error):
        connection.rollback()


def _write_ahead(cursor: sqlite3.Cursor) -> None:
    """Turn to write-ahead logging. That needs the file for a moment alone and, unlike all else, does not wait for it."""
    give_up = time.monotonic() + _SQLITE_BUSY_MS / 1_000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > give_up:
                raise
            time.sleep(_SQLITE_PAUSE_SECONDS)
        else:
            return


def _lower(text: Any) -> Any:
    return text.lower() if isinstance(text, str) else text


def _begin_sqlite(connection: sa.Connection) -> None:
    read_only = connection.get_execution_options().get("sqlite_read_only", False)
    # Said only where it changes: after any such PRAGMA, SQLite prepares every statement anew.
    if read_only is not None and connection.info.get(_READ_ONLY) is not read_only:
        connection.exec_driver_sql(f"PRAGMA query_only={'ON' if read_only else 'OFF'}")
        connection.info[_READ_ONLY] = read_only
    connection.exec_driver_sql("BEGIN IMMEDIATE" if read_only is False else "BEGIN")
