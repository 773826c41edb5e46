"""The windows of features: the newest, a page of them, one by its place. Never a superseded one."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session

from registry.drift.models import DISTRIBUTION, FEATURE, Baseline, Distribution, DistributionBatch
from registry.drift.rules.decoding import WindowIn
from registry.drift.rules.spreads import Spread
from registry.kernel.errors import NotFound
from registry.store.paging import Page, cut
from registry.versions.models import ModelVersion

_FIRST: Final = datetime(1, 1, 2, tzinfo=UTC)


def stands(table: Any) -> Any:
    """The clause for the last revision at each place."""
    later = DISTRIBUTION.alias()
    return ~sa.exists().where(
        later.c.feature_id == table.c.feature_id,
        later.c.window_end == table.c.window_end,
        later.c.window_start == table.c.window_start,
        later.c.client_key == table.c.client_key,
        later.c.revision > table.c.revision,
    )


def spread_in(row: Distribution | Baseline) -> Spread:
    """What a row says, as the rules read it."""
    return Spread(row.kind, tuple(row.bins), tuple(row.counts), row.missing, row.mean, row.variance)


def is_own(baseline: Baseline, window: Distribution) -> bool:
    """Whether a window is the one a baseline consists of, as long as it was not corrected since.

    Held against itself it would seem a window in which nothing had moved.
    """
    span = (baseline.window_start, baseline.window_end)
    return span == (window.window_start, window.window_end) and spread_in(baseline) == spread_in(window)


def newest_of(
    session: Session, feature_ids: Sequence[int], most: int = 1
) -> Mapping[int, Sequence[Distribution]]:
    """The newest `most` windows of each of these features, oldest first; in one statement."""
    found: dict[int, list[Distribution]] = {number: [] for number in feature_ids}
    if not found:
        return found
    older = DISTRIBUTION.alias("older")
    # From the index alone, feature by feature: where the windows that are wanted begin, however long the history.
    begins = (
        sa.select(older.c.window_end)
        .where(older.c.feature_id == FEATURE.c.id, stands(older))
        .order_by(older.c.window_end.desc())
        .offset(most - 1)
        .limit(1)
        .scalar_subquery()
    )
    floor = sa.select(
        FEATURE.c.id, sa.func.coalesce(begins, sa.literal(_FIRST, DISTRIBUTION.c.window_end.type))
    )
    since = floor.where(FEATURE.c.id.in_(list(found))).subquery("since")
    number, begin = since.c
    query = (
        sa.select(Distribution)
        .join(since, sa.and_(DISTRIBUTION.c.feature_id == number, DISTRIBUTION.c.window_end >= begin))
        .where(stands(DISTRIBUTION))
        .order_by(DISTRIBUTION.c.window_end, DISTRIBUTION.c.id)
    )
    for each in session.scalars(query):
        found[each.feature_id].append(each)
    return {number: each[-most:] for number, each in found.items()}


def page_of(
    session: Session, feature_id: int, *, before: tuple[datetime, int] | None, limit: int
) -> Page[Distribution]:
    """A page of a feature's windows, newest first."""
    query = sa.select(Distribution).where(DISTRIBUTION.c.feature_id == feature_id, stands(DISTRIBUTION))
    if before:
        query = query.where(sa.tuple_(DISTRIBUTION.c.window_end, DISTRIBUTION.c.id) < sa.tuple_(*before))
    query = query.order_by(DISTRIBUTION.c.window_end.desc(), DISTRIBUTION.c.id.desc())
    found = session.scalars(query.limit(limit + 1)).all()
    return cut(found, limit, lambda each: (each.window_end.isoformat(), each.id or 0))


def window_by_id(session: Session, feature_id: int, number: int) -> Distribution:
    """One window of this feature. Raises NotFound also for another feature's, and for a superseded one."""
    query = sa.select(Distribution).where(
        DISTRIBUTION.c.id == min(number, 2**62), DISTRIBUTION.c.feature_id == feature_id, stands(DISTRIBUTION)
    )
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found


def window_at(session: Session, feature_id: int, place: WindowIn) -> Distribution | None:
    """The window that was sent for this place, or None."""
    query = sa.select(Distribution).where(
        DISTRIBUTION.c.feature_id == feature_id,
        DISTRIBUTION.c.window_start == place.window_start,
        DISTRIBUTION.c.window_end == place.window_end,
        DISTRIBUTION.c.client_key == place.key,
        stands(DISTRIBUTION),
    )
    return session.scalars(query).one_or_none()


def versions_of(session: Session, batch_ids: Sequence[int]) -> Mapping[int, str]:
    """The label of the model version each of these deliveries is of, where one was told."""
    if not batch_ids:
        return {}
    query = (
        sa.select(DistributionBatch.id, ModelVersion.label)  # type: ignore[call-overload]
        .join(ModelVersion, ModelVersion.id == DistributionBatch.version_id)
        .where(DistributionBatch.id.in_(set(batch_ids)))  # type: ignore[union-attr]
    )
    return {number: label for number, label in session.execute(query)}  # noqa: C416 - rows are no pairs to the type checker
