"""Seats, hand-overs, who answered when, and what is missing."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.kernel.actor import Seat
from registry.ownership import rules
from registry.ownership.rules import GapKind, HandoverState, Holder, OfferFacts, Period

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
OFFER = OfferFacts(
    owner_id=1, to_id=2, to_is_active=True, reason="Moves team", already_offered=False, offered_by_id=1
)


def fields(problems):
    return [problem.field for problem in problems]


def test_every_seat_says_what_it_is_and_what_is_missing_without_it():
    assert set(rules.SEAT_SAID) == set(rules.SEAT_LACKS) == set(Seat)


def test_an_offer_to_somebody_who_is_here_with_a_reason_stands():
    assert rules.problems_with_offer(OFFER) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"to_id": None, "to_is_active": False}, "to_id"),
        ({"to_id": 1}, "to_id"),
        ({"to_is_active": False}, "to_id"),
        ({"reason": ""}, "reason"),
        ({"reason": "x" * 4_001}, "reason"),
        ({"reason": "because\x00"}, "reason"),
        ({"already_offered": True}, ""),
    ],
)
def test_an_offer_is_refused_with_the_problem_beside_its_field(change, field):
    assert fields(rules.problems_with_offer(replace(OFFER, **change))) == [field]


def test_nobody_offers_a_system_to_themselves_while_its_owner_is_here():
    by_deputy = replace(OFFER, offered_by_id=2)
    assert fields(rules.problems_with_offer(by_deputy)) == ["to_id"]
    assert rules.problems_with_offer(replace(by_deputy, owner_has_left=True)) == []


def answer(**facts):
    usual = {"recipient_is_active": True, "declined": False, "note": ""}
    state = facts.pop("state", HandoverState.OFFERED)
    at = facts.pop("at", NOON)
    return fields(rules.problems_with_answer(state, NOON + timedelta(days=14), at, **(usual | facts)))


def test_the_person_asked_may_accept_while_the_offer_is_open():
    assert answer() == []
    assert answer(declined=True, note="Too much already") == []


def test_somebody_who_left_meanwhile_accepts_nothing():
    assert answer(recipient_is_active=False) == [""]


@pytest.mark.parametrize("state", [state for state in HandoverState if state is not HandoverState.OFFERED])
def test_an_offer_is_answered_once(state):
    assert answer(state=state) == [""]


def test_an_offer_lapses_at_its_last_instant():
    last = NOON + timedelta(days=14)
    assert answer(at=last - timedelta(microseconds=1)) == []
    assert answer(at=last) == [""]
    assert rules.expiry_of(NOON) == last


def test_declining_needs_a_reason_that_fits():
    assert answer(declined=True) == ["answer"]
    assert answer(declined=True, note="x" * 4_001) == ["answer"]


def test_an_offer_is_closed_unanswered_only_when_it_ran_out_or_its_recipient_left():
    def closing(state=HandoverState.OFFERED, at=NOON, here=True):
        return rules.problems_with_expiry(state, NOON + timedelta(days=14), at, recipient_is_active=here)

    assert closing(at=NOON + timedelta(days=14)) == []
    assert closing(here=False) == []
    assert fields(closing()) == [""]
    assert fields(closing(state=HandoverState.ACCEPTED, here=False)) == [""]
    assert "14 days" in rules.expiry_said(recipient_is_active=True)
    assert "has left" in rules.expiry_said(recipient_is_active=False)


def seat(wanted=Seat.DEPUTY, **facts):
    usual = {"person_id": 2, "team_id": None, "holder_is_active": True, "already_held": False}
    return fields(rules.problems_with_seat(wanted, **(usual | facts)))


@pytest.mark.parametrize("wanted", [each for each in Seat if each is not Seat.OWNER])
def test_any_other_seat_is_filled_by_a_person_or_a_team(wanted):
    assert seat(wanted) == []
    assert seat(wanted, person_id=None, team_id=5) == []


def test_the_owner_changes_by_hand_over_alone():
    assert seat(Seat.OWNER) == ["seat"]


def test_a_seat_is_held_by_exactly_one_person_or_team_who_are_here():
    assert seat(person_id=None) == ["person_id"]
    assert seat(team_id=5) == ["person_id"]
    assert seat(holder_is_active=False) == ["person_id"]
    assert seat(already_held=True) == ["person_id"]
    assert seat(reason="x" * 4_001) == ["reason"]


def test_the_owner_is_not_their_own_deputy():
    assert seat(is_owner=True) == ["person_id"]
    assert seat(Seat.ENGINEERING_LEAD, is_owner=True) == []


@pytest.mark.parametrize("is_recipient", [True, False])
@pytest.mark.parametrize("is_party", [True, False])
@pytest.mark.parametrize("oversees", [True, False])
@pytest.mark.parametrize("sees_system", [True, False])
def test_an_offer_is_read_by_those_concerned(is_recipient, is_party, oversees, sees_system):
    said = rules.may_read_offer(
        is_recipient=is_recipient, is_party=is_party, oversees=oversees, sees_system=sees_system
    )
    if is_recipient or oversees:
        assert said
    else:
        assert said == (is_party and sees_system)


def test_a_day_ends_with_its_last_microsecond_in_utc():
    assert rules.end_of(date(2026, 3, 3)) == datetime(2026, 3, 3, 23, 59, 59, 999_999, UTC)
    assert rules.end_of(date.max).tzinfo is UTC


def test_a_day_to_come_or_before_the_register_knew_the_system_is_refused():
    def asked(day):
        return fields(rules.problems_with_day(day, registered_at=NOON, today=date(2026, 4, 1)))

    assert asked(date(2026, 4, 1)) == asked(date(2026, 3, 3)) == []
    assert asked(date(2026, 4, 2)) == asked(date(2026, 3, 2)) == asked(date.min) == asked(date.max) == ["on"]


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)))
def test_a_period_never_ends_before_it_began(since, at):
    change = rules.moment_of_change(since, at)
    assert change >= since
    assert change == at or at < since


# --- who held the seat when


def moments():
    return st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))


@st.composite
def histories(draw):
    """Periods as the actions write them: each begins when the one before ends, clocks set back included."""
    changes = draw(st.lists(moments(), max_size=8))
    starts = [draw(moments())]
    for at in changes:
        starts.append(rules.moment_of_change(starts[-1], at))
    ends = [*starts[1:], None]
    return [Period(str(n), start, end) for n, (start, end) in enumerate(zip(starts, ends, strict=True))]


def holders(periods, at):
    return [each for each in periods if each.from_at <= at and (each.to_at is None or at < each.to_at)]


@given(histories(), moments())
def test_from_the_first_instant_on_exactly_one_holds_the_seat(periods, at):
    found = holders(periods, at)
    assert len(found) == (0 if at < periods[0].from_at else 1)
    assert rules.holder_at(periods, at) == (found[0] if found else None)


@given(histories())
def test_at_the_instant_of_a_change_the_new_holder_answers(periods):
    for before, after in pairwise(periods):
        holder = rules.holder_at(periods, before.to_at)
        assert holder.from_at == after.from_at
        assert holder != before


# --- what is missing

TODAY = date(2026, 3, 31)
OWNER = Holder(Seat.OWNER, "Ada", NOON, person_id=1)
DEPUTY = Holder(Seat.DEPUTY, "Dee", NOON, person_id=2)


def kinds(*held):
    return [(gap.kind, gap.days) for gap in rules.gaps(held, TODAY)]


def test_an_owner_and_a_deputy_who_are_here_leave_no_gap():
    assert kinds(OWNER, DEPUTY) == []


def test_no_deputy_is_a_gap():
    assert kinds(OWNER) == [(GapKind.NO_DEPUTY, None)]


def test_an_owner_to_be_confirmed_is_a_gap_with_its_age():
    assert kinds(replace(OWNER, to_be_confirmed=True), DEPUTY) == [(GapKind.OWNER_UNCONFIRMED, 28)]
    fresh = replace(OWNER, to_be_confirmed=True, since=datetime(2026, 3, 31, 23, tzinfo=UTC))
    assert kinds(fresh, DEPUTY) == [(GapKind.OWNER_UNCONFIRMED, 0)]


def test_an_owner_who_left_is_the_gravest_gap_from_the_day_after_the_last():
    gone = replace(OWNER, last_day=date(2026, 3, 30), to_be_confirmed=True)
    assert kinds(gone) == [(GapKind.OWNER_LEFT, 1), (GapKind.NO_DEPUTY, None)]
    assert "left on 30 March 2026" in rules.gaps([gone], TODAY)[0].says
    assert kinds(replace(OWNER, last_day=TODAY), DEPUTY) == []


def test_a_deputy_who_left_or_owns_the_system_or_is_an_empty_team_is_no_deputy():
    assert kinds(OWNER, replace(DEPUTY, last_day=date(2026, 3, 1))) == [
        (GapKind.NO_DEPUTY, None),
        (GapKind.HOLDER_LEFT, 30),
    ]
    assert kinds(OWNER, replace(DEPUTY, person_id=1)) == [(GapKind.NO_DEPUTY, None)]
    empty = Holder(Seat.DEPUTY, "Data office", NOON, members=0)
    assert kinds(OWNER, empty) == [(GapKind.NO_DEPUTY, None), (GapKind.EMPTY_TEAM, None)]
    assert kinds(OWNER, replace(empty, members=1)) == []


def test_any_other_holder_who_left_is_a_gap():
    lead = Holder(Seat.ENGINEERING_LEAD, "Ben", NOON, person_id=3, last_day=date(2026, 3, 21))
    (gap,) = rules.gaps([OWNER, DEPUTY, lead], TODAY)
    assert (gap.kind, gap.seat, gap.days) == (GapKind.HOLDER_LEFT, Seat.ENGINEERING_LEAD, 10)
    assert gap.says == "Engineering lead Ben left on 21 March 2026."
