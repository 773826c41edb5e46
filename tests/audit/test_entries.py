"""The bytes of an entry: canonical, and strict about the one value that is parsed."""

import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from registry.audit.rules.entries import (
    FIRST_LINK,
    GONE,
    SCHEMA,
    commitment_of,
    digest_of,
    leaf_bytes,
    salt_from,
)
from registry.audit.rules.merkle import leaf_hash
from registry.kernel.canonical import canonical

NAMES = [
    "seq",
    "at",
    "event",
    "subject_kind",
    "subject_id",
    "system_id",
    "actor_id",
    "via",
    "request_id",
    "schema",
    "commitment",
    "prev_hash",
    "leaf_hash",
]
TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
NUMBER = st.none() | st.integers(-(2**53) + 1, 2**53 - 1)
WHOLE = st.integers(-(2**53) + 1, 2**53 - 1)
KINDS = dict.fromkeys(("subject_id", "system_id", "actor_id"), NUMBER) | {"seq": WHOLE, "schema": WHOLE}
ENTRY = st.tuples(*(KINDS.get(name, TEXT) for name in NAMES))
OBJECTS = st.lists(st.tuples(TEXT, NUMBER, TEXT).map(list), max_size=3)


@given(ENTRY, OBJECTS)
def test_a_leaf_is_the_canonical_json_of_all_columns_but_its_own_hash(entry, objects):
    said = dict(zip(NAMES, entry, strict=True)) | {"objects": objects}
    del said["leaf_hash"]
    assert leaf_bytes(entry, objects) == canonical(said) == rfc8785.dumps(said)


@given(ENTRY, OBJECTS)
def test_nothing_in_a_leaf_is_lost_on_the_way(entry, objects):
    read = json.loads(leaf_bytes(entry, objects))
    assert [read[name] for name in NAMES[:-1]] == list(entry[:-1])
    assert read["objects"] == objects


PLAIN = (1, "", "", "", None, None, None, "", "", 1, "", "", "")


@pytest.mark.parametrize(
    ("column", "value"), [(1, b"2026"), (4, "null"), (4, "7"), (4, 7.0), (4, b"7"), (9, None), (11, None)]
)
def test_a_value_that_is_not_of_its_columns_kind_has_no_leaf(column, value):
    """The text "null" in a number column must not pass for no value."""
    with pytest.raises(TypeError):
        leaf_bytes((*PLAIN[:column], value, *PLAIN[column + 1 :]), [])


@given(st.binary(min_size=16, max_size=16))
def test_a_salt_is_read_only_as_it_is_written(salt):
    written = salt.hex()
    assert salt_from(written) == salt
    for other in (f" {written}", f"{written} ", f"{written[:2]} {written[2:]}", written + "00", written[:-2]):
        assert salt_from(other) is None
    if written != written.upper():
        assert salt_from(written.upper()) is None


@pytest.mark.parametrize("value", [None, b"00" * 16, 5, "", "g" * 32])
def test_what_is_no_salt_is_none(value):
    assert salt_from(value) is None


def test_the_format_is_fixed_for_ever():
    """Golden values, computed with sha256sum: a change here makes every ledger already written fail."""
    salt = bytes(range(16))
    assert commitment_of(salt, '{"actor":"Ada"}') == (
        "d5467be6f5d54ff5edb3e7ff4f1059442758e28bcea69d4039b14febb106ab73"
    )
    assert digest_of(salt, GONE) == "b3c90c302cb82a04b25a748a0ba31a707f17c99d20c394ecab41da64fb0134b7"
    at, many_a = "2026-11-23T03:40:50.123456Z", "a" * 64
    entry = (1, at, "system.edited", "system", 12, None, 4, "session", 'Zoë "q"', SCHEMA, many_a, FIRST_LINK)
    assert leaf_hash(leaf_bytes(entry, [["system", 12, many_a]])).hex() == (
        "cb8f8714865bda8fcc7409e9a7044638a32bfd82bc6d9d7aeef9ca5410a9e1b1"
    )
