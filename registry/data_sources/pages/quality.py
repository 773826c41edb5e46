"""Quality across all sources: every check with its latest result, the longest unmeasured first."""

from datetime import date
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.data_sources import queries
from registry.data_sources.pages.catalogue import PAGE, chosen, pages
from registry.data_sources.queries import CheckSearch
from registry.data_sources.rules.quality import CheckState, Dimension, is_overdue
from registry.kernel import clock
from registry.kernel.actor import Permission
from registry.kernel.errors import Problem, RuleBroken
from registry.kernel.guard_rails import number_said
from registry.people import queries as people
from registry.store.paging import cursor_of, parts_of
from registry.web.doors import needs
from registry.web.flask_app import session


@pages.get("/data-quality")
@needs(Permission.DATA_SOURCE_READ)
def quality() -> ResponseReturnValue:
    search = _search()
    after = _after(request.args.get("after"))
    found = queries.checks_page(session(), search, after=after, limit=PAGE)
    owners = {one.source.owner_id for one in found.items if one.source.owner_id}
    counts = queries.checks_counted(session(), search)
    return render_template(
        "data_sources/quality.html",
        rows=[(one, queries.check_rail(one.check), _is_late(one, search.on)) for one in found.items],
        owners=people.people_by_id(session(), owners),
        states=[(state, counts[state], _address(state=state.value)) for state in CheckState],
        search=search,
        narrowed=search != CheckSearch(search.on),
        dimensions=list(Dimension),
        days=lambda on: (search.on - on).days,
        number=number_said,
        next_url=_following(found.next_after),
        first_url=_address() if after else None,
    )


def _search() -> CheckSearch:
    return CheckSearch(
        clock.today(),
        words=request.args.get("q", "").replace("\x00", "").strip()[:200],
        state=chosen("state", CheckState),
        dimension=chosen("dimension", Dimension),
    )


def _is_late(one: queries.Checked, on: date) -> bool:
    return one.last is not None and is_overdue(one.last.measured_on, one.check.cadence, on)


def _after(cursor: str | None) -> tuple[date, int] | None:
    parts = parts_of(cursor, (str, int))
    if parts is None:
        return None
    try:
        return date.fromisoformat(parts[0]), parts[1]
    except ValueError as error:
        raise RuleBroken([Problem("after", "This place in the list was not issued here.")]) from error


def _following(place: tuple[Any, ...] | None) -> str | None:
    return _address(after=cursor_of(place[0].isoformat(), place[1])) if place else None


def _address(**changes: str) -> str:
    kept: dict[str, Any] = {name: value for name, value in request.args.items() if name != "after" and value}
    return url_for("data_sources.quality", **(kept | changes))
