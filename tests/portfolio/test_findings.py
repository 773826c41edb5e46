"""Findings across the register: the same as each system's own gaps, for every reader what they may know of, oldest first."""

from datetime import timedelta

import pytest

from registry.kernel import clock
from registry.kernel.actor import Seat, the_registry
from registry.ownership import actions as ownership
from registry.ownership import queries as seats
from registry.ownership.rules import GapKind
from registry.people import actions as people
from registry.people.models import Person
from registry.people.rules import Function
from registry.portfolio import queries
from registry.portfolio.queries import Scope
from registry.systems import queries as systems
from registry.systems.models import System
from tests.cast import NAMES

DOOR = the_registry("command")
EVERYTHING = Scope()


@pytest.fixture
def house(database, cast):
    """Every kind of finding but the late one: an owner and a lead have left, one is stated, a team is empty."""
    today = clock.today()
    with database.transaction() as session:
        team = people.add_team(session, DOOR, "Data office", Function.DATA, leader_id=None)
        for system in (cast.triage, cast.sentinel):
            ownership.fill_seat(session, DOOR, system.id, Seat.DATA_STEWARD, team_id=team.id)
        offer = ownership.offer_handover(session, DOOR, cast.triage.id, cast.number("dee"), "Moves")
        ownership.accept_handover(session, cast.actor(session, "dee"), offer)
        ownership.fill_seat(session, DOOR, cast.pricing.id, Seat.DEPUTY, person_id=cast.number("otto"))
        ownership.fill_seat(session, DOOR, cast.pricing.id, Seat.OVERSEER, person_id=cast.number("ben"))
        for name, days in (("olga", 4), ("ben", 9)):
            person = session.get_one(Person, cast.number(name))
            people.mark_as_left(session, DOOR, person, today - timedelta(days=days))
    return database


def own_gaps(session, actor):
    """What each system's own page says, system by system."""
    found = []
    for number in systems.by_numbers(session, actor, {1, 2, 3}):
        held = seats.held_on(session, number)
        found += [(number, gap.kind, gap.seat) for gap in seats.gaps_of(session, held, clock.today())]
    return sorted(found)


@pytest.mark.parametrize("shift", [0, 30])
def test_findings_are_the_gaps_of_every_system_the_reader_may_know_of(house, cast, shift):
    with clock.frozen(clock.later(shift)), house.transaction(read_only=True) as session:
        for name in NAMES:
            actor = cast.actor(session, name)
            found = queries.findings_page(session, actor, EVERYTHING).items
            assert sorted((each.system.id, each.kind, each.seat) for each in found) == own_gaps(
                session, actor
            )
            counts = queries.findings_count(session, actor, EVERYTHING)
            assert sum(counts.values()) == len(found)
            assert ("Sentinel" in {each.system.name for each in found}) == (
                name in {"ada", "hedy", "rita", "aud", "adam"}
            )


def test_the_gravest_come_first_and_pages_neither_skip_nor_repeat(house, cast):
    with house.transaction(read_only=True) as session:
        actor = cast.actor(session, "adam")
        at_once = queries.findings_page(session, actor, EVERYTHING).items
        one_by_one, after = [], None
        while True:
            page = queries.findings_page(session, actor, EVERYTHING, after=after, limit=2)
            one_by_one += page.items
            if (after := page.next_after) is None:
                break
    assert [each.place for each in one_by_one] == [each.place for each in at_once]
    assert [(each.kind, each.system.name, each.days) for each in at_once[:1]] == [
        (GapKind.OWNER_LEFT, "Home pricing", 4)
    ]
    kinds = [list(GapKind).index(each.kind) for each in at_once]
    assert kinds == sorted(kinds)


def test_units_kinds_and_seats_narrow_what_is_shown_and_counts_say_what_would_be(house, cast):
    with house.transaction(read_only=True) as session:
        actor = cast.actor(session, "adam")
        claims = frozenset({cast.units["claims"].id})
        found = queries.findings_page(session, actor, Scope(unit_ids=claims)).items
        assert {each.system.name for each in found} == {"Claims triage", "Sentinel"}
        narrow = Scope(
            unit_ids=claims, kinds=frozenset({GapKind.EMPTY_TEAM}), seats=frozenset({Seat.OVERSEER})
        )
        assert queries.findings_page(session, actor, narrow).items == []
        assert queries.findings_count(session, actor, narrow) == {
            (GapKind.NO_DEPUTY, Seat.DEPUTY): 2,
            (GapKind.HOLDER_LEFT, Seat.ENGINEERING_LEAD): 1,
            (GapKind.EMPTY_TEAM, Seat.DATA_STEWARD): 2,
        }
        assert queries.seats_filled(session, actor, claims)[Seat.OWNER] == 2
        assert queries.findings_count(session, actor, Scope(unit_ids=frozenset())) == {}


def test_a_late_confirmation_is_found_on_the_day_after_it_was_due_and_not_before(database, cast):
    with database.transaction(read_only=True) as session:
        registered = session.get_one(System, cast.triage.id).registered_at
        actor = cast.actor(session, "adam")

        def late(on):
            with clock.frozen(on):
                found = queries.findings_page(
                    session, actor, Scope(kinds=frozenset({GapKind.CONFIRMATION_OVERDUE}))
                )
                return [(each.system.name, each.days, each.seat) for each in found.items]

        due = registered.replace(year=registered.year + 1)
        assert late(due) == []
        assert late(due + timedelta(days=1)) == [
            (name, 1, Seat.OWNER) for name in ("Claims triage", "Sentinel", "Home pricing")
        ]
