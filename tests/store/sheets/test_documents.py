"""JSON, JSON lines and YAML: records found, nesting flattened, nothing constructed and nothing dropped."""

import json

import pytest

from registry.store.sheets import Limits, Row, Sheet, SheetRefused, read


def opened(text: str, filename: str = "list.json", **options: object) -> tuple[Sheet, list[Row]]:
    sheet = read(text.encode(), filename, **options)
    return sheet, list(sheet.rows)


def test_a_list_of_objects_is_a_sheet_with_every_field_seen():
    sheet, found = opened('[{"name": "Alpha"}, {"name": "Beta", "unit": "North"}]')
    assert sheet.columns == ("name", "unit")
    assert [row.cells for row in found] == [{"name": "Alpha", "unit": ""}, {"name": "Beta", "unit": "North"}]
    assert [row.number for row in found] == [1, 2]
    assert all(row.problems == () for row in found)


def test_an_object_that_holds_one_list_gives_that_list():
    sheet, found = opened('{"meta": {"count": 2}, "records": [{"name": "Alpha"}, {"name": "Beta"}]}')
    assert len(found) == 2
    assert sheet.sheet_names == ("records",)
    assert sheet.warnings == ()


def test_a_list_inside_an_object_inside_an_object_is_found():
    assert len(opened('{"result": {"records": [{"name": "Alpha"}]}}')[1]) == 1


def test_of_several_lists_the_longest_is_read_and_the_others_are_told():
    text = '{"units": [{"u": 1}], "systems": [{"name": "Alpha"}, {"name": "Beta"}]}'
    sheet, found = opened(text)
    assert [row.cells["name"] for row in found] == ["Alpha", "Beta"]
    assert "“units”" in sheet.warnings[0]
    assert opened(text, sheet="units")[0].columns == ("u",)
    with pytest.raises(SheetRefused, match="units, systems"):
        opened(text, sheet="people")


def test_an_object_without_a_list_is_one_record():
    sheet, found = opened('{"name": "Alpha", "tags": ["a", "b"]}')
    assert found[0].cells == {"name": "Alpha", "tags": "a; b"}
    assert "one record" in sheet.warnings[0]


def test_nested_values_get_dotted_names_and_lists_are_joined():
    _, found = opened(
        '[{"owner": {"name": "Ann", "at": {"unit": "N"}}, "tags": ["a", 2], "data": [{"x": 1}], "e": {}}]'
    )
    assert found[0].cells == {
        "owner.name": "Ann", "owner.at.unit": "N", "tags": "a; 2", "data": '[{"x": "1"}]', "e": "",
    }  # fmt: skip


def test_numbers_truth_and_null_are_kept_as_they_are_written():
    _, found = opened(
        '[{"name": "A", "n": 1.50, "big": 123456789012345678901234567890, "t": true, "z": null, "i": 007}]'.replace(
            "007", "7"
        )
    )
    assert list(found[0].cells.values()) == ["A", "1.50", "123456789012345678901234567890", "true", "", "7"]


def test_a_field_name_given_twice_keeps_both_values():
    sheet, found = opened('[{"name": "Alpha", "name": "Beta"}]')
    assert found[0].cells == {"name": "Alpha", "name (2)": "Beta"}
    assert "twice" in sheet.warnings[0]


def test_names_that_meet_when_flattened_keep_both_values():
    _, found = opened('[{"a.b": 1, "a": {"b": 2}}]')
    assert sorted(found[0].cells.values()) == ["1", "2"]


def test_an_entry_that_is_no_object_is_a_refused_row():
    _, found = opened('[{"name": "Alpha"}, "stray", [1, 2], {"name": "Beta"}, {"name": "Gamma"}]')
    assert [row.refused for row in found] == [False, True, True, False, False]
    assert [row.number for row in found] == [1, 2, 3, 4, 5]


