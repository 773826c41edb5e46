"""How rows end, the first time and when the file comes again."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from registry.interchange.rules.outcomes import Entry, Held, Outcome, plan, tally_of
from registry.kernel.rows import Ending


def ends(entries: list[Entry], held: list[Held] | None = None) -> list[tuple[str, str]]:
    return [(outcome.ending.value, outcome.key) for outcome in plan(entries, held or [])]


def kept(entries: list[Entry], outcomes: list[Outcome], held: list[Held]) -> list[Held]:
    """What an import leaves behind."""
    digests = {each.key: each.digest for each in held}
    for entry, outcome in zip(entries, outcomes, strict=True):
        if outcome.ending in (Ending.CREATED, Ending.UPDATED):
            digests[outcome.key] = entry.digest
    return [Held(key, digest) for key, digest in digests.items()]


def test_new_rows_are_created_and_come_back_unchanged_or_updated():
    entries = [Entry(2, "p/a", "1"), Entry(3, "p/b", "2")]
    assert ends(entries) == [("created", "p/a"), ("created", "p/b")]
    held = [Held("p/a", "1"), Held("p/b", "9")]
    assert ends(entries, held) == [("unchanged", "p/a"), ("updated", "p/b")]


def test_a_row_that_says_the_same_as_an_earlier_one_is_its_duplicate():
    outcomes = plan([Entry(2, "p/a", "1"), Entry(3, "p/a", "1")], [])
    assert [outcome.ending for outcome in outcomes] == [Ending.CREATED, Ending.DUPLICATE]
    assert outcomes[1].says == "The row says the same as row 2."


def test_different_rows_that_share_a_key_are_different_systems():
    assert ends([Entry(2, "p/a", "1"), Entry(3, "p/a", "2"), Entry(4, "p/a", "1")]) == [
        ("created", "p/a"), ("created", "p/a#2"), ("duplicate", ""),
    ]  # fmt: skip


def test_rows_that_share_a_key_meet_their_own_systems_in_any_order():
    held = [Held("p/a", "1"), Held("p/a#2", "2"), Held("p/a#10", "3")]
    assert ends([Entry(2, "p/a", "3"), Entry(3, "p/a", "2"), Entry(4, "p/a", "1")], held) == [
        ("unchanged", "p/a#10"), ("unchanged", "p/a#2"), ("unchanged", "p/a"),
    ]  # fmt: skip


def test_of_rows_that_share_a_key_only_the_changed_one_is_updated():
    held = [Held("p/a", "1"), Held("p/a#2", "2")]
    assert ends([Entry(2, "p/a", "new"), Entry(3, "p/a", "1")], held) == [
        ("updated", "p/a#2"),
        ("unchanged", "p/a"),
    ]


def test_a_further_row_under_a_held_key_gets_the_next_number():
    held = [Held("p/a", "1"), Held("p/a#4", "2")]
    entries = [Entry(2, "p/a", "1"), Entry(3, "p/a", "2"), Entry(4, "p/a", "3")]
    assert ends(entries, held)[2] == ("created", "p/a#5")


def test_a_refused_row_says_why_and_another_like_it_is_its_duplicate():
    outcomes = plan(
        [Entry(2, "", "1", "No name."), Entry(3, "", "2", "No name."), Entry(4, "", "1", "No name.")], []
    )
    assert [outcome.ending for outcome in outcomes] == [Ending.REFUSED, Ending.REFUSED, Ending.DUPLICATE]
    assert outcomes[0].says == "No name."
    assert outcomes[2].says == "The row says the same as row 2, which was refused: No name."


def test_systems_the_file_no_longer_holds_are_left_alone():
    assert ends([], [Held("p/a", "1")]) == []


ROWS = st.lists(st.tuples(st.sampled_from(["", "p/a", "p/b", "p/c"]), st.sampled_from("1234")), max_size=14)


def entries_of(rows: list[tuple[str, str]]) -> list[Entry]:
    return [
        Entry(number, key, digest, "" if key else "No name.")
        for number, (key, digest) in enumerate(rows, start=2)
    ]


@settings(deadline=None)
@given(ROWS, ROWS)
def test_the_five_add_up_and_every_system_is_met_once(
    first: list[tuple[str, str]], second: list[tuple[str, str]]
):
    held: list[Held] = []
    for rows in (first, second):
        entries = entries_of(rows)
        outcomes = plan(entries, held)
        tally = tally_of(outcomes)
        counts = (tally.created, tally.updated, tally.unchanged, tally.duplicate, tally.refused)
        assert tally.rows == len(rows) == sum(counts)
        assert [outcome.row for outcome in outcomes] == [entry.row for entry in entries]
        met = [outcome.key for outcome in outcomes if outcome.key]
        assert len(met) == len(set(met))
        held = kept(entries, outcomes, held)


@settings(deadline=None)
@given(ROWS, st.randoms(use_true_random=False))
def test_a_second_import_in_any_order_changes_nothing(rows: list[tuple[str, str]], chance: random.Random):
    entries = entries_of(rows)
    held = kept(entries, plan(entries, []), [])
    shuffled = list(rows)
    chance.shuffle(shuffled)
    assert not {Ending.CREATED, Ending.UPDATED} & {
        outcome.ending for outcome in plan(entries_of(shuffled), held)
    }
