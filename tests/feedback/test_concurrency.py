"""Two at the same moment: no sender gets past the limit, no key comes in twice, no theme is there twice."""

import pytest
from sqlmodel import select

from registry.audit.queries import verify
from registry.feedback import actions, queries
from registry.feedback.actions import Incoming
from registry.feedback.models import Feedback, FeedbackTally, Theme
from registry.feedback.rules.doors import MOST_PER_ADDRESS, DoorFacts
from registry.feedback.rules.feedback import Door, FeedbackFacts
from registry.kernel.actor import the_registry
from registry.systems import queries as systems
from tests.ownership.racing import second_of

DOOR = the_registry("command")

# SQLite lets one writer in at a time, so there is nobody to meet.
where_writers_meet = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


def stored(database, kind):
    with database.transaction(read_only=True) as session:
        assert verify(session).ok
        return session.exec(select(kind)).all()


@where_writers_meet
def test_the_last_place_of_a_sender_is_given_once(database, cast):
    with database.transaction() as session:
        code = actions.set_door(session, DOOR, cast.triage.id, DoorFacts(), version=0).public_code

    def send(session):
        door = queries.door_by_code(session, code, lock=True)
        actions.receive_from_link(session, DOOR, door, FeedbackFacts(rating=5), sender="somebody")

    for _ in range(MOST_PER_ADDRESS - 1):
        with database.transaction() as session:
            send(session)
    assert second_of(database, send, send) == "TooMany"
    assert len(stored(database, Feedback)) == MOST_PER_ADDRESS
    assert {tally.count for tally in stored(database, FeedbackTally)} == {MOST_PER_ADDRESS}


@where_writers_meet
def test_a_key_sent_twice_at_once_comes_in_once(database, cast):
    def send(session):
        system = systems.by_key(session, DOOR, cast.triage.key, lock=True)
        incoming = [Incoming(FeedbackFacts(rating=5), "the same")]
        actions.receive(session, DOOR, system.id, Door.TOKEN, incoming)

    assert second_of(database, send, send) == "done"
    assert [each.client_key for each in stored(database, Feedback)] == ["the same"]


@where_writers_meet
def test_a_theme_named_twice_at_once_is_there_once(database, cast):
    with database.transaction() as session:
        said = [Incoming(FeedbackFacts(rating=1)), Incoming(FeedbackFacts(rating=2))]
        numbers = [each.number for each in actions.receive(session, DOOR, cast.triage.id, Door.TOKEN, said)]

    def sort(number):
        def put(session):
            system = systems.by_key(session, DOOR, cast.triage.key, lock=True)
            found = queries.feedback_by_id(session, system.id, number, lock=True)
            actions.put_under(session, DOOR, found, "Slow")

        return put

    assert second_of(database, sort(numbers[0]), sort(numbers[1])) == "done"
    assert [theme.name for theme in stored(database, Theme)] == ["Slow"]
    assert len({each.theme_id for each in stored(database, Feedback)}) == 1
