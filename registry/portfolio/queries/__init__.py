"""What waits for a person; how many systems have what; how ownership stands across the register."""

from registry.portfolio.queries.confirming import (
    Asked,
    Chase,
    asked_of,
    asks_for_confirmation,
    due_of,
    rule_in_force,
    to_chase,
    tree_and_heads,
)
from registry.portfolio.queries.desk import Owned, Waiting, coverage, left_owners, owned_by, waiting_for
from registry.portfolio.queries.findings import (
    Finding,
    Scope,
    findings_count,
    findings_page,
    seats_filled,
)

__all__ = [
    "Asked",
    "Chase",
    "Finding",
    "Owned",
    "Scope",
    "Waiting",
    "asked_of",
    "asks_for_confirmation",
    "coverage",
    "due_of",
    "findings_count",
    "findings_page",
    "left_owners",
    "owned_by",
    "rule_in_force",
    "seats_filled",
    "to_chase",
    "tree_and_heads",
    "waiting_for",
]
