"""Pasts: made when first asked for, kept for a day, and let go."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlmodel import Session

from registry.kernel import clock
from registry.store import migrate
from registry.store.past.postgresql import BEGINNING, PostgresqlPast
from registry.store.past.recipe import (
    Mark,
    PastBusy,
    PastGone,
    PastRefused,
    PastTooLarge,
    PastUnknown,
    Recipe,
)
from registry.store.past.sqlite import SqlitePast
from registry.store.session import Database
from registry.store.turns import locked

MOST_KEPT: Final = 20
KEPT_SECONDS: Final = 86_400
_MOST_OPEN: Final = 4
MOST_AT_ONCE: Final = 30_000
"""States of rows for which somebody waits at a page: some 40 µs each, so little more than a second."""

# Whoever asks at a page is told to come back: each holds one of the few threads that answer everybody. A command waits.
_PATIENCE_SECONDS: Final = 2
_LONG_PATIENCE_SECONDS: Final = 240
# How often one is made again that was let go before it could be read.
_TRIES: Final = 3
_PAUSE_SECONDS: Final = 0.1
_USED_AGAIN_AFTER_SECONDS: Final = 3_600
# Any number no other part of the program locks on; this one spells "past".
_LOCK: Final = 0x70617374

# Of the threads of one process one at most waits at the lock between processes, with a connection in its hand.
_MAKING = threading.Lock()

_Past = SqlitePast | PostgresqlPast


class Pasts:
    """The pasts of one database. They are copies of what the ledger says, and made again at any time."""

    def __init__(self, live: Database, recipe: Recipe) -> None:
        self._live, self._recipe = live, recipe
        self._open: OrderedDict[tuple[str, date], Database] = OrderedDict()
        self._touched: dict[str, float] = {}
        self._mine = threading.Lock()

    def at(
        self, day: date, *, at_once: bool = False, told: Callable[[int], None] = lambda _: None
    ) -> Database:
        """The database as it stood when that day ended (UTC), for reading; `told` hears how many rows were laid down.

        Raises PastUnknown where nothing was recorded by then, PastBusy where somebody else is still putting together a
        past, PastRefused where none can be kept; and where it is to be had `at_once`, PastTooLarge for one that is not
        kept and takes long. Whether the day is over is the caller's question.
        """
        mark = self._mark(day)
        name = f"{BEGINNING}{migrate.head()}_{mark.seq}_{mark.erased_by}_{day:%Y%m%d}"
        past = self._past(name)
        if past.exists():
            self._touch(past, name)
        else:
            if at_once:
                self._refuse_large(name, mark)
            with _alone(self._live, _PATIENCE_SECONDS if at_once else _LONG_PATIENCE_SECONDS):
                if not past.exists():
                    _sweep(self._live, mark.erased_by)
                    self._make(past, mark, day, told)
        return self._opened(past, (name, day), mark)

    @contextmanager
    def reading(self, day: date, *, at_once: bool = False) -> Iterator[Session]:
        """A session on the database of that day, which is not let go while it is read. Raises what `at` raises."""
        with ExitStack() as held:
            yield self._begun(held, day, at_once=at_once)

    def _begun(self, held: ExitStack, day: date, *, at_once: bool) -> Session:
        for _ in range(_TRIES):
            database = self.at(day, at_once=at_once)
            try:
                return held.enter_context(database.transaction(read_only=True))
            except PastGone:
                self._close(database)
        raise PastBusy

    def dispose(self) -> None:
        """Close what is open."""
        with self._mine:
            while self._open:
                self._open.popitem()[1].dispose()

    def _close(self, database: Database) -> None:
        with self._mine:
            for key in [key for key, each in self._open.items() if each is database]:
                del self._open[key]
        database.dispose()

    def _refuse_large(self, name: str, mark: Mark) -> None:
        with self._live.glance() as session:
            rows = self._recipe.weight(session, mark.seq, MOST_AT_ONCE + 1)
        if rows > MOST_AT_ONCE:
            raise PastTooLarge(name, rows)

    def _touch(self, past: _Past, name: str) -> None:
        """What is looked at all day is kept all day."""
        at = clock.now().timestamp()
        if at - self._touched.get(name, 0) > _USED_AGAIN_AFTER_SECONDS:
            past.touch()
            self._touched[name] = at

    def _mark(self, day: date) -> Mark:
        with self._live.glance() as session:
            mark = self._recipe.mark(session, day)
        if mark is None:
            raise PastUnknown(f"Nothing was recorded by the end of {day.isoformat()}.")
        return mark

    def _past(self, name: str) -> _Past:
        return _kind(self._live)(self._live, self._recipe, name)

    def _make(self, past: _Past, mark: Mark, day: date, told: Callable[[int], None]) -> None:
        try:
            tables = {table.name: past.insert(table) for table in (*self._recipe.tables, *self._recipe.made)}
            engine = past.create(self._standing())
            with self._live.glance() as session, engine.begin() as connection:
                for table, values in self._recipe.rows(session, mark.seq):
                    connection.execute(tables[table.name], values)
                    told(len(values))
            database = past.show(mark, day)
            try:
                with database.transaction(read_only=True) as session:
                    made = {table.name: list(rows(session)) for table, rows in self._recipe.made.items()}
            finally:
                database.dispose()
            with engine.begin() as connection:
                for name, values in made.items():
                    if values:
                        connection.execute(tables[name], values)
            if engine is not self._live.engine:
                engine.dispose()
            past.finish()
        except BaseException as stopped:
            past.abandon()
            if isinstance(stopped, OSError):
                raise PastRefused(f"The disk lets no past day be laid out: {stopped.strerror}.") from stopped
            raise

    def _standing(self) -> list[sa.Table]:
        with self._live.engine.connect().execution_options(sqlite_read_only=True) as connection:
            names = set(sa.inspect(connection).get_table_names())
        return [table for table in (*self._recipe.tables, *self._recipe.made) if table.name in names]

    def _opened(self, past: _Past, key: tuple[str, date], mark: Mark) -> Database:
        with self._mine:
            if key not in self._open:
                self._open[key] = past.open(mark, key[1])
            self._open.move_to_end(key)
            while len(self._open) > _MOST_OPEN:
                self._open.popitem(last=False)[1].dispose()
            return self._open[key]


def obstacle(live: Database) -> str:
    """Why no past can be kept beside this database and what to do about it; "" where one can."""
    return _kind(live).obstacle(live)


def sweep(live: Database, erased_by: int) -> None:
    """Let go of the pasts made long ago, and of those made before the last erasure, which still hold what it erased."""
    with _alone(live, _PATIENCE_SECONDS):
        _sweep(live, erased_by)


def forget(live: Database) -> None:
    """Let go of all of them, as soon as nobody reads them: before the tables change that their views show."""
    with _alone(live, _LONG_PATIENCE_SECONDS):
        _kind(live).tidy(live)
        for name, _ in _kind(live).all_of(live):
            _kind(live).drop(live, name, waits=True)


def _sweep(live: Database, erased_by: int) -> None:
    # Nobody else is making one now, so whatever is half made was left by a process that died.
    _kind(live).tidy(live)
    newest_first = sorted(_kind(live).all_of(live), key=lambda each: each[1])
    for place, (name, age) in enumerate(newest_first):
        holds_erased = name.split("_")[3] != str(erased_by)
        if place >= MOST_KEPT or age > KEPT_SECONDS or holds_erased:
            _kind(live).drop(live, name, waits=holds_erased)


def _kind(live: Database) -> type[SqlitePast] | type[PostgresqlPast]:
    return SqlitePast if live.is_sqlite else PostgresqlPast


@contextmanager
def _alone(live: Database, patience: float) -> Iterator[None]:
    """One at a time makes a past, in whatever process: two who ask for the same day make it once. Raises PastBusy."""
    until = time.monotonic() + patience
    if not _MAKING.acquire(timeout=patience):
        raise PastBusy
    try:
        with _of_all_processes(live, until):
            yield
    finally:
        _MAKING.release()


@contextmanager
def _of_all_processes(live: Database, until: float) -> Iterator[None]:
    if live.is_sqlite:
        if why := SqlitePast.obstacle(live):
            raise PastRefused(why)
        with Path(f"{live.url.database}-past-turn").open("wb") as token:
            _wait_for(lambda: locked(token.fileno()), until)
            yield
        return
    with live.engine.connect() as connection, connection.begin():
        _wait_for(lambda: connection.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(_LOCK))), until)
        yield


def _wait_for(taken: Callable[[], bool | None], until: float) -> None:
    while not taken():
        if time.monotonic() > until:
            raise PastBusy
        time.sleep(_PAUSE_SECONDS)
