"""Who answers for a system now, and for each on a day; seats other than the owner's filled and vacated; offering a system.

Whoever is offered a system answers in person, never through this door.
"""

from datetime import date

from flask import Blueprint, Response, request

from registry.kernel import clock
from registry.kernel.actor import Permission, require
from registry.kernel.errors import Problem, RuleBroken, refuse_if
from registry.ownership import actions, queries, rules
from registry.ownership.models import Assignment
from registry.ownership.queries import Held
from registry.ownership.schemas import (
    AnsweredOut,
    OfferIn,
    OfferOut,
    SeatedIn,
    SeatedOut,
    offer_out,
    seated_out,
)
from registry.people import queries as people
from registry.people.rules import below
from registry.portfolio import queries as portfolio
from registry.portfolio.queries import DayAsked
from registry.store.paging import cursor_of, parts_of
from registry.systems import queries as systems
from registry.systems.models import System
from registry.web import jsonkit
from registry.web.describing import PAGED, Asked, Page, described
from registry.web.doors import needs
from registry.web.flask_app import actor, session

api = Blueprint("ownership_api", __name__)


@api.post("/systems/<key>/handover")
@needs(Permission.HANDOVER_OFFER)
@described(
    OfferOut, status=201, body=OfferIn, example={"to_id": 12, "reason": "The team moves to Claims in May."}
)
def offer(key: str) -> Response:
    """Offer the accountable seat to somebody; nothing moves until they accept."""
    system = systems.by_key(session(), actor(), key, lock=True)
    require(actor(), Permission.HANDOVER_OFFER, system.id)
    sent = jsonkit.parsed(OfferIn)
    made = actions.offer_handover(session(), actor(), system.id or 0, sent.to_id, sent.reason)
    session().flush()
    return jsonkit.reply(offer_out(made), 201)


@api.get("/systems/<key>/seats")
@needs(Permission.SYSTEM_READ)
@described(Page[SeatedOut])
def seats(key: str) -> Response:
    """Who sits in which seat of a system now, the accountable owner first; all at once."""
    system = systems.by_key(session(), actor(), key)
    held = queries.held_on(session(), system.id or 0)
    return jsonkit.reply({"items": [seated_out(each) for each in held], "next": None})


@api.post("/systems/<key>/seats")
@needs(Permission.SEAT_FILL)
@described(
    SeatedOut,
    status=201,
    body=SeatedIn,
    example={"seat": "deputy", "person_id": 12, "reason": "Agreed with the team lead."},
)
def fill(key: str) -> Response:
    """Put a person or a team in a seat. The accountable owner's passes on by offer and acceptance alone."""
    system = _to_change(key)
    sent = jsonkit.parsed(SeatedIn)
    made = actions.fill_seat(
        session(),
        actor(),
        system.id or 0,
        sent.seat,
        person_id=sent.person_id,
        team_id=sent.team_id,
        reason=sent.reason,
    )
    return _seated(made, 201)


@api.post("/systems/<key>/seats/<int:number>/vacate")
@needs(Permission.SEAT_FILL)
@described(SeatedOut, refuses=(422,))
def vacate(key: str, number: int) -> Response:
    """End somebody's time in a seat, by its number; that they held it stays readable. There is nothing to send."""
    system = _to_change(key)
    held = queries.assignment_by_id(session(), system.id or 0, number)
    return _seated(actions.vacate_seat(session(), actor(), held))


@api.get("/ownership/on")
@needs(Permission.SYSTEM_READ)
@described(
    Page[AnsweredOut],
    Asked("date", "The day whose end is asked about, today unless told.", kind="date"),
    Asked("unit", "Only systems of this unit and of those below it.", kind="integer", least=0),
    Asked("owner", "Part of the name or of the e-mail address of whoever answered then."),
    *PAGED,
)
def on_day() -> Response:
    """Who answered for every system that the register knew when a day ended (UTC), by name, with the other seats of then."""
    limit, after = jsonkit.page_limit(), parts_of(request.args.get("cursor"), (str, int))
    asked = DayAsked(_day(), _units(), request.args.get("owner", "")[:200].replace("\x00", ""))
    page = portfolio.answered_on(session(), actor(), asked, after=after, limit=limit)
    others = portfolio.seats_on(session(), [each.system.id or 0 for each in page.items], asked.day)
    items: list[AnsweredOut] = [
        {
            "system": each.system.key,
            "name": each.system.name,
            "owner": seated_out(Held(each.assignment, each.owner, None)),
            "others": [seated_out(held) for held in others.get(each.system.id or 0, ())],
        }
        for each in page.items
    ]
    following = cursor_of(*page.next_after) if page.next_after else None
    return jsonkit.reply({"items": items, "next": following})


def _to_change(key: str) -> System:
    """The system, locked, for those who may say who sits where."""
    system = systems.by_key(session(), actor(), key, lock=True)
    require(actor(), Permission.SEAT_FILL, system.id)
    return system


def _seated(row: Assignment, status: int = 200) -> Response:
    session().flush()
    return jsonkit.reply(seated_out(queries.holding_of(session(), row)), status)


def _day() -> date:
    """The day asked for. Raises RuleBroken for a text that is none, and for one that has not come yet."""
    text = request.args.get("date", "")
    try:
        day = date.fromisoformat(text) if text else clock.today()
    except ValueError as none:
        raise RuleBroken([Problem("date", "Give a day such as 2026-11-02.")]) from none
    refuse_if(rules.problems_with_any_day("date", day, clock.today()))
    return day


def _units() -> frozenset[int] | None:
    """The unit asked for with all below it; None: every unit."""
    text = request.args.get("unit", "")
    if not text:
        return None
    tree = people.parents(session())
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
    if number is None or number not in tree:
        raise RuleBroken([Problem("unit", "There is no unit of this number.")])
    return frozenset({number}) | below(frozenset({number}), tree)
