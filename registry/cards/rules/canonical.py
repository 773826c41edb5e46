"""card.json: the facts as canonical JSON, and the SHA-256 by which a card is known."""

from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from registry.cards.rules.facts import CardFacts
from registry.kernel.canonical import canonical, sha256_hex
from registry.kernel.clock import written

SCHEMA: Final = "ai-registry/card/1"
"""Names the shape of card.json. A field may be added under the same name; a change of meaning takes another."""


def as_json(facts: CardFacts) -> dict[str, Any]:
    """The facts as a dictionary of text, whole numbers, true, false, None, lists and dictionaries.

    Instants are written in UTC with microseconds, dates as ISO 8601, decimal numbers as the text of their digits;
    what is not stated is None. Nothing here depends on when or by whom the card is made.
    """
    return {"schema": SCHEMA, **plain(facts)}


def card_json(facts: CardFacts) -> bytes:
    """The facts as the bytes of card.json (RFC 8785). Raises ValueError for text that has no UTF-8."""
    return canonical(as_json(facts))


def content_hash(facts: CardFacts) -> str:
    """The SHA-256 of card.json in hexadecimal."""
    return sha256_hex(card_json(facts))


def plain(value: Any) -> Any:
    """A dataclass as what canonical JSON is made of, in the way as_json describes."""
    if is_dataclass(value):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, (tuple, list)):
        return [plain(each) for each in value]
    # An empty text is a field nobody has filled in; a reader should not have to know two ways of saying so.
    return None if value == "" else _written(value)


def _written(value: Any) -> Any:
    if isinstance(value, datetime):
        return written(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.value if isinstance(value, StrEnum) else value
