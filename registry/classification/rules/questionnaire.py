"""What a questionnaire is: questions in sections, who holds which role, what is found, which duties follow, from when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from registry.classification.rules.conditions import ALWAYS, Condition
from registry.systems.rules.record import Tier


class Kind(StrEnum):
    """How a question is answered."""

    YES_NO = "yes_no"
    CHOICE = "choice"
    SEVERAL = "several"


class Outcome(StrEnum):
    """What a system can be found to be. Several hold at once."""

    PROHIBITED = "prohibited"
    HIGH_ANNEX_I = "high_annex_i"
    HIGH_SECTION_B = "high_section_b"
    HIGH_ANNEX_III = "high_annex_iii"
    EXEMPT_6_3 = "exempt_6_3"
    TRANSPARENCY_50_1 = "transparency_50_1"
    TRANSPARENCY_50_2 = "transparency_50_2"
    TRANSPARENCY_50_3 = "transparency_50_3"
    TRANSPARENCY_50_4 = "transparency_50_4"
    GPAI = "gpai"
    GPAI_SYSTEMIC = "gpai_systemic"
    MINIMAL = "minimal"
    OUT_OF_SCOPE = "out_of_scope"

    @property
    def said(self) -> str:
        return _SAID[self]


_SAID = {
    Outcome.PROHIBITED: "Prohibited practice",
    Outcome.HIGH_ANNEX_I: "High risk through a regulated product",
    Outcome.HIGH_SECTION_B: "High risk under the law of its product",
    Outcome.HIGH_ANNEX_III: "High risk through its use",
    Outcome.EXEMPT_6_3: "Not high risk by exception",
    Outcome.TRANSPARENCY_50_1: "People are told that they deal with AI",
    Outcome.TRANSPARENCY_50_2: "Generated content is marked",
    Outcome.TRANSPARENCY_50_3: "People are told of emotion recognition or categorisation",
    Outcome.TRANSPARENCY_50_4: "Deep fakes and generated texts are disclosed",
    Outcome.GPAI: "General-purpose model",
    Outcome.GPAI_SYSTEMIC: "General-purpose model with systemic risk",
    Outcome.MINIMAL: "Minimal risk",
    Outcome.OUT_OF_SCOPE: "Outside the scope",
}

TIERS = tuple(Tier)
"""From the lowest to the highest."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to choose. One that stands `alone` cannot be chosen beside others."""

    value: str
    says: str
    alone: bool = False


YES_OR_NO = (Choice("yes", "Yes"), Choice("no", "No"))


@dataclass(frozen=True, slots=True)
class Question:
    """One question, the words that explain it in place, and the earlier answers after which it is asked."""

    id: str
    section: str
    text: str
    explains: str
    kind: Kind
    choices: tuple[Choice, ...]
    when: Condition = ALWAYS

    @property
    def values(self) -> tuple[str, ...]:
        return tuple(choice.value for choice in self.choices)


@dataclass(frozen=True, slots=True)
class Section:
    """Questions that stand on one page."""

    id: str
    title: str
    explains: str


@dataclass(frozen=True, slots=True)
class Reading:
    """From which day something applies by one reading of the law, and why; None for a day there is not."""

    starts: date | None
    says: str
    when: Condition = ALWAYS


@dataclass(frozen=True, slots=True)
class Finding:
    """An outcome with the article it comes from, the reason in words, and the answers after which it holds."""

    outcome: Outcome
    article: str
    says: str
    when: Condition
    applies: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class RoleRule:
    """When somebody holds a role, also against what they call themselves."""

    role: str
    says: str
    article: str
    when: Condition


@dataclass(frozen=True, slots=True)
class Duty:
    """What has to be done. Of whom: holders of `roles`. After what: any of `outcomes` (none named: all) and `when`.

    `applies` are readings of its own; where `as_found`, those of the outcomes behind it stand beside them.
    """

    id: str
    article: str
    title: str
    says: str
    roles: tuple[str, ...]
    outcomes: tuple[Outcome, ...]
    when: Condition
    applies: tuple[Reading, ...]
    as_found: bool


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """One edition of a questionnaire, with where it comes from and from when it is used."""

    id: str
    edition: str
    title: str
    source: str
    as_of: date
    effective_from: date
    sections: tuple[Section, ...]
    questions: tuple[Question, ...]
    roles: tuple[RoleRule, ...]
    findings: tuple[Finding, ...]
    otherwise: Finding
    duties: tuple[Duty, ...]
    tiers: Mapping[Outcome, Tier]

    @property
    def said(self) -> str:
        """How a record names it: "eu-ai-act-classification 2026.1"."""
        return f"{self.id} {self.edition}"

    def question(self, question_id: str) -> Question | None:
        """The question of that id, or None where there is none."""
        return next((each for each in self.questions if each.id == question_id), None)

    def in_section(self, section_id: str) -> tuple[Question, ...]:
        """The questions of one section, in order."""
        return tuple(each for each in self.questions if each.section == section_id)
