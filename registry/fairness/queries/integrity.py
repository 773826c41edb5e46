"""Whether counts and forecasts still are what their deliveries brought: the link from the ledger to many rows."""

from collections.abc import Callable, Iterator
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session

from registry.fairness.models import COUNT, WINDOW, DeliveryKind, FairnessBatch
from registry.fairness.queries.stored import count_place, count_said, window_place, window_said
from registry.fairness.rules.batches import digest, line_of
from registry.monitoring.queries.deliveries import altered

_BATCH: sa.Table = FairnessBatch.__table__  # type: ignore[attr-defined]
_AT_ONCE = 5_000
_Line = Callable[[Any], str]
_LINES: Final[tuple[tuple[DeliveryKind, sa.Table, _Line], ...]] = (
    (DeliveryKind.COUNTS, COUNT, lambda row: line_of(count_place(row), row.revision, count_said(row))),
    (DeliveryKind.WINDOWS, WINDOW, lambda row: line_of(window_place(row), row.revision, window_said(row))),
)


def altered_batches(session: Session) -> Iterator[int]:
    """The deliveries whose rows are not those received: a number is another, a row is missing or one has been added.

    A delivery's own row is covered by the ledger. Reads every row once, in order of delivery, a few thousand at a time.
    """
    for kind, table, line in _LINES:
        rows = session.execute(_rows(kind, table), execution_options={"yield_per": _AT_ONCE})
        yield from altered(rows, lambda some, line=line: digest([line(row) for row in some]))  # type: ignore[misc]
        # A row of this kind that was put into a delivery of the other.
        strange = (
            sa.select(_BATCH.c.id).join(table, table.c.batch_id == _BATCH.c.id).where(_BATCH.c.kind != kind)
        )
        yield from session.execute(strange.distinct()).scalars()


def _rows(kind: DeliveryKind, table: sa.Table) -> Any:
    query = sa.select(_BATCH.c.id.label("delivery"), _BATCH.c.sha256, *table.columns)
    query = query.select_from(_BATCH).outerjoin(table, table.c.batch_id == _BATCH.c.id)
    return query.where(_BATCH.c.kind == kind).order_by(_BATCH.c.id)
