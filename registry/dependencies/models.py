"""Dependency: what a system relies on, or what relies on it. DependencyTest: how it was tried. Reconsideration: what to look at again."""

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from registry.dependencies.rules.dependency import Direction, OnFailure
from registry.dependencies.rules.reconsider import DETAIL_LIMIT, Cause
from registry.store.columns import Exact, Revised, Row, by_value, instant, long_text, one_of
from registry.systems.rules.record import LINE_LIMIT

_OPEN = "settled_at IS NULL"


class Dependency(Revised, table=True):
    """One thing a system relies on, or that relies on it: another system of the register or a named service. Ended, never deleted."""

    __tablename__ = "dependency"
    # The history of a system is read by people who may not know of the other one. It is stated once and stays, and the
    # digest of the row covers it, so nothing can be exchanged unseen.
    __masked__: ClassVar[frozenset[str]] = frozenset({"other_system_id"})
    __table_args__ = (
        one_of("direction", Direction),
        one_of("on_failure", OnFailure),
        sa.CheckConstraint("(other_system_id IS NULL) = (service <> '')", name="one_other"),
        sa.CheckConstraint("other_system_id <> system_id", name="other_is_another"),
        # A system's own, with those that have ended; and who names a system.
        sa.Index("ix_dependency_system", "system_id", "ended_at"),
        sa.Index("ix_dependency_other_system", "other_system_id", "ended_at"),
    )

    system_id: int = Field(foreign_key="system.id")
    direction: Direction = Field(sa_type=by_value(Direction))
    other_system_id: int | None = Field(default=None, foreign_key="system.id")
    service: str = Field(default="", max_length=LINE_LIMIT)
    interface: str = Field(default="", max_length=LINE_LIMIT)
    contract_format: str = Field(default="", max_length=LINE_LIMIT)
    contract_version: str = Field(default="", max_length=LINE_LIMIT)
    freshness_minutes: int | None = None
    timeout_seconds: Decimal | None = Field(default=None, sa_type=Exact)
    on_failure: OnFailure | None = Field(default=None, sa_type=by_value(OnFailure))
    failure_words: str = long_text(default="")
    fallback: str = long_text(default="")
    owner_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    added_at: datetime = instant()
    ended_at: datetime | None = instant(default=None, nullable=True)
    ended_because: str = long_text(default="")


class DependencyTest(Row, table=True):
    """One test of a dependency. Tests are added, never changed."""

    __tablename__ = "dependency_test"
    # The latest test of each dependency is read with every page of its system.
    __table_args__ = (sa.Index("ix_dependency_test_latest", "dependency_id", "tested_on", "id"),)

    dependency_id: int = Field(foreign_key="dependency.id")
    tested_on: date
    passed: bool
    tried: str = long_text()
    note: str = long_text(default="")
    recorded_at: datetime = instant()
    recorded_by_id: int | None = Field(default=None, foreign_key="person.id")


class Reconsideration(Revised, table=True):
    """That a system has to be looked at again because of one source or one dependency, until somebody says what came of it."""

    __tablename__ = "reconsideration"
    __table_args__ = (
        one_of("cause", Cause),
        sa.CheckConstraint("(data_source_id IS NULL) <> (dependency_id IS NULL)", name="one_origin"),
        # One open per system and cause (a NULL equals nothing, so each index minds its own kind).
        sa.Index(
            "ix_reconsideration_one_open_of_source",
            "system_id",
            "cause",
            "data_source_id",
            unique=True,
            sqlite_where=sa.text(_OPEN),
            postgresql_where=sa.text(_OPEN),
        ),
        sa.Index(
            "ix_reconsideration_one_open_of_dependency",
            "system_id",
            "cause",
            "dependency_id",
            unique=True,
            sqlite_where=sa.text(_OPEN),
            postgresql_where=sa.text(_OPEN),
        ),
        sa.Index("ix_reconsideration_system", "system_id", "settled_at"),
    )

    system_id: int = Field(foreign_key="system.id")
    cause: Cause = Field(sa_type=by_value(Cause))
    data_source_id: int | None = Field(default=None, foreign_key="data_source.id", index=True)
    dependency_id: int | None = Field(default=None, foreign_key="dependency.id", index=True)
    detail: str = Field(default="", max_length=DETAIL_LIMIT)
    # The ledger entry that told of it last; no foreign key, as nothing refers into the ledger.
    entry_seq: int
    since: datetime = instant()
    settled_at: datetime | None = instant(default=None, nullable=True)
    settled_by_id: int | None = Field(default=None, foreign_key="person.id")
    words: str = long_text(default="")
