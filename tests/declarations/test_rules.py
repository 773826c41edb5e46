"""A file is read strictly and written the same way each time; a plan tells whose each field is."""

import json
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from registry.declarations.rules.declared import Declared
from registry.declarations.rules.files import read
from registry.declarations.rules.plan import Does, Standing, changed_since, digest_of, plan_of
from registry.declarations.rules.reading import documents
from registry.declarations.rules.schema import schema
from registry.declarations.rules.writing import joined, written
from registry.kernel.errors import RuleBroken
from registry.kernel.text import clean
from tests.declarations.files import LETTERS, SCANS

HEAD = "registry: 1\nid: a\n"


def refused(text):
    with pytest.raises(RuleBroken) as broken:
        read([("registry.yaml", text)])
    return [(each.field, each.message) for each in broken.value.problems]


@pytest.mark.parametrize(
    ("text", "field", "says"),
    [
        ("id: a\n", "registry", "registry: 1"),
        ("registry: 1\nid: A b\n", "id", "line 2"),
        (HEAD + "nmae: x\n", "nmae", "Did you mean name?"),
        (HEAD + "name: x\nname: y\n", "", "stands here twice. (registry.yaml, line 4)"),
        (HEAD + "name: &x y\n", "", "anchors"),
        (HEAD + "name: !!str y\n", "", "tag"),
        (HEAD + "kind: [model]\n", "kind", "one value"),
        (HEAD + "kind: robot\n", "kind", "model, general_purpose"),
        (HEAD + "key: 42\n", "key", "AI-0042"),
        (HEAD + "affected_count: -1\n", "affected_count", "whole number"),
        (HEAD + "in_service_on: 31.12.2026\n", "in_service_on", "2026-11-03"),
        (HEAD + "objective:\n  expected_value: 1e400\n", "objective.expected_value", "line 4"),
        (HEAD + "metrics:\n  - name: x\n", "metrics.0.slug", "Give it"),
        (HEAD + "metrics: none\n", "metrics", "list"),
        (HEAD + "tags:\n  - [a]\n", "tags.0", "one value"),
        (HEAD + "tags:\n  -\n", "tags.0", "line of text"),
        (HEAD + "links:\n  - Code\n", "links.0", "mapping"),
        (HEAD + 'name: "a\\0b"\n', "name", "U+0000"),
        ("- a\n", "", "mapping"),
        ("{", "", "not YAML"),
        ("[" * 100_000, "", "levels deep"),
        ("", "files", "holds nothing"),
        ("? [a]\n: b\n", "", "A name is a text"),
    ],
)  # fmt: skip
def test_what_is_written_otherwise_is_refused_with_its_field_and_line(text, field, says):
    found = refused(text)
    assert any(name == field and says in message for name, message in found), found


def test_every_objection_of_every_file_is_told_at_once():
    with pytest.raises(RuleBroken) as broken:
        read([("a.yaml", HEAD + "kind: x\nautonomy: y\n"), ("b.yaml", "registry: 2\nid: b\n")])
    places = {each.field: each.message.rpartition("(")[2] for each in broken.value.problems}
    assert places == {"kind": "a.yaml, line 3)", "autonomy": "a.yaml, line 4)", "registry": "b.yaml, line 1)"}


def test_what_was_written_is_read_as_the_same_and_written_as_the_same_bytes():
    found = read([("registry.yaml", joined([LETTERS, SCANS]))])
    assert [each.id for each in found] == ["letter-sorter", "scan-reader"]
    assert [written(each) for each in found] == [LETTERS, SCANS]
    assert found[0].values["objective.expected_value"] == Decimal("120000.5")


def storable(text):
    try:
        return clean(text)
    except ValueError:
        return ""


TEXTS = st.text(max_size=60).map(storable)
HARD = st.sampled_from(["yes", "null", "~", "1e3", "- a", "a: b", "a #b", "|", "a\n\n  b\n\tc", "a\n \nb", "x\u2028y", "\ufeffx", "a\\b", '"', "'"])  # fmt: skip


@given(TEXTS | HARD, TEXTS | HARD, st.decimals("-1000", "1000", places=4))
def test_any_text_comes_back_as_it_was_and_means_the_same_to_other_readers(line, text, number):
    line = " ".join(line.split())
    values = {"name": line, "description": text, "objective.expected_value": number}
    told = written(
        Declared(
            "",
            "a",
            values=values,
            items={"dependencies": [{"direction": "upstream", "service": line or "x"}]},
        )
    )
    [back] = read([("registry.yaml", told)])
    assert {name: back.values.get(name, "") for name in ("name", "description")} == {
        "name": line,
        "description": text,
    }
    assert back.values["objective.expected_value"] == number
    plain = yaml.safe_load(told)
    assert (plain.get("name", ""), plain.get("description", "")) == (line, text)
    assert written(back) == told


def plan(declared, now, last):
    return plan_of("a", "AI-0001", declared, now, last)


