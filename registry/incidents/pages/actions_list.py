"""Corrective actions across systems: what is still to be done, what is late, what waits to be verified."""

from datetime import date
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.incidents.pages.shared import PAGE, pages
from registry.incidents.queries.measures import Asked, Which, actions_page, count
from registry.incidents.rules.kinds import Pattern
from registry.kernel.actor import Permission
from registry.kernel.errors import Problem, RuleBroken
from registry.kernel.text import counted
from registry.store.columns import LARGEST_NUMBER
from registry.store.paging import cursor_of, parts_of
from registry.web.doors import needs
from registry.web.flask_app import actor, session


@pages.get("/corrective-actions")
@needs(Permission.SYSTEM_READ)
def actions() -> ResponseReturnValue:
    asked, after = _asked(), _after()
    found = actions_page(session(), actor(), asked, after=after, limit=PAGE)
    kept: dict[str, Any] = {
        name: request.args[name] for name in ("which", "pattern", "mine") if request.args.get(name)
    }
    following = url_for(".actions", **kept, after=cursor_of(*found.next_after)) if found.next_after else None
    return render_template(
        "incidents/actions.html",
        found=found.items,
        asked=asked,
        choices=list(Which),
        patterns=list(Pattern),
        total=counted(count(session(), actor(), asked), "corrective action"),
        next_url=following,
        first_url=url_for(".actions", **kept) if after else None,
    )


def _asked() -> Asked:
    """What the address narrows the list to. Raises RuleBroken."""
    which, pattern = request.args.get("which", ""), request.args.get("pattern", "")
    problems = [
        Problem(name, "Choose one of the list.")
        for name, text, known in (("which", which, set(Which)), ("pattern", pattern, set(Pattern)))
        if text and text not in known
    ]
    if problems:
        raise RuleBroken(problems)
    return Asked(
        which=Which(which) if which else Which.UNFINISHED,
        pattern=Pattern(pattern) if pattern else None,
        owner_id=actor().person_id if request.args.get("mine") == "1" else None,
    )


def _after() -> tuple[date, int] | None:
    place = parts_of(request.args.get("after"), (str, int))
    if place is None:
        return None
    try:
        return date.fromisoformat(place[0]), min(place[1], LARGEST_NUMBER)
    except ValueError as error:
        raise RuleBroken([Problem("after", "This place in the list was not issued here.")]) from error
