"""card.json: the same record gives the same bytes, and no byte depends on who asks or when."""

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
import rfc8785
from hypothesis import given, settings

from registry.cards.rules.canonical import SCHEMA, as_json, card_json, content_hash
from registry.cards.rules.facts import Origin
from registry.kernel import clock
from registry.kernel.canonical import canonical, sha256_hex
from tests.cards.sample import full, sparse
from tests.cards.strategies import ANY_FACTS, QUICK

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize(("name", "facts"), [("full", full()), ("sparse", sparse())])
def test_the_golden_record_has_its_golden_bytes(name, facts):
    # A difference here is a difference in a promised format: decide whether SCHEMA must change with it.
    assert card_json(facts) == (GOLDEN / f"{name}.json").read_bytes().rstrip(b"\n")


@given(ANY_FACTS)
@settings(QUICK, max_examples=60)
def test_any_facts_have_canonical_bytes_that_another_implementation_agrees_on(facts):
    data = card_json(facts)
    read = json.loads(data, parse_float=lambda text: pytest.fail(f"a float: {text}"))
    assert read["schema"] == SCHEMA
    assert rfc8785.dumps(read) == data == canonical(as_json(facts))
    assert content_hash(facts) == sha256_hex(data)


def test_the_hash_does_not_depend_on_the_time():
    with clock.frozen(datetime(2020, 1, 1).astimezone()):
        early = content_hash(full())
    assert content_hash(full()) == early


def test_the_same_instant_in_another_zone_is_the_same_record():
    elsewhere = full().origin.at.astimezone(timezone(timedelta(hours=5, minutes=45)))
    assert content_hash(replace(full(), origin=replace(full().origin, at=elsewhere))) == content_hash(full())


def test_numbers_keep_every_digit_and_what_is_not_stated_is_null():
    stated = as_json(full())
    assert stated["objective"]["expected_value"] == "1400000.00"
    assert stated["metrics"][0]["baseline"] == "31.0"
    assert stated["use"]["volume_per_day"] == 0
    assert stated["metrics"][1]["baseline"] is None
    assert stated["metrics"][1]["unit"] is None
    assert as_json(sparse())["objective"] is None
    assert as_json(sparse())["sources"] == []


def test_one_digit_more_or_less_is_another_record():
    metric = full().metrics[0]
    other = replace(full(), metrics=(replace(metric, baseline=Decimal("31.00")), full().metrics[1]))
    assert content_hash(other) != content_hash(full())


def test_every_part_of_the_facts_reaches_the_hash():
    whole = full()
    changed = [
        replace(whole, origin=Origin(20418, whole.origin.at, whole.origin.leaf, 34, 12)),
        replace(whole, criteria=whole.criteria[:-1]),
        replace(whole, tier=None),
        replace(whole, objective=None),
        replace(whole, metrics=whole.metrics[::-1]),
        replace(whole, retired_metrics=()),
        replace(whole, realised=()),
        replace(whole, sources=()),
        replace(whole, versions=()),
        replace(whole, alerts=()),
        replace(whole, dependencies=whole.dependencies[:1]),
        replace(whole, feedback=None),
        replace(whole, attributes=whole.attributes[1:]),
        replace(whole, calibration=()),
        replace(whole, drift=whole.drift[1:]),
        replace(whole, without_baseline=0),
        replace(whole, assurance=replace(whole.assurance, months=6)),
        replace(whole, since=None),
        replace(whole, metrics=(replace(whole.metrics[0], latest=None), whole.metrics[1])),
        replace(whole, use=replace(whole.use, volume_per_day=None)),
        replace(whole, ownership=replace(whole.ownership, unit="")),
        replace(whole, identity=replace(whole.identity, name="Another")),
        replace(whole, pack=replace(whole.pack, edition="2027.1")),
    ]
    assert len({content_hash(each) for each in [whole, *changed]}) == len(changed) + 1
