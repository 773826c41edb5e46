"""Every review one may see: who has it, until when, and which nobody has yet."""

from datetime import timedelta
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.kernel import clock
from registry.kernel.actor import Permission, Role
from registry.kernel.errors import Problem, RuleBroken
from registry.reviews.pages.shared import pages
from registry.reviews.queries.reviews import Narrowing, Place, counts, reviews_page
from registry.reviews.queries.words import waivers_asked
from registry.reviews.rules.kinds import UNDECIDED, Kind
from registry.store.columns import LARGEST_NUMBER
from registry.store.paging import cursor_of, parts_of
from registry.systems.rules.record import Tier
from registry.web.doors import needs
from registry.web.flask_app import actor, session

PAGE = 30
_DUE_DAYS = 14
_NAMES = ("place", "kind", "tier")
_UNCLASSIFIED = "none"


@pages.get("/reviews")
@needs(Permission.SYSTEM_READ)
def queue() -> ResponseReturnValue:
    by = _narrowing()
    before = _seen("before")
    found = reviews_page(session(), actor(), by, before=before, limit=PAGE)
    numbers = counts(session(), actor(), by)
    return render_template(
        "reviews/list.html",
        found=found.items,
        by=by,
        places=[(each, numbers[each]) for each in Place],
        narrowed=any(request.args.get(name) for name in _NAMES),
        kinds=list(Kind),
        tiers=list(Tier),
        today=clock.today(),
        undecided=UNDECIDED,
        **_waivers(),
        next_url=_address(before=cursor_of(*found.next_after)) if found.next_after else None,
        first_url=_address() if before else None,
    )


def _waivers() -> dict[str, Any]:
    """What a reviewer finds below the queue: a page of the waivers that are asked for; nobody else finds any."""
    if Role.REVIEWER not in actor().roles:
        return {"is_reviewer": False}
    after = _seen("waivers_after")
    asked = waivers_asked(session(), actor(), after=after, limit=PAGE)
    more = _address(waivers_after=cursor_of(*asked.next_after)) if asked.next_after else None
    first = _address() if after else None
    return {"is_reviewer": True, "waivers": asked.items, "more_waivers": more, "first_waivers": first}


def _seen(name: str) -> int | None:
    place = parts_of(request.args.get(name), (int,))
    return min(place[0], LARGEST_NUMBER) if place else None


def _narrowing() -> Narrowing:
    """What the address narrows the queue to; all that are not decided where it names no place. Raises RuleBroken."""
    place, kind, tier = (request.args.get(name, "") for name in _NAMES)
    known = ((place, set(Place)), (kind, set(Kind)), (tier, {*Tier, _UNCLASSIFIED}))
    if any(text and text not in choices for text, choices in known):
        raise RuleBroken([Problem("", "Choose one of the list.")])
    return Narrowing(
        Place(place) if place else Place.UNDECIDED,
        clock.today() + timedelta(days=_DUE_DAYS),
        Kind(kind) if kind else None,
        ("" if tier == _UNCLASSIFIED else tier) if tier else None,
    )


def _address(**changes: str) -> str:
    kept: dict[str, Any] = {name: request.args[name] for name in _NAMES if request.args.get(name)}
    return url_for("reviews.queue", **(kept | changes))
