"""The published schema of card.json: it takes every card, refuses what is none, and cannot drift from the facts."""

import json
from dataclasses import dataclass, field, make_dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from registry.cards import commands
from registry.cards.rules import schema as rules
from registry.cards.rules.canonical import card_json
from registry.cards.rules.facts import CardFacts
from registry.cards.rules.schema import card_schema, schema_json
from registry.settings import Settings
from registry.store.commandkit import House
from tests.cards.sample import full, sparse
from tests.cards.schemas import card_problems, faults_of_schema

GOLDEN = Path(__file__).parent / "golden" / "card-1.schema.json"
AT = "https://registry.example.org"


def test_the_schema_is_the_golden_one_and_valid_itself():
    # A difference here is a difference in a promised format: decide whether SCHEMA must change with it, then write the
    # file anew with "registry card schema --out", REGISTRY_BASE_URL=https://registry.example.org.
    assert schema_json(f"{AT}/").decode() == GOLDEN.read_text("utf-8")
    told = json.loads(GOLDEN.read_text("utf-8"))
    assert faults_of_schema(told) == []
    assert told["$id"] == f"{AT}/schemas/card-1.json"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda told: told.update(schema="ai-registry/card/2"),
        lambda told: told.update(more=1),
        lambda told: told.pop("identity"),
        lambda told: told["identity"].update(title=told["identity"].pop("name")),
        lambda told: told["identity"].update(stage="flying"),
        lambda told: told["identity"].update(summary=""),
        lambda told: told["identity"].update(in_service_on="2026-02-30"),
        lambda told: told["identity"].update(registered_at="2026-02-30T10:00:00.000000Z"),
        lambda told: told["origin"].update(seq="1"),
        lambda told: told["origin"].update(at="2026-11-22T16:05:09Z"),
        lambda told: told["metrics"][0].update(target=6.5),
        lambda told: told["metrics"][0].update(target="six"),
        lambda told: told.update(metrics={}),
    ],
)
def test_what_is_no_such_card_is_refused(spoil):
    told = json.loads(card_json(full()))
    spoil(told)
    assert card_problems(json.dumps(told))


def test_a_field_that_is_renamed_or_of_another_type_is_seen(monkeypatch):
    @dataclass(frozen=True)
    class Renamed(CardFacts):
        """The same with one field of another name, and one of another type."""

        risk_tier: str = ""
        without_baseline: str = ""

    monkeypatch.setattr(rules, "CardFacts", Renamed)
    assert schema_json(AT).decode() != GOLDEN.read_text("utf-8")
    says = card_problems(card_json(full()), card_schema(AT))
    assert says == ["2 is not of type 'string', 'null'"]


def test_facts_that_have_no_form_or_share_a_name_are_refused(monkeypatch):
    other = make_dataclass("Identity", [("key", str)])
    for kind, says in ((float, "no form"), (other, "one name")):
        odd = make_dataclass("Odd", [("odd", kind, field(default=None))], bases=(CardFacts,), frozen=True)
        monkeypatch.setattr(rules, "CardFacts", odd)
        with pytest.raises(TypeError, match=says):
            card_schema(AT)


def test_anybody_gets_it_at_its_own_address_and_asks_whether_it_is_still_so(app):
    app.config["REGISTRY_BASE_URL"] = AT
    anybody = app.test_client()
    reply = anybody.get("/schemas/card-1.json")
    assert (reply.status_code, reply.mimetype) == (200, "application/schema+json")
    assert reply.json["$id"] == AT + reply.request.path
    assert reply.headers["Cache-Control"] == "no-cache"
    again = anybody.get("/schemas/card-1.json", headers={"If-None-Match": reply.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert 'href="/schemas/card-1.json"' in anybody.get("/verify").text


def test_the_command_prints_it_or_writes_it_without_a_database(tmp_path):
    def nowhere():
        raise AssertionError("no database is needed")

    def typed(*words):
        house = House(Settings(data_dir=tmp_path, base_url=AT), nowhere)
        return CliRunner().invoke(commands.card, ["schema", *words], obj=house).stdout

    place = tmp_path / "card.schema.json"
    assert typed() == typed("--json") == GOLDEN.read_text("utf-8")
    assert json.loads(typed("--out", str(place), "--json"))["file"] == str(place)
    assert place.read_bytes() == GOLDEN.read_bytes()
    assert [card_problems(card_json(each)) for each in (full(), sparse())] == [[], []]
