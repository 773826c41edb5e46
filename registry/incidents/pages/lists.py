"""Every incident one may see, narrowed and as a file; the incidents of one system."""

from enum import StrEnum
from typing import Any, TypeVar

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.incidents.pages.shared import PAGE, pages
from registry.incidents.queries import incidents as queries
from registry.incidents.queries.beside import next_clocks
from registry.incidents.queries.incidents import Narrowing
from registry.incidents.queries.times import times_of
from registry.incidents.render import incidents_csv, left_said, span_said
from registry.incidents.rules.kinds import Kind, Pattern, Severity, Status
from registry.kernel import clock
from registry.kernel.actor import Permission
from registry.kernel.errors import NotFound, Problem, RuleBroken
from registry.kernel.text import counted
from registry.people import queries as people
from registry.store.columns import LARGEST_NUMBER
from registry.store.paging import cursor_of, parts_of
from registry.systems import actions as register
from registry.systems import queries as systems
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.formkit import query_number
from registry.web.security import as_download
from registry.web.systemkit import frame

_NAMES = ("status", "severity", "pattern", "kind", "unit", "mine", "q")
_ALL = "all"
Choice = TypeVar("Choice", bound=StrEnum)


@pages.get("/incidents")
@needs(Permission.SYSTEM_READ)
def overview() -> ResponseReturnValue:
    by, before = _narrowing(), _before()
    found = queries.incidents_page(session(), actor(), by, before=before, limit=PAGE)
    return render_template(
        "incidents/list.html",
        found=found.items,
        by=by,
        narrowed=any(request.args.get(name) for name in _NAMES),
        statuses=list(Status),
        severities=list(Severity),
        patterns=list(Pattern),
        kinds=list(Kind),
        units=people.unit_paths(session()),
        unit=query_number("unit"),
        times=times_of(session(), actor(), by),
        span=span_said,
        clocks=_clocks([line.incident.id or 0 for line in found.items]),
        total=counted(queries.count(session(), actor(), by), "incident"),
        csv_url=_address("incidents.export"),
        next_url=_address(".overview", before=cursor_of(*found.next_after)) if found.next_after else None,
        first_url=_address(".overview") if before else None,
    )


@pages.post("/incidents.csv")
@needs(Permission.REGISTER_EXPORT)
def export() -> Response:
    """The same as a file. Who took it away stands in the ledger, as with every export of the register."""
    by = _narrowing()
    found = queries.incidents_page(session(), actor(), by, limit=queries.count(session(), actor(), by)).items
    said = f"incidents?{request.query_string.decode(errors='replace')[:300]}"
    register.note_export(session(), actor(), address=said, count=len(found), written_as="csv")
    name = f"incidents-{clock.today().isoformat()}.csv"
    return as_download(Response(incidents_csv(found), mimetype="text/csv"), name)


@pages.get("/systems/<key>/incidents")
@needs(Permission.SYSTEM_READ)
def system(key: str) -> ResponseReturnValue:
    found = systems.by_key(session(), actor(), key)
    before = _before()
    by = Narrowing(system_id=found.id)
    page = queries.incidents_page(session(), actor(), by, before=before, limit=PAGE)
    following = url_for(".system", key=key, before=cursor_of(*page.next_after)) if page.next_after else None
    return render_template(
        "incidents/system.html",
        **frame(session(), actor(), found),
        found=page.items,
        next_url=following,
        first_url=url_for(".system", key=key) if before else None,
    )


def _clocks(numbers: list[int]) -> dict[int, tuple[str, bool]]:
    """By incident what is left of the report that is due first, and whether that is too late."""
    now = clock.now()
    found = next_clocks(session(), numbers).items()
    return {number: (left_said(its.until, now), its.until <= now) for number, its in found}


def _narrowing() -> Narrowing:
    """What the address narrows the list to; what is not over where it says nothing. Raises RuleBroken."""
    status, unit = request.args.get("status", ""), query_number("unit")
    if unit is not None and unit > LARGEST_NUMBER:
        raise NotFound
    return Narrowing(
        status=None if status in {"", _ALL} else _chosen("status", Status),
        unclosed=not status,
        severity_from=_severity(request.args.get("severity", "")),
        pattern=_chosen("pattern", Pattern),
        kind=_chosen("kind", Kind),
        unit_ids=None if unit is None else people.unit_with_those_below(session(), unit),
        words=request.args.get("q", "").replace("\x00", "").strip()[:200],
        mine=request.args.get("mine") == "1",
    )


def _severity(text: str) -> int | None:
    if text and text not in {str(one.value) for one in Severity}:
        raise RuleBroken([Problem("severity", "Choose one of the list.")])
    return int(text) if text else None


def _chosen(name: str, kind: type[Choice]) -> Choice | None:
    text = request.args.get(name, "")
    if text and text not in set(kind):
        raise RuleBroken([Problem(name, "Choose one of the list.")])
    return kind(text) if text else None


def _before() -> int | None:
    place = parts_of(request.args.get("before"), (int,))
    return min(place[0], LARGEST_NUMBER) if place else None


def _address(endpoint: str, **changes: str) -> str:
    kept: dict[str, Any] = {name: request.args[name] for name in _NAMES if request.args.get(name)}
    return url_for(endpoint, **(kept | changes))
