"""Confirming again, and who is told when nobody does: what is written, what is refused, once each."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from registry.audit.queries import verify
from registry.kernel import clock
from registry.kernel.errors import Forbidden, RuleBroken
from registry.kernel.events import Event
from registry.ownership import actions, jobs, queries
from registry.ownership.models import ConfirmationNotice
from registry.ownership.rules import Step, told_to
from registry.people import actions as people
from registry.people.models import BusinessUnit, Person
from registry.portfolio.queries import asked_of, to_chase, tree_and_heads
from tests.cast import NAMES
from tests.ownership.doing import DOOR, events
from tests.ownership.racing import second_of


@pytest.fixture
def due(cast):
    """The instant at which Triage is due: a year after Ada registered it."""
    return cast.triage.registered_at.replace(year=cast.triage.registered_at.year + 1)


@pytest.fixture
def on(database):
    """Run the worker's job as of an instant."""

    def run(at):
        with clock.frozen(at):
            jobs.chase_confirmations(database, {})

    return run


def told(database, system):
    query = sa.select(ConfirmationNotice).filter_by(system_id=system.id).order_by(ConfirmationNotice.id)
    with database.transaction(read_only=True) as session:
        return [(notice.step, notice.person_id) for notice in session.scalars(query)]


def reconfirm(database, cast, name="ada", note=""):
    with database.transaction() as session:
        return actions.reconfirm(session, cast.actor(session, name), cast.triage.id, note)


def test_the_owner_alone_confirms_once_a_day_and_the_ledger_keeps_it(database, cast, due):
    with clock.frozen(due):
        for name in set(NAMES) - {"ada"}:
            with pytest.raises(Forbidden):
                reconfirm(database, cast, name)
        with database.transaction() as session, pytest.raises(Forbidden):
            actions.reconfirm(session, DOOR, cast.triage.id)
        assert reconfirm(database, cast, note=" Looked at it\r\n").note == "Looked at it"
        with pytest.raises(RuleBroken):
            reconfirm(database, cast)
    with database.transaction(read_only=True) as session:
        owner = queries.open_owner(session, cast.triage.id)
        assert queries.last_word_of(session, owner) == due
        assert events(session, cast.triage)[-1] == Event.OWNER_RECONFIRMED
    with database.transaction(read_only=True) as session:
        assert verify(session).problems == []


def test_each_step_is_taken_once_however_often_the_worker_comes_round(database, cast, due, on):
    on(due - timedelta(days=15))
    assert told(database, cast.triage) == []
    owner, deputy, head = (cast.number(name) for name in ("ada", "dee", "hedy"))
    expected = [(Step.OWNER, owner), (Step.DEPUTY, deputy), (Step.UNIT_HEAD, head)]
    for count, days in ((1, -14), (1, 13), (2, 14), (2, 27), (3, 28), (3, 300)):
        for _ in range(2):
            on(due + timedelta(days=days))
        assert told(database, cast.triage) == expected[:count]
    with database.transaction(read_only=True) as session:
        assert events(session, cast.triage)[-3:] == [
            Event.CONFIRMATION_REMINDED,
            Event.CONFIRMATION_ESCALATED,
            Event.CONFIRMATION_ESCALATED,
        ]


def test_a_worker_that_was_away_takes_every_step_it_missed(database, cast, due, on):
    on(due + timedelta(days=60))
    assert [step for step, _ in told(database, cast.triage)] == list(Step)
    # Sentinel has no deputy and Pricing no head above it: that there was nobody to tell is kept as well.
    assert told(database, cast.sentinel)[1] == (Step.DEPUTY, None)
    assert told(database, cast.pricing)[2] == (Step.UNIT_HEAD, None)


def test_the_owners_word_begins_the_time_anew(database, cast, due, on):
    on(due)
    with clock.frozen(due + timedelta(days=10)):
        reconfirm(database, cast)
    on(due + timedelta(days=40))
    assert [step for step, _ in told(database, cast.triage)] == [Step.OWNER]
    on(due + timedelta(days=10 + 365))
    assert [step for step, _ in told(database, cast.triage)] == [Step.OWNER] * 2


