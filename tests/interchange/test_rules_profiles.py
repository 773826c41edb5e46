"""Profiles: recognised from headings, fitted to a file, declared in YAML and in map files."""

from pathlib import Path
from textwrap import dedent

import pytest

from registry.interchange.queries import choose_profile, profile_in, profile_named, profiles, wordings
from registry.interchange.rules.declared import profile_of
from registry.interchange.rules.profiles import Profile, UnitPart, fitted, recognise
from registry.interchange.rules.statements import wordings_of
from registry.kernel.dates import Order
from registry.kernel.errors import RuleBroken

GSA = ("Use Case Name", "Summary of Use Case", "Stage of System Development Life Cycle")
COLUMNS = ("Title", "Status", "Was macht es?", "Abteilung", "Live since", "Repo")


def mapped(text: str, columns: tuple[str, ...] = COLUMNS) -> Profile:
    profile, problems = profile_in(dedent(text).encode(), columns)
    assert problems == []
    assert profile is not None
    return profile


def objections(text: str, columns: tuple[str, ...] = COLUMNS) -> dict[str, str]:
    profile, problems = profile_in(dedent(text).encode(), columns)
    assert profile is None
    return {problem.entry: problem.message for problem in problems}


# Shipped


def test_every_shipped_profile_is_well_formed_and_has_a_name_of_its_own():
    ids = [profile.id for profile in profiles()]
    assert len(ids) == len(set(ids))
    assert {"omb_2024", "omb_2023", "omb_2025_cots", "atrs", "nyc_ll35", "generic"} <= set(ids)
    assert {"usda_2023", "dot_2023", "va_2023", "gsa_2023", "dol_2023"} <= set(ids)


@pytest.mark.parametrize(
    "profile", [each for each in profiles() if each.id != "generic"], ids=lambda each: each.id
)
def test_a_profile_knows_its_own_columns(profile: Profile):
    assert recognise(tuple(profile.recognises), profiles(), f"{profile.filename}_list.csv") is profile
    assert profile.title
    assert profile.refuses or profile.natural_key


def test_the_profile_that_knows_most_of_the_headings_is_taken():
    usda = (*GSA, "Use Case ID", "Agency", "Bureau / Department")
    found = recognise(usda, profiles(), "gsa.csv")
    assert found is not None
    assert found.id == "usda_2023"


def test_headings_anybody_might_use_need_a_file_name_that_tells_whose_they_are():
    assert recognise(GSA, profiles(), "GSA_Fed_Inv_2023_webtable.csv") is profile_named("gsa_2023")
    assert recognise(GSA, profiles(), "list.csv") is None
    assert recognise(GSA, profiles(), "bagsale.csv") is None


def test_headings_are_recognised_whatever_their_case_and_spaces():
    atrs = ("PUBLISHING_BODY", " tool_name", "Published", "url", "more")
    assert recognise(atrs, profiles()) is profile_named("atrs")


def test_a_profile_is_fitted_to_the_columns_a_file_has():
    atrs = profile_named("atrs")
    assert atrs is not None
    found = fitted(atrs, ("URL", "Tool_Name", "other"))
    assert found.columns_of("name") == ("Tool_Name",)
    assert found.columns_of("summary") == ()
    assert found.natural_key == ("URL",)
    assert found.unit == ()
    assert "No column describes the systems; their summaries say so." in found.remarks
    assert "No column names a unit." in found.remarks


def test_a_unit_may_be_a_name_that_holds_for_the_whole_file():
    dol = profile_named("dol_2023")
    assert dol is not None
    assert dol.unit == (UnitPart(constant="Department of Labor"),)


# Chosen for a file


def test_a_file_without_a_profile_is_read_by_the_usual_names_of_its_columns():
    found = choose_profile(("System", "Department", "Status", "Description", "Colour"), "list.csv")
    assert found.id == "generic"
    assert found.columns_of("name") == ("System",)
    assert found.columns_of("stage") == ("Status",)
    assert found.columns_of("summary") == ("Description",)
    assert found.unit == (UnitPart(column="Department"),)


def test_a_file_in_which_no_column_can_hold_a_name_is_refused_with_its_columns():
    with pytest.raises(RuleBroken, match="“Farbe”"):
        choose_profile(("Farbe", "Form"), "list.csv")


def test_an_unknown_profile_is_refused_with_those_there_are():
    with pytest.raises(RuleBroken, match="omb_2024"):
        choose_profile(("name",), "list.csv", "omb_1999")


def test_a_data_dictionary_is_no_inventory():
    with pytest.raises(RuleBroken, match="lists no systems"):
        choose_profile(("name", "type", "description", "constraints.required"), "dictionary.yaml")


def test_a_map_file_is_preferred_to_everything(tmp_path: Path):
    path = tmp_path / "map.yaml"
    path.write_text("name: Farbe\n", encoding="utf-8")
    assert choose_profile(("Farbe", "Form"), "list.csv", "omb_2024", path).columns_of("name") == ("Farbe",)
    path.write_text("name: Colour\n", encoding="utf-8")
    with pytest.raises(RuleBroken, match="no column “Colour”"):
        choose_profile(("Farbe", "Form"), "list.csv", map_file=path)


# Map files


