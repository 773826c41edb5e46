"""Offers that ran out, and offers to somebody who has left."""

from datetime import UTC, datetime, timedelta

import pytest

from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.ownership import actions, jobs, queries
from registry.ownership.models import Handover
from registry.ownership.rules import HandoverState
from registry.people import actions as people

DOOR = the_registry("command")
# Later than any day on which the standing cast can have been registered.
START = datetime(2090, 3, 3, 12, tzinfo=UTC)


@pytest.fixture
def offers(database, cast):
    """A house in which Triage is offered to Mia and Pricing to Otto, a day apart."""
    with clock.frozen(START), database.transaction() as session:
        triage = actions.offer_handover(session, DOOR, cast.triage.id, cast.number("mia"), "Moves team")
    with clock.frozen(START + timedelta(days=1)), database.transaction() as session:
        pricing = actions.offer_handover(session, DOOR, cast.pricing.id, cast.number("otto"), "Moves team")
    return database, cast, triage.id, pricing.id


def state(database, number):
    with database.transaction(read_only=True) as session:
        return session.get(Handover, number).state


def run(database, *, days):
    with clock.frozen(START + timedelta(days=days)):
        jobs.expire_handovers(database, {})


def leave(database, cast, name, *, on):
    with clock.frozen(on), database.transaction() as session:
        people.mark_as_left(session, DOOR, session.merge(cast.people[name]), on.date())


def test_each_offer_expires_when_its_own_time_is_over(offers):
    database, _, triage, pricing = offers
    run(database, days=13)
    assert state(database, triage) is HandoverState.OFFERED
    run(database, days=14)
    assert (state(database, triage), state(database, pricing)) == (
        HandoverState.EXPIRED,
        HandoverState.OFFERED,
    )
    run(database, days=15)
    assert state(database, pricing) is HandoverState.EXPIRED


def test_an_expired_offer_says_why_and_the_owner_stays(offers):
    database, cast, triage, _ = offers
    run(database, days=14)
    with database.transaction(read_only=True) as session:
        found = session.get(Handover, triage)
        assert found.answer == "Nobody answered within 14 days."
        assert found.answered_at == START + timedelta(days=14)
        assert queries.open_owner(session, cast.triage.id).person_id == cast.number("ada")


def test_running_twice_changes_nothing_more(offers):
    database, _, triage, _ = offers
    run(database, days=14)
    with database.transaction(read_only=True) as session:
        before = session.get(Handover, triage).version
    run(database, days=20)
    with database.transaction(read_only=True) as session:
        assert session.get(Handover, triage).version == before


def test_one_offer_that_cannot_be_closed_does_not_keep_the_others_open(offers, monkeypatch):
    database, _, triage, pricing = offers
    close = actions.expire_handover

    def refuse_the_first(session, actor, handover):
        if handover.id == triage:
            actions.withdraw_handover(session, actor, handover)
        return close(session, actor, handover)

    monkeypatch.setattr(actions, "expire_handover", refuse_the_first)
    run(database, days=15)
    assert (state(database, triage), state(database, pricing)) == (
        HandoverState.OFFERED,
        HandoverState.EXPIRED,
    )


def test_when_somebody_has_left_the_offers_to_them_are_closed_and_others_stay(offers):
    database, cast, triage, pricing = offers
    leave(database, cast, "mia", on=START)
    with clock.frozen(START + timedelta(days=1)):
        jobs.on_person_left(database, {"seq": 1, "subject_id": cast.number("mia"), "system_id": None})
    assert (state(database, triage), state(database, pricing)) == (
        HandoverState.EXPIRED,
        HandoverState.OFFERED,
    )
    with database.transaction(read_only=True) as session:
        assert session.get(Handover, triage).answer == "The person it was offered to has left."


def test_offers_to_somebody_who_leaves_later_stay_until_the_day_is_over(offers):
    database, cast, triage, _ = offers
    leave(database, cast, "mia", on=START + timedelta(days=2))
    with clock.frozen(START + timedelta(days=2)):
        jobs.on_person_left(database, {"subject_id": cast.number("mia")})
    run(database, days=2)
    assert state(database, triage) is HandoverState.OFFERED
    run(database, days=3)
    assert state(database, triage) is HandoverState.EXPIRED


def test_what_a_leaver_offered_to_others_stays_open(offers):
    database, cast, triage, _ = offers
    leave(database, cast, "ada", on=START)
    with clock.frozen(START + timedelta(days=1)):
        jobs.on_person_left(database, {"subject_id": cast.number("ada")})
        with database.transaction() as session:
            found = queries.handover_by_id(session, triage, lock=True)
            actions.accept_handover(session, cast.actor(session, "mia"), found)
    assert state(database, triage) is HandoverState.ACCEPTED
