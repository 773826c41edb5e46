"""Labels, digests, moves, approval, shares and comparison: what is accepted, what is refused and in which words."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.kernel.actor import Actor, Role, the_registry
from registry.versions.rules import standing
from registry.versions.rules.comparing import compared
from registry.versions.rules.record import (
    TrainedOn,
    VersionFacts,
    is_digest,
    label_key,
    problems_with_version,
    same_facts,
    tidy_digest,
)
from registry.versions.rules.standing import MOVES, Slot, State

FACTS = VersionFacts("2.1", changed="Retrained on 2026.", significant=False)
HEX = "0123456789abcdef" * 4


def fields(problems):
    return [problem.field for problem in problems]


def test_a_version_needs_a_label_what_changed_and_whether_that_is_significant():
    assert problems_with_version(FACTS) == []
    assert fields(problems_with_version(VersionFacts(""))) == ["label", "changed", "significant"]


@pytest.mark.parametrize("label", ["2.1", "v2", "release/2026-11 rc1", "Größe XL", "a..b", "..."])
def test_labels_as_people_write_them_are_accepted(label):
    assert problems_with_version(replace(FACTS, label=label)) == []


@pytest.mark.parametrize(
    "label", ["", "two\nlines", "x" * 101, "/2", "2/", "a//b", "a/../b", ".", "..", "a/ /b", "ﷺ" * 60]
)
def test_labels_that_could_not_stand_in_an_address_or_an_index_are_refused(label):
    assert fields(problems_with_version(replace(FACTS, label=label))) == ["label"]


def test_labels_are_compared_without_case_width_and_spacing():
    assert label_key("RC  1") == label_key("rc 1") == label_key("ＲＣ 1")
    assert fields(problems_with_version(FACTS, label_taken=True)) == ["label"]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (HEX.upper(), f"sha256:{HEX}"),
        (f"SHA256:{HEX}", f"sha256:{HEX}"),
        (f"sha-256:{HEX}", f"sha-256:{HEX}"),
        ("blake3:" + "ab" * 32, "blake3:" + "ab" * 32),
        ("git:" + "a1" * 20, "git:" + "a1" * 20),
    ],
)
def test_a_digest_has_one_spelling(typed, kept):
    assert tidy_digest(f" {typed} ") == kept
    assert is_digest(kept)
    assert problems_with_version(replace(FACTS, digest=kept)) == []


@pytest.mark.parametrize(
    "typed", [HEX[:-1], "sha256:ab12", "md5:" + HEX, "odd:" + "a" * 17, "sha256:", ":ab", "x"]
)
def test_what_is_no_digest_is_refused(typed):
    assert fields(problems_with_version(replace(FACTS, digest=tidy_digest(typed)))) == ["digest"]


@given(st.text(max_size=200))
def test_a_digest_once_tidy_stays_as_it_is(text):
    assert tidy_digest(tidy_digest(text)) == tidy_digest(text)


def test_an_address_with_a_password_in_it_is_refused():
    secret = replace(FACTS, artifact="https://ci:hunter2@models.example.org/2.1")
    assert fields(problems_with_version(secret)) == ["artifact"]
    assert problems_with_version(replace(FACTS, artifact="s3://models/triage/2.1.tar")) == []
    assert problems_with_version(replace(FACTS, artifact="https://[odd")) == []


def test_periods_of_training_data_run_forwards_and_stand_once():
    day, later = date(2025, 1, 1), date(2025, 6, 30)
    good = (TrainedOn(1, day, later), TrainedOn(1), TrainedOn(2, None, day))
    assert problems_with_version(replace(FACTS, trained_on=good)) == []
    wrong = (TrainedOn(1, later, day), TrainedOn(2, date(20, 1, 1)), TrainedOn(3), TrainedOn(3))
    found = problems_with_version(replace(FACTS, trained_on=wrong), unknown_sources=[3])
    assert fields(found) == ["trained_on", "trained_on", "to_on", "from_on"]
    many = tuple(TrainedOn(number) for number in range(51))
    assert fields(problems_with_version(replace(FACTS, trained_on=many))) == ["trained_on"]


def test_a_version_goes_from_candidate_to_approved_to_live_and_once_withdrawn_nowhere():
    assert MOVES.keys() == set(State)
    assert {(state, to) for state in State for to in State if standing.may_move(state, to)} == {
        (State.CANDIDATE, State.APPROVED),
        (State.APPROVED, State.LIVE),
        (State.LIVE, State.APPROVED),
        *((state, State.WITHDRAWN) for state in State if state is not State.WITHDRAWN),
    }


def test_who_added_or_last_worded_a_version_does_not_approve_it_but_an_administrator_may():
    ada, ben = Actor(1, "Ada"), Actor(2, "Ben")
    adam = Actor(1, "Ada", roles=frozenset({Role.ADMINISTRATOR}))

    def objects(actor, added, edited=None):
        return standing.objection_to_approver(actor, added_by_id=added, edited_by_id=edited) is not None

    assert [objects(ada, 1), objects(ada, 2, 1), objects(ada, 2), objects(ada, None)] == [
        True,
        True,
        False,
        False,
    ]
    assert not objects(ben, 1)
    assert not objects(adam, 1)
    assert not objects(the_registry("demo"), None)


@pytest.mark.parametrize("state", State)
def test_only_a_candidate_is_edited_or_approved(state):
    allowed = state is State.CANDIDATE
    assert (standing.problems_with_edit(state) == []) is allowed
    assert (standing.problems_with_approval(state, significant=False, evaluation="") == []) is allowed


def test_a_significant_change_needs_evaluation_results_before_it_is_approved():
    assert standing.problems_with_approval(State.CANDIDATE, significant=True, evaluation="AUC 0.91") == []
    assert standing.problems_with_approval(State.CANDIDATE, significant=True, evaluation="") != []


def test_withdrawing_needs_a_reason_only_for_what_is_in_use_and_all_of_use():
    assert standing.problems_with_withdrawal(State.CANDIDATE, "") == []
    assert standing.problems_with_withdrawal(State.APPROVED, "") == []
    assert fields(standing.problems_with_withdrawal(State.LIVE, "", share=100)) == ["because"]
    assert standing.problems_with_withdrawal(State.LIVE, "It drifts.", share=100) == []
    assert fields(standing.problems_with_withdrawal(State.LIVE, "It drifts.", share=10)) == [""]
    assert fields(standing.problems_with_withdrawal(State.WITHDRAWN, "Again")) == [""]


def slots(*shares, state=State.APPROVED):
    return [Slot(number, f"v{number}", state, share) for number, share in enumerate(shares, start=1)]


@given(st.lists(st.integers(min_value=-5, max_value=110), max_size=5))
def test_versions_go_live_together_only_when_their_shares_make_up_the_whole(shares):
    fits = bool(shares) and sum(shares) == 100 and min(shares) >= 1
    assert (standing.problems_with_live(slots(*shares), {}) == []) is fits


def test_what_is_not_approved_or_is_so_already_does_not_go_live():
    for state in (State.CANDIDATE, State.WITHDRAWN):
        assert fields(standing.problems_with_live(slots(100, state=state), {})) == [""]
    assert standing.problems_with_live(slots(100, state=State.LIVE), {1: 90, 2: 10}) == []
    assert fields(standing.problems_with_live(slots(100), {1: 100})) == [""]
    assert fields(standing.problems_with_live([*slots(50), *slots(50)], {})) == ["share"]


sources = st.lists(
    st.builds(
        TrainedOn, st.integers(1, 4), st.none() | st.sampled_from([date(2025, 1, 1), date(2026, 1, 1)])
    ),
    unique=True,
    max_size=5,
).map(tuple)
versions = st.builds(
    VersionFacts,
    st.sampled_from(["1", "2"]),
    changed=st.sampled_from(["a", "b"]),
    digest=st.sampled_from(["", "d"]),
    significant=st.booleans(),
    trained_on=sources,
)


@given(versions, versions)
def test_a_comparison_tells_of_every_difference_and_of_nothing_else(before, after):
    found = compared(before, after)
    assert (found.fields == () and not found.added and not found.removed) == same_facts(before, after)
    changed = {each.name: each.after for each in found.fields}
    rebuilt = [each for each in before.trained_on if each not in found.removed] + list(found.added)
    assert same_facts(replace(before, **changed, trained_on=tuple(rebuilt)), after)
    assert set(found.kept) == set(before.trained_on) & set(after.trained_on)
    back = compared(after, before)
    assert (back.added, back.removed) == (found.removed, found.added)
