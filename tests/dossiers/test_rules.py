"""Results of other tools: every row read or named, nothing declared is followed; and who may test and sign."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from registry.dossiers.rules import cases as rules
from registry.dossiers.rules import results
from registry.dossiers.rules.cases import CaseFacts, CaseType, Covered, Outcome, RunFacts
from registry.kernel.errors import RuleBroken

TODAY = date(2026, 11, 2)
JUNIT = b"""<?xml version="1.0" encoding="UTF-8"?>
<testsuites><testsuite name="bias" timestamp="2026-10-30T09:00:00">
<testcase classname="tests.bias" name="women"/>
<testcase classname="tests.bias" name="minors"><failure message="12 % late">Expected 5 %</failure><error message="x"/></testcase>
<testcase name="empty body"><properties><property name="type" value="unexpected_input"/></properties><skipped/></testcase>
<testcase classname="a"/>
</testsuite></testsuites>"""
TABLE = b'\xef\xbb\xbfCase,Result,ID,Type,Message,Date\r\nempty body,PASS,T-1,Unexpected input,,2026-10-30\r\n,,,,,\r\nten thousand,fail,,high-volume,"late, by 2 s",\r\nodd,maybe,,,,\r\n,pass,,,,\r\nold,pass,,,,soon\r\nx,pass,,strange,,\r\n'


def test_a_junit_report_is_read_case_by_case():
    read = results.from_junit(JUNIT)
    assert [(each.name, each.reference, each.outcome, each.type) for each in read.results] == [
        ("women", "tests.bias.women", Outcome.PASSED, None),
        ("minors", "tests.bias.minors", Outcome.FAILED, None),
        ("empty body", "", Outcome.SKIPPED, CaseType.UNEXPECTED_INPUT),
    ]
    assert read.results[1].actual == "12 % late\nExpected 5 %"
    assert {each.ran_on for each in read.results} == {date(2026, 10, 30)}
    assert [(each.row, each.says) for each in read.unread] == [(4, "It has no name.")]


def test_a_table_is_read_row_by_row_and_what_is_wrong_is_named():
    read = results.from_csv(TABLE)
    assert [(each.row, each.name, each.outcome, each.type) for each in read.results] == [
        (1, "empty body", Outcome.PASSED, CaseType.UNEXPECTED_INPUT),
        (3, "ten thousand", Outcome.FAILED, CaseType.HIGH_VOLUME),
        # A type of another tool is none of the six, and the result stands.
        (7, "x", Outcome.PASSED, None),
    ]
    assert [each.row for each in read.unread] == [4, 5, 6]
    assert len(results.told(read.unread, 2)) == 2


ENTITIES = (
    b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><testsuite><testcase name="&b;"/></testsuite>'
)
FETCHES = b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><testsuite/>'
HOSTILE = {
    "entities": (ENTITIES, "document type or entities"),
    "a document fetched from elsewhere": (FETCHES, "document type or entities"),
    "too deep": (b"<testsuite>" + b"<a>" * 50, "far larger or deeper"),
    "too many": (
        b"<testsuite>" + b'<testcase name="x"/>' * 5_001 + b"</testsuite>",
        "more than 5,000 results",
    ),
    "cut off": (b"<testsuite><testcase", "no well-formed XML"),
    "another document": (b"<html><testcase name='a'/></html>", "no JUnit report"),
    "an encoding of no name": (
        b'<?xml version="1.0" encoding="nonsense"?><testsuite/>',
        "encoding that is not read",
    ),
    "an encoding of many bytes": (
        b'<?xml version="1.0" encoding="utf-7"?><testsuite/>',
        "encoding that is not read",
    ),
    "an encoding for other things": (
        b'<?xml version="1.0" encoding="idna"?><testsuite/>',
        "encoding that is not read",
    ),
    "nothing": (b"", "no well-formed XML"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_report_is_refused_with_a_sentence(what):
    content, says = HOSTILE[what]
    with pytest.raises(RuleBroken, match=says):
        results.from_junit(content)


@pytest.mark.parametrize("rows", [b"\n" * 25_001, b"a,pass\n" * 5_001])
def test_a_table_is_read_no_further_than_one_may_hold(rows):
    # What comes behind would be no table at all, and is not reached.
    with pytest.raises(RuleBroken, match="more than 5,000 results"):
        results.from_csv(b"name,outcome\n" + rows + b'"never closed')


@given(some.binary(max_size=200), some.sampled_from([b"", b"name,outcome\n", b"<testsuite>"]))
def test_whatever_is_sent_is_read_or_refused_and_every_row_is_accounted_for(noise, before):
    for reader in (results.from_csv, results.from_junit):
        try:
            read = reader(before + noise)
        except RuleBroken:
            continue
        rows = [each.row for each in (*read.results, *read.unread)]
        assert len(rows) == len(set(rows))


def test_who_built_a_version_neither_tests_nor_signs_it():
    told = [rules.objection_to(number, {1, 2, None}, leads=False) for number in (1, 2, 3, None)]
    assert [each is None for each in told] == [False, False, True, True]
    assert "lead the engineering" in rules.objection_to(3, {1}, leads=True)


def test_a_case_says_what_should_happen_and_a_run_what_did():
    case = CaseFacts(CaseType.SUBGROUP, "Minors", expected="As fast as others.")
    assert rules.problems_with_case(case, name_taken=False, cases=0) == []
    bare = rules.problems_with_case(CaseFacts(None, " "), name_taken=False, cases=5_000)
    assert {each.field for each in bare} == {"name", "type", "expected", ""}
    assert (
        rules.problems_with_run(RunFacts(Outcome.PASSED, "", TODAY, True, "Last year's mix."), today=TODAY)
        == []
    )
    odd = rules.problems_with_run(RunFacts(Outcome.FAILED, "", date(2027, 1, 1)), today=TODAY)
    assert {each.field for each in odd} == {"ran_on", "actual", "is_similar"}


@given(
    some.dictionaries(
        some.tuples(some.sampled_from(CaseType), some.sampled_from([None, *Outcome])), some.integers(0, 9)
    )
)
def test_coverage_names_every_type_and_counts_every_case_once(counts):
    found = rules.coverage(counts)
    assert [each.type for each in found] == list(CaseType)
    assert sum(each.cases for each in found) == sum(counts.values())
    assert all(each.run + each.skipped <= each.cases for each in found)


def test_a_signature_needs_every_case_run_or_explained_and_a_statement():
    whole = [Covered(CaseType.SUBGROUP, 3, 1, 1, 1)]
    assert rules.problems_with_signature("Two of three.", whole, is_signed=False) == []
    assert len(rules.problems_with_signature(" ", [Covered(CaseType.SUBGROUP)], is_signed=True)) == 3
    open_case = rules.problems_with_signature("Fine.", [Covered(CaseType.SUBGROUP, 2, 1)], is_signed=False)
    assert "1 case has no run yet" in open_case[0].message
