"""OverrideBounds: how often people should say no. OverseerTraining: who may watch. Drill: whether stopping works."""

from datetime import date, datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlmodel import Field

from registry.store.columns import Exact, Revised, Row, instant, long_text
from registry.systems.rules.record import LINE_LIMIT


class OverrideBounds(Revised, table=True):
    """Between which shares of outputs, in percent, people may override a system without anybody having to ask why."""

    __tablename__ = "override_bounds"

    system_id: int = Field(foreign_key="system.id", unique=True)
    low: Decimal = Field(sa_type=Exact)
    high: Decimal = Field(sa_type=Exact)
    because: str = long_text()
    set_at: datetime = instant()
    set_by_id: int | None = Field(default=None, foreign_key="person.id")


class OverseerTraining(Row, table=True):
    """What somebody was trained in to oversee a system. Added, never changed: the latest of a person counts."""

    __tablename__ = "overseer_training"
    __table_args__ = (
        sa.CheckConstraint("valid_until IS NULL OR valid_until >= on_day", name="counts_from_its_day"),
        sa.Index("ix_overseer_training_system", "system_id", "person_id", "id"),
    )

    system_id: int = Field(foreign_key="system.id")
    person_id: int = Field(foreign_key="person.id", index=True)
    what: str = Field(max_length=LINE_LIMIT)
    on_day: date
    valid_until: date | None = None
    may_stop: bool
    recorded_at: datetime = instant()
    recorded_by_id: int | None = Field(default=None, foreign_key="person.id")


class Drill(Row, table=True):
    """One try of stopping a system. Added, never changed."""

    __tablename__ = "drill"
    __table_args__ = (
        sa.CheckConstraint("NOT worked OR seconds IS NOT NULL", name="timed_when_it_worked"),
        sa.CheckConstraint("seconds >= 0", name="seconds_not_negative"),
        sa.Index("ix_drill_system", "system_id", "on_day", "id"),
    )

    system_id: int = Field(foreign_key="system.id")
    on_day: date
    tried: str = long_text()
    worked: bool
    seconds: int | None = None
    led_by_id: int | None = Field(default=None, foreign_key="person.id")
    recorded_at: datetime = instant()
    recorded_by_id: int | None = Field(default=None, foreign_key="person.id")
