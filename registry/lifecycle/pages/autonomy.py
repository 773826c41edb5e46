"""What a system may decide by itself: asking for one level more, deciding on it, lowering it at once."""

from datetime import datetime

from flask.typing import ResponseReturnValue

from registry.kernel.actor import Permission, may, require
from registry.kernel.errors import Problem, RuleBroken
from registry.lifecycle.actions import autonomy
from registry.lifecycle.forms import AskForm, DecideForm, LessForm, Verdict
from registry.lifecycle.models import AutonomyRequest
from registry.lifecycle.pages.shared import (
    BOTH,
    act_page,
    pages,
    sent,
    to_change,
    to_oversight,
)
from registry.lifecycle.queries.stages import request_by_number
from registry.lifecycle.queries.touching import numbers_of
from registry.lifecycle.rules.autonomy import OWNER_SEATS, levels_below, objection_to_decider
from registry.ownership.queries import seated_since
from registry.people.queries import people_by_id
from registry.systems import queries as systems
from registry.systems.models import System
from registry.systems.rules.record import autonomy_said
from registry.web.confirming import bound
from registry.web.doors import keeps_refusals, needs
from registry.web.flask_app import actor, session
from registry.web.formkit import shown
from registry.web.systemkit import frame


@pages.route("/systems/<key>/autonomy/ask", methods=BOTH)
@needs(Permission.AUTONOMY_ASK)
def ask_for_autonomy(key: str) -> ResponseReturnValue:
    system = to_change(key, Permission.AUTONOMY_ASK)
    form = AskForm()
    asked = form.carried_out(lambda: autonomy.ask(session(), actor(), system, form.evidence()))
    if asked is not None:
        return to_oversight(system, "It is asked for. A reviewer who does not answer for the system decides.")
    return act_page(
        system,
        form,
        "Ask for one level of autonomy more",
        "Ask for it",
        lead="It rises one level at a time, on evidence. What monitoring says today is kept with what you write.",
        numbers=numbers_of(session(), system.id or 0),
        cancel="oversight.system",
    )


@pages.route("/systems/<key>/autonomy/<int:number>", methods=BOTH)
@needs(Permission.SYSTEM_READ)
@keeps_refusals
def decide_on_autonomy(key: str, number: int) -> ResponseReturnValue:
    system = systems.by_key(session(), actor(), key, lock=sent())
    asked = request_by_number(session(), system.id or 0, number, lock=sent())
    if sent():
        require(actor(), Permission.AUTONOMY_DECIDE, system.id)
    form = DecideForm()
    done = bound(form, lambda at: _decide(system, asked, form, at))
    if done is not None:
        return to_oversight(system, "Your decision is recorded.")
    owners = seated_since(session(), system.id or 0, OWNER_SEATS, asked.asked_at)
    objection = objection_to_decider(actor(), owners, system.id or 0, asked.asked_by_id)
    people = {one for one in (asked.asked_by_id, asked.decided_by_id) if one}
    return shown(
        "lifecycle/autonomy.html",
        form,
        **frame(session(), actor(), system),
        asked=asked,
        levels=(autonomy_said(asked.from_level), autonomy_said(asked.to_level)),
        people=people_by_id(session(), people),
        may_decide=asked.decided_at is None and not objection and may(actor(), Permission.AUTONOMY_DECIDE),
    )


def _decide(
    system: System, asked: AutonomyRequest, form: DecideForm, confirmed_at: datetime
) -> AutonomyRequest:
    if form.granted.data is None:
        raise RuleBroken([Problem("granted", "Choose what you decide.")])
    granted, because = form.granted.data is Verdict.GRANT, form.because.data or ""
    return autonomy.decide(
        session(), actor(), system, asked, because, granted=granted, confirmed_at=confirmed_at
    )


@pages.route("/systems/<key>/autonomy/lower", methods=BOTH)
@needs(Permission.AUTONOMY_LOWER)
def lower_autonomy(key: str) -> ResponseReturnValue:
    system = to_change(key, Permission.AUTONOMY_LOWER)
    form = LessForm()
    form.offer(levels_below(system.autonomy))
    done = form.carried_out(
        lambda: autonomy.lower(session(), actor(), system, form.to.data, form.reason.data or "")
    )
    if done is not None:
        return to_oversight(system, f"It {autonomy_said(done.to_level)[2:]} from now on.")
    lead = "It holds at once. To raise it again, somebody asks and a reviewer decides."
    return act_page(
        system, form, "Let it decide less by itself", "Lower it", lead=lead, cancel="oversight.system"
    )
