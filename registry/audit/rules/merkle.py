"""The Merkle tree over the ledger: leaf and node hashes, and a root kept while leaves arrive (RFC 9162, 2.1)."""

from hashlib import sha256

_LEAF = b"\x00"
_NODE = b"\x01"


def leaf_hash(data: bytes) -> bytes:
    """The hash of one leaf. The prefix keeps a leaf from passing for an inner node (RFC 9162, 2.1.1)."""
    return sha256(_LEAF + data).digest()


class Frontier:
    """The root of a growing tree, from the at most log2(n) complete subtrees that its leaves form.

    Takes leaf hashes one at a time, so a million of them need no more memory than twenty.
    """

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

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
