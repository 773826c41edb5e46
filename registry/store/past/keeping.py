"""Pasts: made when first asked for, kept for a day, and let go."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from registry.kernel import clock
from registry.store import migrate
from registry.store.past.postgresql import BEGINNING, PostgresqlPast
from registry.store.past.recipe import Mark, PastBusy, PastUnknown, Recipe
from registry.store.past.sqlite import SqlitePast
from registry.store.session import Database
from registry.store.turns import locked

MOST_KEPT: Final = 20
KEPT_SECONDS: Final = 86_400
_MOST_OPEN: Final = 4
# Whoever asks meanwhile is told to come back: each holds one of the few threads that answer everybody.
_PATIENCE_SECONDS: Final = 20
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

    def at(self, day: date, *, told: Callable[[int], None] = lambda _: None) -> Database:
        """The database as it stood when that day ended (UTC), for reading; `told` hears how many rows were laid down.

        Raises PastUnknown where nothing was recorded by then, PastBusy where somebody else is still putting together a
        past. Whether the day is over is the caller's question.
        """
        mark = self._mark(day)
        name = f"{BEGINNING}{migrate.head()}_{mark.seq}_{mark.erased_by}_{day:%Y%m%d}"
        past = self._past(name)
        if past.exists():
            self._touch(past, name)
        else:
            with _alone(self._live):
                if not past.exists():
                    _sweep(self._live, mark.erased_by)
                    self._make(past, mark, day, told)
        return self._opened(past, (name, day), mark)

    def dispose(self) -> None:
        """Close what is open."""
        with self._mine:
            while self._open:
                self._open.popitem()[1].dispose()

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
        except BaseException:
            past.abandon()
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


def sweep(live: Database, erased_by: int) -> None:
    """Let go of the pasts made long ago, and of those made before the last erasure, which still hold what it erased."""
    with _alone(live):
        _sweep(live, erased_by)


def forget(live: Database) -> None:
    """Let go of all of them: before the tables change that their views show."""
    with _alone(live):
        _kind(live).tidy(live)
        for name, _ in _kind(live).all_of(live):
            _kind(live).drop(live, name)


def _sweep(live: Database, erased_by: int) -> None:
    # Nobody else is making one now, so whatever is half made was left by a process that died.
    _kind(live).tidy(live)
    newest_first = sorted(_kind(live).all_of(live), key=lambda each: each[1])
    for place, (name, age) in enumerate(newest_first):
        if place >= MOST_KEPT or age > KEPT_SECONDS or name.split("_")[3] != str(erased_by):
            _kind(live).drop(live, name)


def _kind(live: Database) -> type[SqlitePast] | type[PostgresqlPast]:
    return SqlitePast if live.is_sqlite else PostgresqlPast


@contextmanager
def _alone(live: Database) -> Iterator[None]:
    """One at a time makes a past, in whatever process: two who ask for the same day make it once. Raises PastBusy."""
    until = time.monotonic() + _PATIENCE_SECONDS
    if not _MAKING.acquire(timeout=_PATIENCE_SECONDS):
        raise PastBusy
    try:
        with _of_all_processes(live, until):
            yield
    finally:
        _MAKING.release()


@contextmanager
def _of_all_processes(live: Database, until: float) -> Iterator[None]:
    if live.is_sqlite:
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
