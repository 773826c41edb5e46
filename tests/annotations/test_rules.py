"""What a tag may be called and how many a system carries; who may change a note."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.annotations.rules import notes, tags
from registry.annotations.rules.tags import MOST_TAGS, Tagging


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  peak   season ", "peak season"),
        ("a\tb\nc", "a b c"),
        ("Cafe\u0301", "Café"),
        ("", ""),
        (" \t ", ""),
    ],
)
def test_a_name_is_kept_with_single_spaces_and_none_outside(typed, kept):
    assert tags.tidied(typed) == kept


@given(st.text(max_size=60))
def test_tidying_a_name_twice_changes_nothing_more(text):
    once = tags.tidied(text)
    assert tags.tidied(once) == once
    assert tags.folded(once) == tags.folded(text)


@pytest.mark.parametrize(
    ("name", "fine"),
    [
        ("x" * 40, True),
        ("x" * 41, False),
        ("ß" * 21, False),  # folds to 42 letters
        ("", False),
        ("a,b", False),
        ("bell\x07", False),
        ("😀 team", True),
    ],
)
def test_which_names_may_stand(name, fine):
    assert (tags.problems_with_name(name) == []) is fine


def test_names_typed_in_one_line_count_once_whatever_their_capitals():
    assert tags.names_in("Pilot,  peak season ,pilot,, PEAK season") == ("Pilot", "peak season")


@given(
    st.sets(st.sampled_from("abcdefghijklmnopqrstuvwx"), max_size=MOST_TAGS),
    st.lists(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWX"), max_size=24),
    st.lists(st.sampled_from("abcdefghijklmnopqrstuvwx"), max_size=4),
)
def test_no_accepted_change_leaves_more_tags_than_the_limit_or_a_tag_twice(carried, add, remove):
    change = Tagging(frozenset(carried), tags.once(add), tuple(remove))
    after = (carried - change.removed) | set(map(tags.folded, change.added))
    if not tags.problems_with_tagging(change):
        assert len(after) <= MOST_TAGS
        assert len(after) == len(carried) - len(change.removed) + len(change.added)
        assert set(map(tags.folded, add)) <= after


def test_a_tag_is_not_added_and_removed_at_once():
    change = Tagging(frozenset({"pilot"}), ("Pilot",), ("pilot",))
    assert [each.field for each in tags.problems_with_tagging(change)] == ["tags"]


def test_merging_needs_another_tag_that_exists():
    assert tags.problems_with_merging(1, 2, {2}) == []
    for into, known in ((None, set()), (1, {1}), (3, set())):
        assert tags.problems_with_merging(1, into, known)


def test_a_tag_that_is_carried_stays():
    assert tags.problems_with_removal(0) == []
    assert "2 systems carry" in tags.problems_with_removal(2)[0].message


@pytest.mark.parametrize(
    ("author", "actor", "administers", "corrects", "withdraws"),
    [
        (1, 1, False, True, True),
        (1, 2, False, False, False),
        (1, 2, True, False, True),
        (None, None, False, False, False),
    ],
)
def test_an_author_corrects_and_an_administrator_may_only_withdraw(
    author, actor, administers, corrects, withdraws
):
    assert notes.may_correct(author_id=author, actor_id=actor) is corrects
    assert notes.may_withdraw(author_id=author, actor_id=actor, administers=administers) is withdraws


@pytest.mark.parametrize("body", ["", "nul \x00", "[" * 1_001, "x" * 20_001])
def test_a_note_that_cannot_be_kept_is_refused_by_its_field(body):
    assert {each.field for each in notes.problems_with_note(body)} == {"body"}


def test_a_correction_says_something_else_and_a_withdrawal_says_why_once():
    assert notes.problems_with_correction("same", before="same", withdrawn=False)
    assert notes.problems_with_correction("other", before="same", withdrawn=True)
    assert notes.problems_with_correction("other", before="same", withdrawn=False) == []
    assert notes.problems_with_withdrawal("", withdrawn=False)
    assert notes.problems_with_withdrawal("wrong system", withdrawn=True)
    assert notes.problems_with_withdrawal("wrong system", withdrawn=False) == []
