"""What a rule pack states, how it is read from its text, what it must satisfy and which edition is in force."""

from registry.packs.rules.checks import (
    Known,
    Objection,
    problems_with_alerts,
    problems_with_confirmation,
    problems_with_pack,
    problems_with_reporting,
)
from registry.packs.rules.choosing import current, frameworks_on, practices_known
from registry.packs.rules.reading import NotAPack, read
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
    "Since",
    "current",
    "frameworks_on",
    "practices_known",
    "problems_with_alerts",
    "problems_with_confirmation",
    "problems_with_pack",
    "problems_with_reporting",
    "read",
]
