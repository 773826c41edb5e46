"""Leavers wherever a person is chosen: marked with their last day, so that nobody hands a system to one unawares."""

from datetime import date, timedelta

import pytest

from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.people import actions, queries
from registry.people.models import Person
from registry.people.rules import choice_said, leaving_said
from registry.web.viewkit import day

DOOR = the_registry("command")
TODAY = date(2026, 11, 26)
CHOOSERS = (
    "/systems/AI-0001/ownership/hand-over",
    "/systems/AI-0001/ownership/seats/deputy",
    "/people/{ada}/transfer",
    "/units/{claims}/edit",
    "/units/new",
    "/teams/new",
    "/systems/new",
    "/data-sources/new",
)


@pytest.mark.parametrize(
    ("last_day", "said"),
    [
        (None, ""),
        (date(2026, 12, 3), "leaves 3 Dec 2026"),
        (TODAY, "leaves 26 Nov 2026"),
        (date(2026, 11, 25), "left 25 Nov 2026"),
    ],
)
def test_a_last_day_is_said_as_still_to_come_until_it_is_over(last_day, said):
    assert leaving_said(last_day, TODAY) == said


def test_a_choice_names_the_address_and_the_last_day():
    assert choice_said("Ben", "ben@example.org", None, TODAY) == "Ben (ben@example.org)"
    leaves = choice_said("Ben", "ben@example.org", date(2026, 12, 3), TODAY)
    assert leaves == "Ben (ben@example.org), leaves 3 Dec 2026"


def leave(app, number, last_day):
    with app.database.transaction() as session:
        actions.mark_as_left(session, DOOR, session.get_one(Person, number), last_day)


def test_who_has_left_is_offered_only_where_they_are_named_already(app, cast):
    today, ben = clock.today(), cast.number("ben")
    leave(app, ben, today - timedelta(days=1))
    with app.database.transaction(read_only=True) as session:
        assert ben not in queries.people_to_choose(session, today)
        kept = queries.people_to_choose(session, today, kept=[None, ben])
    assert kept[ben] == f"Ben Engineer (ben@example.org), left {day(today - timedelta(days=1))}"


@pytest.mark.parametrize("address", CHOOSERS)
def test_every_choice_of_a_person_marks_who_leaves_soon(app, client_of, cast, address):
    last_day = clock.today() + timedelta(days=7)
    leave(app, cast.number("mia"), last_day)
    url = address.format(ada=cast.number("ada"), claims=cast.units["claims"].id)
    page = client_of("adam").get(url.replace("AI-0001", cast.triage.key))
    assert page.status_code == 200
    assert f"Mia Colleague (mia@example.org), leaves {day(last_day)}" in page.text
    assert "Otto Outsider (otto@example.org)<" in page.text


def test_the_addresses_suggested_beside_a_seat_that_is_moved_mark_leavers_too(app, client_of, cast):
    last_day = clock.today() + timedelta(days=7)
    leave(app, cast.number("mia"), last_day)
    page = client_of("adam").get(f"/people/{cast.number('ada')}/transfer").text
    assert f'<option value="mia@example.org">Mia Colleague, leaves {day(last_day)}</option>' in page
