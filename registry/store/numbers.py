"""Whether a number is one of many given ones, as a clause of one parameter however many they are."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from registry.store.columns import Answering


class _Numbers(sa.types.TypeDecorator[list[int]]):
    """Whole numbers in one parameter: an array on PostgreSQL, a JSON text on SQLite, which has no arrays."""

    impl = sa.String
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> Any:
        return dialect.type_descriptor(ARRAY(sa.Integer) if dialect.name == "postgresql" else sa.String())

    def process_bind_param(self, value: list[int] | None, dialect: sa.Dialect) -> Any:
        if value is None or dialect.name == "postgresql":
            return value
        return f"[{','.join(map(str, value))}]"


class _one_of_numbers(Answering):  # noqa: N801 - reads as the function it is
    inherit_cache = True


def among(column: Any, numbers: Collection[int]) -> ColumnElement[bool]:
    """Whether the column is one of these numbers.

    `in_` writes a parameter for each: for each length of list SQLite reads another statement, and hundreds of parameters
    cost more to bind than the question takes. Of a handful that is no matter.
    """
    return _one_of_numbers(column, sa.literal(sorted(numbers), _Numbers()))


@compiles(_one_of_numbers, "postgresql")
def _on_postgresql(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    column, numbers = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} = ANY ({numbers})"


@compiles(_one_of_numbers, "sqlite")
def _on_sqlite(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    column, numbers = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({numbers}))"  # noqa: S608 - both are the compiler's own
