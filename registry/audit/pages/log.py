"""The log, newest first, narrowed by what happened, who did it, to what and when; and the same as a file."""

from collections.abc import Iterator
from datetime import date, timedelta
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast

from flask import render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from registry.accounts.queries import person_by_email
from registry.audit import queries
from registry.audit.pages.shared import pages
from registry.audit.queries import HistoryItem
from registry.audit.queries.log import first_since
from registry.audit.queries.state import audited_tables
from registry.audit.render.log import write_log
from registry.kernel import clock
from registry.kernel.actor import Permission
from registry.kernel.errors import Problem, RuleBroken
from registry.kernel.events import Event
from registry.kernel.text import number_of
from registry.store.paging import cursor_of, cut, parts_of
from registry.systems import actions as register
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import query_number
from registry.web.security import as_download

_PAGE = 50
_AT_ONCE = 500
_MOST_IN_A_FILE = 50_000
_IN_MEMORY = 1_000_000


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
        events=list(Event),
        kinds=sorted(audited_tables()),
        asked=request.args,
        next_url=following,
        file_url=url_for(".export", **kept),
    )


@pages.post("/audit.csv")
@needs(Permission.AUDIT_READ)
def export() -> ResponseReturnValue:
    asked = narrowing()
    file = cast("IO[bytes]", SpooledTemporaryFile(_IN_MEMORY))  # noqa: SIM115 - closed with the reply
    count = write_log(file, _lines(asked))
    said = f"audit?{request.query_string.decode(errors='replace')[:300]}"
    register.note_export(session(), actor(), address=said, count=count, written_as="csv", of="entries")
    file.seek(0)
    reply = send_file(file, mimetype="text/csv")
    reply.call_on_close(file.close)
    return as_download(reply, f"audit-log-{clock.today().isoformat()}.csv")


def narrowing() -> dict[str, Any]:
    """What the address narrows the log to, as entries() takes it. Raises RuleBroken for what names nothing."""
    event, kind = request.args.get("event", ""), request.args.get("kind", "")
    problems = []
    if event and event not in set(Event):
        problems.append(Problem("event", "There is no such event."))
    if kind and kind not in audited_tables():
        problems.append(Problem("kind", "There is no such kind of thing."))
    system = request.args.get("system", "").strip()
    system_id = query_number("system") or number_of("AI", system)
    if system and system_id is None:
        problems.append(Problem("system", "Write the number of a system, such as AI-0042."))
    actor_id, email = query_number("actor"), request.args.get("person", "").strip()
    if email:
        person = person_by_email(session(), email)
        actor_id = person.id if person else None
        if person is None:
            problems.append(Problem("person", f"Nobody has the e-mail address {email}."))
    since, until = _day("since", problems), _day("until", problems)
    if problems:
        raise RuleBroken(problems)
    return {
        "event": Event(event) if event else None,
        "kind": kind or None,
        "system_id": system_id,
        "actor_id": actor_id,
        "from_seq": first_since(session(), since.isoformat()) if since else None,
        "until_seq": first_since(session(), (until + timedelta(days=1)).isoformat()) if until else None,
    }


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


def _day(name: str, problems: list[Problem]) -> date | None:
    text = request.args.get(name, "").strip()
    try:
        # A day is followed by another one here, and the calendar ends.
        return min(date.fromisoformat(text), date.max - timedelta(days=1)) if text else None
    except ValueError:
        problems.append(Problem(name, "Write a day as year, month and day: 2026-11-30."))
        return None
