"""A past on PostgreSQL: a schema of its own, which its readers search instead of the one of today."""

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from typing import Any, Final
from zlib import crc32

import sqlalchemy as sa
import sqlalchemy.exc
from sqlmodel import Session

from registry.kernel import clock
from registry.store.past.recipe import Mark, PastGone, PastRefused, Place, Recipe
from registry.store.session import Database

BEGINNING: Final = "past_"
_PARTIAL: Final = "making_"
# How the name of a table ends that a view stands in front of.
_BEHIND: Final = "_then"
_OURS: Final = "a past day of the AI registry, last used "
# The upper half of the numbers that readers lock on, each past's own below; this one spells "past".
_READ: Final = 0x70617374
# insufficient_privilege; read_only_sql_transaction, as a standby answers.
_MAY_NOT: Final = frozenset({"42501", "25006"})


class PostgresqlPast:
    """One past in its schema. A schema that carries the name is whole: it is made under another and renamed at the end."""

    def __init__(self, live: Database, recipe: Recipe, name: str) -> None:
        self._live, self._recipe = live, recipe
        # Schemas are named in a whole database, which may hold several registers.
        self._name = f"{name}_{_home(live)}"
        self._part = f"{_PARTIAL}{self._name}"

    def exists(self) -> bool:
        """Whether it is kept."""
        with self._live.engine.connect() as connection:
            return connection.scalar(sa.select(sa.func.to_regnamespace(self._name))) is not None

    def create(self, tables: Sequence[sa.Table]) -> sa.Engine:
        """Make the empty tables and give the engine that fills them. Raises PastRefused where the role may not."""
        try:
            self._create(tables)
        except sqlalchemy.exc.DBAPIError as refused:
            if getattr(refused.orig, "sqlstate", "") in _MAY_NOT:
                raise PastRefused(self.obstacle(self._live) or str(refused.orig)) from refused
            raise
        return self._live.engine

    def _create(self, tables: Sequence[sa.Table]) -> None:
        with self._live.engine.begin() as connection:
            connection.exec_driver_sql(f'DROP SCHEMA IF EXISTS "{self._part}" CASCADE')
            connection.exec_driver_sql(f'CREATE SCHEMA "{self._part}"')
            for table in tables:
                connection.exec_driver_sql(
                    f'CREATE TABLE "{self._part}"."{self._stored(table)}"'
                    f' (LIKE "{table.name}" INCLUDING INDEXES)'
                )

    def insert(self, table: sa.Table) -> sa.Insert:
        """The statement that adds rows to one of its tables."""
        return sa.insert(table.to_metadata(sa.MetaData(), schema=self._part, name=self._stored(table)))

    def show(self, mark: Mark, day: date) -> Database:
        """Set up its views and look at it, with the tables that are still to be made as they are today."""
        with self._live.engine.begin() as connection:
            live = f'"{connection.scalar(sa.select(sa.func.current_schema()))}"'
            views = dict(self._recipe.views(mark, day, Place(f'"{self._part}"', live, _BEHIND)))
            views |= {table.name: f'SELECT * FROM {live}."{table.name}"' for table in self._recipe.made}  # noqa: S608 - names of our own tables
            for name, said in views.items():
                connection.exec_driver_sql(
                    f'CREATE VIEW "{self._part}"."{name}" AS {said}'.replace("%", "%%")
                )
        return _Searching(self._live, self._part)

    def finish(self) -> None:
        """Give it its name, by which others find it."""
        with self._live.engine.begin() as connection:
            for table in self._recipe.made:
                connection.exec_driver_sql(f'DROP VIEW "{self._part}"."{table.name}"')
                connection.exec_driver_sql(
                    f'ALTER TABLE "{self._part}"."{self._stored(table)}" RENAME TO "{table.name}"'
                )
            _note_use(connection, self._part)
            connection.exec_driver_sql(f'ALTER SCHEMA "{self._part}" RENAME TO "{self._name}"')

    def _stored(self, table: sa.Table) -> str:
        in_front = table in self._recipe.made or self._recipe.is_overlaid(table)
        return f"{table.name}{_BEHIND}" if in_front else table.name

    def open(self, _mark: Mark, _day: date) -> Database:
        """The database as it stood then, for reading."""
        return _Searching(self._live, self._name)

    def abandon(self) -> None:
        """Take away what was begun."""
        with self._live.engine.begin() as connection:
            connection.exec_driver_sql(f'DROP SCHEMA IF EXISTS "{self._part}" CASCADE')

    def touch(self) -> None:
        """Note that it was used, unless it has just been let go or somebody else notes the same."""
        with suppress(sqlalchemy.exc.DBAPIError), self._live.engine.begin() as connection:
            _note_use(connection, self._name)

    @staticmethod
    def obstacle(live: Database) -> str:
        """Why none can be kept; "" where one can."""
        query = sa.text(
            "SELECT current_user, current_database(), has_database_privilege(current_database(), 'CREATE'),"
            " pg_is_in_recovery()"
        )
        with live.engine.connect() as connection:
            role, database, may_create, is_standby = connection.execute(query).one()
        if is_standby:
            return "The database is a standby, into which nothing is written. Ask the primary for past days."
        if may_create:
            return ""
        return (
            f"The database role {role} may not create schemas, into which past days are laid out."
            f' Grant it: GRANT CREATE ON DATABASE "{database}" TO "{role}";'
        )

    @staticmethod
    def tidy(live: Database) -> None:
        """Take away what was left half made. Only for whoever alone may make one now."""
        for name, _ in _schemas(live, _PARTIAL + BEGINNING):
            PostgresqlPast.drop(live, name)

    @staticmethod
    def all_of(live: Database) -> list[tuple[str, float]]:
        """The names of all that are kept, and how many seconds ago each was last used."""
        now = clock.now().timestamp()
        return [(name, now - used) for name, used in _schemas(live, BEGINNING)]

    @staticmethod
    def drop(live: Database, name: str, *, waits: bool = False) -> None:
        """Let one go that nobody reads from; where somebody does, wait for them or leave it to the next time."""
        lock = sa.func.pg_advisory_xact_lock if waits else sa.func.pg_try_advisory_xact_lock
        with live.engine.begin() as connection:
            if connection.scalar(sa.select(lock(_number(name)))) is not False:
                connection.exec_driver_sql(f'DROP SCHEMA IF EXISTS "{name}" CASCADE')


