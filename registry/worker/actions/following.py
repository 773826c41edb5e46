"""Follow new ledger entries into jobs; put scheduled jobs in their slots; queue what somebody waits for.

Jobs are machinery, not records: what a job changes is recorded by the action it calls.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from registry.audit.queries import follow as ledger
from registry.kernel import clock, tries
from registry.kernel.events import Event
from registry.store.session import Database
from registry.worker import queries, rules
from registry.worker.models import Cursor, Job
from registry.worker.rules import JobState

Handler = Callable[[Database, dict[str, Any]], None]
# One round of something that goes on all the time; whether there was anything to do.
Relay = Callable[[Database], bool]
_LOG_CURSOR = "ledger"
_STRETCH = 500
# Who had it queued, in the payload of what was asked for.
_FOR = "for"


class Unreachable(Exception):
    """Raised by a relay when the other side does not answer at all: to go on with the next thing at once is no use."""


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
                session.add(_job(handler, f"{name_of(handler)}@{entry.seq}", payload))
            place.seq = entry.seq
        return len(entries)


def place_of(session: Session, name: str) -> Cursor:
    """How far a reader of the ledger has come, locked; at its beginning where it has never read."""
    place = queries.cursor(session, name)
    if place is None:
        place = Cursor(name=name, seq=0)
        session.add(place)
    return place


def follow_from(database: Database, seq: int, *others: str) -> None:
    """Let nothing follow from the entries up to this one any more, neither jobs nor what these other readers of the ledger do."""
    with database.transaction() as session:
        for name in (_LOG_CURSOR, *others):
            place_of(session, name).seq = seq


def put_in_slots(database: Database, schedule: Mapping[Handler, timedelta]) -> None:
    """Queue each scheduled job once per interval, however many workers ask at the same moment."""
    at = clock.now()
    keys = {rules.slot_key(name_of(handler), every, at): handler for handler, every in schedule.items()}
    with database.transaction(read_only=True) as session:
        missing = keys.keys() - queries.known_keys(session, list(keys))
    if not missing:
        return
    rows = [
        _job(keys[key], key, {}).model_dump(exclude={"id", "started_at", "finished_at", "leased_until"})
        for key in sorted(missing)
    ]
    with database.transaction() as session:
        # Whoever asks a moment later finds the place taken, and that is no error.
        session.connection().execute(_unless_there(database).on_conflict_do_nothing(), rows)


def _unless_there(database: Database) -> Any:
    return (sqlite if database.is_sqlite else postgresql).insert(_TABLE)


_TABLE: sa.Table = Job.__table__  # type: ignore[attr-defined]


def name_of(handler: Handler) -> str:
    """What the jobs of a handler are called, such as "accounts.sweep_sessions"."""
    return f"{handler.__module__.removeprefix('registry.').removesuffix('.jobs')}.{handler.__name__}"


def by_name(
    follow_ups: Mapping[Event, Sequence[Handler]],
    schedule: Mapping[Handler, timedelta],
    on_request: Sequence[Handler] = (),
) -> dict[str, Handler]:
    """Every handler the worker may be asked to run, by the name its jobs carry."""
    following = (one for many in follow_ups.values() for one in many)
    return {name_of(each): each for each in [*schedule, *following, *on_request]}


def ask(
    database: Database,
    handler: Handler,
    key: str,
    payload: dict[str, Any],
    *,
    person: int | None,
    room: rules.Room,
) -> JobState:
    """Queue work that somebody waits for, once however many ask for `key`, and say where it stands.

    What was done before is done anew: whoever asks has found that nothing is left of it. What was given up stays so until
    an administrator has it tried again. Raises TooManyWaiting where this person, or all together, have no room for more of
    it; to ask for what waits already takes none.
    """
    named = f"{name_of(handler)}@{key}"
    with database.glance() as session:
        state = queries.state_by_key(session, named)
    if state is not None and state is not JobState.DONE:
        return state
    # Whoever asks at the same moment has queued the same.
    with suppress(IntegrityError), database.transaction() as session:
        job = queries.job_by_key(session, named)
        if job is None or job.state is JobState.DONE:
            askers = [each.payload.get(_FOR) for each in queries.under_way(session, name_of(handler))]
            rules.refuse_without_room(askers, person, room)
        if job is None:
            session.add(_job(handler, named, payload | {_FOR: person}))
        elif job.state is JobState.DONE:
            job.payload = payload | {_FOR: person}
            job.state, job.run_at, job.finished_at = JobState.QUEUED, clock.now(), None
            job.attempts = tries.anew(job.attempts, rules.MOST_ATTEMPTS)
    return JobState.QUEUED


def _job(handler: Handler, key: str, payload: dict[str, Any]) -> Job:
    at = clock.now()
    return Job(kind=name_of(handler), unique_key=key, payload=payload, run_at=at, created_at=at)
