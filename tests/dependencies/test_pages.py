"""A system's dependencies in the browser: what is shown to whom, what a refused form keeps, what waits to be settled."""

import re
from dataclasses import replace
from datetime import date

import pytest

from registry.data_sources import actions as data_sources
from registry.data_sources.rules.sources import Purpose, SourceFacts
from registry.dependencies import actions, queries
from registry.dependencies.rules.dependency import DependencyFacts, Direction, TrialFacts
from registry.dependencies.rules.reconsider import Ask, Cause, schema_changed
from tests.objectives.test_pages import form_of
from tests.store.statements import counted

SERVICE = DependencyFacts(
    Direction.UPSTREAM, service="Postcode service", interface="REST", contract_version="2"
)


def text_of(reply):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", reply.get_data(as_text=True)))


@pytest.fixture
def house(app, cast):
    """Triage relies on a service and on Sentinel; Pricing relies on Triage; Triage learns from the archive."""
    with app.database.transaction() as session:
        adam = cast.actor(session, "adam")
        actions.add_dependency(session, adam, cast.triage.id, SERVICE)
        for system, other in ((cast.triage, cast.sentinel), (cast.pricing, cast.triage)):
            facts = DependencyFacts(Direction.UPSTREAM, other_system_id=other.id, interface="Table")
            actions.add_dependency(session, adam, system.id, facts)
        source = data_sources.add_source(
            session, adam, SourceFacts(name="Claims archive", owner_id=cast.number("adam"))
        )
        for purpose in (Purpose.TRAINING, Purpose.TEST):
            data_sources.attach(session, adam, cast.triage.id, source, purpose)
    return app.database, cast


@pytest.fixture
def page(cast):
    return f"/systems/{cast.triage.key}/dependencies"


def asked(session, cast, ask):
    return actions.ask_again(session, cast.actor(session, "adam"), cast.triage.id, ask)


def test_both_directions_are_shown_and_a_hidden_system_is_not_named(house, client_of, page):
    _, cast = house
    outsider, owner = client_of("otto").get(page), client_of("ada").get(page)
    said = text_of(outsider)
    assert "Postcode service" in said
    assert "a restricted system" in said
    assert cast.sentinel.key not in outsider.text
    assert "Home pricing" in said.split("What relies on this system")[-1]
    assert "untested" in said
    assert "State a dependency" not in said
    assert "Sentinel" in text_of(owner)
    assert "State a dependency" in text_of(owner)
    # On Sentinel's own page Triage is told; whoever may not know of Sentinel meets nothing there.
    hidden = f"/systems/{cast.sentinel.key}/dependencies"
    assert "Claims triage" in text_of(client_of("ada").get(hidden))
    assert client_of("otto").get(hidden).status_code == 404


def test_a_dependency_is_stated_tested_edited_and_ended(house, client_of, page):
    ada = client_of("ada")
    form = form_of(ada, f"{page}/new")
    refused = ada.post(f"{page}/new", data=form | {"other": "AI-9999", "interface": "Nightly file"})
    assert refused.status_code == 422
    assert "no system AI-9999 that you may see" in text_of(refused)
    assert "Nightly file" in refused.text
    typed = {"other": "ai-3", "direction": "downstream", "freshness": "2", "freshness_unit": "days"}
    made = ada.post(f"{page}/new", data=form | typed)
    assert made.status_code == 303, text_of(made)
    one = made.headers["Location"]
    said = text_of(ada.get(one))
    assert "no older than 2 days" in said
    assert "Home pricing" in said
    trial = form_of(ada, one) | {"outcome": "failed", "tried": "Sent *nothing* for a day."}
    assert ada.post(one, data=trial | {"tried": ""}).status_code == 422
    assert ada.post(one, data=trial).status_code == 303
    assert "The last test failed" in text_of(ada.get(one))
    opened = form_of(ada, f"{one}/edit")
    assert (opened["freshness"], opened["freshness_unit"]) == ("2", "days")
    assert ada.post(f"{one}/edit", data=opened | {"fallback": "Yesterday's file."}).status_code == 303
    late = ada.post(f"{one}/edit", data=opened | {"interface": "Queue"})
    assert late.status_code == 409
    assert "Yesterday&#39;s file." in late.text
    assert ada.post(f"{one}/end", data=form_of(ada, f"{one}/end")).status_code == 422
    ended = ada.post(f"{one}/end", data={"because": "Pricing reads the lake."}, follow_redirects=True)
    assert "Pricing reads the lake." in text_of(ended)
    assert "Record a test" not in text_of(ada.get(one))


@pytest.mark.parametrize("name", ["otto", "rita", "aud", "hedy"])
def test_who_has_no_seat_changes_nothing(house, client_of, page, name):
    client = client_of(name)
    for path in ("/new", "/1/edit", "/1/end"):
        assert client.get(page + path).status_code == 403, path
        assert client.post(page + path).status_code == 403, path
    trial = {"tested_on": "2026-06-30", "outcome": "passed", "tried": "x"}
    assert client.post(f"{page}/1", data=trial).status_code == 403


