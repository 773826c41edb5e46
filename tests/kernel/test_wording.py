"""Two texts told apart: nothing of either is lost, what both say is not marked, and no text takes long."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.kernel.wording import Kind, told_apart

WORDS = st.lists(st.sampled_from(["one", "two", "three", "\n", "a b", "é"]), max_size=60).map(" ".join)
LONG = [f"word{number}" for number in range(400)]


def said(parts, *kinds):
    return "".join(part.text for part in parts if part.kind in kinds)


@given(WORDS, WORDS)
def test_the_parts_of_each_are_the_text_again_and_both_keep_the_same_words(before, after):
    one, other = told_apart(before, after)
    assert (said(one, *Kind), said(other, *Kind)) == (before, after)
    kept = [said(parts, Kind.SAME, Kind.FOLDED).split() for parts in (one, other)]
    assert kept[0] == kept[1]
    if before == after and len(before) > 80:
        assert Kind.CHANGED not in {part.kind for part in one}


def test_one_word_of_a_long_text_is_marked_and_what_stands_far_from_it_is_folded():
    changed = [*LONG[:200], "another", *LONG[201:]]
    one, other = told_apart(" ".join(LONG), " ".join(changed))
    assert [(part.kind, part.text.split()[:1]) for part in other] == [
        (Kind.FOLDED, ["word0"]),
        (Kind.SAME, ["word188"]),
        (Kind.CHANGED, ["another"]),
        (Kind.SAME, ["word201"]),
        (Kind.FOLDED, ["word213"]),
    ]
    assert [part.words for part in one] == [188, 0, 0, 0, 187]
    assert said(one, Kind.CHANGED).strip() == "word200"


@pytest.mark.parametrize(
    ("before", "after"),
    [("high", "low"), ("", "x " * 60), (" ".join(LONG), " ".join(reversed(LONG)))],
    ids=["short values", "nothing", "another text"],
)
def test_what_has_little_in_common_is_told_whole(before, after):
    for parts, text in zip(told_apart(before, after), (before, after), strict=True):
        assert [(part.kind, part.text) for part in parts] == ([(Kind.CHANGED, text)] if text else [])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a b " * 20_000, "b a c " * 15_000),
        ("a " * 60_000, "b " + "a " * 40_000 + "c"),
        (" ".join(map(str, range(30_000))), " ".join(map(str, range(30_000, 0, -1)))),
    ],
    ids=["two words over and over", "one word", "turned around"],
)
def test_no_text_takes_long(before, after):
    began = time.process_time()
    one, other = told_apart(before, after)
    assert time.process_time() - began < 2
    assert (said(one, *Kind), said(other, *Kind)) == (before, after)
