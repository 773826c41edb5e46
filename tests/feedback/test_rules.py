"""Feedback by its rules: what may be said, spam, senders, triage, themes and figures."""

import math
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.feedback.rules import doors, triage
from registry.feedback.rules.feedback import (
    COMMENT_LIMIT,
    Category,
    FeedbackFacts,
    Outcome,
    looks_like_spam,
    problems_with_feedback,
    tidied,
)
from registry.feedback.rules.figures import DayCounts, Share, by_week, week_of
from registry.feedback.rules.themes import (
    MOST_THEMES,
    is_surge,
    poisson_tail,
    problems_with_theme,
    theme_key,
    trend,
)
from registry.feedback.rules.triage import State

DAY = date(2026, 11, 2)  # a Monday


def fields(problems):
    return {problem.field for problem in problems}


def test_any_one_thing_said_is_feedback_and_nothing_said_is_none():
    assert fields(problems_with_feedback(FeedbackFacts(reference="Case 7", contact="a@b.example"))) == {
        "comment"
    }
    for said in (
        FeedbackFacts(rating=1),
        FeedbackFacts(outcome=Outcome.IGNORED),
        FeedbackFacts(category=Category.PRAISE),
        FeedbackFacts(comment="x"),
    ):
        assert problems_with_feedback(said) == []


def test_what_is_too_long_out_of_range_or_cannot_be_stored_is_refused_beside_its_field():
    wrong = FeedbackFacts(6, comment="x" * (COMMENT_LIMIT + 1), reference="\x00", contact="y" * 201)
    assert fields(problems_with_feedback(wrong)) == {"rating", "comment", "reference", "contact"}
    assert fields(problems_with_feedback(FeedbackFacts(0))) == {"rating"}
    assert tidied(FeedbackFacts(3, comment="  a\r\nb ")) == FeedbackFacts(3, comment="a\nb")


def test_links_a_sprung_trap_and_haste_are_hints_of_spam_and_one_link_is_none():
    honest = FeedbackFacts(comment="See https://example.org/case and www.example.org")
    assert not looks_like_spam(honest)
    assert looks_like_spam(honest, fell_for_trap=True)
    assert looks_like_spam(honest, too_quick=True)
    assert looks_like_spam(FeedbackFacts(comment="http://a http://b HTTPS://c"))


def test_a_sender_is_the_same_all_day_at_one_door_and_cannot_be_followed_further():
    code = doors.address_code("key", DAY, 1, "203.0.113.7")
    assert code == doors.address_code("key", DAY, 1, "::ffff:203.0.113.7")
    assert "203" not in code
    others = [
        doors.address_code("key", DAY + timedelta(days=1), 1, "203.0.113.7"),
        doors.address_code("key", DAY, 2, "203.0.113.7"),
        doors.address_code("another key", DAY, 1, "203.0.113.7"),
        doors.address_code("key", DAY, 1, "203.0.113.8"),
    ]
    assert len({code, *others}) == 5
    # Whoever has one IPv6 network has 2^64 addresses in it.
    one, other, third = (
        doors.address_code("key", DAY, 1, each) for each in ("2001:db8::1", "2001:db8::ffff:2", "2001:db9::1")
    )
    assert one == other != third
    assert doors.address_code("key", DAY, 1, "") != code


@pytest.mark.parametrize(("mine", "everybodys", "refused"), [(19, 499, False), (20, 0, True), (0, 500, True)])
def test_twenty_a_day_come_from_one_sender_and_five_hundred_through_one_door(mine, everybodys, refused):
    if not refused:
        doors.refuse_too_many(from_address=mine, through_door=everybodys)
        return
    with pytest.raises(doors.TooMany, match="tomorrow"):
        doors.refuse_too_many(from_address=mine, through_door=everybodys)


def test_a_theme_begins_triage_an_answer_ends_what_waits_and_neither_undoes_another_ending():
    assert triage.after_theme(State.NEW) is State.IN_TRIAGE
    assert {triage.after_reply(each) for each in triage.WAITING} == {State.ANSWERED}
    for ended in (State.ANSWERED, State.KNOWN_LIMITATION, State.DISMISSED):
        assert triage.after_reply(ended) is triage.after_theme(ended) is ended


