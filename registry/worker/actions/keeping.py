"""Which workers there are; a job that was given up, tried once more; jobs and workers of long ago, forgotten."""

import os
import socket
from typing import Final

from sqlalchemy import delete
from sqlmodel import Session, col, select

from registry.kernel import clock, tries
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Problem, RuleBroken
from registry.store.session import Database
from registry.worker import queries, rules
from registry.worker.models import Heartbeat, Job
from registry.worker.rules import JobState

_NAME_LIMIT: Final = 120


def process_name() -> str:
    """What this worker process is called: its machine and its number there."""
    return f"{socket.gethostname()}:{os.getpid()}"[:_NAME_LIMIT]


def beat(database: Database) -> None:
    """Note that this worker process is alive."""
    with database.transaction() as session:
        row = queries.heartbeat_of(session, process_name())
        if row is None:
            session.add(Heartbeat(worker=process_name(), seen_at=clock.now(), started_at=clock.now()))
        else:
            row.seen_at = clock.now()


def leave(database: Database) -> None:
    """Note that this worker process has ended as it was told to: who is listed and not seen was lost."""
    with database.transaction() as session:
        row = queries.heartbeat_of(session, process_name())
        if row is not None:
            session.delete(row)


def retry(actor: Actor, job: Job) -> None:
    """Queue a job that was given up once more. Raises RuleBroken for any other, which might then run twice at once."""
    require(actor, Permission.JOBS_READ)
    if job.state is not JobState.FAILED:
        raise RuleBroken([Problem("", "Only a job that was given up can be tried again.")])
    job.state, job.run_at, job.finished_at = JobState.QUEUED, clock.now(), None
    job.attempts = tries.anew(job.attempts, rules.MOST_ATTEMPTS)


def forget_old(session: Session) -> int:
    """Delete jobs done long ago and workers not seen for long; returns how many jobs went. What failed stays."""
    lost = col(Heartbeat.seen_at) < clock.now() - rules.LOST_KEPT_FOR
    session.connection().execute(delete(Heartbeat).where(lost))
    over = (col(Job.state) == JobState.DONE) & (col(Job.run_at) < clock.now() - rules.DONE_KEPT_FOR)
    some = select(Job.id).where(over).limit(rules.DROPPED_AT_ONCE)
    return session.connection().execute(delete(Job).where(col(Job.id).in_(some))).rowcount
