"""The feedback of one system, with its figures, themes and known limitations; the inbox across systems."""

from datetime import timedelta
from typing import Any

from flask import Response, render_template, url_for
from flask.typing import ResponseReturnValue

from registry.feedback import actions, queries
from registry.feedback.actions import Incoming, Received
from registry.feedback.forms import LimitationForm, WrittenDownForm
from registry.feedback.pages.public import pages
from registry.feedback.pages.shared import PAGE, back_to, back_to_all, before, filters, held, narrowing, seen
from registry.feedback.rules.feedback import Door
from registry.feedback.rules.figures import together
from registry.kernel import clock
from registry.kernel.actor import Permission, may
from registry.systems.models import System
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import Form, shown
from registry.web.systemkit import frame

_WEEKS = 12
_WEEKS_NOW = 4


@pages.get("/systems/<key>/feedback")
@needs(Permission.SYSTEM_READ)
def system(key: str) -> ResponseReturnValue:
    return _system_page(seen(key), LimitationForm(formdata=None))


def _system_page(found: System, form: Form) -> Response:
    number, today, by = found.id or 0, clock.today(), narrowing()
    page = queries.feedback_page(session(), number, by, before=before(), limit=PAGE)
    weeks = queries.weekly_figures(session(), number, today - timedelta(weeks=_WEEKS - 1), today)
    return shown(
        "feedback/system.html",
        form,
        **frame(session(), actor(), found),
        lines=page.items,
        **filters("feedback.system", by, page.next_after, key=found.key),
        themes=queries.theme_lines(session(), number, today),
        limitations=queries.limitations_of(session(), number),
        door=queries.door_of(session(), number),
        now=together(weeks[-_WEEKS_NOW:]),
        weeks=weeks[::-1],
        may_answer=may(actor(), Permission.FEEDBACK_ANSWER, number),
        may_send=may(actor(), Permission.FEEDBACK_SEND, number),
        may_open=may(actor(), Permission.SYSTEM_EDIT, number),
    )


@pages.get("/feedback/inbox")
@needs(Permission.DESK_READ)
def inbox() -> ResponseReturnValue:
    by = narrowing()
    page = queries.inbox_page(session(), actor(), by, before=before(), limit=PAGE)
    context: dict[str, Any] = filters("feedback.inbox", by, page.next_after)
    return render_template("feedback/inbox.html", lines=page.items, **context)


@pages.get("/systems/<key>/feedback/new")
@needs(Permission.FEEDBACK_SEND)
def write_down_form(key: str) -> ResponseReturnValue:
    return _write_down_page(held(key, Permission.FEEDBACK_SEND), WrittenDownForm(formdata=None))


@pages.post("/systems/<key>/feedback/new")
@needs(Permission.FEEDBACK_SEND)
def write_down(key: str) -> ResponseReturnValue:
    found, form = held(key, Permission.FEEDBACK_SEND), WrittenDownForm()
    received = form.carried_out(lambda: _taken_in(found, form))
    if received is None:
        return _write_down_page(found, form)
    address = url_for(".answer", code=received.code, _external=True)
    return back_to(
        found,
        received.number,
        f"Written down. Pass on where the answer can be read, which is shown only now: {address}",
    )


def _taken_in(found: System, form: WrittenDownForm) -> Received:
    said = [Incoming(form.facts())]
    return actions.receive(session(), actor(), found.id or 0, Door.STAFF, said, alone=True)[0]


def _write_down_page(found: System, form: Form) -> Response:
    return shown("feedback/write_down.html", form, **frame(session(), actor(), found))


@pages.post("/systems/<key>/feedback/limitations")
@needs(Permission.FEEDBACK_ANSWER)
def add_limitation(key: str) -> ResponseReturnValue:
    found, form = held(key), LimitationForm()
    added = form.carried_out(
        lambda: actions.add_limitation(session(), actor(), found.id or 0, form.limitation.data or "")
    )
    if added is None:
        return _system_page(found, form)
    return back_to_all(found, "Written down as a known limitation.", "limitations")


@pages.post("/systems/<key>/feedback/limitations/<int:number>/end")
@needs(Permission.FEEDBACK_ANSWER)
def end_limitation(key: str, number: int) -> ResponseReturnValue:
    found = held(key)
    limitation = queries.limitation_by_id(session(), found.id or 0, number, lock=True)
    actions.end_limitation(session(), actor(), limitation)
    return back_to_all(found, "The limitation has ended as of today.", "limitations")
