"""Lists in an order that was asked for: keyset paging that holds for each order of a list, forwards and back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, and_, case, or_
from sqlmodel import Session, col

from registry.kernel.errors import Problem, RuleBroken
from registry.kernel.text import clean, listed
from registry.store.columns import LARGEST_NUMBER
from registry.store.paging import Page, cursor_of, cut, parts_in

Item = TypeVar("Item")


def plain(make: Callable[[], Any]) -> Callable[[], tuple[Any, Any]]:
    """A deciding value for which nothing is joined."""
    return lambda: (make(), None)


def in_order(column: Any, members: Sequence[Any]) -> ColumnElement[Any]:
    """The place of a column's value among these members of an enumeration."""
    return case({member.value: place for place, member in enumerate(members)}, value=col(column))


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a sorted list: the deciding value and number of one row, and whether one reads on or back from it."""

    value: Any
    number: int
    back: bool = False


@dataclass(frozen=True, slots=True)
class Sort:
    """One order: the value that decides with what must be joined for it, what kind it is, whether each row has one, and what
    tells those without it where that is asked sooner of something else.
    """

    value: Callable[[], tuple[Any, Any]]
    kind: type = str
    always: bool = False
    given: Any = None

    def cursor(self, said: str, place: Place) -> str:
        """The place as text that can stand in an address, for this order alone: `said` names it, with its way."""
        return cursor_of(said, _written(place.value), place.number)

    def place(self, said: str, cursor: str, *, back: bool = False) -> Place:
        """The place a cursor names. Raises ValueError for one that the order said does not have."""
        parts = parts_in(cursor)
        if len(parts) != 3 or parts[0] != said or not _is_number(parts[2]):
            raise ValueError("not a place in this order")
        return Place(self._read(parts[1]), parts[2], back)

    def _read(self, value: Any) -> Any:
        if value is None:
            return value
        if self.kind is int:
            if not _is_number(value):
                raise ValueError("not a value of this order")
            return value
        if not isinstance(value, str):
            # The readers of days and instants would refuse it by another kind of error.
            raise ValueError("not a value of this order")  # noqa: TRY004 - as every text that is no place
        if self.kind is date:
            return date.fromisoformat(value)
        return _instant(value) if self.kind is datetime else _text(value)


def _written(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _text(value: str) -> str:
    clean(value)
    return value


def _instant(value: str) -> datetime:
    at = datetime.fromisoformat(value)
    if at.tzinfo is None or not 1900 < at.year < 3000:
        raise ValueError("not an instant of this register")
    return at


def _is_number(value: Any) -> bool:
    return type(value) is int and 0 <= value <= LARGEST_NUMBER


def ordered(query: Any, sort: Sort, number: Any, *, descending: bool, place: Place | None) -> Any:
    """The query in that order from that place on, the deciding value its last column; read back, it comes in reverse.

    The number (a column) breaks ties, always upwards. Rows without a value come last on both databases, whichever way
    the values run: each database has an own opinion of where NULL belongs.
    """
    (value, joined), number = sort.value(), col(number)
    if joined is not None:
        query = query.join(*joined, isouter=True)
    back = place is not None and place.back
    if place is not None:
        query = query.where(_beyond(value, number, place, descending=descending))
    keys, ways = [value, number], [descending != back, back]
    if not sort.always:
        none = value if sort.given is None else sort.given
        keys, ways = [case((none.is_(None), 1), else_=0), *keys], [back, *ways]
    return query.add_columns(value.label("decides")).order_by(
        *(key.desc() if down else key.asc() for key, down in zip(keys, ways, strict=True))
    )


def _beyond(value: Any, number: Any, place: Place, *, descending: bool) -> ColumnElement[bool]:
    further = number < place.number if place.back else number > place.number
    if place.value is None:
        here = and_(value.is_(None), further)
        return or_(value.is_not(None), here) if place.back else here
    lower = descending != place.back
    beyond = value < place.value if lower else value > place.value
    found = or_(beyond, and_(value == place.value, further))
    return found if place.back else or_(found, value.is_(None))


@dataclass(frozen=True, slots=True)
class Order:
    """How a list was asked to come: as it was said, by what, which way, and the place it goes on from (None: its beginning)."""

    said: str
    sort: Sort
    descending: bool
    place: Place | None


def order_from(orders: Mapping[str, Sort], said: str, cursor: str) -> Order | None:
    """The order that `sort` and `cursor` of an address mean; None where none is asked for, and `cursor` is the list's own.

    A name with `-` before it runs downwards. Raises RuleBroken naming `sort` where the list has no such order, and
    `cursor` for a place that this order does not have.
    """
    if not said:
        return None
    sort = orders.get(said.removeprefix("-"))
    if sort is None:
        raise RuleBroken([Problem("sort", f"Give {listed(list(orders), 'or')}, downwards with - before it.")])
    try:
        place = sort.place(said, cursor) if cursor else None
    except ValueError as error:
        raise RuleBroken([Problem("cursor", "This cursor was not issued here.")]) from error
    return Order(said, sort, said.startswith("-"), place)


def rows_in(
    session: Session, query: Any, number: Any, order: Order, limit: int, make: Callable[[Any], Item]
) -> Page[Item]:
    """A page of what `make` makes of the query's rows, in that order; `next_after` has the parts of the cursor of the page
    that follows. `number` is the column that numbers the rows.
    """
    query = query.add_columns(col(number))
    query = ordered(query, order.sort, number, descending=order.descending, place=order.place)
    found = session.execute(query.limit(limit + 1)).all()
    rows = cut(found, limit, lambda row: (order.said, _written(row[-1]), row[-2]))
    return Page([make(row[:-2]) for row in rows.items], rows.next_after)
