"""The JSON API and its own document: every view says what it answers, and no reply in any test says anything else."""

import json
import re
from html.parser import HTMLParser

import pytest
from jsonschema import Draft202012Validator

from registry.kernel.scopes import SCOPES
from registry.web import describing
from registry.web.openapi import PREFIX, REFUSALS, document, operations
from tests.contract import Contract


@pytest.fixture
def told(app):
    return document(app, PREFIX, server=PREFIX)


def test_a_reply_that_is_not_in_the_document_fails_the_test_that_asked_for_it(app, cast, monkeypatch):
    """The check itself, which every test of the API stands under."""
    contract = Contract(app)
    notes = contract.known["annotations_api.notes", "GET"]
    page = notes["responses"]["200"]["content"]["application/json"]["schema"]["anyOf"][0]
    note = {
        "id": 1, "author": None, "written_at": "2026-11-02T09:30:00+00:00", "corrected_at": None,
        "withdrawn_at": None, "withdrawn_because": "", "body": "x",
    }  # fmt: skip
    assert [*contract.misfits(page, {"items": [note], "next": None})] == []
    assert len([*contract.misfits(page, {"items": [note | {"mood": "grim"}], "next": None})]) == 1
    assert len([*contract.misfits(page, {"items": [note | {"id": "1"}], "next": None})]) == 1
    monkeypatch.setitem(app.view_functions, "reference_api.openapi", lambda: ("", 418))
    with pytest.raises(AssertionError, match="418 is not documented"):
        app.test_client().get(f"{PREFIX}/openapi.json")


def test_the_application_does_not_start_with_a_view_that_does_not_say_what_it_answers(app, monkeypatch):
    monkeypatch.setitem(app.view_functions, "people_api.units", lambda: "")
    with pytest.raises(RuntimeError, match=re.escape("people_api.units")):
        describing.refuse_undescribed(app, PREFIX)


def test_every_operation_is_named_once_and_says_what_it_does_who_may_and_how_it_refuses(app, told):
    found = [each for verbs in told["paths"].values() for each in verbs.values()]
    assert len({each["operationId"] for each in found}) == len(found) == len([*operations(app, PREFIX)]) > 50
    for each in found:
        name = each["operationId"]
        assert each["summary"].endswith((".", ".)")), name
        scopes = {scope for one in each["security"] for scope in one["token"]}
        assert scopes <= set(SCOPES), name
        assert bool(scopes) == (name != "reference_openapi"), name
        assert all(parameter["description"] for parameter in each["parameters"]), name
        assert {"401", "403"} <= each["responses"].keys() or not scopes, name


def test_every_schema_is_one_and_every_reference_leads_somewhere(told):
    for name, schema in told["components"]["schemas"].items():
        Draft202012Validator.check_schema(schema)
        assert re.fullmatch(r"[A-Z][A-Za-z]+", name), name
    kinds = {"schemas": told["components"]["schemas"], "responses": told["components"]["responses"]}
    for kind, name in re.findall(r'"#/components/(\w+)/([^"]+)"', json.dumps(told)):
        assert name in kinds[kind], (kind, name)
    assert told["components"]["responses"].keys() == {str(status) for status in REFUSALS}


def test_every_example_fits_what_it_is_an_example_of(app, told):
    contract = Contract(app)
    examples = 0
    for operation in contract.known.values():
        for content in operation.get("requestBody", {}).get("content", {}).values():
            if "example" in content:
                examples += 1
                assert [*contract.misfits(content["schema"], content["example"])] == [], operation[
                    "operationId"
                ]
    assert examples > 10


def test_the_document_is_told_to_anybody_and_once(app):
    api = app.test_client()
    first = api.get(f"{PREFIX}/openapi.json")
    assert first.status_code == 200
    assert first.json["openapi"] == "3.1.0"
    assert first.json["paths"].keys() == {one.path for one in operations(app, PREFIX)}
    again = api.get(f"{PREFIX}/openapi.json", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


class Linked(HTMLParser):
    """The places of a page that can be led to, and where its links lead."""

    def __init__(self, page):
        super().__init__()
        self.places, self.links = [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.places += [given["id"]] if "id" in given else []
        self.links += [given["href"]] if tag == "a" else []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_pages_of_the_api_describe_all_of_it_and_every_link_among_them_leads_somewhere(
    app, client_of, cast, told
):
    client = client_of("mia")
    texts = {"/api": client.get("/api").text}
    for noun in {one["tags"][0] for verbs in told["paths"].values() for one in verbs.values()}:
        texts[f"/reference/{noun}"] = client.get(f"/reference/{noun}").text
    pages = {address: Linked(text) for address, text in texts.items()}
    # One page held all of it once: whatever led there still finds its place.
    index = set(pages["/api"].places)
    for one in operations(app, PREFIX):
        assert f"{one.verb} {one.path}" in texts["/api"]
        assert one.id in index
    assert index >= {f"shape-{name}" for name in told["components"]["schemas"]}
    followed = 0
    for address, page in pages.items():
        assert len(page.places) == len(set(page.places)), address
        for link in page.links:
            place, _, anchor = link.partition("#")
            if anchor and (place or address) in pages:
                followed += 1
                assert anchor in pages[place or address].places, (address, link)
    assert followed > 500


def test_what_the_guide_names_is_there(app):
    """docs/api.md tells what a document cannot; whatever address it names is an operation."""
    from tests.architecture.tree import ROOT

    guide = (ROOT / "docs/api.md").read_text(encoding="utf-8")
    there = {(one.verb, re.sub(r"{\w+}", "*", one.path)) for one in operations(app, PREFIX)}
    named = set(
        re.findall(r"`(GET|POST|PUT|PATCH|DELETE) (/(?!Users|Service|scim|schemas|as-of)[^\s`?]*)", guide)
    )
    assert len(named) > 15
    for verb, path in named:
        plain = re.sub(
            r"<\w+>|{\w+}|AI-\d+|DS-\d+|accuracy|iso-42001|(?<=/)\d+(\.\d+)?(?=/|$)",
            "*",
            path.removeprefix(PREFIX),
        )
        assert (verb, plain) in there, (verb, path)
