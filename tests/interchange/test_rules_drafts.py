"""Rows of inventories as drafts of systems."""

from dataclasses import dataclass, field, replace

import pytest

from registry.interchange.queries import profile_in, profile_named
from registry.interchange.rules.drafting import NOT_DESCRIBED, draft_of
from registry.interchange.rules.drafts import DataDraft, Draft, Refused
from registry.interchange.rules.keys import base_and_ordinal, natural_key, with_ordinal
from registry.interchange.rules.profiles import Profile, fitted
from registry.systems.rules.record import Kind, Link, Stage


@dataclass(frozen=True)
class Flaw:
    row: int
    column: str
    value: str
    message: str
    refuses: bool = False


@dataclass(frozen=True)
class Row:
    cells: dict[str, str]
    number: int = 2
    problems: tuple[Flaw, ...] = field(default=())


def shipped(name: str, cells: dict[str, str]) -> Profile:
    profile = profile_named(name)
    assert profile is not None
    return fitted(profile, tuple(cells))


def drafted(name: str, cells: dict[str, str]) -> Draft:
    found = draft_of(shipped(name, cells), Row(cells))
    assert isinstance(found, Draft)
    return found


def refused(name: str, cells: dict[str, str], *flaws: Flaw) -> Refused:
    found = draft_of(shipped(name, cells), Row(cells, problems=flaws))
    assert isinstance(found, Refused)
    return found


def mapped(text: str, cells: dict[str, str]) -> Draft | Refused:
    profile, problems = profile_in(text.encode(), tuple(cells))
    assert problems == []
    assert profile is not None
    return draft_of(profile, Row(cells))


FEDERAL = {
    "2_use_case_name": "Letter sorter",
    "3_agency": "Department of Examples ",
    "3_abr": "DOX",
    "4_bureau": "Bureau of Letters",
    "8_topic_area": "Mission-Enabling",
    "10_commercial_ai": "None of the above.",
    "11_purpose_benefits": "Sorts letters by topic.",
    "12_outputs": "A topic and a *confidence*",
    "16_dev_stage": "Operation and Maintenance",
    "17_impact_type": "Rights-Impacting\n",
    "20_date_implemented": "7/1/2023",
    "21_date_retired": "N/A - still used",
    "29_contains_pii": "Yes",
    "33_agency_data": "Letters received since 2015",
    "39_code_link": "https://code.example/sorter; internal copy exists",
    "40_has_ato": "Yes ",
    "57_autonomous_impact": "No - Some individual decisions or actions require direct human oversight.",
}


def test_a_federal_row_becomes_a_draft():
    draft = drafted("omb_2024", FEDERAL)
    assert draft.name == "Letter sorter"
    assert draft.unit == ("Department of Examples", "Bureau of Letters")
    assert draft.key == "omb_2024/department of examples/bureau of letters/letter sorter"
    assert draft.summary == draft.objective_problem == "Sorts letters by topic."
    assert draft.objective_outputs == r"A topic and a \*confidence\*"
    assert draft.stage is Stage.LIVE
    assert draft.kind is None
    assert draft.autonomy is None
    assert draft.in_service_on is not None
    assert draft.in_service_on.said == "2023-07-01"
    assert draft.retired_on is None
    assert draft.tags == ("Mission-Enabling", "rights-impacting")
    assert draft.links == (Link("Source code", "https://code.example/sorter"),)
    assert draft.data_sources == (
        DataDraft(
            "Training and evaluation data: Letter sorter", "Letters received since 2015", "training", "yes"
        ),
    )
    assert draft.problems == ()


def test_every_filled_cell_is_carried_word_for_word_or_kept_unchanged():
    draft = drafted("omb_2024", FEDERAL)
    facts = dict(draft.source_facts)
    assert facts == {column: FEDERAL[column] for column in facts}
    carried = {"2_use_case_name", "3_agency", "4_bureau", "8_topic_area", "11_purpose_benefits", "12_outputs"}
    carried |= {"33_agency_data"}
    assert set(facts) == set(FEDERAL) - carried


