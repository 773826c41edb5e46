"""A system's drift tab: every feature by window, and how each stands now."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.drift.models import Baseline, Distribution, Feature
from registry.drift.queries import checking, windows
from registry.drift.queries import features as queries
from registry.drift.render import MOST_WINDOWS, drift_map, named
from registry.drift.rules.comparing import Standing, decided
from registry.kernel.actor import Permission, may
from registry.store.columns import LARGEST_NUMBER
from registry.store.paging import cursor_of, parts_of
from registry.systems import queries as systems
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.systemkit import frame

pages = Blueprint("drift", __name__)

_AT_ONCE = 50


@pages.get("/systems/<key>/drift")
@needs(Permission.SYSTEM_READ)
def system(key: str) -> ResponseReturnValue:
    found = systems.by_key(session(), actor(), key)
    page = queries.features_page(session(), found.id or 0, after=_after(), limit=_AT_ONCE)
    numbers = [each.id or 0 for each in page.items]
    newest = windows.newest_of(session(), numbers, MOST_WINDOWS)
    followed = queries.in_force(session(), numbers)
    alerts = checking.drift_alerts(session(), page.items)
    following = cursor_of(*page.next_after) if page.next_after else None
    return render_template(
        "drift/system.html",
        **frame(session(), actor(), found),
        lines=[
            _line(each, newest[each.id or 0], followed.get(each.id or 0))
            | {"alert": alerts.get(each.id or 0)}
            for each in page.items
        ],
        chart=drift_map(page.items, newest, followed) if followed else None,
        standings=list(Standing),
        may_set=may(actor(), Permission.BASELINE_SET, found.id),
        next_url=url_for(".system", key=key, cursor=following) if following else None,
    )


def _after() -> tuple[str, int] | None:
    parts = parts_of(request.args.get("cursor"), (str, int))
    return None if parts is None else (parts[0], min(parts[1], LARGEST_NUMBER))


def _line(feature: Feature, some: Sequence[Distribution], baseline: Baseline | None) -> dict[str, Any]:
    window = some[-1] if some else None
    told: dict[str, Any] = {
        "feature": feature,
        "name": named(feature),
        "window": window,
        "baseline": baseline,
    }
    own = window is not None and baseline is not None and windows.is_own(baseline, window)
    if window is None or baseline is None or own:
        return told | {"standing": None, "decides": None, "own": own}
    standing, decides = decided(windows.spread_in(baseline), windows.spread_in(window))
    return told | {"standing": standing, "decides": decides, "own": False}
