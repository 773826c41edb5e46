"""Keyset paging for lists and the API, with the one text a place in a list has; search patterns."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from registry.kernel.errors import Problem, RuleBroken
from registry.kernel.strict_json import decoded

Item = TypeVar("Item")

# Longer than any name, whatever its letters cost in JSON.
_LONGEST_PLACE = 12_000


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some items of a list and where the next page begins (None: this was the last)."""

    items: Sequence[Item]
    next_after: tuple[Any, ...] | None


def cut(found: Sequence[Item], limit: int, place: Callable[[Item], tuple[Any, ...]]) -> Page[Item]:
    """A page from one item more than it shows: the extra one says whether there is a next page.

    Pages go by the last item's place in the order, never by counting rows to skip, so a page costs the
    same wherever it lies and rows that come or go meanwhile are neither shown twice nor lost.
    """
    shown = found[:limit]
    return Page(shown, place(shown[-1]) if len(found) > limit else None)


def cursor_of(*parts: str | int | None) -> str:
    """The place a list has reached, as text that can stand in an address."""
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def parts_in(cursor: str) -> list[Any]:
    """What `cursor_of` wrote down, each part of whatever kind. Raises ValueError for a text it cannot have written."""
    if len(cursor) > _LONGEST_PLACE:
        raise ValueError("too long for a place in a list")
    try:
        parts = decoded(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except RuleBroken as error:
        raise ValueError("not a place in a list") from error
    if isinstance(parts, list):
        return parts
    raise ValueError("not a place in a list")


def parts_of(cursor: str | None, kinds: tuple[type, ...]) -> tuple[Any, ...] | None:
    """The place a cursor names, checked to hold these kinds. Raises RuleBroken for anything else."""
    if not cursor:
        return None
    try:
        parts = parts_in(cursor)
    except ValueError as error:
        raise RuleBroken([Problem("cursor", "This cursor was not issued here.")]) from error
    if [type(part) for part in parts] != list(kinds):
        raise RuleBroken([Problem("cursor", "This cursor was not issued here.")])
    return tuple(parts)


def holding(words: str) -> str:
    """The LIKE pattern, escaped by a backslash, for a text that holds these words; in lower case."""
    plain = words.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{plain}%"
