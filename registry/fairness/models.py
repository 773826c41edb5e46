"""FairnessBatch: one delivery. FairnessCount: one group in one window. CalibrationWindow: forecasts in bins. FairnessBound: what is acceptable."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from registry.fairness.rules.bounds import ATTRIBUTE_LIMIT, GROUP_LIMIT
from registry.fairness.rules.calibration import Scheme
from registry.fairness.rules.measures import Measure
from registry.monitoring.models.deliveries import DeliveryRow
from registry.monitoring.rules.batches import KEY_LIMIT
from registry.store.columns import Exact, Revised, Row, by_value, instant, json_type, long_text, one_of

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


class DeliveryKind(StrEnum):
    """What a delivery holds."""

    COUNTS = "counts"
    WINDOWS = "windows"


class FairnessBatch(DeliveryRow, table=True):
    """One delivery of counts by group or of forecasts in bins."""

    __tablename__ = "fairness_batch"
    __table_args__ = (
        one_of("kind", DeliveryKind),
        sa.Index("ix_fairness_batch_system", "system_id", "id"),
    )

    kind: DeliveryKind = Field(sa_type=by_value(DeliveryKind))
    items: int


class FairnessCount(Row, table=True):
    """The cases of one group in one window, how many the system selected and, where known, how many rightly.

    Added only: a correction is a further revision. Rows of one window under several keys are parts of it.
    """

    __tablename__ = "fairness_count"
    # Written past the objects; the digest in their delivery answers for them.
    __audited__: ClassVar[bool] = False
    __table_args__ = (
        sa.CheckConstraint("selected BETWEEN 0 AND n", name="selected_are_cases"),
        sa.CheckConstraint(
            "(tp IS NULL AND fp IS NULL AND fn IS NULL AND tn IS NULL)"
            " OR (tp + fp + fn + tn = n AND tp + fp = selected)",
            name="cells_add_up",
        ),
        # Exactly once; also the way to the windows of an attribute.
        sa.UniqueConstraint(
            "system_id",
            "attribute",
            "window_end",
            "window_start",
            "group_name",
            "client_key",
            "revision",
            name="uq_fairness_count_once",
        ),
        sa.Index("ix_fairness_count_batch_id", "batch_id"),
    )

    id: int | None = Field(default=None, sa_column=sa.Column(_BIG, primary_key=True, autoincrement=True))
    batch_id: int = Field(foreign_key="fairness_batch.id")
    system_id: int = Field(foreign_key="system.id")
    attribute: str = Field(max_length=ATTRIBUTE_LIMIT)
    # "" for the cases whose group nobody recorded.
    group_name: str = Field(default="", max_length=GROUP_LIMIT)
    window_start: datetime = instant()
    window_end: datetime = instant()
    client_key: str = Field(default="", max_length=KEY_LIMIT)
    revision: int = 0
    n: int = Field(sa_type=sa.BigInteger)
    selected: int = Field(sa_type=sa.BigInteger)
    tp: int | None = Field(default=None, sa_type=sa.BigInteger)
    fp: int | None = Field(default=None, sa_type=sa.BigInteger)
    fn: int | None = Field(default=None, sa_type=sa.BigInteger)
    tn: int | None = Field(default=None, sa_type=sa.BigInteger)


class CalibrationWindow(Row, table=True):
    """The forecasts of one window in bins: [low, high, n, mean, positives] of each. Added only, as counts are."""

    __tablename__ = "calibration_window"
    __audited__: ClassVar[bool] = False
    __table_args__ = (
        one_of("scheme", Scheme),
        sa.UniqueConstraint(
            "system_id",
            "window_end",
            "window_start",
            "client_key",
            "revision",
            name="uq_calibration_window_once",
        ),
        sa.Index("ix_calibration_window_batch_id", "batch_id"),
    )

    id: int | None = Field(default=None, sa_column=sa.Column(_BIG, primary_key=True, autoincrement=True))
    batch_id: int = Field(foreign_key="fairness_batch.id")
    system_id: int = Field(foreign_key="system.id")
    window_start: datetime = instant()
    window_end: datetime = instant()
    client_key: str = Field(default="", max_length=KEY_LIMIT)
    revision: int = 0
    scheme: Scheme = Field(sa_type=by_value(Scheme))
    bin_count: int
    bins: list[list[Any]] = Field(sa_type=json_type())


class FairnessBound(Revised, table=True):
    """What is acceptable between the groups of one attribute of a system, with the reasons. One at a time."""

    __tablename__ = "fairness_bound"
    __table_args__ = (one_of("measure", Measure), sa.UniqueConstraint("system_id", "attribute"))

    system_id: int = Field(foreign_key="system.id")
    attribute: str = Field(max_length=ATTRIBUTE_LIMIT)
    measure: Measure = Field(sa_type=by_value(Measure))
    limit: Decimal = Field(sa_type=Exact)
    reference: str = Field(default="", max_length=GROUP_LIMIT)
    fewest: int
    why_groups: str = long_text()
    reason: str = long_text()
    set_at: datetime = instant()
    set_by_id: int | None = Field(default=None, foreign_key="person.id")


COUNT: sa.Table = FairnessCount.__table__  # type: ignore[attr-defined]
WINDOW: sa.Table = CalibrationWindow.__table__  # type: ignore[attr-defined]
