"""GET /people, /people/<number> and /units. A token issued for one system reads none of them."""

from flask import Blueprint, Response, request

from registry.kernel import clock
from registry.kernel.actor import Permission, require
from registry.kernel.errors import Problem, RuleBroken
from registry.people import queries
from registry.people.queries import Narrowing
from registry.people.schemas import PersonOut, PersonWhole, UnitOut, person_brief, seats, unit_brief
from registry.store.columns import LARGEST_NUMBER
from registry.store.paging import cursor_of, parts_of
from registry.systems import queries as systems
from registry.web import jsonkit
from registry.web.describing import PAGED, Asked, Page, described
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import query_number
from registry.web.sorting import order_asked, sorted_as

api = Blueprint("people_api", __name__)


@api.get("/people")
@needs(Permission.PEOPLE_READ)
@described(
    Page[PersonOut],
    *PAGED,
    sorted_as(queries.SORTS, "by name"),
    Asked("q", "Words of a name, an address or a job."),
    Asked("unit", "The number of a unit; those below it are included.", kind="integer"),
    Asked("here", "1: only who is here today.", words=("1",)),
)
def people() -> Response:
    """Everybody in the directory by name or as `sort` says, leavers included; narrowed by words, by a unit with those below, to who is here."""
    require(actor(), Permission.PEOPLE_READ)
    limit, order = jsonkit.page_limit(), order_asked(queries.SORTS)
    after = None if order else parts_of(request.args.get("cursor"), (str, int))
    found = queries.people_page(session(), _narrowed(), after=after, order=order, limit=limit)
    paths, today = queries.unit_paths(session()), clock.today()
    following = cursor_of(*found.next_after) if found.next_after else None
    items = [person_brief(each, paths.get(each.unit_id or 0), today) for each in found.items]
    return jsonkit.reply({"items": items, "next": following})


def _narrowed() -> Narrowing:
    unit = query_number("unit")
    if request.args.get("unit") and (unit is None or unit > LARGEST_NUMBER):
        raise RuleBroken([Problem("unit", "Give the number of a unit.")])
    return Narrowing(
        words=request.args.get("q", "").replace("\x00", "").strip()[:200],
        unit_ids=queries.unit_with_those_below(session(), unit) if unit is not None else frozenset(),
        on=clock.today() if request.args.get("here") == "1" else None,
    )


@api.get("/people/<int:number>")
@needs(Permission.PEOPLE_READ)
@described(PersonWhole)
def person(number: int) -> Response:
    """One person with the seats they hold now on systems the token's person can see."""
    require(actor(), Permission.PEOPLE_READ)
    found = queries.person_by_id(session(), number)
    path = queries.unit_paths(session()).get(found.unit_id or 0)
    body = person_brief(found, path, clock.today())
    held = systems.held_by(session(), actor(), number)
    listed = [(system.key, system.name, seat, unconfirmed) for system, seat, unconfirmed in held]
    return jsonkit.reply(body | {"seats": seats(listed)})


@api.get("/units")
@needs(Permission.PEOPLE_READ)
@described(Page[UnitOut], *PAGED)
def units() -> Response:
    """Every unit by name, with its path and head."""
    require(actor(), Permission.PEOPLE_READ)
    limit = jsonkit.page_limit()
    after = parts_of(request.args.get("cursor"), (str, int))
    found = queries.units_page(session(), after=after, limit=limit)
    paths = queries.unit_paths(session())
    heads = queries.people_by_id(session(), {unit.head_id for unit in found.items if unit.head_id})
    following = cursor_of(*found.next_after) if found.next_after else None
    items = [unit_brief(each, paths[each.id or 0], heads.get(each.head_id or 0)) for each in found.items]
    return jsonkit.reply({"items": items, "next": following})
