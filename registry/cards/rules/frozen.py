"""Frozen: one edition of a card as a document: its facts, the bytes they are kept as, its seal. Press: what makes it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from registry.cards.rules.canonical import card_json
from registry.cards.rules.editions import EditionState
from registry.cards.rules.facts import CardFacts
from registry.cards.rules.reading import facts_from
from registry.cards.rules.seal import Seal
from registry.kernel.canonical import sha256_hex


@dataclass(frozen=True, slots=True)
class Frozen:
    """What a document is made from.

    `written` is card.json as it was frozen, which may lack fields that cards have got since; `state` is None for a draft
    of the record, as it is now or, with `as_of`, as it stood when that day ended. The day is printed and is none of the facts.
    """

    facts: CardFacts
    written: bytes
    state: EditionState | None = None
    seal: Seal | None = None
    as_of: date | None = None

    @classmethod
    def draft(cls, facts: CardFacts, as_of: date | None = None) -> "Frozen":
        """The record as it is now, or as it stood when a past day ended."""
        return cls(facts, card_json(facts), as_of=as_of)

    @classmethod
    def read(cls, written: bytes, state: EditionState, seal: Seal | None = None) -> "Frozen":
        """An edition out of the bytes it is kept as. Raises NotACard."""
        return cls(facts_from(written), written, state, seal)

    @property
    def sha256(self) -> str:
        """The content hash, in hexadecimal."""
        return sha256_hex(self.written)

    @property
    def said(self) -> str:
        """Where it stands, in words."""
        return self.state.said if self.state else self.facts.edition.status


@dataclass(frozen=True, slots=True)
class Press:
    """What a document is made with: the file of the key the ledger is signed with, what the ledger is called, where people
    reach the registry, how an edition becomes a PDF, by what programs and templates, and how that PDF is signed, if at all.
    """

    key: Path
    origin: str
    base_url: str
    draw: Callable[[Frozen], bytes]
    rendering: str
    sign: Callable[[bytes], bytes] = bytes


_PUT_FORWARD = "Put forward as what the record of the system states."


def rendering_as_of(rendering: str, day: date | None) -> str:
    """What a preview is kept under beside the hash of its facts: all that decides how it looks, the day printed on it as well."""
    return rendering if day is None else sha256_hex(f"{rendering} {day.isoformat()}".encode())
