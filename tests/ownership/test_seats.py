"""Seats, gaps and the story of a system, through their actions."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from registry.accounts.queries import actor_for
from registry.kernel import clock
from registry.kernel.actor import Permission, Seat, may
from registry.kernel.errors import Forbidden, NotFound, RuleBroken
from registry.kernel.events import Event
from registry.ownership import actions, queries
from registry.ownership.models import Assignment
from registry.ownership.rules import GapKind, HandoverState
from registry.people import actions as people
from registry.people.rules import Function
from registry.systems import actions as systems
from registry.systems.rules.record import Registration
from tests.ownership.doing import DOOR, START, events, later, offered


@pytest.fixture
def house(database, cast):
    return database, cast


def test_a_stated_owner_confirms_once(house):
    database, cast = house
    with later(1), database.transaction() as session:
        stated = systems.register(
            session,
            cast.actor(session, "olga"),
            Registration("Stated", "Somebody else's.", cast.units["claims"].id, cast.number("mia")),
        )
        owner = queries.open_owner(session, stated.id)
        assert owner.to_be_confirmed
        assert owner.accepted_at is None
        with pytest.raises(Forbidden):
            actions.confirm_owner(session, cast.actor(session, "adam"), stated.id)
        actions.confirm_owner(session, cast.actor(session, "mia"), stated.id)
        assert (owner.to_be_confirmed, owner.accepted_at) == (False, START + timedelta(days=1))
        with pytest.raises(RuleBroken):
            actions.confirm_owner(session, cast.actor(session, "mia"), stated.id)
        session.flush()
    with database.transaction(read_only=True) as session:
        assert events(session, stated)[-1] == Event.OWNER_CONFIRMED


def test_a_seat_is_filled_and_vacated_with_its_period_kept(house):
    database, cast = house
    with later(1), database.transaction() as session:
        ada = cast.actor(session, "ada")
        filled = actions.fill_seat(session, ada, cast.triage.id, Seat.OVERSEER, person_id=cast.number("mia"))
        assert filled.accepted_at is None
        with pytest.raises(RuleBroken):
            actions.fill_seat(session, ada, cast.triage.id, Seat.OVERSEER, person_id=cast.number("mia"))
    with later(3), database.transaction() as session:
        found = queries.assignment_by_id(session, cast.triage.id, filled.id)
        actions.vacate_seat(session, cast.actor(session, "dee"), found)
        with pytest.raises(RuleBroken):
            actions.vacate_seat(session, cast.actor(session, "dee"), found)
    with database.transaction(read_only=True) as session:
        found = session.get(Assignment, filled.id)
        assert (found.from_at, found.to_at) == (START + timedelta(days=1), START + timedelta(days=3))


def test_whoever_takes_a_seat_themselves_has_accepted_it(house):
    database, cast = house
    with later(1), database.transaction() as session:
        dee = cast.actor(session, "dee")
        seat = actions.fill_seat(session, dee, cast.triage.id, Seat.OVERSEER, person_id=cast.number("dee"))
        assert seat.accepted_at == START + timedelta(days=1)


def test_the_same_seat_twice_is_refused_by_the_database_itself(house):
    database, cast = house

    def fill_past_the_rules():
        with database.transaction() as session:
            ada = cast.actor(session, "ada")
            seat = actions.fill_seat(
                session, ada, cast.triage.id, Seat.OVERSEER, person_id=cast.number("mia")
            )
            session.flush()
            session.add(Assignment(**seat.model_dump(exclude={"id", "version"})))

    with pytest.raises(sa.exc.IntegrityError):
        fill_past_the_rules()


def test_the_owner_seat_is_neither_filled_nor_vacated(house):
    database, cast = house
    with later(1), database.transaction() as session:
        with pytest.raises(RuleBroken):
            actions.fill_seat(session, DOOR, cast.triage.id, Seat.OWNER, person_id=cast.number("mia"))
        with pytest.raises(RuleBroken):
            actions.vacate_seat(session, DOOR, queries.open_owner(session, cast.triage.id))


def test_a_seat_of_another_system_is_not_found_under_this_one(house):
    database, cast = house
    with database.transaction() as session:
        foreign = queries.open_owner(session, cast.pricing.id)
        with pytest.raises(NotFound):
            queries.assignment_by_id(session, cast.triage.id, foreign.id)


def test_a_team_that_does_not_exist_holds_nothing(house):
    database, cast = house
    with database.transaction() as session, pytest.raises(RuleBroken):
        actions.fill_seat(session, DOOR, cast.triage.id, Seat.DATA_STEWARD, team_id=4_711)


def test_a_team_seat_gives_its_members_no_permission_of_their_own(house):
    database, cast = house
    with database.transaction() as session:
        team = people.add_team(session, DOOR, "Data office", Function.DATA, leader_id=cast.number("mia"))
        actions.fill_seat(session, DOOR, cast.triage.id, Seat.DATA_STEWARD, team_id=team.id)
        session.flush()
        mia = actor_for(session, cast.people["mia"], via="session")
        assert not may(mia, Permission.SYSTEM_EDIT, cast.triage.id)
        assert [seat.system_id for seat in queries.seats_of_team(session, team.id)] == [cast.triage.id]


def test_gaps_are_read_from_who_holds_the_seats(house):
    database, cast = house
    with later(1), database.transaction() as session:
        team = people.add_team(session, DOOR, "Empty office", Function.DATA, leader_id=None)
        actions.fill_seat(session, DOOR, cast.triage.id, Seat.DATA_STEWARD, team_id=team.id)
        for name in ("ada", "ben", "dee"):
            people.mark_as_left(session, DOOR, session.merge(cast.people[name]), START.date())
        gaps = queries.gaps_of(session, queries.held_on(session, cast.triage.id), clock.today())
        assert [(gap.kind, gap.seat) for gap in gaps] == [
            (GapKind.OWNER_LEFT, Seat.OWNER),
            (GapKind.NO_DEPUTY, Seat.DEPUTY),
            (GapKind.HOLDER_LEFT, Seat.DEPUTY),
            (GapKind.HOLDER_LEFT, Seat.ENGINEERING_LEAD),
            (GapKind.EMPTY_TEAM, Seat.DATA_STEWARD),
        ]


def test_the_story_tells_periods_and_offers_newest_first(house):
    database, cast = house
    with later(1), database.transaction() as session:
        actions.decline_handover(session, cast.actor(session, "mia"), offered(session, cast), "No")
    with database.transaction(read_only=True) as session:
        story = queries.story_of(session, cast.triage.id)
        assert [told.at for told in story] == sorted((told.at for told in story), reverse=True)
        assert story[0].offer.state is HandoverState.DECLINED
        assert {told.held.name for told in story[1:]} == {"Ada Owner", "Ben Engineer", "Dee Deputy"}
