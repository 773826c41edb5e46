"""Which systems a new row may already be: the same or nearly the same name, in the same part of the company."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from registry.interchange.rules.texts import folded

MOST_PER_ROW: Final = 3
MOST_PER_IMPORT: Final = 2_000
# A word that so many systems have in their name tells none of them apart.
_COMMON: Final = 200
_MOST_COMPARED: Final = 400
_NEARLY: Final = 0.75
_TELLING_WORDS: Final = 3
_WORD: Final = re.compile(r"[^\W_]+")
_EMPTY_WORDS: Final = frozenset({"the", "a", "an", "of", "for", "and", "in", "to", "with", "on", "by"})

Unit = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """A system or a row by its number, its name and the path to its unit."""

    number: int
    name: str
    unit: Unit


@dataclass(frozen=True, slots=True)
class Likeness:
    """A row that may be a system there is already, and why one would think so."""

    row: int
    number: int
    says: str


def words_of(name: str) -> frozenset[str]:
    """The words that tell a name from another, whatever their case, order and punctuation."""
    found = frozenset(_WORD.findall(folded(name)))
    return (found - _EMPTY_WORDS) or found


def related(one: Unit, other: Unit) -> bool:
    """Whether one unit is the other or stands above it."""
    shorter, longer = sorted(([folded(step) for step in path] for path in (one, other)), key=len)
    return longer[: len(shorter)] == shorter


class Known:
    """Names to compare with, found by their words: a look-up costs the same however many there are."""

    def __init__(self, names: Iterable[Named]) -> None:
        self._names: list[tuple[Named, frozenset[str]]] = []
        self._by_word: defaultdict[str, list[int]] = defaultdict(list)
        for each in names:
            self.add(each)

    def add(self, named: Named) -> None:
        """One more name to compare with."""
        words = words_of(named.name)
        for word in words:
            self._by_word[word].append(len(self._names))
        self._names.append((named, words))

    def like(self, row: Named) -> list[Likeness]:
        """At most MOST_PER_ROW of the names this row may be, the most alike first."""
        words = words_of(row.name)
        found = [
            (rank, said, each.number)
            for each, theirs in self._candidates(words)
            if (judged := _judged(row, words, each, theirs)) is not None
            for rank, said in [judged]
        ]
        found.sort()
        return [Likeness(row.number, number, said) for _, said, number in found[:MOST_PER_ROW]]

    def _candidates(self, words: frozenset[str]) -> list[tuple[Named, frozenset[str]]]:
        shared: Counter[int] = Counter()
        # The rarest word first: it narrows the most, and common ones are then not needed.
        for word in sorted(words, key=lambda each: (len(self._by_word.get(each, ())), each)):
            holders = self._by_word.get(word, [])
            if len(holders) <= _COMMON or not shared:
                shared.update(holders[:_MOST_COMPARED])
        return [self._names[place] for place, _ in shared.most_common(_MOST_COMPARED)]


def _judged(
    row: Named, words: frozenset[str], other: Named, theirs: frozenset[str]
) -> tuple[int, str] | None:
    near = related(row.unit, other.unit)
    if words == theirs:
        if near:
            return 0, "the same name in the same unit"
        return (1, "the same name in another unit") if len(words) >= _TELLING_WORDS else None
    alike = len(words & theirs) / len(words | theirs) if words | theirs else 0.0
    return (2, "a very similar name in the same unit") if near and alike >= _NEARLY else None


def likenesses(rows: Sequence[Named], known: Known) -> list[Likeness]:
    """What the rows may already be, row by row, at most MOST_PER_IMPORT in all."""
    found: list[Likeness] = []
    for row in rows:
        found += known.like(row)
        if len(found) >= MOST_PER_IMPORT:
            return found[:MOST_PER_IMPORT]
    return found
