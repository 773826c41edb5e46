"""Whatever people do in whatever order: exactly one accountable owner at each instant from registration on."""

import json
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from registry.audit.models import ENTRY, PAYLOAD
from registry.kernel import clock
from registry.kernel.actor import Seat, the_registry
from registry.kernel.errors import Forbidden, RuleBroken
from registry.kernel.events import Event
from registry.ownership import actions, queries, rules
from registry.ownership.rules import Period
from registry.people import actions as people
from registry.store.session import finish

DOOR = the_registry("command")
# Later than any day on which the standing cast can have been registered.
START = datetime(2090, 3, 3, 12, tzinfo=UTC)
WHAT = ("hand over",) * 6 + (
    *("offer", "accept", "decline", "withdraw", "expire"),
    *("leave", "return", "fill", "confirm", "confirm again", "transfer", "transfer"),
)
NAMES = ("ada", "ben", "dee", "mia", "adam")


class _Undone(Exception):
    pass


@contextmanager
def unkept(database):
    """A transaction of which nothing is kept, so that every example begins with the same house."""
    with suppress(_Undone), database.transaction() as session:
        yield session
        raise _Undone


@pytest.fixture
def house(database, cast):
    return database, cast


# Each step: what is done, by whom, to whom, and how many hours the clock has moved since (backwards as well).
steps = st.lists(
    st.tuples(
        st.sampled_from(WHAT),
        st.sampled_from(NAMES),
        st.sampled_from(NAMES),
        st.integers(min_value=-48, max_value=24 * 20),
    ),
    min_size=5,
    max_size=20,
)


def take(session, cast, step):
    """Try one step the way a page would; what the rules refuse does not happen."""
    what, by, to, _ = step
    actor, number = cast.actor(session, by), cast.triage.id
    pending = queries.pending_handover(session, number)
    try:
        if what in {"offer", "hand over"}:
            pending = actions.offer_handover(session, DOOR, number, cast.number(to), "Moves")
            session.flush()
            if what == "hand over":
                actions.accept_handover(session, cast.actor(session, to), pending)
        elif what == "leave":
            people.mark_as_left(session, DOOR, cast.people[to], clock.today())
        elif what == "return":
            people.mark_as_here(session, DOOR, cast.people[to])
        elif what == "fill":
            actions.fill_seat(session, actor, number, Seat.DEPUTY, person_id=cast.number(to))
        elif what == "confirm":
            actions.confirm_owner(session, actor, number)
        elif what == "confirm again":
            actions.reconfirm(session, actor, number)
        elif what == "transfer":
            _transfer(session, cast, by, to)
        elif pending is not None:
            asked = next(name for name in NAMES if cast.number(name) == pending.to_id)
            _close(session, cast.actor(session, asked), pending, what)
    except (RuleBroken, Forbidden):
        return
    session.flush()


def _transfer(session, cast, by, to):
    adam = cast.actor(session, "adam")
    seats = queries.seats_of_person(session, cast.number(by))
    wishes = dict.fromkeys([seat.id for seat in seats], cast.number(to))
    seen = {
        each.assignment_id: each.code for each in queries.moves_of(session, seats, wishes, adam.person_id)
    }
    actions.transfer_seats(session, adam, cast.people[by], wishes, "Moves on", seen=seen)


def _close(session, actor, pending, what):
    if what == "accept":
        actions.accept_handover(session, actor, pending)
    elif what == "decline":
        actions.decline_handover(session, actor, pending, "No")
    elif what == "withdraw":
        actions.withdraw_handover(session, DOOR, pending)
    else:
        actions.expire_handover(session, DOOR, pending)


def periods_of(session, system):
    held = [each for each in queries.timeline_of(session, system.id) if each.assignment.seat is Seat.OWNER]
    return [Period(each.name, each.assignment.from_at, each.assignment.to_at) for each in reversed(held)]


