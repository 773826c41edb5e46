"""Hand-overs through their actions: what is written, what is refused, what the ledger keeps."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from registry.kernel.actor import Permission, Seat, may
from registry.kernel.errors import Forbidden, NotFound, RuleBroken
from registry.kernel.events import Event
from registry.ownership import actions, queries
from registry.ownership.rules import HandoverState
from registry.people import actions as people
from registry.systems import queries as register
from tests.ownership.doing import DOOR, START, events, later, offered, owner_of, said


@pytest.fixture
def house(database, cast):
    return database, cast


def test_an_accepted_hand_over_moves_the_seat_at_one_instant(house):
    database, cast = house
    with later(1), database.transaction() as session:
        handover = offered(session, cast)
        assert owner_of(session, cast.triage) == cast.number("ada")
    with later(2), database.transaction() as session:
        actions.accept_handover(
            session, cast.actor(session, "mia"), queries.handover_by_id(session, handover.id)
        )
    with database.transaction(read_only=True) as session:
        new, old = [
            held
            for held in queries.timeline_of(session, cast.triage.id)
            if held.assignment.seat is Seat.OWNER
        ]
        assert (new.person.id, old.person.id) == (cast.number("mia"), cast.number("ada"))
        assert (
            old.assignment.to_at
            == new.assignment.from_at
            == new.assignment.accepted_at
            == START + timedelta(days=2)
        )
        assert events(session, cast.triage)[-2:] == [Event.HANDOVER_OFFERED, Event.HANDOVER_ACCEPTED]


def test_who_answered_on_a_day_is_one_question(house):
    database, cast = house
    with later(1), database.transaction() as session:
        handover = offered(session, cast)
        actions.accept_handover(session, cast.actor(session, "mia"), handover)

        def owners(at):
            held = queries.held_at(session, cast.triage.id, at)
            return [each.person.id for each in held if each.assignment.seat is Seat.OWNER]

        change = START + timedelta(days=1)
        registered = cast.triage.registered_at
        assert owners(registered - timedelta(microseconds=1)) == []
        assert owners(registered) == owners(change - timedelta(microseconds=1)) == [cast.number("ada")]
        assert owners(change) == owners(change + timedelta(days=900)) == [cast.number("mia")]


def test_after_a_hand_over_the_old_owner_may_no_longer_edit_and_the_new_one_may(house):
    database, cast = house
    with later(1), database.transaction() as session:
        actions.accept_handover(session, cast.actor(session, "mia"), offered(session, cast))
        session.flush()
        ada, mia = cast.actor(session, "ada"), cast.actor(session, "mia")
        assert not may(ada, Permission.SYSTEM_EDIT, cast.triage.id)
        assert may(mia, Permission.SYSTEM_EDIT, cast.triage.id)


def test_the_old_owner_of_a_restricted_system_loses_sight_of_it(house):
    database, cast = house
    number = cast.sentinel.id
    with later(1), database.transaction() as session:
        handover = actions.offer_handover(
            session, cast.actor(session, "ada"), number, cast.number("otto"), "Moves"
        )
        with pytest.raises(NotFound):
            register.by_key(session, cast.actor(session, "otto"), cast.sentinel.key)
        actions.accept_handover(session, cast.actor(session, "otto"), handover)
        session.flush()
        assert register.by_key(session, cast.actor(session, "otto"), cast.sentinel.key).id == number
        with pytest.raises(NotFound):
            register.by_key(session, cast.actor(session, "ada"), cast.sentinel.key)


@pytest.mark.parametrize("name", ["ada", "dee", "adam"])
def test_owner_deputy_and_administrator_may_offer(house, name):
    database, cast = house
    with later(1), database.transaction() as session:
        handover = offered(session, cast, by=name)
        assert (handover.from_id, handover.offered_by_id) == (cast.number("ada"), cast.number(name))


@pytest.mark.parametrize("name", ["ben", "mia", "hedy", "olga", "rita", "eva", "aud"])
def test_nobody_else_may_offer(house, name):
    database, cast = house
    with later(1), database.transaction() as session, pytest.raises(Forbidden):
        offered(session, cast, by=name)


def test_a_deputy_does_not_take_the_seat_of_an_owner_who_is_here(house):
    database, cast = house
    with later(1), database.transaction() as session:
        with pytest.raises(RuleBroken) as refusal:
            offered(session, cast, to="dee", by="dee")
        assert said(refusal) == ["to_id"]


def test_a_deputy_may_take_up_what_an_owner_who_left_has_left(house):
    database, cast = house
    with later(1), database.transaction() as session:
        people.mark_as_left(session, DOOR, session.merge(cast.people["ada"]), START.date())
        handover = offered(session, cast, to="dee", by="dee")
        actions.accept_handover(session, cast.actor(session, "dee"), handover)
        assert owner_of(session, cast.triage) == cast.number("dee")


def test_a_system_is_offered_to_one_person_at_a_time(house):
    database, cast = house
    with later(1), database.transaction() as session:
        offered(session, cast)
        with pytest.raises(RuleBroken) as refusal:
            offered(session, cast, to="ben")
        assert said(refusal) == [""]


def test_a_second_open_offer_is_refused_by_the_database_itself(house):
    database, cast = house

    def offer_past_the_rules():
        with database.transaction() as session:
            handover = offered(session, cast)
            session.flush()
            twin = type(handover)(**handover.model_dump(exclude={"id", "version"}))
            session.add(twin)

    with later(1), pytest.raises(sa.exc.IntegrityError):
        offer_past_the_rules()


def test_a_second_open_owner_is_refused_by_the_database_itself(house):
    database, cast = house

    def seat_past_the_rules():
        with database.transaction() as session:
            actions.seat_first_owner(session, cast.triage.id, cast.number("mia"), accepted=True)

    with pytest.raises(sa.exc.IntegrityError):
        seat_past_the_rules()


@pytest.mark.parametrize("name", ["ada", "dee", "adam", "otto"])
def test_only_the_person_asked_accepts_or_declines(house, name):
    database, cast = house
    with later(1), database.transaction() as session:
        handover = offered(session, cast)
        with pytest.raises(Forbidden):
            actions.accept_handover(session, cast.actor(session, name), handover)
        with pytest.raises(Forbidden):
            actions.decline_handover(session, cast.actor(session, name), handover, "No")
        assert handover.state is HandoverState.OFFERED
        assert owner_of(session, cast.triage) == cast.number("ada")


def test_work_nobody_signed_in_for_accepts_nothing(house):
    database, cast = house
    with later(1), database.transaction() as session, pytest.raises(Forbidden):
        actions.accept_handover(session, DOOR, offered(session, cast))


def test_an_offer_is_accepted_once(house):
    database, cast = house
    with later(1), database.transaction() as session:
        handover, mia = offered(session, cast), cast.actor(session, "mia")
        actions.accept_handover(session, mia, handover)
        for attempt in (actions.accept_handover, actions.decline_handover):
            with pytest.raises(RuleBroken):
                attempt(session, mia, handover, "again")
        with pytest.raises(RuleBroken):
            actions.withdraw_handover(session, DOOR, handover)


def test_a_lapsed_offer_is_not_accepted(house):
    database, cast = house
    with later(1), database.transaction() as session:
        handover = offered(session, cast)
    with later(15), database.transaction() as session:
        found = queries.handover_by_id(session, handover.id)
        with pytest.raises(RuleBroken):
            actions.accept_handover(session, cast.actor(session, "mia"), found)
    with later(15, microseconds=-1), database.transaction() as session:
        found = queries.handover_by_id(session, handover.id)
        actions.accept_handover(session, cast.actor(session, "mia"), found)


def test_somebody_who_left_since_the_offer_does_not_accept(house):
    database, cast = house
    with later(1), database.transaction() as session:
        handover, mia = offered(session, cast), cast.actor(session, "mia")
        people.mark_as_left(session, DOOR, session.merge(cast.people["mia"]), START.date())
        with pytest.raises(RuleBroken):
            actions.accept_handover(session, mia, handover)


def test_a_system_is_not_offered_to_somebody_who_left(house):
    database, cast = house
    with later(1), database.transaction() as session:
        people.mark_as_left(session, DOOR, session.merge(cast.people["mia"]), START.date())
        with pytest.raises(RuleBroken) as refusal:
            offered(session, cast)
        assert said(refusal) == ["to_id"]


def test_a_declined_offer_leaves_the_owner_and_keeps_the_reason(house):
    database, cast = house
    with later(1), database.transaction() as session:
        handover, mia = offered(session, cast), cast.actor(session, "mia")
        with pytest.raises(RuleBroken) as refusal:
            actions.decline_handover(session, mia, handover, "  \n ")
        assert said(refusal) == ["answer"]
        actions.decline_handover(session, mia, handover, " Not my field\r\n")
        assert (handover.state, handover.answer) == (HandoverState.DECLINED, "Not my field")
        assert owner_of(session, cast.triage) == cast.number("ada")
        offered(session, cast, to="ben")


def test_an_offer_is_taken_back_by_those_who_may_offer(house):
    database, cast = house
    with later(1), database.transaction() as session:
        handover = offered(session, cast)
        with pytest.raises(Forbidden):
            actions.withdraw_handover(session, cast.actor(session, "mia"), handover)
        actions.withdraw_handover(session, cast.actor(session, "dee"), handover)
        assert handover.state is HandoverState.WITHDRAWN
        assert handover.answered_at == START + timedelta(days=1)


def test_a_clock_set_back_leaves_no_instant_without_an_owner(house):
    database, cast = house
    with later(2), database.transaction() as session:
        actions.accept_handover(session, cast.actor(session, "mia"), offered(session, cast))
    with later(1), database.transaction() as session:
        handover = actions.offer_handover(
            session, cast.actor(session, "mia"), cast.triage.id, cast.number("ben"), "Clock"
        )
        actions.accept_handover(session, cast.actor(session, "ben"), handover)
    with database.transaction(read_only=True) as session:
        ben, mia, ada = [
            held.assignment
            for held in queries.timeline_of(session, cast.triage.id)
            if held.assignment.seat is Seat.OWNER
        ]
        assert ada.to_at == mia.from_at == mia.to_at == ben.from_at == START + timedelta(days=2)
