"""Stages, stops and autonomy as rules: which way is open, who may decide, what has to be said."""

from itertools import product

import pytest

from registry.kernel.actor import Actor, Role, Seat, Token
from registry.lifecycle.rules.autonomy import (
    Evidence,
    levels_below,
    objection_to_decider,
    problems_with_asking,
    problems_with_decision,
    problems_with_lowering,
)
from registry.lifecycle.rules.stages import (
    LADDER,
    LOWERING,
    Move,
    gate_kept,
    next_stage,
    problems_with_advance,
    problems_with_lifting,
    problems_with_retiring,
    problems_with_stop,
    ways_on,
)
from registry.lifecycle.rules.stages import (
    problems_with_lowering as problems_with_going_down,
)
from registry.systems.rules.record import Stage, problems_with_autonomy


def test_the_way_up_leads_over_every_gate_and_back_to_where_a_system_was_held_from():
    assert [next_stage(each, None) for each in LADDER] == [*LADDER[1:], None]
    for held, before in product((Stage.RESTRICTED, Stage.SUSPENDED), (Stage.PILOT, Stage.LIVE)):
        assert next_stage(held, before) is before
    assert next_stage(Stage.RESTRICTED, None) is next_stage(Stage.SUSPENDED, Stage.PROPOSED) is Stage.LIVE
    assert next_stage(Stage.RETIRED, None) is None


def test_nothing_goes_on_that_is_stopped_or_whose_gate_does_not_hold():
    assert problems_with_advance(Stage.PILOT, Stage.LIVE, [], is_stopped=False) == []
    [says] = problems_with_advance(Stage.PILOT, Stage.LIVE, ["G51", "G52"], is_stopped=False)
    assert "G51 and G52" in says.message
    assert problems_with_advance(Stage.PILOT, Stage.LIVE, [], is_stopped=True)
    assert problems_with_advance(Stage.LIVE, None, [], is_stopped=False)


def test_going_down_needs_a_reason_and_leads_only_down():
    for move, ways in LOWERING.items():
        for stage, ends in ways.items():
            for to in Stage:
                found = problems_with_going_down(move, stage, to, "It drifted.", is_stopped=False)
                assert (found == []) == (to in ends)
                assert problems_with_going_down(move, stage, to, "", is_stopped=False)
                assert problems_with_going_down(move, stage, to, "It drifted.", is_stopped=True)
                theirs = problems_with_going_down(
                    move, stage, to, "It drifted.", is_stopped=False, is_reviewers=True
                )
                assert (theirs == []) == (to in ends and move is not Move.SENT_BACK)


@pytest.mark.parametrize("stage", list(Stage))
def test_a_stop_works_from_every_stage_but_retired_and_needs_a_reason(stage):
    runs = stage is not Stage.RETIRED
    assert (problems_with_stop(stage, "Wrong letters.", is_stopped=False) == []) == runs
    assert problems_with_stop(stage, "", is_stopped=False)
    assert problems_with_stop(stage, "Wrong letters.", is_stopped=True)


def test_a_stop_is_lifted_to_where_it_was_or_lower_and_never_higher():
    order = [*LADDER[:3], Stage.SUSPENDED, Stage.RESTRICTED, Stage.PILOT, Stage.LIVE]
    for stage in order:
        ways = ways_on(stage)
        assert ways[0] is stage
        assert all(order.index(way) <= order.index(stage) for way in ways)

    def fields(before, to, because="Found.", open_ids=(), *, reviewed=True):
        return [
            each.field for each in problems_with_lifting(before, to, because, open_ids, is_reviewed=reviewed)
        ]

    assert fields(Stage.PILOT, Stage.LIVE) == ["to"]
    assert fields(Stage.LIVE, Stage.RESTRICTED, "") == ["because"]
    assert fields(Stage.LIVE, Stage.RESTRICTED, reviewed=False) == [""]
    assert fields(Stage.LIVE, Stage.RESTRICTED) == []


