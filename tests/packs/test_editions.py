"""Editions: which is in force, what speaks against adding one, what one changes; the statement of applicability as rules."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.packs.queries import shipped, shipped_editions
from registry.packs.rules import (
    Control,
    Coverage,
    Implementation,
    Pack,
    Since,
    StatementFacts,
    before,
    changes,
    coverage,
    current,
    problems_with_adding,
    problems_with_statement,
    served_with,
    stated_otherwise,
    tidied,
    tiers_touched,
    together,
    touches_all,
)

TODAY = date(2026, 11, 2)
A, B, C = (Control(f"L.{at}", f"Title {at}", f"Text {at}", "Group", practices=("tidy",)) for at in (1, 2, 3))
OLD = Pack("law", "2026.9", "Law", "The gazette", date(2026, 1, 1), date(2026, 2, 1), controls=(A, B))
NEW = replace(OLD, edition="2026.10", as_of=date(2026, 10, 1), effective_from=date(2027, 1, 1))
[BASELINE] = shipped_editions("baseline")


def said(pack, others=(OLD,)):
    return [str(each) for each in problems_with_adding(pack, others, TODAY)]


def test_an_edition_for_a_day_to_come_is_in_force_from_then_on():
    assert said(NEW) == []
    assert current([OLD, NEW], "law", date(2026, 12, 31)) is OLD
    assert current([OLD, NEW], "law", date(2027, 1, 1)) is NEW
    assert before([OLD, NEW], NEW) is OLD
    assert before([OLD, NEW], OLD) is None


def test_of_two_editions_of_one_day_the_tenth_comes_after_the_ninth():
    assert current([replace(NEW, effective_from=OLD.effective_from), OLD], "law", TODAY).edition == "2026.10"


@pytest.mark.parametrize(
    ("pack", "says"),
    [
        (replace(NEW, edition="2026.9"), "edition: there is law 2026.9 already, and it stays"),
        (replace(NEW, as_of=date(2026, 11, 3)), "as_of: lies in the future"),
        (replace(NEW, effective_from=date(2026, 1, 31)), "effective_from: a later edition applies already"),
        (replace(NEW, controls=()), "controls: is left out, though earlier editions of law state it"),
        (replace(NEW, title="x" * 201), "title: has 201 characters"),
    ],
)
def test_what_speaks_against_an_edition_is_said(pack, says):
    [problem] = said(pack)
    assert problem.startswith(says)


def test_a_baseline_may_not_lose_what_the_registry_asks_it_for():
    bare = replace(BASELINE, edition="2026.2", as_of=TODAY, confirmation=None, alerts=None, record=())
    assert [each.split(":")[0] for each in said(bare, shipped())] == ["record", "confirmation", "alerts"]


def test_an_edition_says_what_it_adds_removes_rewords_and_moves():
    moved = replace(A, since=(Since(date(2027, 12, 2)),), practices=("tidy", "neat"))
    after = replace(NEW, controls=(moved, C, replace(B, title="Other words")))
    assert [(each.kind, each.says) for each in changes(OLD, after)] == [
        ("added", "control L.3: Title 3"),
        ("changed", "control L.1: shared practices tidy, neat, before tidy"),
        ("moved", "control L.1 applies from 2027-12-02, before at once"),
        ("reworded", "control L.2: Other words"),
    ]
    assert [each.kind for each in changes(after, OLD)].count("removed") == 1
    assert touches_all(changes(OLD, after))
    assert not touches_all(changes(OLD, replace(NEW, controls=(A, replace(B, title="Other words")))))


def test_a_changed_cadence_says_for_which_tiers():
    assert BASELINE.confirmation
    months = {**BASELINE.confirmation.months, "high": 2}
    after = replace(BASELINE, edition="2026.2", confirmation=replace(BASELINE.confirmation, months=months))
    found = changes(BASELINE, after)
    assert [each.says for each in found] == [
        "Owners confirm every 2 months on systems that are high, before 3"
    ]
    assert (tiers_touched(found), touches_all(found)) == ({"high"}, False)


@pytest.mark.parametrize("pack", shipped(), ids=lambda pack: pack.said)
def test_an_edition_changes_nothing_against_itself(pack):
    assert changes(pack, replace(pack, edition="x")) == []
    assert changes(None, pack)


def test_what_was_added_here_stays_when_a_release_ships_one_of_the_same_name():
    ours = replace(OLD, title="Ours")
    assert together([OLD, NEW], [ours]) == (NEW, ours)


PLACED = StatementFacts(applicable=True, how="We do", status=Implementation.IN_PLACE, owner_id=1)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        (StatementFacts(), "applicable"),
        (StatementFacts(applicable=False), "because"),
        (replace(PLACED, status=None), "status"),
        (replace(PLACED, how=""), "how"),
        (replace(PLACED, how="A"), "how"),
        (replace(PLACED, owner_id=None), "owner_id"),
        (StatementFacts(applicable=False, because="No use.", status=Implementation.IN_PLACE), "status"),
        (StatementFacts(applicable=False, because="No use.", how="We do"), "how"),
        (StatementFacts(applicable=False, because="No use.", owner_id=1), "owner_id"),
        (replace(PLACED, how="x" * 4_001), "how"),
        (replace(PLACED, because="\x00"), "because"),
    ],
)
def test_a_statement_says_what_an_auditor_would_ask(facts, field):
    assert [each.field for each in problems_with_statement(facts, owner_is_here=True)] == [field]


def test_a_statement_is_answered_for_by_somebody_who_is_here():
    assert problems_with_statement(replace(PLACED, owner_id=1), owner_is_here=True) == []
    [problem] = problems_with_statement(replace(PLACED, owner_id=1), owner_is_here=False)
    assert problem.field == "owner_id"
    assert (
        problems_with_statement(
            StatementFacts(applicable=True, status=Implementation.NOT_STARTED), owner_is_here=True
        )
        == []
    )


def test_what_does_not_apply_is_neither_done_nor_answered_for():
    assert tidied(replace(PLACED, applicable=False, because=" No such use ", owner_id=3)) == StatementFacts(
        applicable=False, because="No such use"
    )


STATED = st.sampled_from(
    [None, StatementFacts(applicable=False), *(replace(PLACED, status=each) for each in Implementation)]
)


@given(st.lists(STATED, min_size=72, max_size=72), st.booleans())
def test_every_control_counts_once_in_the_coverage(stated, asked):
    [pack] = shipped_editions("nist-ai-rmf")
    found = {control.id: each for control, each in zip(pack.controls, stated, strict=True) if each}
    answers = {"GOVERN 1.1": 2, "no such control": 9} if asked else None
    told = coverage(pack, found | {"no such control": PLACED}, answers)
    assert told.total == 72
    assert told.stated == len(found)
    assert told.applying == told.in_place + told.in_part + told.not_started
    assert told.asked == (1 if asked else None)


def test_nothing_stated_and_nothing_asked_are_not_the_same_as_nothing_met():
    assert coverage(OLD, {}) == Coverage(2, 0, 0, 0, 0, None)


def test_a_statement_of_another_wording_is_marked_and_one_of_the_same_is_not():
    after = replace(NEW, controls=(A, replace(B, explains="More than before"), C))
    by = {"L.1": "2026.9", "L.2": "2026.9", "L.3": "2026.10"}
    assert stated_otherwise(after, [OLD, after], by) == {"L.2": "2026.9"}
    assert stated_otherwise(after, [after], by) == {"L.1": "2026.9", "L.2": "2026.9"}


def test_controls_that_share_a_practice_are_found_across_frameworks():
    [pack] = shipped_editions("iso-42001")
    control = pack.control("A.8.4")
    assert control
    served = {
        other.id: {each.id for each, _ in shared}
        for other, shared in served_with(shipped(), pack.id, control)
    }
    assert "Art. 73" in served["eu-ai-act"]
    assert "MANAGE 4.3" in served["nist-ai-rmf"]
    assert "iso-42001" not in served