def check(session, system, periods):
    """Fails unless the periods follow one another without a gap from registration on, and the queries agree."""
    owners = [
        each.assignment
        for each in queries.timeline_of(session, system.id)
        if each.assignment.seat is Seat.OWNER
    ]
    assert all(owner.accepted_at is not None or owner.to_be_confirmed for owner in owners)
    assert periods[0].from_at == system.registered_at
    assert periods[-1].to_at is None
    assert all(before.to_at == after.from_at for before, after in pairwise(periods))
    edges = {period.from_at + timedelta(microseconds=shift) for period in periods for shift in (-1, 0, 1)}
    for at in edges | {START + timedelta(days=4_000)}:
        answering = rules.holder_at(periods, at)
        assert (answering is None) == (at < system.registered_at)
        found = [
            held for held in queries.held_at(session, system.id, at) if held.assignment.seat is Seat.OWNER
        ]
        assert [held.name for held in found] == ([answering.holder] if answering else [])


def told_by_the_ledger(session, system):
    """Who became owner when, from the entries of the ledger alone: those that registered it and that accepted it."""
    changes = []
    entries = sa.select(ENTRY.c.event, PAYLOAD.c.payload).join(PAYLOAD, PAYLOAD.c.seq == ENTRY.c.seq)
    entries = entries.where(
        ENTRY.c.system_id == system.id,
        ENTRY.c.event.in_([Event.SYSTEM_REGISTERED, Event.HANDOVER_ACCEPTED]),
    )
    for _, payload in session.execute(entries.order_by(ENTRY.c.seq)):
        [new] = [
            each["after"]
            for each in json.loads(payload)["objects"]
            if each["kind"] == "assignment" and each["before"] is None
        ]
        changes.append((datetime.fromisoformat(new["from_at"]), new["person_id"]))
    return changes


def check_against_the_ledger(session, system):
    """Fails unless "the owner on that day", asked of the register, is what a replay of the ledger says."""
    changes = told_by_the_ledger(session, system)
    days = {at.date() + timedelta(days=shift) for at, _ in changes for shift in (-1, 0, 1)}
    for day in days:
        at = rules.end_of(day)
        replayed = [person for since, person in changes if since <= at][-1:]
        answered = queries.held_at(session, system.id, at)
        assert [held.person.id for held in answered if held.assignment.seat is Seat.OWNER] == replayed, day


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_at_each_instant_exactly_one_person_answers_whatever_was_done(house, done):
    database, cast = house
    at = START
    with unkept(database) as session:
        here = replace(cast, people={name: session.merge(person) for name, person in cast.people.items()})
        for step in done:
            at += timedelta(hours=step[3])
            with clock.frozen(at):
                take(session, here, step)
        periods = periods_of(session, cast.triage)
        event(f"{len(periods) - 1} hand-overs")
        check(session, session.merge(cast.triage), periods)
        finish(session)
        check_against_the_ledger(session, cast.triage)


def test_a_period_changed_past_the_ledger_is_noticed_by_the_replay(house):
    database, cast = house
    with clock.frozen(START + timedelta(days=1)), unkept(database) as session:
        handover = actions.offer_handover(session, DOOR, cast.triage.id, cast.number("mia"), "Moves")
        after = actions.accept_handover(session, cast.actor(session, "mia"), handover)
        finish(session)
        check_against_the_ledger(session, cast.triage)
        after.person_id = cast.number("ben")
        session.flush()
        with pytest.raises(AssertionError):
            check_against_the_ledger(session, cast.triage)


@pytest.mark.parametrize("shift", [timedelta(seconds=1), timedelta(seconds=-1)])
def test_the_check_notices_a_hand_over_that_leaves_a_gap_or_an_overlap(house, shift):
    database, cast = house
    with clock.frozen(START + timedelta(days=1)), unkept(database) as session:
        handover = actions.offer_handover(session, DOOR, cast.triage.id, cast.number("mia"), "Moves")
        after = actions.accept_handover(session, cast.actor(session, "mia"), handover)
        check(session, cast.triage, periods_of(session, cast.triage))
        after.from_at += shift
        session.flush()
        with pytest.raises(AssertionError):
            check(session, cast.triage, periods_of(session, cast.triage))