def test_a_file_owns_what_it_states_and_people_the_rest():
    now = Standing(
        {"name": "Old", "technique": "Trees", "modality": ""},
        {"metrics": {"hits": {"slug": "hits", "name": "Hits", "target": None}}},
    )
    found = plan(Standing({"name": "New"}), now, None)
    assert [(each.field, each.before, each.after, each.changed_since) for each in found.steps] == [
        ("name", "Old", "New", False)
    ]
    assert found.kept == ("technique", "metrics.hits")


@pytest.mark.parametrize(
    ("declared", "now", "last", "steps"),
    [
        ("A", "A", "A", []),
        ("B", "A", "A", [False]),
        ("A", "B", "A", [True]),
        ("C", "B", "A", [True]),
        ("B", "B", "A", []),
        ("B", "A", None, [False]),
    ],
)
def test_what_people_changed_since_the_file_set_it_is_told_apart(declared, now, last, steps):
    before = Standing({"name": last}) if last else None
    found = plan(Standing({"name": declared}), Standing({"name": now}), before)
    assert [each.changed_since for each in found.steps] == steps


def test_what_a_list_states_no_longer_ends_and_what_it_never_stated_stays():
    thing = {"slug": "x", "name": "X", "target": Decimal("0.50")}
    now = Standing({}, {"metrics": {"a": thing, "b": thing, "c": thing}})
    last = Standing({}, {"metrics": {"a": {"target": "0.5"}, "b": {"target": "0.5"}, "gone": {}}})
    found = plan(Standing({}, {"metrics": {"a": {"target": Decimal("0.5")}, "d": {"name": "D"}}}), now, last)
    assert [(each.does, each.field) for each in found.steps] == [
        (Does.END, "metrics.b"),
        (Does.ADD, "metrics.d.name"),
    ]
    assert found.kept == ("metrics.c",)
    # A list that is not stated any more is let go whole, and that is said.
    whole = plan(Standing(), now, last)
    assert whole.steps == ()
    assert [each for each in whole.remarks if "metrics: []" in each]


@pytest.mark.parametrize(("last", "is_drifted"), [("0.5", False), ("0.4", True)])
def test_what_people_changed_since_is_not_ended_unasked(last, is_drifted):
    now = Standing({}, {"metrics": {"a": {"slug": "a", "name": "A", "target": Decimal("0.50")}}})
    before = Standing({}, {"metrics": {"a": {"target": last}}})
    (step,) = plan(Standing({}, {"metrics": {}}), now, before).steps
    assert (step.does, step.changed_since) == (Does.END, is_drifted)


def test_who_answers_for_a_new_system_is_part_of_the_plan():
    one, other = (plan_of("a", "", Standing({"name": "A"}), None, None, owner=who) for who in ("ada", "ben"))
    assert digest_of([one]) != digest_of([other])
    assert [each for each in one.remarks if "ada becomes its accountable owner" in each]


def test_thousands_of_mistakes_are_not_all_told():
    many = HEAD + "".join(f"wrong{number}: 1\n" for number in range(5_000))
    assert len(refused(many)) <= 100
    # Documents of one id are found out at once, however many there are.
    with pytest.raises(RuleBroken, match="Apply at most 500 documents at once"):
        read((f"{number}.yaml", "---\n".join([HEAD] * 300)) for number in range(2))


def test_what_was_changed_since_is_listed_for_the_page():
    last = Standing({"name": "A", "autonomy": 2}, {"metrics": {"a": {"target": "0.5"}, "b": {"target": "1"}}})
    now = Standing({"name": "B", "autonomy": 2}, {"metrics": {"a": {"target": Decimal("0.6")}}})
    assert changed_since(last, now) == ["name", "metrics.a.target", "metrics.b"]


def test_a_digest_is_another_one_whenever_what_would_be_done_is():
    one, other = (plan(Standing({"name": "B"}), Standing({"name": name}), None) for name in "AC")
    assert digest_of([one]) == digest_of([one]) != digest_of([other])


def test_the_published_schema_takes_what_is_read_and_refuses_what_is_not():
    found = schema("https://registry.example.org/")
    check = jsonschema.Draft202012Validator(found, format_checker=jsonschema.FormatChecker())
    plain = yaml.load(LETTERS, Loader=yaml.BaseLoader)
    plain |= {"registry": 1, "autonomy": 2}
    assert [each.message for each in check.iter_errors(plain)] == []
    for wrong in (
        {"nmae": "x"},
        {"kind": "robot"},
        {"metrics": [{"name": "x"}]},
        {"id": "A b"},
        {"links": [{"url": "x"}]},
        {"tags": [{"tag": "x"}]},
    ):
        assert not check.is_valid(plain | wrong), wrong


def test_the_schema_and_the_example_in_the_documents_are_of_this_release():
    docs = Path(__file__).parents[2] / "docs"
    shipped = json.loads((docs / "examples" / "registry-1.schema.json").read_text())
    assert shipped == schema("https://registry.example.org")
    example = (docs / "examples" / "registry.yaml").read_text()
    [found] = read([("registry.yaml", example)])
    assert found.owner
    assert documents(example, "registry.yaml")
