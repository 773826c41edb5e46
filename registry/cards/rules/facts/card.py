"""CardFacts: everything one card states, frozen in one value."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from registry.cards.rules.facts.assurance import Assurance
from registry.cards.rules.facts.changes import Since
from registry.cards.rules.facts.classification import Classified
from registry.cards.rules.facts.incidents import IncidentLog
from registry.cards.rules.facts.measured import Attribute, Calibration, FeatureDrift
from registry.cards.rules.facts.metric import Metric, Realised, RetiredMetric
from registry.cards.rules.facts.operation import Dependency, Feedback, LiveVersion, OpenAlert
from registry.cards.rules.facts.source import Source
from registry.kernel.actor import Seat
from registry.kernel.errors import Refusal
from registry.systems.rules.record import Kind, Link, Reversibility, Stage, Tier, Visibility


class CardStopped(Refusal):
    """Something a card must state could not be read, so there is no card; the message says what."""


@dataclass(frozen=True, slots=True)
class Edition:
    """Which edition of the card this is."""

    number: int
    status: str
    name: str


# A draft is no edition yet: its number is 0.
DRAFT = Edition(0, "draft", "draft, not signed off")


@dataclass(frozen=True, slots=True)
class Origin:
    """The record the card was made from: its revision, and the last ledger entry about the system.

    `changes` counts the entries about the system up to that one. The leaf commits to every entry before it.
    """

    seq: int
    at: datetime
    leaf: str
    changes: int
    revision: int


@dataclass(frozen=True, slots=True)
class RulePack:
    """The edition of the rule pack by which the record was looked at."""

    id: str
    edition: str
    title: str
    source: str
    as_of: date
    effective_from: date

    @property
    def said(self) -> str:
        """How it is named: "baseline 2026.1"."""
        return f"{self.id} {self.edition}"


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing the rule pack asks of a record, the failure pattern it guards against, and whether it holds."""

    id: str
    pattern: str
    says: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Identity:
    """What the system is."""

    key: str
    name: str
    summary: str
    stage: Stage
    visibility: Visibility
    registered_at: datetime
    description: str = ""
    kind: Kind | None = None
    technique: str = ""
    modality: str = ""
    in_service_on: date | None = None
    deployed_where: str = ""
    regions: str = ""
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Holder:
    """Who sits in a seat. `accepted_at` is when they said so themselves; `last_day` is set once their leaving is known."""

    seat: Seat
    name: str
    since: datetime
    email: str = ""
    is_team: bool = False
    accepted_at: datetime | None = None
    to_be_confirmed: bool = False
    last_day: date | None = None

    @property
    def is_confirmed(self) -> bool:
        """Whether the holder has taken the seat."""
        return self.accepted_at is not None and not self.to_be_confirmed


@dataclass(frozen=True, slots=True)
class Supplier:
    """Whoever supplies the system, where it is bought."""

    name: str = ""
    contract: str = ""
    data_access: str = ""
    exit: str = ""


@dataclass(frozen=True, slots=True)
class Ownership:
    """Who answers for the system."""

    unit: str
    holders: tuple[Holder, ...]
    handover_offered_at: datetime | None = None
    legal_roles: str = ""
    supplier: Supplier = Supplier()
    complaints_contact: str = ""

    @property
    def owner(self) -> Holder | None:
        """The accountable owner."""
        return next((each for each in self.holders if each.seat is Seat.OWNER), None)


@dataclass(frozen=True, slots=True)
class Objective:
    """What the system is for (Markdown) and the value expected of it per year."""

    problem: str = ""
    decision_changed: str = ""
    who_acts: str = ""
    done_today: str = ""
    todays_result: str = ""
    why_ai: str = ""
    stop_condition: str = ""
    expected_value: Decimal | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Use:
    """What the system is meant for, how far it decides, and how people watch it."""

    intended: str = ""
    users: str = ""
    affected_people: str = ""
    affected_count: int | None = None
    out_of_scope: str = ""
    autonomy: int | None = None
    reversibility: Reversibility | None = None
    volume_per_day: int | None = None
    oversight_plan: str = ""
    known_limitations: str = ""


@dataclass(frozen=True, slots=True)
class CardFacts:
    """Everything one card states. Two equal values give the same bytes, whoever asks and whenever.

    `drift` holds the features that have a baseline; `without_baseline` counts those that are watched and have none.
    `assurance` and `since` are None in editions that were frozen before cards stated them, and in no other.
    """

    edition: Edition
    origin: Origin
    pack: RulePack
    criteria: tuple[Criterion, ...]
    identity: Identity
    ownership: Ownership
    use: Use
    incidents: IncidentLog
    tier: Tier | None = None
    classification: Classified | None = None
    objective: Objective | None = None
    metrics: tuple[Metric, ...] = ()
    retired_metrics: tuple[RetiredMetric, ...] = ()
    realised: tuple[Realised, ...] = ()
    sources: tuple[Source, ...] = ()
    versions: tuple[LiveVersion, ...] = ()
    alerts: tuple[OpenAlert, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    feedback: Feedback | None = None
    attributes: tuple[Attribute, ...] = ()
    calibration: tuple[Calibration, ...] = ()
    drift: tuple[FeatureDrift, ...] = ()
    without_baseline: int = 0
    assurance: Assurance | None = None
    since: Since | None = None

    @property
    def is_restricted(self) -> bool:
        """Whether only some people may know that the system exists."""
        return self.identity.visibility is Visibility.RESTRICTED
