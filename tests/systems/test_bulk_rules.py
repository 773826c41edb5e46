"""What a change to several systems would do: outcomes, what was seen of it, and what is wrong with it for all."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.kernel.actor import Permission
from registry.systems.pages.bulk.plans import PERMISSIONS
from registry.systems.rules import bulk
from registry.systems.rules.bulk import Change, Outcome, Step, Task
from registry.systems.rules.record import SystemFacts

TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
STEPS = st.builds(
    Step,
    key=st.sampled_from(["AI-0001", "AI-0002"]),
    name=TEXT,
    version=st.integers(1, 3),
    changes=st.lists(st.builds(Change, TEXT, TEXT, TEXT), max_size=2).map(tuple),
)


@given(STEPS, STEPS)
def test_what_was_seen_is_still_so_only_when_nothing_of_it_is_different(before, now):
    same = (before.key, before.version, before.changes) == (now.key, now.version, now.changes)
    assert bulk.has_moved_on(now, {before.key: before.seen}) is not same


def test_a_system_nobody_was_shown_is_not_changed():
    step = Step("AI-0001", "Triage", 1, (Change("Unit", "A", "B"),))
    assert bulk.has_moved_on(step, {})
    assert bulk.has_moved_on(step, {"AI-0002": step.seen})
    assert not bulk.has_moved_on(step, {"AI-0001": step.seen})


def test_each_step_comes_to_one_outcome_and_all_are_counted():
    bare = Step("AI-0001", "Triage", 1)
    changed = replace(bare, changes=(Change("Unit", "A", "B"),))
    refused = replace(changed, problems=("No.",))
    moved = replace(refused, moved_on=True)
    steps = [bare, changed, refused, moved]
    assert [step.outcome for step in steps] == [
        Outcome.UNCHANGED,
        Outcome.CHANGED,
        Outcome.REFUSED,
        Outcome.MOVED_ON,
    ]
    assert bulk.counts([*steps, changed]) == {
        Outcome.CHANGED: 2,
        Outcome.UNCHANGED: 1,
        Outcome.REFUSED: 1,
        Outcome.MOVED_ON: 1,
    }


@pytest.mark.parametrize(
    ("problems", "fields"),
    [
        (bulk.problems_with_selection(bulk.MOST_SYSTEMS), []),
        (bulk.problems_with_selection(bulk.MOST_SYSTEMS + 1), [""]),
        (bulk.problems_with_fields({}, ()), [""]),
        (bulk.problems_with_fields({"regions": "North"}, {"regions": ""}), ["regions"]),
        (bulk.problems_with_fields({"regions": "North"}, {"kind": None}), []),
        (bulk.problems_with_tags((), ()), [""]),
        (bulk.problems_with_tags(("pilot",), ()), []),
        (bulk.problems_with_hand_over("", 0), ["to_id", "reason"]),
        (bulk.problems_with_hand_over("Moves team", 1), []),
        (bulk.problems_with_seat(person_id=None, team_id=None), ["person_id"]),
        (bulk.problems_with_seat(person_id=1, team_id=2), ["person_id"]),
        (bulk.problems_with_seat(person_id=None, team_id=2), []),
    ],
)
def test_what_is_wrong_with_a_change_for_all_systems_alike(problems, fields):
    assert [each.field for each in problems] == fields


def test_only_stated_fields_are_set_for_many_never_an_outcome():
    stated = set(SystemFacts.__dataclass_fields__)
    assert set(bulk.FIELDS) <= stated - {"name", "summary"}
    assert set(bulk.CLEARABLE) <= set(bulk.FIELDS) - {"unit_id", "visibility"}
    assert PERMISSIONS == {
        Task.FIELDS: Permission.SYSTEM_EDIT,
        Task.TAGS: Permission.SYSTEM_TAG,
        Task.HAND_OVER: Permission.HANDOVER_OFFER,
        Task.SEAT: Permission.SEAT_FILL,
    }


def test_who_is_asked_to_accept_is_told_by_name_and_those_beyond_a_few_are_counted():
    def step(number, name, **more):
        return Step(f"AI-{number:04d}", "", 1, (Change("Owner", "Ada", name, asks=name),), **more)

    assert bulk.offered_said([]) == ""
    refused = [step(1, "Mia", problems=("No.",)), step(2, "Mia", moved_on=True)]
    assert bulk.offered_said(refused) == ""
    some = [*refused, step(3, "Mia"), step(4, "Bo"), step(5, "Mia")]
    assert bulk.offered_said(some) == "Mia (2 systems) and Bo (1 system)"
    many = [step(number, name) for number, name in enumerate("ABCDEFF")]
    assert bulk.offered_said(many) == (
        "F (2 systems), A (1 system), B (1 system), C (1 system) and 2 others (2 systems)"
    )
