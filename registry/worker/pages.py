"""Job list and retry button for administrators."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.kernel.actor import Permission
from registry.kernel.errors import NotFound
from registry.store.paging import cursor_of, parts_of
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import Form
from registry.worker import actions, queries

pages = Blueprint("worker", __name__)

_PAGE = 50


@pages.get("/jobs")
@needs(Permission.JOBS_READ)
def jobs() -> ResponseReturnValue:
    before = parts_of(request.args.get("before"), (int,))
    found = queries.recent(session(), before=before[0] if before else None, limit=_PAGE + 1)
    following = url_for(".jobs", before=cursor_of(found[_PAGE - 1].id or 0)) if len(found) > _PAGE else None
    return render_template(
        "worker/list.html",
        jobs=found[:_PAGE],
        counts=queries.counts(session()),
        heartbeats=queries.heartbeats(session()),
        next_url=following,
        button=Form(formdata=None),
    )


@pages.post("/jobs/<int:number>/retry")
@needs(Permission.JOBS_READ)
def retry(number: int) -> ResponseReturnValue:
    job = queries.job_by_id(session(), number)
    if job is None:
        raise NotFound
    actions.retry(actor(), job)
    flash(f"Job {number} is queued again.", "good")
    return redirect(url_for(".jobs"), 303)
