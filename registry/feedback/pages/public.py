"""What anybody may open: the form at a system's door, and the answer to what was sent there."""

from datetime import datetime, timedelta
from datetime import time as clock_time

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadData, URLSafeSerializer

from registry.feedback import actions, queries
from registry.feedback.forms import GiveForm
from registry.feedback.models import FeedbackDoor
from registry.feedback.rules.doors import SHORTEST_SECONDS, TooMany, address_code
from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.limits.rules import Budget
from registry.web.doors import public
from registry.web.flask_app import request_id, session
from registry.web.formkit import shown
from registry.web.limiting import counted

pages = Blueprint("feedback", __name__)


@pages.get("/feedback/<code>")
@public
def give(code: str) -> ResponseReturnValue:
    door = queries.door_by_code(session(), code)
    return shown("feedback/give.html", GiveForm(formdata=None, data={"started": _stamp(code)}), door=door)


@pages.post("/feedback/<code>")
@public
@counted(Budget.FEEDBACK, "POST")
def send(code: str) -> ResponseReturnValue:
    door = queries.door_by_code(session(), code, lock=True)
    form = GiveForm()
    try:
        answer_code = form.carried_out(lambda: _received(door, form))
    except TooMany as refused:
        form.form_errors.append(refused.says)
        return _tomorrow(make_response(render_template("feedback/give.html", form=form, door=door), 429))
    if answer_code is None:
        return shown("feedback/give.html", form, door=door)
    return redirect(url_for(".answer", code=answer_code), 303)


@pages.get("/feedback/answer/<code>")
@public
def answer(code: str) -> ResponseReturnValue:
    told = queries.told_by_code(session(), code)
    return render_template(
        "feedback/answer.html", told=told, here=url_for(".answer", code=code, _external=True)
    )


def _received(door: FeedbackDoor, form: GiveForm) -> str:
    sender = address_code(_secret(), clock.today(), door.id or 0, request.remote_addr or "")
    return actions.receive_from_link(
        session(),
        the_registry("feedback", request_id()),
        door,
        form.facts(),
        sender=sender,
        fell_for_trap=form.fell_for_trap,
        too_quick=_is_too_quick(form.started.data or "", door.public_code),
    )


def _secret() -> str:
    return str(current_app.secret_key)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(_secret(), salt="feedback-form")


def _stamp(code: str) -> str:
    """When this form was opened, signed, so that nobody can say it was earlier."""
    return str(_signer().dumps([code, int(clock.now().timestamp())]))


def _is_too_quick(stamp: str, code: str) -> bool:
    """Whether the form comes back sooner than anybody types, or was never opened at this door."""
    try:
        opened_at_door, opened = _signer().loads(stamp)
        return bool(opened_at_door != code or clock.now().timestamp() - opened < SHORTEST_SECONDS)
    except (BadData, ValueError, TypeError):
        return True


def _tomorrow(reply: Response) -> Response:
    """Say to programs when to come back: when the day of the counts is over."""
    now = clock.now()
    midnight = datetime.combine(now.date() + timedelta(days=1), clock_time.min, now.tzinfo)
    reply.headers["Retry-After"] = str(int((midnight - now).total_seconds()) + 1)
    return reply
