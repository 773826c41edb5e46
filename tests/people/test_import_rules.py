"""People files: headings guessed, rows read, units placed, each row ended once; pure."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.kernel.rows import Ending, tallied
from registry.people.queries import people_file
from registry.people.rules.columns import guessed, mapped, problems_with_map
from registry.people.rules.directory import PersonFacts
from registry.people.rules.drafts import PersonDraft, RowRead, draft_of
from registry.people.rules.imports import (
    LAST_ADMINISTRATOR,
    Brought,
    Known,
    Leaver,
    Surroundings,
    absent_leavers,
    plan,
    with_last_day,
)
from registry.people.rules.unit_paths import chained, compared, index_of, path_of

TODAY = date(2026, 11, 2)
# 1 Bank; 2 Bank / Retail; 3 Bank / Retail / Cards; 4 Bank / Trade; 5 Bank / Trade / Cards
TREE = index_of(
    {1: None, 2: 1, 3: 2, 4: 1, 5: 4}, {1: "Bank", 2: "Retail", 3: "Cards", 4: "Trade", 5: "Cards"}
)
ADA = Known(7, PersonFacts("Ada Owner", "ada@example.org", "Analyst", 2))


@pytest.mark.parametrize(
    ("headings", "fields"),
    [
        (
            ["Name", "E-mail", "Job title", "Unit", "Active from", "Active to"],
            {"name", "email", "job_title", "unit", "first_day", "last_day"},
        ),
        (
            [
                "Vorname",
                "Nachname",
                "E-Mail-Adresse",
                "Stellenbezeichnung",
                "Übergeordnete Abteilung",
                "Abteilung",
            ],
            {"first_name", "last_name", "email", "job_title", "unit", "parent_unit"},
        ),
        (["Vorname", "Name", "Mail", "Austrittsdatum"], {"first_name", "last_name", "email", "last_day"}),
        (["EMAIL", "Display Name", "DEPARTMENT", "Hire date"], {"email", "name", "unit", "first_day"}),
    ],
)
def test_usual_headings_in_english_and_german_are_understood(headings, fields):
    found = guessed(headings)
    assert set(found.columns) == fields
    assert problems_with_map(found, headings) == []


def test_a_manager_is_left_aside_with_a_remark():
    assert "“Vorgesetzter” is not read" in guessed(["Name", "Mail", "Vorgesetzter"]).remarks[0]


def test_a_file_without_addresses_or_names_says_what_it_has():
    problems = problems_with_map(guessed(["Who", "Where"]), ["Who", "Where"])
    assert [problem.field for problem in problems] == ["email", "name"]
    assert "“Who” and “Where”" in problems[0].message


def test_a_map_file_says_which_column_is_which():
    document = {"id": "SAP export", "email": "Adr", "name": ["Full", "Short"], "dates": "day_first"}
    found, problems = mapped(document, ["ADR", "Short", "Full"])
    assert problems == []
    assert found is not None
    assert (found.kind, found.columns) == ("sap-export", {"email": ("ADR",), "name": ("Full", "Short")})
    assert read({"ADR": "a@b.cz", "Short": "Al", "Full": ""}, found).draft.name == "Al"


@pytest.mark.parametrize(
    ("document", "entry"),
    [
        (["email"], ""),
        ({"phone": "Tel"}, "phone"),
        ({"email": "Nowhere"}, "email"),
        ({"id": "x" * 61}, "id"),
        ({"id": {"a": "b"}}, "id"),
        ({"dates": "guess"}, "dates"),
        ({"dates": ["day_first"]}, "dates"),
    ],
)
def test_a_map_file_with_mistakes_is_refused_where_they_stand(document, entry):
    found, problems = mapped(document, ["Mail", "Name"])
    assert found is None
    assert entry in [problem.field for problem in problems]


HEADINGS = ["Name", "First name", "Last name", "E-mail", "Function", "Unit", "Parent unit", "Start", "End"]


def read(cells, mapping=None, row=2):
    return draft_of(mapping or guessed(list(cells)), row, cells)


def test_names_in_two_columns_or_turned_round_become_one():
    assert read({"First name": "Max", "Last name": "Muster", "Mail": "m@b.de"}).draft.name == "Max Muster"
    assert read({"Name": "Muster, Max", "Mail": "m@b.de"}).draft.name == "Max Muster"
    assert read({"Name": "Max  Muster", "Mail": "mailto:M@B.de "}).draft == PersonDraft(
        2, "m@b.de", "Max Muster"
    )


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-30", date(2026, 11, 30)),
        ("30.11.2026", date(2026, 11, 30)),
        ("2026-11-30 00:00:00", date(2026, 11, 30)),
        ("46356", date(2026, 11, 30)),
        ("31.12.9999", None),
        ("", None),
        ("-", None),
    ],
)
def test_days_are_read_as_people_systems_write_them(text, day):
    found = read({"Name": "Al", "Mail": "a@b.cz", "Last day": text})
    assert (found.draft.active_to, found.problems) == (day, ())


@pytest.mark.parametrize("text", ["11/10/2026", "2026", "soon", "2026-02-30"])
def test_a_day_that_can_be_read_two_ways_or_not_at_all_is_told_and_left_out(text):
    found = read({"Name": "Al", "Mail": "a@b.cz", "Last day": text})
    assert found.draft.active_to is None
    ((column, value),) = [(problem.column, problem.value) for problem in found.problems]
    assert (column, value) == ("Last day", text)


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"Name": "Al", "Mail": ""}, "Mail"),
        ({"Name": "Al", "Mail": "al at example"}, "Mail"),
        ({"Name": "", "Mail": "a@b.cz"}, "Name"),
        ({"Name": "Al\x07", "Mail": "a@b.cz"}, "Name"),
        ({"Name": "x" * 201, "Mail": "a@b.cz"}, "Name"),
        ({"Name": "Al", "Mail": "a@b.cz", "Start": "2026-11-02", "End": "2026-11-01"}, "End"),
    ],
)
def test_a_row_that_describes_nobody_is_refused_and_says_where(cells, column):
    found = read(cells)
    assert found.draft is None
    assert found.problems[-1].column == column


def test_paths_are_parted_at_lone_slashes_only():
    assert path_of("Bank / Human Resources/Payroll") == ("Bank", "Human Resources/Payroll")
    assert path_of("Bank > Retail>Cards") == ("Bank", "Retail", "Cards")
    assert path_of(" / ") == ()


def test_units_are_put_below_what_the_file_says_stands_above_them():
    pairs = [(("Cards",), ("Retail",)), (("Retail",), ("Bank",)), (("Bank",), ())]
    assert list(chained(pairs).values()) == [("Bank", "Retail", "Cards"), ("Bank", "Retail"), ("Bank",)]
    twice = [(("Team",), ("Cards",)), (("Cards",), ("Retail",)), (("Cards",), ("Trade",))]
    assert chained(twice)[twice[0]] == ("Cards", "Team")


steps = st.sampled_from("abcd").map(lambda name: (name,))


@given(st.lists(st.tuples(steps, st.one_of(st.just(()), steps))))
@settings(max_examples=100)
def test_a_chain_ends_also_where_the_file_goes_in_circles(pairs):
    for (unit, parent), path in chained(pairs).items():
        assert path[-1:] == unit
        assert len(set(path)) == len(path) or parent == unit
        assert not parent or parent == unit or path[-2:-1] == parent


def test_a_path_means_the_unit_it_ends_at_unless_it_may_mean_several():
    assert TREE.meant(("bank",)) == (1,)
    assert TREE.meant(("RETAIL", "cards")) == (3,)
    assert TREE.meant(("Cards",)) == (3, 5)
    assert TREE.meant(("Bank", "Trade", "Cards")) == (5,)
    assert TREE.home_of(("Retail", "Loans", "Car loans")) == (2,)
    assert TREE.home_of(("Insurance",)) == ()


def planned(*drafts, known=(), **around):
    reads = [RowRead(draft.row, draft, draft.email) for draft in drafts]
    people = {one.facts.email: one for one in known}
    names = {"email": "Mail", "unit": "Unit", "active_to": "End"}
    return plan(reads, Surroundings(people, TREE, TODAY, column_of=names, **around))


def draft(row=2, email="ada@example.org", name="Ada Owner", **more):
    return PersonDraft(row, email, name, **more)


def test_what_the_file_leaves_blank_stays():
    (end,) = planned(draft(), known=[ADA])
    assert (end.ending, end.changes, end.news) == (Ending.UNCHANGED, {}, True)


def test_what_people_entered_since_the_last_file_stays_and_what_the_file_says_anew_is_written():
    corrected = replace(ADA, facts=replace(ADA.facts, name="Ada Owner-Smith"), before={"name": "Ada Owner"})
    (end,) = planned(draft(), known=[corrected])
    assert (end.ending, end.changes, end.news) == (Ending.UNCHANGED, {}, False)
    (end,) = planned(draft(name="Ada Smith"), known=[corrected])
    assert (end.ending, end.changes) == (Ending.UPDATED, {"name": "Ada Smith"})


def test_a_unit_is_found_made_or_left_open():
    (found,) = planned(draft(unit=("Trade",)), known=[ADA])
    assert (found.changes, found.new_unit) == ({"unit_id": 4}, ())
    (made,) = planned(draft(unit=("Bank", "Risk")), known=[ADA])
    assert (made.ending, made.changes, made.new_unit) == (Ending.UPDATED, {}, ("Bank", "Risk"))
    (open_,) = planned(draft(unit=("Cards",)), known=[ADA])
    assert (open_.ending, open_.changes) == (Ending.UNCHANGED, {})
    assert "“Bank / Retail / Cards” or “Bank / Trade / Cards”" in open_.problems[0].message
    assert "unit" not in open_.draft.stated()


def test_a_second_row_about_somebody_is_a_duplicate_or_refused():
    first, same, other = draft(2), draft(3), draft(4, name="Ada Other")
    ends = planned(first, same, other)
    assert [end.ending for end in ends] == [Ending.CREATED, Ending.DUPLICATE, Ending.REFUSED]
    assert "Row 2 speaks of the same person" in ends[2].problems[0].message


def test_two_addresses_of_one_person_are_one_person():
    old = replace(ADA, facts=replace(ADA.facts, email="ada.old@example.org"))
    ends = planned(draft(2), draft(3, "ada.old@example.org", "Ada Older"), known=[ADA, old])
    assert [end.ending for end in ends] == [Ending.UNCHANGED, Ending.REFUSED]


def test_the_last_administrator_and_whoever_imports_are_never_marked_as_left():
    ben = Known(8, PersonFacts("Ben", "ben@example.org"))
    rows = [draft(2, active_to=TODAY), draft(3, "ben@example.org", "Ben", active_to=TODAY)]
    ends = planned(*rows, known=[ADA, ben], staying=frozenset({7, 8}))
    assert [end.ending for end in ends] == [Ending.UPDATED, Ending.REFUSED]
    assert (ends[1].problems[0].column, ends[1].problems[0].message) == ("End", LAST_ADMINISTRATOR)
    (end,) = planned(rows[0], known=[ADA], staying=frozenset({7, 8}), oneself=7)
    assert end.ending is Ending.REFUSED


def test_a_last_day_before_the_first_one_on_record_is_refused():
    later = replace(ADA, facts=replace(ADA.facts, active_from=TODAY))
    (end,) = planned(draft(active_to=date(2026, 1, 1)), known=[later])
    assert end.ending is Ending.REFUSED


def test_somebody_who_left_and_is_in_the_file_is_told_of():
    gone = replace(ADA, facts=replace(ADA.facts, active_to=date(2026, 10, 1)))
    (end,) = planned(draft(), known=[gone])
    assert end.ending is Ending.UNCHANGED
    assert "left on 2026-10-01" in end.problems[0].message


def test_whoever_is_missing_may_have_left_unless_a_row_names_them_however_badly():
    brought = [
        Brought(1, "A", "a@b"),
        Brought(2, "B", "b@b"),
        Brought(3, "C", "c@b", last_day=TODAY),
        Brought(4, "D", "d@b"),
    ]
    assert [one.person_id for one in absent_leavers(brought, {"b@b"}, {4})] == [1]


def test_a_last_day_for_all_who_are_missing_spares_the_last_administrator():
    gone = [Leaver(n, f"P{n}", f"p{n}@b", None, absent=True) for n in (1, 2, 3)]
    gone.append(Leaver(4, "P4", "p4@b", None, absent=True, first_day=date(2026, 12, 1)))
    noted = with_last_day(gone, TODAY, frozenset({1, 2}), oneself=3)
    assert [one.last_day for one in noted] == [TODAY, None, None, None]
    assert noted[1].says == LAST_ADMINISTRATOR
    assert all(one.says for one in noted[1:])


def test_the_example_in_the_documentation_reads_without_a_remark():
    found = people_file(Path(__file__).parents[2] / "docs/examples/people.csv", "people.csv")
    assert [row.problems for row in found.rows] == [()] * 4
    assert (found.rows[1].draft.name, found.rows[1].draft.unit[-1]) == ("Tomasz Zieliński", "Motor")
    assert found.warnings == ()


texts = st.text(max_size=12) | st.sampled_from(
    ["a@b.cz", "ada@example.org", "2026-11-30", "Bank / Retail", "Cards"]
)
rows = st.lists(st.fixed_dictionaries(dict.fromkeys(HEADINGS, texts)), max_size=8)


@given(rows, st.sets(st.sampled_from([7, 8])))
@settings(max_examples=150)
def test_every_row_whatever_it_holds_ends_once_and_a_second_look_changes_nothing(cells, staying):
    mapping = guessed(HEADINGS)
    reads = [draft_of(mapping, place, each) for place, each in enumerate(cells, start=2)]
    around = Surroundings({"ada@example.org": ADA}, TREE, TODAY, frozenset(staying))
    ends = plan(reads, around)
    tally = tallied(end.ending for end in ends)
    assert len(ends) == tally.rows == len(cells)
    assert tally.rows == tally.created + tally.updated + tally.unchanged + tally.duplicate + tally.refused
    assert all(end.problems for end in ends if end.ending is Ending.REFUSED)
    after = {
        end.draft.email: said_back(end, around)
        for end in ends
        if end.ending in {"created", "updated", "unchanged"}
    }
    again = plan(reads, replace(around, known=around.known | after))
    assert not any(end.changes or end.new_unit or end.news for end in again)


def said_back(end, around):
    """Somebody as they stand once their row is carried out."""
    was = around.known.get(end.draft.email)
    facts = was.facts if was else PersonFacts(end.draft.name, end.draft.email)
    plain = {name: value for name, value in end.changes.items() if name != "email"}
    return Known(was.person_id if was else 100 + end.row, replace(facts, **plain), end.draft.stated())


def test_paths_are_compared_without_case_and_doubled_spaces():
    assert compared(("  Retail   Bank ",)) == ("retail bank",)


def test_a_column_nobody_reads_is_named_and_the_usual_words_for_a_last_day_are_known():
    read = guessed(["Name", "Mail", "Leaves", "Shoe size", "Manager"])
    assert read.column("last_day") == "Leaves"
    assert [remark.split(":")[0].split(" is ")[0] for remark in read.remarks] == ["“Manager”", "Not read"]
    assert "“Shoe size”" in read.remarks[1]
    assert guessed(["Name", "Mail"]).remarks == ()
