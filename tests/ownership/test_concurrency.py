"""Two people at once: one offer is accepted once, one owner at a time, and nobody sees a system without an owner."""

import pytest
from sqlmodel import select

from registry.kernel.actor import Seat, the_registry
from registry.kernel.errors import NotFound
from registry.ownership import actions, queries
from registry.ownership.models import Assignment, Handover
from tests.ownership.racing import second_of

DOOR = the_registry("command")


@pytest.fixture
def race(database, cast):
    """A house in which Triage is offered to Mia."""
    with database.transaction() as session:
        offer = actions.offer_handover(session, DOOR, cast.triage.id, cast.number("mia"), "Moves team")
    return database, cast, offer.id


def accepting(cast, number, *, lock=True):
    def accept(session):
        found = queries.handover_by_id(session, number, lock=lock)
        actions.accept_handover(session, cast.actor(session, "mia"), found)

    return accept


def owners(database, cast):
    with database.transaction(read_only=True) as session:
        held = queries.timeline_of(session, cast.triage.id)
        return [each.person.name for each in held if each.assignment.seat is Seat.OWNER]


def test_of_two_acceptances_the_second_is_refused(race):
    database, cast, number = race
    assert second_of(database, accepting(cast, number), accepting(cast, number)) == "refused"
    assert owners(database, cast) == ["Mia Colleague", "Ada Owner"]


def test_without_the_lock_the_revision_still_keeps_the_second_acceptance_out(race):
    database, cast, number = race
    outcome = second_of(database, accepting(cast, number), accepting(cast, number, lock=False))
    assert outcome in {"refused", "StaleDataError"}
    assert owners(database, cast) == ["Mia Colleague", "Ada Owner"]


def test_an_offer_taken_back_meanwhile_is_not_accepted(race):
    database, cast, number = race

    def withdraw(session):
        actions.withdraw_handover(session, DOOR, queries.handover_by_id(session, number, lock=True))

    assert second_of(database, withdraw, accepting(cast, number)) == "refused"
    assert owners(database, cast) == ["Ada Owner"]


def offering(cast, to):
    return lambda session: actions.offer_handover(session, DOOR, cast.triage.id, cast.number(to), "Again")


def test_of_two_offers_the_second_is_refused(race):
    database, cast, number = race
    with database.transaction() as session:
        actions.withdraw_handover(session, DOOR, queries.handover_by_id(session, number, lock=True))
    assert second_of(database, offering(cast, "ben"), offering(cast, "dee")) == "refused"


def test_an_offer_made_while_another_is_accepted_comes_from_the_new_owner(race):
    database, cast, number = race
    assert second_of(database, accepting(cast, number), offering(cast, "ben")) == "done"
    with database.transaction(read_only=True) as session:
        assert queries.pending_handover(session, cast.triage.id).from_id == cast.number("mia")


def test_a_reader_who_waits_for_a_hand_over_finds_the_new_owner_only_by_looking_again(race, monkeypatch):
    """The defect this guards against: on PostgreSQL the row waited for is left out once its period has ended."""
    database, cast, number = race
    looked_again = queries.open_owner

    def looked_once(session, system_id, *, lock=False):
        query = select(Assignment).where(
            Assignment.system_id == system_id, Assignment.seat == Seat.OWNER, Assignment.to_at.is_(None)
        )
        found = session.exec(query.with_for_update()).one_or_none()
        if found is None:
            raise NotFound
        return found

    def offer_with(finder):
        def offer(session):
            monkeypatch.setattr(queries, "open_owner", finder)
            actions.offer_handover(session, DOOR, cast.triage.id, cast.number("ben"), "Again")

        return offer

    # SQLite lets one writer in at a time, whatever the program asks for.
    expected = "done" if database.is_sqlite else "NotFound"
    assert second_of(database, accepting(cast, number), offer_with(looked_once)) == expected
    monkeypatch.setattr(queries, "open_owner", looked_again)
    assert owners(database, cast) == ["Mia Colleague", "Ada Owner"]


@pytest.mark.parametrize("act", [actions.confirm_owner, actions.reconfirm])
def test_a_confirmation_that_waits_for_a_hand_over_is_not_written_in_the_new_owners_name(race, act):
    database, cast, number = race
    with database.transaction(read_only=True) as session:
        ada = cast.actor(session, "ada")
    assert second_of(
        database, accepting(cast, number), lambda session: act(session, ada, cast.triage.id)
    ) == ("Forbidden")


def filling(cast):
    def fill(session):
        actions.fill_seat(session, DOOR, cast.triage.id, Seat.OVERSEER, person_id=cast.number("mia"))

    return fill


def test_a_seat_filled_by_two_at_once_is_held_once(race):
    database, cast, _ = race
    assert second_of(database, filling(cast), filling(cast)) == "refused"


def test_an_expiry_and_an_acceptance_at_once_leave_one_answer(race):
    database, cast, number = race
    with database.transaction() as session:
        mia = session.merge(cast.people["mia"])
        assert session.get(Handover, number).to_id == mia.id

    def expire(session):
        actions.expire_handover(session, DOOR, queries.handover_by_id(session, number, lock=True))

    assert second_of(database, accepting(cast, number), expire) == "refused"
    assert owners(database, cast) == ["Mia Colleague", "Ada Owner"]
