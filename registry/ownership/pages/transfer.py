"""Moving somebody's seats to others: choose, see exactly what will happen, do it in one step."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from registry.kernel import clock
from registry.kernel.actor import Permission, Seat
from registry.kernel.errors import Conflict, refuse_if
from registry.ownership import actions, queries
from registry.ownership.forms import TransferForm
from registry.ownership.models import Assignment
from registry.ownership.pages.shared import pages, with_people
from registry.ownership.queries import Out
from registry.ownership.rules import MOST_AT_ONCE, SEAT_SAID, Move, moved_on, problems_with_transfer
from registry.people import queries as people
from registry.people.models import Person
from registry.systems import queries as systems
from registry.systems.models import System
from registry.web.doors import needs
from registry.web.flask_app import actor, session


@dataclass(frozen=True, slots=True)
class Row:
    """One seat of the person: the system, and what would become or has become of it."""

    seat: Assignment
    system: System
    move: Move | None = None


@pages.get("/people/<int:number>/transfer")
@needs(Permission.PEOPLE_EDIT)
def transfer_form(number: int) -> ResponseReturnValue:
    person = people.person_by_id(session(), number)
    rows = _rows(person)
    offers = _offers(rows)
    form = TransferForm(formdata=None)
    form.seat.data = [row.seat.id or 0 for row in rows if row.seat.id not in offers]
    return _choosing(person, form, rows, offers)


@pages.post("/people/<int:number>/transfer")
@needs(Permission.PEOPLE_EDIT)
def transfer_preview(number: int) -> ResponseReturnValue:
    person = people.person_by_id(session(), number)
    form, rows = _offered(TransferForm()), _rows(person)
    to = _wishes(form)
    moves = form.carried_out(lambda: _planned(rows, to, form)) if not form.form_errors else None
    if moves is None or request.form.get("do") == "change":
        return _choosing(person, form, rows, _offers(rows))
    return _previewed(person, form, _with(rows, moves), to)


@pages.post("/people/<int:number>/transfer/apply")
@needs(Permission.PEOPLE_EDIT)
def transfer(number: int) -> ResponseReturnValue:
    person = people.person_by_id(session(), number)
    form, rows = _offered(TransferForm()), _rows(person)
    to = _wishes(form)
    try:
        moves = form.carried_out(lambda: _moved(person, to, form)) if not form.form_errors else None
    except Conflict:
        moves = _planned(rows, to, None)
        changed = moved_on(moves, {row: form.seen.data.get(row, "") for row in to})
        return make_response(_previewed(person, form, _with(rows, moves), to, changed), 409)
    if moves is None:
        return _choosing(person, form, rows, _offers(rows))
    return _page("ownership/transferred.html", person, rows=_with(rows, moves), people=_named(to))


def _rows(person: Person) -> list[Row]:
    """The seats that can be moved at once, by system."""
    seats = queries.seats_of_person(session(), person.id or 0)
    known = systems.by_numbers(session(), actor(), {seat.system_id for seat in seats})
    rows = [Row(seat, known[seat.system_id]) for seat in seats if seat.system_id in known]
    return sorted(rows, key=lambda row: (row.system.name, row.system.id, row.seat.seat))[:MOST_AT_ONCE]


def _offers(rows: list[Row]) -> dict[int, Out]:
    """The offers that are out already, by the seat each would empty: that seat cannot be offered once more."""
    owned = {row.system.id or 0: row.seat.id or 0 for row in rows if row.seat.seat is Seat.OWNER}
    return {owned[number]: out for number, out in queries.offers_out(session(), owned).items()}


def _with(rows: list[Row], moves: list[Move]) -> list[Row]:
    by_seat = {move.assignment_id: move for move in moves}
    return [Row(row.seat, row.system, by_seat[row.seat.id or 0]) for row in rows if row.seat.id in by_seat]


def _wishes(form: TransferForm) -> dict[int, int | None]:
    return form.wishes(people.people_by_email(session(), form.emails()))


def _planned(rows: list[Row], to: Mapping[int, int | None], form: TransferForm | None) -> list[Move]:
    chosen = [row.seat for row in rows if row.seat.id in to]
    moves = queries.moves_of(session(), chosen, to, actor().person_id)
    if form is not None:
        refuse_if(problems_with_transfer(moves, form.reason.data or ""))
    return moves


def _moved(person: Person, to: Mapping[int, int | None], form: TransferForm) -> list[Move]:
    seen = {row: form.seen.data.get(row, "") for row in to}
    return actions.transfer_seats(session(), actor(), person, to, form.reason.data or "", seen=seen)


def _offered(form: TransferForm) -> TransferForm:
    with_people(form, "to_id")
    return form


def _here() -> Any:
    return people.active_people(session(), clock.today())


def _named(to: Mapping[int, int | None]) -> dict[int, Person]:
    return people.people_by_id(session(), {number for number in to.values() if number})


def _choosing(person: Person, form: TransferForm, rows: list[Row], offers: Mapping[int, Out]) -> Response:
    here = [one for one in _here() if one.id != person.id]
    context = {"form": _offered(form), "rows": rows, "offers": offers}
    context |= {"here": here, "most": MOST_AT_ONCE}
    page = _page("ownership/transfer.html", person, **context)
    page.status_code = 422 if form.errors or form.form_errors else 200
    return page


def _previewed(
    person: Person,
    form: TransferForm,
    rows: list[Row],
    to: Mapping[int, int | None],
    changed: frozenset[int] = frozenset(),
) -> Response:
    gone = sorted(changed - {row.seat.id for row in rows})
    context = {"form": form, "rows": rows, "people": _named(to), "changed": changed, "gone": len(gone)}
    return _page("ownership/transfer_preview.html", person, **context)


def _page(template: str, person: Person, **context: Any) -> Response:
    return make_response(render_template(template, person=person, seat_said=SEAT_SAID, **context))
