"""What is already held of the items of a delivery: one statement for all of them."""

from collections.abc import Sequence

import sqlalchemy as sa

from registry.fairness.models import COUNT, WINDOW
from registry.fairness.rules.batches import Held, Place, count_content, place_of, window_content
from registry.fairness.rules.decoding import CountIn, WindowIn
from registry.monitoring.rules.points import written


def held_counts(connection: sa.Connection, system_id: int, items: Sequence[CountIn]) -> dict[Place, Held]:
    """The newest revision at each of these places that has one."""
    query = sa.select(COUNT).where(
        COUNT.c.system_id == system_id,
        COUNT.c.attribute.in_(sorted({item.attribute for item in items})),
        COUNT.c.window_end.in_(sorted({item.window_end for item in items})),
    )
    asked = {place_of(item) for item in items}
    rows = connection.execute(query.order_by(COUNT.c.revision))
    return {place: held for row in rows for place, held in [_count(row)] if place in asked}


def held_windows(connection: sa.Connection, system_id: int, items: Sequence[WindowIn]) -> dict[Place, Held]:
    """The newest revision at each of these places that has one."""
    query = sa.select(WINDOW).where(
        WINDOW.c.system_id == system_id,
        WINDOW.c.window_end.in_(sorted({item.window_end for item in items})),
    )
    asked = {place_of(item) for item in items}
    rows = connection.execute(query.order_by(WINDOW.c.revision))
    return {place: held for row in rows for place, held in [_window(row)] if place in asked}


def _count(row: sa.Row[tuple[object, ...]]) -> tuple[Place, Held]:
    return count_place(row), Held(row.batch_id, count_said(row), row.revision)


def _window(row: sa.Row[tuple[object, ...]]) -> tuple[Place, Held]:
    return window_place(row), Held(row.batch_id, window_said(row), row.revision)


def count_place(row: sa.Row[tuple[object, ...]]) -> Place:
    """The place of a stored count."""
    span = written(row.window_start), written(row.window_end), row.client_key
    return (row.attribute, row.group_name, *span)


def count_said(row: sa.Row[tuple[object, ...]]) -> str:
    """What a stored count says."""
    return count_content(row.n, row.selected, (row.tp, row.fp, row.fn, row.tn))


def window_place(row: sa.Row[tuple[object, ...]]) -> Place:
    """The place of stored forecasts."""
    return written(row.window_start), written(row.window_end), row.client_key


def window_said(row: sa.Row[tuple[object, ...]]) -> str:
    """What stored forecasts say."""
    return window_content(row.scheme.value, row.bin_count, row.bins)
