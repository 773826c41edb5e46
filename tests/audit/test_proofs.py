"""Proofs of inclusion and consistency against the definition in RFC 9162, and against whatever is not true."""

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.audit.rules.merkle import (
    Frontier,
    consistency_ranges,
    extends,
    includes,
    inclusion_ranges,
    leaf_hash,
    node_hash,
    roots_of,
)

LEAVES = [leaf_hash(number.to_bytes(2)) for number in range(70)]
OTHER = leaf_hash(b"another")


def split(size: int) -> int:
    half = 1
    while half * 2 < size:
        half *= 2
    return half


@cache
def tree(start: int, end: int) -> bytes:
    """MTH of the leaves from one number up to another, word for word (2.1.1), over leaf hashes."""
    if end - start == 1:
        return LEAVES[start]
    middle = start + split(end - start)
    return node_hash(tree(start, middle), tree(middle, end))


def path(index: int, start: int, end: int) -> list[bytes]:
    """PATH, word for word (2.1.3.1)."""
    if end - start == 1:
        return []
    middle = start + split(end - start)
    if index < middle:
        return [*path(index, start, middle), tree(middle, end)]
    return [*path(index, middle, end), tree(start, middle)]


def subproof(first: int, start: int, end: int, *, known: bool) -> list[bytes]:
    """SUBPROOF, word for word (2.1.4.1)."""
    if first == end:
        return [] if known else [tree(start, end)]
    middle = start + split(end - start)
    if first <= middle:
        return [*subproof(first, start, middle, known=known), tree(middle, end)]
    return [*subproof(first, middle, end, known=False), tree(start, middle)]


@pytest.fixture(scope="module")
def roots() -> list[bytes]:
    return [Frontier().root(), *(tree(0, size) for size in range(1, 71))]


def test_an_inclusion_proof_is_the_defined_path_and_holds_for_every_leaf_of_every_small_tree(roots):
    for size in range(1, 71):
        for index in range(size):
            proof = roots_of(inclusion_ranges(index, size), LEAVES[:size])
            assert proof == path(index, 0, size)
            assert includes(index, size, LEAVES[index], proof, roots[size])


def test_a_consistency_proof_is_the_defined_one_and_holds_for_every_two_small_trees(roots):
    for second in range(1, 71):
        for first in range(1, second + 1):
            proof = roots_of(consistency_ranges(first, second), LEAVES[:second])
            assert proof == subproof(first, 0, second, known=True)
            assert extends(first, second, roots[first], roots[second], proof)


@given(st.data(), st.integers(1, 70))
def test_an_inclusion_proof_holds_for_nothing_else(roots, data, size):
    index = data.draw(st.integers(0, size - 1))
    proof = roots_of(inclusion_ranges(index, size), LEAVES)
    other = data.draw(st.integers(0, 69).filter(lambda number: number != index))
    assert not includes(other, size, LEAVES[index], proof, roots[size])
    assert not includes(index, size, LEAVES[other], proof, roots[size])
    assert not includes(index, size, LEAVES[index], [*proof, OTHER], roots[size])
    assert not includes(index, size, LEAVES[index], proof, OTHER)
    if proof:
        place = data.draw(st.integers(0, len(proof) - 1))
        assert not includes(index, size, LEAVES[index], proof[:-1], roots[size])
        spoilt = [*proof[:place], OTHER, *proof[place + 1 :]]
        assert not includes(index, size, LEAVES[index], spoilt, roots[size])


@given(st.data(), st.integers(2, 70))
def test_a_consistency_proof_holds_for_nothing_else(roots, data, second):
    first = data.draw(st.integers(1, second - 1))
    proof = roots_of(consistency_ranges(first, second), LEAVES)
    assert proof
    assert not extends(first, second, OTHER, roots[second], proof)
    assert not extends(first, second, roots[first], OTHER, proof)
    assert not extends(first, second, roots[first], roots[second], proof[:-1])
    assert not extends(first, second, roots[first], roots[second], [*proof, OTHER])
    place = data.draw(st.integers(0, len(proof) - 1))
    spoilt = [*proof[:place], OTHER, *proof[place + 1 :]]
    assert not extends(first, second, roots[first], roots[second], spoilt)
    assert not extends(second, first, roots[second], roots[first], proof)


def test_the_same_tree_and_the_empty_one_need_no_path(roots):
    assert consistency_ranges(0, 9) == consistency_ranges(9, 9) == []
    assert extends(9, 9, roots[9], roots[9], [])
    assert extends(0, 9, roots[0], roots[9], [])
    assert not extends(9, 9, roots[9], roots[8], [])
    assert extends(3, 5, roots[3], roots[5], []) is False
    assert not extends(9, 9, roots[9], roots[9], [OTHER])
    assert not extends(0, 9, OTHER, roots[9], [])
    assert not extends(8, 8, roots[8], roots[8], [roots[8]])


def test_what_no_tree_has_is_refused():
    for index, size in ((0, 0), (3, 3), (-1, 3)):
        with pytest.raises(ValueError, match="has no leaf"):
            inclusion_ranges(index, size)
        assert not includes(index, size, OTHER, [], OTHER)
    with pytest.raises(ValueError, match="is not the beginning"):
        consistency_ranges(4, 3)
    with pytest.raises(ValueError, match="the leaves end before"):
        roots_of(inclusion_ranges(1, 8), LEAVES[:7])
    with pytest.raises(ValueError, match="peaks"):
        Frontier(3, [OTHER])


@given(st.integers(0, 70), st.integers(0, 70))
def test_a_frontier_goes_on_where_another_left_off(roots, one, other):
    first, second = sorted((one, other))
    begun = Frontier()
    for leaf in LEAVES[:first]:
        begun.add(leaf)
    gone_on = Frontier(begun.size, begun.peaks)
    for leaf in LEAVES[first:second]:
        gone_on.add(leaf)
    assert (gone_on.size, gone_on.root()) == (second, roots[second])


def test_a_proof_in_a_large_tree_is_short_and_reads_each_leaf_once():
    taken = 0

    def leaves():
        nonlocal taken
        for number in range(10_000):
            taken += 1
            yield number.to_bytes(32)

    proof = roots_of(inclusion_ranges(7_777, 10_000), leaves())
    assert len(proof) <= 14
    assert taken <= 10_000
