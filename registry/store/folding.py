"""Texts as a search compares them: letter case and common accents make no difference."""

from typing import Any, Final

from sqlalchemy import ColumnElement, func

# One letter for one, as SQL's translate() has it; both databases and the words typed go by this very table.
# Capitals as well: a PostgreSQL database of the locale "C" lowers none of them.
_SMALL: Final = "àáâãäåāăąçćčďđèéêëēėęěìíîïīįłñńňòóôõöøōőŕřśšşťţùúûüūůűýÿźžż"
_LEVEL: Final = "aaaaaaaaacccddeeeeeeeeiiiiiilnnnoooooooorrsssttuuuuuuuyyzzz"
_MARKED: Final = _SMALL + _SMALL.upper()
_PLAIN: Final = _LEVEL * 2
_TABLE: Final = str.maketrans(_MARKED, _PLAIN)


def folded_text(text: str) -> str:
    """A text as `folded` makes a column's."""
    return text.lower().translate(_TABLE)


def folded(column: Any) -> ColumnElement[str]:
    """A column in lower case and without accents, on either database."""
    return func.translate(func.lower(column), _MARKED, _PLAIN)


def translated(text: Any, marked: Any, plain: Any) -> Any:
    """PostgreSQL's translate(), for SQLite, which has none: letters of the one text become those of the other."""
    if not isinstance(text, str):
        return text
    table = _TABLE if marked == _MARKED else str.maketrans(marked, plain)
    return text if text.isascii() else text.translate(table)
