"""Ownership in the browser: who answers now and on a day, confirming, seats."""

import re
from datetime import timedelta

import pytest

from registry.kernel import clock
from registry.kernel.actor import Seat, the_registry
from registry.ownership import actions, queries
from registry.ownership.models import Assignment
from registry.people import actions as people
from registry.people.rules import Function
from registry.systems import actions as systems
from registry.systems.rules.record import Registration

DOOR = the_registry("command")


def test_the_tab_says_who_answers_and_what_nobody_does(client_of, cast, tab):
    page = client_of("otto").get(tab).text
    for words in (
        "Ada Owner",
        "Ben Engineer",
        "Dee Deputy",
        "Nobody is named to watch its decisions and stop it.",
    ):
        assert words in page
    assert "Hand over" not in page
    assert "Name somebody" not in page


def test_the_tab_offers_what_the_reader_may_do(client_of, tab):
    page = client_of("ada").get(tab).text
    assert f'{tab}/hand-over"' in page
    assert f'{tab}/seats/overseer"' in page


def test_a_restricted_system_has_no_ownership_page_for_outsiders(client_of, cast):
    url = f"/systems/{cast.sentinel.key}/ownership"
    absent = client_of("otto").get("/systems/AI-9999/ownership")
    hidden = client_of("otto").get(url)
    assert hidden.status_code == absent.status_code == 404
    assert hidden.text.split("<main")[1] == absent.text.split("<main")[1]
    for name in ("ada", "hedy", "rita", "aud", "adam"):
        assert client_of(name).get(url).status_code == 200


def test_gaps_are_shown_with_their_age(client_of, cast, app, tab):
    with app.database.transaction() as session:
        last = clock.today() - timedelta(days=9)
        people.mark_as_left(session, DOOR, session.merge(cast.people["ada"]), last)
    page = client_of("mia").get(tab).text
    assert "Accountable owner Ada Owner left on" in page
    assert "9 days ago" in page


def test_who_answered_on_a_day_is_what_held_when_it_ended(client_of, cast, app, tab, offer):
    tomorrow = clock.now() + timedelta(days=1)
    with clock.frozen(tomorrow), app.database.transaction() as session:
        actions.accept_handover(
            session, cast.actor(session, "mia"), queries.handover_by_id(session, offer, lock=True)
        )
    with clock.frozen(tomorrow + timedelta(days=3)):
        client = client_of("otto")

        def owner_on(day):
            answered = client.get(f"{tab}?on={day}").text.split('id="on-a-day"')[1].split("Story")[0]
            row = next(row for row in answered.split("<tr") if "Accountable owner" in row)
            return re.search(r">(\w+ \w+)</a>", row).group(1)

        assert owner_on((tomorrow - timedelta(days=1)).date()) == "Ada Owner"
        assert owner_on(tomorrow.date()) == "Mia Colleague"
        assert owner_on(clock.today()) == "Mia Colleague"


@pytest.mark.parametrize(
    ("day", "says"),
    [
        ("1999-01-01", "The register has known this system since"),
        ("0001-01-01", "The register has known this system since"),
        ("9999-12-31", "This day has not come yet."),
        ("2026-02-30", "Give a date such as"),
        ("yesterday", "Give a date such as"),
        ("\x00", "Give a date such as"),
        ("9" * 5_000, "Give a date such as"),
    ],
)
def test_a_day_that_cannot_be_answered_gets_a_sentence(client_of, cast, tab, day, says):
    reply = client_of("otto").get(tab, query_string={"on": day})
    assert reply.status_code == 422
    assert says in reply.text
    assert "Ada Owner" in reply.text


@pytest.fixture
def stated(cast, app):
    """A system of which somebody else stated that Mia owns it."""
    with app.database.transaction() as session:
        registration = Registration(
            "Stated", "Stated by another.", cast.units["claims"].id, cast.number("mia")
        )
        return systems.register(session, cast.actor(session, "olga"), registration)


