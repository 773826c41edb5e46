"""Readings as they were sent: one of them, and thousands held as columns of which single ones are made when asked for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from decimal import Decimal
from operator import itemgetter
from typing import Any, Final, NamedTuple, Self, overload

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NO_ZONE: Final = _EPOCH.replace(tzinfo=None)


class PointIn(NamedTuple):
    """One reading as it was sent. Instants are aware and in UTC; `window_start` equals `window_end` for one moment.

    `value`, `low` and `high` are the numbers exactly as written; `n` counts the cases behind the value; `group`
    is canonical JSON of the subgroup ("" for everybody); `key` is the sender's own ("" for the window).
    """

    metric: str
    window_start: datetime
    window_end: datetime
    value: Decimal
    n: int | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    group: str = ""
    key: str = ""


# To make a thousand readings costs as much as to store them, and of most deliveries nobody asks for more than eighty.
@dataclass(frozen=True, slots=True, eq=False)
class Points(Sequence[PointIn]):
    """Readings sent together, as columns of the fields of PointIn, in their order; and how some of it is kept.

    `kept_starts` and `kept_ends` are the instants as `written` gives them. `digits` are the values as they are kept,
    where whoever read them has shown that nothing is wrong with any of them by itself: its window does not end before
    it begins, its numbers are short and its low not above its high, `n` and `key` are within their limits
    (columns.py). Where that is still to be asked it is None.
    """

    metrics: Sequence[str]
    starts: Sequence[datetime]
    ends: Sequence[datetime]
    values: Sequence[Decimal]
    cases: Sequence[int | None]
    lows: Sequence[Decimal | None]
    highs: Sequence[Decimal | None]
    groups: Sequence[str]
    keys: Sequence[str]
    kept_starts: Sequence[str]
    kept_ends: Sequence[str]
    digits: Sequence[str] | None = None

    @classmethod
    def of(cls, points: Sequence[PointIn]) -> Self:
        """These readings as columns; themselves where that is what they are."""
        if isinstance(points, cls):
            return points
        columns: Any = zip(*points, strict=True) if points else [()] * len(PointIn._fields)
        metrics, starts, ends, *others = columns
        # A window mostly begins where another ended, and to write an instant costs more than all else here.
        texts = {when: written(when) for when in {*starts, *ends}}
        kept = ([texts[when] for when in column] for column in (starts, ends))
        return cls(metrics, starts, ends, *others, *kept)

    def only(self, positions: Sequence[int]) -> Self:
        """The readings at these positions, in their order."""
        told: Any = (getattr(self, each.name) for each in fields(self))
        columns: Any = (column and [column[place] for place in positions] for column in told)
        return type(self)(*columns)

    def __len__(self) -> int:
        return len(self.metrics)

    @overload
    def __getitem__(self, place: int) -> PointIn: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[PointIn]: ...

    def __getitem__(self, place: int | slice) -> PointIn | Sequence[PointIn]:
        if isinstance(place, slice):
            return tuple(self)[place]
        return PointIn(*map(itemgetter(place), self._columns()))

    def __iter__(self) -> Iterator[PointIn]:
        return map(PointIn._make, zip(*self._columns(), strict=True))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def _columns(self) -> tuple[Sequence[Any], ...]:
        windows = (self.metrics, self.starts, self.ends)
        return (*windows, self.values, self.cases, self.lows, self.highs, self.groups, self.keys)


def written(when: datetime) -> str:
    """An instant in UTC to the microsecond, without its zone: "2026-11-02 09:30:00.000000", as SQLite holds it."""
    # Without its zone an instant is written in half the time, and this is most of what a reading costs.
    return (_NO_ZONE + (when - _EPOCH)).isoformat(" ", "microseconds")


def alike(column: Sequence[object]) -> bool:
    """Whether a column, which is not empty, says the same throughout."""
    return column[0] == column[-1] and column.count(column[0]) == len(column)
