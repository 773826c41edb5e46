"""How we stand with our AI: the numbers an executive reads, each leading to the list of exactly what it counts."""

from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from registry.incidents.render import span_said
from registry.kernel.actor import Permission, may_order
from registry.kernel.errors import Problem, RuleBroken
from registry.people import queries as people
from registry.portfolio.pages.desk import pages
from registry.portfolio.queries.figures import figures, vendors_in
from registry.portfolio.queries.kept import trends
from registry.portfolio.render import money_said, sparks
from registry.portfolio.rules.figures import Count, Figures, IncidentCount, Pairs, Scope, scope_of
from registry.systems import queries as systems
from registry.systems.rules.record import Stage, Tier
from registry.systems.rules.search import EVERY_SYSTEM, NOT_STATED, Listing, Search, address_of
from registry.web.doors import needs
from registry.web.flask_app import actor, session

UNTOLD = {
    True: "You see systems that few may know of. Past numbers are kept without them, or with all of them, so none is shown "
    "that would compare like with unlike.",
    False: "Changes are kept of the whole company and of each unit, not by tier, stage or vendor.",
}
_NAMES = ("unit", "tier", "stage", "vendor")
_TIERS = {**{each.value: each.value.capitalize() for each in Tier}, NOT_STATED: "Not classified"}


@pages.get("/portfolio")
@needs(Permission.SYSTEM_READ)
def overview() -> ResponseReturnValue:
    units = people.unit_paths(session())
    scope = scope_asked(units)
    found = figures(session(), actor(), scope)
    return render_template(
        "portfolio/overview.html",
        found=found,
        **_trends(found),
        scope=scope,
        narrowed=_said(scope, units),
        looked_at=Stage(scope.stage).said if scope.stage else "in use",
        units=units,
        tiers=_TIERS,
        stages=list(Stage),
        vendors=vendors_in(session(), actor()),
        list_url=_list_url,
        times_url=_incidents_url("incidents.times", scope.incidents()),
        money=money_said,
        span=span_said,
        may_report=may_order(actor(), Permission.PORTFOLIO_REPORT),
    )


def _trends(found: Figures) -> dict[str, Any]:
    """How the numbers at the top have gone, with their small charts; and why nothing is said of it where it is not."""
    went = trends(session(), actor(), found.scope, found.headline)
    if went is None:
        return {"changes": {}, "sparks": {}, "drawn_since": None, "untold": UNTOLD[found.scope.is_kept]}
    drawn = sparks(went)
    return {
        "changes": {name: each.change for name, each in went.items()},
        "sparks": drawn,
        "drawn_since": min((went[name].points[0][0] for name in drawn), default=None),
        "untold": "",
    }


def scope_asked(units: dict[int, str]) -> Scope:
    """What the address narrows the figures to. Raises RuleBroken for what there is not to choose."""
    named = MultiDict([(name, request.args.get(name, "")) for name in _NAMES])
    scope = scope_of(systems.search_from(named))
    if scope.unit is not None and scope.unit not in units:
        raise RuleBroken([Problem("unit", "There is no such unit. Choose one of the list.")])
    return scope


def _said(scope: Scope, units: dict[int, str]) -> str:
    """What the figures are narrowed to, in words; "" where nothing is left out."""
    parts = (
        (scope.unit, f"unit {units[scope.unit]}" if scope.unit is not None else ""),
        (scope.tier, f"tier {_TIERS.get(scope.tier or '', '').lower()}"),
        (scope.stage, f"stage {Stage(scope.stage).said}" if scope.stage else ""),
        (scope.vendor, f"vendor {(scope.vendor or '').strip()}"),
    )
    return ", ".join(words for value, words in parts if value is not None)


def _list_url(count: Count | IncidentCount) -> str:
    """Where exactly what a number counts is listed; "" where there is nothing to list."""
    if isinstance(count, IncidentCount):
        return _incidents_url("incidents.overview", count.asked)
    return _register_url(count.search) if count.search is not None else ""


def _register_url(search: Search) -> str:
    # Where nothing is narrowed, the register would open with the view its reader likes best.
    listing = Listing(search, view="" if search.narrows else EVERY_SYSTEM)
    return url_for("systems.register_page", **_several(tuple(address_of(listing))))


def _incidents_url(endpoint: str, asked: Pairs) -> str:
    return url_for(endpoint, **_several(asked))


def _several(pairs: Pairs) -> dict[str, Any]:
    return MultiDict(pairs).to_dict(flat=False)
