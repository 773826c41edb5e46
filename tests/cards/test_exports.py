"""The card in the formats of others: valid by their schemas, the same bytes again, honest about what is left out."""

import csv
import io
import json
from dataclasses import replace

import pytest
from hypothesis import given, settings

from registry.cards.render import to_markdown
from registry.cards.render.exports import FORMS, exported
from registry.cards.render.exports.documents import address
from registry.cards.rules.canonical import content_hash
from registry.interchange.queries import choose_profile
from registry.interchange.rules.drafting import draft_of
from registry.store.sheets import Row
from registry.systems.rules.record import Link, Stage
from tests.cards.sample import full, sparse
from tests.cards.schemas import header_and_body, problems
from tests.cards.strategies import ANY_FACTS, HOSTILE, QUICK


def made(name, facts):
    return exported(FORMS[name], facts).content


def document(name, facts):
    return json.loads(made(name, facts))


def omb_row(facts):
    [row] = csv.DictReader(io.StringIO(made("omb", facts).decode("utf-8-sig")))
    return row


def properties(facts):
    return {
        each["name"]: each["value"] for each in document("cyclonedx", facts)["components"][0]["properties"]
    }


def test_whatever_is_recorded_every_form_is_valid(real_data):
    @given(ANY_FACTS)
    # Each example is a whole record in four forms: half as many as elsewhere tell as much.
    @settings(QUICK, max_examples=settings.default.max_examples // 2)
    def holds(facts):
        for name, form in FORMS.items():
            content = form.make(facts)
            if name == "markdown":
                header, body = header_and_body(content)
                assert header["ai_registry"]["card_sha256"] == content_hash(facts)
                assert body == "\n" + to_markdown(facts)
            elif name == "omb":
                assert len(omb_row(facts)) == 62
            else:
                assert problems(real_data, name, content) == []

    holds()


@pytest.mark.parametrize("name", FORMS)
def test_the_same_facts_are_the_same_bytes(name):
    assert made(name, full()) == made(name, full())


@pytest.mark.parametrize("facts", [full(), sparse()], ids=["full", "sparse"])
@pytest.mark.parametrize("name", ["cyclonedx", "model-card-toolkit"])
def test_a_full_and_a_sparse_record_are_valid_by_the_official_schema(real_data, name, facts):
    assert problems(real_data, name, made(name, facts)) == []


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("cyclonedx", lambda made: made["components"][0]["externalReferences"][0].update(url="https://a b")),
        ("cyclonedx", lambda made: made["metadata"].update(timestamp="yesterday")),
        ("model-card-toolkit", lambda made: made["model_details"]["references"][0].update(reference="a b")),
    ],
)
def test_the_check_by_the_schema_minds_formats(real_data, name, spoil):
    # If it did not, the tests above could not fail for an address or an instant.
    spoiled = document(name, full())
    spoil(spoiled)
    assert problems(real_data, name, json.dumps(spoiled))


def test_the_header_holds_what_was_measured_and_invents_nothing():
    header, _ = header_and_body(made("markdown", full()))
    assert not {"license", "language", "datasets", "pipeline_tag"} & header.keys()
    [index] = header["model-index"]
    first, of_group = index["results"]
    assert index["name"] == "Claims triage"
    assert first["metrics"] == [
        {
            "type": "waiting-time",
            "value": 13,
            "name": "Waiting time of urgent claims",
            "args": {"unit": "hours", "low": 8.5},
        }
    ]
    assert of_group["dataset"]["args"]["group"] == "region north"
    assert header_and_body(made("markdown", sparse()))[0] == {
        "model_name": "Sentinel",
        "ai_registry": {
            "key": "AI-0002",
            "edition": "draft, not signed off",
            "stage": "proposed",
            "recorded_at": "2026-11-22T10:30:05.123456Z",
            "card_sha256": content_hash(sparse()),
        },
    }


def test_cyclonedx_holds_the_card_in_its_places_and_the_rest_as_properties():
    bom = document("cyclonedx", full())
    system, ledger, weather = bom["components"]
    assert bom["metadata"]["timestamp"] == "2026-11-22T16:05:09.000000Z"
    assert (system["type"], system["name"], system["version"]) == (
        "machine-learning-model",
        "Claims triage",
        "2026.3, 2026.4-rc",
    )
    assert system["externalReferences"] == [
        {"url": "https://git.halden.example/claims/triage", "type": "vcs", "comment": "Source code"}
    ]
    card = system["modelCard"]
    assert card["modelParameters"] == {
        "architectureFamily": "Gradient-boosted trees",
        # The weather warnings are read in operation; nothing was learned from them.
        "datasets": [{"ref": "DS-0001"}],
    }
    assert card["quantitativeAnalysis"]["performanceMetrics"][0] == {
        "type": "Waiting time of urgent claims (hours)",
        "value": "13.0",
        "confidenceInterval": {"lowerBound": "8.5"},
    }
    assert card["considerations"]["technicalLimitations"] == [
        "Photographs taken in the dark are read as less urgent."
    ]
    assert [each["groupAtRisk"] for each in card["considerations"]["fairnessAssessments"]] == ["sex: female"]
    assert ledger["data"][0]["governance"] == {
        "custodians": [{"contact": {"name": "IT operations"}}],
        "stewards": [{"contact": {"name": "Jonas Reuter"}}],
        "owners": [{"contact": {"name": "Klara Vogt"}}],
    }
    assert ledger["data"][0]["sensitiveData"] == ["Personal data"]
    used = {"properties": [{"name": "ai-registry:used-for", "value": "operational_input"}]}
    assert weather["data"] == [{"type": "dataset", "name": "Weather warnings", "contents": used}]
    assert bom["dependencies"][0] == {"ref": "AI-0001", "dependsOn": ["DS-0001", "DS-0003"]}
    told = properties(full())
    assert told["ai-registry:3.4:result-that-makes-us-stop"] == "Median wait above 12 hours in two quarters."
    assert "Ada Brandt" in told["ai-registry:2.1:who-answers-for-the-system"]


