"""What is still bad of a series after a correction."""

from collections.abc import Collection, Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from registry.monitoring.models.snapshots import SNAPSHOT, Snapshot
from registry.monitoring.queries.series import standing_between
from registry.monitoring.rules.readings import Reading
from registry.objectives.rules.judging import Verdict

Series = tuple[int, str]


def bad_between(
    session: Session, metric_ids: Collection[int], first: datetime, last: datetime
) -> Mapping[Series, list[Reading]]:
    """The readings that stand outside their guard-rails in these windows, by metric and group, oldest first; in one statement."""
    query = (
        sa.select(Snapshot)
        .where(
            SNAPSHOT.c.metric_id.in_(sorted(metric_ids)),
            SNAPSHOT.c.verdict.in_([Verdict.WARN, Verdict.BREACH]),
            standing_between(first, last),
        )
        .order_by(SNAPSHOT.c.window_end, SNAPSHOT.c.id)
    )
    found: dict[Series, list[Reading]] = {}
    for each in session.scalars(query):
        reading = Reading(
            each.metric_id,
            each.group_key,
            each.window_start,
            each.window_end,
            each.value,
            each.n,
            each.verdict,
            each.id,
        )
        found.setdefault((each.metric_id, each.group_key), []).append(reading)
    return found