def test_a_bought_product_is_known_by_the_use_it_serves():
    draft = drafted("omb_2024", {**FEDERAL, "10_commercial_ai": "Searching for information using AI."})
    assert draft.kind is Kind.EMBEDDED


def test_full_automation_is_the_fifth_level():
    said = "Yes – All individual decisions or actions are automated and may be rendered without direct human interaction."
    assert drafted("omb_2024", {**FEDERAL, "57_autonomous_impact": said}).autonomy == 5


# Texts


def test_a_long_text_is_summarised_by_whole_sentences_and_kept_in_full():
    text = "The system reads each letter as it comes in. " * 20
    draft = drafted("omb_2024", {**FEDERAL, "11_purpose_benefits": text})
    assert len(draft.summary) <= 350
    assert draft.summary.endswith("comes in.")
    assert draft.description == text.strip()
    assert "11_purpose_benefits" not in dict(draft.source_facts)


def test_paragraphs_are_kept_in_the_description():
    draft = drafted("omb_2024", {**FEDERAL, "11_purpose_benefits": "Sorts letters.\n\nSaves time."})
    assert draft.summary == "Sorts letters. Saves time."
    assert draft.description == "Sorts letters.\n\nSaves time."


def test_a_text_longer_than_any_field_stays_whole_among_the_source_facts():
    text = "word " * 6_000
    draft = drafted("omb_2024", {**FEDERAL, "11_purpose_benefits": text})
    assert len(draft.description) <= 20_000
    assert dict(draft.source_facts)["11_purpose_benefits"] == text


def test_a_long_name_is_shortened_and_kept_whole():
    name = "Assistant " * 40
    draft = drafted("omb_2024", {**FEDERAL, "2_use_case_name": name})
    assert len(draft.name) <= 300
    assert dict(draft.source_facts)["2_use_case_name"] == name


def test_a_missing_purpose_is_made_up_for_by_the_outputs_and_else_told():
    draft = drafted("omb_2024", {**FEDERAL, "11_purpose_benefits": " "})
    assert draft.summary == "A topic and a *confidence*"
    empty = drafted("omb_2024", {**FEDERAL, "11_purpose_benefits": "", "12_outputs": "N/A"})
    assert empty.summary == NOT_DESCRIBED
    assert [problem.column for problem in empty.problems] == ["11_purpose_benefits"]


def test_a_description_alone_gives_the_summary():
    cells = {"name": "Sorter", "long description": "Sorts *letters*."}
    draft = drafted("generic", cells)
    assert draft.summary == "Sorts *letters*."
    assert draft.description == r"Sorts \*letters\*."


def test_a_summary_and_a_description_are_both_kept():
    text = "A sentence about letters that says a little more than is needed. " * 8
    draft = drafted("generic", {"name": "Sorter", "summary": text, "long description": "And how it works."})
    assert draft.description == f"{text.strip()}\n\nAnd how it works."


# What is told


def test_an_unknown_stage_is_told_kept_and_recorded_as_proposed():
    draft = drafted("omb_2024", {**FEDERAL, "16_dev_stage": "Somewhere in between"})
    assert draft.stage is Stage.PROPOSED
    assert dict(draft.source_facts)["16_dev_stage"] == "Somewhere in between"
    (problem,) = draft.problems
    assert (problem.row, problem.column, problem.value) == (2, "16_dev_stage", "Somewhere in between")


def test_a_date_that_cannot_be_read_is_told_and_kept():
    draft = drafted("omb_2024", {**FEDERAL, "20_date_implemented": "Scheduled for FY2025"})
    assert draft.in_service_on is None
    assert dict(draft.source_facts)["20_date_implemented"] == "Scheduled for FY2025"
    assert draft.problems[0].column == "20_date_implemented"


