"""How long incidents took, side by side: by pattern, tier, unit, system or month."""

from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.incidents.pages.lists import NAMES, address, filters, narrowing, timed, year_begins
from registry.incidents.pages.shared import pages
from registry.incidents.queries.times import Group, compared, times_of
from registry.incidents.render import span_said
from registry.incidents.rules.times import By, dimension_named
from registry.kernel.actor import Permission
from registry.kernel.calendar import month_days
from registry.packs.rules import UNCLASSIFIED
from registry.web.doors import needs
from registry.web.flask_app import actor, session


@pages.get("/incidents/times")
@needs(Permission.SYSTEM_READ)
def times() -> ResponseReturnValue:
    by, dimension = timed(narrowing()), dimension_named(request.args.get("by", ""))
    groups, beyond = compared(session(), actor(), by, dimension)
    shown = filters(narrowing())
    return render_template(
        "incidents/times.html",
        **shown | {"kept": shown["kept"] | {"by": dimension.value}},
        times=times_of(session(), actor(), by),
        span=span_said,
        dimension=dimension,
        dimensions=[(each, address(".times", by=each.value)) for each in By],
        rows=[(group, _leads_to(dimension, group)) for group in groups],
        more=beyond,
        list_url=_list(),
    )


def _leads_to(dimension: By, group: Group) -> str:
    """Where exactly the incidents of a group are listed."""
    if dimension is not By.MONTH:
        return _list(**{dimension.value: group.value or UNCLASSIFIED, "exactly": "1"})
    first, last = (day.isoformat() for day in month_days(group.value))
    since, until = request.args.get("since") or first, request.args.get("until") or last
    return _list(since=max(first, since), until=min(last, until))


def _list(**narrowed: str) -> str:
    """Where exactly those are listed whose times are told: with all that the address narrows by, and its period."""
    kept: dict[str, Any] = {name: request.args[name] for name in NAMES if request.args.get(name)}
    if not (kept.get("since") or kept.get("until")):
        kept["since"] = year_begins().isoformat()
    return url_for(".overview", **({"status": "all", "merged": "no", "timed": "1"} | kept | narrowed))
