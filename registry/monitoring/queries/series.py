"""Read the readings of a metric: the newest, a span of time, a page of them. Never a superseded one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.kernel.errors import Problem, RuleBroken
from registry.monitoring.models.snapshots import SNAPSHOT, LatestSnapshot, Snapshot, SnapshotBatch
from registry.store.paging import Page, cut, parts_of

_LARGEST = 2**62
_LATER = SNAPSHOT.alias("later")
# The place of a reading may hold several revisions, of which the last one stands.
_SAME_PLACE = sa.and_(
    _LATER.c.metric_id == SNAPSHOT.c.metric_id,
    _LATER.c.window_end == SNAPSHOT.c.window_end,
    _LATER.c.group_key == SNAPSHOT.c.group_key,
    _LATER.c.window_start == SNAPSHOT.c.window_start,
    _LATER.c.client_key == SNAPSHOT.c.client_key,
)
# Asked for each reading by itself and no further than the page goes: made into one join, PostgreSQL reads all months for it.
_LAST_THERE = sa.select(sa.func.max(_LATER.c.revision)).where(_SAME_PLACE).scalar_subquery()


def standing_between(since: datetime, until: datetime | None = None) -> sa.ColumnElement[bool]:
    """Those of `SNAPSHOT` whose window ended in this span, without an end where it has none, and that no later revision
    replaced.
    """
    # Said of both: PostgreSQL does not see by itself that later revisions lie in the same months, and reads all there are.
    ends = (each.c.window_end for each in (SNAPSHOT, _LATER))
    here, later = (each.between(since, until) if until else each >= since for each in ends)
    return here & ~sa.exists().where(_SAME_PLACE, later, _LATER.c.revision > SNAPSHOT.c.revision)


def latest_of(session: Session, metric_ids: Sequence[int]) -> Mapping[int, Sequence[LatestSnapshot]]:
    """The newest reading of each of these metrics, one per group, that of everybody first; in one statement."""
    found: dict[int, list[LatestSnapshot]] = {number: [] for number in metric_ids}
    if found:
        query = select(LatestSnapshot).where(col(LatestSnapshot.metric_id).in_(metric_ids))
        for each in session.exec(query.order_by(LatestSnapshot.group_key)):
            found[each.metric_id].append(each)
    return found


def series(
    session: Session, metric_id: int, since: datetime, until: datetime, *, group: str = "", limit: int = 1_000
) -> Sequence[Snapshot]:
    """The readings whose window ended in this span, oldest first; of more than `limit` the newest ones."""
    query = _of(metric_id, group).where(standing_between(since, until)).limit(limit)
    return list(reversed(session.scalars(query).all()))


def place_of(cursor: str | None) -> tuple[datetime, int] | None:
    """The place in a list of readings that a cursor names. Raises RuleBroken for anything else."""
    parts = parts_of(cursor, (str, int))
    if parts is None:
        return None
    try:
        when = datetime.fromisoformat(parts[0])
    except ValueError:
        when = None
    if when is None or when.tzinfo is None or not 0 <= parts[1] < _LARGEST:
        raise RuleBroken([Problem("cursor", "This is no place in a list of readings.")])
    return when, parts[1]


def page_of(
    session: Session, metric_id: int, *, group: str | None, before: tuple[datetime, int] | None, limit: int
) -> Page[Snapshot]:
    """A page of a metric's readings, newest window first; of one group ("" for everybody) or of all."""
    query = _of(metric_id, group).where(SNAPSHOT.c.revision == _LAST_THERE)
    if before:
        place = sa.tuple_(SNAPSHOT.c.window_end, SNAPSHOT.c.id)
        query = query.where(place < sa.tuple_(*before))
    found = session.scalars(query.limit(limit + 1)).all()
    return cut(found, limit, lambda each: (each.window_end.isoformat(), each.id or 0))


def _of(metric_id: int, group: str | None) -> Any:
    query = sa.select(Snapshot).where(SNAPSHOT.c.metric_id == metric_id)
    if group is not None:
        query = query.where(SNAPSHOT.c.group_key == group)
    return query.order_by(SNAPSHOT.c.window_end.desc(), SNAPSHOT.c.id.desc())


def batches_of(session: Session, system_id: int, *, limit: int = 20) -> Sequence[SnapshotBatch]:
    """The newest deliveries of a system's readings."""
    query = select(SnapshotBatch).where(SnapshotBatch.system_id == system_id)
    return session.exec(query.order_by(col(SnapshotBatch.id).desc()).limit(limit)).all()


def recent_of(
    session: Session, metric_ids: Sequence[int], since: datetime, *, most: int = 400
) -> Mapping[int, Sequence[Snapshot]]:
    """The readings of everybody since then for each of these metrics, oldest first, the newest `most` of each; in one
    statement.
    """
    found: dict[int, list[Snapshot]] = {number: [] for number in metric_ids}
    if not found:
        return found
    place = sa.func.row_number().over(
        partition_by=SNAPSHOT.c.metric_id, order_by=(SNAPSHOT.c.window_end.desc(), SNAPSHOT.c.id.desc())
    )
    ranked = sa.select(SNAPSHOT.c.id, SNAPSHOT.c.window_end, place.label("place")).where(
        SNAPSHOT.c.metric_id.in_(metric_ids),
        SNAPSHOT.c.group_key == "",
        standing_between(since),
    )
    newest = ranked.subquery("newest")
    query = sa.select(Snapshot).join(
        newest, (newest.c.id == SNAPSHOT.c.id) & (newest.c.window_end == SNAPSHOT.c.window_end)
    )
    query = query.where(newest.c.place <= most).order_by(SNAPSHOT.c.window_end, SNAPSHOT.c.id)
    for each in session.scalars(query):
        found[each.metric_id].append(each)
    return found