def test_a_missing_stage_or_unit_is_told():
    draft = drafted("omb_2024", {**FEDERAL, "16_dev_stage": "", "3_agency": "N/A", "4_bureau": ""})
    assert draft.stage is Stage.PROPOSED
    assert draft.unit == ()
    assert {problem.column for problem in draft.problems} == {"16_dev_stage", "3_agency"}


def test_what_the_reader_of_the_file_found_is_told_as_well():
    cells = dict(FEDERAL)
    found = draft_of(
        shipped("omb_2024", cells), Row(cells, problems=(Flaw(2, "12_outputs", "x", "A mark."),))
    )
    assert [problem.message for problem in found.problems] == ["A mark."]


# Refusals


def test_a_row_without_a_name_is_refused_with_the_reason():
    assert "no name" in refused("omb_2024", {**FEDERAL, "2_use_case_name": " "}).reason


def test_a_row_the_publisher_blacked_out_is_refused_as_withheld():
    cells = dict.fromkeys(FEDERAL, "REDACTED")
    result = refused("omb_2024", cells)
    assert "withheld" in result.reason
    assert result.problems[0].column == "2_use_case_name"


def test_a_name_that_is_only_a_number_is_refused():
    assert (
        "headings stand one column aside"
        in refused("generic", {"name": "17", "summary": "Letter sorter"}).reason
    )


def test_a_row_the_reader_of_the_file_refused_is_refused_with_its_reason():
    flaw = Flaw(2, "12_outputs", "x…", "The cell holds 40,000 characters.", refuses=True)
    result = refused("omb_2024", dict(FEDERAL), flaw)
    assert result.reason == "The cell holds 40,000 characters."
    assert len(result.problems) == 1


PRODUCTS = {
    "Agency": "Example Agency",
    "AI Use Case": " Generating code using AI.",
    "Agency Use (Y/N)?": "Y",
    "Name of Commercial Product or Service Used": "Example Copilot",
}


def test_a_use_that_is_made_becomes_a_system_and_one_that_is_not_is_refused():
    draft = drafted("omb_2025_cots", PRODUCTS)
    assert (draft.name, draft.vendor_name, draft.stage) == (
        "Generating code using AI.",
        "Example Copilot",
        Stage.LIVE,
    )
    assert "does not use AI" in refused("omb_2025_cots", {**PRODUCTS, "Agency Use (Y/N)?": "N"}).reason
    assert "does not say" in refused("omb_2025_cots", {**PRODUCTS, "Agency Use (Y/N)?": ""}).reason


# Units, data and other profiles


@pytest.mark.parametrize(
    ("agency", "office", "path"),
    [
        ("USDA", "Forest Service", ("Department of Agriculture", "Forest Service")),
        ("CMS", "cms", ("Department of Agriculture", "CMS")),
        ("", "N/A", ("Department of Agriculture",)),
        ("Department of agriculture", "", ("Department of Agriculture",)),
    ],
)
def test_a_step_of_the_unit_that_repeats_or_says_nothing_is_left_out(
    agency: str, office: str, path: tuple[str, ...]
):
    cells = {
        "Use_Case_ID": "A-1",
        "Department": "Department of Agriculture",
        "Department_Code": "USDA",
        "Agency": agency,
        "Office": office,
        "Title": "Sorter",
        "Summary": "Sorts.",
    }
    assert drafted("omb_2023", cells).unit == path


TOOL = {
    "year": "2022",
    "agency": "DOX",
    "tool_name": "Sorter",
    "tool_desc_brief": "Sorts.",
    "tool_desc_detail": "Used daily.",
    "date_use": "2019/11",
}


def test_a_text_with_headings_of_its_own_gives_a_source_for_each():
    data = "Made in house. \nTraining data: five years of letters.\n\nInput data: letters as they come in."
    draft = drafted("nyc_ll35", {**TOOL, "data": data, "identifying_info": ""})
    assert [(each.name, each.purpose, each.description) for each in draft.data_sources] == [
        ("Data: Sorter", "operational_input", "Made in house."),
        ("Training data: Sorter", "training", "five years of letters."),
        ("Input data: Sorter", "operational_input", "letters as they come in."),
    ]
    assert dict(draft.source_facts)["data"] == data


