"""What one engine of a run has compiled serves every other of its kind: they differ in where they lead, and in nothing else.

A test has an engine of its own, a command and a past day begin another, and to put a statement together takes longer than to
run it. SQLAlchemy keeps what it compiled by the dialect it did so for, and for each engine apart.
"""

from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

# More than all tests together ask.
_KEPT = 20_000


class _Alike:
    """A dialect that is every other one of its class, and whose engines keep in one place what they compile."""

    _compiled: ClassVar[LRUCache[Any, Any]]

    def __init_subclass__(cls) -> None:
        cls._compiled = LRUCache(_KEPT)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))

    @classmethod
    def engine_created(cls, engine: sa.Engine) -> None:
        engine._compiled_cache = cls._compiled


class SQLite(_Alike, SQLiteDialect_pysqlite):
    """As the program uses it."""

    supports_statement_cache = True


class PostgreSQL(_Alike, PGDialect_psycopg):
    """As the program uses it."""

    supports_statement_cache = True


def share() -> None:
    """Have every engine that is made from here on share what it compiles with the others of its kind."""
    registry.register("sqlite", __name__, "SQLite")
    registry.register("postgresql.psycopg", __name__, "PostgreSQL")
