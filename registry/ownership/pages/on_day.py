"""Who answered for every system on a day, as a page and as a file."""

from datetime import date
from functools import partial
from typing import Any

from flask import Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from registry.kernel import clock
from registry.kernel.actor import Permission
from registry.kernel.errors import Problem, RuleBroken
from registry.ownership import rules
from registry.ownership.forms import OnDayForm
from registry.ownership.pages.narrowing import address, next_address, offered_units, units_of
from registry.ownership.pages.shared import pages
from registry.ownership.rules import SEAT_SAID
from registry.portfolio import queries
from registry.portfolio.queries import DayAsked
from registry.portfolio.render import owners_csv
from registry.store.paging import parts_of
from registry.systems import actions as register
from registry.web.doors import needs, takes_away
from registry.web.downloads import of_past_day
from registry.web.flask_app import actor, noted, session
from registry.web.past import day_asked
from registry.web.security import as_download

_HERE = "ownership.on_day"


@pages.get("/ownership/on")
@needs(Permission.SYSTEM_READ)
def on_day() -> ResponseReturnValue:
    form = OnDayForm(request.args)
    units = offered_units(form)
    asked = _asked(form)
    after: Any = parts_of(request.args.get("after"), (str, int))
    found = queries.answered_on(session(), actor(), asked, after=after) if asked else None
    page = render_template(
        "ownership/on_day.html",
        form=form,
        units=units,
        heads=bool(actor().headed_units),
        asked=asked,
        found=found.items if found else [],
        total=queries.answered_count(session(), actor(), asked) if asked else 0,
        seats=_seats(form, found.items, asked.day) if found and asked else {},
        seat_said=SEAT_SAID,
        csv_url=address("ownership.on_day_csv"),
        next_url=next_address(_HERE, found.next_after) if found else None,
        first_url=address(_HERE) if after else None,
    )
    return make_response(page, 200 if asked else 422)


@pages.post("/ownership/on.csv")
@needs(Permission.REGISTER_EXPORT)
@takes_away
def on_day_csv() -> Response:
    """The same as a file. Who took it away stands in the ledger, as with every export of the register."""
    form = OnDayForm(request.args)
    units = offered_units(form)
    asked = _asked(form)
    if asked is None:
        raise RuleBroken([Problem(name, says) for name, told in form.errors.items() for says in told])
    found = queries.answered_on(session(), actor(), asked, limit=None).items
    text = owners_csv(found, _seats(form, found, asked.day), units, day_asked())
    said = f"who answered on {asked.day.isoformat()}"
    noted(partial(register.note_export, address=said, count=len(found), written_as="csv", day=day_asked()))
    name = f"owners-{asked.day.isoformat()}{of_past_day()}.csv"
    return as_download(Response(text, mimetype="text/csv"), name)


def _asked(form: OnDayForm) -> DayAsked | None:
    """What is asked; None, with the objection beside its field, where it cannot be answered."""
    if not form.validate():
        return None
    day = form.date.data or clock.today()
    # The page says which day it answers for, also when the address named none.
    form.date.process_data(day)
    form.take(rules.problems_with_any_day("date", day, clock.today()))
    return None if form.date.errors else DayAsked(day, units_of(form), form.owner.data or "")


def _seats(form: OnDayForm, found: Any, day: date) -> dict[int, Any]:
    numbers = [each.system.id for each in found] if form.seats.data else []
    return dict(queries.seats_on(session(), numbers, day))
