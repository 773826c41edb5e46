"""Pure rules of reviews: what a decision needs, when things are due and lapse, what a digest covers, what content means."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.kernel.actor import Actor, Role, Seat
from registry.packs import queries as packs
from registry.packs.queries import shipped
from registry.packs.rules import problems_with_reviews
from registry.reviews.queries.rulebook import questions_of
from registry.reviews.rules.cadence import (
    Standing,
    Validity,
    is_to_be_escalated,
    is_to_be_reminded,
    months_for,
    validity,
)
from registry.reviews.rules.content import Content, Stated, changed, content_from, named
from registry.reviews.rules.decisions import (
    Checked,
    ConditionFacts,
    DecisionFacts,
    Question,
    problems_with_decision,
)
from registry.reviews.rules.kinds import Answer, Decision, Severity, Signed, State, WaiverState
from registry.reviews.rules.separation import SEATED, SUBMITTED_IT, WROTE_IT, Involved, conflict_of
from registry.reviews.rules.signing import (
    digest_of,
    name_problems,
    seats_of,
    seats_wanted,
    signature_problems,
)
from registry.reviews.rules.waivers import WaiverFacts, problems_with_waiver, standing_of
from registry.systems.rules.record import Tier

TODAY = date(2026, 11, 2)
AT = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
UNTIL = date(2027, 5, 2)
ONE = Question("baseline-controls 2026.1", "F1.1", "Sources are named")


def decision(chosen, reason="Because.", conditions=()):
    return DecisionFacts(chosen, reason, "0" * 64, conditions)


def fields(problems):
    return [each.field for each in problems]


def objections(facts, answer=Answer.MET, findings=(), state=State.SUBMITTED, **more):
    answers = {ONE.key: answer} if answer else {}
    checked = Checked([ONE], answers, findings, **more)
    return fields(problems_with_decision(facts, state, checked, TODAY, UNTIL))


def test_a_plain_approval_takes_every_answer_met_and_no_grave_finding():
    approve = decision(Decision.APPROVE, reason="")
    assert objections(approve) == []
    assert objections(approve, Answer.NOT_APPLICABLE) == []
    for wanting in (None, Answer.PARTLY, Answer.NOT_MET, Answer.UNVERIFIABLE):
        assert objections(approve, wanting) == ["decision"]
    assert objections(approve, findings=[Severity.LOW]) == []
    assert objections(approve, findings=[Severity.HIGH]) == ["decision"]
    assert objections(approve, again={ONE.key}) == ["decision"]
    assert objections(approve, Answer.NOT_MET, waived={ONE.control}) == []


def test_conditions_go_with_one_decision_alone_and_each_has_a_day_to_come():
    soon = ConditionFacts("Name a deputy", TODAY + timedelta(days=30))
    wanted = Decision.APPROVE_WITH_CONDITIONS
    assert objections(decision(wanted, conditions=(soon,)), Answer.PARTLY) == []
    assert objections(decision(wanted)) == ["condition_1"]
    assert objections(decision(Decision.REJECT, conditions=(soon,))) == ["decision"]
    past = (soon, ConditionFacts("", TODAY))
    assert objections(decision(wanted, conditions=past)) == ["condition_2", "due_2"]
    on_its_last_day, after = (ConditionFacts("Late", UNTIL + timedelta(days=days)) for days in (0, 1))
    assert objections(decision(wanted, conditions=(on_its_last_day, after))) == ["due_2"]
    assert objections(decision(wanted, conditions=(soon,) * 5)) == []
    assert objections(decision(wanted, conditions=(soon,) * 6)) == ["decision"]


def test_whatever_sends_a_record_back_says_why_and_needs_no_answers():
    for chosen in (Decision.REJECT, Decision.REQUEST_CHANGES):
        assert objections(decision(chosen), None, [Severity.HIGH]) == []
        assert objections(decision(chosen, reason=" ")) == ["reason"]


@pytest.mark.parametrize("state", [state for state in State if state is not State.SUBMITTED])
def test_nothing_is_decided_that_is_not_with_the_reviewers(state):
    assert objections(decision(Decision.APPROVE), state=state) == [""]


def test_owners_and_submitters_decide_nothing_and_neither_does_nobody():
    involved = Involved(seated={2}, asked={3}, wrote={4})
    found = [conflict_of(number, involved) for number in (1, 2, 3, 4, None)]
    assert found == ["", SEATED, SUBMITTED_IT, WROTE_IT, SEATED]


def test_what_is_given_holds_until_its_day_and_not_once_the_record_has_changed():
    def standing(today, **more):
        return validity(AT, 6, today, warn_days=30, **more).standing

    assert validity(None, 6, TODAY, warn_days=30).standing is Standing.NEVER
    assert standing(date(2027, 4, 1)) is Standing.CURRENT
    assert standing(date(2027, 4, 2)) is Standing.DUE
    assert standing(date(2027, 5, 2)) is Standing.DUE
    assert standing(date(2027, 5, 3)) is Standing.LAPSED
    assert standing(TODAY, is_stale=True) is Standing.STALE
    assert {each for each in Standing if Validity(each).holds} == {Standing.CURRENT, Standing.DUE}


def test_a_system_that_is_not_classified_has_months_of_its_own():
    months = {"high": 6, "unclassified": 12}
    assert (months_for(months, "high"), months_for(months, None)) == (6, 12)


def test_a_review_that_is_wanted_is_told_of_once_per_due_day():
    assert not is_to_be_reminded(TODAY + timedelta(days=31), TODAY, 30, None)
    assert is_to_be_reminded(TODAY + timedelta(days=30), TODAY, 30, None)
    assert not is_to_be_reminded(TODAY, TODAY, 30, TODAY)
    assert not is_to_be_escalated(TODAY - timedelta(days=7), TODAY, 7, None)
    assert is_to_be_escalated(TODAY - timedelta(days=8), TODAY, 7, None)
    assert not is_to_be_escalated(TODAY - timedelta(days=8), TODAY, 7, TODAY - timedelta(days=8))


def test_a_waiver_ends_by_itself_and_says_so_before():
    until = TODAY + timedelta(days=30)
    assert standing_of(None, None, until, TODAY) is WaiverState.ASKED
    assert standing_of(granted=True, revoked_at=None, until=until, today=until) is WaiverState.GRANTED
    assert (
        standing_of(granted=True, revoked_at=None, until=until, today=until + timedelta(days=1))
        is WaiverState.EXPIRED
    )
    assert standing_of(granted=True, revoked_at=AT, until=until, today=TODAY) is WaiverState.REVOKED
    assert standing_of(granted=False, revoked_at=None, until=until, today=TODAY) is WaiverState.REFUSED
    asked = WaiverFacts("F1.1", "The supplier is late.", until)
    assert problems_with_waiver(asked, TODAY, 30) == []
    assert fields(problems_with_waiver(WaiverFacts(" ", " ", until), TODAY, 29)) == [
        "subject",
        "because",
        "until",
    ]
    assert fields(problems_with_waiver(WaiverFacts("F1.1", "Late.", TODAY), TODAY, 30)) == ["until"]
    assert fields(problems_with_waiver(WaiverFacts("F1.1\nF1.2", "Late.", until), TODAY, 30)) == ["subject"]


def signing(person, seats, roles=frozenset()):
    return Actor(person, "N", roles | {Role.MEMBER}, {7: frozenset(seats)})


def test_each_seat_is_signed_by_another_person_who_holds_it():
    wanted = seats_wanted(["executive"])
    assert [seat.value for seat in wanted] == ["business", "data", "engineering", "compliance", "executive"]
    both = signing(1, {Seat.BUSINESS_LEAD, Seat.DATA_STEWARD}, frozenset({Role.EXECUTIVE}))
    assert seats_of(both, 7) == [Signed.BUSINESS, Signed.DATA, Signed.EXECUTIVE]

    def refused(seat, signed=None, who=both, printed="N"):
        return fields(signature_problems(who, 7, seat, printed, wanted=wanted, signed=signed or {}))

    assert refused(Signed.DATA) == []
    assert refused(Signed.DATA, printed="Somebody Else") == ["printed_name"]
    assert refused(Signed.DATA, {Signed.BUSINESS: 1}) == ["seat"]
    assert refused(Signed.DATA, {Signed.DATA: 2}) == ["seat"]
    assert refused(Signed.ENGINEERING) == ["seat"]
    assert refused(Signed.BUSINESS, who=signing(1, {Seat.OWNER})) == ["seat"]
    assert refused(None) == ["seat"]


SAID: dict[str, Any] = {
    "system_id": 1,
    "under": 2,
    "what": "data",
    "person_id": 3,
    "name": "Mia",
    "meaning": "The data are fit.",
    "at": AT,
    "content": "0" * 64,
}


@pytest.mark.parametrize("part", SAID)
def test_whatever_of_a_signature_is_altered_its_digest_no_longer_fits(part):
    other = {str: "other", int: 99, datetime: AT + timedelta(microseconds=1)}[type(SAID[part])]
    assert digest_of("signature", **(SAID | {part: other})) != digest_of("signature", **SAID)
    assert digest_of("attestation", **SAID) != digest_of("signature", **SAID)


PATHS = st.dictionaries(
    st.from_regex(r"[a-c](\.[a-c]){0,2}", fullmatch=True),
    st.one_of(st.none(), st.text(max_size=3), st.integers(0, 3)),
    max_size=6,
)


@given(PATHS, PATHS)
def test_two_contents_differ_in_words_exactly_where_their_hashes_do(before, after):
    one, two = (
        Content({path: Stated(path, value, str(value)) for path, value in each.items()})
        for each in (before, after)
    )
    assert (changed(one, two) == []) == (one.sha256 == two.sha256)
    assert content_from(one.as_json()).sha256 == one.sha256
    assert content_from(one.as_json()) == one


def test_a_thing_that_came_or_went_is_named_once_and_a_new_name_is_no_change():
    metric = {"metric.1": Stated("Metric “Recall”", "accuracy", "")}
    whole = metric | {"metric.1.target": Stated("Metric “Recall”: target", "0.9", "0.9")}
    assert [each.label for each in changed(Content({}), Content(whole))] == ["Metric “Recall”"]
    assert [each.label for each in changed(Content(whole), Content({}))] == ["Metric “Recall”"]
    owner = {"system.owner": Stated("Accountable owner", 3, "Ada Owner")}
    assert changed(Content(owner), Content({"system.owner": Stated("Owner", 3, "Ada Married")})) == []
    now = {"system.owner": Stated("Accountable owner", 4, "Ben")}
    assert named(changed(Content(owner), Content(now))) == "accountable owner"


def test_the_shipped_cadences_leave_no_tier_out():
    [pack] = [pack for pack in shipped() if pack.id == "reviews"]
    assert pack.reviews
    assert problems_with_reviews(pack.reviews, frozenset(Tier)) == []
    lacking = problems_with_reviews(pack.reviews, frozenset(Tier) | {"unheard"})
    assert "unheard" in str(lacking[0])


@pytest.mark.parametrize(
    ("printed", "holds"),
    [
        ("Ada Owner", True),
        ("Dr. Ada M. OWNER, LL.M.", True),
        ("Owner, Ada", True),
        ("A. Owner", False),
        ("Mickey Mouse", False),
        ("Ada Ownership", False),
        (" ", False),
    ],
)
def test_nobody_signs_in_anothers_name_or_in_initials(printed, holds):
    assert fields(name_problems(printed, "Ada Owner")) == ([] if holds else ["printed_name"])


def test_a_list_of_what_is_material_that_has_grown_makes_no_earlier_content_stale():
    first = {"system.owner": ["Owner", 3, "Ada"], "metric.1": ["Metric", "accuracy", ""]}
    before = content_from(first)
    owner, metric = Stated("Owner", 3, "Ada"), Stated("Metric", "accuracy", "")
    now = {"system.owner": owner, "metric.1": metric, "metric.1.sample": Stated("Sample", 5, "5", 2)}
    assert changed(before, Content(now)) == []
    assert [each.label for each in changed(Content({"system.owner": owner}), Content(now))] == ["Metric"]
    again = content_from(Content(now).as_json())
    assert again == Content(now)
    fewer = now | {"metric.1.sample": Stated("Sample", 1, "1", 2)}
    assert [each.label for each in changed(again, Content(fewer))] == ["Sample"]


def test_a_checklist_of_an_edition_nobody_finds_is_none(monkeypatch):
    monkeypatch.setattr(packs, "edition", lambda *_asked: None)
    with pytest.raises(LookupError, match=r"baseline-controls 2090\.9"):
        questions_of(None, ["baseline-controls 2090.9"])
