"""The oversight of a system: who watches it and is trained to, how often people say no, whether stopping works, its autonomy."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.feedback.queries.figures import counts_by_day
from registry.kernel import clock
from registry.kernel.actor import Permission, Seat, may, require
from registry.kernel.guard_rails import number_said
from registry.lifecycle.queries.stages import lowerings_of, request_open, requests_of
from registry.lifecycle.rules.autonomy import levels_below
from registry.oversight import actions, queries
from registry.oversight.forms import BoundsForm, DrillForm, TrainingForm, shown_in
from registry.oversight.rules import Rate, counts_on, objection_to_rate
from registry.people import queries as people
from registry.systems import queries as systems
from registry.systems.models import System
from registry.systems.rules.record import AUTONOMY, Stage, autonomy_said
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import Form, shown
from registry.web.systemkit import frame

pages = Blueprint("oversight", __name__)

BOTH = ("GET", "POST")
_DAYS = 90


@pages.get("/systems/<key>/oversight")
@needs(Permission.SYSTEM_READ)
def system(key: str) -> ResponseReturnValue:
    found = systems.by_key(session(), actor(), key)
    framed, number = frame(session(), actor(), found), found.id or 0
    trainings = queries.trainings_of(session(), number)
    asked, lowered = requests_of(session(), number), lowerings_of(session(), number)
    named = {each.lowered_by_id for each in lowered} | {each.asked_by_id for each in asked}
    return render_template(
        "oversight/system.html",
        **framed,
        overseers=_overseers(framed["held"], trainings),
        trainings=trainings,
        drills=queries.drills_of(session(), number),
        requests=asked,
        lowerings=lowered,
        people=people.people_by_id(session(), {one for one in named if one}),
        level=f"{found.autonomy} — {AUTONOMY[found.autonomy]}" if found.autonomy else None,
        autonomy_said=autonomy_said,
        may_edit=may(actor(), Permission.OVERSIGHT_EDIT, number),
        may_edit_record=may(actor(), Permission.SYSTEM_EDIT, number),
        may_ask=_can_rise(found) and may(actor(), Permission.AUTONOMY_ASK, number),
        may_lower=bool(levels_below(found.autonomy)) and may(actor(), Permission.AUTONOMY_LOWER, number),
        **_rate(number),
    )


def _can_rise(found: System) -> bool:
    level = found.autonomy
    waits = request_open(session(), found.id or 0) is not None
    return not waits and level is not None and level + 1 in AUTONOMY and found.stage is not Stage.RETIRED


def _overseers(held: Any, trainings: Any) -> list[dict[str, Any]]:
    """Who holds the seat of overseer, each with their latest training and whether it still counts."""
    latest: dict[int, Any] = {}
    for training, _ in trainings:
        latest.setdefault(training.person_id, training)
    return [
        {
            "name": each.name,
            "training": (training := latest.get(each.assignment.person_id or 0)),
            "counts": training is not None and counts_on(training.valid_until, clock.today()),
        }
        for each in held
        if each.assignment.seat is Seat.OVERSEER
    ]


def _rate(number: int) -> dict[str, Any]:
    """The override rate of the last ninety days beside its bounds, and what is suspicious about it."""
    today = clock.today()
    days = counts_by_day(session(), number, today - timedelta(days=_DAYS - 1), today)
    rate = Rate(sum(each.against for each in days), sum(each.decided for each in days))
    row = queries.bounds_of(session(), number)
    percent = rate.percent
    return {
        "bounds": row,
        "rate": rate,
        "percent": f"{percent:.1f} %" if percent is not None else None,
        "suspicious": objection_to_rate(rate, queries.bounds_facts(row)) if row else "",
        "number": number_said,
    }


def _to_edit(key: str) -> System:
    found = systems.by_key(session(), actor(), key, lock=_sent())
    require(actor(), Permission.OVERSIGHT_EDIT, found.id)
    return found


def _sent() -> bool:
    return request.method == "POST"


def _back(found: System, said: str) -> ResponseReturnValue:
    flash(said, "good")
    return redirect(url_for(".system", key=found.key), 303)


def _page(found: System, form: Form, heading: str, lead: str) -> Response:
    return shown("oversight/act.html", form, **frame(session(), actor(), found), heading=heading, lead=lead)


@pages.route("/systems/<key>/oversight/bounds", methods=BOTH)
@needs(Permission.OVERSIGHT_EDIT)
def set_bounds(key: str) -> ResponseReturnValue:
    found = _to_edit(key)
    row = queries.bounds_of(session(), found.id or 0)
    form = BoundsForm(data=None if _sent() or row is None else shown_in(row))
    done = form.carried_out(
        lambda: actions.set_bounds(session(), actor(), found.id or 0, form.bounds(), version=form.revision)
    )
    if done is not None:
        return _back(found, "The bounds are set.")
    lead = "An override rate of nothing for months is as suspicious as a high one."
    return _page(found, form, "Bounds of the override rate", lead)


@pages.route("/systems/<key>/oversight/training", methods=BOTH)
@needs(Permission.OVERSIGHT_EDIT)
def record_training(key: str) -> ResponseReturnValue:
    found = _to_edit(key)
    form = TrainingForm(data=None if _sent() else {"on_day": clock.today()})
    held = frame(session(), actor(), found)["held"]
    form.person_id.offer(
        {
            each.person.id or 0: each.person.name
            for each in held
            if each.person is not None and each.assignment.seat is Seat.OVERSEER
        }
    )
    done = form.carried_out(
        lambda: actions.record_training(session(), actor(), found.id or 0, form.training())
    )
    if done is not None:
        return _back(found, "The training is recorded.")
    lead = "Of those who hold the seat of overseer. The latest of each by its day counts; none is changed afterwards. That somebody may stop it, another records."
    return _page(found, form, "Record a training", lead)


@pages.route("/systems/<key>/oversight/drill", methods=BOTH)
@needs(Permission.OVERSIGHT_EDIT)
def record_drill(key: str) -> ResponseReturnValue:
    found = _to_edit(key)
    form = DrillForm(data=None if _sent() else {"on_day": clock.today()})
    form.led_by_id.offer(people.people_to_choose(session(), clock.today()))
    done = form.carried_out(lambda: actions.record_drill(session(), actor(), found.id or 0, form.drill()))
    if done is not None:
        return _back(found, "The drill is recorded.")
    lead = "One try of stopping it. Those that failed belong here too: they are why one tries."
    return _page(found, form, "Record a drill", lead)
