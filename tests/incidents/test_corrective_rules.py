"""Corrective actions by rule: what one states, four eyes, and when somebody above is told."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from registry.incidents.rules.corrective import (
    ActionFacts,
    Deed,
    edited_said,
    is_overdue,
    is_to_be_escalated,
    objection_to_verifier,
    overdue_said,
    problems_with_action,
    problems_with_done,
    problems_with_dropping,
    problems_with_editing,
    problems_with_reopening,
    problems_with_verifying,
    set_said,
    tidy,
)
from registry.incidents.rules.kinds import ActionState, Status

TODAY = date(2026, 11, 2)
FACTS = ActionFacts("Alert on renamed fields", "In the **feed**.", 7, TODAY)
OPEN = Deed(ActionState.OPEN, 7, TODAY)
DONE = replace(OPEN, state=ActionState.DONE, done_by_id=8)
OVER = [replace(DONE, state=state) for state in (ActionState.VERIFIED, ActionState.DROPPED)]


def fields(problems):
    return [problem.field for problem in problems]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({}, None),
        ({"system_id": 3}, None),
        ({"due_on": TODAY + timedelta(days=1_826)}, None),
        ({"title": ""}, "title"),
        ({"title": "a\nb"}, "title"),
        ({"detail": "\0"}, "detail"),
        ({"owner_id": None}, "owner_id"),
        ({"due_on": None}, "due_on"),
        ({"due_on": TODAY - timedelta(days=1)}, "due_on"),
        ({"due_on": TODAY + timedelta(days=1_827)}, "due_on"),
        ({"system_id": 4}, "system_id"),
    ],
)
def test_an_action_says_what_who_and_until_when(changes, field):
    facts = tidy(replace(FACTS, **changes))
    problems = problems_with_action(facts, TODAY, owner_is_able=True, touched=[3])
    assert fields(problems) == ([field] if field else [])


def test_somebody_who_has_left_is_given_nothing_and_may_keep_what_they_had():
    def asked(**more):
        return fields(problems_with_action(FACTS, TODAY, owner_is_able=False, touched=[], **more))

    assert asked() == ["owner_id"]
    assert asked(current=OPEN) == []


def test_another_due_day_takes_a_reason_and_one_that_has_passed_may_stay():
    late = replace(OPEN, due_on=TODAY - timedelta(days=9))

    def asked(due_on, because=""):
        facts = replace(FACTS, due_on=due_on)
        return fields(
            problems_with_action(facts, TODAY, owner_is_able=True, touched=[], current=late, because=because)
        )

    assert asked(late.due_on) == []
    assert asked(TODAY) == ["because"]
    assert asked(TODAY, "The supplier needs a week more.") == []
    assert asked(TODAY - timedelta(days=1), "It was then.") == ["due_on"]


def test_each_step_is_taken_from_where_it_can_be_and_says_what_was_found():
    for deed in (DONE, *OVER):
        assert fields(problems_with_done(deed, "Done.")) == [""]
        assert fields(problems_with_editing(deed)) == [""]
    assert problems_with_done(OPEN, "Done.") == problems_with_editing(OPEN) == []
    assert fields(problems_with_done(OPEN, "")) == ["note"]
    for deed in (OPEN, *OVER):
        assert fields(problems_with_verifying(deed, "Seen.")) == [""]
    assert problems_with_verifying(DONE, "Seen.") == []
    assert fields(problems_with_verifying(DONE, "")) == ["note"]
    for deed in OVER:
        assert fields(problems_with_dropping(deed, "Not needed.")) == [""]
    assert problems_with_dropping(OPEN, "Not needed.") == problems_with_dropping(DONE, "No.") == []
    assert fields(problems_with_dropping(OPEN, "")) == ["because"]


def test_what_was_over_when_its_incident_was_closed_stays_over():
    def asked(deed, status, because="It came back.", due_on=TODAY):
        return fields(problems_with_reopening(deed, because, due_on, status, TODAY))

    assert asked(OPEN, Status.RESOLVED) == [""]
    assert [asked(DONE, status) for status in (Status.RESOLVED, Status.CLOSED, None)] == [[], [], []]
    assert [asked(deed, Status.RESOLVED) for deed in OVER] == [[], []]
    assert [asked(deed, Status.CLOSED) for deed in OVER] == [[""], [""]]
    assert asked(DONE, None, because="", due_on=TODAY - timedelta(days=1)) == ["because", "due_on"]


@pytest.mark.parametrize(("verifier", "may"), [(9, True), (8, False), (7, False), (None, False)])
def test_neither_its_owner_nor_who_did_it_verifies_it_nor_anybody_without_a_name(verifier, may):
    assert (objection_to_verifier(DONE, verifier) == "") is may


def test_somebody_above_is_told_after_the_days_of_the_tier_and_once_for_each_due_day():
    def told(days, deed=OPEN):
        return is_to_be_escalated(deed, 5, TODAY + timedelta(days=days))

    assert [told(days) for days in (0, 5, 6, 60)] == [False, False, True, True]
    assert not told(6, replace(OPEN, escalated_for=TODAY))
    moved = replace(OPEN, due_on=TODAY + timedelta(days=10), escalated_for=TODAY)
    assert [told(days, moved) for days in (15, 16)] == [False, True]
    assert not told(6, DONE)
    assert [is_overdue(OPEN.state, TODAY, TODAY + timedelta(days=days)) for days in (0, 1)] == [False, True]
    assert not is_overdue(DONE.state, TODAY, TODAY + timedelta(days=1))


def test_the_timeline_says_what_changed():
    assert set_said("Watch the feed", "Mia", TODAY) == "To be done by Mia until 2 Nov 2026: Watch the feed"
    assert edited_said("Watch it?", owner="Otto", due_on=TODAY, because="Mia is away.") == (
        "Corrective action changed: Watch it? Otto does it from now on. It is due on 2 Nov 2026 now. Mia is away."
    )
    assert overdue_said("Watch", TODAY, None) == (
        "Corrective action overdue since 2 Nov 2026: Watch. There is no head of a unit above to tell."
    )
