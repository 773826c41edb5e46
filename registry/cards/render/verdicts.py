"""Verdict, Check, Checked: what a check of a card says, in plain words."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from registry.cards.rules.frozen import Frozen

STANDING: Final = "standing"
"""The check whether a genuine edition still holds."""
APPROVAL: Final = "approval"
"""The check who approved it: open where nobody did."""


class Verdict(StrEnum):
    """What a check of a card came to."""

    VERIFIED = "verified"
    REFUSED = "refused"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at, in plain words. `passed` is None where it could not be decided here."""

    name: str
    passed: bool | None
    says: str


@dataclass(frozen=True, slots=True)
class Checked:
    """Every check of one file, and the edition it claims to be, where that can be read."""

    checks: tuple[Check, ...]
    pdf_sha256: str
    frozen: Frozen | None = None

    @property
    def is_past(self) -> bool:
        """Whether nothing is open but that another edition, or none, holds today."""
        return [each.name for each in self.checks if not each.passed] == [STANDING]

    @property
    def verdict(self) -> Verdict:
        """Refused where anything failed; incomplete where something could not be decided."""
        found = {each.passed for each in self.checks}
        if False in found:
            return Verdict.REFUSED
        return Verdict.INCOMPLETE if None in found else Verdict.VERIFIED

    @property
    def says(self) -> str:
        """The verdict in a sentence."""
        if self.verdict is Verdict.VERIFIED:
            return "It is genuine and unchanged."
        if self.verdict is Verdict.REFUSED:
            return "It is not a card as it was issued."
        if self.is_past:
            return "It is genuine, and no longer holds."
        is_unapproved = any(each.name == APPROVAL and each.passed is None for each in self.checks)
        return "Nobody has approved it." if is_unapproved else "Not all of it could be confirmed."