def test_what_is_to_be_reconsidered_waits_on_the_tab_and_on_the_desk_until_it_is_settled(
    house, client_of, page
):
    database, cast = house
    with database.transaction() as session:
        service = queries.dependency_by_number(session, 1)
        asked(session, cast, Ask(Cause.CONTRACT_CHANGED, 1, dependency_id=service.id))
        of_source = Ask(Cause.SCHEMA_CHANGED, 1, data_source_id=1, detail=schema_changed("4", "5"))
        asked(session, cast, of_source)
    ada = client_of("ada")
    desk = text_of(ada.get("/"))
    assert "Look at Claims triage again" in desk
    assert "what Claims triage takes from Postcode service changed: its version is now 2." in desk
    assert "And 1 more thing." in desk
    assert "Look at" not in text_of(client_of("dee").get("/"))
    assert "The schema of Claims archive changed: from 4 to 5." in text_of(client_of("otto").get(page))
    address = f"/systems/{cast.triage.key}/reconsider/2"
    opened = form_of(ada, address)
    with database.transaction() as session:
        asked(session, cast, replace(of_source, entry_seq=2, detail=schema_changed("5", "6")))
    late = ada.post(address, data=opened | {"words": "Retrained."})
    assert late.status_code == 422
    assert "More has happened since" in text_of(late)
    assert "from 5 to 6" in text_of(late)
    done = ada.post(address, data=form_of(ada, address) | {"words": "Retrained."}, follow_redirects=True)
    assert "Retrained." in text_of(done)
    assert "And 1 more thing." not in text_of(ada.get("/"))
    assert client_of("otto").get(address).status_code == 403


def test_a_reason_that_lies_with_a_hidden_system_names_nothing_of_it(house, client_of):
    database, cast = house
    with database.transaction() as session:
        adam = cast.actor(session, "adam")
        facts = replace(SERVICE, service="Ring finder", contract_version="sentinel-7")
        hidden = actions.add_dependency(session, adam, cast.sentinel.id, facts)
        ask = Ask(Cause.CONTRACT_CHANGED, 1, dependency_id=hidden.id)
        actions.ask_again(session, adam, cast.pricing.id, ask)
    for address in ("/", f"/systems/{cast.pricing.key}/dependencies", f"/systems/{cast.pricing.key}/history"):
        shown = client_of("olga").get(address)
        assert shown.status_code == 200
        assert not re.search("sentinel|ring finder", shown.text, re.IGNORECASE), address
    assert "something further up that you may not know of" in text_of(client_of("olga").get("/"))


def test_what_a_change_touches_is_told_with_way_owner_and_distance(house, client_of):
    database, cast = house
    address = "/data-sources/DS-0001/touches"
    with counted(database) as statements:
        said = text_of(client_of("otto").get(address))
    few = len(statements)
    assert "uses it for test and training 1" in said
    assert "relies on Claims triage, through Table 2" in said
    assert "Ada Owner" in said
    assert "Olga Owner" in said
    assert "Systems you may not know of are left out" in said
    assert address in client_of("otto").get("/data-sources/DS-0001").text
    own = f"/systems/{cast.sentinel.key}/touches"
    said = text_of(client_of("aud").get(own))
    assert "relies on Sentinel, through Table" in said
    assert "relies on Claims triage" in said
    assert "left out" not in said
    assert client_of("otto").get(own).status_code == 404
    with database.transaction() as session:
        adam = cast.actor(session, "adam")
        data_sources.attach(
            session, adam, cast.pricing.id, data_sources.queries.by_key(session, "DS-1"), Purpose.TEST
        )
        back = DependencyFacts(Direction.UPSTREAM, other_system_id=cast.pricing.id)
        actions.add_dependency(session, adam, cast.triage.id, back)
    with counted(database) as statements:
        assert "relies on" not in text_of(client_of("otto").get(address)).split("Steps away")[1]
    assert len(statements) == few


def test_the_page_costs_the_same_whatever_there_is(house, client_of, page):
    database, cast = house
    with database.transaction() as session:
        ask = Ask(Cause.CONTRACT_CHANGED, 1, dependency_id=1)
        asked(session, cast, ask)
    aud = client_of("aud")
    with counted(database) as statements:
        aud.get(page)
    few = len(statements)
    with database.transaction() as session:
        adam = cast.actor(session, "adam")
        for number in range(4):
            facts = replace(SERVICE, interface=f"Way {number}", owner_id=cast.number("ben"))
            more = actions.add_dependency(session, adam, cast.triage.id, facts)
            trial = TrialFacts(date(2026, 6, 30), passed=True, tried="Switched it off.")
            actions.record_test(session, adam, more, trial)
            asked(session, cast, replace(ask, dependency_id=more.id))
    with counted(database) as statements:
        assert aud.get(page).text.count("Postcode service") >= 5
    assert len(statements) <= few + 1  # the owners, where there are any
