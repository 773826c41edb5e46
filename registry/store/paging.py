"""Keyset paging for lists and the API; search patterns."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")


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


def holding(words: str) -> str:
    """The LIKE pattern, escaped by a backslash, for a text that holds these words; in lower case."""
    plain = words.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{plain}%"
