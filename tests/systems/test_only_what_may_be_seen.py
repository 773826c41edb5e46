"""Whatever lists, counts or exports systems shows each person exactly those they may know of.

What everybody may see is worked out here row by row, without the product's clause. Every route that could name systems
is asked; a route that this file does not know makes a test fail, so a new list cannot be forgotten.
"""

import re
from importlib import import_module
from urllib.parse import quote

import pytest
from sqlmodel import select

from registry.accounts import actions as accounts
from registry.feeds import actions as feeds
from registry.feeds.rules import FeedKind
from registry.incidents.actions.opening import open_incident
from registry.incidents.queries import visibility
from registry.kernel import clock
from registry.kernel.actor import Role, the_registry
from registry.monitoring.actions import alerts
from registry.monitoring.queries import alerts as alert_queries
from registry.monitoring.rules.alerts import AlertKind
from registry.ownership.models import Assignment
from registry.people.models import BusinessUnit, Person
from registry.portfolio.queries import changes, on_day
from registry.reviews.actions.submitting import want
from registry.reviews.queries import reviews as review_queries
from registry.reviews.rules.kinds import Kind
from registry.systems import queries
from registry.systems.models import System
from registry.systems.queries import FACETS
from registry.systems.rules.record import Stage, Visibility
from registry.web.jsonkit import PROGRAM_DOORS
from tests.cast import NAMES, ROLES
from tests.incidents.happening import facts
from tests.systems.lived_in import fill

COUNT = 12
KEY = re.compile(r"\bAI-\d{4}\b")
PEOPLE = ("otto", "mia", "olga", "ada", "hedy", "rita", "eva")

EVERY_STAGE = "/systems?" + "&".join(f"stage={stage.value}" for stage in Stage)
# What shows systems to whoever may enter, with addresses that show every one of them at once.
LISTS = {
    "systems.register_page": ("/systems", "/systems?sort=-owner&col=deputy", EVERY_STAGE),
    "portfolio_api.changes": ("/api/v1/changes?limit=200",),
    "systems.export": ("/systems/export",),
    "systems.bulk": ("/systems/bulk?all=1",),
    "systems_api.systems": ("/api/v1/systems?limit=200", "/api/v1/systems?limit=200&sort=-owner&fields=key"),
    "systems_api.systems_csv": ("/api/v1/systems.csv",),
    "alerts.overview": ("/alerts",),
    "alerts_api.alerts": ("/api/v1/alerts?limit=200",),
    "incidents_api.incidents": ("/api/v1/incidents?limit=200",),
    "incidents_api.incidents_csv_file": ("/api/v1/incidents.csv",),
    "incidents.overview": ("/incidents",),
    "incidents.export": ("/incidents.csv",),
    "reviews.queue": ("/reviews",),
    "reviews_api.reviews": ("/api/v1/reviews?limit=200",),
    # Every one of them has an alert that says so.
    "portfolio.search": ("/search?q=moved&kind=alert",),
    "ownership.on_day": ("/ownership/on", "/ownership/on?seats=y"),
    "ownership.on_day_csv": ("/ownership/on.csv",),
    "ownership_api.on_day": ("/api/v1/ownership/on?limit=200",),
}
# What may name some systems: whatever it names must be among those the person may know of.
MAY_NAME_SOME = {
    "portfolio.desk": "/",
    "classification.changes": "/classification/changes",
    "portfolio.offers": "/handovers",
    "portfolio.overview": "/portfolio",
    "portfolio.why": "/portfolio/why",
    "portfolio.failed": "/portfolio/failed-criteria",
    # A name that is nearly typed.
    "portfolio.search": "/search?q=zebar",
    "portfolio_api.search": "/api/v1/search?q=moved",
    "incidents.times": "/incidents/times?by=system",
    "incidents_api.times": "/api/v1/incidents/times?by=system",
    "incidents.actions": "/corrective-actions?which=all",
    "ownership.findings": "/ownership",
    "ownership.load": "/ownership/load",
    "annotations.tags": "/tags",
    "interchange.imports_list": "/imports",
    "interchange.new": "/imports/new",
    "people_api.people": "/api/v1/people",
    "people_api.units": "/api/v1/units",
    "people.show": "/people/{person}",
    "people.units": "/units",
    "people.unit": "/units/{unit}",
    "people.directory": "/people",
    "people.teams": "/teams",
    "data_sources.catalogue": "/data-sources",
    "data_sources.quality": "/data-quality",
    "data_sources_api.sources": "/api/v1/data-sources",
    "feedback.inbox": "/feedback/inbox",
    "systems.views": "/systems/views",
    "systems.new": "/systems/new",
    "systems.new_view": "/systems/views/new",
    "accounts.account": "/account",
    "audit.log": "/audit",
    "audit_api.entries": "/api/v1/audit?kind=system",
    "audit_api.checkpoint": "/api/v1/audit/checkpoint",
    "audit.export": "/audit.csv?kind=system",
    "audit.verification": "/audit/verification",
    "worker.jobs": "/jobs",
    "notices.inbox": "/notices",
    "notices.choice": "/account/notices",
    "notices.mail": "/mail",
    "notices.usual": "/mail/usual",
    "mlflow.servers": "/mlflow",
    "mlflow.new": "/mlflow/new",
    "notices.hooks": "/webhooks",
    "notices.new_hook": "/webhooks/new",
    "cards.bundles_list": "/cards/bundles",
    "portfolio.reports_list": "/portfolio/reports",
    # At an address of each person's own.
    "feeds.changes": "/feeds/-/changes.atom",
    "feeds.calendar": "/feeds/-/due.ics",
}
# Routes under one record, which test_access.py asks of every person and of systems that are hidden from them.
OF_ONE_RECORD = ("<key>", "<int:number>", "<code>")
NO_SYSTEMS = {
    # Whoever hands in a card holds it already.
    "cards.verify",
    "cards.schema",
    "declarations.file_schema",
    "past.choose",
    "static",
    "health.alive",
    "health.ready",
    "operations.metrics",
    "patterns.patterns",
    "reference.overview",
    "reference.about",
    "reference_api.openapi",
    "accounts.sign_in",
    # Who people are and how they sign in.
    *("identity.begin", "identity.confirm", "identity.answer", "identity.confirmed"),
    *("passkeys.begin", "passkeys.rename", "passkeys.remove"),
    *("second_steps.enrol", "second_steps.roles", "accounts.browsers"),
    *("scim.service", "scim.types", "scim.user_type", "scim.schemas_list", "scim.user_schema", "scim.users"),
    "frameworks.overview",
    "frameworks.show",
    "frameworks.statement",
    "frameworks.control",
    "packs_api.frameworks",
    "packs_api.framework",
    "packs.editions",
    "packs.text",
    "packs.new",
    "people.new",
    "people.import_form",
    "people.unit_new",
    "people.team_new",
    "data_sources.new",
    "interchange.card_new",
    "classification_api.questionnaire",
}


