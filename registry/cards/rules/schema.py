"""card_schema(): the JSON Schema (2020-12) of card.json, derived from the facts, so that the two cannot drift apart."""

import inspect
import json
import types
import typing
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from registry.cards.rules.canonical import SCHEMA
from registry.cards.rules.facts import CardFacts
from registry.kernel.canonical import LARGEST_INTEGER

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
FORMAT: Final = SCHEMA.rpartition("/")[2]
"""The version of the format, as card.json names it behind the last stroke."""
PATH: Final = f"/schemas/card-{FORMAT}.json"

_DESCRIPTION: Final = (
    f"card.json, format {FORMAT}: everything the card of one AI system states, as canonical JSON (RFC 8785). "
    "null is a field that nobody has filled in. A decimal number is written as the text of its digits. "
    "A field that is not required was added to the format later: cards frozen before lack it."
)
_PLAIN: Final[dict[Any, dict[str, Any]]] = {
    bool: {"type": "boolean"},
    int: {"type": "integer", "minimum": -LARGEST_INTEGER, "maximum": LARGEST_INTEGER},
    # An instant in UTC with six digits of a second, and no other way to write it.
    datetime: {
        "type": "string",
        "format": "date-time",
        "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{6}Z$",
    },
    date: {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
    Decimal: {"type": "string", "pattern": "^-?[0-9]+([.][0-9]+)?$"},
}
# An empty text is written as null (canonical.py).
_TEXT: Final[dict[str, Any]] = {"type": ["string", "null"], "minLength": 1}
_Parts = dict[type, dict[str, Any]]


def card_schema(base_url: str) -> dict[str, Any]:
    """The schema of the card.json this release writes, and of those written before under the same format.

    `base_url` is where people reach the register: the schema is named by its address there. Raises TypeError for facts
    that card.json has no form for, and where two parts have one name.
    """
    parts: _Parts = {}
    whole = _object_of(CardFacts, parts)
    whole["properties"] = {"schema": {"const": SCHEMA}, **whole["properties"]}
    whole["required"] = ["schema", *whole["required"]]
    return {
        "$schema": DIALECT,
        "$id": f"{base_url.rstrip('/')}{PATH}",
        "title": f"AI system card, format {FORMAT}",
        "description": _DESCRIPTION,
        **{name: told for name, told in whole.items() if name != "description"},
        "$defs": _by_name(parts),
    }


def schema_json(base_url: str) -> bytes:
    """The schema as people read it, in UTF-8 and with a line for each entry."""
    return f"{json.dumps(card_schema(base_url), indent=2, ensure_ascii=False)}\n".encode()


def _by_name(parts: _Parts) -> dict[str, dict[str, Any]]:
    named = {kind.__name__: told for kind, told in sorted(parts.items(), key=lambda each: each[0].__name__)}
    if len(named) < len(parts):
        raise TypeError("two parts of the facts have one name")
    return named


def _object_of(kind: type, parts: _Parts) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    return {
        "description": " ".join(inspect.cleandoc(kind.__doc__ or "").split()),
        "type": "object",
        "properties": {each.name: _of(hints[each.name], parts) for each in fields(kind)},
        # The same distinction by which cards that were frozen before are read (reading.py).
        "required": [
            each.name for each in fields(kind) if each.default is MISSING and each.default_factory is MISSING
        ],
        "additionalProperties": False,
    }


def _of(kind: Any, parts: _Parts) -> dict[str, Any]:
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in {types.UnionType, typing.Union}:
        (one,) = (each for each in inner if each is not types.NoneType)
        return {"anyOf": [_of(one, parts), {"type": "null"}]}
    if origin is tuple:
        return _list_of(inner, parts)
    if is_dataclass(kind):
        return _named(typing.cast("type", kind), parts)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return {"enum": [each.value for each in kind]}
    if kind is str:
        return dict(_TEXT)
    if kind not in _PLAIN:
        raise TypeError(f"card.json has no form for {kind}")
    return dict(_PLAIN[kind])


def _list_of(inner: tuple[Any, ...], parts: _Parts) -> dict[str, Any]:
    if inner[1:] == (Ellipsis,):
        return {"type": "array", "items": _of(inner[0], parts)}
    each = [_of(kind, parts) for kind in inner]
    return {
        "type": "array",
        "prefixItems": each,
        "items": False,
        "minItems": len(each),
        "maxItems": len(each),
    }


def _named(kind: type, parts: _Parts) -> dict[str, Any]:
    if kind not in parts:
        parts[kind] = _object_of(kind, parts)
    return {"$ref": f"#/$defs/{kind.__name__}"}
