"""What the worker does, for administrators: at work now, waiting, given up, due by the clock, and which workers there are."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from registry.kernel import clock
from registry.kernel.actor import Permission
from registry.kernel.errors import NotFound
from registry.store.paging import cursor_of, parts_of
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import Form
from registry.worker import actions, queries, rules
from registry.worker.models import Job
from registry.worker.rules import JobState

pages = Blueprint("worker", __name__)

_PAGE = 50


@dataclass(frozen=True, slots=True)
class _Due:
    """A job that the clock calls for."""

    kind: str
    every: timedelta
    last: Job | None
    following: datetime


@pages.get("/jobs")
@needs(Permission.JOBS_READ)
def jobs() -> ResponseReturnValue:
    before, state = parts_of(request.args.get("before"), (int,)), _state_asked()
    found = queries.recent(session(), before=before[0] if before else None, limit=_PAGE + 1, state=state)
    word = state.value if state else None
    more = len(found) > _PAGE
    following = url_for(".jobs", before=cursor_of(found[_PAGE - 1].id or 0), state=word) if more else None
    return render_template(
        "worker/list.html",
        jobs=found[:_PAGE],
        state=state,
        counts=queries.counts(session()),
        heartbeats=queries.heartbeats(session()),
        alive=lambda row: rules.is_alive(row.seen_at, clock.now()),
        running=queries.running(session()),
        schedule=_schedule(session()),
        waits_since=queries.oldest_due(session(), clock.now()),
        next_url=following,
        button=Form(formdata=None),
    )


def _state_asked() -> JobState | None:
    """The state that the list is narrowed to; none for a word that is none."""
    asked = request.args.get("state", "")
    return JobState(asked) if asked in list(JobState) else None


def _schedule(store: Session) -> list[_Due]:
    """What the clock calls for, with the last time it was; that lies in the running interval or the one before."""
    at, schedule = clock.now(), current_app.extensions["schedule"]
    keys = [
        rules.slot_key(name, every, then) for name, every in schedule.items() for then in (at - every, at)
    ]
    last: dict[str, Job] = {}
    for job in queries.jobs_of_keys(store, keys):
        last.setdefault(job.kind, job)
    return [
        _Due(name, every, last.get(name), rules.next_slot(every, at))
        for name, every in sorted(schedule.items())
    ]


@pages.post("/jobs/<int:number>/retry")
@needs(Permission.JOBS_READ)
def retry(number: int) -> ResponseReturnValue:
    job = queries.job_by_id(session(), number)
    if job is None:
        raise NotFound
    actions.retry(actor(), job)
    flash(f"Job {number} is queued again.", "good")
    return redirect(url_for(".jobs"), 303)
