"""Ownership across the register: what is to mend, who carries how much, who answered on a day; each as far as one may know."""

import csv
import io
import re
from datetime import timedelta

import pytest

from registry.audit.queries import entries
from registry.kernel import clock
from registry.kernel.actor import Seat
from registry.kernel.events import Event
from registry.ownership import actions, queries, rules
from registry.people import actions as people
from registry.people.models import Person
from registry.portfolio import queries as portfolio
from registry.portfolio.queries import DayAsked, LoadOrder
from registry.systems import actions as systems
from registry.systems.rules.record import Registration
from tests.ownership.doing import DOOR

SEES_SENTINEL = {"ada", "hedy", "rita", "aud", "adam"}
PAGES = ("/ownership", "/ownership/load", "/ownership/on")


@pytest.fixture
def house(app, cast):
    """Olga has left Pricing, which is offered to Otto; Mia took Triage over today; a system has a hostile name."""
    with app.database.transaction() as session:
        offer = actions.offer_handover(session, DOOR, cast.triage.id, cast.number("mia"), "Moves")
        actions.accept_handover(session, cast.actor(session, "mia"), offer)
        actions.offer_handover(session, DOOR, cast.pricing.id, cast.number("otto"), "Olga leaves")
        olga = session.get_one(Person, cast.number("olga"))
        people.mark_as_left(session, DOOR, olga, clock.today() - timedelta(days=3))
        named = Registration("=1+1", "A formula.", cast.units["claims"].id, cast.number("ben"))
        systems.register(session, cast.actor(session, "ben"), named)
    return app


def rows(text):
    return list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))


def test_a_restricted_system_is_on_none_of_the_pages_for_who_may_not_know_of_it(house, cast, client_of):
    for name in ("otto", "mia", "ada", "hedy", "rita"):
        client = client_of(name)
        for url in PAGES:
            reply = client.get(url)
            assert reply.status_code == 200, url
            shown = "Sentinel" in reply.text
            assert shown == (name in SEES_SENTINEL and "load" not in url), (name, url)
        taken = client.post("/ownership/on.csv?seats=y").text
        assert ("Sentinel" in taken) == (name in SEES_SENTINEL), name


def test_findings_say_since_when_and_lead_to_where_they_are_mended(house, cast, client_of):
    page = client_of("adam").get("/ownership").text
    assert "Olga Owner, who answered for it, left on" in page
    assert "3 days" in page
    assert f"/systems/{cast.pricing.key}/ownership/hand-over" in page
    assert f"/systems/{cast.triage.key}/ownership/hand-over" not in page
    outsider = client_of("otto").get("/ownership").text
    assert f"/systems/{cast.pricing.key}/ownership/hand-over" not in outsider
    only = client_of("adam").get("/ownership?kind=owner_left").text
    assert "Nobody acts for the owner" not in only.split("Seats that are filled")[0]
    unit = client_of("adam").get(f"/ownership?unit={cast.units['underwriting'].id}").text
    assert "Home pricing" in unit
    assert "=1+1" not in unit
    mine = client_of("hedy").get("/ownership?mine=y").text
    assert "Home pricing" not in mine
    assert "=1+1" in mine


@pytest.mark.parametrize(
    "query",
    ["kind=lost", "seat=king", "after=bm9uc2Vuc2U", "after=WzAsICJ4IiwgMSwgMV0", "unit=999999", "unit=x"],
)
def test_an_address_that_makes_no_sense_is_refused(house, client_of, query):
    assert client_of("adam").get(f"/ownership?{query}").status_code == 422


def test_load_counts_what_each_person_carries_as_far_as_the_reader_may_know(house, cast):
    with house.database.transaction(read_only=True) as session:

        def loads(name, order=LoadOrder.OWNED, **more):
            page = portfolio.load_page(session, cast.actor(session, name), None, order, **more)
            return [
                (each.person.name, each.owned, each.seats, each.offers, each.overdue) for each in page.items
            ]

        assert loads("adam") == [
            ("Ada Owner", 1, 0, 0, 0),
            ("Ben Engineer", 1, 1, 0, 0),
            ("Mia Colleague", 1, 0, 0, 0),
            ("Olga Owner", 1, 0, 0, 0),
            ("Dee Deputy", 0, 1, 0, 0),
            ("Otto Outsider", 0, 0, 1, 0),
        ]
        assert [name for name, *_ in loads("otto")] == [
            name for name, *_ in loads("adam") if name != "Ada Owner"
        ]
        assert loads("adam", LoadOrder.OFFERS)[0][0] == "Otto Outsider"
        assert [name for name, *_ in loads("adam", LoadOrder.NAME)] == sorted(
            name for name, *_ in loads("adam")
        )
        for order in LoadOrder:
            one_by_one, after = [], None
            while True:
                page = portfolio.load_page(
                    session, cast.actor(session, "adam"), None, order, after=after, limit=2
                )
                one_by_one += [each.person.name for each in page.items]
                if (after := page.next_after) is None:
                    break
            assert one_by_one == [name for name, *_ in loads("adam", order)]
    later = cast.triage.registered_at + timedelta(days=400)
    with clock.frozen(later), house.database.transaction(read_only=True) as session:
        ada = session.get_one(Person, cast.number("ada"))
        assert portfolio.load_of(session, cast.actor(session, "adam"), ada).overdue == 1
        assert portfolio.load_of(session, cast.actor(session, "otto"), ada).overdue == 0


