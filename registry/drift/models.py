"""Feature: what of a system is watched for drift. DistributionBatch, Distribution: what was sent. Baseline: what it is compared with."""

from datetime import datetime
from decimal import Decimal
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from registry.drift.rules.decoding import LONGEST_FEATURE, LONGEST_NAME
from registry.drift.rules.spreads import Kind
from registry.monitoring.models.deliveries import DeliveryRow
from registry.monitoring.rules.batches import GROUP_LIMIT, KEY_LIMIT
from registry.store.columns import Exact, Revised, Row, by_value, instant, json_type, long_text, one_of

# As for readings: years of daily windows of many features pass what 32 bits can number.
_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


class Feature(Row, table=True):
    """A feature or output of a system, for everybody or for one group. Made by the first delivery that names it."""

    __tablename__ = "drift_feature"
    # It says no more than the deliveries that name it, which their digests cover.
    __audited__: ClassVar[bool] = False
    __table_args__ = (sa.UniqueConstraint("system_id", "name", "group_key"),)

    system_id: int = Field(foreign_key="system.id")
    name: str = Field(max_length=LONGEST_FEATURE)
    group_key: str = Field(default="", max_length=GROUP_LIMIT)


class DistributionBatch(DeliveryRow, table=True):
    """One delivery of distributions."""

    __tablename__ = "distribution_batch"
    __table_args__ = (sa.Index("ix_distribution_batch_system", "system_id", "id"),)

    distributions: int


class Distribution(Row, table=True):
    """How the cases of one window spread over one feature. Added only: a correction is a further revision."""

    __tablename__ = "distribution"
    # Written past the objects, many at a time; the digest in their batch answers for them.
    __audited__: ClassVar[bool] = False
    __table_args__ = (
        one_of("kind", Kind),
        # Exactly once: the same delivery a second time finds its place taken. Also the way to a feature's windows.
        sa.UniqueConstraint(
            "feature_id", "window_end", "window_start", "client_key", "revision", name="uq_distribution_once"
        ),
        sa.Index("ix_distribution_batch_id", "batch_id"),
    )

    id: int | None = Field(default=None, sa_column=sa.Column(_BIG, primary_key=True, autoincrement=True))
    batch_id: int = Field(foreign_key="distribution_batch.id")
    feature_id: int = Field(foreign_key="drift_feature.id")
    window_start: datetime = instant()
    window_end: datetime = instant()
    client_key: str = Field(default="", max_length=KEY_LIMIT)
    revision: int = 0
    kind: Kind = Field(sa_type=by_value(Kind))
    bins: list[str] = Field(sa_type=json_type())
    counts: list[int] = Field(sa_type=json_type())
    n: int = Field(sa_type=sa.BigInteger)
    missing: int = Field(default=0, sa_type=sa.BigInteger)
    mean: Decimal | None = Field(default=None, sa_type=Exact)
    variance: Decimal | None = Field(default=None, sa_type=Exact)


class Baseline(Revised, table=True):
    """What a feature is compared with from one day until another is set. The old ones are kept.

    It holds its counts itself: a correction to the window they were taken from does not change what was agreed on.
    """

    __tablename__ = "drift_baseline"
    __table_args__ = (
        one_of("kind", Kind),
        sa.Index(
            "ix_drift_baseline_one_in_force",
            "feature_id",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
        sa.Index("ix_drift_baseline_feature", "feature_id", "id"),
        # What the nightly check walks through.
        sa.Index(
            "ix_drift_baseline_in_force",
            "id",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )

    feature_id: int = Field(foreign_key="drift_feature.id")
    name: str = Field(max_length=LONGEST_NAME)
    reason: str = long_text()
    set_at: datetime = instant()
    set_by_id: int | None = Field(default=None, foreign_key="person.id")
    ended_at: datetime | None = instant(default=None, nullable=True)
    # Where the counts come from: a window that was sent, or none where they were sent for the baseline itself.
    distribution_id: int | None = Field(default=None, sa_type=sa.BigInteger)
    window_start: datetime = instant()
    window_end: datetime = instant()
    kind: Kind = Field(sa_type=by_value(Kind))
    bins: list[str] = Field(sa_type=json_type())
    counts: list[int] = Field(sa_type=json_type())
    n: int = Field(sa_type=sa.BigInteger)
    missing: int = Field(default=0, sa_type=sa.BigInteger)
    mean: Decimal | None = Field(default=None, sa_type=Exact)
    variance: Decimal | None = Field(default=None, sa_type=Exact)


DISTRIBUTION: sa.Table = Distribution.__table__  # type: ignore[attr-defined]
FEATURE: sa.Table = Feature.__table__  # type: ignore[attr-defined]
