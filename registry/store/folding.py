"""Texts as a search compares them: letter case and common accents make no difference, on either database."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from registry.kernel.nearness import BETWEEN_WORDS, Rank, rank_of
from registry.store.columns import Answering
from registry.store.paging import holding

# One letter for one. Capitals as well: PostgreSQL does not know them for the same in the locale "C".
_SMALL: Final = "àáâãäåāăąçćčďđèéêëēėęěìíîïīįłñńňòóôõöøōőŕřśšşťţùúûüūůűýÿźžż"
_LEVEL: Final = "aaaaaaaaacccddeeeeeeeeiiiiiilnnnoooooooorrsssttuuuuuuuyyzzz"
_MARKED: Final = _SMALL + _SMALL.upper()
_PLAIN: Final = _LEVEL * 2
_TABLE: Final = str.maketrans(_MARKED, _PLAIN)
_SPELLINGS: Final = {
    plain: f"[{plain}{''.join(sign for sign, level in zip(_MARKED, _PLAIN, strict=True) if level == plain)}]"
    for plain in sorted(set(_LEVEL))
}

_BETWEEN: Final = "[" + "".join(f"\\{sign}" for sign in BETWEEN_WORDS) + "]"


def folded_text(text: str) -> str:
    """A text in lower case and without the common accents."""
    low = text.lower()
    return low if low.isascii() else low.translate(_TABLE)


class _fits(Answering):  # noqa: N801 - reads as the function it is
    """Whether a name fits: a levelled LIKE pattern on SQLite, a pattern of every spelling on PostgreSQL.

    PostgreSQL could level the name as well, by translate(), which looks through all those letters for each of the name's:
    ten thousand names took a second. It compiles a pattern once.
    """

    inherit_cache = True


def name_holds(name: Any, word: str) -> ColumnElement[bool]:
    """Whether a name holds these letters, however they are accented and in whichever case."""
    return _fits(name, holding(folded_text(word)), _every_spelling(word))


def name_begins(name: Any, words: str) -> ColumnElement[bool]:
    """Whether a name begins with these letters, however they are accented and in whichever case."""
    return _fits(name, holding(folded_text(words))[1:], "^" + _every_spelling(words))


class _rank(GenericFunction[int]):  # noqa: N801
    """How well a name answers words: one call per name on SQLite, patterns of every spelling on PostgreSQL."""

    type = sa.Integer()
    inherit_cache = True


def name_rank(name: Any, words: Sequence[str]) -> ColumnElement[int]:
    """`kernel.nearness.rank_of` as each database says it, of a name however it is accented and in whichever case."""
    levelled = [folded_text(word) for word in words]
    begin = [f"(^|{_BETWEEN}){_spelt_between(word)}" for word in levelled]
    phrase = " ".join(levelled)
    return _rank(name, phrase, "^" + _every_spelling(phrase), *map(_every_spelling, levelled), *begin)


def text_holds(text: Any, word: str) -> ColumnElement[bool]:
    """Whether a long text holds these letters, in whichever case.

    Accents count here: levelling those of long texts as well costs more than it finds.
    """
    if word.isascii():
        return says(text, holding(word))
    return sa.func.lower(text).like(holding(word), escape="\\")


def _every_spelling(text: str) -> str:
    """A pattern for PostgreSQL's ~* that fits each letter with any of its accents, and every other sign as it stands."""
    return "".join(_SPELLINGS.get(sign) or _as_it_stands(sign) for sign in folded_text(text))


def _spelt_between(text: str) -> str:
    """The same, where every sign that stands between words is as good as another."""
    return "".join(_BETWEEN if sign in BETWEEN_WORDS else _every_spelling(sign) for sign in text)


def _as_it_stands(sign: str) -> str:
    return sign if sign.isalnum() else f"\\{sign}"


class says(Answering):  # noqa: N801
    """Whether a long text fits a LIKE pattern of small plain letters, in any case, as each database does it fastest."""

    inherit_cache = True


@compiles(_fits, "postgresql")
def _fits_on_postgresql(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    name, _, spellings = element.clauses
    return f"{compiler.process(name, **options)} ~* {compiler.process(spellings, **options)}"


@compiles(_fits, "sqlite")
def _fits_on_sqlite(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    name, pattern = (compiler.process(part, **options) for part in list(element.clauses)[:2])
    fits = f"LIKE {pattern} ESCAPE '\\'"
    # SQLite's own LIKE knows small letters from capitals in ASCII, and only there: a call for each of ten thousand names is
    # what takes the time, and few of them hold any other letter.
    return f"({name} {fits} OR length({name}) <> length(CAST({name} AS BLOB)) AND folded({name}) {fits})"


@compiles(_rank, "postgresql")
def _rank_on_postgresql(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    name, _, phrase, *each = element.clauses
    many = len(each) // 2

    def fits(patterns: Sequence[Any]) -> str:
        return " AND ".join(
            f"{compiler.process(name, **options)} ~* {compiler.process(one, **options)}" for one in patterns
        )

    begins, holds, word_begins = fits([phrase]), fits(each[:many]), fits(each[many:])
    return (
        f"CASE WHEN {begins} THEN {int(Rank.BEGINS)} WHEN NOT ({holds}) THEN {int(Rank.MENTIONED)}"
        f" WHEN {word_begins} THEN {int(Rank.WORD_BEGINS)} ELSE {int(Rank.IN_NAME)} END"
    )


@compiles(_rank, "sqlite")
def _rank_on_sqlite(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    name, phrase = (compiler.process(part, **options) for part in list(element.clauses)[:2])
    return f"name_rank({name}, {phrase})"


@compiles(says, "postgresql")
def _says_on_postgresql(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    text, pattern = (compiler.process(part, **options) for part in element.clauses)
    # Byte by byte, since both are in lower case: a third of what ILIKE takes.
    return f"lower({text}) COLLATE \"C\" LIKE {pattern} ESCAPE '\\'"


@compiles(says, "sqlite")
def _says_on_sqlite(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    # SQLite's own LIKE takes A for a, and needs no call out of it; beyond ASCII it tells them apart.
    text, pattern = (compiler.process(part, **options) for part in element.clauses)
    return f"{text} LIKE {pattern} ESCAPE '\\'"


def prepare_sqlite(connection: Any) -> None:
    """Give a SQLite connection `folded()` and `name_rank()`: one call per value, since each call out of SQLite has its price."""
    connection.create_function("folded", 1, _folded_value, deterministic=True)
    connection.create_function("name_rank", 2, _rank_value, deterministic=True)


@lru_cache(maxsize=65_536)
def _folded_value(text: Any) -> Any:
    # Every search levels every name again, and a name twice where it is found: remembering them is ten times as fast.
    return folded_text(text) if isinstance(text, str) else text


def _rank_value(name: Any, phrase: str) -> int:
    return int(rank_of(_folded_value(name), phrase.split(" ")) if isinstance(name, str) else Rank.MENTIONED)
