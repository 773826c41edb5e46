"""The Merkle tree against published values and against the definition."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.audit.rules.merkle import Frontier, leaf_hash

# The leaves and roots of Certificate Transparency's reference implementation.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    4: "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


def root_of(leaves: list[bytes]) -> str:
    frontier = Frontier()
    for leaf in leaves:
        frontier.add(leaf_hash(leaf))
    return frontier.root().hex()


def by_definition(leaves: list[bytes]) -> bytes:
    """RFC 9162, 2.1.1, word for word: split at the largest power of two below the size."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\x01" + by_definition(leaves[:split]) + by_definition(leaves[split:])).digest()


@pytest.mark.parametrize("size", ROOTS)
def test_the_root_is_the_published_one(size):
    assert root_of(LEAVES[:size]) == ROOTS[size]


@given(st.lists(st.binary(max_size=4), max_size=70))
def test_the_root_follows_the_definition_for_any_number_of_leaves(leaves):
    assert root_of(leaves) == by_definition(leaves).hex()


def test_a_leaf_never_passes_for_a_node():
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert root_of([b"a", b"b"]) != leaf_hash(left + right).hex()


def test_a_million_leaves_need_no_more_than_twenty_hashes():
    frontier = Frontier()
    for number in range(10_000):
        frontier.add(leaf_hash(number.to_bytes(4)))
        assert len(frontier._peaks) == frontier.size.bit_count()
