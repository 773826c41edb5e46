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


@dataclass(frozen=True, slots=True)
class Places:
    """Entries of the main menu that belong together, under their heading; the first need none."""

    heading: str
    places: list[Place]


# heading, and of each place: label, endpoint, icon, permission; the order is that of the rail.
_MENU = (
    (
        "",
        (
            ("My desk", "portfolio.desk", "desk", Permission.DESK_READ),
            ("Register", "systems.register_page", "register", Permission.SYSTEM_READ),
        ),
    ),
    (
        "Day to day",
        (
            ("Alerts", "alerts.overview", "alert", Permission.SYSTEM_READ),
            ("Incidents", "incidents.overview", "incident", Permission.SYSTEM_READ),
            ("Reviews", "reviews.queue", "review", Permission.SYSTEM_READ),
        ),
    ),
    (
        "How we stand",
        (
            ("Portfolio", "portfolio.overview", "portfolio", Permission.SYSTEM_READ),
            ("Why our AI fails", "portfolio.why", "why", Permission.SYSTEM_READ),
            ("Ownership", "ownership.findings", "hand-over", Permission.SYSTEM_READ),
        ),
    ),
    (
        "Directories",
        (
            ("Data sources", "data_sources.catalogue", "data", Permission.DATA_SOURCE_READ),
            ("Frameworks", "frameworks.overview", "shield", Permission.FRAMEWORK_READ),
            ("People", "people.directory", "people", Permission.PEOPLE_READ),
            ("Units", "people.units", "unit", Permission.PEOPLE_READ),
        ),
    ),
    (
        "Administration",
        (
            ("Imports", "interchange.imports_list", "upload", Permission.INVENTORY_IMPORT),
            ("Audit log", "audit.log", "audit", Permission.AUDIT_READ),
            ("Rule packs", "packs.editions", "file", Permission.PACK_ADOPT),
            ("Mail", "notices.mail", "mail", Permission.NOTICES_MANAGE),
            ("MLflow", "mlflow.servers", "refresh", Permission.MLFLOW_MANAGE),
            ("Webhooks", "notices.hooks", "plug", Permission.NOTICES_MANAGE),
            ("Jobs", "worker.jobs", "admin", Permission.JOBS_READ),
        ),
    ),
)
_TABS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("Overview", (("Overview", "systems.show"),)),
    ("Ownership", (("Ownership", "ownership.system"),)),
    ("Objective", (("Objective", "objectives.system"),)),
    ("Data", (("Sources", "data_sources.system"), ("Dependencies", "dependencies.system"))),
    ("Versions", (("Versions", "versions.system"),)),
    (
        "Monitoring",
        (("Readings", "monitoring.system"), ("Drift", "drift.system"), ("Fairness", "fairness.system")),
    ),
    ("Feedback", (("Feedback", "feedback.system"),)),
    ("Incidents", (("Incidents", "incidents.system"),)),
    (
        "Compliance",
        (
            ("What stands", "reviews.compliance"),
            ("Classification", "classification.system"),
            ("Risks", "risks.system"),
            ("Tests", "dossiers.system"),
            ("Evidence", "evidence.system"),
        ),
    ),
    ("Gate", (("Gate", "lifecycle.gate"), ("Oversight", "oversight.system"))),
    ("Card", (("Card", "cards.show"),)),
    ("Notes", (("Notes", "annotations.notes"),)),
    ("History", (("History", "systems.history"),)),
)
_TAB_HOMES = frozenset(
    {
        "ownership",
        "objectives",
        "monitoring",
        "fairness",
        "annotations",
        "classification",
        "cards",
        "versions",
        "dependencies",
        "feedback",
        "drift",
        "oversight",
        "lifecycle",
        "evidence",
        "risks",
        "dossiers",
    }
)
# Where in the menu a page belongs whose feature has no entry, or several: by how its endpoint begins, the first that fits.
_AT_HOME = (
    ("portfolio.search", ""),
    ("portfolio.overview", "portfolio.overview"),
    ("portfolio.report", "portfolio.overview"),
    ("portfolio.why", "portfolio.why"),
    ("portfolio.", "portfolio.desk"),
    ("ownership.findings", "ownership.findings"),
    ("ownership.load", "ownership.findings"),
    ("ownership.on_day", "ownership.findings"),
    ("ownership.transfer", "people.directory"),
    ("feedback.inbox", "portfolio.desk"),
    ("people.unit", "people.units"),
    ("people.", "people.directory"),
    ("identity.person", "people.directory"),
    ("second_steps.roles", "people.directory"),
    ("data_sources.system", "systems.register_page"),
    ("incidents.system", "systems.register_page"),
    ("incidents.new", "systems.register_page"),
    ("reviews.compliance", "systems.register_page"),
    ("dependencies.source", "data_sources.catalogue"),
    ("classification.changes", "portfolio.desk"),
    ("notices.mail", "notices.mail"),
    ("notices.try_mail", "notices.mail"),
    ("notices.usual", "notices.mail"),
    ("notices.inbox", ""),
    ("notices.choice", ""),
    ("notices.", "notices.hooks"),
    *((f"{home}.", "systems.register_page") for home in sorted(_TAB_HOMES)),
)


def menu(actor: Actor) -> list[Places]:
    """The rail: every place this person may enter."""
    found = []
    for heading, entries in _MENU:
        places = [
            Place(label, url_for(endpoint), icon, _is_here(endpoint))
            for label, endpoint, icon, permission in entries
            if may(actor, permission)
        ]
        if places:
            found.append(Places(heading, places))
    return found


def _is_here(endpoint: str) -> bool:
    asked = request.endpoint or ""
    for beginning, home in _AT_HOME:
        if asked.startswith(beginning):
            return endpoint == home
    return endpoint.partition(".")[0] == request.blueprint


def system_tabs(key: str) -> list[Place]:
    """The tabs of one system's pages; one with several pages leads to the first of them."""
    return [
        Place(label, url_for(pages[0][1], key=key), current=any(_tab_here(endpoint) for _, endpoint in pages))
        for label, pages in _TABS
    ]


def system_parts(key: str) -> list[Place]:
    """The pages of the tab one is on, where it has several."""
    for _, pages in _TABS:
        if len(pages) > 1 and any(_tab_here(endpoint) for _, endpoint in pages):
            return [
                Place(label, url_for(endpoint, key=key), current=_tab_here(endpoint))
                for label, endpoint in pages
            ]
    return []


def _tab_here(endpoint: str) -> bool:
    if request.endpoint == endpoint:
        return True
    home = endpoint.split(".", maxsplit=1)[0]
    if (request.endpoint, endpoint) == ("incidents.new", "incidents.system"):
        return True
    return home == request.blueprint and (home in _TAB_HOMES or (home == "data_sources" and _is_data_tab()))


def _is_data_tab() -> bool:
    # The catalogue and a system's data tab are one feature; the endpoint's name tells them apart.
    return (request.endpoint or "").startswith("data_sources.system")
