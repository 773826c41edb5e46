"""Whether the distributions still are what their deliveries brought."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from registry.drift.models import DISTRIBUTION, FEATURE, DistributionBatch
from registry.drift.rules.spreads import Spread, line_of
from registry.monitoring.queries.deliveries import altered
from registry.monitoring.rules.points import written
from registry.monitoring.rules.rails import digest_of

_BATCH: sa.Table = DistributionBatch.__table__  # type: ignore[attr-defined]
_AT_ONCE = 2_000


def altered_distributions(session: Session) -> Iterator[int]:
    """The deliveries whose distributions are not those received: a count is another, a row is missing or was added.

    A delivery's own row is covered by the ledger. Reads every distribution once, a few thousand at a time.
    """
    query = (
        sa.select(
            _BATCH.c.id.label("delivery"),
            _BATCH.c.sha256,
            *DISTRIBUTION.columns,
            FEATURE.c.name,
            FEATURE.c.group_key,
        )
        .select_from(_BATCH)
        .outerjoin(DISTRIBUTION, DISTRIBUTION.c.batch_id == _BATCH.c.id)
        .outerjoin(FEATURE, FEATURE.c.id == DISTRIBUTION.c.feature_id)
        .order_by(_BATCH.c.id)
    )
    rows = session.execute(query, execution_options={"yield_per": _AT_ONCE})
    return altered(rows, lambda some: digest_of(map(_line, some)))


def _line(row: Any) -> str:
    place = (row.name, row.group_key, written(row.window_start), written(row.window_end), row.client_key)
    spread = Spread(row.kind, tuple(row.bins), tuple(row.counts), row.missing, row.mean, row.variance)
    return line_of(place, row.revision, spread)
