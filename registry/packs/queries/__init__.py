"""Rule packs, shipped and added; which edition is in force on a day; the statement of applicability."""

from registry.packs.queries.editions import (
    Added,
    added,
    alerts_on,
    confirmation_on,
    current,
    edition,
    editions,
    forget_added,
    framework_on,
    frameworks_on,
    gates_on,
    reporting_on,
    shipped,
    shipped_editions,
    text_of,
)
from registry.packs.queries.statements import coverages, facts_of, statement_on, statements, statements_of

__all__ = [
    "Added",
    "added",
    "alerts_on",
    "confirmation_on",
    "coverages",
    "current",
    "edition",
    "editions",
    "facts_of",
    "forget_added",
    "framework_on",
    "frameworks_on",
    "gates_on",
    "reporting_on",
    "shipped",
    "shipped_editions",
    "statement_on",
    "statements",
    "statements_of",
    "text_of",
]
