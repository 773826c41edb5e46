"""SnapshotBatch: one delivery. Snapshot: one reading of a metric. LatestSnapshot: the newest. FrozenRail: what it was judged by."""

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from registry.kernel.guard_rails import Bound
from registry.monitoring.models.deliveries import DeliveryRow
from registry.monitoring.rules.batches import GROUP_LIMIT, KEY_LIMIT
from registry.objectives.rules.judging import Verdict
from registry.store.columns import Exact, Row, by_value, instant, one_of

# Ten million readings are expected; a 32-bit number would last for a few years of them.
_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


class SnapshotBatch(DeliveryRow, table=True):
    """One delivery of readings."""

    __tablename__ = "snapshot_batch"
    __table_args__ = (sa.Index("ix_snapshot_batch_system", "system_id", "id"),)

    points: int


class FrozenRail(Row, table=True):
    """The guard-rails of a metric at some time, kept as long as a reading was judged by them. Never changed."""

    __tablename__ = "frozen_rail"
    # Found by its digest, which every batch covers; so it needs no entry of its own.
    __audited__: ClassVar[bool] = False
    __table_args__ = (one_of("warn_bound", Bound), one_of("breach_bound", Bound))

    sha256: str = Field(max_length=64, unique=True)
    warn_bound: Bound | None = Field(default=None, sa_type=by_value(Bound))
    warn_low: Decimal | None = Field(default=None, sa_type=Exact)
    warn_high: Decimal | None = Field(default=None, sa_type=Exact)
    breach_bound: Bound | None = Field(default=None, sa_type=by_value(Bound))
    breach_low: Decimal | None = Field(default=None, sa_type=Exact)
    breach_high: Decimal | None = Field(default=None, sa_type=Exact)
    minimum_sample: int | None = Field(default=None, sa_type=sa.BigInteger)


class Snapshot(Row, table=True):
    """One value of one metric over one window, with its verdict. Added only: a correction is a further revision.

    On PostgreSQL the table is partitioned by the month of `window_end`, so that its primary key there holds that too.
    """

    __tablename__ = "snapshot"
    # Millions of rows written past the objects; the digest in their batch answers for them.
    __audited__: ClassVar[bool] = False
    __table_args__ = (
        one_of("verdict", Verdict),
        # Exactly once: the same delivery a second time finds its place taken. Also the way to a metric's series.
        sa.UniqueConstraint(
            "metric_id",
            "window_end",
            "group_key",
            "window_start",
            "client_key",
            "revision",
            name="uq_snapshot_once",
        ),
        sa.Index("ix_snapshot_batch_id", "batch_id"),
    )

    id: int | None = Field(default=None, sa_column=sa.Column(_BIG, primary_key=True, autoincrement=True))
    batch_id: int = Field(foreign_key="snapshot_batch.id")
    metric_id: int = Field(foreign_key="success_metric.id")
    group_key: str = Field(default="", max_length=GROUP_LIMIT)
    window_start: datetime = instant()
    window_end: datetime = instant()
    client_key: str = Field(default="", max_length=KEY_LIMIT)
    revision: int = 0
    value: Decimal = Field(sa_type=Exact)
    n: int | None = Field(default=None, sa_type=sa.BigInteger)
    low: Decimal | None = Field(default=None, sa_type=Exact)
    high: Decimal | None = Field(default=None, sa_type=Exact)
    verdict: Verdict = Field(sa_type=by_value(Verdict))
    rail_id: int | None = Field(default=None, foreign_key="frozen_rail.id")


class LatestSnapshot(Row, table=True):
    """The newest reading of one metric and group, so that no page looks through a history to find it."""

    __tablename__ = "latest_snapshot"
    # A copy that can be made again from the readings.
    __audited__: ClassVar[bool] = False
    __table_args__ = (sa.UniqueConstraint("metric_id", "group_key"), one_of("verdict", Verdict))

    metric_id: int = Field(foreign_key="success_metric.id")
    group_key: str = Field(default="", max_length=GROUP_LIMIT)
    snapshot_id: int = Field(sa_type=sa.BigInteger)
    window_start: datetime = instant()
    window_end: datetime = instant()
    value: Decimal = Field(sa_type=Exact)
    n: int | None = Field(default=None, sa_type=sa.BigInteger)
    low: Decimal | None = Field(default=None, sa_type=Exact)
    high: Decimal | None = Field(default=None, sa_type=Exact)
    verdict: Verdict = Field(sa_type=by_value(Verdict))
    received_at: datetime = instant()


SNAPSHOT: sa.Table = Snapshot.__table__  # type: ignore[attr-defined]
LATEST: sa.Table = LatestSnapshot.__table__  # type: ignore[attr-defined]
RAIL: sa.Table = FrozenRail.__table__  # type: ignore[attr-defined]

# As migration 0008 makes it: with the rights of whoever migrates, so that the application's own role need not own the
# table whose months it adds.
_MAKE_MONTH = """
CREATE FUNCTION make_snapshot_month(first date) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    EXECUTE format(
        'CREATE TABLE IF NOT EXISTS %I PARTITION OF snapshot FOR VALUES FROM (%L) TO (%L)',
        to_char(first, '"snapshot_y"YYYY"m"MM'),
        to_char(first, 'YYYY-MM-01 00:00+00'),
        to_char(first + interval '1 month', 'YYYY-MM-01 00:00+00')
    );
END $$
"""


@sa.event.listens_for(SNAPSHOT, "after_create")
def _make_month(_table: sa.Table, connection: sa.Connection, **_more: Any) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_MAKE_MONTH.replace("%", "%%"))
