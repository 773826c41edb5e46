"""The walk and what was said elsewhere: roots that were promised, words that were said to be erased, one entry by itself."""

from itertools import product

import pytest

from registry.audit.rules.chain import KEPT, Findings, Promise, Walk, objections_to
from registry.audit.rules.erasing import NEVER_ERASED
from registry.audit.rules.merkle import Frontier
from tests.audit.test_chain import honest, walked

ROWS = honest(6)
WRONG = "f" * 64


def roots():
    frontier, found = Frontier(), []
    for entry, _, _ in ROWS:
        frontier.add(bytes.fromhex(entry[12]))
        found.append(frontier.root().hex())
    return dict(enumerate(found, start=1))


ROOTS = roots()


def judged(promises, rows=ROWS, erasures=None):
    """The findings of a walk to its end, as (entry, words)."""
    findings = Findings()
    walk = Walk(findings, promises, erasures)
    for row in rows:
        walk.follow(*row)
    walk.end()
    return [(found.seq, found.says) for found in findings.kept]


def promise(size, root=None, *, held=False):
    return Promise(size, root or ROOTS[size], f"P{size}", held)


def test_promises_that_are_kept_say_nothing_in_whatever_order_they_are_told():
    assert judged([promise(size) for size in (6, 1, 3)]) == []


def test_a_promise_of_another_root_names_what_was_rewritten_since_the_last_one_that_is_kept():
    said = "P5 has another root than these entries: something from entry 4 to 5 was rewritten"
    assert judged([promise(5, WRONG), promise(3)]) == [(4, said)]
    said = "P2 has another root than these entries: something from entry 1 to 2 was rewritten"
    assert judged([promise(2, WRONG)]) == [(1, said)]


def test_a_promise_of_more_entries_than_there_are_says_that_later_ones_were_cut_off():
    (found,) = judged([promise(6)], ROWS[:4])
    assert found[0] == 5
    assert found[1].startswith("P6 speaks of 6 entries, and the ledger ends with entry 4:")


def test_the_first_broken_promise_stands_for_those_of_the_ledger_itself_and_those_held_outside_are_all_told():
    broken = [
        promise(2, WRONG),
        promise(3, WRONG),
        promise(4, WRONG, held=True),
        promise(5, WRONG, held=True),
    ]
    assert [says[:2] for _, says in judged(broken)] == ["P2", "P4", "P5"]
    # What is held outside says nothing of what the ledger says of itself.
    assert [says[:2] for _, says in judged([promise(2, WRONG, held=True), promise(3, WRONG)])] == ["P2", "P3"]
    # Two of one size are both judged.
    assert [says[:2] for _, says in judged([promise(3), promise(3, WRONG)])] == ["P3"]


def without_words(seq):
    return [(entry, None if entry[0] == seq else payload, objects) for entry, payload, objects in ROWS]


def test_words_that_are_missing_were_erased_where_an_entry_says_so_and_it_could_be():
    assert judged([], without_words(2)) == [(2, "its payload is missing")]
    assert judged([], without_words(2), {2: 5}) == []
    assert judged([], ROWS, {2: 5}) == [
        (2, "entry 5 says that its payload was erased, and it is stored again")
    ]
    kept = min(NEVER_ERASED)
    entry = (*ROWS[1][0][:2], kept, *ROWS[1][0][3:])
    says = [each for _, each in judged([], [ROWS[0], (entry, None, ROWS[1][2])], {2: 5})]
    assert f"entry 5 says that its payload was erased, and {kept} is never erased" in says


def test_one_entry_by_itself_is_told_what_is_wrong_with_it_and_not_that_its_words_are_missing():
    for entry, payload, objects in ROWS:
        assert objections_to(entry, payload, objects) == objections_to(entry, None, objects) == []
    entry, payload, objects = ROWS[1]
    other = ((*entry[:2], "x", *entry[3:]), (payload[0], "{}"))
    for says_of_entry, says_of_words in product((False, True), repeat=2):
        found = objections_to(
            other[0] if says_of_entry else entry, other[1] if says_of_words else payload, objects
        )
        assert ["leaf_hash" in each for each in found] == [True] * says_of_entry + [False] * says_of_words


@pytest.mark.parametrize("value", ["x", 1.5])
def test_a_value_of_the_wrong_kind_is_one_finding_and_the_next_entry_is_not_blamed(value):
    entry, payload, objects = ROWS[1]
    changed = [ROWS[0], ((*entry[:4], value, *entry[5:]), payload, objects), *ROWS[2:]]
    assert [(each.seq, each.says) for each in walked(changed).kept] == [
        (2, "entry 2 holds a value of the wrong kind")
    ]


def test_exactly_as_many_findings_as_are_kept_have_no_line_for_more_and_the_first_entry_named_is_told():
    findings = Findings()
    assert findings.first_bad is None
    findings.say(None, "x")
    assert findings.first_bad is None
    for seq in range(7, 6 + KEPT):
        findings.say(seq, "x")
    assert (findings.first_bad, findings.total, findings.listed()) == (7, KEPT, findings.kept)
    findings.say(1, "x")
    assert (len(findings.kept), findings.listed()[-1].says) == (KEPT, "and 1 more")
