"""The checklist: what is asked, what holds, and that no criterion can silently pass."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.kernel import clock
from registry.lifecycle.rules import CONDITIONS, FACTS, KNOWN, checklist, gauges
from registry.packs.queries import shipped, shipped_editions
from registry.packs.rules import PATTERNS, Criterion, current, practices_known, problems_with_pack

RECORD = current(shipped_editions("baseline"), "baseline", clock.today()).record


def test_every_shipped_pack_asks_only_for_facts_that_are_computed():
    practices = practices_known(shipped())
    assert [str(each) for pack in shipped() for each in problems_with_pack(pack, practices, KNOWN)] == []


def test_every_failure_pattern_is_asked_about():
    assert {criterion.pattern for criterion in RECORD} == set(PATTERNS)


def test_an_empty_record_lacks_everything_and_a_full_one_nothing():
    conditions = dict.fromkeys(CONDITIONS, True)
    empty = checklist(RECORD, dict.fromkeys(FACTS, False), conditions)
    full = checklist(RECORD, dict.fromkeys(FACTS, True), conditions)
    assert (empty.done, empty.total) == (0, len(RECORD))
    assert (full.done, full.missing) == (len(RECORD), ())


def test_a_criterion_is_asked_only_under_its_condition():
    nothing_special = checklist(RECORD, dict.fromkeys(FACTS, False), dict.fromkeys(CONDITIONS, False))
    assert nothing_special.total == sum(not criterion.when for criterion in RECORD)


def test_a_criterion_about_a_fact_nobody_computed_is_an_error_and_never_holds():
    with pytest.raises(KeyError):
        checklist([Criterion("X1", "F1", "moon_phase", "The moon is full", "edit")], {}, {})


@given(st.dictionaries(st.sampled_from(sorted(FACTS)), st.booleans()))
def test_the_gauges_split_the_checklist_without_losing_a_line(stated):
    facts = dict.fromkeys(FACTS, False) | stated
    standing = checklist(RECORD, facts, dict.fromkeys(CONDITIONS, True))
    found = gauges(standing)
    assert sum(len(gauge.holding) for gauge in found) == standing.done
    assert sum(len(gauge.holding) + len(gauge.missing) for gauge in found) == standing.total