def may_see(system, person, roles, holders, heads, parents):
    """Whether somebody may know of a system, from product.md alone."""
    if system.visibility is Visibility.COMPANY or roles & {Role.REVIEWER, Role.AUDITOR, Role.ADMINISTRATOR}:
        return True
    unit, chain = system.unit_id, []
    while unit is not None:
        chain.append(heads[unit])
        unit = parents[unit]
    return person in holders[system.id] or person in chain


@pytest.fixture
def allowed(database, cast):
    """Who may see which keys."""
    with database.transaction() as session:
        fill(session, cast, COUNT)
        for system in session.exec(select(System)).all():
            alerts.raise_alert(session, the_registry("command"), system.id, AlertKind.DRIFT, "It moved.")
            open_incident(
                session, the_registry("command"), system, facts(detected_at=clock.now(), started_at=None)
            )
            want(session, the_registry("command"), system, Kind.PERIODIC, clock.today())
    with database.transaction(read_only=True) as session:
        systems = session.exec(select(System)).all()
        holders = {system.id: set() for system in systems}
        for seat in session.exec(select(Assignment)):
            if seat.to_at is None:
                holders[seat.system_id].add(seat.person_id)
        units = session.exec(select(BusinessUnit)).all()
        heads, parents = ({u.id: u.head_id for u in units}, {u.id: u.parent_id for u in units})
        return {
            name: {
                system.key
                for system in systems
                if may_see(
                    system,
                    cast.number(name),
                    {ROLES[name]} if name in ROLES else set(),
                    holders,
                    heads,
                    parents,
                )
            }
            for name in NAMES
        }


