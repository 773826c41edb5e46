"""What a rule pack states, how it is read from its text, what it must satisfy and which edition is in force."""

from registry.packs.rules.checks import (
    Known,
    Objection,
    problems_with_alerts,
    problems_with_confirmation,
    problems_with_pack,
    problems_with_reporting,
    problems_with_reviews,
)
from registry.packs.rules.choosing import current, frameworks_on, practices_known
from registry.packs.rules.reading import NotAPack, read
from registry.packs.rules.reviewing import ReviewRule, Statement
from registry.packs.rules.shapes import (
    OUTCOMES,
    PATTERNS,
    ROLES,
    UNCLASSIFIED,
    AlertRule,
    ConfirmationRule,
    Control,
    Criterion,
    Duty,
    GateCriterion,
    Pack,
    Practice,
    ReportingRule,
    Since,
)

__all__ = [
    "OUTCOMES",
    "PATTERNS",
    "ROLES",
    "UNCLASSIFIED",
    "AlertRule",
    "ConfirmationRule",
    "Control",
    "Criterion",
    "Duty",
    "GateCriterion",
    "Known",
    "NotAPack",
    "Objection",
    "Pack",
    "Practice",
    "ReportingRule",
    "ReviewRule",
    "Since",
    "Statement",
    "current",
    "frameworks_on",
    "practices_known",
    "problems_with_alerts",
    "problems_with_confirmation",
    "problems_with_pack",
    "problems_with_reporting",
    "problems_with_reviews",
    "read",
]
