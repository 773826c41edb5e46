"""How large a risk is, what it must state, who may accept what is left of it, and when an acceptance lapses."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from registry.kernel.actor import Actor, Role, Token
from registry.packs.rules import PATTERNS
from registry.risks import rules
from registry.risks.rules import AcceptanceFacts, Accepted, Level, RiskFacts, Status

TODAY = date(2026, 11, 2)
FACTS = RiskFacts(
    "Claims of minors sorted last",
    "Few such claims in the training data.",
    "A child waits for weeks.",
    likelihood=4,
    impact=4,
    controls="A weekly count by age.",
    residual_likelihood=2,
    residual_impact=4,
    owner_id=7,
    review_on=TODAY,
    pattern="F2",
)
WHY = AcceptanceFacts("The count shows nothing for a year.", TODAY + timedelta(days=90))
LEVELS = some.integers(1, 5)


def objections(**changes):
    facts = replace(FACTS, **changes)
    found = rules.problems_with(facts, patterns=PATTERNS, owner_is_active=True, today=TODAY)
    return {each.field for each in found}


def refused(risk, actor, why=WHY, *, involved=()):
    return rules.problems_with_acceptance(why, risk, actor, involved=involved, today=TODAY)


def somebody(*roles, number=1):
    return Actor(number, "Somebody", frozenset({Role.MEMBER, *roles}))


@given(LEVELS, LEVELS)
def test_the_word_follows_the_score_and_never_falls_as_it_rises(likelihood, impact):
    order = list(Level)
    here = order.index(rules.level(likelihood, impact))
    assert here <= order.index(rules.level(min(5, likelihood + 1), impact))
    assert here <= order.index(rules.level(likelihood, min(5, impact + 1)))
    assert (rules.level(likelihood, impact) is Level.SEVERE) == (rules.score(likelihood, impact) >= 15)


def test_what_a_risk_must_state_is_asked_field_by_field():
    assert objections() == set()
    assert objections(title=" ", cause="", event="") == {"title", "cause", "event"}
    assert objections(likelihood=None, impact=6) >= {"likelihood", "impact"}
    assert objections(residual_likelihood=5) == {"residual_likelihood"}
    assert objections(residual_impact=None) == {"residual_impact"}
    assert objections(controls=" ") == {"controls"}
    assert objections(owner_id=None, pattern="F7") == {"owner_id", "pattern"}
    assert objections(review_on=None) == objections(review_on=TODAY - timedelta(days=1)) == {"review_on"}
    assert objections(status=Status.CLOSED) == {"closed_because"}
    assert objections(status=Status.CLOSED, closed_because="Retired.", review_on=None) == set()
    assert objections(status=Status.ACCEPTED) == {"status"}


def test_a_small_risk_is_accepted_by_its_own_people_and_a_large_one_by_somebody_above():
    # What controls leave is the word of those who accept: it is the level before them that asks for somebody else.
    small, large = replace(FACTS, likelihood=3), FACTS
    assert refused(small, somebody(number=7), involved={7}) == []
    assert "reviewer or an executive" in refused(large, somebody())[0].message
    for role in (Role.REVIEWER, Role.EXECUTIVE):
        assert refused(large, somebody(role)) == []
        assert "of their own" in refused(large, somebody(role, number=7), involved={7})[0].message
    token = replace(somebody(Role.REVIEWER), token=Token(1, frozenset()))
    assert "not a program" in refused(FACTS, token)[0].message


@pytest.mark.parametrize("days", [-1, 0, 367])
def test_an_acceptance_ends_on_a_day_that_is_near(days):
    late = AcceptanceFacts("Because.", TODAY + timedelta(days=days))
    assert [each.field for each in refused(FACTS, somebody(Role.REVIEWER), late)] == ["until"]


@given(some.integers(-400, 400), LEVELS, LEVELS)
def test_an_acceptance_holds_to_its_last_day_and_for_no_more_than_was_accepted(days, likelihood, impact):
    risk = replace(FACTS, status=Status.ACCEPTED, review_on=TODAY + timedelta(days=1))
    stated = rules.borne_of(risk) | {"left_likelihood": likelihood, "left_impact": impact}
    made = Accepted(stated, TODAY + timedelta(days=days))
    holds = days >= 0 and likelihood >= 2 and impact >= 4
    found = rules.standing(risk, made, TODAY)
    assert found.status is (Status.ACCEPTED if holds else Status.OPEN)
    assert found.says


def test_a_review_that_is_overdue_is_said_until_the_risk_is_closed():
    late = replace(FACTS, review_on=TODAY - timedelta(days=1))
    assert rules.standing(late, None, TODAY).is_late
    assert not rules.standing(replace(late, status=Status.CLOSED), None, TODAY).is_late
    assert rules.standing(FACTS, None, TODAY) == rules.Standing(Status.OPEN, "")
