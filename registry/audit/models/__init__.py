"""The tables of the ledger, and the triggers by which the database itself keeps them append-only."""

from registry.audit.models.checkpoints import CHECKPOINT, KEY, LedgerCheckpoint, LedgerKey
from registry.audit.models.guards import statements
from registry.audit.models.ledger import ENTRY, OBJECT, PAYLOAD, LedgerEntry, LedgerObject, LedgerPayload

__all__ = [
    "CHECKPOINT",
    "ENTRY",
    "KEY",
    "OBJECT",
    "PAYLOAD",
    "LedgerCheckpoint",
    "LedgerEntry",
    "LedgerKey",
    "LedgerObject",
    "LedgerPayload",
    "statements",
]
