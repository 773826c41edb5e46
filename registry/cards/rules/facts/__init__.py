"""What a card is made from. The names of these classes' fields are the names in card.json."""

from registry.cards.rules.facts.card import (
    DRAFT,
    CardFacts,
    CardStopped,
    Criterion,
    Edition,
    Holder,
    Identity,
    Objective,
    Origin,
    Ownership,
    RulePack,
    Supplier,
    Use,
)
from registry.cards.rules.facts.classification import (
    AnswerGiven,
    AppliesFrom,
    Classified,
    DutyOwed,
    OutcomeFound,
)
from registry.cards.rules.facts.incidents import ActionOpen, IncidentLog, IncidentStated, ReportDue, Took
from registry.cards.rules.facts.measured import Attribute, Calibration, FeatureDrift, GroupCompared
from registry.cards.rules.facts.metric import Metric, Rail, Realised, RetiredMetric
from registry.cards.rules.facts.operation import Dependency, Feedback, LiveVersion, OpenAlert, Reading
from registry.cards.rules.facts.source import QualityCheck, QualityResult, Source, SourceUse

__all__ = [
    "DRAFT",
    "ActionOpen",
    "AnswerGiven",
    "AppliesFrom",
    "Attribute",
    "Calibration",
    "CardFacts",
    "CardStopped",
    "Classified",
    "Criterion",
    "Dependency",
    "DutyOwed",
    "Edition",
    "FeatureDrift",
    "Feedback",
    "GroupCompared",
    "Holder",
    "Identity",
    "IncidentLog",
    "IncidentStated",
    "LiveVersion",
    "Metric",
    "Objective",
    "OpenAlert",
    "Origin",
    "OutcomeFound",
    "Ownership",
    "QualityCheck",
    "QualityResult",
    "Rail",
    "Reading",
    "Realised",
    "ReportDue",
    "RetiredMetric",
    "RulePack",
    "Source",
    "SourceUse",
    "Supplier",
    "Took",
    "Use",
]
