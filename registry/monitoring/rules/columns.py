"""Readings column by column: what a thousand good ones have in common is looked at once, or by a library

One reading at a time costs a dozen calls each; a whole column costs one. Nothing is objected to here: where anything
at all is out of the ordinary, the readings are gone through one by one, and what is wrong is said there.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from operator import gt, itemgetter
from typing import Any, Final

from registry.kernel.dates import EARLIEST, LATEST
from registry.monitoring.rules.fields import LONGEST_KEY, MOST_CASES, Fields
from registry.monitoring.rules.points import PointIn, Points, written

_KNOWN: Final = frozenset(PointIn._fields)
_NONE: Final = type(None)
_INSTANTS: Final = re.compile(
    r"(?:\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d),)+", re.ASCII
)
# In UTC and to the second, as most tools write them; such a text is kept nearly as it stands (batches.written).
_PLAIN: Final = re.compile(r"(?:\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):\d\d:\d\d(?:Z|\+00:00),)+", re.ASCII)
# No more digits than are kept (guard_rails.py and fields.py), and no exponent.
_NUMBERS: Final = re.compile(r"(?:-?\d{1,15}(?:\.\d{1,12})?,)*", re.ASCII)


class _Unusual(Exception):
    """Some reading needs a closer look."""


def points_of(raw: Sequence[Any]) -> Points | None:
    """The readings, each field as it is kept, with nothing wrong by themselves; None if any of them needs a closer look."""
    try:
        return _points(raw)
    except _Unusual:
        return None


def _points(raw: Sequence[Any]) -> Points:
    _expect(set(map(type, raw)) == {dict})
    told = set[str]().union(*raw)
    _expect(told <= _KNOWN)
    given = _by_name(raw, told)
    given |= {name: [None] * len(raw) for name in _KNOWN - told}
    # Whatever is objected to here is found and said again, with its place, by whoever takes the closer look.
    fields = Fields("")
    starts, ends, kept_starts, kept_ends = _windows(given["window_start"], given["window_end"])
    values, digits = _values(given["value"])
    points = Points(
        _slugs(given["metric"], fields),
        starts,
        ends,
        values,
        _cases(given["n"]),
        *_interval(given["low"], given["high"]),
        [fields.group("", each) for each in given["group"]] if "group" in told else [""] * len(raw),
        _keys(given["key"], fields) if "key" in told else [""] * len(raw),
        kept_starts,
        kept_ends,
        digits,
    )
    _expect(fields.count == 0)
    return points


def _by_name(raw: Sequence[dict[str, Any]], told: Iterable[str]) -> dict[str, list[Any]]:
    try:
        return {name: list(map(itemgetter(name), raw)) for name in told}
    except KeyError:
        # Not all of them tell the same fields.
        return {name: [each.get(name) for each in raw] for name in told}


def _expect(holds: bool) -> None:
    if not holds:
        raise _Unusual


def _slugs(column: list[Any], fields: Fields) -> list[Any]:
    _expect(set(map(type, column)) == {str})
    for each in set(column):
        fields.slug("", each)
    return column


def _keys(column: list[Any], fields: Fields) -> list[Any]:
    _expect(set(map(type, column)) <= {str, _NONE})
    tidy = {each: fields.text("", each, LONGEST_KEY) for each in set(column)}
    return [tidy[each] for each in column]


def _windows(
    starts: list[Any], ends: list[Any]
) -> tuple[list[datetime], list[datetime], list[str], list[str]]:
    """When each window begins and ends; and both once more, as they are kept."""
    if None in starts:
        starts = [end if start is None else start for start, end in zip(starts, ends, strict=True)]
    _expect(set(map(type, ends)) | set(map(type, starts)) == {str})
    texts, parted = _texts_in(starts, ends)
    told = ",".join(texts)
    plain = _PLAIN.fullmatch(told + ",") is not None
    # A text with a comma of its own could pass for two instants here, but Python takes it for none.
    _expect(plain or _INSTANTS.fullmatch(told + ",") is not None)
    instants = _instants(texts)
    begun, ended = parted(instants)
    _expect(not any(map(gt, begun, ended)))
    return begun, ended, *parted(_kept(told) if plain else list(map(written, instants)))


def _texts_in(
    starts: list[str], ends: list[str]
) -> tuple[list[str], Callable[[list[Any]], tuple[list[Any], list[Any]]]]:
    """The texts of both columns, hardly one of them twice; and how what is made of them becomes two columns again."""
    if starts[1:] == ends[:-1]:
        # Windows mostly follow one another, each beginning where the one before it ended.
        return [starts[0], *ends], lambda made: (made[:-1], made[1:])
    texts = list({*starts, *ends})

    def parted(made: list[Any]) -> tuple[list[Any], list[Any]]:
        of = dict(zip(texts, made, strict=True))
        return list(map(of.__getitem__, starts)), list(map(of.__getitem__, ends))

    return texts, parted


def _instants(texts: list[str]) -> list[datetime]:
    try:
        read = list(map(datetime.fromisoformat, texts))
        read = [each if each.tzinfo is UTC else each.astimezone(UTC) for each in read]
    except (ValueError, OverflowError):
        raise _Unusual from None
    _expect(min(read).year >= EARLIEST and max(read).year <= LATEST)
    return read


def _kept(plain: str) -> list[str]:
    """How these instants are kept, all texts rewritten as one: to write each of them anew takes ten times as long."""
    return plain.replace("T", " ").replace("Z", ".000000").replace("+00:00", ".000000").split(",")


def _values(column: list[Any]) -> tuple[list[Any], list[str]]:
    """The values, and how they are kept: mostly as Python writes them."""
    kinds = set(map(type, column))
    _expect(kinds <= {Decimal, int})
    digits = list(map(str, column))
    _expect(_short(digits))
    return column if kinds == {Decimal} else list(map(Decimal, column)), digits


def _numbers(column: list[Any]) -> list[Any]:
    kinds = set(map(type, column))
    if kinds == {_NONE}:
        return column
    _expect(kinds <= {Decimal, int, _NONE})
    _expect(short(each for each in column if each is not None))
    return [None if each is None else Decimal(each) for each in column]


def short(numbers: Iterable[Decimal | int]) -> bool:
    """Whether each of these is kept exactly as Python writes it: no exponent, and no more digits than there is room for."""
    return _short(list(map(str, numbers)))


def _short(digits: list[str]) -> bool:
    return _NUMBERS.fullmatch(",".join([*digits, ""])) is not None


def _cases(column: list[Any]) -> list[Any]:
    _expect(set(map(type, column)) <= {int, _NONE})
    told = set(column) - {None}
    _expect(not told or (min(told) >= 0 and max(told) <= MOST_CASES))
    return column


def _interval(lows: list[Any], highs: list[Any]) -> tuple[list[Any], list[Any]]:
    lows, highs = _numbers(lows), _numbers(highs)
    if lows.count(None) == len(lows) or highs.count(None) == len(highs):
        return lows, highs
    both = [
        (low, high) for low, high in zip(lows, highs, strict=True) if low is not None and high is not None
    ]
    _expect(all(low <= high for low, high in both))
    return lows, highs
