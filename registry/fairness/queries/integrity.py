"""Whether counts and forecasts still are what their deliveries brought: the link from the ledger to many rows."""

from collections import defaultdict
from collections.abc import Iterator

import sqlalchemy as sa
from sqlmodel import Session

from registry.fairness.models import COUNT, WINDOW, FairnessBatch
from registry.fairness.queries.stored import count_place, count_said, window_place, window_said
from registry.fairness.rules.batches import digest, line_of

_BATCH: sa.Table = FairnessBatch.__table__  # type: ignore[attr-defined]
_AT_ONCE = 500


def altered_batches(session: Session) -> Iterator[int]:
    """The deliveries whose rows are not those received: a number is another, a row is missing or one has been added.

    A delivery's own row is covered by the ledger. Reads every row once, some hundred deliveries at a time.
    """
    last = 0
    while True:
        query = sa.select(_BATCH.c.id, _BATCH.c.sha256).where(_BATCH.c.id > last).order_by(_BATCH.c.id)
        batches = session.execute(query.limit(_AT_ONCE)).all()
        if not batches:
            return
        first, last = batches[0].id, batches[-1].id
        lines: dict[int, list[str]] = defaultdict(list)
        for row in session.execute(sa.select(COUNT).where(COUNT.c.batch_id.between(first, last))):
            lines[row.batch_id].append(line_of(count_place(row), row.revision, count_said(row)))
        for row in session.execute(sa.select(WINDOW).where(WINDOW.c.batch_id.between(first, last))):
            lines[row.batch_id].append(line_of(window_place(row), row.revision, window_said(row)))
        for number, expected in batches:
            if digest(lines[number]) != expected:
                yield number
