"""Objective: what a system is for. SuccessMetric: how we know. ValueRealised: what it has brought."""

from datetime import date, datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlmodel import Field

from registry.kernel.calendar import Cadence
from registry.kernel.guard_rails import Bound
from registry.objectives.rules.metric import (
    SLUG_LIMIT,
    UNIT_LIMIT,
    Aggregation,
    Direction,
    Kind,
)
from registry.store.columns import Exact, Revised, Row, by_value, instant, json_type, long_text, one_of
from registry.systems.rules.record import LINE_LIMIT


class Objective(Revised, table=True):
    """The one objective of a system, in words, with the value expected of it per year."""

    __tablename__ = "objective"

    system_id: int = Field(foreign_key="system.id", unique=True)
    problem: str = long_text(default="")
    decision_changed: str = long_text(default="")
    who_acts: str = long_text(default="")
    done_today: str = long_text(default="")
    todays_result: str = long_text(default="")
    why_ai: str = long_text(default="")
    stop_condition: str = long_text(default="")
    expected_value: Decimal | None = Field(default=None, sa_type=Exact)
    currency: str = Field(default="", max_length=3)


class SuccessMetric(Revised, table=True):
    """One number that tells whether the objective is met. Retired, never deleted: its values were relied upon."""

    __tablename__ = "success_metric"
    __table_args__ = (
        one_of("kind", Kind),
        one_of("direction", Direction),
        one_of("warn_bound", Bound),
        one_of("breach_bound", Bound),
        one_of("aggregation", Aggregation),
        one_of("cadence", Cadence),
        # Snapshots are delivered to system and slug; a retired metric keeps its slug, so that a late delivery
        # never lands on another number.
        sa.UniqueConstraint("system_id", "slug"),
        sa.CheckConstraint("minimum_sample >= 1", name="sample_counts"),
        sa.CheckConstraint("grace_days >= 0", name="grace_is_time"),
    )

    system_id: int = Field(foreign_key="system.id")
    slug: str = Field(max_length=SLUG_LIMIT)
    kind: Kind = Field(sa_type=by_value(Kind))
    name: str = Field(max_length=LINE_LIMIT)
    unit: str = Field(default="", max_length=UNIT_LIMIT)
    direction: Direction | None = Field(default=None, sa_type=by_value(Direction))
    baseline: Decimal | None = Field(default=None, sa_type=Exact)
    baseline_on: date | None = None
    target: Decimal | None = Field(default=None, sa_type=Exact)
    target_on: date | None = None
    warn_bound: Bound | None = Field(default=None, sa_type=by_value(Bound))
    warn_low: Decimal | None = Field(default=None, sa_type=Exact)
    warn_high: Decimal | None = Field(default=None, sa_type=Exact)
    breach_bound: Bound | None = Field(default=None, sa_type=by_value(Bound))
    breach_low: Decimal | None = Field(default=None, sa_type=Exact)
    breach_high: Decimal | None = Field(default=None, sa_type=Exact)
    minimum_sample: int | None = Field(default=None, sa_type=sa.BigInteger)
    aggregation: Aggregation | None = Field(default=None, sa_type=by_value(Aggregation))
    cadence: Cadence | None = Field(default=None, sa_type=by_value(Cadence))
    grace_days: int = 0
    origin: str = Field(default="", max_length=LINE_LIMIT)
    number_owner_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    groups: list[str] = Field(default_factory=list, sa_type=json_type())
    why_appropriate: str = long_text(default="")
    retired_at: datetime | None = instant(default=None, nullable=True)
    retired_because: str = long_text(default="")


class ValueRealised(Row, table=True):
    """An amount of value a system brought by a day. Entries are added, never changed; a correction is a further one."""

    __tablename__ = "value_realised"
    # A system's entries are read newest first.
    __table_args__ = (sa.Index("ix_value_realised_system_day", "system_id", "on_day"),)

    system_id: int = Field(foreign_key="system.id")
    on_day: date
    amount: Decimal = Field(sa_type=Exact)
    currency: str = Field(max_length=3)
    source: str = Field(max_length=LINE_LIMIT)
    note: str = long_text(default="")
    recorded_at: datetime = instant()
    recorded_by_id: int | None = Field(default=None, foreign_key="person.id")
