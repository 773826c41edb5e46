"""Conditions over answers: a small closed language, read from data and never evaluated as code.

A condition is one of all, any, not, equals and includes, or the name of one stated before. It holds, does not hold, or
cannot be told yet because something it asks about has no answer. A question that is not asked has none and never will:
to ask whether its answer equals something is to be told no.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

Answer = str | tuple[str, ...]
"""What was chosen: one value, or several in the order of the question's choices."""

Known = Mapping[str, Answer | None]
"""Every question that is asked with its answer, None while it has none. A question that is not in it is not asked."""

DEEPEST = 12
"""How far conditions may be nested as they are written; no law needs more, and a file that does is not one."""

DEEPEST_BY_NAMES = 40
"""The same, where what a name stands for is counted in its place."""


@dataclass(frozen=True, slots=True)
class Every:
    """Every part holds."""

    parts: tuple["Condition", ...]
    depth: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "depth", _above(self.parts))


@dataclass(frozen=True, slots=True)
class Some:
    """At least one part holds."""

    parts: tuple["Condition", ...]
    depth: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "depth", _above(self.parts))


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: "Condition"
    depth: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "depth", _above((self.part,)))


@dataclass(frozen=True, slots=True)
class Is:
    """The answer is that value, or has it among several."""

    question: str
    value: str
    depth: ClassVar[int] = 0


def _above(parts: tuple["Condition", ...]) -> int:
    return 1 + max((part.depth for part in parts), default=0)


Condition = Every | Some | Not | Is

ALWAYS = Every(())


Judged = dict[int, bool | None]
"""What has been found of conditions so far, by their identity: those that have a name are asked again and again."""


def holds(condition: Condition, known: Known, judged: Judged | None = None) -> bool | None:
    """Whether it holds; None while an answer is lacking on which that depends.

    `judged` may be handed on from question to question, because conditions look back only.
    """
    if isinstance(condition, Is):
        return _is(condition, known)
    judged = {} if judged is None else judged
    found = judged.get(id(condition), _UNJUDGED)
    if found is _UNJUDGED:
        found = judged[id(condition)] = _of_parts(condition, known, judged)
    return found  # type: ignore[return-value]


_UNJUDGED: object = object()


def _of_parts(condition: Condition, known: Known, judged: Judged) -> bool | None:
    match condition:
        case Every(parts):
            return _first(False, [holds(part, known, judged) for part in parts])
        case Some(parts):
            return _first(True, [holds(part, known, judged) for part in parts])
        case Not(part):
            inner = holds(part, known, judged)
            return None if inner is None else not inner
        case Is():
            return _is(condition, known)


def _first(decides: bool, found: list[bool | None]) -> bool | None:
    return decides if decides in found else None if None in found else not decides


def _is(condition: Is, known: Known) -> bool | None:
    if condition.question not in known:
        return False
    answer = known[condition.question]
    return None if answer is None else condition.value in chosen(answer)


def chosen(answer: Answer) -> tuple[str, ...]:
    """The values of an answer, one or several."""
    return (answer,) if isinstance(answer, str) else answer


def led_by(condition: Condition, known: Known, judged: Judged | None = None) -> Iterator[str]:
    """The questions whose answers made it hold, each once."""
    yield from dict.fromkeys(_led_by(condition, known, True, {} if judged is None else judged, set()))


def _led_by(
    condition: Condition, known: Known, wanted: bool, judged: Judged, seen: set[tuple[int, bool]]
) -> Iterator[str]:
    # A name may stand in many places. What it stands for is gone through once, or a few names that each have the one
    # before twice would be gone through as often as two to their number.
    if (id(condition), wanted) in seen:
        return
    seen.add((id(condition), wanted))
    match condition:
        case Every(parts) | Some(parts):
            for part in parts:
                if holds(part, known, judged) is wanted:
                    yield from _led_by(part, known, wanted, judged, seen)
        case Not(part):
            yield from _led_by(part, known, not wanted, judged, seen)
        case Is(question, _) if question in known:
            yield question
        case _:
            pass


def asks_about(condition: Condition) -> Iterator[Is]:
    """Every answer a condition depends on, in the order it names them; of what a name stands for, once."""
    yield from _asks_about(condition, set())


def _asks_about(condition: Condition, seen: set[int]) -> Iterator[Is]:
    if id(condition) in seen:
        return
    seen.add(id(condition))
    match condition:
        case Every(parts) | Some(parts):
            for part in parts:
                yield from _asks_about(part, seen)
        case Not(part):
            yield from _asks_about(part, seen)
        case Is():
            yield condition


def read_condition(stated: Any, named: Mapping[str, Condition], depth: int = 0) -> Condition:
    """A condition from data. Raises ValueError for anything that is not of the language."""
    if depth > DEEPEST:
        raise ValueError("a condition is nested too deeply")
    found = _read(stated, named, depth)
    if found.depth > DEEPEST_BY_NAMES:
        raise ValueError("a condition is nested too deeply through the names in it")
    return found


def _read(stated: Any, named: Mapping[str, Condition], depth: int) -> Condition:
    if not isinstance(stated, Mapping) or len(stated) != 1:
        raise ValueError(f"a condition has exactly one of {_WORDS}; this is none: {stated!r}"[:300])
    ((word, content),) = stated.items()
    match word:
        case "all" | "any" if isinstance(content, list) and content:
            parts = tuple(read_condition(part, named, depth + 1) for part in content)
            return Every(parts) if word == "all" else Some(parts)
        case "not":
            return Not(read_condition(content, named, depth + 1))
        case "equals" | "includes" if _is_pair(content):
            ((question, value),) = content.items()
            return Is(question, value)
        case "named" if isinstance(content, str) and content in named:
            return named[content]
    raise ValueError(f"this is no condition: {stated!r}"[:300])


_WORDS = "all, any, not, equals, includes and named"


def _is_pair(content: Any) -> bool:
    return (
        isinstance(content, Mapping)
        and len(content) == 1
        and all(isinstance(part, str) for pair in content.items() for part in pair)
    )


def unknown_in(condition: Condition, values: Mapping[str, Collection[str]]) -> list[str]:
    """What a condition asks about that is no question, or no answer to it; `values` maps questions to their choices."""
    found = []
    for each in asks_about(condition):
        if each.question not in values:
            found.append(f"no earlier question is called {each.question}")
        elif each.value not in values[each.question]:
            found.append(f"{each.question} cannot be answered {each.value}")
    return found
