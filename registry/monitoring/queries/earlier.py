"""The newest readings as they were at an earlier time, asked where only that time's readings are seen."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from registry.monitoring.models.snapshots import LATEST, SNAPSHOT, SnapshotBatch
from registry.store.columns import Row


def latest_then(session: Session) -> Iterator[dict[str, Any]]:
    """The rows of `latest_snapshot` for the readings that this session sees, of which it may hold later ones.

    A metric and group has had a newest reading ever since its first, so today's tell of which to look for one. One that
    was the newest then and is so still is taken as it stands.
    """
    connection = session.connection()
    for held in connection.execute(sa.select(LATEST).order_by(LATEST.c.id)).mappings().all():
        found = _newest(connection, held["metric_id"], held["group_key"])
        if found is not None:
            yield {"id": held["id"], **found}


def _newest(connection: sa.Connection, metric_id: int, group_key: str) -> dict[str, Any] | None:
    batch = _table(SnapshotBatch)
    copied = [SNAPSHOT.c[name] for name in LATEST.columns.keys() if name in SNAPSHOT.c and name != "id"]  # noqa: SIM118
    query = (
        sa.select(SNAPSHOT.c.id.label("snapshot_id"), *copied, batch.c.received_at)
        .join_from(SNAPSHOT, batch, batch.c.id == SNAPSHOT.c.batch_id)
        .where(SNAPSHOT.c.metric_id == metric_id, SNAPSHOT.c.group_key == group_key)
        # As they are kept: by the end of their windows, and of those that end alike the one that came last.
        .order_by(SNAPSHOT.c.window_end.desc(), SNAPSHOT.c.batch_id.desc(), SNAPSHOT.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query).mappings().one_or_none()
    return dict(row) if row is not None else None


def _table(kind: type[Row]) -> sa.Table:
    return kind.__table__  # type: ignore[attr-defined,no-any-return]
