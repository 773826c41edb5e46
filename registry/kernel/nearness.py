"""How typed words answer names: whether they begin a word of it, and which names they miss by a letter or two."""

import re
from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from enum import IntEnum
from functools import lru_cache
from itertools import accumulate
from typing import Final

# What stands between the words of a name. The same signs for both databases and for what is compared here.
BETWEEN_WORDS: Final = " -_/.,:;&+'\"()[]"
_SPACED: Final = str.maketrans(dict.fromkeys(BETWEEN_WORDS, " "))
_WORD: Final = re.compile(r"[^\W_]+")

# A word of up to so many letters may have none of them wrong, one, or two: a short word is near to every other one.
_NONE_WRONG: Final = 2
_ONE_WRONG: Final = 5
_MOST_WRONG: Final = 2
# From so many letters on what was typed may be near to the beginning of a word: a few letters are near to that of every other.
_BEGINS_FROM: Final = 5
# So many words that are near to one that was typed are looked for in names, the nearest first.
_MOST_OPTIONS: Final = 20


# Every search puts the same names through it again.
@lru_cache(maxsize=65_536)
def spaced(name: str) -> str:
    """A levelled name with one space before each of its words, whatever stands between them."""
    return f" {name.translate(_SPACED)}"


def begins_a_word(name: str, word: str) -> bool:
    """Whether a word of the name begins with that word, both levelled alike."""
    return spaced(word) in spaced(name)


class Rank(IntEnum):
    """How well a name answers a search: it begins with what was typed, each word begins one of its own, it holds every word,
    or only other texts mention them.

    Of two that begin alike the shorter is the closer, so the very name that was typed comes first.
    """

    BEGINS = 1
    WORD_BEGINS = 2
    IN_NAME = 3
    MENTIONED = 4


def rank_of(name: str, words: Sequence[str]) -> Rank:
    """How well a name answers these words, both levelled alike."""
    if name.startswith(" ".join(words)):
        return Rank.BEGINS
    # Loops, since this is asked of every name there is: what all() and a generator cost shows.
    for word in words:
        if word not in name:
            return Rank.MENTIONED
    for word in words:
        if not begins_a_word(name, word):
            return Rank.IN_NAME
    return Rank.WORD_BEGINS


def allowed(word: str) -> int:
    """How many letters of a word may be wrong. A word with a figure in it is a number or an id, and means only itself."""
    if len(word) <= _NONE_WRONG or not word.isalpha():
        return 0
    return 1 if len(word) <= _ONE_WRONG else _MOST_WRONG


def distance(one: str, other: str, most: int) -> int:
    """How many letters are wrong between two words: left out, put in, exchanged, or two neighbours swapped.

    Optimal string alignment; `most + 1` for whatever is further apart than `most`.
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, sign in enumerate(one, 1):
        here = [row]
        for column, against in enumerate(other, 1):
            cost = min(last[column] + 1, here[-1] + 1, last[column - 1] + (sign != against))
            swapped = row > 1 and column > 1 and sign == other[column - 2] and one[row - 2] == against
            here.append(min(cost, before[column - 2] + 1) if swapped else cost)
        # A swap reaches back two rows: only when both are beyond it is there no way back below.
        if min(here) > most and min(last) > most:
            return most + 1
        before, last = last, here
    return min(last[-1], most + 1)


def near_words(word: str, known: Collection[str]) -> dict[str, int]:
    """The known words that miss this one by as few letters as it allows, with how many, the nearest first; of longer words also those
    whose beginning does.
    """
    most = allowed(word)
    if not most:
        return {}
    found: dict[str, int] = {}
    for each in known:
        # What is being typed is often the beginning of a word: so much of a longer one is compared.
        begun = each[: len(word)] if len(word) >= _BEGINS_FROM else each
        for part in {each, begun}:
            away = _wrong(word, part, most)
            if 0 < away <= most:
                found[each] = min(away, found.get(each, away))
    best = sorted(found, key=lambda each: (found[each], each))[:_MOST_OPTIONS]
    return {each: found[each] for each in best}


def _wrong(word: str, part: str, most: int) -> int:
    # A letter that is wrong takes one letter of the typed word away at most, so few are compared in full.
    if abs(len(part) - len(word)) > most or len(frozenset(part).difference(word)) > most:
        return most + 1
    return distance(word, part, most)


def words_in(text: str) -> tuple[str, ...]:
    """The words of a levelled text, once each, in its order."""
    return tuple(dict.fromkeys(_WORD.findall(text)))


class Names:
    """Levelled names, none of which holds a line end, in which near misses are looked for."""

    def __init__(self, names: Sequence[str]) -> None:
        # One text and not thousands: to look for a word in all of them is then one search, and no loop.
        self._text = "\n".join(names)
        self._starts = list(accumulate((len(name) + 1 for name in names[:-1]), initial=0)) if names else []
        self._words = frozenset(_WORD.findall(self._text))

    def near(self, typed: Sequence[str]) -> list[tuple[int, int]]:
        """The names that answer every typed word, some of them by a near miss: letters wrong and place, the nearest first.

        A name that holds every word as it was typed is no near miss and is not among them.
        """
        costs: Mapping[int, int] | None = None
        for word in words_in(" ".join(typed)):
            found = self._answering(word)
            both = found if costs is None else costs.keys() & found
            costs = {place: found[place] + (costs[place] if costs else 0) for place in both}
        return sorted((cost, place) for place, cost in (costs or {}).items() if cost)

    def meant(self, typed: Sequence[str]) -> str | None:
        """What was typed with each word that no name holds put right; None where nothing is to be put right, or cannot be."""
        words = words_in(" ".join(typed))
        right = [word if word in self._text else self._meant(word) for word in words]
        return " ".join(filter(None, right)) if all(right) and tuple(right) != words else None

    def _meant(self, word: str) -> str | None:
        """Of the nearest words the one that most names hold."""
        options = near_words(word, self._words)
        nearest = [each for each, away in options.items() if away == min(options.values())]
        return min(nearest, key=lambda each: (-len(self._holding(each)), each), default=None)

    def _answering(self, word: str) -> dict[int, int]:
        found = dict.fromkeys(self._holding(word), 0)
        for option, away in near_words(word, self._words).items():
            for place in self._holding(option):
                found.setdefault(place, away)
        return found

    def _holding(self, word: str) -> list[int]:
        """The places of the names that hold a word."""
        found, at = [], self._text.find(word)
        while at >= 0:
            place = bisect_right(self._starts, at) - 1
            found.append(place)
            following = place + 1
            at = self._text.find(word, self._starts[following]) if following < len(self._starts) else -1
        return found
