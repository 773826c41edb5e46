"""Main menu and a system's tabs, hidden where may() says no."""

from dataclasses import dataclass

from flask import request, url_for

from registry.kernel.actor import Actor, Permission, may


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of a menu."""

    label: str
    url: str
    icon: str = ""
    current: bool = False
    count: int | None = None


# label, endpoint, icon, permission; the order is that of the rail.
_MENU = (
    ("My desk", "portfolio.desk", "desk", Permission.DESK_READ),
    ("Register", "systems.register_page", "register", Permission.SYSTEM_READ),
    ("Data sources", "data_sources.catalogue", "data", Permission.DATA_SOURCE_READ),
    ("People", "people.directory", "people", Permission.PEOPLE_READ),
    ("Units", "people.units", "unit", Permission.PEOPLE_READ),
    ("Imports", "interchange.imports_list", "upload", Permission.INVENTORY_IMPORT),
    ("Audit log", "audit.log", "audit", Permission.AUDIT_READ),
    ("Jobs", "worker.jobs", "admin", Permission.JOBS_READ),
)
_TABS = (
    ("Overview", "systems.show"),
    ("Ownership", "ownership.system"),
    ("Objective", "objectives.system"),
    ("Data", "data_sources.system"),
    ("Card", "cards.show"),
    ("History", "systems.history"),
)
_TAB_HOMES = frozenset({"ownership", "objectives", "cards"})


def menu(actor: Actor) -> list[Place]:
    """The rail: every place this person may enter."""
    blueprint = request.blueprint
    return [
        Place(label, url_for(endpoint), icon, _is_here(endpoint, blueprint))
        for label, endpoint, icon, permission in _MENU
        if may(actor, permission)
    ]


def _is_here(endpoint: str, blueprint: str | None) -> bool:
    if endpoint == request.endpoint:
        return True
    if endpoint == "people.units":
        return (request.endpoint or "").startswith("people.unit")
    home = endpoint.split(".", maxsplit=1)[0]
    if home == "people" and (request.endpoint or "").startswith("people.unit"):
        return False
    inside_system = blueprint in _TAB_HOMES or _is_data_tab()
    return home == ("systems" if inside_system else blueprint)


def system_tabs(key: str) -> list[Place]:
    """The tabs of one system's pages."""
    return [
        Place(label, url_for(endpoint, key=key), current=_tab_here(endpoint)) for label, endpoint in _TABS
    ]


def _tab_here(endpoint: str) -> bool:
    if request.endpoint == endpoint:
        return True
    home = endpoint.split(".", maxsplit=1)[0]
    return home == request.blueprint and (home in _TAB_HOMES or (home == "data_sources" and _is_data_tab()))


def _is_data_tab() -> bool:
    # The catalogue and a system's data tab are one feature; the endpoint's name tells them apart.
    return (request.endpoint or "").startswith("data_sources.system")
