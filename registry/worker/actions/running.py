"""Claim one job, run it under a lease that is renewed for as long as it lasts, and note what came of it.

A worker that is killed stops renewing, and another takes the job over. One that is only slow, or was cut off from the
database, finds its lease gone: nothing it still writes for that job is kept, so its work is not done twice.
"""

import contextvars
import logging
import threading
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import update
from sqlmodel import Session, col

from registry.kernel import clock
from registry.store import progress
from registry.store.progress import Progress
from registry.store.session import Database
from registry.worker import queries, rules
from registry.worker.actions.following import Handler
from registry.worker.actions.keeping import beat, process_name
from registry.worker.models import Job
from registry.worker.rules import JobState

log = logging.getLogger("registry.worker")

_PART: Final = "part"
_DOING_LIMIT: Final = 200
_at_work = threading.local()


class PartDone(Exception):
    """Raised by a handler of long work that has done a part of it: the rest is a job of its own, behind what is due."""


class GivenBack(BaseException):
    """Raised into a handler whose worker has to leave now: its job goes to whoever comes next."""


class LeaseLost(Exception):
    """Another worker has this job: what this one was about to keep for it is not kept."""


@dataclass(slots=True)
class _Claim:
    """A job that is this worker's as long as its number of attempts stands."""

    number: int
    attempt: int
    kind: str
    payload: dict[str, Any]
    is_spent: bool = False
    began: float = field(default_factory=time.monotonic)
    told: Progress | None = None

    def still_mine(self, session: Session) -> None:
        """Raises LeaseLost where another worker has taken the job over; else keeps it from being so until the commit."""
        if not queries.is_held(session, self.number, self.attempt):
            raise LeaseLost(f"job {self.number} was taken over by another worker")

    def tell(self, now: Progress) -> None:
        """How far the handler says it has come; written with the next renewal."""
        self.told = now


def run_next(database: Database, handlers: Mapping[str, Handler]) -> bool:
    """Claim one due job and run it; False when none is due.

    The handler runs outside the claiming transaction: slow work must not hold the database's one writer.
    It may run again if this process dies before the job is marked done, so handlers bear being repeated. One that
    has taken its worker with it too often is given up.
    """
    claim = _claimed(database)
    if claim is None:
        return False
    if claim.is_spent:
        return True
    try:
        with _kept(database, claim), _interruptible():
            handlers[claim.kind](database.guarded(claim.still_mine), claim.payload)
    except PartDone:
        _note(database, claim, error=None, goes_on=True)
    except GivenBack:
        _returned(database, claim)
    except Exception:
        log.exception("job %s (%s) failed", claim.number, claim.kind, extra=_facts(claim, "failed"))
        _note(database, claim, error=traceback.format_exc(limit=-3))
    else:
        _note(database, claim, error=None)
        log.info("job %s (%s) done", claim.number, claim.kind, extra=_facts(claim, "done"))
    return True


def give_back() -> None:
    """Make the handler that runs in this thread, if one does, let go of its job. For a signal that cannot wait."""
    if getattr(_at_work, "here", False):
        raise GivenBack


def _facts(claim: _Claim, outcome: str) -> dict[str, Any]:
    milliseconds = round((time.monotonic() - claim.began) * 1_000, 1)
    return {
        "event": "job",
        "job": claim.number,
        "kind": claim.kind,
        "attempt": claim.attempt,
        "outcome": outcome,
        "ms": milliseconds,
    }


def _claimed(database: Database) -> _Claim | None:
    with database.transaction() as session:
        job = queries.next_due(session, clock.now())
        if job is None:
            return None
        # Queued with as many, it is one that somebody has tried again.
        if job.state is JobState.RUNNING and rules.is_spent(job.attempts):
            job.state, job.leased_until, job.finished_at = JobState.FAILED, None, clock.now()
            job.last_error = "Each worker that ran this stopped before it was done."
            return _Claim(job.id or 0, job.attempts, job.kind, {}, is_spent=True)
        job.state, job.leased_until = JobState.RUNNING, rules.lease_end(clock.now())
        job.worker, job.started_at = process_name(), clock.now()
        job.doing, job.done, job.total = "", 0, 0
        job.attempts += 1
        return _Claim(job.id or 0, job.attempts, job.kind, dict(job.payload))


@contextmanager
def _interruptible() -> Iterator[None]:
    _at_work.here = True
    try:
        yield
    finally:
        _at_work.here = False


@contextmanager
def _kept(database: Database, claim: _Claim) -> Iterator[None]:
    """Renew the lease beside the handler, and note with it that this worker is alive and how far it says it has come."""
    over = threading.Event()
    context = contextvars.copy_context()
    thread = threading.Thread(target=context.run, args=(_renew_until, over, database, claim), daemon=True)
    watched = progress.watched_by(claim.tell)
    with watched:
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


def _renew_until(over: threading.Event, database: Database, claim: _Claim) -> None:
    while not over.wait(rules.RENEWED_EVERY_SECONDS):
        try:
            if not _renewed(database, claim):
                return
            beat(database)
        except Exception:
            # The next try may reach the database in time; if none does, the lease runs out as it should.
            log.warning("the lease of job %s could not be renewed", claim.number, exc_info=True)


def _renewed(database: Database, claim: _Claim) -> bool:
    """Renew the lease and write down how far the handler is; False where the job is another's by now."""
    doing, done, total = claim.told or Progress("", 0, 0)
    mine = update(Job).where(
        col(Job.id) == claim.number, col(Job.attempts) == claim.attempt, col(Job.state) == JobState.RUNNING
    )
    with database.transaction() as session:
        # A statement of its own and no locked row: the handler may be about to commit, and holds on to its job meanwhile.
        until = rules.lease_end(clock.now())
        found = session.connection().execute(
            mine.values(leased_until=until, doing=doing[:_DOING_LIMIT], done=done, total=total)
        )
        return found.rowcount == 1


def _is_held(job: Job, claim: _Claim) -> bool:
    return job.state is JobState.RUNNING and job.attempts == claim.attempt


def _returned(database: Database, claim: _Claim) -> None:
    with database.transaction() as session:
        job = queries.job_by_id(session, claim.number)
        if job is not None and _is_held(job, claim):
            # The handler was not at fault: this was none of its attempts.
            job.state, job.leased_until, job.attempts = JobState.QUEUED, None, job.attempts - 1
    log.info("job %s (%s) given back", claim.number, claim.kind, extra=_facts(claim, "given back"))


def _note(database: Database, claim: _Claim, error: str | None, *, goes_on: bool = False) -> None:
    with database.transaction() as session:
        job = queries.job_by_id(session, claim.number)
        # Whoever was slower than the lease finds the job with another worker, whose word counts.
        if job is None or not _is_held(job, claim):
            return
        again = rules.next_try(job.attempts, clock.now()) if error else None
        job.leased_until, job.last_error = None, error or ""
        if again is not None:
            job.state, job.run_at = JobState.QUEUED, again
        else:
            job.state, job.finished_at = JobState.FAILED if error else JobState.DONE, clock.now()
        if goes_on:
            session.add(_next_part(job))


def _next_part(job: Job) -> Job:
    """What is left of a job, with attempts of its own: work that gets on is never given up for its length."""
    part = int(job.payload.get(_PART, 1)) + 1
    key, at = f"{job.unique_key.partition('#')[0]}#{part}", clock.now()
    payload = {**job.payload, _PART: part}
    return Job(kind=job.kind, unique_key=key, payload=payload, run_at=at, created_at=at)
