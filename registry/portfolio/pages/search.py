"""The search across everything."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.kernel import clock
from registry.kernel.actor import Permission
from registry.kernel.text import DATA_SOURCE_PREFIX, SYSTEM_PREFIX, public_key, shortened, worded
from registry.ownership import queries as ownership
from registry.portfolio import queries
from registry.portfolio.pages.desk import pages
from registry.portfolio.queries import Hits, Near, Part
from registry.systems.rules.search import words_of
from registry.web.doors import needs
from registry.web.flask_app import actor, session

_BY_NUMBER = {
    "evidence": "evidence.show",
    "incident": "incidents.show",
    "review": "reviews.show",
    "risk": "risks.show",
    "sign-off": "reviews.sheet",
    "tests": "dossiers.show",
}
_TEXT_SHOWN = 160


def _numbered(endpoint: str) -> Callable[[Part, str], str]:
    return lambda part, _key: url_for(endpoint, number=part.number)


def _keyed(endpoint: str, anchor: str | None = None) -> Callable[[Part, str], str]:
    return lambda _part, key: url_for(endpoint, key=key, _anchor=anchor)


def _both(endpoint: str) -> Callable[[Part, str], str]:
    return lambda part, key: url_for(endpoint, key=key, number=part.number)


# Each kind of thing that belongs to systems: what one and several of it are called, and where one of it is read.
_PARTS: Final[Mapping[str, tuple[str, str, Callable[[Part, str], str]]]] = {
    "alert": ("Alert", "Alerts", _numbered("alerts.show")),
    "action": ("Corrective action", "Corrective actions", _numbered("incidents.action")),
    "finding": (
        "Finding",
        "Findings of reviews",
        lambda part, _key: url_for("reviews.show", number=part.place, _anchor="findings"),
    ),
    "condition": (
        "Condition",
        "Conditions of approvals",
        lambda part, _key: url_for("reviews.show", number=part.place, _anchor="conditions"),
    ),
    "waiver": ("Waiver", "Waivers", _keyed("reviews.compliance", "waivers")),
    "risk": ("Risk", "Risks", _numbered("risks.show")),
    "version": ("Version", "Versions", _both("versions.show")),
    "metric": (
        "Metric",
        "Metrics",
        lambda part, key: url_for("monitoring.readings", key=key, slug=part.place),
    ),
    "objective": ("Objective", "Objectives", _keyed("objectives.system")),
    "evidence": ("Evidence", "Evidence", _numbered("evidence.show")),
    "test": ("Test", "Tests before use", _numbered("dossiers.case")),
    "dependency": ("Service", "Services systems rely on", _both("dependencies.show")),
    "feedback": ("Feedback", "Feedback", _both("feedback.show")),
    "note": (
        "Note",
        "Notes",
        lambda part, key: url_for("annotations.notes", key=key, _anchor=f"note-{part.number}"),
    ),
    "vendor": ("Vendor", "Vendors", lambda part, _key: url_for("systems.register_page", vendor=part.text)),
    "tag": ("Tag", "Tags", _numbered("annotations.tag")),
}
_NEAR_SAID: Final = {
    "system": "System",
    "incident": "Incident",
    "person": "Person",
    "unit": "Unit",
    "team": "Team",
    "source": "Data source",
    "vendor": "Vendor",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing found that belongs to a system: where it is read, its text, how it stands, and its system's key and name."""

    url: str
    text: str
    state: str | None
    key: str
    system: str | None
    systems: int | None


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of one kind, and where the rest of it is (None: this is all)."""

    one: str
    label: str
    lines: list[Line]
    more_url: str | None


@pages.get("/search")
@needs(Permission.SYSTEM_READ)
def search() -> ResponseReturnValue:
    asked = request.args.get("q", "").strip()[:200]
    if known := queries.address_of(session(), actor(), asked):
        return redirect(_address(known))
    words = words_of(asked)
    only = request.args.get("kind", "")
    if words and only in _PARTS:
        return _of_one_kind(words, only)
    found = queries.search(session(), actor(), words) if words else None
    listed = [system.id or 0 for system in found.systems.items] if found else []
    near = found.nearly if found else None
    return render_template(
        "portfolio/search.html",
        asked=" ".join(words),
        found=found,
        groups=[_group(kind, hits, words) for kind, hits in found.parts.items()] if found else [],
        near=[(_NEAR_SAID[each.kind], each.name, _near_url(each)) for each in near.names] if near else [],
        meant=near.meant if near else None,
        parts=_contents(found) if found else [],
        owners=ownership.owners_of(session(), listed),
        today=clock.today(),
    )


def _contents(found: queries.Results) -> list[dict[str, str]]:
    kinds = {
        "systems": ("Systems", found.systems.items),
        "incidents": ("Incidents", found.incidents.items),
        "people": ("People", found.people.items),
        "units": ("Units", found.units.items),
        "teams": ("Teams", found.teams.items),
        "sources": ("Data sources", found.sources.items),
        "parts": ("Of systems", found.parts),
    }
    return [{"id": name, "label": label} for name, (label, there) in kinds.items() if there]


def _of_one_kind(words: tuple[str, ...], only: str) -> ResponseReturnValue:
    found = queries.belongings(session(), actor(), words, only=only).get(only, Hits([]))
    return render_template(
        "portfolio/search_kind.html",
        asked=" ".join(words),
        group=_group(only, found, words),
        cut=found.more,
    )


def _group(kind: str, hits: Hits[Part], words: tuple[str, ...]) -> Group:
    one, label, url = _PARTS[kind]
    lines = [_line(part, url) for part in hits.items]
    rest = url_for("portfolio.search", q=" ".join(words), kind=kind) if hits.more else None
    return Group(one, label, lines, rest)


def _line(part: Part, url: Callable[[Part, str], str]) -> Line:
    key = public_key(SYSTEM_PREFIX, part.system_id) if part.system_id else ""
    return Line(
        url(part, key),
        shortened(part.text, _TEXT_SHOWN) or "(no words)",
        worded(part.state) if part.state else None,
        key,
        part.system,
        None if part.system_id else int(part.place or 0),
    )


def _near_url(near: Near) -> str:
    addresses: dict[str, tuple[str, dict[str, Any]]] = {
        "system": ("systems.show", {"key": public_key(SYSTEM_PREFIX, near.number)}),
        "source": ("data_sources.show", {"key": public_key(DATA_SOURCE_PREFIX, near.number)}),
        "incident": ("incidents.show", {"number": near.number}),
        "person": ("people.show", {"number": near.number}),
        "unit": ("people.unit", {"number": near.number}),
        "team": ("people.team", {"number": near.number}),
        "vendor": ("systems.register_page", {"vendor": near.name}),
    }
    endpoint, values = addresses[near.kind]
    return url_for(endpoint, **values)


def _address(known: queries.Known) -> str:
    if known.kind in _BY_NUMBER:
        return url_for(_BY_NUMBER[known.kind], number=known.number)
    if known.kind == "classification":
        return url_for("classification.run", key=known.key, number=known.number)
    if known.kind == "waiver":
        return url_for("reviews.compliance", key=known.key, _anchor="waivers")
    return url_for("systems.show" if known.kind == "system" else "data_sources.show", key=known.key)