def test_half_a_character_and_a_nul_in_json_are_told():
    _, found = opened('[{"name": "A\\ud800", "n": "x"}, {"name": "B\\u0000", "n": "y"}]')
    assert found[0].cells["name"] == "A\ufffd"
    assert not found[0].refused
    assert found[1].refused


@pytest.mark.parametrize("text", ["[]", "{}", "[1, 2]", '"name"', "3", "null", "[[]]", '["a"]'])
def test_a_document_without_records_is_refused(text: str):
    with pytest.raises(SheetRefused):
        read(text.encode(), "list.json")


def test_broken_json_is_refused_with_its_line():
    with pytest.raises(SheetRefused, match="line 2"):
        read(b'[{"name": "Alpha"},\n {"name" "Beta"}]', "list.json")


def test_json_without_a_telling_name_is_found_by_its_first_character():
    assert opened('[{"name": "Alpha"}]', "upload")[0].kind == "json"


# JSON lines


def test_json_lines_are_read_and_a_bad_line_is_a_refused_row():
    sheet, found = opened('{"name": "Alpha"}\n\n{"name": "Be\n{"name": "Gamma", "n": 1}\n', "list.jsonl")
    assert sheet.columns == ("name", "n")
    assert [(row.number, row.refused) for row in found] == [(1, False), (3, True), (4, False)]


def test_json_lines_under_the_name_json_are_noticed():
    assert [row.cells["name"] for row in opened('{"name": "Alpha"}\n{"name": "Beta"}\n')[1]] == [
        "Alpha",
        "Beta",
    ]


# YAML


def test_yaml_scalars_stay_text():
    text = "- name: no\n  day: 2023-07-01\n  n: 007\n  null: ~\n  quoted: 'null'\n  list: [a, yes]\n"
    sheet, found = opened(text, "list.yaml")
    assert sheet.columns == ("name", "day", "n", "(no name)", "quoted", "list")
    assert list(found[0].cells.values()) == ["no", "2023-07-01", "007", "", "null", "a; yes"]


def test_yaml_tags_construct_nothing():
    _, found = opened(
        "- name: !!python/object/apply:os.system ['echo gone']\n  x: !!binary aGk=\n", "list.yml"
    )
    assert found[0].cells == {"name": "echo gone", "x": "aGk="}


def test_yaml_under_one_key_is_found():
    assert [
        row.cells["name"] for row in opened("systems:\n  - name: Alpha\n  - name: Beta\n", "list.yaml")[1]
    ] == [
        "Alpha",
        "Beta",
    ]


def test_a_few_yaml_aliases_are_followed():
    _, found = opened("- &a {unit: North}\n- name: Alpha\n  of: *a\n", "list.yaml")
    assert found[1].cells == {"unit": "", "name": "Alpha", "of.unit": "North"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: &a [*a]", "refers to itself"),
        ("- *nothing", "not given"),
        ("- name: [", "not valid YAML"),
        ("- name: a\n---\n- name: b\n", "several YAML documents"),
        ("? [a, b]\n: c\n", "field name"),
        ("- name: 'a\x07b'", "characters YAML does not allow"),
        ("[" * 100_000, "nested too deeply"),
        ("- " * 5_000 + "a", "nested too deeply"),
    ],
)
def test_yaml_that_is_not_a_list_of_records_is_refused_in_plain_words(text: str, says: str):
    with pytest.raises(SheetRefused, match=says):
        read(text.encode(), "list.yaml")


def test_a_yaml_alias_bomb_is_refused():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    with pytest.raises(SheetRefused, match="by reference"):
        read("\n".join(lines).encode(), "list.yaml")


def test_a_document_of_too_many_values_is_refused_before_it_is_parsed():
    with pytest.raises(SheetRefused, match="more than 100 values"):
        read(json.dumps([{}] * 101).encode(), "list.json", limits=Limits(document_values=100))
    with pytest.raises(SheetRefused, match="more than 100 values"):
        read(b"- {}\n" * 101, "list.yaml", limits=Limits(document_values=100))
