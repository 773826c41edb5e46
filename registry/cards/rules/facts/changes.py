"""What a card states of its own changes: each field that reads otherwise than in the last edition that was approved."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CardChange:
    """One field that reads otherwise: its number and label, the thing of several it belongs to, and both texts."""

    number: str
    label: str
    of: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Since:
    """The changes since an edition, by its number; None where none was approved before."""

    edition: int | None
    changes: tuple[CardChange, ...] = ()