def test_after_a_stop_real_cases_meet_a_system_over_its_gate_or_under_restriction_with_what_is_open_kept():
    for before, to in product((Stage.PILOT, Stage.LIVE, Stage.RESTRICTED, Stage.SUSPENDED), list(Stage)):
        if to not in ways_on(before):
            continue
        [*found] = problems_with_lifting(before, to, "Found.", ["G51", "G52"], is_reviewed=True)
        assert bool(found) == (to in {Stage.PILOT, Stage.LIVE})
        assert all("G51 and G52" in each.message for each in found)
        assert gate_kept(before, to) == (
            to
            if found
            else (before if before in {Stage.PILOT, Stage.LIVE} else Stage.LIVE)
            if to is Stage.RESTRICTED
            else None
        )


def test_what_others_rely_on_is_not_retired_behind_their_backs():
    def fields(stage=Stage.LIVE, plan="Data is deleted.", **more):
        options = {"dependents": (), "unseen": False, "told": False, "is_held": False} | more
        return [each.field for each in problems_with_retiring(stage, "Replaced.", plan, **options)]

    assert fields() == []
    assert fields(dependents=("Pricing",)) == ["told"]
    assert fields(dependents=("Pricing",), told=True) == []
    assert fields(unseen=True) == ["told"]
    assert fields(unseen=True, told=True) == []
    assert fields(plan="") == ["plan"]
    assert fields(Stage.PROPOSED, plan="") == []
    assert fields(Stage.RETIRED, is_held=True) == ["", ""]


def test_autonomy_rises_one_level_on_evidence_and_never_by_typing():
    shown = Evidence("Two quarters without an override.", ("https://example.org/report",))
    assert problems_with_asking(2, Stage.LIVE, shown, waits=False) == []
    assert problems_with_asking(5, Stage.LIVE, shown, waits=False)
    assert problems_with_asking(None, Stage.LIVE, shown, waits=False)
    assert problems_with_asking(2, Stage.LIVE, shown, waits=True)
    assert problems_with_asking(2, Stage.LIVE, Evidence("", ("javascript:x",)), waits=False)
    assert problems_with_decision(3, 2, "Looked.", granted=True, is_stopped=False)
    assert problems_with_decision(3, 2, "Looked.", granted=False, is_stopped=False) == []
    assert problems_with_decision(2, 2, "Looked.", granted=True, is_stopped=False) == []
    assert problems_with_decision(2, 2, "Looked.", granted=True, is_stopped=True)
    assert problems_with_decision(2, 2, "Looked.", granted=False, is_stopped=True) == []
    assert [to for to in range(7) if not problems_with_lowering(3, to, "Complaints.")] == [1, 2]
    assert list(levels_below(3)) == [2, 1]
    in_use = {Stage.PILOT, Stage.LIVE, Stage.RESTRICTED, Stage.SUSPENDED}
    for stage, (before, after) in product(
        Stage, [(2, 3), (2, None), (3, 2), (2, 2), (None, 2), (None, 1), (None, None)]
    ):
        refused = bool(problems_with_autonomy(stage, before, after))
        assert refused == (stage in in_use and (before, after) in {(2, 3), (2, None), (None, 2)})


def test_nobody_decides_about_what_they_own_owned_then_or_asked_for_and_no_program_does():
    rita = Actor(1, "Rita", frozenset({Role.MEMBER, Role.REVIEWER}))
    assert objection_to_decider(rita, (), 7, 2) == ""
    for seat in (Seat.OWNER, Seat.DEPUTY):
        owns = Actor(1, "Rita", rita.roles, {7: frozenset({seat})})
        assert objection_to_decider(owns, (), 7, 2)
        assert objection_to_decider(owns, (), 8, 2) == ""
    assert objection_to_decider(rita, {1}, 7, 2)
    assert objection_to_decider(rita, (), 7, 1)
    assert objection_to_decider(Actor(1, "Adam", frozenset({Role.ADMINISTRATOR})), (), 7, 2)
    assert objection_to_decider(
        Actor(1, "Rita", rita.roles, token=Token(1, frozenset({"systems:stop"}))), (), 7, 2
    )


def test_every_move_is_said_in_words():
    assert len({move.said for move in Move}) == len(Move)
