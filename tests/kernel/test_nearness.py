"""How typed words answer names: letters that are wrong, names that were nearly typed, and what was meant."""

from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from registry.kernel.nearness import Names, allowed, begins_a_word, distance, near_words, words_in

FEW_LETTERS = st.text("abc", max_size=7)
NAMES = st.lists(st.text("abcd ", max_size=14).map(str.strip), max_size=8)


def plain_distance(one, other):
    """Optimal string alignment as it is defined, one letter after the other."""

    @cache
    def between(i, j):
        if not i or not j:
            return i + j
        ways = [between(i - 1, j) + 1, between(i, j - 1) + 1]
        ways.append(between(i - 1, j - 1) + (one[i - 1] != other[j - 1]))
        if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
            ways.append(between(i - 2, j - 2) + 1)
        return min(ways)

    return between(len(one), len(other))


@given(FEW_LETTERS, FEW_LETTERS, st.integers(0, 3))
def test_the_distance_is_the_one_defined_as_far_as_it_is_asked_for(one, other, most):
    assert distance(one, other, most) == min(plain_distance(one, other), most + 1)


@given(
    st.text("abcdef", min_size=1, max_size=9),
    st.lists(st.text("abcdef", min_size=1, max_size=9), max_size=12),
)
def test_the_words_that_are_near_are_all_that_are_within_what_the_word_allows(word, known):
    near = {}
    for each in set(known):
        # Of five letters and more the beginning of a longer word counts as well.
        parts = (each, each[: len(word)]) if len(word) >= 5 else (each,)
        missed = [
            away for away in (plain_distance(word, part) for part in parts) if 0 < away <= allowed(word)
        ]
        if missed:
            near[each] = min(missed)
    assert near_words(word, known) == near


@given(NAMES, st.lists(st.text("abcd", min_size=1, max_size=7), min_size=1, max_size=3))
def test_a_name_is_nearly_typed_where_it_answers_each_word_and_one_of_them_nearly(names, typed):
    vocabulary = {word for name in names for word in words_in(name)}
    expected = []
    for place, name in enumerate(names):
        costs = []
        for word in words_in(" ".join(typed)):
            options = {word: 0, **near_words(word, vocabulary)}
            costs.append(min((away for option, away in options.items() if option in name), default=None))
        if None not in costs and sum(costs):
            expected.append((sum(costs), place))
    assert Names(names).near(typed) == sorted(expected)


def test_what_was_meant_puts_right_only_what_no_name_holds():
    names = Names(["claims triage", "letter triage", "home pricing"])
    assert names.meant(["clams", "triage"]) == "claims triage"
    assert names.meant(["leter"]) == "letter"
    assert names.meant(["traige"]) == "triage"
    assert names.meant(["cliam"]) == "claims"
    assert names.meant(["pirc"]) is None, "four letters are near to the beginning of too many words"
    assert names.meant(["tri"]) is None, "part of a word is no mistake"
    assert names.meant(["clams", "zzzzzz"]) is None
    assert Names([]).meant(["claims"]) is None


def test_short_words_and_numbers_mean_only_themselves():
    assert [allowed(word) for word in ("ai", "4711", "k9s", "eva", "fraud", "pricing")] == [0, 0, 0, 1, 1, 2]
    assert Names(["triage 4711"]).near(["triage", "4712"]) == []


def test_a_word_begins_after_whatever_stands_between_words():
    assert all(
        begins_a_word(name, "triage") for name in ("triage", "the triage", "(triage)", "claims/triage")
    )
    assert not begins_a_word("retriage", "triage")
