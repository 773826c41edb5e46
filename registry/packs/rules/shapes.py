"""What a rule pack states: controls of frameworks, practices they share, criteria of the record and of gates, cadences, duties."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from registry.packs.rules.reviewing import ReviewRule

UNCLASSIFIED = "unclassified"

PATTERNS: dict[str, str] = {
    "F1": "Data drift and model degradation",
    "F2": "Poor problem definition",
    "F3": "Over-automation without human oversight",
    "F4": "Integration and system failure",
    "F5": "No monitoring or feedback loop",
    "F6": "Bias and compliance",
}

# What a classification may come to, by the ids the packs name in `applies`. An outcome is a set: several may hold.
OUTCOMES: dict[str, str] = {
    "prohibited": "Prohibited practice",
    "high_annex_i": "High-risk as part of a regulated product (Annex I)",
    "high_section_b": "High-risk under the law of its product (Annex I, section B)",
    "high_annex_iii": "High-risk by its use (Annex III)",
    "exempt_6_3": "Named in Annex III, exempt by Article 6(3)",
    "transparency_50_1": "Talks to people (Article 50(1))",
    "transparency_50_2": "Makes synthetic content (Article 50(2))",
    "transparency_50_3": "Reads emotions or sorts people by biometrics (Article 50(3))",
    "transparency_50_4": "Makes deep fakes or texts of public interest (Article 50(4))",
    "gpai": "General-purpose AI model",
    "gpai_systemic": "General-purpose AI model with systemic risk",
    "minimal": "None of these",
    "out_of_scope": "Outside the regulation",
}
ROLES: dict[str, str] = {
    "provider": "Provider",
    "deployer": "Deployer",
    "importer": "Importer",
    "distributor": "Distributor",
}


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing a record must state: the fact asked for, the failure it prevents, and where it is mended.

    `when` names a condition of the record under which it is asked for at all ("" for always).
    """

    id: str
    pattern: str
    fact: str
    says: str
    tab: str
    field: str = ""
    when: str = ""


@dataclass(frozen=True, slots=True)
class GateCriterion:
    """One thing a system must show from a stage on: the fact asked for, the failure it prevents, and where it is mended.

    `to` is the first stage that asks for it; later ones ask for it too. `tier` and `autonomy` are the least for which it
    is asked ("" and 0: for all), `when` names a condition of the system ("" for always). No waiver reaches what is not
    `waivable`.
    """

    id: str
    to: str
    pattern: str
    fact: str
    says: str
    tab: str
    field: str = ""
    tier: str = ""
    autonomy: int = 0
    when: str = ""
    waivable: bool = True


@dataclass(frozen=True, slots=True)
class ConfirmationRule:
    """How often owners say again that a system is theirs, and who is told when they do not.

    `months` maps a risk tier, or UNCLASSIFIED, to the months between two confirmations; the rest are days before or
    after the day it is due.
    """

    months: Mapping[str, int]
    remind_days_before: int
    deputy_days_after: int
    head_days_after: int

    def months_for(self, tier: str | None) -> int:
        """The months between two confirmations for a system of that tier (None: not classified)."""
        return self.months[tier or UNCLASSIFIED]


@dataclass(frozen=True, slots=True)
class AlertRule:
    """How long an alert may wait for an answer.

    `answer_days` maps a risk tier, or UNCLASSIFIED, to the days after which the deputy is told; after twice as many the
    head of the unit is.
    """

    answer_days: Mapping[str, int]

    def days_for(self, tier: str | None) -> int:
        """The days for a system of that tier (None: not classified)."""
        return self.answer_days[tier or UNCLASSIFIED]


@dataclass(frozen=True, slots=True)
class Duty:
    """One duty to tell an authority of an incident: of which incidents, within how many calendar days, by which article.

    The days are counted from the day after somebody responsible became aware of it.
    """

    id: str
    says: str
    days: int
    article: str


@dataclass(frozen=True, slots=True)
class ReportingRule:
    """What authorities have to be told of an incident and until when. An incident may fall under several duties."""

    duties: tuple[Duty, ...]

    def duty(self, duty_id: str) -> Duty | None:
        """The duty of that id, or None where there is none."""
        return next((duty for duty in self.duties if duty.id == duty_id), None)


@dataclass(frozen=True, slots=True)
class Practice:
    """Something an organisation does once and several frameworks ask for: their controls that name it share one answer."""

    id: str
    title: str
    explains: str
    patterns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Since:
    """The day from which a control applies, to which outcome ("": to all it is asked under), and by which reading of
    the text where it can be read in more than one way.
    """

    on: date
    outcome: str = ""
    reading: str = ""


@dataclass(frozen=True, slots=True)
class Control:
    """One thing a framework asks for, under the framework's own id and in our own words.

    `practices` are the shared practices that answer it; a control without one says in `alone` why. `applies` names the
    outcomes of a classification under which it is asked, and `roles` the roles it is asked of (empty: always, of all).
    `evidence` says what would show that it is met.
    """

    id: str
    title: str
    explains: str
    group: str
    patterns: tuple[str, ...] = ()
    practices: tuple[str, ...] = ()
    applies: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    since: tuple[Since, ...] = ()
    alone: str = ""


@dataclass(frozen=True, slots=True)
class Pack:
    """One edition of one set of rules, with where it comes from and from when it applies."""

    id: str
    edition: str
    title: str
    source: str
    as_of: date
    effective_from: date
    record: tuple[Criterion, ...] = ()
    confirmation: ConfirmationRule | None = None
    alerts: AlertRule | None = None
    reporting: ReportingRule | None = None
    reviews: ReviewRule | None = None
    controls: tuple[Control, ...] = ()
    practices: tuple[Practice, ...] = ()
    gates: tuple[GateCriterion, ...] = ()

    @property
    def said(self) -> str:
        """How a card names it: "baseline 2026.1"."""
        return f"{self.id} {self.edition}"

    @property
    def is_framework(self) -> bool:
        """Whether it asks for controls, so that systems can be reviewed by it."""
        return bool(self.controls)

    def control(self, control_id: str) -> Control | None:
        """The control of that id, or None where there is none."""
        return next((control for control in self.controls if control.id == control_id), None)

    @property
    def groups(self) -> dict[str, tuple[Control, ...]]:
        """Its controls by the group they stand in, both in the order of the file."""
        return {
            group: tuple(control for control in self.controls if control.group == group)
            for group in dict.fromkeys(control.group for control in self.controls)
        }
