"""What a record is said to state, where the facts lie in several features and change by themselves."""

from datetime import timedelta

import pytest

from registry.kernel import clock
from registry.kernel.actor import Seat, the_registry
from registry.lifecycle.queries import standing_of
from registry.lifecycle.queries.record import Read, facts_of, filled_seats
from registry.ownership import actions as ownership
from registry.ownership import queries as ownership_queries
from registry.ownership.models import Assignment
from registry.ownership.queries import Held
from registry.people import actions as people
from registry.people.models import Person, Team
from registry.people.rules import Function
from registry.systems.models import System

DOOR = the_registry("command")
LACKS = "somebody can act for the owner"


def leaves(session, cast):
    person = session.get_one(Person, cast.number("dee"))
    people.mark_as_left(session, DOOR, person, clock.today() - timedelta(days=1))


def takes_over(session, cast):
    ada, dee = cast.actor(session, "ada"), cast.actor(session, "dee")
    offer = ownership.offer_handover(session, ada, cast.triage.id, cast.number("dee"), "She knows it best.")
    ownership.accept_handover(session, dee, offer)


def leaves_its_team(session, cast):
    for each in ownership_queries.held_on(session, cast.triage.id):
        if each.assignment.seat is Seat.DEPUTY:
            ownership.vacate_seat(session, DOOR, each.assignment)
    mia = session.get_one(Person, cast.number("mia"))
    team = people.add_team(session, DOOR, "Ghosts", Function.BUSINESS, leader_id=mia.id)
    session.flush()
    ownership.fill_seat(session, DOOR, cast.triage.id, Seat.DEPUTY, team_id=team.id)
    people.mark_as_left(session, DOOR, mia, clock.today() - timedelta(days=1))


@pytest.mark.parametrize("happens", [leaves, takes_over, leaves_its_team])
def test_a_deputy_who_left_or_became_the_owner_stands_in_for_nobody_anywhere(
    client_of, database, cast, happens
):
    def told():
        with database.transaction(read_only=True) as session:
            standing = standing_of(session, session.get_one(System, cast.triage.id))
        client = client_of("adam")
        found = client.get("/systems?missing=deputy").text
        return (
            LACKS in {each.says.lower() for each in standing.missing},
            cast.triage.key in found,
            cast.triage.key in client.get("/ownership?kind=no_deputy").text,
        )

    assert told() == (False, False, False)
    with database.transaction() as session:
        happens(session, cast)
    assert told() == (True, True, True)


def test_a_seat_is_filled_by_whom_is_here_and_may_act_in_it():
    gone, here = (
        Person(id=number, name="x", email="x", active_to=last)
        for number, last in ((1, clock.today() - timedelta(days=1)), (2, clock.today()))
    )
    confirmed = {"accepted_at": clock.now(), "to_be_confirmed": False}

    def held(seat, person=None):
        team = None if person else Team(id=7, name="Watch", function=Function.BUSINESS)
        row = Assignment(
            system_id=1, seat=seat, person_id=person and person.id, team_id=team and 7, **confirmed
        )
        return Held(row, person, team)

    members = {7: 1}
    for seat in set(Seat) - {Seat.OWNER}:
        assert filled_seats([held(seat, here)], {}) == {seat}
        assert filled_seats([held(seat, gone)], {}) == set()
        assert filled_seats([held(seat)], {}) == set()
        # Nobody of a team may stop what the team watches: a seat gives its members no right of their own.
        assert filled_seats([held(seat)], members) == {seat} - {Seat.OVERSEER}
    system = System(id=1, name="x", key="AI-0001")
    for person in (here, gone):
        facts = facts_of(system, [held(Seat.OWNER, person)], Read({}, {}, {}, members))
        assert facts["owner_confirmed"] == (person is here)
