"""What is read from a parsed document without trusting it: texts, lists, entries that are not what they should be."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from registry.interchange.rules.cards.shapes import CardRefused
from registry.interchange.rules.cards.taking import Taking
from registry.kernel.text import shortened

DEEPEST = 32
_LONGEST_NUMBER = 40


def parsed_json(text: str) -> Any:
    """The document with every number as its text. Raises CardRefused for what is no strict JSON.

    NaN and infinity, names given twice and nesting deeper than 32 are refused.
    """
    try:
        found = json.loads(
            text,
            parse_float=_number,
            parse_int=_number,
            parse_constant=_no_number,
            object_pairs_hook=_entries,
        )
    except json.JSONDecodeError as reason:
        raise CardRefused(f"The file is not valid JSON (line {reason.lineno}: {reason.msg}).") from None
    except RecursionError:
        raise CardRefused(_TOO_DEEP) from None
    if _is_deeper(found, DEEPEST):
        raise CardRefused(_TOO_DEEP)
    return found


_TOO_DEEP = f"The file is nested more than {DEEPEST} deep, which no model card needs."


def _number(digits: str) -> str:
    if len(digits) > _LONGEST_NUMBER:
        raise CardRefused(f"The number {digits[:12]}… is longer than any measurement. Shorten it.")
    return digits


def _no_number(word: str) -> Any:
    raise CardRefused(f"{word} is no number. Leave the value out or write what was measured.")


def _entries(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        [(twice, _)] = Counter(name for name, _ in pairs).most_common(1)
        raise CardRefused(f"The file gives “{shortened(twice, 60)}” twice in one place. Keep one of the two.")
    return found


def _is_deeper(value: Any, left: int) -> bool:
    if isinstance(value, dict):
        return left == 0 or any(_is_deeper(each, left - 1) for each in value.values())
    if isinstance(value, list):
        return left == 0 or any(_is_deeper(each, left - 1) for each in value)
    return False


class Reader:
    """One object of a card, read entry by entry; what nobody asked for at the end is told as not understood."""

    def __init__(self, taking: Taking, value: Any, place: str) -> None:
        self._taking, self.place = taking, place
        self._left: dict[str, Any] = dict(value) if isinstance(value, Mapping) else {}
        if value is not None and not isinstance(value, Mapping):
            taking.to_nothing(place, "It is not the kind of entry this format holds there.")

    def at(self, name: str) -> str:
        """The place of an entry in the file."""
        return f"{self.place}.{name}" if self.place else name

    def text(self, name: str) -> str:
        """A text; "" where there is none, told where it is something else."""
        value = self._left.pop(name, None)
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, str):
            return value.strip()
        if value is not None:
            self._taking.to_nothing(self.at(name), "It should be a text and is not.")
        return ""

    def inner(self, name: str) -> "Reader":
        """An object within this one, empty where there is none."""
        return Reader(self._taking, self._left.pop(name, None), self.at(name))

    def items(self, name: str) -> Iterator[tuple[str, Any]]:
        """The entries of a list, each with its place."""
        value = self._left.pop(name, None)
        if value is None:
            return
        if not isinstance(value, list):
            self._taking.to_nothing(self.at(name), "It should be a list and is not.")
            return
        for nth, each in enumerate(value):
            yield f"{self.at(name)}.{nth}", each

    def objects(self, name: str) -> Iterator["Reader"]:
        """The objects of a list."""
        for place, each in self.items(name):
            yield Reader(self._taking, each, place)

    def texts(self, name: str) -> Iterator[tuple[str, str]]:
        """The texts of a list, each with its place."""
        for place, each in self.items(name):
            if isinstance(each, str):
                yield place, each
            elif each is not None:
                self._taking.to_nothing(place, "It should be a text and is not.")

    def raw(self, name: str) -> Any:
        """An entry as it stands, for one that may be of several kinds."""
        return self._left.pop(name, None)

    def without(self, name: str, because: str) -> None:
        """An entry that is known and not taken over."""
        if self._left.pop(name, None) not in (None, "", [], {}):
            self._taking.to_nothing(self.at(name), because)

    def left(self) -> int:
        """How many entries nobody asked for; they are not told of one by one."""
        count = sum(value not in (None, "", [], {}) for value in self._left.values())
        self._left = {}
        return count

    def rest(self) -> None:
        """Tell of every entry nobody asked for."""
        for name, value in self._left.items():
            if value not in (None, "", [], {}):
                self._taking.to_nothing(
                    self.at(name), "The registry knows no entry of this name in such a card."
                )
        self._left = {}
