"""Read counts and forecasts by window, newest first, never a superseded one; the bounds of a system; its deliveries."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.fairness.models import COUNT, WINDOW, FairnessBatch, FairnessBound
from registry.fairness.rules.bounds import BoundFacts
from registry.fairness.rules.windows import BinIn, Forecasts, Part, Window, added_up, windows_of
from registry.kernel.errors import Problem, RuleBroken
from registry.store.paging import Page, cut, parts_of

Spot = tuple[datetime, datetime, str]

_AFTER = COUNT.alias("later")
_STANDS = ~sa.exists().where(
    _AFTER.c.system_id == COUNT.c.system_id,
    _AFTER.c.attribute == COUNT.c.attribute,
    _AFTER.c.window_end == COUNT.c.window_end,
    _AFTER.c.window_start == COUNT.c.window_start,
    _AFTER.c.group_name == COUNT.c.group_name,
    _AFTER.c.client_key == COUNT.c.client_key,
    _AFTER.c.revision > COUNT.c.revision,
)
_WINDOW_AFTER = WINDOW.alias("later")
_WINDOW_STANDS = ~sa.exists().where(
    _WINDOW_AFTER.c.system_id == WINDOW.c.system_id,
    _WINDOW_AFTER.c.window_end == WINDOW.c.window_end,
    _WINDOW_AFTER.c.window_start == WINDOW.c.window_start,
    _WINDOW_AFTER.c.client_key == WINDOW.c.client_key,
    _WINDOW_AFTER.c.revision > WINDOW.c.revision,
)
_SPAN = (COUNT.c.window_end, COUNT.c.window_start, COUNT.c.attribute)
_WINDOW_SPAN = (WINDOW.c.window_end, WINDOW.c.window_start)


def recent_windows(
    session: Session, system_id: int, *, most: int, attributes: Sequence[str] | None = None
) -> list[Window]:
    """The newest `most` windows of each attribute of a system, or of these alone; in one statement."""
    place = sa.func.dense_rank().over(
        partition_by=COUNT.c.attribute, order_by=(COUNT.c.window_end.desc(), COUNT.c.window_start.desc())
    )
    query = sa.select(COUNT, place.label("place")).where(COUNT.c.system_id == system_id, _STANDS)
    if attributes is not None:
        query = query.where(COUNT.c.attribute.in_(sorted(attributes)))
    ranked = query.subquery("ranked")
    rows = session.execute(sa.select(ranked).where(ranked.c.place <= most))
    return windows_of(_part(row) for row in rows)


def windows_page(
    session: Session, system_id: int, *, attribute: str | None, before: Spot | None, limit: int
) -> Page[Window]:
    """A page of the windows of a system, newest first, of one attribute or all."""
    query = sa.select(*_SPAN).where(COUNT.c.system_id == system_id).distinct()
    if attribute is not None:
        query = query.where(COUNT.c.attribute == attribute)
    if before:
        query = query.where(sa.tuple_(*_SPAN) < sa.tuple_(*before))
    chosen = query.order_by(*(each.desc() for each in _SPAN)).limit(limit + 1).subquery("chosen")
    same = sa.and_(*(each == chosen.c[each.name] for each in _SPAN))
    rows = session.execute(sa.select(COUNT).join(chosen, same).where(COUNT.c.system_id == system_id, _STANDS))
    found = windows_of(_part(row) for row in rows)
    found.sort(key=lambda each: (each.end, each.start, each.attribute), reverse=True)
    return cut(found, limit, lambda each: (each.end.isoformat(), each.start.isoformat(), each.attribute))


def forecasts_page(
    session: Session, system_id: int, *, before: tuple[datetime, datetime] | None, limit: int
) -> Page[Forecasts]:
    """A page of the forecasts of a system, newest window first; several schemes of one window stand together."""
    query = sa.select(*_WINDOW_SPAN).where(WINDOW.c.system_id == system_id).distinct()
    if before:
        query = query.where(sa.tuple_(*_WINDOW_SPAN) < sa.tuple_(*before))
    chosen = query.order_by(*(each.desc() for each in _WINDOW_SPAN)).limit(limit + 1).subquery("chosen")
    same = sa.and_(*(each == chosen.c[each.name] for each in _WINDOW_SPAN))
    rows = session.execute(
        sa.select(WINDOW).join(chosen, same).where(WINDOW.c.system_id == system_id, _WINDOW_STANDS)
    )
    found = added_up(_forecasts(row) for row in rows)
    spans = list(dict.fromkeys((each.end, each.start) for each in found))
    page = cut(spans, limit, lambda span: (span[0].isoformat(), span[1].isoformat()))
    kept = set(page.items)
    return Page([each for each in found if (each.end, each.start) in kept], page.next_after)


def spot_of(cursor: str | None) -> Spot | None:
    """The place in a list of windows that a cursor names. Raises RuleBroken for anything else."""
    parts = parts_of(cursor, (str, str, str))
    return None if parts is None else (_instant(parts[0]), _instant(parts[1]), parts[2])


def span_of(cursor: str | None) -> tuple[datetime, datetime] | None:
    """The place in a list of forecasts that a cursor names. Raises RuleBroken for anything else."""
    parts = parts_of(cursor, (str, str))
    return None if parts is None else (_instant(parts[0]), _instant(parts[1]))


def _instant(text: str) -> datetime:
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        when = None
    if when is None or when.tzinfo is None:
        raise RuleBroken([Problem("cursor", "This is no place in a list of windows.")])
    return when


def _part(row: Any) -> Part:
    cells = None if row.tp is None else (row.tp, row.fp, row.fn, row.tn)
    return Part(row.attribute, row.group_name, row.window_start, row.window_end, row.n, row.selected, cells)


def _forecasts(row: Any) -> Forecasts:
    bins = tuple(
        BinIn(float(low), float(high), n, float(mean), true) for low, high, n, mean, true in row.bins
    )
    return Forecasts(row.window_start, row.window_end, row.scheme, row.bin_count, bins)


def bounds_of(session: Session, system_id: int) -> dict[str, FairnessBound]:
    """The bounds of a system by attribute."""
    query = select(FairnessBound).where(FairnessBound.system_id == system_id)
    return {bound.attribute: bound for bound in session.exec(query.order_by(FairnessBound.attribute))}


def bound_on(session: Session, system_id: int, attribute: str) -> FairnessBound | None:
    """The bound on one attribute of a system, held until the transaction ends, or None."""
    query = select(FairnessBound).where(
        FairnessBound.system_id == system_id, FairnessBound.attribute == attribute
    )
    return session.exec(query.with_for_update()).one_or_none()


def facts_of(bound: FairnessBound) -> BoundFacts:
    """The bound as the rules take it."""
    return BoundFacts(**{name: getattr(bound, name) for name in BoundFacts.__slots__})


def deliveries_of(session: Session, system_id: int, *, limit: int = 5) -> Sequence[FairnessBatch]:
    """The newest deliveries of a system's counts and forecasts."""
    query = select(FairnessBatch).where(FairnessBatch.system_id == system_id)
    return session.exec(query.order_by(col(FairnessBatch.id).desc()).limit(limit)).all()
