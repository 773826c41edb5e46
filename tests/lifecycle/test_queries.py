"""What a record is said to state, where the facts lie in several features and change by themselves."""

from datetime import timedelta

import pytest

from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.lifecycle.queries import standing_of
from registry.ownership import actions as ownership
from registry.people import actions as people
from registry.people.models import Person
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


@pytest.mark.parametrize("happens", [leaves, takes_over])
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