@pytest.fixture
def ask(database, cast, client_of, app):
    """The text of what one person is shown at an address; None where they may not enter."""
    clients, tokens = {}, {}

    def asked(name, endpoint, address):
        clients.setdefault(name, client_of(name))
        if address.startswith(PROGRAM_DOORS):
            if name not in tokens:
                with database.transaction() as session:
                    person = session.get(Person, cast.number(name))
                    actor = cast.actor(session, name)
                    tokens[name] = accounts.issue_token(
                        session, actor, person, "t", frozenset({"registry:read", "audit:read"})
                    )[0]
            headers = {"Authorization": f"Bearer {tokens[name]}"}
            return app.test_client().get(address, headers=headers).text
        if endpoint in {"systems.export", "ownership.on_day_csv", "incidents.export", "audit.export"}:
            with clients[name].post(address, data={"format": "csv"}) as reply:
                return reply.text
        if endpoint.startswith("feeds."):
            with database.transaction() as session:
                kind = FeedKind(endpoint.removeprefix("feeds."))
                secret = feeds.make_address(session, cast.actor(session, name), kind)
            return app.test_client().get(address.replace("-", secret, 1)).text
        reply = clients[name].get(address)
        return reply.text if reply.status_code == 200 else None

    return asked


def shown_wrongly(allowed, ask):
    """Every (person, address) at which not exactly the allowed systems are shown."""
    return {
        (name, address)
        for name in PEOPLE
        for endpoint, addresses in LISTS.items()
        for address in addresses
        if set(KEY.findall(ask(name, endpoint, address))) != allowed[name]
    }


def test_every_list_search_and_export_shows_each_person_exactly_what_they_may_see(
    allowed, ask, cast, record_property
):
    assert len({frozenset(keys) for keys in allowed.values()}) >= 4, "the cast differs in what it may see"
    assert shown_wrongly(allowed, ask) == set()
    record_property("lists and files", sum(map(len, LISTS.values())))
    record_property("people", len(PEOPLE))
    words = {"person": cast.number("ada"), "unit": cast.units["claims"].id}
    for name in ("otto", "hedy"):
        for endpoint, address in MAY_NAME_SOME.items():
            text = ask(name, endpoint, address.format(**words)) or ""
            assert set(KEY.findall(text)) <= allowed[name], (name, endpoint)


def test_every_count_of_every_facet_counts_only_what_the_person_may_see(database, allowed, cast):
    with database.transaction(read_only=True) as session:
        by_key = {system.key: system for system in session.exec(select(System))}
        for name in PEOPLE:
            actor = cast.actor(session, name)
            counted = queries.counted(session, actor, queries.Search())
            assert (counted.found, counted.everything) == (len(allowed[name]), len(allowed[name]))
            assert queries.count(session, actor) == len(allowed[name])
            assert set(queries.numbers_in(session, actor, queries.Search())) == {
                by_key[key].id for key in allowed[name]
            }
            for facet in FACETS:
                if not facet.several:
                    assert sum(counted.facets[facet.name].values()) == len(allowed[name]), (name, facet.name)
            restricted = counted.facets["visibility"].get("restricted", 0)
            assert restricted == sum(by_key[key].visibility is Visibility.RESTRICTED for key in allowed[name])


def test_nobody_learns_of_a_hidden_system_by_its_name_its_id_or_the_word_restricted(allowed, ask, cast):
    for address in (
        "/systems?q=Sentinel",
        f"/systems?q={cast.sentinel.key}",
        "/systems?visibility=restricted",
        f"/systems?owner={cast.number('ada')}&q={quote('fraud rings')}",
    ):
        page = ask("otto", "systems.register_page", address)
        assert f"/systems/{cast.sentinel.key}" not in page
        assert "Nothing matches" in page
    assert 'name="visibility"' not in ask("otto", "systems.register_page", "/systems")


def test_a_list_that_forgets_the_clause_is_noticed(allowed, ask, monkeypatch):
    from sqlalchemy import true

    # The package has a function of this name.
    portfolio_parts = import_module("registry.portfolio.queries.belongings")
    for module in (
        queries.searching,
        queries.records,
        on_day,
        alert_queries,
        review_queries,
        portfolio_parts,
        visibility,
    ):
        monkeypatch.setattr(module, "visible_to", lambda _actor: true())
    monkeypatch.setattr(changes, "numbers_visible_to", lambda _actor: select(System.id))
    found = shown_wrongly(allowed, ask)
    for endpoint, addresses in LISTS.items():
        for address in addresses:
            assert ("otto", address) in found, endpoint


def test_every_route_is_known_here_so_that_no_new_list_is_forgotten(app):
    unknown = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if not any(part in rule.rule for part in OF_ONE_RECORD)
        and ("GET" in rule.methods or "export" in rule.endpoint or "csv" in rule.endpoint)
    }
    assert unknown - LISTS.keys() - MAY_NAME_SOME.keys() - NO_SYSTEMS == set()
