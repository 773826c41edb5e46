"""What a card states of reviews, signatures and waivers, of risks, of tests before use, and of the evidence that is kept."""

from dataclasses import dataclass
from datetime import date, datetime

from registry.dossiers.rules.cases import CaseType
from registry.evidence.rules.record import Kind as Proof
from registry.reviews.rules.kinds import Decision, Kind, Signed, State
from registry.risks.rules import Status


@dataclass(frozen=True, slots=True)
class ReviewHeld:
    """One review. `decided_by` is the printed name under its newest decision, `decision` what that was; `findings` are open."""

    key: str
    kind: Kind
    state: State
    frameworks: tuple[str, ...]
    opened_at: datetime
    due_on: date | None = None
    reviewer: str = ""
    decision: Decision | None = None
    decided_by: str = ""
    decided_at: datetime | None = None
    reason: str = ""
    findings: int = 0


@dataclass(frozen=True, slots=True)
class ConditionOpen:
    """What has to be met by a day for an approval to stand, and is not met."""

    text: str
    due_on: date
    review: str


@dataclass(frozen=True, slots=True)
class SeatSigned:
    """One name under a seat of a sheet, with what it means there."""

    seat: Signed
    printed_name: str
    meaning: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SignOffSheet:
    """The newest sheet of seats: who has signed, which seats nobody has signed for. It holds up to and with `until`.

    `changed` names what of the record reads otherwise than when it was opened; then it holds no longer.
    """

    key: str
    edition: str
    opened_at: datetime
    content_sha256: str
    until: date | None = None
    changed: tuple[str, ...] = ()
    signed: tuple[SeatSigned, ...] = ()
    unsigned: tuple[Signed, ...] = ()


@dataclass(frozen=True, slots=True)
class Attested:
    """What the accountable owner last stated of the system, in the words they read. `until` and `changed` as for a sheet."""

    edition: str
    meaning: str
    printed_name: str
    at: datetime
    until: date | None = None
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WaiverHeld:
    """What need not be met up to and with a day."""

    key: str
    subject: str
    edition: str
    because: str
    until: date
    asked_by: str
    granted_by: str
    granted_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RiskBorne:
    """Who bears what is left of a risk, up to and with a day, and why."""

    accepted_by: str
    accepted_at: datetime
    until: date
    because: str


@dataclass(frozen=True, slots=True)
class RiskStated:
    """One risk. Likelihood and impact are from 1 to 5, before controls and as they are left; `says` adds to its status."""

    key: str
    title: str
    cause: str
    event: str
    consequence: str
    likelihood: int
    impact: int
    controls: str
    left_likelihood: int
    left_impact: int
    owner: str
    status: Status
    says: str = ""
    pattern: str = ""
    review_on: date | None = None
    borne: RiskBorne | None = None
    closed_because: str = ""


@dataclass(frozen=True, slots=True)
class SignedFor:
    """Somebody signed for so many cases and runs, by their hash. It `stands` while nothing was added and nothing edited since."""

    name: str
    words: str
    at: datetime
    sha256: str
    cases: int
    runs: int
    stands: bool


@dataclass(frozen=True, slots=True)
class VersionTested:
    """The tests of one version before its use, each case by its newest run. `tries` is what the cases are of."""

    key: str
    version: str
    cases: int
    passed: int
    failed: int
    tries: tuple[CaseType, ...]
    signatures: tuple[SignedFor, ...]


@dataclass(frozen=True, slots=True)
class EvidenceKept:
    """One piece of evidence that stands, by the SHA-256 of its newest file. It holds up to and with `valid_until`.

    `title` is "" unless whoever put the card forward chose to name it: a title may say more than every reader may know.
    """

    key: str
    kind: Proof
    sha256: str
    added_at: datetime
    title: str = ""
    valid_until: date | None = None
    supports: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Assurance:
    """What others than its owner have looked at, decided, signed and kept, on the day of the record.

    Reviews are due every `months` by `edition`, the next by `due_on`; `changed` names what reads otherwise than when the
    newest decision was made. `unsigned_tests` counts versions with tests that nobody has signed for, `more_risks` and
    `more_evidence` those beyond the ones listed.
    """

    edition: str
    months: int
    due_on: date | None = None
    changed: tuple[str, ...] = ()
    reviews: tuple[ReviewHeld, ...] = ()
    conditions: tuple[ConditionOpen, ...] = ()
    sign_off: SignOffSheet | None = None
    attested: Attested | None = None
    waivers: tuple[WaiverHeld, ...] = ()
    risks: tuple[RiskStated, ...] = ()
    more_risks: int = 0
    tests: tuple[VersionTested, ...] = ()
    unsigned_tests: int = 0
    evidence: tuple[EvidenceKept, ...] = ()
    more_evidence: int = 0
