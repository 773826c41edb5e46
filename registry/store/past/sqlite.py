"""A past on SQLite: a file beside the database, attached to it, whose tables stand in front of those of today."""

import fcntl
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from registry.kernel import clock
from registry.store.past.recipe import Mark, PastGone, Place, Recipe
from registry.store.session import Database

_PLACE = Place(then="past", live="main")


class SqlitePast:
    """One past in its file. A file that carries the name is whole: it is made under another and renamed at the end."""

    def __init__(self, live: Database, recipe: Recipe, name: str) -> None:
        self._live, self._recipe, self._name = live, recipe, name
        self._folder = _folder(live)
        self._part = self._folder / f"{name}.{os.getpid()}.part"

    @property
    def _file(self) -> Path:
        return self._folder / f"{self._name}.sqlite3"

    def exists(self) -> bool:
        """Whether it is kept."""
        return self._file.exists()

    def create(self, tables: Sequence[sa.Table]) -> sa.Engine:
        """Make the empty tables and give the engine that fills them."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._part.unlink(missing_ok=True)
        with closing(sqlite3.connect(self._part)) as connection:
            _in_haste(connection)
            connection.execute("ATTACH DATABASE ? AS live", (self._live.url.database,))
            connection.execute("BEGIN")
            for table in tables:
                # As they stand in the database, so with the very keys and indexes that today's questions are quick by.
                said = connection.execute(
                    "SELECT sql FROM live.sqlite_master WHERE tbl_name = ? AND type <> 'trigger' AND sql IS NOT NULL"
                    " ORDER BY type DESC",
                    (table.name,),
                ).fetchall()
                for (statement,) in said:
                    connection.execute(statement)
            connection.commit()
        engine = sa.create_engine(sa.URL.create("sqlite", database=str(self._part)))
        # It is made again if the machine stops: nothing here need reach the disk before the next is written.
        sa.event.listen(engine, "connect", _in_haste)
        return engine

    def insert(self, table: sa.Table) -> sa.Insert:
        """The statement that adds rows to one of its tables."""
        return sa.insert(table)

    def show(self, mark: Mark, day: date) -> Database:
        """Nothing need be stored to look at it: each connection sets up its own views."""
        return _Attached(self._live, self._recipe, self._part, mark, day, with_made=False)

    def finish(self) -> None:
        """Give it its name, by which others find it."""
        made_at = clock.now().timestamp()
        os.utime(self._part, (made_at, made_at))
        self._part.replace(self._file)

    def open(self, mark: Mark, day: date) -> Database:
        """The database as it stood then, for reading."""
        return _Attached(self._live, self._recipe, self._file, mark, day)

    def abandon(self) -> None:
        """Take away what was begun."""
        self._part.unlink(missing_ok=True)

    def touch(self) -> None:
        """Note that it was used."""
        with suppress(FileNotFoundError):
            os.utime(self._file, (clock.now().timestamp(),) * 2)

    @staticmethod
    def obstacle(live: Database) -> str:
        """Why none can be kept; "" where one can."""
        folder = _folder(live) if _folder(live).exists() else _folder(live).parent
        if os.access(folder, os.W_OK | os.X_OK):
            return ""
        return f"The registry may not write into {folder}, where it lays out past days. Give it that folder."

    @staticmethod
    def tidy(live: Database) -> None:
        """Take away what was left half made. Only for whoever alone may make one now."""
        for left in _folder(live).glob("*.part*") if _folder(live).exists() else ():
            left.unlink(missing_ok=True)

    @staticmethod
    def all_of(live: Database) -> list[tuple[str, float]]:
        """The names of all that are kept, and how many seconds ago each was last used."""
        files = _folder(live).glob("*.sqlite3") if _folder(live).exists() else []
        return [(file.stem, clock.now().timestamp() - file.stat().st_mtime) for file in files]

    @staticmethod
    def drop(live: Database, name: str, *, waits: bool = False) -> None:  # noqa: ARG004 - there is nobody to wait for
        """Let one go. Whoever has it open reads on."""
        file = _folder(live) / f"{name}.sqlite3"
        with _door(file, fcntl.LOCK_EX):
            file.unlink(missing_ok=True)


class _Attached(Database):
    """The database with a past in front of it: what a connection knows under a name of its own comes before all else."""

    def __init__(
        self, live: Database, recipe: Recipe, file: Path, mark: Mark, day: date, *, with_made: bool = True
    ) -> None:
        super().__init__(live.url.render_as_string(hide_password=False))
        self.engine.update_execution_options(is_past=True)
        own = [*recipe.tables, *(recipe.made if with_made else ())]
        self._views = {table.name: f'SELECT * FROM {_PLACE.then}."{table.name}"' for table in own}  # noqa: S608 - names of our own tables
        self._views |= dict(recipe.views(mark, day, _PLACE))
        self._file = file
        sa.event.listen(self.engine, "connect", self._stand_in_front)

    def _stand_in_front(self, connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        with _door(self._file, fcntl.LOCK_SH):
            if not self._file.exists():
                # SQLite would make an empty file in its place.
                connection.close()
                raise PastGone(self._file.name)
            cursor.execute(f"ATTACH DATABASE ? AS {_PLACE.then}", (str(self._file),))
        for name, said in self._views.items():
            cursor.execute(f'CREATE TEMP VIEW "{name}" AS {said}')
        cursor.close()


@contextmanager
def _door(file: Path, kind: int) -> Iterator[None]:
    """Held by whoever opens a past, by many at once, and by whoever lets one go, alone: for a moment each (flock(2))."""
    with (file.parent / "door").open("ab") as door:
        fcntl.flock(door.fileno(), kind)
        yield


def _folder(live: Database) -> Path:
    return Path(f"{live.url.database}-past")


def _in_haste(connection: Any, _record: Any = None) -> None:
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA journal_mode=MEMORY")
