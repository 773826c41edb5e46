"""What a pack states of reviews: how often, within how many days, by what words owners attest and who else signs."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence an accountable owner states when they attest."""

    id: str
    says: str


@dataclass(frozen=True, slots=True)
class ReviewRule:
    """How systems are reviewed, attested, signed off and excepted.

    Mappings are by risk tier, or "unclassified". Months lie between two of a kind; `decide_days` are the days a review
    may be with the reviewers. A periodic review is opened `open_days_before` its day, its owner is told
    `remind_days_before` and the head of the unit `escalate_days_after` it. `extra_seats` sign beside the four seats
    that always do. A waiver holds `waiver_most_days` at most, and is spoken of `waiver_warn_days` before it is over.
    """

    months: Mapping[str, int]
    decide_days: Mapping[str, int]
    open_days_before: int
    remind_days_before: int
    escalate_days_after: int
    attestation_months: Mapping[str, int]
    statements: tuple[Statement, ...]
    sign_off_months: Mapping[str, int]
    extra_seats: Mapping[str, tuple[str, ...]]
    waiver_most_days: int
    waiver_warn_days: int
