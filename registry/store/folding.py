"""Texts as a search compares them: letter case and common accents make no difference, on either database."""

from functools import lru_cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

# One letter for one, as SQL's translate() has it. Capitals as well: PostgreSQL lowers none of them in the locale "C".
_SMALL: Final = "àáâãäåāăąçćčďđèéêëēėęěìíîïīįłñńňòóôõöøōőŕřśšşťţùúûüūůűýÿźžż"
_LEVEL: Final = "aaaaaaaaacccddeeeeeeeeiiiiiilnnnoooooooorrsssttuuuuuuuyyzzz"
_MARKED: Final = _SMALL + _SMALL.upper()
_PLAIN: Final = _LEVEL * 2
_TABLE: Final = str.maketrans(_MARKED, _PLAIN)


def folded_text(text: str) -> str:
    """A text as `folded` makes a column's."""
    low = text.lower()
    return low if low.isascii() else low.translate(_TABLE)


class folded(GenericFunction[str]):  # noqa: N801 - reads as the function it is
    """A column in lower case and without accents."""

    type = sa.String()
    inherit_cache = True


class place_in(GenericFunction[int]):  # noqa: N801
    """Where the second text begins in the first, counted from one; 0 where it is not in it."""

    type = sa.Integer()
    inherit_cache = True


class says(GenericFunction[bool]):  # noqa: N801
    """Whether a long text fits a LIKE pattern of plain letters in any case; neither database lowers the text for it."""

    type = sa.Boolean()
    inherit_cache = True


@compiles(folded, "postgresql")
def _folded_on_postgresql(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(sa.func.translate(sa.func.lower(*element.clauses), _MARKED, _PLAIN), **options)


@compiles(place_in, "postgresql")
def _place_on_postgresql(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(sa.func.strpos(*element.clauses), **options)


@compiles(place_in, "sqlite")
def _place_on_sqlite(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(sa.func.instr(*element.clauses), **options)


@compiles(says, "postgresql")
def _says_on_postgresql(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    text, pattern = (compiler.process(part, **options) for part in element.clauses)
    return f"{text} ILIKE {pattern} ESCAPE '\\'"


@compiles(says, "sqlite")
def _says_on_sqlite(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    # SQLite's own LIKE takes A for a, and needs no call out of it; beyond ASCII it tells them apart.
    text, pattern = (compiler.process(part, **options) for part in element.clauses)
    return f"{text} LIKE {pattern} ESCAPE '\\'"


def prepare_sqlite(connection: Any) -> None:
    """Give a SQLite connection `folded()`: one call per value, since each call out of SQLite has its price."""
    connection.create_function("folded", 1, _folded_value, deterministic=True)


@lru_cache(maxsize=65_536)
def _folded_value(text: Any) -> Any:
    # Every search levels every name again, and a name twice where it is found: remembering them is ten times as fast.
    return folded_text(text) if isinstance(text, str) else text
