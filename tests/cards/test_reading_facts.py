"""card.json is read back into the facts it was made of, and nothing else passes for one."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.cards.rules.canonical import card_json
from registry.cards.rules.reading import NotACard, facts_from
from tests.cards.sample import full
from tests.cards.schemas import card_problems
from tests.cards.strategies import ANY_FACTS, QUICK


@QUICK
@given(ANY_FACTS)
def test_any_card_is_read_back_as_it_was_and_is_valid_by_the_published_schema(facts):
    assert facts_from(card_json(facts)) == facts
    assert card_problems(card_json(facts)) == []


@QUICK
@given(st.data())
def test_a_card_with_any_bit_turned_is_another_card_or_none(data):
    written = bytearray(card_json(full()))
    place = data.draw(st.integers(0, len(written) - 1))
    written[place] ^= 1 << data.draw(st.integers(0, 7))
    try:
        facts = facts_from(bytes(written))
    except NotACard:
        return
    assert card_json(facts) == bytes(written)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda told: told.pop("schema"),
        lambda told: told.update(schema="ai-registry/card/2"),
        lambda told: told.update(more=1),
        lambda told: told.pop("identity"),
        lambda told: told["identity"].update(stage="flying"),
        lambda told: told["origin"].update(seq="1"),
        lambda told: told["origin"].update(seq=True),
        lambda told: told.update(metrics={}),
        lambda told: told["identity"].update(registered_at="yesterday"),
        lambda told: told["identity"].update(summary=""),
    ],
)
def test_what_is_no_card_of_this_schema_is_refused_with_the_place(spoil):
    told = json.loads(card_json(full()))
    spoil(told)
    with pytest.raises(NotACard):
        facts_from(json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode())


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{", b"\xff", b"[" * 100_000, b'{"schema":1}', card_json(full()) + b"\n"]
)
def test_what_is_no_such_document_at_all_is_refused(data):
    with pytest.raises(NotACard):
        facts_from(data)