def test_steps_that_lead_nowhere_or_lack_their_reason_are_refused():
    assert fields(triage.problems_with_reply("", State.NEW)) == {"text"}
    assert fields(triage.problems_with_reply("Thank you", State.SPAM)) == {""}
    assert fields(triage.problems_with_dismissal("", State.NEW)) == {"because"}
    assert fields(triage.problems_with_dismissal("again", State.DISMISSED)) == {""}
    assert fields(triage.problems_with_escalation("", State.NEW, has_owner=True)) == {"needed"}
    assert fields(triage.problems_with_escalation("x", State.NEW, has_owner=False)) == {""}
    assert fields(triage.problems_with_escalation("x", State.ESCALATED, has_owner=True)) == {""}
    assert triage.problems_with_ruling(State.NEW, is_spam=False, looks_like_spam=False)
    assert triage.problems_with_ruling(State.SPAM, is_spam=True, looks_like_spam=True)
    assert triage.problems_with_ruling(State.NEW, is_spam=False, looks_like_spam=True) == []


def test_whoever_is_taken_for_spam_reads_the_same_as_whoever_was_dismissed():
    assert State.SPAM.said_outside == State.DISMISSED.said_outside


def test_themes_are_told_apart_by_more_than_capitals_and_spaces_and_are_not_without_number():
    assert theme_key("  Slow   at NIGHT ") == theme_key("slow at night")
    assert fields(problems_with_theme("")) == {"name"}
    assert problems_with_theme("a\nb")
    assert problems_with_theme("x", count=MOST_THEMES)
    assert problems_with_theme("x", count=MOST_THEMES - 1) == []


@given(st.integers(0, 60), st.integers(0, 40))
def test_the_poisson_tail_is_what_the_sum_of_its_terms_leaves(count, mean):
    below = sum(Fraction(mean) ** each / math.factorial(each) for each in range(count))
    exact = 1 - float(below) * math.exp(-mean)
    assert poisson_tail(count, mean) == pytest.approx(exact, abs=1e-9)


def test_a_tail_too_small_to_be_left_over_by_subtraction_is_still_found():
    # NIST's table goes to 1e-4; this one is scipy.stats.poisson.sf(29, 2).
    assert poisson_tail(30, 2.0) == pytest.approx(5.868e-25, rel=1e-3)
    assert 0.4 < poisson_tail(5_000, 5_000.0) < 0.6


@given(st.lists(st.integers(0, 30), min_size=4, max_size=8), st.integers(0, 60))
def test_one_report_more_never_ends_a_surge_and_four_never_make_one(before, now):
    assert not is_surge(min(now, 4), before)
    if is_surge(now, before):
        assert is_surge(now + 1, before)


@pytest.mark.parametrize(
    ("now", "before", "surges"),
    [
        (5, [0] * 8, True),
        (5, [1] * 8, True),  # 1 expected: p = 0.0037
        (5, [2] * 8, False),  # 2 expected: p = 0.053
        (8, [2] * 8, True),  # p = 0.0011
        (30, [25] * 8, False),
        (50, [0] * 3, False),  # too short a past to say anything
    ],
)
def test_a_surge_is_five_reports_or_more_that_chance_would_hardly_bring(now, before, surges):
    assert is_surge(now, before) is surges


def test_a_trend_compares_thirty_days_with_thirty_and_counts_no_week_before_there_was_feedback():
    counts = {DAY: 6, DAY - timedelta(days=29): 1, DAY - timedelta(days=30): 4}
    long_ago = DAY - timedelta(days=400)
    found = trend(counts, DAY, long_ago)
    assert (found.lately, found.before, found.surges) == (7, 4, True)
    assert found.said == "3 more than before"
    assert not trend(counts, DAY, DAY - timedelta(days=33)).surges
    assert trend({}, DAY, None).said == "as often as before"


def test_figures_are_made_by_whole_weeks_and_of_none_there_is_no_share():
    counts = [
        DayCounts(DAY, 4, 3, 2, 2, 1),
        DayCounts(DAY + timedelta(days=6), 2, 1, 1, 0, 0),
        DayCounts(DAY + timedelta(days=7), 9, 9, 9, 9, 9),
    ]
    weeks = by_week(counts, DAY - timedelta(days=1), DAY + timedelta(days=2))
    assert [(week.first, week.received) for week in weeks] == [(DAY - timedelta(days=7), 0), (DAY, 6)]
    assert weeks[0].satisfaction == Share(0, 0)
    assert weeks[0].satisfaction.value is weeks[0].override_rate.interval is None
    assert weeks[1].satisfaction == Share(3, 4)
    low, high = weeks[1].satisfaction.interval
    assert 0 <= low < weeks[1].satisfaction.value == 0.75 < high <= 1


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 400))
def test_every_day_from_start_to_end_lies_in_exactly_one_week(start, span):
    end = start + timedelta(days=span)
    weeks = by_week([], start, end)
    assert weeks[0].first == week_of(start)
    assert weeks[-1].first <= end <= weeks[-1].last
    assert all(b.first - a.last == timedelta(days=1) for a, b in pairwise(weeks))
