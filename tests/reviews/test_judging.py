"""What a submission, an answer and a finding need, and which answers still speak of the record that was handed in."""

from datetime import UTC, date, datetime, timedelta

import pytest

from registry.kernel.calendar import months_after
from registry.reviews.rules.content import Content, FieldChange, Stated, named
from registry.reviews.rules.decisions import (
    Checked,
    Decision,
    DecisionFacts,
    Question,
    evidence_named,
    is_outdated,
    problems_with_answer,
    problems_with_decision,
    problems_with_retired,
    problems_with_submission,
)
from registry.reviews.rules.findings import (
    FindingFacts,
    problems_with_finding,
    problems_with_resolving,
    problems_with_verifying,
)
from registry.reviews.rules.kinds import UNDECIDED, WANTING, Answer, FindingState, Severity, State
from registry.systems.rules.record import TEXT_LIMIT, Stage

TODAY = date(2026, 11, 2)
AT = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
TOO_LONG = "x" * (TEXT_LIMIT + 1)


def fields(problems):
    return [each.field for each in problems]


@pytest.mark.parametrize("state", State)
def test_only_what_is_undecided_is_handed_in_or_answered_and_with_words(state):
    is_open = state in UNDECIDED
    for note, objection in (("Said.", []), (" ", ["note"]), (TOO_LONG, ["note"])):
        assert fields(problems_with_submission(state, note)) == (objection if is_open else [""])
    for answer in Answer:
        expected = ["note"] * (answer in WANTING)
        assert fields(problems_with_answer(state, answer, "")) == (expected if is_open else [""])
        assert fields(problems_with_answer(state, answer, "Said.")) == ([] if is_open else [""])


def test_of_a_system_that_is_retired_nothing_is_allowed_any_more():
    assert [stage for stage in Stage if problems_with_retired(stage)] == [Stage.RETIRED]


def test_an_answer_speaks_of_the_record_that_was_the_newest_when_it_was_given():
    early, late = AT, AT + timedelta(days=1)
    assert is_outdated(AT, []) is False
    assert not is_outdated(early, [(early, "a")])
    assert is_outdated(early - timedelta(seconds=1), [(early, "a")])
    assert is_outdated(early, [(early, "a"), (late, "b")])
    assert not is_outdated(late, [(early, "a"), (late, "b")])
    assert not is_outdated(early, [(early, "a"), (late, "a")])


def test_evidence_is_named_by_its_number_however_many_noughts_stand_before_it():
    assert evidence_named("EVD-0003, page 4; EVD-12 and EVD-3") == {3, 12}
    assert evidence_named("EVD-" + "9" * 9) == {999_999_999}
    assert evidence_named("EVD-" + "9" * 10) == evidence_named("evidence 3") == frozenset()


def test_a_checklist_counts_the_answers_that_count():
    questions = [Question("baseline 1", f"B{number}", "") for number in range(4)]
    keys = [each.key for each in questions]
    checked = Checked(questions, dict.fromkeys(keys[:3], Answer.MET), again={keys[0]})
    assert (checked.answered, checked.unanswered, checked.outdated) == (2, [questions[3]], [questions[0]])


def test_up_to_five_controls_are_named_where_an_answer_is_wanting_and_of_more_the_first():
    def said(count):
        questions = [Question("baseline 1", f"B{number}", "") for number in range(count)]
        facts = DecisionFacts(Decision.APPROVE, "", "0" * 64)
        found = problems_with_decision(facts, State.SUBMITTED, Checked(questions, {}), TODAY, TODAY)
        return found[0].message

    assert said(5) == "Answer 5 more controls first (B0, B1, B2, B3 and B4)."
    assert said(6) == "Answer 6 more controls first (B0, B1, B2, B3, B4 and more)."


def test_a_decision_is_chosen():
    facts = DecisionFacts(None, "", "0" * 64)
    assert fields(problems_with_decision(facts, State.SUBMITTED, Checked([], {}), TODAY, TODAY)) == [
        "decision"
    ]


def finding(**more):
    given = {"title": "Late", "detail": "", "severity": Severity.LOW, "owner_id": 3, "due_on": TODAY}
    return FindingFacts(**(given | more))


@pytest.mark.parametrize(
    ("facts", "here", "may_know", "wrong"),
    [
        (finding(), True, True, []),
        (finding(due_on=months_after(TODAY, 24)), True, True, []),
        (finding(due_on=months_after(TODAY, 24) + timedelta(days=1)), True, True, ["due_on"]),
        (finding(due_on=TODAY - timedelta(days=1)), True, True, ["due_on"]),
        (finding(due_on=None), True, True, ["due_on"]),
        (finding(title=" "), True, True, ["title"]),
        (finding(title="two\nlines"), True, True, ["title"]),
        (finding(detail=TOO_LONG), True, True, ["detail"]),
        (finding(severity=None), True, True, ["severity"]),
        (finding(owner_id=None), True, True, ["owner_id"]),
        (finding(), False, True, ["owner_id"]),
        (finding(), True, False, ["owner_id"]),
    ],
)
def test_a_finding_says_what_is_wanting_how_much_it_matters_who_mends_it_and_until_when(
    facts, here, may_know, wrong
):
    found = problems_with_finding(facts, TODAY, owner_is_here=here, owner_may_know=may_know)
    assert fields(found) == wrong


def test_a_finding_is_given_to_whoever_is_here_unless_something_is_said_against_it():
    assert problems_with_finding(finding(), TODAY, owner_is_here=True) == []


@pytest.mark.parametrize("state", FindingState)
def test_what_is_open_is_mended_with_words_and_what_is_mended_is_verified(state):
    is_open, is_mended = state is FindingState.OPEN, state is FindingState.RESOLVED
    for note, objection in (("Done.", []), (" ", ["note"]), (TOO_LONG, ["note"])):
        assert fields(problems_with_resolving(state, note)) == (objection if is_open else [""])
    for note, objection in (("", []), (TOO_LONG, ["note"])):
        assert fields(problems_with_verifying(state, note)) == (objection if is_mended else [""])


def test_what_changed_is_named_as_a_sentence_goes_on_with_it():
    def said(*labels):
        return named([FieldChange("", label, None, None) for label in labels])

    assert said() == ""
    assert said("Intended use", "Autonomy") == "intended use and autonomy"
    assert said("A", "B", "C") == "a, b and c"
    assert said("A", "B", "C", "D", "E") == "a, b, c and 2 more"


def test_a_content_is_kept_with_the_list_by_which_it_was_written():
    content = Content({"system.owner": Stated("Owner", 3, "Ada")})
    assert content.as_json() == {"list": 2, "stated": [["system.owner", "Owner", 3, "Ada", 1]]}
