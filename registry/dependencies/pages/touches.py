"""What a change of a data source or of a system touches: everybody downstream, as far as the reader may know of them."""

from collections.abc import Mapping
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from registry.data_sources import queries as data_sources
from registry.dependencies import queries
from registry.dependencies.pages.system import pages
from registry.dependencies.rules.touches import Reached, touches
from registry.kernel.actor import Permission
from registry.kernel.text import listed, worded
from registry.ownership import queries as ownership
from registry.systems import queries as systems
from registry.systems.models import System
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.systemkit import frame

# Beyond so many, the nearest are enough to see that it concerns everybody.
_MOST = 200


@pages.get("/systems/<key>/touches")
@needs(Permission.SYSTEM_READ)
def system_touches(key: str) -> ResponseReturnValue:
    found = systems.by_key(session(), actor(), key)
    ways = queries.graph(session(), actor())
    reached = touches(ways, [found.id or 0])
    del reached[found.id or 0]
    return render_template(
        "dependencies/touches.html", **frame(session(), actor(), found), **_touched(ways, reached, {})
    )


@pages.get("/data-sources/<key>/touches")
@needs(Permission.DATA_SOURCE_READ)
def source_touches(key: str) -> ResponseReturnValue:
    source = data_sources.by_key(session(), key)
    uses: dict[int, list[str]] = {}
    for use, system in data_sources.used_by(session(), actor(), source.id or 0):
        uses.setdefault(system.id or 0, []).append(worded(use.purpose.value))
    ways = queries.graph(session(), actor())
    first = {number: f"uses it for {listed(sorted(purposes))}" for number, purposes in uses.items()}
    return render_template(
        "dependencies/source_touches.html", source=source, **_touched(ways, touches(ways, uses), first)
    )


def _touched(ways: queries.Ways, reached: Mapping[int, Reached], first: Mapping[int, str]) -> dict[str, Any]:
    """The nearest of those reached, each with the way there and who answers for it.

    `first` says how the users of a source use it; they are one step away from it.
    """
    near = list(reached)[:_MOST]
    through = {one.through for one in reached.values() if one.through is not None}
    named = systems.by_numbers(session(), actor(), {*near, *through})
    owners = ownership.owners_of(session(), near)
    rows = []
    for number in near:
        way = _way(ways, reached[number], number, named) or first[number]
        steps = reached[number].distance + bool(first)
        rows.append((named[number], way, steps, owners.get(number)))
    return {"rows": rows, "total": len(reached), "sees_everything": actor().sees_everything}


def _way(ways: queries.Ways, reached: Reached, number: int, named: Mapping[int, System]) -> str:
    if reached.through is None:
        return ""
    interface = ways[reached.through].get(number, "")
    says = f"relies on {named[reached.through].name}"
    return f"{says}, through {interface}" if interface else says
