"""Mapping columns by hand: what is left alone stays as the profile has it; what is changed is changed, and nothing else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.interchange.queries import profile_named, profiles, wordings
from registry.interchange.rules.drafting import draft_of
from registry.interchange.rules.imports import (
    ImportState,
    Step,
    allowed,
    digest_of_plan,
    problems_with_profile_name,
    problems_with_step,
    skipped_says,
    with_skipped,
)
from registry.interchange.rules.likeness import Known, Named, likenesses, related, words_of
from registry.interchange.rules.mapping import (
    FIELDS,
    MOST_COLUMNS,
    Choices,
    as_document,
    choices_of,
    chosen,
    fitting,
    from_document,
    problems_with,
    problems_with_columns,
    respelled,
)
from registry.interchange.rules.outcomes import Outcome
from registry.interchange.rules.profiles import fitted
from registry.kernel.dates import Order
from registry.kernel.rows import Ending
from registry.store.sheets.shapes import Row


def columns_of(profile):
    """Columns a file of this profile might have, and one nobody knows."""
    named = [column for each in profile.fields for column in each.columns]
    named += [part.column for part in profile.unit if part.column] + [
        each.column for each in profile.data_sources
    ]
    return list(dict.fromkeys([*named, *profile.natural_key, "nobody knows"]))


@pytest.mark.parametrize(
    "profile", [each for each in profiles() if not each.refuses], ids=lambda each: each.id
)
def test_choices_that_change_nothing_read_every_row_as_the_profile_does(profile):
    columns = columns_of(profile)
    base = fitted(profile, columns)
    mapped = chosen(base, choices_of(base, columns), wordings())
    row = Row(2, {column: f"{column} 3" for column in columns})
    assert draft_of(mapped, row) == draft_of(base, row)
    assert mapped.id == base.id


def test_a_column_mapped_by_hand_is_read_and_one_left_out_is_kept_as_a_fact():
    generic = fitted(profile_named("generic"), ["name", "status", "Hall"])
    choices = Choices("generic", {"name": ("name",), "Hall": ("unit", "deployed_where")})
    row = Row(2, {"name": "Router", "status": "live", "Hall": "Post"})
    draft = draft_of(chosen(generic, choices, wordings()), row)
    assert (draft.unit, draft.deployed_where, draft.stage) == (("Post",), "Post", "proposed")
    assert ("status", "live") in draft.source_facts


def test_a_stage_mapped_by_hand_is_read_by_the_known_words():
    generic = fitted(profile_named("generic"), ["name", "How far"])
    choices = Choices("generic", {"name": ("name",), "How far": ("stage",)})
    draft = draft_of(
        chosen(generic, choices, wordings()), Row(2, {"name": "Router", "How far": "In production"})
    )
    assert draft.stage == "live"


def test_rows_that_are_identified_otherwise_never_meet_those_of_another_key():
    generic = fitted(profile_named("generic"), ["name", "ID", "Code"])
    ids = {
        chosen(generic, Choices("generic", {"name": ("name",)}, key), wordings()).id
        for key in [(), ("ID",), ("Code",), ("ID", "Code")]
    }
    assert len(ids) == 4
    assert "generic" in ids
    assert all(len(each) <= 60 for each in ids)
    assert chosen(generic, Choices("generic", {}, ("ID",)), wordings(), "saved-3").id == "saved-3"


def test_a_mapping_needs_a_name_and_known_fields():
    assert problems_with(Choices("generic", {"A": ("name",)})) == []
    assert "name of the system" in problems_with(Choices("generic", {"A": ("summary",)}))[0].message
    assert problems_with(Choices("generic", {}), constants=("name",)) == []
    assert problems_with(Choices("generic", {"A": ("name", "salary")}))
    assert problems_with(Choices("generic", {"A": ("name",)}, tuple("abcdefg")))
    assert problems_with_columns(MOST_COLUMNS) == []
    assert problems_with_columns(MOST_COLUMNS + 1)


words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=20)


@given(
    st.builds(
        Choices,
        words,
        st.dictionaries(words, st.lists(st.sampled_from(sorted(FIELDS)), min_size=1, max_size=2).map(tuple)),
        st.lists(words, max_size=3).map(tuple),
        st.sampled_from(Order),
    )
)
def test_what_is_saved_comes_back_in_the_same_order(choices):
    back = from_document(as_document(choices))
    assert back == choices
    assert list(back.columns) == list(choices.columns)


def test_the_saved_mapping_that_knows_the_most_of_the_headings_is_called_for():
    small, large = (
        Choices("generic", {"Tool": ("name",)}),
        Choices("generic", {"Tool": ("name",), "Hall": ("unit",)}),
    )
    assert fitting({1: small, 2: large}, ["TOOL ", "hall", "More"]) == 2
    assert fitting({1: small, 2: large}, ["tool"]) == 1
    assert fitting({1: small, 2: large}, ["other"]) is None
    assert fitting({1: Choices("generic")}, ["Tool"]) is None
    assert respelled(large, ["TOOL"]).columns == {"TOOL": ("name",)}


# States


@pytest.mark.parametrize("state", ImportState)
def test_every_state_says_why_a_step_is_not_possible(state):
    for step in Step:
        problems = problems_with_step(step, state)
        assert bool(problems) is not allowed(step, state)
        assert all(each.message.endswith(".") for each in problems)


def test_what_is_over_stays_over():
    assert [step for step in Step if allowed(step, ImportState.UNDONE)] == []
    assert [step for step in Step if allowed(step, ImportState.ABANDONED)] == []
    assert [step for step in Step if allowed(step, ImportState.IMPORTED)] == [Step.UNDO]


def test_a_plan_that_ends_one_row_otherwise_has_another_digest():
    plan = [Outcome(2, Ending.CREATED, "a"), Outcome(3, Ending.UPDATED, "b")]
    other = [plan[0], Outcome(3, Ending.CREATED, "b")]
    assert digest_of_plan(plan, {}) == digest_of_plan(list(plan), {})
    assert digest_of_plan(plan, {}) != digest_of_plan(other, {})


def test_a_plan_is_another_once_what_it_would_overwrite_has_changed():
    plan = [Outcome(2, Ending.UNCHANGED, "a"), Outcome(3, Ending.UPDATED, "b")]
    shown = digest_of_plan(plan, {"a": (1, 1, 1), "b": (1, 1, 0)})
    for changed in ((2, 1, 0), (1, 2, 0), (1, 1, 1)):
        assert digest_of_plan(plan, {"a": (1, 1, 1), "b": changed}) != shown
    assert digest_of_plan(plan, {"a": (2, 2, 2), "b": (1, 1, 0)}) == shown


def test_only_rows_that_would_be_created_are_left_out_by_choice():
    plan = [Outcome(2, Ending.CREATED, "a"), Outcome(3, Ending.UPDATED, "b")]
    skipped = with_skipped(plan, {2: skipped_says(7, None), 3: skipped_says(None, 2)})
    assert [each.ending for each in skipped] == [Ending.DUPLICATE, Ending.UPDATED]
    assert skipped[0].says == "Left out by choice: it is taken for system AI-0007."
    assert "row 2" in skipped_says(None, 2)


def test_a_profile_needs_a_name_of_its_own():
    assert problems_with_profile_name("Our list", taken=False) == []
    assert problems_with_profile_name("", taken=False)
    assert problems_with_profile_name("x" * 81, taken=False)
    assert problems_with_profile_name("generic", taken=True)


# Likeness

CLAIMS, POST = ("Bank", "Claims"), ("Bank", "Post")


@pytest.mark.parametrize(
    ("name", "unit", "says"),
    [
        ("Claims triage", CLAIMS, "the same name in the same unit"),
        ("  claims — TRIAGE. ", ("bank",), "the same name in the same unit"),
        ("Triage of the claims", CLAIMS, "the same name in the same unit"),
        ("Claims triage", POST, None),
        ("Letter routing and sorting desk", CLAIMS, "the same name in another unit"),
        ("Fraud ring finder two", CLAIMS, "a very similar name in the same unit"),
        ("Fraud", CLAIMS, None),
        ("", CLAIMS, None),
    ],
)
def test_a_likeness_is_of_name_and_place(name, unit, says):
    known = Known(
        [
            Named(1, "Claims triage", CLAIMS),
            Named(2, "Letter routing and sorting desk", POST),
            Named(3, "Fraud ring finder", CLAIMS),
        ]
    )
    assert [each.says for each in known.like(Named(9, name, unit))] == ([says] if says else [])


@given(st.lists(st.tuples(words, st.sampled_from([CLAIMS, POST])), max_size=12))
def test_every_name_is_like_itself_in_its_own_unit(named):
    names = [Named(number, name, unit) for number, (name, unit) in enumerate(named)]
    for each in names:
        found = Known([each]).like(each)
        assert [one.number for one in found] == ([each.number] if words_of(each.name) else [])


def test_a_thousand_equal_names_cost_no_more_than_a_few():
    known = Known(Named(number, "Chatbot", CLAIMS) for number in range(5_000))
    found = likenesses([Named(row, "Chatbot", CLAIMS) for row in range(1_000)], known)
    assert len(found) == 2_000
    assert {len(known.like(Named(1, "Chatbot", CLAIMS)))} == {3}


@settings(max_examples=30)
@given(
    st.lists(st.sampled_from("abc"), max_size=3).map(tuple),
    st.lists(st.sampled_from("abc"), max_size=3).map(tuple),
)
def test_units_are_related_either_way_round(one, other):
    assert related(one, other) == related(other, one)
    assert related(one, one)
