"""Proofs from the stored leaves: that an entry stands in the ledger, that one checkpoint goes on from another."""

from collections.abc import Sequence

from sqlmodel import Session

from registry.audit.queries.checkpoints import leaves
from registry.audit.rules.merkle import Range, consistency_ranges, inclusion_ranges, roots_of


def inclusion_proof(session: Session, seq: int, size: int) -> list[bytes]:
    """The path that proves an entry in the tree of the first `size` entries.

    One pass over the leaf hashes, of which no more are held than are read at once. Raises ValueError for an entry
    outside that tree and for leaves that are missing.
    """
    return _roots(session, inclusion_ranges(seq - 1, size), size)


def consistency_proof(session: Session, first: int, second: int) -> list[bytes]:
    """The path that proves the tree of the first entries to be the beginning of the larger one. Raises ValueError."""
    return _roots(session, consistency_ranges(first, second), second)


def _roots(session: Session, ranges: Sequence[Range], size: int) -> list[bytes]:
    return roots_of(ranges, (leaf for _, leaf in leaves(session, 0, size)))