def test_another_record_is_another_cyclonedx_document():
    first, other = full(), replace(full(), tier=None)
    assert document("cyclonedx", first)["serialNumber"] != document("cyclonedx", other)["serialNumber"]


def test_an_address_that_is_none_is_told_and_not_linked():
    facts = full()
    facts = replace(facts, identity=replace(facts.identity, links=(Link("Wiki", "see the intranet"),)))
    assert "externalReferences" not in document("cyclonedx", facts)["components"][0]
    assert properties(facts)["ai-registry:link"] == "Wiki: see the intranet"


@pytest.mark.parametrize(
    ("typed", "uri"),
    [
        ("https://a.example/straße?q=1&r=2#top", "https://a.example/stra%C3%9Fe?q=1&r=2#top"),
        ("http://a.example:8080/x%20y", "http://a.example:8080/x%20y"),
        ("https://a.example/50%", None),
        ("javascript:alert(1)", None),
        ("https://user:secret@a.example/", None),
        *((each, None) for each in HOSTILE if not each.startswith("http")),
    ],
)
def test_only_what_every_reader_takes_for_an_address_becomes_one(typed, uri):
    assert address(typed) == uri


def test_the_toolkit_form_holds_every_value_as_text_and_cites_the_card():
    card = document("model-card-toolkit", full())
    assert card["schema_version"] == "0.0.2"
    assert card["model_details"]["owners"] == [{"name": "Ada Brandt", "contact": "ada.brandt@halden.example"}]
    assert card["model_details"]["version"] == {
        "name": "2026.3",
        "date": "2026-11-03",
        "diff": "Trained on the claims of the autumn.",
    }
    assert content_hash(full()) in card["model_details"]["citations"][0]["citation"]
    assert card["quantitative_analysis"]["performance_metrics"][1] == {
        "type": "Waiting time of urgent claims (hours)",
        "value": "9.5",
        "slice": "region north",
        "confidence_interval": {"lower_bound": "8.5"},
    }
    assert card["considerations"]["limitations"][1] == {
        "description": "Out of scope: It must not refuse or price a claim."
    }


def test_the_federal_row_stands_under_the_published_headings(real_data):
    with (real_data / "inventories" / "omb_2024_v1.csv").open(encoding="utf-8-sig", newline="") as file:
        published = next(csv.reader(file))
    row = omb_row(full())
    assert list(row) == published
    filled = {heading: cell for heading, cell in row.items() if cell}
    assert filled == {
        "2_use_case_name": "Claims triage",
        "3_agency": "Halden Mutual",
        "4_bureau": "Claims",
        "11_purpose_benefits": (
            "Sorts incoming claims by urgency.\n\nThe burst pipe waits behind two hundred scratched bumpers."
        ),
        "12_outputs": "In which order claims are opened.",
        "16_dev_stage": "Operation and Maintenance",
        "20_date_implemented": "6/1/2026",
        "23_contract_piids": "Contract 2024-118",
        "29_contains_pii": "Yes",
        "33_agency_data": "Claims ledger: Every claim since 2011.",
        "39_code_link": "https://git.halden.example/claims/triage",
        "54_key_risks": "Photographs taken in the dark are read as less urgent.",
        "57_autonomous_impact": "No - Some individual decisions or actions require direct human oversight.",
    }


def test_the_federal_row_is_read_back_by_the_import_of_such_inventories():
    row = omb_row(full())
    draft = draft_of(choose_profile(list(row), "omb.csv", None, None), Row(2, row))
    assert (draft.name, draft.stage, draft.unit) == ("Claims triage", Stage.LIVE, ("Halden Mutual", "Claims"))
    assert draft.problems == ()


def test_each_form_says_what_it_leaves_out():
    reports = {name: exported(form, full()).left_out for name, form in FORMS.items()}
    assert reports["markdown"] == reports["cyclonedx"] == ()
    assert "3.4 Result that makes us stop" in reports["model-card-toolkit"]
    assert "8.1 Newest values (in part)" in reports["model-card-toolkit"]
    assert "4.1a Intended purpose" in reports["omb"]
    assert "8.5 Known limitations" not in reports["omb"]
    # What is not stated cannot be left out.
    assert "3.4 Result that makes us stop" not in exported(FORMS["omb"], sparse()).left_out