def test_a_map_file_says_everything_a_profile_can_say():
    found = mapped("""
        id: our_list
        title: Our list
        natural_key: [Title, Abteilung]
        unit: [=Example AG, Abteilung]
        dates: day_first
        constants: {regions: Germany, autonomy: 2}
        name: title
        summary: [Was macht es?, Title]
        stage: {column: Status, words: {Produktiv: live, Yes: pilot, offen: null}}
        in_service_on: Live since
        links: [{column: Repo, label: Code}, Title]
        tags: Abteilung
        data_sources:
          - {name: Letters, column: Was macht es?, purpose: training}
        only_when: {column: Status, says: [Produktiv], otherwise: Not in use.}
        """)
    assert found.id == "our_list"
    assert found.columns_of("name") == ("Title",)
    assert found.columns_of("summary") == ("Was macht es?", "Title")
    assert found.natural_key == ("Title", "Abteilung")
    assert found.unit == (UnitPart(constant="Example AG"), UnitPart(column="Abteilung"))
    assert found.dates.order is Order.DAY_FIRST
    assert found.constants == {"regions": "Germany", "autonomy": 2}
    stage = next(each for each in found.fields if each.target == "stage")
    assert stage.words is not None
    assert (stage.words["produktiv"], stage.words["yes"], stage.words["offen"]) == ("live", "pilot", None)
    assert stage.words["operation and maintenance"] == "live"
    assert [each.label for each in found.fields if each.target == "links"] == ["Code", ""]
    assert found.data_sources[0].purpose == "training"
    assert found.only_when is not None
    assert found.only_when.says == {"produktiv"}


def test_fields_may_stand_under_a_heading_of_their_own():
    assert mapped("fields: {name: Title, out_of_scope_uses: Status}").columns_of("out_of_scope") == (
        "Status",
    )


@pytest.mark.parametrize(
    ("text", "entry", "says"),
    [
        ("summary: Status", "name", "Say which column holds the name"),
        ("name: Titel", "name", "Do you mean “Title”?"),
        ("name: Title\nsumary: Status", "sumary", "Do you mean “summary”?"),
        ("name: {label: x}", "name", "Name the column"),
        ("name: {column: Title, reader: x}", "name", "“reader” means nothing here"),
        ("name: {column: [[Title]]}", "name", "Name a column here, as text"),
        ("name: {column: Title, words: {a: b}}", "name", "for stage, kind, autonomy and tags only"),
        ("name: Title\nstage: {column: Status, words: [a]}", "stage", "Words are a table"),
        ("name: Title\nstage: {column: Status, words: {a: somewhere}}", "stage", "“somewhere” is no stage"),
        ("name: Title\nautonomy: {column: Status, words: {a: 9}}", "autonomy", "use 1, 2, 3, 4 or 5"),
        ("name: Title\nnatural_key: Number", "natural_key", "no column “Number”"),
        ("name: Title\nnatural_key: [Title, Title, Title, Title, Title, Title, Title]", "natural_key", "At most 6"),
        ("name: Title\nunit: [Unit]", "unit", "no column “Unit”"),
        ("name: Title\ndates: european", "dates", "day_first"),
        ("name: Title\nid: Our List", "id", "small letters"),
        ("name: Title\ntitle: [a]", "title", "one line"),
        ("name: Title\nnotes: [[a]]", "notes", "list of texts"),
        ("name: Title\nfields: [a]", "fields", "field: column"),
        ("name: Title\nconstants: a", "constants", "field: value"),
        ("name: Title\nconstants: {links: a}", "constants", "“links” is no field"),
        ("name: Title\nconstants: {regions: [a]}", "constants", "one value"),
        ("name: Title\nconstants: {stage: gone}", "stage", "“gone” is no stage"),
        ("name: Title\ndata_sources: [Title]", "data_sources", "name, column and purpose"),
        ("name: Title\ndata_sources: [{column: Title, purpose: fun}]", "data_sources", "“fun” is no purpose"),
        ("name: Title\ndata_sources: [{name: a}]", "data_sources", "Name the column"),
        ("name: Title\nonly_when: {column: Status}", "only_when", "column, says and otherwise"),
        ("[1, 2]", "", "list of entries"),
        ("name: [", "", "not valid YAML"),
        ("a: &a [*a]", "", "refers to itself"),
    ],
)  # fmt: skip
def test_each_mistake_in_a_map_file_is_named_where_it_stands(text: str, entry: str, says: str):
    assert says in objections(text)[entry]


def test_all_mistakes_are_told_at_once():
    assert set(objections("sumary: Status\nunit: Unit\ndates: x")) == {"sumary", "unit", "dates", "name"}


def test_a_map_file_that_is_too_large_or_no_text_is_refused():
    assert profile_in(b"#" * 300_000, COLUMNS)[1][0].message.startswith("A map file has at most")
    assert "UTF-8" in profile_in(b"name: \xff", COLUMNS)[1][0].message


def test_a_wording_table_with_a_value_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="no stage"):
        wordings_of({"stage": {"here": "there"}})


def test_a_document_made_for_any_file_needs_no_columns():
    profile, problems = profile_of({"name": "Whatever"}, wordings())
    assert problems == []
    assert profile is not None
    assert profile.columns_of("name") == ("Whatever",)
