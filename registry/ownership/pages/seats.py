"""Filling and vacating the seats other than the owner's."""

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from registry.kernel.actor import Permission, Seat, require
from registry.kernel.errors import NotFound
from registry.ownership import actions, queries
from registry.ownership.forms import SeatForm
from registry.ownership.pages.shared import pages, with_people
from registry.ownership.rules import SEAT_SAID
from registry.people import queries as people
from registry.systems import queries as systems
from registry.systems.models import System
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import Form, shown
from registry.web.systemkit import frame


@pages.get("/systems/<key>/ownership/seats/<seat>")
@needs(Permission.SEAT_FILL)
def seat_form(key: str, seat: str) -> ResponseReturnValue:
    found = systems.by_key(session(), actor(), key)
    require(actor(), Permission.SEAT_FILL, found.id)
    return _seat_page(found, _seat(seat), _offered(SeatForm()))


@pages.post("/systems/<key>/ownership/seats/<seat>")
@needs(Permission.SEAT_FILL)
def fill(key: str, seat: str) -> ResponseReturnValue:
    found = systems.by_key(session(), actor(), key, lock=True)
    require(actor(), Permission.SEAT_FILL, found.id)
    form, wanted = SeatForm(), _seat(seat)
    _offered(form)
    filled = form.carried_out(
        lambda: actions.fill_seat(
            session(),
            actor(),
            found.id or 0,
            wanted,
            person_id=form.person_id.data,
            team_id=form.team_id.data,
            reason=form.reason.data or "",
        )
    )
    if filled is None:
        return _seat_page(found, wanted, form)
    flash(f"{SEAT_SAID[wanted][0]} is named.", "good")
    return redirect(url_for("ownership.system", key=found.key), 303)


def _seat(name: str) -> Seat:
    if name not in set(Seat) or name == Seat.OWNER:
        raise NotFound
    return Seat(name)


def _offered(form: SeatForm) -> SeatForm:
    with_people(form, "person_id")
    form.team_id.offer({team.id or 0: team.name for team in people.teams(session())})
    return form


def _seat_page(found: System, seat: Seat, form: Form) -> Response:
    context = frame(session(), actor(), found)
    holders = [each for each in context["held"] if each.assignment.seat is seat]
    said = {"seat": seat, "seat_said": SEAT_SAID[seat], "holders": holders}
    return shown("ownership/seat.html", form, **context, **said)


@pages.post("/systems/<key>/ownership/assignments/<int:number>/vacate")
@needs(Permission.SEAT_FILL)
def vacate(key: str, number: int) -> ResponseReturnValue:
    found = systems.by_key(session(), actor(), key, lock=True)
    assignment = queries.assignment_by_id(session(), found.id or 0, number)
    actions.vacate_seat(session(), actor(), assignment)
    flash(f"{SEAT_SAID[assignment.seat][0]}: the seat is free.", "good")
    return redirect(url_for("ownership.system", key=found.key), 303)
