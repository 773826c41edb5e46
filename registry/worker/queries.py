"""The next job to claim; the job list; when a worker was last seen."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_
from sqlmodel import Session, col, func, select

from registry.worker.models import Cursor, Heartbeat, Job, LongRead
from registry.worker.rules import JobState


def next_due(session: Session, at: datetime) -> Job | None:
    """The oldest job that is due or whose worker lost its lease, locked; other workers skip it (PostgreSQL)."""
    due = (col(Job.state) == JobState.QUEUED) & (col(Job.run_at) <= at)
    lost = (col(Job.state) == JobState.RUNNING) & (col(Job.leased_until) < at)
    query = select(Job).where(or_(due, lost)).order_by(col(Job.run_at), col(Job.id)).limit(1)
    return session.exec(query.with_for_update(skip_locked=True)).one_or_none()


def cursor(session: Session, name: str) -> Cursor | None:
    """A reader's place in the ledger, locked: two workers never follow the same stretch."""
    return session.exec(select(Cursor).where(Cursor.name == name).with_for_update()).one_or_none()


def place(session: Session, name: str) -> int:
    """How far a reader has followed the ledger, for a look that locks nothing; 0 where it never has."""
    return session.exec(select(Cursor.seq).where(Cursor.name == name)).one_or_none() or 0


def known_keys(session: Session, keys: Sequence[str]) -> set[str]:
    """Which of these jobs were queued before."""
    return set(session.exec(select(Job.unique_key).where(col(Job.unique_key).in_(keys)))) if keys else set()


def job_by_id(session: Session, number: int) -> Job | None:
    """One job, locked."""
    return session.exec(select(Job).where(Job.id == number).with_for_update()).one_or_none()


def is_held(session: Session, number: int, attempt: int) -> bool:
    """Whether a job is still run by its so-manieth attempt; if so, nobody takes it over before this transaction ends."""
    query = select(Job.id).where(Job.id == number, Job.attempts == attempt, Job.state == JobState.RUNNING)
    # Its own worker may go on renewing the lease meanwhile: that touches no key (PostgreSQL).
    return session.exec(query.with_for_update(read=True, key_share=True)).first() is not None


def jobs_of_keys(session: Session, keys: Sequence[str]) -> Sequence[Job]:
    """The jobs that were queued under these keys, the newest first."""
    return session.exec(select(Job).where(col(Job.unique_key).in_(keys)).order_by(col(Job.id).desc())).all()


def under_way(session: Session, kind: str) -> Sequence[Job]:
    """The jobs of one kind that wait or run. For kinds of which few may."""
    settled = (JobState.DONE, JobState.FAILED)
    return session.exec(select(Job).where(col(Job.state).not_in(settled), Job.kind == kind)).all()


def running(session: Session) -> Sequence[Job]:
    """What is being done now, the longest-running first."""
    query = select(Job).where(Job.state == JobState.RUNNING).order_by(col(Job.started_at), col(Job.id))
    return session.exec(query.limit(100)).all()


def oldest_due(session: Session, at: datetime) -> datetime | None:
    """Since when the job has waited that has waited longest; None where none is due."""
    query = select(func.min(Job.run_at)).where(Job.state == JobState.QUEUED, col(Job.run_at) <= at)
    return session.exec(query).one()


def state_by_key(session: Session, key: str) -> JobState | None:
    """Where the job of this key stands; None where it was never queued."""
    found = session.exec(select(Job.state).where(Job.unique_key == key)).one_or_none()
    return None if found is None else JobState(found)


def job_by_key(session: Session, key: str) -> Job | None:
    """The job of this key, locked."""
    return session.exec(select(Job).where(Job.unique_key == key).with_for_update()).one_or_none()


def recent(
    session: Session, *, before: int | None, limit: int, state: JobState | None = None
) -> Sequence[Job]:
    """Jobs, newest first; of one state alone, where one is given."""
    query = select(Job) if state is None else select(Job).where(Job.state == state)
    if before is not None:
        query = query.where(col(Job.id) < before)
    return session.exec(query.order_by(col(Job.id).desc()).limit(limit)).all()


def counts(session: Session) -> dict[JobState, int]:
    """How many jobs are in each state."""
    found = dict.fromkeys(JobState, 0)
    for state, count in session.exec(select(Job.state, func.count()).group_by(Job.state)):
        found[JobState(state)] = count
    return found


def unsettled(session: Session) -> dict[JobState, int]:
    """How many jobs are in each state but done, of which there are many and which nobody has to look at."""
    found: dict[JobState, int] = {state: 0 for state in JobState if state is not JobState.DONE}
    # By name, so that the index of states is gone through and the rest is left alone.
    query = select(Job.state, func.count()).where(col(Job.state).in_(found)).group_by(Job.state)
    for state, count in session.exec(query):
        found[JobState(state)] = count
    return found


def heartbeats(session: Session) -> Sequence[Heartbeat]:
    """The worker processes, the one seen last first."""
    return session.exec(select(Heartbeat).order_by(col(Heartbeat.seen_at).desc()).limit(20)).all()


def heartbeat_of(session: Session, worker: str) -> Heartbeat | None:
    """One worker process."""
    return session.exec(select(Heartbeat).where(Heartbeat.worker == worker)).one_or_none()


def long_reads(session: Session) -> Sequence[LongRead]:
    """How many long questions each source has answered; empty where there never was a replica."""
    return session.exec(select(LongRead).order_by(col(LongRead.source))).all()