def _number(schema: str) -> int:
    """What readers of a past lock on."""
    return (_READ << 32) | crc32(schema.encode())


def _home(live: Database) -> str:
    """Eight digits for the schema a register lives in."""
    with live.engine.connect() as connection:
        return f"{crc32(str(connection.scalar(sa.select(sa.func.current_schema()))).encode()):08x}"


def _note_use(connection: sa.Connection, schema: str) -> None:
    connection.exec_driver_sql(f"COMMENT ON SCHEMA \"{schema}\" IS '{_OURS}{clock.now().timestamp():.0f}'")


def _schemas(live: Database, beginning: str) -> list[tuple[str, float]]:
    """Our schemas of this beginning and when each was last used; of another register's, or another program's, none."""
    query = sa.text("SELECT nspname, obj_description(oid, 'pg_namespace') FROM pg_namespace")
    shape = re.compile(rf"{beginning}\d{{4}}_\d+_\d+_\d{{8}}_{_home(live)}")
    with live.engine.connect() as connection:
        found = [(name, said or "") for name, said in connection.execute(query) if shape.fullmatch(name)]
    return [(name, _used(said)) for name, said in found if not said or said.startswith(_OURS)]


def _used(said: str) -> float:
    told = said.removeprefix(_OURS)
    return float(told) if told.isdecimal() else 0.0


class _Searching(Database):
    """The database by the names of a past alone: what that does not hold is not there, rather than today's."""

    def __init__(self, live: Database, schema: str) -> None:
        super().__init__(live.url.render_as_string(hide_password=False), pool_size=2)
        self.engine.update_execution_options(is_past=True)
        self._schema = schema
        sa.event.listen(self.engine, "connect", self._search)

    def begin(self, session: Session, *, read_only: bool | None) -> None:
        """Open the transaction and keep the past from being let go until it has ended. Raises PastGone."""
        super().begin(session, read_only=read_only)
        connection = session.connection()
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock_shared(_number(self._schema))))
        if connection.scalar(sa.select(sa.func.to_regnamespace(self._schema))) is None:
            raise PastGone(self._schema)

    def _search(self, connection: Any, _record: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f'SET search_path TO "{self._schema}"')
        connection.commit()