def test_taking_a_system_over_is_a_word_and_an_owner_who_left_is_not_asked(database, cast, due, on):
    with clock.frozen(due), database.transaction() as session:
        offer = actions.offer_handover(session, DOOR, cast.triage.id, cast.number("mia"), "Moves")
        actions.accept_handover(session, cast.actor(session, "mia"), offer)
        olga = session.get_one(Person, cast.number("olga"))
        people.mark_as_left(session, DOOR, olga, due.date() - timedelta(days=1))
    on(due + timedelta(days=60))
    assert told(database, cast.triage) == told(database, cast.pricing) == []


def test_of_two_workers_at_once_the_second_finds_it_done(database, cast, due):
    with clock.frozen(due):
        with database.transaction(read_only=True) as session:
            [chase] = [each for each in to_chase(session) if each.asked.system.id == cast.triage.id]

        def tell(session):
            jobs._tell(session, chase)

        assert second_of(database, tell, tell) == "done"
    assert told(database, cast.triage) == [(Step.OWNER, cast.number("ada"))]


def test_without_looking_again_the_database_itself_refuses_the_second(database, cast, due):
    with clock.frozen(due), database.transaction(read_only=True) as session:
        [chase] = [each for each in to_chase(session) if each.asked.system.id == cast.triage.id]

    def tell(session):
        owner = queries.assignment_by_id(session, cast.triage.id, chase.asked.owner.id)
        actions.note_step(session, DOOR, owner, chase.step, chase.asked.due.on, chase.told_id)

    assert second_of(database, tell, tell) == "IntegrityError"


def on_desk(session, cast, name):
    actor = cast.actor(session, name)
    told = told_to(actor.person_id, *tree_and_heads(session)) if actor.headed_units else {}
    return {each.system.name for each in asked_of(session, actor, told)}


def test_the_desks_follow_the_days_and_nobody_else_is_told(database, cast, due):
    both, none = {"Claims triage", "Sentinel"}, set()
    for days, ada, dee, hedy in (
        (-15, none, none, none),
        (-14, both, none, none),
        (14, both, {"Claims triage"}, none),
    ):
        with clock.frozen(due + timedelta(days=days)), database.transaction(read_only=True) as session:
            assert [on_desk(session, cast, name) for name in ("ada", "dee", "hedy")] == [ada, dee, hedy]
    with clock.frozen(due + timedelta(days=28)), database.transaction(read_only=True) as session:
        assert on_desk(session, cast, "hedy") == both
        for name in ("mia", "otto", "ben", "rita", "adam"):
            assert on_desk(session, cast, name) == none


def test_where_the_head_is_the_owner_the_next_one_up_is_told(database, cast, due):
    with clock.frozen(due), database.transaction() as session:
        top = session.get_one(BusinessUnit, cast.units["claims"].parent_id)
        people.edit_unit(session, DOOR, top, top.name, None, cast.number("eva"))
        claims = session.get_one(BusinessUnit, cast.units["claims"].id)
        people.edit_unit(session, DOOR, claims, claims.name, top.id, cast.number("ada"))
    with clock.frozen(due + timedelta(days=28)), database.transaction(read_only=True) as session:
        assert {"Claims triage", "Home pricing"} <= on_desk(session, cast, "eva")


def test_the_button_is_the_owners_and_the_desk_says_why_and_until_when(client_of, cast, due):
    url = f"/systems/{cast.triage.key}/ownership"
    with clock.frozen(due + timedelta(days=30)):
        ada, dee = client_of("ada"), client_of("dee")
        assert "Confirm that Claims triage is still yours" in ada.get("/").text
        assert "You are told as its deputy." in dee.get("/").text
        assert "You are told as the head of its unit." in client_of("hedy").get("/").text
        assert "Still mine, still true" not in dee.get(url).text
        assert dee.post(f"{url}/still-mine").status_code == 403
        page = ada.get(url).text
        assert "overdue" in page
        assert "every 12 months" in page
        refused = ada.post(f"{url}/still-mine", data={"note": "x" * 4_001})
        assert refused.status_code == 422
        assert ada.post(f"{url}/still-mine", data={"note": "All <well>"}).status_code == 303
        again = ada.post(f"{url}/still-mine", data={"note": "All <well>"})
        assert again.status_code == 422
        assert "You confirmed this system today already." in again.text
        page = dee.get(url).text
        assert "All &lt;well&gt;" in page
        assert "told as its deputy" not in dee.get("/").text
