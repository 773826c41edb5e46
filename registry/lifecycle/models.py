"""StageChange, EmergencyStop, ComplianceSpell: where a system stands and why. AutonomyRequest, AutonomyLowering: how far it decides."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from registry.lifecycle.rules.stages import Move
from registry.store.columns import Revised, Row, by_value, instant, json_type, long_text, one_of
from registry.systems.rules.record import Stage

_STANDING = "lifted_at IS NULL"
_LASTING = "ended_at IS NULL"
_UNDECIDED = "decided_at IS NULL"


def _one_at_a_time(name: str, where: str) -> sa.Index:
    return sa.Index(
        name, "system_id", unique=True, sqlite_where=sa.text(where), postgresql_where=sa.text(where)
    )


class StageChange(Row, table=True):
    """A system came from one stage to another. Added, never changed; the criteria are those computed at that moment."""

    __tablename__ = "stage_change"
    __table_args__ = (
        one_of("move", Move),
        one_of("from_stage", Stage),
        one_of("to_stage", Stage),
        sa.CheckConstraint("from_stage <> to_stage", name="to_another_stage"),
        sa.Index("ix_stage_change_system", "system_id", "id"),
    )

    system_id: int = Field(foreign_key="system.id")
    move: Move = Field(sa_type=by_value(Move))
    from_stage: Stage = Field(sa_type=by_value(Stage))
    to_stage: Stage = Field(sa_type=by_value(Stage))
    changed_at: datetime = instant()
    changed_by_id: int | None = Field(default=None, foreign_key="person.id")
    reason: str = long_text(default="")
    # How it is taken out of use; of a retirement alone.
    plan: str = long_text(default="")
    criteria: list[dict[str, Any]] = Field(default_factory=list, sa_type=json_type())
    pack_id: str = Field(default="", max_length=40)
    pack_edition: str = Field(default="", max_length=20)


class EmergencyStop(Revised, table=True):
    """A system was stopped at once, until a reviewer let it go on or it was retired. Only how it ended is ever added to it."""

    __tablename__ = "emergency_stop"
    __table_args__ = (
        one_of("from_stage", Stage),
        one_of("lifted_to", Stage),
        sa.CheckConstraint("lifted_at >= stopped_at", name="lifted_after_stopped"),
        sa.CheckConstraint(
            "(lifted_at IS NULL) = (lifted_to IS NULL) AND (lifted_at IS NULL) = (lifted_by_id IS NULL)",
            name="lifted_by_a_person",
        ),
        # However many press at once: one stop stands.
        _one_at_a_time("ix_emergency_stop_one_standing", _STANDING),
        sa.Index("ix_emergency_stop_system", "system_id", "id"),
    )

    system_id: int = Field(foreign_key="system.id")
    from_stage: Stage = Field(sa_type=by_value(Stage))
    stopped_at: datetime = instant()
    stopped_by_id: int | None = Field(default=None, foreign_key="person.id")
    by_machine: bool = False
    reason: str = long_text()
    lifted_at: datetime | None = instant(default=None, nullable=True)
    lifted_by_id: int | None = Field(default=None, foreign_key="person.id")
    lifted_to: Stage | None = Field(default=None, sa_type=by_value(Stage))
    lifted_because: str = long_text(default="")


class ComplianceSpell(Revised, table=True):
    """A live system was below what its gate asks, from when that was noticed until it was again. Added and ended, never else."""

    __tablename__ = "compliance_spell"
    __table_args__ = (
        sa.CheckConstraint("ended_at >= noticed_at", name="ends_after_noticed"),
        _one_at_a_time("ix_compliance_spell_one_lasting", _LASTING),
        sa.Index("ix_compliance_spell_system", "system_id", "id"),
    )

    system_id: int = Field(foreign_key="system.id")
    since: date
    noticed_at: datetime = instant()
    criteria: list[dict[str, Any]] = Field(default_factory=list, sa_type=json_type())
    pack_id: str = Field(max_length=40)
    pack_edition: str = Field(max_length=20)
    ended_at: datetime | None = instant(default=None, nullable=True)


class AutonomyRequest(Revised, table=True):
    """Somebody asked that a system may decide one level more by itself; decided once."""

    __tablename__ = "autonomy_request"
    __table_args__ = (
        sa.CheckConstraint("to_level = from_level + 1 AND from_level BETWEEN 1 AND 4", name="one_level"),
        sa.CheckConstraint("decided_by_id <> asked_by_id", name="decided_by_another"),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (granted IS NULL) AND (decided_at IS NULL) = (decided_by_id IS NULL)",
            name="decided_by_a_person",
        ),
        _one_at_a_time("ix_autonomy_request_one_open", _UNDECIDED),
        sa.Index("ix_autonomy_request_system", "system_id", "id"),
    )

    system_id: int = Field(foreign_key="system.id")
    from_level: int
    to_level: int
    evidence: str = long_text()
    links: list[str] = Field(default_factory=list, sa_type=json_type())
    # What monitoring said that day, as it was asked for: name, value with unit, verdict, end of its window.
    numbers: list[dict[str, Any]] = Field(default_factory=list, sa_type=json_type())
    asked_at: datetime = instant()
    asked_by_id: int = Field(foreign_key="person.id")
    granted: bool | None = None
    decided_at: datetime | None = instant(default=None, nullable=True)
    decided_by_id: int | None = Field(default=None, foreign_key="person.id")
    because: str = long_text(default="")


class AutonomyLowering(Row, table=True):
    """A system decides less by itself from this instant on. Added, never changed."""

    __tablename__ = "autonomy_lowering"
    __table_args__ = (
        sa.CheckConstraint("to_level >= 1 AND to_level < from_level", name="lower_than_before"),
        sa.Index("ix_autonomy_lowering_system", "system_id", "id"),
    )

    system_id: int = Field(foreign_key="system.id")
    from_level: int
    to_level: int
    lowered_at: datetime = instant()
    lowered_by_id: int | None = Field(default=None, foreign_key="person.id")
    reason: str = long_text()
