"""The Merkle tree over the ledger (RFC 9162, 2.1): hashes, a root kept while leaves arrive, and proofs of both kinds."""

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256

_LEAF = b"\x00"
_NODE = b"\x01"

Range = tuple[int, int]
"""Leaves from the first number up to, but not including, the second; counted from 0."""


def leaf_hash(data: bytes) -> bytes:
    """The hash of one leaf. The prefix keeps a leaf from passing for an inner node (RFC 9162, 2.1.1)."""
    return sha256(_LEAF + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node over its two children."""
    return sha256(_NODE + left + right).digest()


class Frontier:
    """The root of a growing tree, from the at most log2(n) complete subtrees that its leaves form.

    Takes leaf hashes one at a time, so a million of them need no more memory than twenty. `size` and `peaks`, largest
    subtree first, begin it where another left off. Raises ValueError for peaks that no tree of that size has.
    """

    def __init__(self, size: int = 0, peaks: Sequence[bytes] = ()) -> None:
        if size.bit_count() != len(peaks):
            raise ValueError(f"a tree of {size} leaves has {size.bit_count()} peaks and not {len(peaks)}")
        self.size = size
        self._peaks = list(peaks)

    @property
    def peaks(self) -> tuple[bytes, ...]:
        """The roots of the complete subtrees, largest first."""
        return tuple(self._peaks)

    def add(self, leaf: bytes) -> None:
        """Append one leaf hash, joining equal subtrees as a binary counter carries."""
        peaks = self._peaks
        carry = self.size
        while carry & 1:
            leaf = sha256(_NODE + peaks.pop() + leaf).digest()
            carry >>= 1
        peaks.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """The Merkle tree hash of all leaves so far; of none, the hash of nothing (RFC 9162, 2.1.1)."""
        if not self._peaks:
            return sha256(b"").digest()
        root = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            root = sha256(_NODE + peak + root).digest()
        return root


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """The subtrees whose roots prove that a leaf stands in the tree, nearest to the leaf first (RFC 9162, 2.1.3.1).

    `index` counts from 0. Raises ValueError for a leaf that the tree does not have.
    """
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    ranges: list[Range] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    return ranges[::-1]


def consistency_ranges(first: int, second: int) -> list[Range]:
    """The subtrees whose roots prove that the smaller tree is the beginning of the larger (RFC 9162, 2.1.4.1).

    None for two trees of one size, and none where the smaller is empty. Raises ValueError where the first is larger.
    """
    if not 0 <= first <= second:
        raise ValueError(f"a tree of {first} leaves is not the beginning of one of {second}")
    if first in {0, second}:
        return []
    ranges: list[Range] = []
    start, end, known = 0, second, True
    while end != first:
        middle = start + _split(end - start)
        if first <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            # Only the leftmost subtree can be the whole smaller tree, whose root the verifier has.
            start, known = middle, False
    if not known:
        ranges.append((start, end))
    return ranges[::-1]


def roots_of(ranges: Iterable[Range], leaves: Iterable[bytes]) -> list[bytes]:
    """The roots of these subtrees, in their order, from one pass over the leaf hashes of the whole tree.

    The subtrees of a proof never overlap, so each leaf is hashed into one of them at most and none is kept.
    Raises ValueError where the leaves end before the last subtree does.
    """
    asked = list(ranges)
    found: dict[Range, bytes] = {}
    coming = iter(enumerate(leaves))
    for start, end in sorted(asked):
        found[start, end] = _root_within(coming, start, end)
    return [found[each] for each in asked]


def _root_within(coming: Iterator[tuple[int, bytes]], start: int, end: int) -> bytes:
    frontier = Frontier()
    for place, leaf in coming:
        if place < start:
            continue
        frontier.add(leaf)
        if place == end - 1:
            return frontier.root()
    raise ValueError(f"the leaves end before leaf {end - 1}")


def includes(index: int, size: int, leaf: bytes, path: Sequence[bytes], root: bytes) -> bool:
    """Whether the path proves that the leaf hash stands at `index`, from 0, under the root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, last, found = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if node & 1 or node == last:
            found = node_hash(sibling, found)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and found == root


def extends(first: int, second: int, first_root: bytes, second_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether the path proves that the first tree is the beginning of the second (RFC 9162, 2.1.4.2).

    Two trees of one size have the same root and need no path; every tree extends the empty one.
    """
    if not 0 <= first <= second:
        return False
    if first == second:
        return not path and first_root == second_root
    if first == 0:
        return not path and first_root == Frontier().root()
    steps = list(path)
    if first.bit_count() == 1:
        steps.insert(0, first_root)
    if not steps:
        return False
    node, last = first - 1, second - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    smaller = larger = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            smaller, larger = node_hash(step, smaller), node_hash(step, larger)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            larger = node_hash(larger, step)
        node, last = node >> 1, last >> 1
    return last == 0 and smaller == first_root and larger == second_root


def _split(size: int) -> int:
    """The largest power of two below a size of at least two."""
    return 1 << (size - 1).bit_length() - 1
