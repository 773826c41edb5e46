"""Whether the readings, and the copies of the newest, still are what their deliveries brought: millions of rows and the ledger."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from registry.kernel.guard_rails import rail_of
from registry.monitoring.models.snapshots import LATEST, RAIL, SNAPSHOT, SnapshotBatch
from registry.monitoring.queries.deliveries import altered
from registry.monitoring.queries.earlier import latest_then
from registry.monitoring.rules.batches import in_digits
from registry.monitoring.rules.points import written
from registry.monitoring.rules.rails import Rails, digest_of, lines_of

_BATCH: sa.Table = SnapshotBatch.__table__  # type: ignore[attr-defined]
_AT_ONCE = 5_000


def altered_batches(session: Session) -> Iterator[int]:
    """The deliveries whose readings are not those received: a number, verdict or guard-rail is another, a row is
    missing or one has been added.

    A delivery's own row is covered by the ledger. Reads every reading once, in order of delivery, a few thousand at
    a time.
    """
    return altered(_readings(session), _digest)


def altered_latest(session: Session) -> Iterator[tuple[int, str]]:
    """The metrics and groups whose newest reading, as pages show it, is not the newest received: another, made up, or gone.

    To be believed where altered_batches() finds nothing: it goes by the readings.
    """
    connection = session.connection()
    held = {
        (row["metric_id"], row["group_key"]): dict(row)
        for row in connection.execute(sa.select(LATEST)).mappings()
    }
    for found in latest_then(session):
        place = (found["metric_id"], found["group_key"])
        if held.pop(place) != found:
            yield place
    yield from held
    # What was left out of the copies: the readings alone tell that it should be there.
    kept = sa.select(LATEST.c.id).where(
        LATEST.c.metric_id == SNAPSHOT.c.metric_id, LATEST.c.group_key == SNAPSHOT.c.group_key
    )
    query = sa.select(SNAPSHOT.c.metric_id, SNAPSHOT.c.group_key).where(~kept.exists()).distinct()
    yield from ((metric_id, group_key) for metric_id, group_key in connection.execute(query))


def _digest(rows: list[Any]) -> str:
    return digest_of(lines_of(*zip(*map(_told, rows), strict=True)) if rows else ())


def _readings(session: Session) -> Any:
    """Every reading beside its delivery and its guard-rails; a delivery that has none stands alone."""
    rail = [column for column in RAIL.columns if column.name not in {"id", "sha256"}]
    query = (
        sa.select(_BATCH.c.id.label("delivery"), _BATCH.c.sha256, *SNAPSHOT.columns, *rail)
        .select_from(_BATCH)
        .outerjoin(SNAPSHOT, SNAPSHOT.c.batch_id == _BATCH.c.id)
        .outerjoin(RAIL, RAIL.c.id == SNAPSHOT.c.rail_id)
        .order_by(_BATCH.c.id)
    )
    return session.execute(query, execution_options={"yield_per": _AT_ONCE})


def _told(row: Any) -> tuple[Any, ...]:
    place = (row.metric_id, written(row.window_end), row.group_key, written(row.window_start), row.client_key)
    numbers = (format(row.value, "f"), row.n, in_digits(row.low), in_digits(row.high))
    return *place, row.revision, *numbers, row.verdict.value, _rails_digest(row)


def _rails_digest(row: Any) -> str:
    # From the guard-rails themselves, not from the digest they are found by: that one could be left as it was.
    if row.rail_id is None:
        return ""
    warn = rail_of(row.warn_bound, row.warn_low, row.warn_high)
    breach = rail_of(row.breach_bound, row.breach_low, row.breach_high)
    return Rails(warn, breach, row.minimum_sample).sha256
