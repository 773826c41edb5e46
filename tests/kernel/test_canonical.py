import hashlib
import json
from decimal import Decimal
from enum import IntEnum, StrEnum

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from registry.kernel.canonical import LARGEST_INTEGER, canonical, sha256_hex

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
# Keys around the one place where code points and UTF-16 units sort differently.
EDGE_KEYS = st.text(
    st.sampled_from("a\u20ac\ud7ff\ue000\ufb33\uffff\U00010000\U0001f600\U0010ffff"), max_size=3
)
LEAVES = st.none() | st.booleans() | st.integers(-LARGEST_INTEGER, LARGEST_INTEGER) | TEXT
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=6) | st.dictionaries(TEXT | EDGE_KEYS, inner, max_size=6)
)


@given(VALUES)
def test_the_text_is_the_one_an_independent_implementation_writes(value):
    assert canonical(value) == rfc8785.dumps(value)


@given(VALUES)
def test_reading_the_text_back_gives_the_value_and_the_same_text_again(value):
    again = json.loads(canonical(value))
    assert again == value
    assert canonical(again) == canonical(value)


@given(st.dictionaries(EDGE_KEYS, st.integers(0, 9), max_size=8), st.randoms())
def test_the_order_in_which_keys_were_put_in_does_not_matter(value, random):
    keys = list(value)
    random.shuffle(keys)
    assert canonical({key: value[key] for key in keys}) == canonical(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({}, b"{}"),
        ([], b"[]"),
        (None, b"null"),
        (
            [True, False, 0, -1, LARGEST_INTEGER, -LARGEST_INTEGER],
            b"[true,false,0,-1,9007199254740991,-9007199254740991]",
        ),
        ({"b": 1, "a": {"d": [], "c": ""}}, b'{"a":{"c":"","d":[]},"b":1}'),
        ({"10": 0, "9": 0, "A": 0, "a": 0, "": 0}, b'{"":0,"10":0,"9":0,"A":0,"a":0}'),
        ("a/b<script>\u007f\u2028", '"a/b<script>\u007f\u2028"'.encode()),
        ('"\\\b\f\n\r\t\x00\x1f', b'"\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001f"'),
        ((1, (2,)), b"[1,[2]]"),
    ],
)
def test_known_values_have_known_texts(value, text):
    assert canonical(value) == text


def test_the_sorting_example_of_the_standard_comes_out_in_its_order():
    # RFC 8785, section 3.2.3: the expected order of the values.
    value = {
        "\u20ac": "Euro Sign",
        "\r": "Carriage Return",
        "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One",
        "\U0001f600": "Emoji: Grinning Face",
        "\u0080": "Control",
        "\u00f6": "Latin Small Letter O With Diaeresis",
    }
    assert list(json.loads(canonical(value)).values()) == [
        "Carriage Return",
        "One",
        "Control",
        "Latin Small Letter O With Diaeresis",
        "Euro Sign",
        "Emoji: Grinning Face",
        "Hebrew Letter Dalet With Dagesh",
    ]


def test_plain_sorting_would_get_the_example_wrong():
    keys = ["\ufb33", "\U0001f600"]
    assert json.dumps(dict.fromkeys(keys), sort_keys=True, ensure_ascii=False).encode() != canonical(
        dict.fromkeys(keys)
    )


def test_a_recorded_hash_never_changes():
    # A hash in an old ledger must be found again by every later release.
    value = {
        "system": "AI-0042",
        "owner": "Zoë Ångström",
        "tier": None,
        "targets": ["0.90", 3],
        "🧭": {"é": True},
    }
    assert sha256_hex(canonical(value)) == "e9b969d8ca076cbd40d8335e0bf43bc62419fe1183faca6947f3ffe891e1f7d7"


def test_the_hash_of_nothing_is_the_well_known_one():
    assert sha256_hex(b"") == hashlib.sha256().hexdigest()
    assert sha256_hex(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_enumerations_count_as_the_values_they_hold():
    class Tier(StrEnum):
        HIGH = "high"

    class Level(IntEnum):
        THREE = 3

    assert canonical({Tier.HIGH: [Tier.HIGH, Level.THREE]}) == b'{"high":["high",3]}'


@pytest.mark.parametrize(
    "value", [1.0, 0.1, float("nan"), float("inf"), Decimal("1.5"), b"x", {1, 2}, object()]
)
@pytest.mark.parametrize("wrap", [lambda v: v, lambda v: [v], lambda v: {"a": [{"b": v}]}])
def test_a_value_without_one_agreed_text_is_refused(value, wrap):
    with pytest.raises(TypeError, match="no canonical form"):
        canonical(wrap(value))


@pytest.mark.parametrize("key", [1, None, True, 1.5, b"a", ("a",)])
def test_a_key_that_is_not_text_is_refused(key):
    with pytest.raises(TypeError, match="not text"):
        canonical([{"\U0001f600": 0, key: 1}])


@pytest.mark.parametrize("number", [2**53, -(2**53), 10**400])
def test_a_whole_number_that_readers_would_round_is_refused(number):
    with pytest.raises(ValueError, match="carry it as text"):
        canonical({"n": number})


@pytest.mark.parametrize(
    "value", ["\ud800", {"\udfff": 1}, ["ok", "a\udc00b"], {"\ud83d\U0001f600": "\U0001f600"}]
)
def test_a_lone_surrogate_is_refused_with_its_name(value):
    with pytest.raises(ValueError, match=r"lone surrogate U\+D"):
        canonical(value)


def test_a_value_that_holds_itself_is_refused():
    value: list[object] = []
    value.append(value)
    with pytest.raises(ValueError, match="nested too deeply"):
        canonical(value)


def test_very_deep_nesting_is_refused_not_a_crash():
    value: object = 1
    for _ in range(100_000):
        value = [value]
    with pytest.raises(ValueError, match="nested too deeply"):
        canonical(value)
