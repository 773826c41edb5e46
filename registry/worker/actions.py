"""Follow new ledger entries into jobs; put scheduled jobs in their slots; claim, run, finish, retry.

Jobs are machinery, not records: what a job changes is recorded by the action it calls.
"""

import logging
import os
import socket
import traceback
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlmodel import Session

from registry.audit.queries import follow as ledger
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Problem, RuleBroken
from registry.kernel.events import Event
from registry.store.session import Database
from registry.worker import queries, rules
from registry.worker.models import Cursor, Heartbeat, Job
from registry.worker.rules import JobState

log = logging.getLogger("registry.worker")

Handler = Callable[[Database, dict[str, Any]], None]
# One round of something that goes on all the time; whether there was anything to do.
Relay = Callable[[Database], bool]
_LOG_CURSOR = "ledger"
_PART = "part"
_STRETCH = 500


class PartDone(Exception):
    """Raised by a handler of long work that has done a part of it: the rest is a job of its own, behind what is due."""


def follow(database: Database, follow_ups: Mapping[Event, Sequence[Handler]]) -> int:
    """Turn ledger entries nobody has followed yet into jobs; returns how many were read.

    The jobs and the cursor move in one transaction, so no entry is missed and none is followed twice.
    """
    with database.transaction() as session:
        place = place_of(session, _LOG_CURSOR)
        entries = ledger.entries_after(session, place.seq, limit=_STRETCH)
        for entry in entries:
            for handler in follow_ups.get(Event(entry.event), ()):
                payload = {"seq": entry.seq, "subject_id": entry.subject_id, "system_id": entry.system_id}
                session.add(_job(handler, f"{_name(handler)}@{entry.seq}", payload))
            place.seq = entry.seq
        return len(entries)


def place_of(session: Session, name: str) -> Cursor:
    """How far a reader of the ledger has come, locked; at its beginning where it has never read."""
    place = queries.cursor(session, name)
    if place is None:
        place = Cursor(name=name, seq=0)
        session.add(place)
    return place


def put_in_slots(database: Database, schedule: Mapping[Handler, timedelta]) -> None:
    """Queue each scheduled job once per interval, however many workers ask."""
    at = clock.now()
    keys = {f"{_name(handler)}@{rules.slot(every, at)}": handler for handler, every in schedule.items()}
    with database.transaction(read_only=True) as session:
        missing = keys.keys() - queries.known_keys(session, list(keys))
    if not missing:
        return
    with database.transaction() as session:
        for key in sorted(missing - queries.known_keys(session, list(missing))):
            session.add(_job(keys[key], key, {}))


def run_next(database: Database, handlers: Mapping[str, Handler]) -> bool:
    """Claim one due job and run it; False when none is due.

    The handler runs outside the claiming transaction: slow work must not hold the database's one writer.
    It may run again if this process dies before the job is marked done, so handlers bear being repeated. One that
    has taken its worker with it too often is given up.
    """
    with database.transaction() as session:
        job = queries.next_due(session, clock.now())
        if job is None:
            return False
        if job.attempts >= rules.MOST_ATTEMPTS:
            job.state, job.leased_until, job.finished_at = JobState.FAILED, None, clock.now()
            job.last_error = "Each worker that ran this stopped before it was done."
            return True
        job.state, job.leased_until = JobState.RUNNING, rules.lease_end(clock.now())
        job.attempts += 1
        number, attempt, kind, payload = job.id or 0, job.attempts, job.kind, dict(job.payload)
    try:
        handlers[kind](database, payload)
    except PartDone:
        _note(database, number, attempt, error=None, goes_on=True)
    except Exception:
        log.exception("job %s (%s) failed", number, kind)
        _note(database, number, attempt, error=traceback.format_exc(limit=-3))
    else:
        _note(database, number, attempt, error=None)
    return True


def _note(database: Database, number: int, attempt: int, error: str | None, *, goes_on: bool = False) -> None:
    with database.transaction() as session:
        job = queries.job_by_id(session, number)
        # Whoever was slower than the lease finds the job with another worker, whose word counts.
        if job is None or job.state is not JobState.RUNNING or job.attempts != attempt:
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


def retry(actor: Actor, job: Job) -> None:
    """Queue a job that was given up once more. Raises RuleBroken for any other, which might then run twice at once."""
    require(actor, Permission.JOBS_READ)
    if job.state is not JobState.FAILED:
        raise RuleBroken([Problem("", "Only a job that was given up can be tried again.")])
    job.state, job.run_at, job.attempts, job.finished_at = JobState.QUEUED, clock.now(), 0, None


def beat(database: Database) -> None:
    """Note that this worker process is alive."""
    name = f"{socket.gethostname()}:{os.getpid()}"[:120]
    with database.transaction() as session:
        row = queries.heartbeat_of(session, name)
        if row is None:
            session.add(Heartbeat(worker=name, seen_at=clock.now()))
        else:
            row.seen_at = clock.now()


def _name(handler: Handler) -> str:
    return f"{handler.__module__.removeprefix('registry.').removesuffix('.jobs')}.{handler.__name__}"


def by_name(
    follow_ups: Mapping[Event, Sequence[Handler]], schedule: Mapping[Handler, timedelta]
) -> dict[str, Handler]:
    """Every handler the worker may be asked to run, by the name its jobs carry."""
    return {_name(each): each for each in [*schedule, *(one for many in follow_ups.values() for one in many)]}


def _job(handler: Handler, key: str, payload: dict[str, Any]) -> Job:
    at = clock.now()
    return Job(kind=_name(handler), unique_key=key, payload=payload, run_at=at, created_at=at)
