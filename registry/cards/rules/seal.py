"""The seal of an edition: who approved it, what has changed, and the proof that the ledger says so; seal.json in the PDF."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from registry.audit.rules.entries import leaf_bytes
from registry.audit.rules.merkle import leaf_hash
from registry.cards.rules.canonical import plain
from registry.cards.rules.facts import CardChange
from registry.cards.rules.reading import read_as
from registry.kernel.canonical import canonical

SCHEMA: Final = "ai-registry/card-seal/1"


@dataclass(frozen=True, slots=True)
class Signed:
    """Somebody's word: for what part, in which name, meaning what, and when."""

    part: str
    printed_name: str
    meaning: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ObjectDigest:
    """One row an entry left behind."""

    kind: str
    number: int
    digest: str


@dataclass(frozen=True, slots=True)
class Entry:
    """The ledger entry of the approval, every column, with what it committed to."""

    seq: int
    at: str
    event: str
    subject_kind: str
    subject_id: int | None
    system_id: int | None
    actor_id: int | None
    via: str
    request_id: str
    schema: int
    commitment: str
    prev_hash: str
    objects: tuple[ObjectDigest, ...]
    salt: str
    payload: str

    @property
    def leaf(self) -> bytes:
        """Its leaf hash, as 32 bytes (RFC 9162, 2.1.1)."""
        columns = (
            self.seq,
            self.at,
            self.event,
            self.subject_kind,
            self.subject_id,
            self.system_id,
            self.actor_id,
            self.via,
            self.request_id,
            self.schema,
            self.commitment,
            self.prev_hash,
        )
        return leaf_hash(
            leaf_bytes(columns, [(each.kind, each.number, each.digest) for each in self.objects])
        )


@dataclass(frozen=True, slots=True)
class Anchor:
    """The approval in the ledger: its entry, the signed checkpoint that covers it, the path between, the public key."""

    entry: Entry
    checkpoint: str
    inclusion: tuple[str, ...]
    key: str


@dataclass(frozen=True, slots=True)
class Seal:
    """What is said of an edition and is not among its facts.

    `rendering` names the programs and templates that made the PDF; `compared_with` is the edition the changes are counted
    from; `signature` is 64 bytes in hex over the seal without it, by the key of the anchor.
    """

    system: str
    edition: int
    card_sha256: str
    verify_at: str
    put_forward: Signed
    approved: Signed
    reason: str
    signatures: tuple[Signed, ...]
    compared_with: int | None
    changes: tuple[CardChange, ...]
    anchor: Anchor
    rendering: str
    signature: str = ""

    def signed_with(self, signature: str) -> "Seal":
        """The same with a signature, given in hex."""
        return replace(self, signature=signature)

    def signed_part(self) -> bytes:
        """What the signature is over."""
        return seal_json(replace(self, signature=""))


def seal_json(seal: Seal) -> bytes:
    """The seal as canonical JSON (RFC 8785), attached to the PDF as seal.json."""
    return canonical({"schema": SCHEMA, **plain(seal)})


def seal_from(data: bytes) -> Seal:
    """The seal so written. Raises NotACard."""
    return read_as(Seal, SCHEMA, data)
