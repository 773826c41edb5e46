"""The log, newest first, narrowed by what happened, who did it, to what and when; and the same as a file."""

from collections.abc import Iterator
from functools import partial
from io import BytesIO
from typing import Any

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.accounts.queries import person_by_email
from registry.audit import queries
from registry.audit.forms import narrowed
from registry.audit.pages.shared import pages
from registry.audit.queries import HistoryItem
from registry.audit.queries.state import audited_tables
from registry.audit.render.log import write_log
from registry.kernel.actor import Permission
from registry.kernel.errors import Problem, refuse_if
from registry.kernel.events import Event
from registry.store.paging import cursor_of, cut, parts_of
from registry.systems import actions as register
from registry.web.doors import needs, takes_away
from registry.web.downloads import name_of_day
from registry.web.flask_app import noted, session
from registry.web.past import day_asked
from registry.web.security import as_download

_PAGE = 50
_AT_ONCE = 500
_MOST_IN_A_FILE = 50_000


@pages.get("/audit")
@needs(Permission.AUDIT_READ)
def log() -> ResponseReturnValue:
    before = parts_of(request.args.get("before"), (int,))
    found = _found(narrowing(), before[0] if before else None, _PAGE + 1)
    page = cut(found, _PAGE, lambda entry: (entry.seq,))
    kept: dict[str, Any] = {name: value for name, value in request.args.items() if name != "before" and value}
    following = (
        url_for(".log", **(kept | {"before": cursor_of(*page.next_after)})) if page.next_after else None
    )
    return render_template(
        "audit/list.html",
        entries=page.items,
        events=sorted(Event),
        kinds=sorted(audited_tables()),
        asked=request.args,
        next_url=following,
        file_url=url_for(".export", **kept),
    )


@pages.post("/audit.csv")
@needs(Permission.AUDIT_READ)
@takes_away
def export() -> ResponseReturnValue:
    asked, file = narrowing(), BytesIO()
    count = write_log(file, _lines(asked), day_asked())
    said = f"audit?{request.query_string.decode(errors='replace')[:300]}"
    note = partial(
        register.note_export,
        address=said,
        count=count,
        written_as="csv",
        of="entries",
        day=day_asked(),
    )
    noted(note)
    reply = Response(file.getvalue(), mimetype="text/csv")
    return as_download(reply, name_of_day("audit-log", "csv"))


def narrowing() -> dict[str, Any]:
    """What the address narrows the log to. Raises RuleBroken for what names nothing."""
    problems: list[Problem] = []
    asked = narrowed(session(), request.args, problems)
    if email := request.args.get("person", "").strip():
        person = person_by_email(session(), email)
        asked["actor_id"] = person.id if person else None
        if person is None:
            problems.append(Problem("person", f"Nobody has the e-mail address {email}."))
    refuse_if(problems)
    return asked


def _found(asked: dict[str, Any], before: int | None, limit: int) -> list[HistoryItem]:
    ends = [each for each in (before, asked["until_seq"]) if each is not None]
    wanted = {name: value for name, value in asked.items() if name != "until_seq"}
    return queries.entries(session(), **wanted, before_seq=min(ends, default=None), limit=limit)


def _lines(asked: dict[str, Any]) -> Iterator[HistoryItem]:
    """The newest entries, some hundreds at a time: a file may hold far more than is held at once."""
    before, left = None, _MOST_IN_A_FILE
    while left and (found := _found(asked, before, min(left, _AT_ONCE))):
        yield from found
        before, left = found[-1].seq, left - len(found)
