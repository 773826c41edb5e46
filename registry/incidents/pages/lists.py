"""Every incident one may see, narrowed and as a file; the incidents of one system."""

from dataclasses import replace
from datetime import date
from enum import StrEnum
from functools import partial
from typing import Any, TypeVar

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.incidents.pages.shared import PAGE, pages
from registry.incidents.queries import incidents as queries
from registry.incidents.queries.beside import next_clocks
from registry.incidents.queries.exporting import exported
from registry.incidents.queries.incidents import Narrowing
from registry.incidents.queries.times import times_of
from registry.incidents.render import incidents_csv, left_said, span_said
from registry.incidents.rules.kinds import Kind, Pattern, Severity, Status
from registry.kernel import clock
from registry.kernel.actor import Permission
from registry.kernel.calendar import instants_between, months_after, start_of
from registry.kernel.errors import NotFound, Problem, RuleBroken
from registry.kernel.text import counted
from registry.packs.rules import UNCLASSIFIED
from registry.people import queries as people
from registry.store.columns import LARGEST_NUMBER
from registry.store.paging import cursor_of
from registry.systems import actions as register
from registry.systems import queries as systems
from registry.systems.rules.record import Stage, Tier
from registry.systems.rules.search import NO_TEXT_STATED, VALUE_LIMIT
from registry.web.doors import needs, takes_away
from registry.web.downloads import name_of_day
from registry.web.flask_app import actor, noted, session
from registry.web.formkit import query_number
from registry.web.past import day_asked
from registry.web.security import as_download
from registry.web.systemkit import frame

_FIELDS = ("status", "severity", "pattern", "kind", "unit", "tier", "mine", "q")
# What only an address narrows by: where a number of another page leads here, the list holds exactly those.
_BEYOND = (
    *("system", "since", "until", "merged", "control", "lead", "told", "to_close", "exactly", "timed"),
    *("stage", "vendor"),
)
NAMES = _FIELDS + _BEYOND
_ALL, _NONE = "all", "none"
Choice = TypeVar("Choice", bound=StrEnum)


@pages.get("/incidents")
@needs(Permission.SYSTEM_READ)
def overview() -> ResponseReturnValue:
    by, before = narrowing(), queries.place_noticed(request.args.get("before"))
    found = queries.incidents_page(session(), actor(), by, before=before, limit=PAGE)
    return render_template(
        "incidents/list.html",
        found=found.items,
        **filters(by),
        # The same for every page of the list: told on its first.
        times=None if before else times_of(session(), actor(), timed(by)),
        span=span_said,
        clocks=_clocks([line.incident.id or 0 for line in found.items]),
        total=counted(queries.count(session(), actor(), by), "incident"),
        csv_url=address("incidents.export"),
        compare_url=address(".times"),
        next_url=address(".overview", before=cursor_of(*found.next_after)) if found.next_after else None,
        first_url=address(".overview") if before else None,
    )


def filters(by: Narrowing) -> dict[str, Any]:
    """What the form above a list of incidents shows: the choices, and what is chosen."""
    return {
        "by": by,
        "narrowed": any(request.args.get(name) for name in NAMES),
        "beyond": _beyond(),
        "since": year_begins(),
        "kept": {name: request.args[name] for name in _BEYOND if request.args.get(name)},
        "statuses": list(Status),
        "severities": list(Severity),
        "patterns": list(Pattern),
        "kinds": list(Kind),
        "tiers": [(tier.value, tier.value.capitalize()) for tier in Tier]
        + [(UNCLASSIFIED, "Not classified")],
        "units": people.unit_paths(session()),
        "unit": _unit(),
    }


def timed(by: Narrowing) -> Narrowing:
    """The incidents whose times are told: closed ones too, or hardly any would have one; of the last twelve months where the
    address states no period.
    """
    wide = replace(by, unclosed=False)
    if by.detected_from or by.detected_to:
        return wide
    return replace(wide, detected_from=start_of(year_begins()))


def year_begins() -> date:
    """The first day of twelve calendar months, the running one the last of them."""
    return months_after(clock.today().replace(day=1), -11)


@pages.post("/incidents.csv")
@needs(Permission.REGISTER_EXPORT)
@takes_away
def export() -> Response:
    """The same as a file. Who took it away stands in the ledger, as with every export of the register."""
    by = narrowing()
    said = f"incidents?{request.query_string.decode(errors='replace')[:300]}"
    body = incidents_csv(exported(session(), actor(), by), day_asked())
    note = partial(
        register.note_export,
        address=said,
        count=queries.count(session(), actor(), by),
        written_as="csv",
        of="incidents",
        day=day_asked(),
    )
    noted(note)
    return as_download(Response(body, mimetype="text/csv"), name_of_day("incidents", "csv"))


