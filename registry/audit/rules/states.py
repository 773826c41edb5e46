"""How a value is written in the ledger: one spelling per value, whichever database it comes from; and masking."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from decimal import Context, Decimal
from enum import Enum
from math import isfinite
from typing import Any, Final
from uuid import UUID

from registry.kernel import clock
from registry.kernel.canonical import LARGEST_INTEGER

MASKED: Final = "(masked)"

State = dict[str, Any]
"""A row as the ledger writes it: column name to text, whole number, true, false, or JSON of these.

A column that holds nothing is left out, so that a later version may add a column without every row of
the table seeming changed.
"""

_NUMBER_KEY = "$number"
# Wide enough for any double and any whole number a database returns; the default of 28 digits would round.
_WIDE = Context(prec=5000)


def text(value: object) -> str:
    """Text as it stands. A text enum (a subclass of str) is its text. Raises TypeError for anything else."""
    if not isinstance(value, str):
        raise _wrong_kind(value, "text")
    return value if type(value) is str else str.__str__(value)


def whole(value: object) -> int:
    """A whole number. Raises TypeError for anything else, true and false included, ValueError past 2^53 - 1."""
    if type(value) is not int:
        raise _wrong_kind(value, "a whole number")
    if abs(value) > LARGEST_INTEGER:
        raise ValueError("a whole number beyond 2^53 - 1 is not kept by every reader of the ledger")
    return value


def yes_no(value: object) -> bool:
    """True or false. Raises TypeError for anything else."""
    if not isinstance(value, bool):
        raise _wrong_kind(value, "true or false")
    return value


def chosen(value: object) -> str:
    """An enum member by its value; the value itself where the row was given that."""
    return text(value.value if isinstance(value, Enum) else value)


def instant(value: object) -> str:
    """An aware instant in UTC with microseconds, 27 characters. Raises TypeError without a time zone."""
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise _wrong_kind(value, "an instant with a time zone")
    return clock.written(value)


def day(value: object) -> str:
    """A calendar day, as 2026-11-23. Raises TypeError for an instant."""
    if not isinstance(value, date) or isinstance(value, datetime):
        raise _wrong_kind(value, "a day")
    return value.isoformat()


def exact(value: object) -> str:
    """A decimal by its digits, trailing zeros kept, as both databases keep it."""
    if not isinstance(value, Decimal) or not value.is_finite():
        raise _wrong_kind(value, "a finite decimal")
    return format(value, "f")


def real(value: object) -> str:
    """A binary fraction by its shortest text. A whole number given for one is what the column makes of it."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not isfinite(value):
        raise _wrong_kind(value, "a finite number")
    return repr(float(value) + 0.0)


def octets(value: object) -> str:
    """Bytes as hex."""
    if not isinstance(value, bytes):
        raise _wrong_kind(value, "bytes")
    return value.hex()


def identifier(value: object) -> str:
    """A UUID in its usual text."""
    if not isinstance(value, UUID):
        raise _wrong_kind(value, "a UUID")
    return str(value)


def nested(value: object) -> Any:
    """A JSON value, spelled alike whichever database returned it.

    PostgreSQL gives 1e16 back as a whole number and 1.0 as 1.0, SQLite as they were typed: so a number is a
    whole number where it is one that every reader keeps, and {"$number": "0.1"} otherwise. A key that
    begins with "$" gets one more, so that no stored object can pass for a number.
    Raises TypeError for a key that is not text and a value JSON does not have, ValueError for NaN and infinity.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return text(value)
    if isinstance(value, (int, float)):
        return _number(value)
    if isinstance(value, Mapping):
        return {_key(key): nested(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [nested(item) for item in value]
    raise _wrong_kind(value, "a JSON value")


def unnested(written: Any) -> Any:
    """A JSON value that `nested` writes so; where a fraction and a whole number are written alike, the fraction."""
    if isinstance(written, Mapping):
        if written.keys() == {_NUMBER_KEY}:
            number = float(written[_NUMBER_KEY])
            alike = isfinite(number) and _number(number) == written
            return number if alike else int(Decimal(written[_NUMBER_KEY]))
        return {key.removeprefix("$"): unnested(item) for key, item in written.items()}
    return [unnested(item) for item in written] if isinstance(written, list) else written


def masked(state: Mapping[str, Any], names: Collection[str]) -> State:
    """The state with the values of these columns replaced by a fixed word; what is empty stays so."""
    return {name: MASKED if name in names and value is not None else value for name, value in state.items()}


def _key(key: object) -> str:
    plain = text(key)
    return "$" + plain if plain.startswith("$") else plain


def _number(value: float) -> Any:
    if isinstance(value, float) and not isfinite(value):
        raise ValueError("a number in JSON is not finite; no database keeps that")
    if abs(value) <= LARGEST_INTEGER and value == int(value):
        return int(value)
    number = Decimal(value) if isinstance(value, int) else Decimal(repr(value))
    return {_NUMBER_KEY: str(number.normalize(_WIDE))}


def _wrong_kind(value: object, wanted: str) -> TypeError:
    return TypeError(f"a {type(value).__name__} stands where {wanted} belongs")
