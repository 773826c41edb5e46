"""How much each person carries: a list sorted by any of its columns."""

from typing import Any

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue

from registry.kernel import clock
from registry.kernel.actor import Permission
from registry.kernel.errors import Problem, RuleBroken
from registry.ownership.forms import WithinForm
from registry.ownership.pages.narrowing import address, next_address, offered_units, stated, units_of
from registry.ownership.pages.shared import pages
from registry.portfolio import queries
from registry.portfolio.queries import LoadOrder
from registry.store.paging import parts_of
from registry.web.doors import needs
from registry.web.flask_app import actor, session

_HERE = "ownership.load"
_COLUMNS = {
    LoadOrder.NAME: "Person",
    LoadOrder.OWNED: "Systems answered for",
    LoadOrder.SEATS: "Other seats",
    LoadOrder.OFFERS: "Offers waiting",
    LoadOrder.OVERDUE: "Confirmations overdue",
}


@pages.get("/ownership/load")
@needs(Permission.SYSTEM_READ)
def load() -> ResponseReturnValue:
    form = WithinForm(request.args)
    units = offered_units(form)
    fits = form.validate()
    order = _order()
    after: Any = parts_of(request.args.get("after"), (int, str, int))
    found = queries.load_page(session(), actor(), units_of(form) if fits else None, order, after=after)
    page = render_template(
        "ownership/load.html",
        form=form,
        units=units,
        heads=bool(actor().headed_units),
        today=clock.today(),
        loads=found.items,
        columns=_columns(order),
        carried=stated(("sort",)),
        next_url=next_address(_HERE, found.next_after),
        first_url=address(_HERE) if after else None,
    )
    return make_response(page, 200 if fits else 422)


def _order() -> LoadOrder:
    asked = request.args.get("sort", "")
    if asked and asked not in set(LoadOrder):
        raise RuleBroken([Problem("sort", "Choose one of the columns.")])
    return LoadOrder(asked) if asked else LoadOrder.OWNED


def _columns(order: LoadOrder) -> list[dict[str, Any]]:
    return [
        {
            "label": label,
            "numeric": each is not LoadOrder.NAME,
            "sort_url": address(_HERE, sort=each.value),
            "sorted": ("ascending" if each is LoadOrder.NAME else "descending") if each is order else None,
        }
        for each, label in _COLUMNS.items()
    ]
