"""Two texts told apart word by word: what both say, what one alone says, and long stretches of the first to be folded away."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Final

_SHORT: Final = 80
"""Characters: a value is read at a glance, and is told as one."""
_WORD: Final = re.compile(r"\s*\S+|\s+")
# Steps of the search in the part that differs; some ten milliseconds. What is not found by then is told as one change.
_MOST_STEPS: Final = 100_000
# Less than this in common is no text that was changed but another text.
_ALIKE: Final = 0.3
# Words beside a change that say where one is; a stretch is folded where more than twice as many would go.
_AROUND: Final = 12


class Kind(StrEnum):
    """What a part of a text is to the other text."""

    SAME = "same"
    FOLDED = "folded"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a text; `words` counts those of one that is folded away."""

    kind: Kind
    text: str
    words: int = 0


Parts = tuple[Part, ...]


def told_apart(before: str, after: str) -> tuple[Parts, Parts]:
    """Both texts in parts that joined are the text again. Short ones are one part each, as are texts with little in common.

    Time is bounded whatever the texts hold: what both begin and end with is found in one walk, and the rest by the shortest
    way from one to the other (Myers, An O(ND) Difference Algorithm, 1986) for a bounded number of steps.
    """
    if max(len(before), len(after)) <= _SHORT or not before or not after:
        return _whole(before), _whole(after)
    one, other = _WORD.findall(before), _WORD.findall(after)
    start = _shared(one, other)
    end = _shared(one[start:][::-1], other[start:][::-1])
    kept = _kept(one[start : len(one) - end], other[start : len(other) - end]) or []
    pairs = [
        *((at, at) for at in range(start)),
        *((start + a, start + b) for a, b in kept),
        *((len(one) - at, len(other) - at) for at in range(end, 0, -1)),
    ]
    if len(pairs) < _ALIKE * max(len(one), len(other)):
        return _whole(before), _whole(after)
    return _parted(one, {a for a, _ in pairs}), _parted(other, {b for _, b in pairs})


def _whole(text: str) -> Parts:
    return (Part(Kind.CHANGED, text),) if text else ()


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    pairs = zip(one, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _kept(one: Sequence[str], other: Sequence[str]) -> list[tuple[int, int]] | None:
    """The places of the words that both keep, in order; None where that takes more steps than it may."""
    furthest, trail, steps = {1: 0}, [], 0
    for edits in range(len(one) + len(other) + 1):
        trail.append(dict(furthest))
        for diagonal in range(-edits, edits + 1, 2):
            came_from = _before(furthest, diagonal, edits)
            a = furthest[came_from] + (came_from < diagonal)
            while a < len(one) and a - diagonal < len(other) and one[a] == other[a - diagonal]:
                a += 1
                steps += 1
            furthest[diagonal] = a
            if a >= len(one) and a - diagonal >= len(other):
                return _walked_back(trail, a, a - diagonal)
        steps += edits + 1
        if steps > _MOST_STEPS:
            break
    return None


def _before(furthest: Mapping[int, int], diagonal: int, edits: int) -> int:
    """The diagonal from which one comes to this one by an edit: from above by a word that came, from the left by one that went."""
    came = diagonal == -edits or (diagonal != edits and furthest[diagonal - 1] < furthest[diagonal + 1])
    return diagonal + 1 if came else diagonal - 1


def _walked_back(trail: Sequence[Mapping[int, int]], a: int, b: int) -> list[tuple[int, int]]:
    found = []
    for edits in range(len(trail) - 1, -1, -1):
        came_from = _before(trail[edits], a - b, edits)
        was_a = trail[edits][came_from]
        was_b = was_a - came_from
        while a > was_a and b > was_b:
            a, b = a - 1, b - 1
            found.append((a, b))
        a, b = was_a, was_b
    return found[::-1]


def _parted(words: Sequence[str], kept: set[int]) -> Parts:
    found: list[Part] = []
    for same, run in groupby(range(len(words)), key=kept.__contains__):
        places = list(run)
        stretch = [words[at] for at in places]
        if same:
            before = _AROUND if places[0] else 0
            found += _folded(stretch, before, _AROUND if places[-1] < len(words) - 1 else 0)
        else:
            found.append(Part(Kind.CHANGED, "".join(stretch)))
    return tuple(found)


def _folded(run: list[str], before: int, after: int) -> list[Part]:
    """A stretch that is the same: the words beside a change as they stand, and those between folded, if there are many."""
    between = run[before : len(run) - after]
    if len(between) <= 2 * _AROUND:
        return [Part(Kind.SAME, "".join(run))]
    parts = [
        Part(Kind.SAME, "".join(run[:before])),
        Part(Kind.FOLDED, "".join(between), len(between)),
        Part(Kind.SAME, "".join(run[len(run) - after :])),
    ]
    return [part for part in parts if part.text]
