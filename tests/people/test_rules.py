"""Who is active, what a person, unit or team must state, and which moves of a unit are legal."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.people import rules
from registry.people.rules import PersonFacts

ADA = PersonFacts(name="Ada Owner", email="ada@example.org")
# Bank (1) over Retail (2) over Cards (3), and Insurance (4) beside Bank.
TREE = {1: None, 2: 1, 3: 2, 4: None}
NAMES = {1: "Bank", 2: "Retail", 3: "Cards", 4: "Insurance"}


def fields(problems):
    return [problem.field for problem in problems]


def days():
    return st.dates(min_value=date(1950, 1, 1), max_value=date(2100, 12, 31))


def test_a_person_is_active_from_the_first_day_to_the_last_both_included():
    first, last = date(2026, 3, 2), date(2026, 3, 31)
    assert rules.is_active(first, last, first)
    assert rules.is_active(first, last, last)
    assert not rules.is_active(first, last, first - timedelta(days=1))
    assert not rules.is_active(first, last, last + timedelta(days=1))


@given(st.none() | days(), st.none() | days(), days())
def test_somebody_without_a_first_or_last_day_is_bounded_only_on_the_other_side(first, last, on):
    assert rules.is_active(None, None, on)
    assert rules.is_active(first, last, on) == (
        rules.is_active(first, None, on) and rules.is_active(None, last, on)
    )


def test_a_complete_person_has_no_problems():
    assert rules.problems_with_person(ADA, email_taken=False) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "Ada\x00"}, "name"),
        ({"name": "Ada\ud800"}, "name"),
        ({"email": ""}, "email"),
        ({"email": "ada"}, "email"),
        ({"email": "ada@"}, "email"),
        ({"email": "@example.org"}, "email"),
        ({"email": "a da@example.org"}, "email"),
        ({"email": "ada@example.org, bob@example.org"}, "email"),
        ({"email": "x" * 250 + "@example.org"}, "email"),
        ({"job_title": "x" * 201}, "job_title"),
        ({"job_title": "lead\x07"}, "job_title"),
        ({"active_from": date(1066, 10, 14)}, "active_from"),
        ({"active_to": date(9999, 12, 31)}, "active_to"),
        ({"active_from": date(2026, 5, 2), "active_to": date(2026, 5, 1)}, "active_to"),
    ],
)
def test_a_person_is_refused_with_the_problem_beside_its_field(change, field):
    assert fields(rules.problems_with_person(replace(ADA, **change), email_taken=False)) == [field]


def test_every_problem_of_a_person_is_named_at_once():
    facts = replace(ADA, name="", email="nobody", job_title="x" * 201)
    assert fields(rules.problems_with_person(facts, email_taken=False)) == ["name", "email", "job_title"]


def test_an_email_address_belongs_to_one_person():
    assert fields(rules.problems_with_person(ADA, email_taken=True)) == ["email"]


def test_addresses_are_the_same_whatever_their_letter_case():
    assert rules.same_email("  Ada@Example.ORG ") == "ada@example.org"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("  Ada \t Owner\n", "Ada Owner"), ("Zoe\u0308", "Zoë"), ("Ada\x00", "Ada\x00")],
)
def test_a_line_is_tidied_and_what_cannot_be_stored_is_left_to_be_refused(typed, kept):
    assert rules.tidy_line(typed) == kept


def test_leaving_needs_a_day():
    assert fields(rules.problems_with_leaving(None, None, oneself=False)) == ["active_to"]


def test_nobody_leaves_before_they_came():
    problems = rules.problems_with_leaving(date(2026, 5, 2), date(2026, 5, 1), oneself=False)
    assert fields(problems) == ["active_to"]
    assert rules.problems_with_leaving(date(2026, 5, 2), date(2026, 5, 2), oneself=False) == []


def test_nobody_locks_themselves_out():
    assert fields(rules.problems_with_leaving(None, date(2026, 5, 2), oneself=True)) == [""]


def unit(name="Cards", unit_id=None, parent_id=None, **facts):
    return rules.problems_with_unit(name, unit_id, parent_id, TREE, **({"name_taken": False} | facts))


def test_a_unit_needs_a_name_its_parent_does_not_have_yet():
    assert unit() == []
    assert fields(unit(name="")) == ["name"]
    assert fields(unit(name="x" * 201)) == ["name"]
    assert fields(unit(name_taken=True)) == ["name"]


@pytest.mark.parametrize("below", [1, 2, 3])
def test_a_unit_cannot_stand_below_itself(below):
    assert fields(unit("Bank", unit_id=1, parent_id=below)) == ["parent_id"]


def test_a_unit_may_move_to_another_branch_or_to_the_top():
    assert unit("Retail", unit_id=2, parent_id=4) == []
    assert unit("Retail", unit_id=2, parent_id=None) == []


def test_a_unit_stands_below_one_that_exists():
    assert fields(unit(parent_id=99)) == ["parent_id"]


def test_a_unit_is_headed_by_somebody_who_is_here():
    assert fields(unit(head_is_here=False)) == ["head_id"]


def team(**facts):
    usual = {"name_taken": False, "leader_is_here": True, "deputy_is_here": True, "same_person": False}
    return fields(rules.problems_with_team(facts.pop("name", "Data office"), **(usual | facts)))


def test_a_team_needs_a_name_of_its_own_and_people_who_are_here():
    assert team() == []
    assert team(name="") == ["name"]
    assert team(name_taken=True) == ["name"]
    assert team(leader_is_here=False) == ["leader_id"]
    assert team(deputy_is_here=False) == ["deputy_id"]
    assert team(same_person=True) == ["deputy_id"]


def test_the_chain_of_a_unit_leads_to_the_top():
    assert rules.chain_of(3, TREE) == (3, 2, 1)
    assert rules.chain_of(None, TREE) == ()
    assert rules.path_said(3, TREE, NAMES) == "Bank / Retail / Cards"


def test_a_loop_in_the_tree_ends_the_chain_instead_of_the_program():
    assert rules.chain_of(1, {1: 2, 2: 1}) == (1, 2)
    assert {unit for unit, _ in rules.outline({1: 2, 2: 1}, {1: "a", 2: "b"})} == {1, 2}


def test_below_a_unit_is_the_unit_and_all_that_stands_under_it():
    assert rules.below(frozenset({2}), TREE) == {2, 3}
    assert rules.below(frozenset({1, 4}), TREE) == {1, 2, 3, 4}
    assert rules.below(frozenset(), TREE) == frozenset()


def test_the_outline_puts_each_unit_under_its_parent_by_name():
    tree = {1: None, 2: 1, 3: 1, 4: None, 5: 3}
    names = {1: "retail", 2: "Zurich", 3: "basel", 4: "Banking", 5: "Cards"}
    assert rules.outline(tree, names) == [(4, 0), (1, 0), (3, 1), (5, 2), (2, 1)]


@st.composite
def forests(draw):
    size = draw(st.integers(1, 12))
    tree = {n: draw(st.none() | st.integers(1, n - 1)) if n > 1 else None for n in range(1, size + 1)}
    return tree, {n: draw(st.sampled_from("abcAB")) for n in tree}


@given(forests())
def test_the_outline_names_each_unit_once_and_each_after_the_one_above_it(forest):
    tree, names = forest
    order = [unit for unit, _ in rules.outline(tree, names)]
    assert sorted(order) == sorted(tree)
    assert all(above is None or order.index(above) < order.index(unit) for unit, above in tree.items())
    assert all(depth == len(rules.chain_of(unit, tree)) - 1 for unit, depth in rules.outline(tree, names))


@given(forests(), st.data())
def test_every_move_the_rules_allow_leaves_a_tree_in_which_each_unit_reaches_the_top(forest, data):
    tree, _ = forest
    unit_id = data.draw(st.sampled_from(sorted(tree)))
    to = data.draw(st.none() | st.sampled_from(sorted(tree)))
    allowed = rules.problems_with_unit("Moved", unit_id, to, tree, name_taken=False) == []
    moved = tree | {unit_id: to}
    assert allowed == all(moved[rules.chain_of(each, moved)[-1]] is None for each in moved)
