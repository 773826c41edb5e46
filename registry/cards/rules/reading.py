"""facts_from(): the facts of a card out of its card.json, exactly as they were frozen, or why it is none."""

import json
import types
import typing
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar

from registry.cards.rules.canonical import SCHEMA, plain
from registry.cards.rules.facts import CardFacts
from registry.kernel.canonical import canonical

Told = TypeVar("Told")

_LARGEST = 20_000_000


class NotACard(ValueError):
    """The bytes are no card.json of this kind; its words say where they go wrong."""


def facts_from(data: bytes) -> CardFacts:
    """The facts in a card.json. Raises NotACard for anything that card_json would not have written, to the byte."""
    return read_as(CardFacts, SCHEMA, data)


def read_as(kind: type[Told], schema: str, data: bytes) -> Told:
    """What canonical JSON of that schema tells, as a value of that kind. Raises NotACard, naming the place."""
    if len(data) > _LARGEST:
        raise NotACard("it is larger than any card")
    try:
        told = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise NotACard(f"it is not JSON: {error}") from None
    if not isinstance(told, dict) or told.get("schema") != schema:
        raise NotACard(f"it does not name the schema {schema}")
    found: Told = _of_dataclass(kind, {name: told[name] for name in told if name != "schema"}, "")
    # One text for each card: anything else that reads the same was not written by the register.
    if canonical(_as_told({"schema": schema, **plain(found)}, told)) != data:
        raise NotACard("it is not written as the register writes it (RFC 8785)")
    return found


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _of_dataclass(kind: type, told: Any, where: str) -> Any:
    if not isinstance(told, dict):
        raise NotACard(f"{where or 'it'} is no object")
    # What was added to cards since has a value for those that were frozen before.
    needed = {
        each.name for each in fields(kind) if each.default is MISSING and each.default_factory is MISSING
    }
    known = {each.name for each in fields(kind)}
    if odd := sorted((needed - told.keys()) | (told.keys() - known)):
        raise NotACard(f"{f'{where}.' if where else ''}{odd[0]} is missing or not known")
    hints = _hints(kind)
    return kind(**{name: _value(hints[name], told[name], f"{where}.{name}".strip(".")) for name in told})


def _as_told(written: Any, told: Any) -> Any:
    """The written form without the fields that were not there when it was frozen."""
    if isinstance(written, dict) and isinstance(told, dict):
        return {name: _as_told(written[name], told[name]) for name in written if name in told}
    if isinstance(written, list) and isinstance(told, list) and len(written) == len(told):
        return [_as_told(one, other) for one, other in zip(written, told, strict=True)]
    return written


def _value(kind: Any, told: Any, where: str) -> Any:
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in {types.UnionType, typing.Union}:
        (one,) = (each for each in inner if each is not types.NoneType)
        return None if told is None else _value(one, told, where)
    if origin is tuple:
        return _of_tuple(inner, told, where)
    if is_dataclass(kind):
        return _of_dataclass(typing.cast("type", kind), told, where)
    return _plain(kind, told, where)


def _of_tuple(inner: tuple[Any, ...], told: Any, where: str) -> tuple[Any, ...]:
    if not isinstance(told, list):
        raise NotACard(f"{where} is no list")
    kinds = [inner[0]] * len(told) if inner[1:] == (Ellipsis,) else list(inner)
    if len(kinds) != len(told):
        raise NotACard(f"{where} has the wrong length")
    return tuple(
        _value(kind, each, f"{where}.{place}")
        for place, (kind, each) in enumerate(zip(kinds, told, strict=True))
    )


def _plain(kind: Any, told: Any, where: str) -> Any:
    # An empty text is written as null (canonical.py).
    if kind is str and told is None:
        return ""
    if kind in {bool, int} and type(told) is kind:
        return told
    read = _READERS.get(kind) or (kind if isinstance(kind, type) and issubclass(kind, StrEnum) else None)
    if read is None or not isinstance(told, str):
        raise NotACard(f"{where} is of the wrong kind")
    try:
        return read(told)
    except (ValueError, InvalidOperation):
        raise NotACard(f"{where} cannot be {told[:60]!r}") from None


_READERS: dict[Any, Callable[[str], Any]] = {
    str: str,
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
    Decimal: Decimal,
}
