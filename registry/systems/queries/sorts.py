"""SORTS: what the register can be sorted by; keyset paging that holds for each of them, forwards and back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, or_
from sqlmodel import col, func, select

from registry.audit.models import LedgerEntry
from registry.kernel.text import clean
from registry.people.models import BusinessUnit
from registry.store.columns import LARGEST_NUMBER
from registry.store.paging import cursor_of, parts_in
from registry.systems.models import System
from registry.systems.queries.facets import OWNER
from registry.systems.rules.record import Kind, Stage, Tier


def _in_order(column: Any, members: Sequence[Any]) -> ColumnElement[Any]:
    return case({member.value: place for place, member in enumerate(members)}, value=col(column))


def _unit_path() -> tuple[Any, Any]:
    """A unit's whole path in lower case, and the tree to join for it."""
    path = func.lower(col(BusinessUnit.name)).label("path")
    top: Any = select(col(BusinessUnit.id).label("id"), path).where(col(BusinessUnit.parent_id).is_(None))
    tree = top.cte("unit_path", recursive=True)
    longer = tree.c.path.concat(" / ").concat(func.lower(col(BusinessUnit.name)))
    under = select(col(BusinessUnit.id), longer).join(tree, col(BusinessUnit.parent_id) == tree.c.id)
    whole = tree.union_all(under)
    return whole.c.path, (whole, whole.c.id == System.unit_id)


def _last_entry() -> tuple[Any, Any]:
    """The place in the ledger of the last entry about a system."""
    query = select(func.max(LedgerEntry.seq)).where(LedgerEntry.system_id == System.id)
    return query.correlate(System).scalar_subquery(), None


def _of(make: Callable[[], Any]) -> Callable[[], tuple[Any, Any]]:
    return lambda: (make(), None)


@dataclass(frozen=True, slots=True)
class Sort:
    """One order: the value that decides with what must be joined for it, what kind it is, whether each row has one, and what
    tells those without it where that is asked sooner of something else.
    """

    value: Callable[[], tuple[Any, Any]]
    kind: type = str
    always: bool = False
    given: Any = None

    def cursor(self, place: "Place") -> str:
        """The place as text that can stand in an address."""
        value = place.value.isoformat() if isinstance(place.value, datetime) else place.value
        return cursor_of(value, place.number)

    def place(self, cursor: str, *, back: bool) -> "Place":
        """The place a cursor names. Raises ValueError for one that this order does not have."""
        parts = parts_in(cursor)
        if len(parts) != 2 or not _is_number(parts[1]):
            raise ValueError("not a place in a list")
        return Place(self._read(parts[0]), parts[1], back)

    def _read(self, value: Any) -> Any:
        fits = {str: isinstance(value, str), int: _is_number(value), datetime: isinstance(value, str)}
        if value is None or (self.kind is not datetime and fits[self.kind]):
            if isinstance(value, str):
                clean(value)
            return value
        if not fits[self.kind]:
            raise ValueError("not a value of this order")
        at = datetime.fromisoformat(value)
        if at.tzinfo is None or not 1900 < at.year < 3000:
            raise ValueError("not an instant of this register")
        return at


def _is_number(value: Any) -> bool:
    return type(value) is int and 0 <= value <= LARGEST_NUMBER


SORTS: Mapping[str, Sort] = {
    "key": Sort(_of(lambda: col(System.id)), int, always=True),
    "name": Sort(_of(lambda: func.lower(col(System.name))), always=True),
    "unit": Sort(_unit_path),
    "owner": Sort(_of(lambda: func.lower(OWNER.name)), given=OWNER.name),
    "stage": Sort(_of(lambda: _in_order(System.stage, list(Stage))), int, always=True),
    "tier": Sort(_of(lambda: _in_order(System.tier, list(Tier))), int),
    "autonomy": Sort(_of(lambda: col(System.autonomy)), int),
    "kind": Sort(_of(lambda: _in_order(System.kind, sorted(Kind, key=lambda kind: kind.said))), int),
    "vendor": Sort(_of(lambda: func.lower(func.nullif(System.vendor_name, "")))),
    "registered": Sort(_of(lambda: col(System.registered_at)), datetime, always=True),
    "changed": Sort(_last_entry, int),
}


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a sorted list: the deciding value and number of one row, and whether one reads on or back from it."""

    value: Any
    number: int
    back: bool = False


def ordered(query: Any, sort: Sort, *, descending: bool, place: Place | None) -> Any:
    """The query in that order from that place on, the deciding value its last column; read back, it comes in reverse.

    The number breaks ties, always upwards. Rows without a value come last on both databases, whichever way the
    values run: each database has an own opinion of where NULL belongs.
    """
    (value, joined), number = sort.value(), col(System.id)
    if joined is not None:
        query = query.join(*joined, isouter=True)
    back = place is not None and place.back
    if place is not None:
        query = query.where(_beyond(value, place, descending=descending))
    keys, ways = [value, number], [descending != back, back]
    if not sort.always:
        none = value if sort.given is None else sort.given
        keys, ways = [case((none.is_(None), 1), else_=0), *keys], [back, *ways]
    return query.add_columns(value.label("decides")).order_by(
        *(key.desc() if down else key.asc() for key, down in zip(keys, ways, strict=True))
    )


def _beyond(value: Any, place: Place, *, descending: bool) -> ColumnElement[bool]:
    number = col(System.id)
    further = number < place.number if place.back else number > place.number
    if place.value is None:
        here = and_(value.is_(None), further)
        return or_(value.is_not(None), here) if place.back else here
    lower = descending != place.back
    beyond = value < place.value if lower else value > place.value
    found = or_(beyond, and_(value == place.value, further))
    return found if place.back else or_(found, value.is_(None))