def test_the_two_years_fill_different_columns_of_one_profile():
    cells = {
        **TOOL,
        "year": "2023",
        "data": "",
        "data_training": "N/A",
        "data_input": "Letters",
        "identifying_info": "false",
    }
    draft = drafted("nyc_ll35", cells)
    assert draft.data_sources == (DataDraft("Input data: Sorter", "Letters", "operational_input", "no"),)
    assert draft.key != drafted("nyc_ll35", TOOL).key
    assert draft.tags == ("reported for 2023",)


def test_no_data_with_a_reason_is_no_data_source():
    draft = drafted("omb_2024", {**FEDERAL, "33_agency_data": "N/A - the agency does not own any of it"})
    assert draft.data_sources == ()
    assert "33_agency_data" in dict(draft.source_facts)


def test_headings_that_stand_one_column_aside_are_read_where_they_belong():
    cells = {"AI use case name": "3", "Summary": "Letter sorter", "column 3": "Sorts letters."}
    draft = drafted("va_2023", cells)
    assert (draft.name, draft.summary) == ("Letter sorter", "Sorts letters.")


def test_an_owner_is_taken_only_from_what_names_one():
    cells = {"name": "Sorter", "description": "Sorts.", "owner": "Ann Example", "email": "Ann@example.org"}
    draft = drafted("generic", cells)
    assert (draft.owner_name, draft.owner_email) == ("Ann Example", "ann@example.org")


def test_a_map_file_maps_any_list():
    cells = {"Titel": "Sortierer", "Phase": "Produktiv", "Pro Tag": "1.200", "Menge": "1,200"}
    draft = mapped(
        "name: Titel\nstage: {column: Phase, words: {Produktiv: live}}\nvolume_per_day: Menge\naffected_count: Pro Tag\n",
        cells,
    )
    assert isinstance(draft, Draft)
    assert (draft.stage, draft.volume_per_day, draft.affected_count) == (Stage.LIVE, 1_200, None)
    assert draft.key == "mapped/sortierer"


# Keys and digests


def test_a_key_levels_case_space_and_dashes_and_keeps_its_parts_apart():
    assert natural_key("p", ["A  b", "C\u2013d."]) == natural_key("p", ["a b", "c-D"])
    assert natural_key("p", ["a/b", "c"]) != natural_key("p", ["a", "b/c"])
    assert natural_key("p", ["a#2"]) != with_ordinal(natural_key("p", ["a"]), 2)


def test_a_key_is_short_enough_to_be_indexed_and_still_tells_rows_apart():
    one, other = natural_key("p", ["x" * 5_000 + "1"]), natural_key("p", ["x" * 5_000 + "2"])
    assert len(one) <= 400
    assert one != other


def test_a_key_with_its_number_comes_apart_again():
    assert base_and_ordinal(with_ordinal("p/a", 1)) == ("p/a", 1)
    assert base_and_ordinal(with_ordinal("p/a", 12)) == ("p/a", 12)


def test_a_row_whose_key_columns_are_blank_is_known_by_unit_and_name():
    cells = {
        "Use_Case_ID": "",
        "Department": "Department of Examples",
        "Title": "Sorter",
        "Summary": "Sorts.",
    }
    assert drafted("omb_2023", cells).key == "omb_2023/department of examples/sorter"


def test_the_digest_covers_every_cell_and_not_the_place():
    draft = drafted("omb_2024", FEDERAL)
    assert replace(draft, row=99).digest == draft.digest
    for column in FEDERAL:
        assert drafted("omb_2024", {**FEDERAL, column: "Something else"}).digest != draft.digest, column


def test_what_a_row_states_is_known_by_field():
    stated = drafted("omb_2024", FEDERAL).stated
    assert {"name", "summary", "stage", "links", "data_sources", "source_facts"} <= stated
    assert not {"description", "kind", "autonomy", "owner_email", "row", "problems"} & stated