def test_the_stated_owner_alone_is_asked_and_confirms(client_of, app, stated):
    url = f"/systems/{stated.key}/ownership"
    assert "Is it yours?" not in client_of("adam").get(url).text
    assert client_of("adam").post(f"{url}/confirm").status_code == 403
    client = client_of("mia")
    assert "Is it yours?" in client.get(url).text
    assert client.post(f"{url}/confirm").status_code == 303
    assert "Is it yours?" not in client.get(url).text
    assert client.post(f"{url}/confirm").status_code == 422


def test_a_seat_is_filled_and_vacated(client_of, cast, app, tab):
    client = client_of("dee")
    page = client.get(f"{tab}/seats/overseer").text
    assert "Watches its decisions and may stop it." in page
    reply = client.post(
        f"{tab}/seats/overseer", data={"person_id": cast.number("mia"), "team_id": "", "reason": ""}
    )
    assert reply.status_code == 303
    shown = client.get(tab).text
    assert "Mia Colleague" in shown
    with app.database.transaction(read_only=True) as session:
        held = queries.held_on(session, cast.triage.id)
        number = next(each.assignment.id for each in held if each.assignment.seat is Seat.OVERSEER)
    assert client.post(f"{tab}/assignments/{number}/vacate").status_code == 303
    assert client.post(f"{tab}/assignments/{number}/vacate").status_code == 422
    with app.database.transaction(read_only=True) as session:
        assert session.get(Assignment, number).to_at is not None


def test_a_team_takes_a_seat(client_of, cast, app, tab):
    with app.database.transaction() as session:
        team = people.add_team(session, DOOR, "Data office", Function.DATA, leader_id=cast.number("mia"))
    reply = client_of("ada").post(
        f"{tab}/seats/data_steward", data={"person_id": "", "team_id": team.id, "reason": "Agreed"}
    )
    assert reply.status_code == 303
    page = client_of("otto").get(tab).text
    assert "Data office" in page
    assert "Agreed" in page


def test_a_refused_seat_comes_back_filled(client_of, cast, tab):
    reply = client_of("ada").post(
        f"{tab}/seats/deputy", data={"person_id": cast.number("ada"), "team_id": "", "reason": "Me <too>"}
    )
    assert reply.status_code == 422
    assert "The deputy acts when the owner cannot" in reply.text
    assert "Me &lt;too&gt;" in reply.text


@pytest.mark.parametrize("seat", ["accountable_owner", "king", "DEPUTY", "%00"])
def test_there_is_no_form_for_the_owners_seat_or_for_one_there_is_not(client_of, cast, tab, seat):
    client = client_of("ada")
    assert client.get(f"{tab}/seats/{seat}").status_code == 404
    assert client.post(f"{tab}/seats/{seat}", data={"person_id": cast.number("mia")}).status_code == 404


def test_a_seat_of_another_system_is_not_vacated_through_this_one(client_of, cast, app, tab):
    with app.database.transaction() as session:
        foreign = actions.fill_seat(
            session, DOOR, cast.pricing.id, Seat.DEPUTY, person_id=cast.number("mia")
        ).id
    client = client_of("ada")
    assert client.post(f"{tab}/assignments/{foreign}/vacate").status_code == 404
    assert (
        client.post(f"/systems/{cast.pricing.key}/ownership/assignments/{foreign}/vacate").status_code == 403
    )
    assert client.post(f"{tab}/assignments/99999999999999999999/vacate").status_code == 404
    with app.database.transaction(read_only=True) as session:
        assert session.get(Assignment, foreign).to_at is None


def test_without_looking_for_the_parent_a_foreign_seat_would_be_found(client_of, cast, app, tab, monkeypatch):
    """The defect this guards against: a child looked up by its own number alone."""
    with app.database.transaction() as session:
        foreign = actions.fill_seat(
            session, DOOR, cast.pricing.id, Seat.DEPUTY, person_id=cast.number("mia")
        ).id
    monkeypatch.setattr(
        queries, "assignment_by_id", lambda session, _system, number: session.get(Assignment, number)
    )
    # Even then the action asks for the permission on the system the seat belongs to.
    assert client_of("ada").post(f"{tab}/assignments/{foreign}/vacate").status_code == 403
    assert client_of("olga").post(f"{tab}/assignments/{foreign}/vacate").status_code == 303