def test_a_persons_page_tells_what_they_held_and_carry_on_systems_the_reader_may_see(house, cast, client_of):
    url = f"/people/{cast.number('ada')}"
    full, outside = client_of("aud").get(url).text, client_of("otto").get(url).text
    story = full.split("What they held, and when")[1]
    assert len(re.findall("Accountable owner of", story)) == 2
    assert "Sentinel" in story
    assert "Sentinel" not in outside
    assert "Claims triage" in outside.split("What they held, and when")[1]


def test_who_answered_on_a_day_for_all_systems_as_a_page_and_as_a_guarded_file(house, cast, client_of):
    client = client_of("aud")
    today = clock.today()
    page = client.get(f"/ownership/on?date={today}&owner=mia").text
    assert "Claims triage" in page
    assert "Home pricing" not in page
    reply = client.post(f"/ownership/on.csv?date={today}&seats=y")
    assert reply.headers["Content-Disposition"] == f"attachment; filename=owners-{today}.csv"
    found = rows(reply.text)
    assert {(row["System"], row["Held by"]) for row in found if row["Seat"] == "Accountable owner"} == {
        ("Claims triage", "Mia Colleague"),
        ("Sentinel", "Ada Owner"),
        ("Home pricing", "Olga Owner"),
        ("'=1+1", "Ben Engineer"),
    }
    assert {row["Seat"] for row in found if row["System"] == "Claims triage"} == {
        "Accountable owner",
        "Deputy",
        "Engineering lead",
    }
    before = client.post(f"/ownership/on.csv?date={today - timedelta(days=4000)}")
    assert rows(before.text) == []
    for url in ("/ownership/on?date=9999-01-01", "/ownership/on?date=x"):
        assert client.get(url).status_code == 422
    assert client.post("/ownership/on.csv?date=9999-01-01").status_code == 422


def test_who_took_away_who_answers_stands_in_the_ledger(house, client_of):
    client_of("otto").post("/ownership/on.csv?seats=y")
    with house.database.transaction(read_only=True) as session:
        told = entries(session, event=Event.REGISTER_EXPORTED)
    assert [entry.actor for entry in told] == ["Otto Outsider"]


def test_on_a_day_each_system_has_the_owner_its_own_page_names(house, cast):
    change = clock.later(20)
    with house.database.transaction() as session:
        # Between the others only where capitals do not count.
        facts = Registration("eDiscovery", "Finds letters.", cast.units["claims"].id, cast.number("ada"))
        systems.register(session, DOOR, facts)
    with clock.frozen(change), house.database.transaction() as session:
        offer = actions.offer_handover(session, DOOR, cast.sentinel.id, cast.number("dee"), "Moves")
        actions.accept_handover(session, cast.actor(session, "dee"), offer)
    with clock.frozen(clock.later(40)), house.database.transaction(read_only=True) as session:
        actor = cast.actor(session, "adam")
        for shift in (-1, 0, 1, 30):
            day = change.date() + timedelta(days=shift)
            found = portfolio.answered_on(session, actor, DayAsked(day), limit=2)
            rest = portfolio.answered_on(session, actor, DayAsked(day), after=found.next_after, limit=None)
            everything = [*found.items, *rest.items]
            assert len(everything) == portfolio.answered_count(session, actor, DayAsked(day)) == 5
            names = [each.system.name for each in everything]
            assert names == sorted(names, key=str.lower)
            for each in everything:
                held = queries.held_at(session, each.system.id, rules.end_of(day))
                assert [one.person.id for one in held if one.assignment.seat is Seat.OWNER] == [each.owner.id]
