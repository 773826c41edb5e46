"""Job, Cursor (how far the log has been followed), Heartbeat, LongRead."""

from datetime import datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from registry.store.columns import Row, by_value, instant, json_type, long_text, one_of
from registry.store.replicas import Source
from registry.worker.rules import JobState


class Job(Row, table=True):
    """One piece of work for the worker. `unique_key` names what caused it, so that it is queued once."""

    __tablename__ = "job"
    __audited__: ClassVar[bool] = False
    # The claim reads the oldest due job of a state; finished ones pile up behind.
    __table_args__ = (one_of("state", JobState), sa.Index("ix_job_due", "state", "run_at", "id"))

    kind: str = Field(max_length=100)
    unique_key: str = Field(max_length=200, unique=True)
    payload: dict[str, Any] = Field(default_factory=dict, sa_type=json_type())
    state: JobState = Field(default=JobState.QUEUED, sa_type=by_value(JobState))
    run_at: datetime = instant()
    leased_until: datetime | None = instant(default=None, nullable=True)
    # Which worker has or had it, and how far that one says it has come: `done` of `total`, where it counts anything.
    # The defaults are the database's too: the release before this one writes none of these columns.
    worker: str = Field(default="", max_length=120, sa_column_kwargs={"server_default": sa.text("''")})
    started_at: datetime | None = instant(default=None, nullable=True)
    doing: str = Field(default="", max_length=200, sa_column_kwargs={"server_default": sa.text("''")})
    done: int = Field(default=0, sa_type=sa.BigInteger, sa_column_kwargs={"server_default": sa.text("0")})
    total: int = Field(default=0, sa_type=sa.BigInteger, sa_column_kwargs={"server_default": sa.text("0")})
    attempts: int = Field(default=0)
    last_error: str = long_text(default="")
    created_at: datetime = instant()
    finished_at: datetime | None = instant(default=None, nullable=True)


class Cursor(Row, table=True):
    """How far a reader has followed the ledger."""

    __tablename__ = "cursor"
    __audited__: ClassVar[bool] = False

    name: str = Field(max_length=60, unique=True)
    seq: int = Field(default=0, sa_type=sa.BigInteger)


class Heartbeat(Row, table=True):
    """When each worker process was last seen."""

    __tablename__ = "heartbeat"
    __audited__: ClassVar[bool] = False

    worker: str = Field(max_length=120, unique=True)
    started_at: datetime | None = instant(default=None, nullable=True)
    seen_at: datetime = instant()


class LongRead(Row, table=True):
    """How many long questions each source has answered, where there is a replica; when the last, and at which entry of the ledger."""

    __tablename__ = "long_read"
    __audited__: ClassVar[bool] = False
    __table_args__ = (one_of("source", Source),)

    source: Source = Field(sa_type=by_value(Source), unique=True)
    count: int = Field(default=0, sa_type=sa.BigInteger)
    seq: int = Field(default=0, sa_type=sa.BigInteger)
    at: datetime = instant()
