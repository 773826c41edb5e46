"""Which words of the ledger may be erased, and what must be said for it. The entry, its place and its hashes stay."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from registry.kernel.errors import Problem
from registry.kernel.events import Event

ENTRY_KIND: Final = "ledger_entry"

# What somebody signed, decided or took upon themselves is kept for as long as it can be asked about; and what tells of
# an erasure, a backup or a key is what the rest is checked by. The ground is their evidential purpose (GDPR, Article 17(3)(e)).
# Asked of the name, so that a feature which adds a decision or a step of a card has not to think of it.
_OF_THESE: Final = {"card", "backup", "signing_key"}
_SO_ENDED: Final = {"attested", "signed", "approved", "decided"}
_BESIDES: Final = {Event.SIGN_OFF_OPENED, Event.RISK_ACCEPTED, Event.ENTRY_ERASED}


def _binds(event: Event) -> bool:
    subject, _, happened = event.value.partition(".")
    return subject in _OF_THESE or happened in _SO_ENDED or event in _BESIDES


NEVER_ERASED: Final = frozenset(event.value for event in Event if _binds(event))

SHORTEST_BASIS: Final = 10
LONGEST_BASIS: Final = 1_000
MOST_NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class Erasure:
    """What is known of an erasure that somebody asks for. `standing` names the records that still say what it says."""

    seq: int
    event: str
    has_words: bool
    standing: Collection[str]
    basis: str
    same_person: bool
    may_approve: bool


def problems_with(erasure: Erasure) -> list[Problem]:
    """Why it is refused; nothing if it may be carried out."""
    found = []
    if not erasure.has_words:
        found.append(Problem("seq", f"What entry {erasure.seq} said is erased already."))
    if erasure.event in NEVER_ERASED:
        says = f"Entry {erasure.seq} ({erasure.event}) is never erased: it is evidence of what was signed, decided, issued, backed up or erased."
        found.append(Problem("seq", says))
    if erasure.standing:
        some = sorted(erasure.standing)[:MOST_NAMED]
        more = len(erasure.standing) - len(some)
        named = ", ".join(some) + (f" and {more:,} more records" if more else "")
        says = f"Correct or remove {named} first: as entry {erasure.seq} left it, it still stands, and would say the same."
        found.append(Problem("seq", says))
    if not SHORTEST_BASIS <= len(erasure.basis.strip()) <= LONGEST_BASIS:
        says = f"Say on which legal basis, and at whose request, in {SHORTEST_BASIS} to {LONGEST_BASIS:,} characters."
        found.append(Problem("basis", says))
    if erasure.same_person:
        found.append(Problem("approved_by", "Nobody approves what they ask for: it takes a second person."))
    elif not erasure.may_approve:
        found.append(Problem("approved_by", "Only an administrator or auditor approves an erasure."))
    return found