@pages.get("/systems/<key>/incidents")
@needs(Permission.SYSTEM_READ)
def system(key: str) -> ResponseReturnValue:
    found = systems.by_key(session(), actor(), key)
    before = queries.place_noticed(request.args.get("before"))
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


def narrowing() -> Narrowing:
    """What the address narrows the list to; what is not over where it says nothing. Raises RuleBroken."""
    status, tier = request.args.get("status", ""), request.args.get("tier", "")
    key, control = request.args.get("system", ""), request.args.get("control", "")
    detected_from, detected_to = instants_between(
        request.args.get("since", ""), request.args.get("until", "")
    )
    close, exactly = request.args.get("to_close"), request.args.get("exactly") == "1"
    return Narrowing(
        status=None if status in {"", _ALL} else _chosen("status", Status),
        unclosed=not status,
        severity_from=_severity(request.args.get("severity", "")),
        pattern=_chosen("pattern", Pattern),
        kind=_chosen("kind", Kind),
        lead_id=actor().person_id if request.args.get("lead") == "me" else None,
        unit_ids=_units(exactly=exactly),
        words=request.args.get("q", "").replace("\x00", "").strip()[:200],
        mine=request.args.get("mine") == "1",
        unled=request.args.get("lead") == "nobody",
        told=request.args.get("told") == "1",
        to_close=close == "1" if close in {"0", "1"} else None,
        system_id=systems.by_key(session(), actor(), key).id if key else None,
        detected_from=detected_from,
        detected_to=detected_to,
        unmerged=request.args.get("merged") == "no",
        missing_control=("" if control == _NONE else control.replace("\x00", "")) if control else None,
        exactly=exactly,
        timed=request.args.get("timed") == "1",
        stage=_chosen("stage", Stage),
        vendor=_vendor(),
        tier=("" if tier == UNCLASSIFIED else _chosen("tier", Tier)) if tier else None,
    )


def _vendor() -> str | None:
    """The vendor the address names; "" where it asks for systems that state none, as the register has it."""
    text = request.args.get("vendor", "").replace("\x00", "")[:VALUE_LIMIT]
    return (text if text != NO_TEXT_STATED else "") if text else None


def _units(*, exactly: bool) -> frozenset[int] | None:
    unit = _unit()
    if unit is None or exactly:
        return None if unit is None else frozenset({unit})
    return people.unit_with_those_below(session(), unit)


def _unit() -> int | None:
    text = request.args.get("unit", "")
    number = query_number("unit")
    if text and number is None:
        raise RuleBroken([Problem("unit", "Choose one of the list.")])
    if number is not None and number > LARGEST_NUMBER:
        raise NotFound
    return number


def _beyond() -> str:
    """What the address narrows by beyond the fields of the form, in words; "" where it does not."""
    asked = {name: request.args.get(name, "") for name in _BEYOND}
    control = (
        "no control is named yet" if asked["control"] == _NONE else f"control {asked['control']} was missing"
    )
    parts = (
        (asked["system"], f"at {asked['system'][:40]}"),
        (asked["since"], f"noticed from {asked['since']}"),
        (asked["until"], f"noticed up to {asked['until']} (UTC)"),
        (asked["control"], control[:60]),
        (asked["merged"] == "no", "without those merged into another"),
        (asked["timed"], "incidents and near misses only"),
        (asked["stage"], f"at systems that are {asked['stage'][:20].replace('_', ' ')}"),
        (asked["vendor"], f"at systems of {asked['vendor'][:60].strip()}"),
        (asked["exactly"], "found there and not merely touching it"),
        (asked["lead"] == "me", "led by you"),
        (asked["lead"] == "nobody", "that nobody leads"),
        (asked["told"], "that you are told of"),
        (asked["to_close"] == "1", "waiting for you to agree that they are over"),
        (asked["to_close"] == "0", "without those that wait for you to close them"),
    )
    said = ", ".join(words for is_so, words in parts if is_so)
    return said[:1].upper() + said[1:]


def _severity(text: str) -> int | None:
    if text and text not in {str(one.value) for one in Severity}:
        raise RuleBroken([Problem("severity", "Choose one of the list.")])
    return int(text) if text else None


def _chosen(name: str, kind: type[Choice]) -> Choice | None:
    text = request.args.get(name, "")
    if text and text not in set(kind):
        raise RuleBroken([Problem(name, "Choose one of the list.")])
    return kind(text) if text else None


def address(endpoint: str, **changes: str) -> str:
    """An address of this or a neighbouring page, with everything that this one is narrowed by."""
    kept: dict[str, Any] = {name: request.args[name] for name in NAMES if request.args.get(name)}
    return url_for(endpoint, **(kept | changes))
