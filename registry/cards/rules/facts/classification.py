"""What a card states of the classification of a system: outcomes with their articles and answers, duties, the tier and who set it."""

from dataclasses import dataclass
from datetime import date, datetime

from registry.classification.rules.questionnaire import Outcome
from registry.systems.rules.record import Tier


@dataclass(frozen=True, slots=True)
class AppliesFrom:
    """From when something applies by one reading of the law; `on` is None where it does not."""

    on: date | None
    says: str


@dataclass(frozen=True, slots=True)
class AnswerGiven:
    """One answer that led to an outcome, in words."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class OutcomeFound:
    """One thing the system was found to be."""

    outcome: Outcome
    article: str
    says: str
    applies: tuple[AppliesFrom, ...]
    answers: tuple[AnswerGiven, ...]


@dataclass(frozen=True, slots=True)
class DutyOwed:
    """One duty, of the holders of `roles`; of anybody where none is named."""

    article: str
    title: str
    roles: tuple[str, ...]
    applies: tuple[AppliesFrom, ...]


@dataclass(frozen=True, slots=True)
class Classified:
    """The run that stands. `proposed` is the tier the answers come to, `because` why; `rationale` why another was set."""

    key: str
    edition: str
    made_at: datetime
    made_by: str
    tier: Tier
    proposed: Tier
    because: str
    rationale: str
    roles: tuple[str, ...]
    outcomes: tuple[OutcomeFound, ...]
    duties: tuple[DutyOwed, ...]
