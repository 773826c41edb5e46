"""The desk of each person: what waits for them, most urgent first, and nothing they may not know."""

import html
import re
from datetime import timedelta

import pytest

from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.ownership import actions as ownership
from registry.people import actions as people
from registry.people.models import Person
from registry.systems import actions as systems
from registry.systems.rules.record import Registration
from tests.cast import NAMES

DOOR = the_registry("command")


@pytest.fixture
def offered(database, cast):
    with database.transaction() as session:
        ada = cast.actor(session, "ada")
        ownership.offer_handover(session, ada, cast.sentinel.id, cast.number("mia"), "Mia runs <the> desk")


@pytest.fixture
def given(database, cast):
    """A system that somebody else registered in Ada's name."""
    with database.transaction() as session:
        facts = Registration("Router", "Routes.", cast.units["claims"].id, cast.number("ada"))
        return systems.register(session, DOOR, facts)


def tasks(client):
    """What the desk asks for, in its order, with where each leads."""
    page = client.get("/").text
    listed = page.split("How the register stands")[0].split("Systems you answer for")[0]
    asked = "Answer the hand-over of|Confirm that|Find an owner for|Complete the record of"
    # A button repeats its line for those who hear the page.
    return list(dict.fromkeys(said.strip() for said in re.findall(f"((?:{asked}) [^<]+)<", listed)))


@pytest.mark.parametrize("name", NAMES)
def test_everybody_has_a_desk_and_the_restricted_system_is_on_no_strangers(app, client_of, cast, name):
    page = client_of(name).get("/")
    assert page.status_code == 200
    assert ("Sentinel" in page.text) == (name == "ada")


def test_an_owner_sees_what_to_confirm_before_what_to_complete(client_of, cast, given):
    assert tasks(client_of("ada")) == [
        "Confirm that Router is yours",
        "Complete the record of Claims triage",
        "Complete the record of Sentinel",
    ]


def test_many_systems_in_ones_name_are_two_lines_that_bury_nothing_else(client_of, database, cast):
    with database.transaction() as session:
        adam, olga = cast.number("adam"), session.get_one(Person, cast.number("olga"))
        people.mark_as_left(session, DOOR, olga, clock.today() - timedelta(days=1))
        for number in range(13):
            facts = Registration(f"System {number}", "One of many.", cast.units["claims"].id, adam)
            mine = systems.register(session, DOOR, facts)
            if number < 7:
                ownership.confirm_owner(session, cast.actor(session, "adam"), mine.id)
    client = client_of("adam")
    page = client.get("/").text
    lines = re.findall('worklist__what">([^<]+)<', page)
    assert lines[:2] == ["Confirm or hand over 6 systems", "Find an owner for Home pricing"]
    assert lines[2:] == ["Complete 7 records"]
    shown = client.get(
        html.unescape(re.search(r'href="(/systems\?[^"]*to_be_confirmed[^"]*)"', page).group(1))
    )
    assert "6 of 16 systems" in re.sub(r"\s+", " ", shown.text)


def test_an_offer_comes_before_everything_and_leads_to_its_answer(client_of, cast, offered):
    client = client_of("mia")
    assert tasks(client) == ["Answer the hand-over of Sentinel"]
    page = client.get("/").text
    assert "Ada Owner asks you to answer for it: Mia runs &lt;the&gt; desk" in page
    link = re.search(r'href="(/handovers/\d+)"', page).group(1)
    assert client.get(link).status_code == 200


def test_who_has_nothing_to_do_is_told_so(client_of, cast):
    page = client_of("otto").get("/").text
    assert "Nothing waits for you" in page
    assert "No system is in your name" in page


@pytest.mark.parametrize(("name", "told"), [("adam", True), ("rita", True), ("eva", False), ("mia", False)])
def test_whoever_oversees_is_told_of_owners_who_left(client_of, database, cast, name, told):
    with database.transaction() as session:
        olga = session.get_one(Person, cast.number("olga"))
        people.mark_as_left(session, DOOR, olga, clock.today() - timedelta(days=1))
    assert ("Find an owner for Home pricing" in tasks(client_of(name))) is told


def test_the_figures_on_the_page_are_those_of_the_systems_one_may_see(client_of, cast):
    assert "Of 2 systems you can see" in client_of("mia").get("/").text
    assert "Of 3 systems you can see" in client_of("adam").get("/").text


def test_nobody_signed_in_is_sent_to_sign_in_and_back(app):
    reply = app.test_client().get("/")
    assert (reply.status_code, reply.location) == (303, "/sign-in?next=/")
